#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: install/pictures/heads.sh PORTRAITS [COMMAND]: makes the samples that are photographs, heads.jpg (three tilted heads) and
# portrait-1.jpg and -2, and the tutorial's pictures of them in install/doc/pictures: tutorial-photos.png, eyes swapped between two,
# and tutorial-heads.png, hair for the three, by the command's defaults. PORTRAITS has the crops of 192 x 192 that
# models/portraits-128.md tells of; those taken are the US Congress's, public domain.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
portraits=$1
command=${2:-stylemap}
samples=$here/../samples
pages=$here/../doc/pictures
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cp "$portraits/us-0041.jpg" "$samples/portrait-1.jpg"
cp "$portraits/us-0043.jpg" "$samples/portrait-2.jpg"
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
lay us-0008.jpg 540 24 1280,430
convert "$work/scene.png" -strip -sampling-factor 4:4:4 -quality 90 "$samples/heads.jpg"

# outlined PICTURE MASK OUT WIDTH: the picture with the selection's outline
outlined() {
  convert "$2" -morphology EdgeOut "Disk:$4" "$work/outline.png"
  convert "$1" \( -size "$(identify -format '%wx%h' "$1")" pattern:checkerboard -threshold 50% \) "$work/outline.png" -composite "$3"
}
small() { convert "$@" -strip -dither None -colors 255 PNG8:"$work/page.png"; }

convert -size 192x192 xc:black -fill white -draw 'ellipse 96,88 52,19 0,360' -colorspace Gray "$work/eyes.png"
for way in '1 2' '2 1'; do
  read -r target reference <<<"$way"
  "$command" transplant auto "$samples/portrait-$target.jpg" "$samples/portrait-$reference.jpg" --mask "$work/eyes.png" --feather 4 \
    -o "$work/eyes-$target.png"
  outlined "$samples/portrait-$target.jpg" "$work/eyes.png" "$work/selected-$target.png" 1
done
small "$work"/{selected,eyes}-1.png "$work"/{selected,eyes}-2.png -resize 220x +append
mv "$work/page.png" "$pages/tutorial-photos.png"

convert "$samples/heads.jpg" "$work/edited.png"
cp "$work/edited.png" "$work/selected.png"
# hair REFERENCE POLYGON: onto the head around which that lies
hair() {
  convert -size 1600x1000 xc:black -fill white -draw "polygon $2" -colorspace Gray "$work/mask.png"
  "$command" transplant auto "$work/edited.png" "$samples/$1" --mask "$work/mask.png" --feather 10 -o "$work/next.png"
  mv "$work/next.png" "$work/edited.png"
  outlined "$work/selected.png" "$work/mask.png" "$work/next.png" 2.5
  mv "$work/next.png" "$work/selected.png"
}
hair portrait-2.jpg '160,540 150,330 250,190 400,190 480,270 500,400 470,440 440,380 380,330 260,360 200,410 200,520'
hair portrait-2.jpg '690,700 680,500 760,420 890,410 970,490 980,660 930,640 920,560 830,520 740,540 720,690'
hair portrait-1.jpg '1135,470 1100,420 1110,300 1180,210 1300,150 1420,190 1530,290 1560,420 1520,520 1470,590 1420,560 1440,470 1420,400 1340,320 1230,290 1170,350 1150,420'
small "$work/selected.png" "$work/edited.png" -resize 450x +append
mv "$work/page.png" "$pages/tutorial-heads.png"
