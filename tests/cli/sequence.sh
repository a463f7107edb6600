#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Frames: a camera that pans over a portrait. The mask goes with it, and the edit keeps still on what it lies on.
# usage: sequence.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$root/models/toon-portraits-128.safetensors
frames=6 dx=7 dy=-3 # the picture's way from frame to frame
mkdir pan
check room "$tool" paint 720 640 "R'G'B' u8" 5 room.png
check "a portrait in it" "$tool" lay "$root/install/samples/target.png" room.png 90 70 scene.png
for n in $(seq 1 $frames); do
  check pan "$tool" part scene.png $((80 - dx * n)) $((30 - dy * n)) 600 580 pan/frame-$(printf %03d $((n + 7))).png
done
cp pan/frame-008.png pan/frame-9.png # not of the pattern
check mask "$tool" ellipse 600 580 273 285 100 45 mask.png
options=(--reference "$root/install/samples/reference.png" --mask mask.png --feather 6 --model "$model")
good batch --sequence pan/frame-%03d.png "${options[@]}" -o still
[ "$(ls still | tr '\n' ' ')" = "frame-008.png frame-009.png frame-010.png frame-011.png frame-012.png frame-013.png stylemap-batch.jsonl " ] &&
  pass || fail "the frames: $(ls still)"
# flicker FOLDER: of each frame and the next
flicker() {
  local n
  for n in $(seq 8 12); do
    local a=frame-$(printf %03d $n).png b=frame-$(printf %03d $((n + 1))).png
    "$tool" flicker $1/$a $1/$b pan/$a pan/$b $dx $dy 1 || return 1
  done
}
check "the edit keeps still" flicker still
flicker still
grep -o '"placement": [^]]*\]' still/stylemap-batch.jsonl
good batch --sequence pan/frame-%03d.png "${options[@]}" -o still --resume
grep -q '"done_before": 6' out && pass || fail "done again: $(cat out)"
# a place that is told is the first frame's; a part that the model tells goes with it
mkdir few
cp pan/frame-008.png pan/frame-009.png few
good batch --sequence few/frame-%03d.png --reference "$root/install/samples/reference.png" --mask-region eyes --placement 273,315,512 \
  --model "$model" -o told
placed() { sed -n "/few.frame-$1/s/.*\"placement\": \[\([-0-9.]*\), \([-0-9.]*\), .*/\1 \2/p" told/stylemap-batch.jsonl; }
check "a told place moves as the picture does" awk -v a="$(placed 008)" -v b="$(placed 009)" -v dx=$dx -v dy=$dy 'BEGIN {
  split(a, p); split(b, q); d = (q[1] - p[1] - dx) ^ 2 + (q[2] - p[2] - dy) ^ 2; exit !(p[1] == 273 && p[2] == 315 && d < 0.01) }'
check "and the edit with it" "$tool" flicker told/frame-008.png told/frame-009.png few/frame-008.png few/frame-009.png $dx $dy 1

# each for itself, under the mask that stays where it is
good batch --each pan "${options[@]}" -o each
check_not "pictures each for itself" flicker each
bad 2 "takes no --shard" batch --sequence pan/frame-%03d.png "${options[@]}" -o no --shard 1/2
bad 2 "There are no frames" batch --sequence pan/none-%d.png "${options[@]}" -o no
bad 2 "--sequence takes a pattern" batch --sequence pan/frame.png "${options[@]}" -o no
finish
