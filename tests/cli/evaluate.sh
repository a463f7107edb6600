#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# stylemap evaluate: what it measures, on pictures whose numbers are known. usage: evaluate.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.safetensors
mkdir pictures others masks
for i in 1 2 3 4; do
  "$tool" paint 32 32 "R'G'B' u8" $i pictures/$i.png
  "$stylemap" reconstruct --raw "$model" pictures/$i.png -o others/$i.png > said-$i
done
cp pictures/1.png others/more.png
cell() { awk -F, -v row="\"$1\"" -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) at = i } $1 == row { print $at }' table.csv; }
weights_of_fid=$root/tests/statistics/inception-legacy.pth
near() { awk -v a="$1" -v b="$2" -v d="$3" 'BEGIN { exit !(a != "" && b != "" && a - b <= d && b - a <= d) }'; }

# ------------------------------------------------- reconstructions, another program's pictures, formats
mkdir flat && for i in 1 2 3 4; do "$tool" ellipse 32 32 16 16 1000 1000 flat/$i.png; done
good evaluate "$model" pictures --folder same=pictures --folder others --csv table.csv --json table.json -q
[ "$(wc -l < out)" = 4 ] && grep -qE '^reconstruct +4 ' out && pass || fail "evaluate says: $(cat out)"
expected=$(cat said-* | awk '{ sum += $2 } END { print sum / NR }')
near "$(cell reconstruct MSE)" "$expected" 0.002 && pass || fail "MSE $(cell reconstruct MSE), not $expected"
near "$(cell reconstruct MSE)" "$(cell others MSE)" 1e-9 && near "$(cell reconstruct SSIM)" "$(cell others SSIM)" 1e-9 && pass ||
  fail "the same pictures from files: $(cat table.csv)"
[ "$(cell same MSE)" = 0 ] && [ "$(cell same PSNR)" = inf ] && near "$(cell same SSIM)" 1 1e-9 && pass || fail "same: $(cat table.csv)"
good evaluate "$model" pictures --folder same=pictures --folder flat --csv sharp.csv -q
cp table.csv kept.csv && mv sharp.csv table.csv
near "$(cell same sharpness)" 1 1e-9 && near "$(cell flat sharpness)" 0 1e-9 && awk -v a="$(cell reconstruct sharpness)" \
  'BEGIN { exit !(a > 0 && a < 1) }' && pass || fail "sharpness: $(cat table.csv)"
mv kept.csv table.csv
[ "$(cell others pictures)" = 4 ] && [ -z "$(cell others seconds)" ] && [ -n "$(cell reconstruct seconds)" ] && pass || fail "$(cat table.csv)"
grep -qF '{"name": "same", "pictures": 4, "MSE": 0, "PSNR": null' table.json && pass || fail "json: $(cat table.json)"
run evaluate "$model" pictures --folder others
grep -qF '4 of 5 pictures' err && pass || fail "what is left out is not told: $(cat err)"
good evaluate "$model" pictures --count 2 --refine 3 --csv table.csv -q
[ "$(cell reconstruct pictures)" = 2 ] && awk -v a="$(cell 'refine 3' MSE)" -v b="$(cell reconstruct MSE)" 'BEGIN { exit !(a < b) }' && pass ||
  fail "refine: $(cat table.csv)"

# --------------------------------------------------------------------- local editing, masks of three kinds
for i in 1 2 3 4; do "$tool" ellipse 64 64 $((28 + i)) 30 10 $((8 + i)) masks/$i.png; done
good evaluate "$model" pictures --parts masks --csv table.csv -q
[ "$(cell 'styles mask' pictures)" = 2 ] && [ "$(cell 'heal mask' pictures)" = 2 ] && pass || fail "pairs: $(cat table.csv)"
near "$(cell 'heal mask' MSE_src)" 0 1e-9 && awk -v a="$(cell 'styles mask' MSE_src)" -v b="$(cell 'styles mask' MSE_ref)" \
  'BEGIN { exit !(a > 0 && b > 0) }' && pass || fail "local editing: $(cat table.csv)"
styles=$(cell 'styles mask' MSE_ref)
mkdir five && for i in 1 2 3 4; do cp masks/$i.png five/0000${i}_hair.png; done
good evaluate "$model" pictures --parts five --csv table.csv -q
near "$(cell 'styles hair' MSE_ref)" "$styles" 1e-12 && [ "$(cell 'styles background' pictures)" = 2 ] && pass || fail "a file a part: $(cat table.csv)"
grep -q '^"styles mean",,' table.csv && pass || fail "no mean: $(cat table.csv)"
mkdir none && bad 2 'no masks' evaluate "$model" pictures --parts none -q

near "$(cell 'copy hair' MSE_src)" 0 1e-12 && near "$(cell 'copy hair' MSE_ref)" 0 1e-12 && awk -v a="$(cell 'copy hair' seam)" \
  -v b="$(cell 'heal hair' seam)" 'BEGIN { exit !(a > b && b > 0) }' && pass || fail "seams: $(cat table.csv)"

# without a mask a picture is in no pair; a pair of which one alone shows the part is one
rm five/00004_hair.png && "$tool" ellipse 64 64 6 6 5 5 five/00001_nose.png
good evaluate "$model" pictures --parts five --csv table.csv -q
[ "$(cell 'styles hair' pictures)" = 1 ] && [ "$(cell 'styles nose' pictures)" = 1 ] && [ "$(cell 'styles background' pictures)" = 1 ] && pass ||
  fail "pairs: $(cat table.csv)"
cp masks/4.png five/00004_hair.png && rm five/00001_nose.png

# halves: of 1 and 2 the right one, of 3 and 4 the lower one, in W
good evaluate "$model" pictures --halves --write-pairs halves --csv table.csv -q
[ "$(cell 'styles halves' pictures)" = 2 ] && [ "$(cell 'copy halves' MSE_src)" = 0 ] && pass || fail "halves: $(cat table.csv)"
"$tool" ellipse 32 32 10016 16 10000 10000 right.png && "$tool" steps halves/halves-1-2-mask.png right.png 0 &&
  "$tool" ellipse 32 32 16 10016 10000 10000 lower.png && "$tool" steps halves/halves-3-4-mask.png lower.png 0 && pass || fail "halves: $(ls halves)"

# ------------------------------------------------------------------- edits of other programs, and by `batch`
good evaluate "$model" pictures --parts five --write-pairs pairs --csv table.csv -q
[ "$(ls pairs | grep -c '^hair-.-.-target.png$')" = 2 ] && [ "$(wc -l < pairs/pairs.csv)" = 5 ] && pass || fail "pairs: $(ls pairs) $(cat pairs/pairs.csv)"
heal=$(cell 'heal hair' MSE_ref)
mkdir nothing all half
for i in pairs/*-target.png; do n=$(basename "$i" -target.png) && cp "$i" nothing/$n.png && cp pairs/$n-reference.png all/$n.png; done
cp "$(ls nothing/hair-*.png | head -1)" half
good batch pairs/pairs.csv --model "$model" -o ours -q
good evaluate "$model" pictures --parts five --folder nothing --folder all --folder half --folder ours --seconds all=0.5 --csv table.csv -q
[ "$(cell 'nothing hair' MSE_src)" = 0 ] && near "$(cell 'nothing hair' MSE_ref)" "$(cell 'all background' MSE_src)" 1 &&
  awk -v a="$(cell 'nothing hair' MSE_ref)" -v b="$(cell 'all hair' MSE_src)" 'BEGIN { exit !(a > 0.001 && b > 0.001) }' &&
  [ "$(cell 'all hair' MSE_ref)" = 0 ] && pass || fail "others' edits: $(cat table.csv)"
[ "$(cell 'all hair' seconds)" = 0.5 ] && [ -z "$(cell 'nothing hair' seconds)" ] && [ "$(cell 'nothing hair' pictures)" = 2 ] &&
  [ "$(cell 'half hair' pictures)" = 1 ] && [ -n "$(cell 'all mean' MSE_src)" ] && [ -z "$(cell 'half mean' MSE_src)" ] && pass ||
  fail "others' edits: $(cat table.csv)"
near "$(cell 'ours hair' MSE_ref)" "$heal" 1e-6 && near "$(cell 'ours hair' MSE_ref)" "$(cell 'heal hair' MSE_ref)" 1e-6 && pass ||
  fail "batch draws other edits: $(cat table.csv)"
bad 2 'needs --parts or --halves' evaluate "$model" pictures --write-pairs elsewhere
bad 2 'no --folder does' evaluate "$model" pictures --folder others --seconds pSp=3
mkdir stranger && cp pictures/1.png stranger/nobody.png && bad 2 'no picture by the name' evaluate "$model" pictures --parts five --folder stranger -q
mkdir broken && head -c 100 pictures/1.png > broken/1.png && bad 1 'No picture can be read; the first: ' evaluate "$model" broken -q

# ------------------------------------------------------------------------------------------------- AP
detector=$root/tests/statistics/detector-legacy.pth
good evaluate "$model" pictures --parts five --detector "$detector" --folder nothing --folder same=pictures --csv table.csv -q
[ "$(cell 'nothing hair' AP)" = 0.5 ] && [ "$(cell same AP)" = 0.5 ] && pass || fail "what is not edited: $(cat table.csv)"
awk -v a="$(cell 'styles hair' AP)" -v b="$(cell 'styles background' AP)" -v m="$(cell 'styles mean' AP)" \
  'BEGIN { exit !(a > 0 && a <= 1 && m - (a + b) / 2 < 1e-9 && (a + b) / 2 - m < 1e-9) }' && [ -n "$(cell reconstruct AP)" ] && pass ||
  fail "AP: $(cat table.csv)"
bad 1 'conv1.weight' evaluate "$model" pictures --detector "$weights_of_fid" -q

# ---------------------------------------------------------------------------- edits whose result is known
mkdir edits results
for i in 1 2 3; do
  cp pictures/$i.png edits/$i-target.png
  cp pictures/4.png edits/$i-reference.png
  cp masks/$i.png edits/$i-mask.png
  cp pictures/$i.png edits/$i-truth.png
  cp pictures/$i.png results/$i.png
done
cp pictures/4.png edits/lonely-truth.png
run evaluate "$model" pictures --count 1 --truth edits --folder other=results --seconds other=0.25 --csv table.csv
grep -qF '1 edits in edits lack' err && pass || fail "an edit without its pictures is not told: $(cat err)"
[ "$(cell 'no edit truth' truth_MSE)" = 0 ] && near "$(cell 'no edit truth' truth_SSIM)" 1 1e-9 && [ "$(cell 'no edit truth' edge_dE)" = 0 ] &&
  [ "$(cell 'no edit truth' pictures)" = 3 ] && pass || fail "no edit: $(cat table.csv)"
for way in copy styles heal; do
  awk -v a="$(cell "$way truth" truth_MSE)" -v b="$(cell "$way truth" edge_dE)" -v c="$(cell "$way truth" seconds)" \
    'BEGIN { exit !(a > 0.0001 && b > 0.1 && c != "") }' && pass || fail "$way: $(cat table.csv)"
done
[ "$(cell 'other truth' truth_MSE)" = 0 ] && [ "$(cell other seconds)" = 0.25 ] && pass || fail "results of others: $(cat table.csv)"
bad 2 'has no edits' evaluate "$model" pictures --truth pictures
bad 2 'NAME=SECONDS' evaluate "$model" pictures --seconds 3

# ------------------------------------------------------------------------------------------------- FID
weights=$weights_of_fid
mkdir strange && cp pictures/2.png strange/x.png && cp pictures/3.png strange/y.png
good evaluate "$model" pictures --inception "$weights" --pairs 6 --samples 3 --folder same=pictures --folder strange --csv table.csv -q
[ "$(cell sample pictures)" = 3 ] && [ -n "$(cell sample FID)" ] && [ -n "$(cell strange FID)" ] && [ -z "$(cell strange MSE)" ] && pass ||
  fail "pictures of the same kind: $(cat table.csv)"
head -1 table.csv | grep -q ',FID_lerp,seconds$' && pass || fail "the order of columns: $(head -1 table.csv)"
# of a million samples none is kept: 3 GB of them in 2 (sanitizers want more of it)
if (ulimit -v 2000000 && "$stylemap" evaluate "$model" pictures -q) > small.txt 2>&1; then
  (ulimit -v 2000000 && exec timeout --preserve-status -s INT 3 "$stylemap" evaluate "$model" pictures --inception "$weights" --pairs 2 \
    --samples 1000000 -q) > many.txt 2>&1
  [ $? = 130 ] && pass || fail "many samples: $(cat many.txt)"
fi
near "$(cell same FID)" 0 1e-4 && awk -v a="$(cell reconstruct FID)" -v b="$(cell interpolate FID_lerp)" 'BEGIN { exit !(a > 0.001 && b > 0.001) }' &&
  pass || fail "FID: $(cat table.csv)"
perceptual=$root/tests/train/perceptual
good evaluate "$model" pictures --vgg "$perceptual/vgg16-legacy.pth" --lpips "$perceptual/lpips-legacy.pth" --folder same=pictures --csv table.csv -q
[ "$(cell same LPIPS)" = 0 ] && awk -v a="$(cell reconstruct LPIPS)" 'BEGIN { exit !(a > 0.01) }' && pass || fail "LPIPS: $(cat table.csv)"
bad 1 'lin0' evaluate "$model" pictures --vgg "$perceptual/vgg16-legacy.pth"
bad 2 '--lpips needs --vgg' evaluate "$model" pictures --lpips "$perceptual/lpips-legacy.pth"
bad 1 'missing' evaluate "$model" pictures --inception "$model"
bad 2 '--samples' evaluate "$model" pictures --samples 3
bad 2 '--pairs' evaluate "$model" pictures --pairs 3
bad 2 '--pairs' evaluate "$model" pictures --inception "$weights" --pairs 1
bad 2 '--against' evaluate "$model" pictures --against others
bad 2 'no folder' evaluate "$model" nowhere
mkdir apart && cp pictures/1.png apart/x.png && bad 2 'no picture by the name' evaluate "$model" pictures --folder apart
good evaluate --help
grep -q 'stylemap evaluate' out && pass || fail "--help: $(cat out)"
finish
