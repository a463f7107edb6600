#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Learns the photographs' directions from what was looked at and measured (labels.py), and writes the model with them.
# usage: directions.sh MODEL.safetensors OUT.safetensors PICTURES HELD_OUT [FOLDER=data]
# Learnt from 742 pictures and their mirror images, judged by 371 others and theirs, edited are those held out (by ../directions.py,
# which needs python3-opencv and an installed libstylemap); the sheet is
# FOLDER/directions.png (as directions.jpg here).
set -eu
here=$(cd "$(dirname "$0")" && pwd) model=$1 out=$2 pictures=$3 held_out=$4 data=${5:-data}
# thing, where in the picture, how much of it is measured
labels="smile:smile@face*2 glasses:glasses@face*2 hair-grey:hair-grey@hair*1.5 light-left:light-left@face*1.5"

python3 "$here/labels.py" "$pictures" "$held_out" "$data"
set --
for label in $labels; do set -- "$@" --label "${label%@*}"; done
stylemap direction learn "$model" "$data/learn" --labels "$data/labels.csv" "$@" -o "$data/directions.safetensors"
stylemap convert "$model" "$out" --half --direction "$data/directions.safetensors"
# shellcheck disable=SC2086 # words
python3 "$here/../directions.py" "$out" "$data/judge:$data/held-out" "$data/labels.csv" "$data/directions.png" $labels
