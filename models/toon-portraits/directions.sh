#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Learns the toon model's directions from the renderer's own options, and writes the model with them.
# usage: npm install; directions.sh MODEL.safetensors OUT.safetensors [FOLDER=data]
# Learnt from 5,000 portraits of the training seeds, measured on the 1,000 that are held out (by ../directions.py, which needs
# python3-opencv and an installed libstylemap); the sheet is FOLDER/directions.png.
set -eu
here=$(cd "$(dirname "$0")" && pwd) model=$1 out=$2 data=${3:-data}
# thing, where in the picture
labels="eyes-open:eyes=wide/bow@eyes wink:eyes=wink/wide@eyes beard:beard=yes/no@face moustache:beard=moustache/no@face
  hair-length:rear=longStraight/none bun:hair=bun/undercut hair-light:hair-colour skin-light:skin-colour
  laugh:mouth=laugh/sad@mouth*4 mouth-open:mouth=agape/sad@mouth*4 mouth-angry:mouth=angry/smile@mouth*4"

mkdir -p "$data"
[ -d "$data/known" ] || node "$here/render.mjs" "$data/known" 1000 6000 128 --moved=0
[ -d "$data/held-out-1000/000000" ] || node "$here/render.mjs" "$data/held-out-1000" 0 1000 128 --plain
node "$here/labels.mjs" 0 6000 > "$data/labels.csv"
set --
for label in $labels; do set -- "$@" --label "${label%@*}"; done
stylemap direction learn "$model" "$data/known" --labels "$data/labels.csv" "$@" -o "$data/directions.safetensors"
stylemap convert "$model" "$out" --half --direction "$data/directions.safetensors"
# shellcheck disable=SC2086 # words
python3 "$here/../directions.py" "$out" "$data/held-out-1000/000000" "$data/labels.csv" "$data/directions.png" $labels
