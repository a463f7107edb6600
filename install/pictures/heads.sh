#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: install/pictures/heads.sh PORTRAITS [COMMAND]: makes install/doc/pictures/tutorial-heads.png, the tutorial's picture of
# three tilted heads: the scene, what is selected, and the hair that two of them got, by the command's defaults. PORTRAITS has the
# crops of 192 x 192 that models/portraits-128.md tells of; those taken are the US Congress's, public domain.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
portraits=$1
command=${2:-stylemap}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

convert -size 1600x1000 gradient:'#6f8fa3-#4d6a80' "$work/scene.png"
# lay PICTURE SIZE ANGLE X,Y: with soft edges, its middle there
lay() {
  convert "$portraits/$1" \( -size 192x192 xc:black -fill white -draw 'roundrectangle 8,8 183,183 30,30' -blur 0x5 \) -alpha off \
    -compose CopyOpacity -composite "$work/soft.png"
  convert "$work/soft.png" -background none -virtual-pixel transparent -set option:distort:viewport 1600x1000+0+0 \
    -distort SRT "96,96 $(echo "scale=5; $2 / 192" | bc) $3 $4" "$work/one.png"
  convert "$work/scene.png" "$work/one.png" -composite -depth 8 PNG24:"$work/scene.png"
}
lay us-0098.jpg 470 -20 330,420
lay us-0041.jpg 330 12 830,600
lay us-0076.jpg 540 24 1280,430

cp "$work/scene.png" "$work/edited.png"
cp "$work/scene.png" "$work/selected.png"
# hair REFERENCE POLYGON: onto the head around which that lies
hair() {
  convert -size 1600x1000 xc:black -fill white -draw "polygon $2" -colorspace Gray "$work/mask.png"
  "$command" transplant auto "$work/edited.png" "$portraits/$1" --mask "$work/mask.png" --feather 10 -o "$work/next.png"
  mv "$work/next.png" "$work/edited.png"
  convert "$work/mask.png" -morphology EdgeOut Disk:2.5 "$work/outline.png"
  convert "$work/selected.png" \( -size 1600x1000 pattern:checkerboard -threshold 50% \) "$work/outline.png" -composite "$work/selected.png"
}
hair us-0043.jpg '160,540 150,330 250,190 400,190 480,270 500,400 470,440 440,380 380,330 260,360 200,410 200,520'
hair us-0094.jpg '690,700 680,500 760,420 890,410 970,490 980,660 930,640 920,560 830,520 740,540 720,690'
convert "$work/selected.png" "$work/edited.png" -resize 450x +append -strip -dither None -colors 255 \
  PNG8:"$here/../doc/pictures/tutorial-heads.png"
