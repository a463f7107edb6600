#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Files beyond 4 GB of each kind (with nothing in them but a true beginning): one sentence, with little memory and at once. Pipes
# that give nothing: nobody waits.
# usage: large.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.safetensors
check paint "$tool" paint 40 33 "R'G'B' u8" 1 a.png
check mask "$tool" ellipse 40 33 20 16 8 6 m.png
printf 'target,reference,mask\na.png,a.png,m.png\n' > rows.csv

memory=2000000 # kB of addresses
case $ASAN_OPTIONS in *sanitized*) memory=unlimited ;; esac # which takes them all

# refuses WORD ARGUMENTS...: one sentence, in little memory and twenty seconds of a processor
refuses() {
  local word=$1
  shift
  code=0
  (ulimit -v "$memory" -t 20 && exec timeout 300 "$stylemap" "$@" > out 2> err < /dev/null) || code=$?
  if { [ $code = 1 ] || [ $code = 2 ]; } && [ "$(wc -l < err)" = 1 ] && grep -q '^stylemap: .*\.\( (.*)\)\?$' err && grep -qF -- "$word" err
  then pass; else fail "exit $code: stylemap $*: $(head -c 300 err)"; fi
}
# grown FILE: its bytes, and nothing up to 5 GB
grown() { cp "$1" "large-$(basename "$1")" && truncate -s 5G "large-$(basename "$1")"; }

for form in png tif jpg webp; do
  check paint "$tool" paint 40 33 "R'G'B' u8" 1 "p.$form"
  grown "p.$form"
  refuses "larger than 4 GB" reconstruct "$model" "large-p.$form" -o r.png
  refuses "larger than 4 GB" transplant "$model" a.png a.png --mask "large-p.$form" -o r.png
done
for file in "$model" "$golden/tiny_LayerNorm_sp4_full.zip.pt" "$golden/tiny_LayerNorm_sp4_full.legacy.pt"; do
  grown "$file"
  refuses "large-" info "large-$(basename "$file")"
  refuses "large-" reconstruct "./large-$(basename "$file")" a.png -o r.png
done
grown rows.csv
refuses "larger than 256 MB" batch large-rows.csv -o o --model "$model"
refuses "larger than 256 MB" batch --merge large-rows.csv
# a picture as a tensor, which says that it is so large
header='{"image":{"dtype":"F32","shape":[1,3,20000,20000],"data_offsets":[0,4800000000]}}'
printf "\\x$(printf %02x ${#header})\\0\\0\\0\\0\\0\\0\\0%s" "$header" > large-image.safetensors
truncate -s $((8 + ${#header} + 4800000000)) large-image.safetensors
refuses "image" reconstruct "$model" large-image.safetensors -o r.png
# a state
mkdir -p run pictures
for i in 1 2 3 4; do check paint "$tool" paint 16 16 "R'G'B' u8" $i "pictures/$i.png"; done
check train "$stylemap" train pictures -o run --size 16 --base 64 --cap 8 --stylemap-channels 4 --mapping-layers 2 --batch 4 --quiet --iterations 1
state=$(ls run/state-*.safetensors)
truncate -s 5G "$state"
refuses "state-" train pictures -o run --resume --iterations 2 --quiet

# what holds nothing but zeros to its end
truncate -s 5G empty.png && truncate -s 5G empty.safetensors && truncate -s 5G empty.pt
refuses "larger than 4 GB" reconstruct "$model" empty.png -o r.png
for ending in safetensors pt; do refuses "empty.$ending" info "empty.$ending"; done

mkfifo pipe.png pipe.pt pipe.safetensors pipe.csv
exec 9<> pipe.png 8<> pipe.csv # somebody has them open and says nothing
refuses "pipe" reconstruct "$model" pipe.png -o r.png
refuses "pipe" transplant "$model" a.png pipe.png --mask m.png -o r.png
refuses "pipe" transplant "$model" a.png a.png --mask pipe.png -o r.png
refuses "pipe" reconstruct "$model" a.png -o pipe.png
refuses "pipe.pt" info pipe.pt
refuses "pipe.safetensors" convert "$model" pipe.safetensors
refuses "pipe" synth "$model" pipe.safetensors -o r.png
refuses "pipe" batch pipe.csv -o o --model "$model"
refuses "pipe" batch --merge pipe.csv
refuses "pipe" batch rows.csv -o o --model "$model" --log pipe.csv
finish
