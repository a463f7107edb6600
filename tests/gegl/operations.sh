#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# GEGL's operations in the program gegl: the command's pictures, and the input where nothing can be done.
# usage: operations.sh COMMAND TOOL SOURCE_ROOT GEGL_FOLDER MODULE (skipped where there is no program gegl)
modules=$(dirname "$(realpath "$5")")
. "$(dirname "$0")/../cli/lib.sh"
command -v gegl > /dev/null || { echo "there is no program gegl" && exit 77; }
mkdir modules
cp "$modules"/stylemap-*.so modules
export GEGL_PATH=$4:$work/modules
samples=$root/install/samples
model=$root/models/toon-portraits-128.safetensors

# graph OUT OPERATION...: of the target, and then as PNG of 8 bits through the same loader as the command's
graph() {
  local to=$1
  shift
  gegl "$samples/target.png" -o "$to" -- "$@" > gegl.txt 2>&1
}
graph plain.png gegl:nop
graph reconstructed.png stylemap:reconstruct "model=$model"
good reconstruct --quiet "$model" "$samples/target.png" -o expected.png
check "reconstruct" "$tool" steps reconstructed.png expected.png 1.01
check_not "reconstruct changes something" "$tool" steps reconstructed.png plain.png 20
graph transplanted.png stylemap:transplant "model=$model" feather=8 aux=[ gegl:load "path=$samples/reference.png" ] \
  aux2=[ gegl:load "path=$samples/hair.png" ]
good transplant --quiet "$model" "$samples/target.png" "$samples/reference.png" --mask "$samples/hair.png" --feather 8 \
  --placement centre --reference-placement centre -o expected.png
# half a step by rounding to 8 bits, and what the feather in float and in the 8 bits of a file differ by, which edges enlarge
check "transplant, healed" "$tool" steps transplanted.png expected.png 1.6
graph transplanted.png stylemap:transplant "model=$model" aux=[ gegl:load "path=$samples/reference.png" ] aux2=[ gegl:load "path=$samples/hair.png" ]
good transplant --quiet "$model" "$samples/target.png" "$samples/reference.png" --mask "$samples/hair.png" \
  --placement centre --reference-placement centre -o expected-auto.png
check "transplant, its feather by size" "$tool" steps transplanted.png expected-auto.png 1.6
check_not "another feather" "$tool" steps expected-auto.png expected.png 3
"$tool" ellipse 512 512 256 256 2000 2000 white.png
graph styles.png stylemap:transplant "model=$model" method=styles strength=0.5 aux=[ gegl:load "path=$samples/reference.png" ]
good transplant --quiet "$model" "$samples/target.png" "$samples/reference.png" --mask white.png --method styles --strength 0.5 \
  --placement centre --reference-placement centre -o expected.png
check "transplant, styles, the whole square" "$tool" steps styles.png expected.png 1.01

graph none.png stylemap:reconstruct model=nowhere
check "no such model: the input" "$tool" steps none.png plain.png 0
grep -q 'stylemap:reconstruct: .*nowhere' gegl.txt && pass || fail "nothing says why: $(cat gegl.txt)"
graph alone.png stylemap:transplant "model=$model"
check "no reference: the input" "$tool" steps alone.png plain.png 0
finish
