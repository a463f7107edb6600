#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What refinement does for a model on pictures that it was not trained on: mean error before and after, the error of
# transplants of hair, eyes and mouth between neighbours, and a sheet of them to look at.
# usage: refine.sh BUILD [MODEL [STEPS [PICTURES [COUNT]]]]
# PICTURES is a folder, or a sheet of 128 x 128 tiles; the held-out sheet unless told otherwise. About 15 s of processor
# a picture and 100 steps. Needs ImageMagick and jq.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
build=$(realpath "$1")
model=${2:-$root/models/toon-portraits-128.safetensors}
steps=${3:-100}
pictures=${4:-${STYLEMAP_SHARED:-$root/../shared}/bootstrap/heldout-100-at-128.png}
count=${5:-100}
[ -e "$pictures" ] || { echo "There is no $pictures: name a sheet or a folder of pictures." >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
size=$("$build/plug-in/cli/stylemap" info "$model" --json | jq .size)

if [ -d "$pictures" ]; then
  list=("$pictures"/*)
else
  convert "$pictures" -crop 128x128 +repage "$work/tile-%04d.png"
  list=("$work"/tile-*.png)
fi
for picture in "${list[@]:0:$count}"; do
  convert "$picture" -colorspace sRGB -background gray50 -alpha remove -resize "${size}x$size^" -gravity center \
    -extent "${size}x$size" -depth 8 rgb:-
done >"$work/pictures"
"$build/tests/bench/bench-refine" "$model" "$steps" "$work/sheet.ppm" <"$work/pictures" 2>"$work/each" || {
  cat "$work/each" >&2
  exit 1
}
convert "$work/sheet.ppm" refine.png
echo "refine.png: target, reference, then hair, eyes, mouth without and with refinement"
