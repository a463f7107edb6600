#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Several references of one transplant, each with what belongs to it: on the command line and in the rows of a batch.
# usage: references.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.zip.pt
for n in 1 2 3; do check paint "$tool" paint 90 61 "R'G'B' u8" $n $n.png; done
mv 1.png target.png && mv 2.png a.png && mv 3.png b.png
check mask "$tool" ellipse 90 61 34 30 9 9 left.png
check mask "$tool" ellipse 90 61 56 30 9 9 right.png
check mask "$tool" ellipse 90 61 45 30 500 500 all.png
check half "$tool" part right.png 45 0 45 61 half.png
check "both masks" "$tool" lay half.png left.png 45 0 both.png
check flip "$tool" flip b.png b-flipped.png
check flip "$tool" flip a.png a-flipped.png
check clear "$tool" clear 90 61 clear.png
check piece "$tool" part b.png 46 20 20 20 piece.png
check "cut out" "$tool" lay piece.png clear.png 46 20 cut.png
check black "$tool" ellipse 90 61 45 30 0 0 black.png
check white "$tool" ellipse 20 20 10 10 500 500 white.png
check square "$tool" lay white.png black.png 46 20 square.png

# --------------------------------------------------------------------------------- rows: what comes of them
# row NAME MEMBERS [MORE]: of target.png, by both methods; MORE: where it is healed
row() {
  local method
  for method in styles heal; do echo "{\"target\":\"target.png\",\"method\":\"$method\",$2,$([ -z "${3:-}" ] || [ $method = styles ] || echo "$3,")\"output\":\"$1-$method.png\"}"; done >> rows.jsonl
}
one() { echo "\"reference\":\"$1.png\",\"mask\":\"$2.png\""; }
two() { echo "\"reference-2\":\"$1.png\",\"mask-2\":\"$2.png\""; }
row only-a "$(one a all)"
row only-b "$(one b all)"
row ab "$(one a all),$(two b all)"
row ba "$(one b all),$(two a all)"
row left "$(one a left)"
row both "$(one a left),$(two b right)"
row numbers "$(one a left),$(two b right),\"reference-placement-2\":\"44.5,30.5,61\""
row moved "$(one a left),$(two b right),\"reference-placement-2\":\"40,30.5,50,10\""
middle='"reference-placement":"45,30.5,61","reference-placement-2":"45,30.5,61"' # the same from the left and from the right
row mirrored "$(one a left),$(two b right),$middle,\"mirror-2\":true"
row flipped "$(one a left),$(two b-flipped right),$middle"
row mirrored-first "$(one a left),\"mirror\":true,$(two b right),$middle"
row flipped-first "$(one a-flipped left),$(two b right),$middle"
row once "$(one a both)" '"collage":"copy"' # cloned and toned are each by its own edge
row twice "$(one a left),$(two a right)" '"collage":"copy"'
row soft "$(one a left),$(two b right),\"feather\":4"
row cut '"reference":"cut.png","mask-region":"alpha"'
row square "$(one cut square)"
row cut-above "$(one a left),\"reference-2\":\"cut.png\",\"mask-region-2\":\"ALPHA\""
row square-above "$(one a left),$(two cut square)"
row cut-moved '"reference":"cut.png","mask-region":"alpha","reference-placement":"40,30.5,61,20"'
row opaque '"reference":"a.png","mask-region":"alpha"'
row three "$(one a left),$(two b right),\"reference-3\":\"cut.png\",\"mask-region-3\":\"alpha\""
good batch rows.jsonl -o rows --model "$model"
steps() { check "$1, $4" "$tool" steps rows/$2-$4.png rows/$3-$4.png ${5:-0}; }
differ() { check_not "$1, $4" "$tool" steps rows/$2-$4.png rows/$3-$4.png 1; }
for m in styles heal; do
  differ "two references" only-a only-b $m
  differ "which one lies above" ab ba $m
  differ "a second one" left both $m
  steps "the place that it has by itself" both numbers $m
  differ "another place" both moved $m
  steps "only the second is mirrored" mirrored flipped $m 1.01
  steps "only the first is mirrored" mirrored-first flipped-first $m 1.01
  differ "which one is mirrored" mirrored mirrored-first $m
  steps "one by its parts" once twice $m 1.01
  check "outside both, $m" "$tool" outside target.png rows/both-$m.png both.png 0
  check_not "the second comes in beyond the first, $m" "$tool" outside target.png rows/both-$m.png left.png 0
  check "outside both, feathered, $m" "$tool" outside target.png rows/soft-$m.png both.png 4
  steps "its own outline" square cut $m
  steps "the second's own outline" square-above cut-above $m
  differ "it comes in" left cut-above $m
  check_not "another place, another outline, $m" "$tool" outside target.png rows/cut-moved-$m.png square.png 0
  steps "all of an opaque one" only-a opaque $m
  differ "a third one" both three $m
done
steps "what is covered is not seen" only-b ab styles 1.01
steps "what is covered is not seen, exchanged" only-a ba styles 1.01

# ----------------------------------------------------------------- the command: options belong to what is before them
edit() { good transplant "$model" target.png "$@"; }
edit -o both.png a.png --mask left.png --reference b.png --reference-placement 44.5,30.5,61 --mask right.png --reference-placement 44.5,30.5,61
check "as a row" "$tool" steps rows/both-heal.png both.png 0
edit a.png --mask left.png --reference b.png --mask right.png --mirror --reference cut.png --mask-region alpha --mirror -o three.png
check_not "the third, mirrored" "$tool" steps rows/three-heal.png three.png 1
edit --mask left.png --mirror --reference-placement 45,30.5,61 a.png -o mirrored.png --reference=b.png --mask=right.png --reference-placement=45,30.5,61
check "the first, mirrored" "$tool" steps rows/mirrored-first-heal.png mirrored.png 0
good transplant "$model" target.png a.png --method styles --refine 3 --mask left.png --reference b.png --mask right.png --raw -o refined.png
[ "$(cut -d: -f1 out | tr '\n' ' ')" = "target reference reference 2 " ] && pass || fail "refined: $(cat out)"

# ----------------------------------------------------------------------- CSV, and for all pictures of a folder
{
  echo 'target,reference,mask,reference-placement,reference-2,mask-2,mirror-2,reference-placement-2,reference-3,mask-region-3,output'
  echo 'target.png,a.png,left.png,"45,30.5,61",b.png,right.png,yes,"45,30.5,61",,,mirrored.png'
  echo 'target.png,a.png,left.png,,,,,,,,left.png'
  echo 'target.png,a.png,left.png,,b.png,right.png,,,cut.png,alpha,three.png'
} > rows.csv
good batch rows.csv -o lines --model "$model" --jobs 1 # what one row leaves for the next
for name in mirrored left three; do check "$name in CSV" "$tool" steps rows/$name-heal.png lines/$name.png 0; done
mkdir each-in && cp target.png each-in/single.png && cp target.png each-in/again.png
good batch --each each-in --reference a.png --mask left.png --reference-placement 45,30.5,61 --reference-2 b.png --mask-2 right.png --mirror-2 --reference-placement-2 45,30.5,61 -o each --model "$model" --jobs 1
for name in single again; do check "$name of a folder" "$tool" steps rows/mirrored-heal.png each/$name.png 0; done

# --------------------------------------------------------------------------------------- what is refused
bad 2 'Which part?' transplant "$model" target.png a.png --reference b.png --mask left.png -o out.png
bad 2 'b.png has no mask of its own' transplant "$model" target.png a.png --mask left.png --reference b.png -o out.png
bad 2 'b.png has no mask of its own' transplant "$model" target.png a.png --mask left.png --reference b.png --reference a.png --mask right.png -o out.png
bad 2 'two ways' transplant "$model" target.png a.png --mask left.png --reference b.png --mask right.png --mask-region eyes -o out.png
bad 2 'must be one of eyes' transplant "$model" target.png a.png --mask left.png --reference b.png --mask-region nose -o out.png
bad 2 '--reference-placement is "there"' transplant "$model" target.png a.png --mask left.png --reference b.png --mask right.png \
  --reference-placement there -o out.png
bad 2 'whole number' transplant "$model" target.png a.png --mask left.png --reference b.png --mask right.png --reference-page two -o out.png
bad 1 'c.png' transplant "$model" target.png a.png --mask left.png --reference c.png --mask right.png -o out.png
bad 1 '60 x 61' transplant "$model" target.png a.png --mask left.png --reference b.png --mask "$(check part "$tool" part right.png 0 0 60 61 narrow.png; echo narrow.png)" -o out.png
check fill "$tool" fill 1 1 32 32 1 mask ones.safetensors
bad 2 'b.png is a tensor' transplant "$model" target.png a.png --mask left.png --reference b.png --mask ones.safetensors -o out.safetensors
bad 2 'must be one of eyes' reconstruct "$model" target.png --mask-region alpha -o out.png
edit a.png --method styles --mask ones.safetensors --reference b.png --mask right.png -o square.safetensors
[ ! -e out.png ] && pass || fail "an output after a failure"

wrong() { # WORD CONTENT
  printf "$2" > wrong.csv
  bad 2 "$1" batch wrong.csv -o o --model "$model"
}
wrong 'Line 2: there is a mask-2 and no reference-2.' 'target,reference,mask,mask-2\ntarget.png,a.png,left.png,right.png\n'
wrong 'b.png has no mask of its own' 'target,reference,mask,reference-2\ntarget.png,a.png,left.png,b.png\n'
wrong 'Line 2: there is no column "reference-10"' 'target,reference,mask,reference-10\ntarget.png,a.png,left.png,b.png\n'
wrong 'Line 2: there is no column "feather-2"' 'target,reference,mask,feather-2\ntarget.png,a.png,left.png,3\n'
wrong '--mirror-2 is true or false' 'target,reference,mask,reference-2,mask-2,mirror-2\ntarget.png,a.png,left.png,b.png,right.png,left\n'
wrong 'right.png would be read and written' 'target,reference,mask,reference-2,mask-2,output\ntarget.png,a.png,left.png,b.png,right.png,../right.png\n'
finish
