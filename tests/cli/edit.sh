#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures through the command: sizes, depths, what stays, what is refused, interruption.
# usage: edit.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.zip.pt
other_norm=$golden/tiny_InstanceNorm2d_sp4_small.zip.pt
size=32

paint() { check "paint" "$tool" paint "$@"; }
shape_is() { # FILE "WIDTH HEIGHT ENCODING"
  local got
  got=$("$tool" shape "$1" 2>&1)
  [ "$got" = "$2" ] && pass || fail "$1 is $got, not $2"
}

# ----------------------------------------------------------------- every depth: outside stays bit for bit
paint 90 61 "R'G'B' u8" 2 reference.png
check mask "$tool" ellipse 90 61 40 30 14 9 mask.png
i=0
while IFS='|' read -r encoding ending back; do
  i=$((i + 1))
  paint 90 61 "$encoding" 1 target-$i.$ending
  good transplant "$model" target-$i.$ending reference.png --mask mask.png --feather 0 -o result-$i.$ending
  shape_is result-$i.$ending "90 61 $back"
  check "outside, $encoding" "$tool" outside target-$i.$ending result-$i.$ending mask.png 0
  good transplant "$model" target-$i.$ending reference.png --mask mask.png --feather 5 -o soft-$i.$ending
  check "outside, feathered, $encoding" "$tool" outside target-$i.$ending soft-$i.$ending mask.png 5
  check_not "the feather, $encoding" "$tool" outside target-$i.$ending soft-$i.$ending mask.png 0
done << 'END'
R'G'B' u8|png|R'G'B' u8
R'G'B'A u8|png|R'G'B'A u8
Y' u8|png|Y' u8
Y'A u8|png|Y'A u8
R'G'B' u16|png|R'G'B' u16
R'G'B'A u16|png|R'G'B'A u16
Y' u16|png|Y' u16
R'G'B' u16|tif|R'G'B' u16
R'G'B' float|tif|R'G'B' float
R'G'B'A float|tif|R'G'B'A float
Y' float|tif|Y' float
R'aG'aB'aA float|tif|R'aG'aB'aA float
END

# The same pixels whatever the depth, to the coarser one's rounding, which what is believed of colours that meet makes more of.
check "8 against 16 bits" "$tool" steps result-1.png result-5.png 4
check "8 bits against float" "$tool" steps result-1.png result-9.tif 4
for i in 1.png 5.png 9.tif; do good transplant "$model" target-$i reference.png --mask mask.png --feather 0 --collage copy -o copied-$i; done
check "8 against 16 bits, copied" "$tool" steps copied-1.png copied-5.png 1.01
check "8 bits against float, copied" "$tool" steps copied-1.png copied-9.tif 1.01
check_not "another picture" "$tool" steps result-1.png target-1.png 1.01

# -------------------------------------------------------------------------------- raw and tensors
good transplant "$model" --method styles target-1.png reference.png --mask mask.png --raw -o raw.png
shape_is raw.png "$size $size R'G'B' u8"
good transplant "$model" --method styles target-5.png reference.png --mask mask.png --raw -o raw16.png
shape_is raw16.png "$size $size R'G'B' u16"
good transplant "$model" --method styles target-1.png reference.png --mask mask.png -o raw.safetensors
good reconstruct "$model" target-1.png -o reconstruction.safetensors
good transplant "$model" --method styles target-1.png reference.png --mask mask.png --strength 0 -o nothing.safetensors
check "strength 0 is the reconstruction" "$tool" same reconstruction.safetensors image nothing.safetensors image
good transplant "$model" --method styles target-1.png target-1.png --mask mask.png -o self.safetensors
check "a transplant of itself" "$tool" near reconstruction.safetensors image self.safetensors image 1e-5
for option in '--mask-rule soft' '--mask-rule any' '--mask-rule half' '--space w' '--strength 0.5' '--feather 6'; do
  good transplant "$model" --method styles target-1.png reference.png --mask mask.png $option -o option.safetensors
  case $option in
    *soft) check "$option" "$tool" same raw.safetensors image option.safetensors image;;
    *) check_not "$option" "$tool" same raw.safetensors image option.safetensors image;;
  esac
done
good transplant "$model" --method styles target-1.png reference.png --mask mask.png --space w+ --mask-rule SOFT -o option.safetensors
check "the defaults" "$tool" same raw.safetensors image option.safetensors image

# ---------------------------------------------------------------------------------------- the picture's own detail
good reconstruct "$model" target-1.png -o drawn.png
good reconstruct "$model" target-1.png --detail 0 -o option.png
cmp -s drawn.png option.png && pass || fail "no detail by default"
good reconstruct "$model" target-1.png --detail 50 -o half.png
good reconstruct "$model" target-1.png --detail 100 -o option.png
check_not "detail" "$tool" steps drawn.png option.png 2
check_not "half of it" "$tool" steps half.png option.png 2
bad 2 '--detail' reconstruct "$model" target-1.png --detail 101 -o out.png
bad 2 'own square' reconstruct "$model" target-1.png --detail 5 --raw -o out.png

# ---------------------------------------------------------------------------------------- healing, the default
good transplant "$model" target-1.png reference.png --mask mask.png -o healed.safetensors
check_not "another method" "$tool" same raw.safetensors image healed.safetensors image
good transplant "$model" target-1.png reference.png --mask mask.png --method heal --collage auto --rounds 4 --detail 50 -o option.safetensors
check "its defaults" "$tool" same healed.safetensors image option.safetensors image
for option in copy clone match tone; do good transplant "$model" target-1.png reference.png --mask mask.png --collage $option -o $option.safetensors; done
check_not "copy and clone" "$tool" same copy.safetensors image clone.safetensors image
check_not "copy and match" "$tool" same copy.safetensors image match.safetensors image
check_not "copy and tone" "$tool" same copy.safetensors image tone.safetensors image
check "one of them is chosen" sh -c 'for start in copy clone match tone; do
  "$0" same healed.safetensors image $start.safetensors image && exit; done; exit 1' "$tool"
for option in '--collage mean' '--detail 0' '--detail 100' '--strength 0.5' '--feather 6'; do
  good transplant "$model" target-1.png reference.png --mask mask.png $option -o option.safetensors
  check_not "$option" "$tool" same healed.safetensors image option.safetensors image
done
good transplant "$model" target-1.png reference.png --mask mask.png --collage clone -o clone.safetensors
for option in '' '--collage clone'; do
  good transplant "$model" target-1.png reference.png --mask mask.png --match-colours $option -o option.safetensors
  check "matched colours $option" "$tool" same clone.safetensors image option.safetensors image
done
bad 2 'names another collage' transplant "$model" target-1.png reference.png --mask mask.png --match-colours --collage copy -o out.png
good transplant "$model" target-1.png reference.png --mask mask.png --strength 0 -o nothing.png
check "strength 0 is the picture itself" "$tool" steps target-1.png nothing.png 0
good transplant "$model" target-1.png target-1.png --mask mask.png --detail 100 --rounds 1 -o self.png
check "outside, of itself" "$tool" outside target-1.png self.png mask.png 0
for option in '--mask-rule any' '--space w' '--refine 5'; do
  bad 2 'method styles' transplant "$model" target-1.png reference.png --mask mask.png $option -o out.png
done
for option in '--collage copy' '--match-colours' '--rounds 3' '--detail 5'; do
  bad 2 'method heal' transplant "$model" target-1.png reference.png --mask mask.png --method styles $option -o out.png
done
bad 2 'heal' transplant "$model" target-1.png reference.png --mask mask.png --method sharp -o out.png
bad 2 '--rounds' transplant "$model" target-1.png reference.png --mask mask.png --rounds 17 -o out.png
bad 2 '--rounds' transplant "$model" target-1.png reference.png --mask mask.png --rounds -1 -o out.png
bad 2 '--rounds' transplant "$model" target-1.png reference.png --mask mask.png --rounds 0 -o out.png
bad 2 '--detail' transplant "$model" target-1.png reference.png --mask mask.png --detail 101 -o out.png

# ------------------------------------------------------------------------------ beyond the target's outline
check clear "$tool" clear 90 61 clear.png
for method in styles heal; do
  for target in target-2.png target-6.png target-10.tif target-12.tif; do
    good transplant "$model" --method $method $target reference.png --mask mask.png --extend -o extended.${target#*.}
    check "opaque inside, $target, $method" "$tool" solid extended.${target#*.} mask.png
    check "outside, extended, $target, $method" "$tool" outside $target extended.${target#*.} mask.png 0
    good transplant "$model" --method $method $target reference.png --mask mask.png -o extended.${target#*.}
    check_not "the outline cuts, $target, $method" "$tool" solid extended.${target#*.} mask.png
  done
  bad 1 'fully transparent' transplant "$model" --method $method clear.png reference.png --mask mask.png -o out.png
  good transplant "$model" --method $method clear.png reference.png --mask mask.png --extend -o extended.png
  check "opaque inside, a clear target, $method" "$tool" solid extended.png mask.png
  check "outside, a clear target, $method" "$tool" outside clear.png extended.png mask.png 0
  bad 1 'fully transparent' transplant "$model" --method $method clear.png reference.png --mask mask.png --extend --strength 0 -o out.png
  good transplant "$model" --method $method target-1.png reference.png --mask mask.png -o closed.png
  good transplant "$model" --method $method target-1.png reference.png --mask mask.png --extend -o extended.png
  check "an opaque target, $method" cmp closed.png extended.png
done
bad 2 '--extend' transplant "$model" target-2.png reference.png --mask mask.png --extend --raw -o out.png

# A mask that goes on beyond the square is said to be cut, and the result is the same with and without the words.
check mask "$tool" ellipse 90 61 14 30 9 9 over.png
run transplant "$model" target-1.png reference.png --mask over.png --feather 4 -o over-1.png
[ $code = 0 ] && [ "$(wc -l < err)" = 1 ] && grep -q '^stylemap: .*beyond.*61 x 61' err && pass || fail "over the edge: $code $(cat err)"
good transplant "$model" target-1.png reference.png --mask over.png --feather 4 --quiet -o over-2.png
check "the same picture" cmp over-1.png over-2.png
check "outside, over the edge" "$tool" outside target-1.png over-1.png over.png 4
check "a feather wider than GEGL's" "$tool" ellipse 90 61 90 30 90 300 half.png
good transplant "$model" target-1.png reference.png --mask half.png --feather 6000 --quiet -o wide.png

# By size is the default: 2.3 pixels of this square, and none where the mask is soft already or a tensor.
toon=$root/models/toon-portraits-128.safetensors
paint 400 300 "R'G'B' u8" 3 large.png
check ellipse "$tool" ellipse 400 300 200 150 60 45 large-mask.png
by_size() { good transplant --quiet "$toon" --method styles large.png reference.png "$@"; }
by_size --mask large-mask.png -o by-size.png
by_size --mask large-mask.png --feather Auto -o auto.png
check "auto is the default" cmp by-size.png auto.png
check "outside, by size" "$tool" outside large.png by-size.png large-mask.png -1
check_not "by size is soft" "$tool" outside large.png by-size.png large-mask.png 0
by_size --mask large-mask.png --feather 2.34375 -o told.png
check "a 128th of the square" "$tool" steps by-size.png told.png 0
check soften "$tool" soften large-mask.png soft-mask.png
by_size --mask soft-mask.png -o by-size.png
by_size --mask soft-mask.png --feather 0 -o hard.png
check "a soft mask stays as it is" cmp by-size.png hard.png
check part "$tool" part large.png 136 86 128 128 square.png
check part "$tool" part large-mask.png 96 86 128 128 square-mask.png
check weights "$tool" weights square-mask.png square-mask.safetensors
for soft in 0 auto 1; do good transplant --quiet "$toon" --method styles square.png reference.png --mask square-mask.safetensors --feather $soft -o square-$soft.png; done
check "a tensor is taken as it is" cmp square-0.png square-auto.png
check_not "a tensor's mask may be feathered" cmp -s square-0.png square-1.png
# what comes in by its outline above it has a feather of its own: of a pixel, which 16 bits show
paint 128 128 "R'G'B' u16" 3 deep.png
check clear "$tool" clear 128 128 clear-128.png
check piece "$tool" part large.png 0 0 30 30 piece.png
check "cut out" "$tool" lay piece.png clear-128.png 90 90 cut.png
check white "$tool" ellipse 30 30 15 15 500 500 white.png
check "both masks" "$tool" lay white.png square-mask.png 90 90 both-masks.png
with_cut() { good transplant --quiet "$toon" --method styles deep.png reference.png --mask square-mask.safetensors --reference cut.png --mask-region alpha "$@"; }
with_cut --feather 0 -o with-cut.png
check "outside, a tensor and an outline" "$tool" outside deep.png with-cut.png both-masks.png 0
with_cut -o with-cut.png
check_not "the outline above a tensor is soft" "$tool" outside deep.png with-cut.png both-masks.png 0

# -------------------------------------------------------------------- why the model does not know the picture
portrait=$root/install/samples/target.png
notes() { # SENTENCE ARGUMENTS...: that is the only note
  local sentence=$1
  shift
  run reconstruct "$toon" "$@" -o noted.png
  [ $code = 0 ] && [ "$(wc -l < err)" = 1 ] && grep -q "^stylemap: $sentence" err && pass || fail "$*: $code $(cat err)"
}
good reconstruct "$toon" "$portrait" -o known.png
notes 'What the model knows is turned in its square\. --placement 25[0-9.]*,25[0-9.]*,5[0-9.]*' "$portrait" --placement 256,256,512,40
notes 'What the model knows is small in its square\. --placement ' "$portrait" --placement 256,256,900
notes 'The model was trained on another kind of picture: toon portraits' target-1.png
good reconstruct "$toon" target-1.png --quiet -o noted.png

# --------------------------------------------------------------------------------- placed by numbers
# At the model's own size a placed square is the cut-out one, bit for bit.
check part "$tool" part target-1.png 20 5 $size $size part.png
check part "$tool" part reference.png 41 17 $size $size reference-part.png
check flip "$tool" flip reference-part.png flipped.png
good reconstruct "$model" part.png -o part.safetensors
good reconstruct "$model" target-1.png --placement "36,21,$size" -o placed.safetensors
check "a placed square" "$tool" same part.safetensors image placed.safetensors image
cp placed.safetensors part-reconstructed.safetensors
good reconstruct "$model" target-1.png --placement "44.5, 30.5, 61" -o placed.safetensors
check "the centred square, by numbers" "$tool" same reconstruction.safetensors image placed.safetensors image
good reconstruct "$model" target-1.png --placement 36,21,$size,90 -o placed.safetensors
check_not "turned" "$tool" near part.safetensors image placed.safetensors image
check ellipse "$tool" ellipse 90 61 36 21 23 23 around.png
good reconstruct "$model" target-1.png --placement 36,21,$size,30 -o placed.png
check "outside a turned square" "$tool" outside target-1.png placed.png around.png 0
check fill "$tool" fill 1 1 $size $size 1 mask ones.safetensors
for method in styles heal; do
  edit() { good transplant "$model" --method $method "$@"; }
  edit part.png reference-part.png --mask ones.safetensors -o part.safetensors
  edit target-1.png reference.png --mask ones.safetensors --placement 36,21,$size --reference-placement 57,33,$size -o placed.safetensors
  check "both placed, $method" "$tool" same part.safetensors image placed.safetensors image
  edit part.png flipped.png --mask ones.safetensors -o part.safetensors
  edit target-1.png reference.png --mask ones.safetensors --placement 36,21,$size --reference-placement 57,33,$size --mirror \
    -o placed.safetensors
  check "mirrored, $method" "$tool" same part.safetensors image placed.safetensors image
  edit target-1.png reference.png --mask ones.safetensors --placement 36,21,$size,10 --reference-placement 36,21,$size,10 \
    -o part.safetensors
  edit target-1.png reference.png --mask ones.safetensors --placement 36,21,$size,10 --reference-placement as-placed \
    -o placed.safetensors
  check "as placed, $method" "$tool" same part.safetensors image placed.safetensors image
  edit target-1.png reference.png --mask around.png --placement 36,21,$size,30 --reference-placement CENTRE --quiet -o placed.png
  check "outside a placed square, $method" "$tool" outside target-1.png placed.png around.png 0
done
# ------------------------------------------------------------------------------ a region in a mask's place
mkdir regions && check region "$tool" ellipse 96 96 48 40 30 12 regions/eyes.png
good convert "$model" told.safetensors --regions regions
good convert told.safetensors again.safetensors
for file in told again; do # kept by the next conversion; the picture's square is the centred one, 61 wide
  good transplant $file.safetensors target-1.png reference.png --mask-region eyes -o $file.png
done
check "the region is kept" "$tool" steps told.png again.png 0 # the models' names differ
check ellipse "$tool" ellipse 90 61 45 25.5 22 10 around.png
check "outside a region" "$tool" outside target-1.png told.png around.png 0
check_not "inside it" "$tool" steps target-1.png told.png 0
bad 1 'does not tell where the region mouth' transplant told.safetensors target-1.png reference.png --mask-region mouth -o out.png
bad 2 'must be one of eyes, mouth' transplant told.safetensors target-1.png reference.png --mask-region nose -o out.png
bad 2 'two ways' transplant told.safetensors target-1.png reference.png --mask mask.png --mask-region eyes -o out.png
check wide "$tool" ellipse 90 61 40 30 14 9 regions/mouth.png
bad 1 'must be a square' convert "$model" out.safetensors --regions regions
mkdir empty && bad 1 'no region in empty' convert "$model" out.safetensors --regions empty

# a model that has not learnt to find its subject takes the centred square, and says so where it was asked by name
good transplant "$model" target-1.png reference.png --mask mask.png --reference-placement centre -o part.safetensors
good transplant "$model" target-1.png reference.png --mask mask.png -o placed.safetensors
check "nothing to find" "$tool" same part.safetensors image placed.safetensors image
run transplant "$model" target-1.png reference.png --mask mask.png --reference-placement auto -o placed.safetensors
[ $code = 0 ] && [ "$(wc -l < err)" = 1 ] && grep -q '^stylemap: .*not learnt to find' err && pass || fail "auto: $code $(cat err)"
check "nothing to find, by name" "$tool" same part.safetensors image placed.safetensors image
for wrong in 1,2 1,2,3,4,5 x,2,3 1,2,0 1,2,1048577 20000000,2,3 1,2,3,361 nan,2,3 '1,2,3;4' as-placed face; do
  bad 2 '; it must be X,Y,SIDE' reconstruct "$model" target-1.png --placement "$wrong" -o out.png
done
bad 2 'or one of centre, bounds, as-placed, auto, faces, model' transplant "$model" target-1.png reference.png --mask mask.png --reference-placement there -o out.png
good reconstruct "$model" target-1.png --placement auto -o placed.safetensors
check "nothing to find in the target" "$tool" same reconstruction.safetensors image placed.safetensors image
# same_place WORD NUMBERS: both mean that
same_place() {
  good reconstruct "$model" target-1.png --placement "$1" -o word.safetensors
  good reconstruct "$model" target-1.png --placement "$2" -o placed.safetensors
  check "the place $1" "$tool" same word.safetensors image placed.safetensors image
}
same_place bounds 45,30.5,90
same_place "20,10 60,10" 40,30,40
same_place "60,10 60,50 20,10 20,50" 40,30,40,90
"$tool" ellipse 90 61 50 30 10 5 small.png
good transplant "$model" target-1.png reference.png --mask small.png --placement selection -o word.png
good transplant "$model" target-1.png reference.png --mask small.png --placement 50,30,32 -o placed.png
cmp -s word.png placed.png && pass || fail "the place around the mask"
bad 2 'around the mask' transplant "$model" target-1.png reference.png --mask-region eyes --placement selection -o out.png
bad 2 'around the mask' reconstruct "$model" target-1.png --placement selection -o out.png
bad 2 'two or four points' reconstruct "$model" target-1.png --placement "1,2 3,4 5,6" -o out.png
bad 1 'lie in one place' reconstruct "$model" target-1.png --placement "1,2 1,2" -o out.png
bad 1 'does not tell where eyes and mouth lie' reconstruct "$model" target-1.png --placement faces -o out.png
bad 1 'not learnt to find' reconstruct "$model" target-1.png --placement model -o out.png
bad 1 'does not tell where eyes and mouth lie' transplant "$model" target-1.png reference.png --mask mask.png \
  --reference-placement faces -o out.png
bad 1 'not installed' place "$root/models/portraits-128.safetensors" target-1.png --by faces
bad 2 '--by must be one of faces, model' place "$model" target-1.png --by eyes
bad 1 'does not touch the target (90 x 61' transplant "$model" target-1.png reference.png --mask mask.png --placement 200,200,50 -o out.png
bad 1 'does not touch the reference' transplant "$model" target-1.png reference.png --mask mask.png --reference-placement=-50,1,50 -o out.png
bad 1 'misses' transplant "$model" target-1.png reference.png --mask mask.png --placement 80,50,10 -o out.png
bad 2 'a tensor is' reconstruct "$model" part.safetensors --placement 1,2,3 -o out.safetensors
bad 2 'a tensor is' transplant "$model" target-1.png part.safetensors --mask mask.png --mirror -o out.png

# Masks of all 0 and all 1 as tensors: the target's and the reference's own reconstruction.
good reconstruct "$model" reference.png -o reference-again.safetensors
check fill "$tool" fill 1 1 $size $size 1 mask ones.safetensors
check fill "$tool" fill 1 1 $size $size 0 mask zeros.safetensors
good transplant "$model" --method styles target-1.png reference.png --mask ones.safetensors -o all.safetensors
check "a mask of ones" "$tool" near reference-again.safetensors image all.safetensors image 1e-5
good transplant "$model" --method styles target-1.png reference.png --mask zeros.safetensors -o none.safetensors
check "a mask of zeros" "$tool" near reconstruction.safetensors image none.safetensors image 1e-5
bad 1 '--raw' transplant "$model" target-1.png reference.png --mask ones.safetensors -o out.png
check fill "$tool" fill 1 1 $size $size 2 mask twos.safetensors
bad 1 '0 to 1' transplant "$model" target-1.png reference.png --mask twos.safetensors -o out.safetensors
bad 1 '0 to 1' transplant "$model" target-1.png reference.png --mask twos.safetensors -o out.png
# Writing over a picture keeps its permissions.
cp target-1.png private.png && chmod 640 private.png
good transplant "$model" private.png reference.png --mask mask.png -o private.png
[ "$(stat -c %a private.png)" = 640 ] && pass || fail "permissions became $(stat -c %a private.png)"
bad 2 '--feather' transplant "$model" target-1.png reference.png --mask ones.safetensors --feather 3 -o out.safetensors
check fill "$tool" fill 1 3 $size $size 0.25 image grey.safetensors
good transplant "$model" grey.safetensors reference.png --mask ones.safetensors -o square.png
shape_is square.png "$size $size R'G'B' u16"
good encode "$model" target-1.png -o w.safetensors
good synth "$model" w.safetensors -o synth.safetensors
check "encode, synth" "$tool" same reconstruction.safetensors image synth.safetensors image
for wrong in "2 3 $size $size" "1 3 8 8" "1 4 $size $size" "3 $size $size"; do
  check fill "$tool" fill $wrong 0 image wrong.safetensors
  bad 1 "${wrong// / x }, expected 1 x 3 x $size x $size" encode "$model" wrong.safetensors -o w2.safetensors
done
bad 1 'image' encode "$model" ones.safetensors -o w2.safetensors
bad 1 'w' synth "$model" ones.safetensors -o w2.png
[ ! -e w2.safetensors ] && [ ! -e w2.png ] && [ ! -e out.png ] && pass || fail "an output after a failure"

# ---------------------------------------------------------------------------------- reconstruct
good reconstruct "$model" target-1.png -o again.png
shape_is again.png "90 61 R'G'B' u8"
grep -qE '^MSE 0\.[0-9]{6}  PSNR [0-9]+\.[0-9]{2} dB$' out && pass || fail "reconstruct says: $(cat out)"
cp out said
good reconstruct "$model" target-1.png --refine 6 -o refined.png
awk '/^MSE before/ {before = $3} /^MSE [0-9]/ {after = $2} END {exit !(after > 0 && after < before)}' out && pass ||
  fail "reconstruct --refine says: $(cat out)"
good transplant "$model" target-1.png reference.png --mask mask.png --method styles --refine 6 --raw -o refined.png
awk '/^(target|reference): MSE before/ {n += $NF > 0 && $NF < $4 + 0} END {exit n != 2}' out && pass ||
  fail "transplant --refine says: $(cat out)"
bad 2 'w+' transplant "$model" target-1.png reference.png --mask mask.png --method styles --refine 6 --space w -o refined.png
bad 2 'refine' reconstruct "$model" target-1.png --refine -1 -o refined.png
good reconstruct "$model" target-1.png --raw -o again-raw.png
cmp -s out said && pass || fail "two errors of one picture: $(cat out said)"
# Outside the centred square the picture stays: columns 0..13 and 75.. of 90 x 61.
check mask "$tool" ellipse 90 61 45 30.5 31 1000 middle.png
check "outside the square" "$tool" outside target-1.png again.png middle.png 0

# ------------------------------------------------------------------------- interpolate, mix
good interpolate "$model" target-1.png reference.png --frames 3 -o 'f%d.safetensors'
check "frame 1 is A" "$tool" same f1.safetensors image reconstruction.safetensors image
check "frame N is B" "$tool" near reference-again.safetensors image f3.safetensors image 1e-5
check_not "the frame between" "$tool" same f2.safetensors image f1.safetensors image
good interpolate "$model" target-1.png reference.png --frames 3 --space w+ -o 'g%d.safetensors'
check "frame 1 is A in W+" "$tool" near reconstruction.safetensors image g1.safetensors image 1e-5
check_not "W is not W+" "$tool" same f2.safetensors image g2.safetensors image
good interpolate "$model" w.safetensors reference.png --frames 2 -o 'h%02d.png'
shape_is h01.png "$size $size R'G'B' u8"
good interpolate "$model" target-1.png reference.png --frames 65 -o 'i%d.safetensors'
good interpolate "$model" target-1.png reference.png --frames 5 --easing smooth -o 'e%d.safetensors'
check "smoothly: a quarter of the time is 10 / 64 of the way" "$tool" same i11.safetensors image e2.safetensors image
# placed as any edit's pictures are, and in the picture A
here="36,21,$size" there="57,33,$size"
good reconstruct "$model" reference.png --placement $there -o there.safetensors
good interpolate "$model" target-1.png reference.png --frames 3 --placement $here --b-placement $there -o 'p%d.safetensors'
check "frame 1 is A where it is placed" "$tool" same part-reconstructed.safetensors image p1.safetensors image
check "frame N is B where it is placed" "$tool" near there.safetensors image p3.safetensors image 1e-5
check flip "$tool" flip reference.png mirrored.png
good reconstruct "$model" mirrored.png --placement 33,33,$size -o there-mirrored.safetensors
good interpolate "$model" target-1.png reference.png --frames 2 --placement $here --b-placement $there --mirror -o 'm%d.safetensors'
check "B is mirrored" "$tool" near there-mirrored.safetensors image m2.safetensors image 1e-5
good interpolate "$model" target-1.png reference.png --frames 2 --placement $there --b-placement as-placed -o 'm%d.safetensors'
check "B as A is placed" "$tool" near there.safetensors image m2.safetensors image 1e-5
good reconstruct "$model" reference.png --placement "41,17 73,17" -o there-by-points.safetensors
good interpolate "$model" target-1.png reference.png --frames 2 --placement "41,17 73,17" --b-placement as-placed -o 'm%d.safetensors'
check "B as A is found" "$tool" near there-by-points.safetensors image m2.safetensors image 1e-5
good interpolate "$model" target-1.png reference.png --frames 3 --whole --detail 0 --placement $here --b-placement $there -o 'k%d.png'
good reconstruct "$model" target-1.png --placement $here -o here.png
check "whole frame 1 is A's reconstruction" "$tool" steps k1.png here.png 0
check part "$tool" part k3.png 20 5 $size $size k3-part.png
good reconstruct "$model" reference.png --placement $there --raw -o there.png
check "whole frame N has B's square" "$tool" steps k3-part.png there.png 1
check box "$tool" ellipse 90 61 36 21 23 23 around-whole.png
check "outside the square all frames are A" "$tool" outside target-1.png k3.png around-whole.png 0
good interpolate "$model" target-5.png reference.png --frames 2 --whole --placement $here -o 'k%d.png'
shape_is k2.png "90 61 R'G'B' u16"
good reconstruct "$model" target-5.png --detail 50 --placement $here -o here.png
check "a whole frame keeps half of A's detail" "$tool" steps k1.png here.png 0.5
toon=$root/models/toon-portraits-128.safetensors samples=$root/install/samples
for detail in 0 100; do
  good interpolate "$toon" "$samples/target.png" "$samples/reference.png" --frames 2 --whole --detail $detail -o "d$detail-%d.png"
  good reconstruct "$toon" "$samples/target.png" --detail $detail -o here.png
  check "frame 1 is A with $detail % of its detail" "$tool" steps d$detail-1.png here.png 0.5
done
check_not "all of the detail is not none of it" "$tool" steps d100-1.png d0-1.png 20
bad 2 'belongs to --whole' interpolate "$model" target-1.png reference.png --frames 2 --detail 50 -o 'k%d.png'
bad 2 '--detail' interpolate "$model" target-1.png reference.png --frames 2 --whole --detail -5 -o 'k%d.png'
bad 2 'copies of the picture A' interpolate "$model" target-1.png reference.png --frames 2 --whole -o 'k%d.safetensors'
bad 2 'copies of the picture A' interpolate "$model" w.safetensors reference.png --frames 2 --whole -o 'k%d.png'
bad 2 'there is none here' interpolate "$model" target-1.png reference.png --frames 2 --placement selection -o 'k%d.png'
bad 2 'tensor is the model' interpolate "$model" w.safetensors reference.png --frames 2 --placement $here -o 'k%d.png'
bad 2 "as A's" interpolate "$model" w.safetensors reference.png --frames 2 --b-placement as-placed -o 'k%d.png'
run interpolate "$model" target-2.png reference.png --frames 3 --whole -o 'alpha%d.jpg'
[ $code = 0 ] && [ "$(grep -c '^stylemap: JPEG holds no transparency' err)" = 1 ] && pass || fail "one note: $code $(cat err)"
good encode "$toon" "$samples/target.png" -o toon-w.safetensors
run interpolate "$toon" toon-w.safetensors "$samples/reference.png" --frames 2 --b-placement auto -o 'k%d.png'
[ $code = 0 ] && [ "$(grep -c 'found its subject in the reference' err)" = 1 ] && pass || fail "a style map as A: $code $(cat err)"
run interpolate "$toon" "$samples/scene.png" "$samples/reference.png" --frames 2 --placement auto -o 'k%d.png'
grep -q 'in the target at 4[0-9.]*,[34][0-9.]*,3' err && pass || fail "where A was found: $(cat err)"
run apply "$toon" "$samples/scene.png" --direction beard --raw --placement auto -o raw-apply.png
[ $code = 0 ] && grep -q 'in the target at 4[0-9.]*,[34][0-9.]*,3' err && pass || fail "where a raw square was found: $code $(cat err)"
bad 2 'tensor is the model' apply "$toon" d0.safetensors --direction beard --placement 256,256,512 -o out.png
# of a B that is a style map there is no detail, and at the end none of A's, whoever that is
for a in target reference; do good interpolate "$toon" "$samples/$a.png" toon-w.safetensors --frames 2 --whole --detail 100 -o "of-$a-%d.png"; done
check "the last frame keeps none of A's detail" "$tool" steps of-target-2.png of-reference-2.png 0
# a subject that is found in A and not in B
check plain "$tool" paint 90 61 "R'G'B' u8" 2 nobody.png
run interpolate "$toon" "$samples/scene.png" nobody.png --frames 2 --placement auto --b-placement auto -o 'k%d.png'
[ $code = 0 ] && grep -q 'in the target at' err && grep -q 'centred square is taken' err && pass || fail "a B that nothing is found in: $code $(cat err)"
run reconstruct "$model" "$root/tests/fuzz/found/picture-heif/tile-larger-than-the-picture.heic" -o tile.png
[ $code = 0 ] && shape_is tile.png "24 16 R'G'B' u8" || fail "a HEIF picture that is a part of its tile: $code $(cat err)"
bad 1 'it is too large' reconstruct "$model" "$root/tests/fuzz/found/picture-heif/pieces-beyond-int.heic" -o tile.png
run place "$toon" "$samples/scene.png" --json
grep -q '"by": "model", "sure": true, "error": 0.0' out && pass || fail "place says: $(cat out err)"
bad 2 'as-placed' interpolate "$model" target-1.png reference.png --frames 2 --b-placement nowhere -o 'k%d.png'
bad 1 'does not touch the reference' interpolate "$model" target-1.png reference.png --frames 2 --b-placement 300,300,20 -o 'k%d.png'
good mix "$model" target-1.png reference.png -o mixed.safetensors
check_not "a mixture" "$tool" same mixed.safetensors image reference-again.safetensors image
good mix "$model" reference.png reference.png -o mixed.safetensors
check "a mixture of one" "$tool" same mixed.safetensors image reference-again.safetensors image
good mix "$other_norm" target-1.png reference.png -o mixed.jpg
shape_is mixed.jpg "$size $size R'G'B' u8"

# ------------------------------------------------------------------------------------- other forms
for ending in jpg tif webp; do
  good reconstruct "$model" target-1.png -o form.$ending
  shape_is form.$ending "90 61 R'G'B' u8"
done
good reconstruct "$model" target-2.png -o alpha.webp
shape_is alpha.webp "90 61 R'G'B'A u8"
run reconstruct "$model" target-2.png -o alpha.jpg
[ $code = 0 ] && grep -q '^stylemap: JPEG holds no transparency' err && pass || fail "no note: $code $(cat err)"
good reconstruct "$model" target-2.png --quiet -o alpha.jpg
shape_is alpha.jpg "90 61 R'G'B' u8"
good reconstruct "$model" target-3.png -o grey.jpg
shape_is grey.jpg "90 61 Y' u8"
for file in rgb16.exr few.gif lossless-rgba8.webp orientation-6-rgb8.jpg white-g8.tif; do
  good reconstruct "$model" "$root/tests/picture/pictures/$file" -o read.png
done
shape_is read.png "24 16 Y' u8"

# --------------------------------------------------------------------------------- failures: 1
bad 1 'No such file' reconstruct "$model" none.png -o out.png
bad 1 'No such file' reconstruct "$model" target-1.png -o none/out.png
bad 1 'ending' reconstruct "$model" target-1.png -o out.bmp
bad 1 'ending' reconstruct "$model" target-1.png -o out
head -c 900 target-1.png > cut.png
bad 1 'cut.png' reconstruct "$model" cut.png -o out.png
echo 'no picture' > text.png
bad 1 'text.png' encode "$model" text.png -o out.safetensors
bad 1 'cut.png' transplant "$model" target-1.png cut.png --mask mask.png -o out.png
bad 1 'cut.png' transplant "$model" target-1.png reference.png --mask cut.png -o out.png
paint 90 60 "Y' u8" 3 small-mask.png
bad 1 '90 x 60' transplant "$model" target-1.png reference.png --mask small-mask.png -o out.png
bad 1 '90 x 61' transplant "$model" target-1.png reference.png --mask small-mask.png --raw -o out.png
bad 1 'colour' transplant "$model" target-1.png reference.png --mask reference.png -o out.png
check mask "$tool" ellipse 90 61 5 30 4 4 aside.png
bad 1 '61 x 61' transplant "$model" target-1.png reference.png --mask aside.png -o out.png
bad 1 '61 x 61' transplant "$model" target-1.png reference.png --mask aside.png -o out.safetensors
# Why nothing would be seen, in words, whatever is written.
check mask "$tool" ellipse 90 61 45 30 0 0 black.png
check mask "$tool" ellipse 90 61 45 30 3 3 small.png
for output in out.png out.safetensors; do
  bad 1 'black' transplant "$model" target-1.png reference.png --mask black.png -o $output
  bad 1 'smaller feather' transplant "$model" target-1.png reference.png --mask small.png --feather 300 -o $output
done
bad 1 "$root/README" reconstruct "$root/README.pt" target-1.png -o out.png
[ ! -e out.png ] && [ ! -e out.safetensors ] && [ -z "$(find . -name '.stylemap*')" ] && pass || fail "left behind: $(ls -A)"
if [ "$(id -u)" != 0 ]; then
  mkdir -p closed && chmod 555 closed
  bad 1 'denied' reconstruct "$model" target-1.png -o closed/out.png
fi
# A full disk: nothing under the output's name, and nothing beside it.
if [ -w /dev/shm ] && (ulimit -f 1) 2> /dev/null; then
  code=0
  (ulimit -f 4; trap '' XFSZ; exec "$stylemap" reconstruct "$model" target-5.png -o full.png > /dev/null 2> err) || code=$?
  [ $code = 1 ] && [ "$(wc -l < err)" = 1 ] && [ ! -e full.png ] && [ -z "$(find . -name '.stylemap*')" ] && pass ||
    fail "a full disk: exit $code: $(cat err; ls -A)"
fi
# An output that exists is replaced, or stays as it was.
cp reference.png over.png
bad 1 'cut.png' reconstruct "$model" cut.png -o over.png
cmp -s reference.png over.png && pass || fail "a failure changed an existing file"
good reconstruct "$model" over.png -o over.png
cmp -s reference.png over.png && fail "over.png is unchanged" || pass

# A link stays a link.
mkdir -p elsewhere && cp reference.png elsewhere/real.png && ln -s elsewhere/real.png link.png
good reconstruct "$model" target-1.png -o link.png
[ -L link.png ] && ! cmp -s reference.png elsewhere/real.png && [ "$(ls -A elsewhere)" = real.png ] && pass || fail "a link: $(ls -lA . elsewhere)"
# Names that other programs take for addresses or options.
for name in 'http:x.png' 'file:x.png' './-.png' 'a b%d.png' $'new\nline.png'; do
  good reconstruct "$model" target-1.png -o "$name"
  good reconstruct "$model" "$name" -o named.png
done

# -------------------------------------------------------------------------------- interrupted: 130
for signal in INT TERM; do
  rm -f slow-*
  "$stylemap" sample "$model" --count 100000 -o 'slow-%d.safetensors' > out 2> err &
  for n in $(seq 200); do [ -e slow-3.safetensors ] && break; sleep 0.05; done
  kill -$signal $!
  code=0
  wait $! || code=$?
  [ $code = 130 ] && [ "$(wc -l < err)" = 1 ] && grep -q '^stylemap: ' err && pass || fail "$signal: $code $(cat err)"
  for f in slow-*.safetensors; do "$tool" near $f image $f image > /dev/null || fail "half a file: $f"; done
  [ -z "$(find . -name '.stylemap*')" ] && pass || fail "left behind after $signal: $(ls -A)"
done

# ------------------------------------------------------------------------- threads, bars, quiet
good reconstruct "$model" target-1.png --threads 1 -o one.safetensors
good reconstruct "$model" target-1.png --threads 2 -o two.safetensors
check "threads" "$tool" near one.safetensors image two.safetensors image
good reconstruct "$model" target-1.png -q -o quiet.png
if command -v script > /dev/null && script -qec true /dev/null > bar 2>&1 < /dev/null; then # where there are pseudo-terminals
  script -qec "'$stylemap' encode '$model' target-1.png -o bar.safetensors" /dev/null > bar 2>&1 < /dev/null
  grep -q '\[#* *\] *[0-9]*%' bar && pass || fail "no bar on a terminal: $(cat bar)"
  script -qec "'$stylemap' encode '$model' target-1.png --quiet -o bar.safetensors" /dev/null > bar 2>&1 < /dev/null
  grep -q '%' bar && fail "a bar in spite of --quiet" || pass
fi
finish
