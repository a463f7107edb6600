#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: install/pictures/make.sh [COMMAND]: makes README's and the tutorial's pictures of edits anew, with the command's
# defaults (stylemap), and the samples' scene. Needs ImageMagick. The sheet's lines: target, reference, plain paste through the
# feathered mask, result; the tutorial's: target with the selection's outline, reference, result.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
command=${1:-stylemap}
samples=$here/../samples
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cell=200
feather=4 # of the pastes: what the command takes by itself on a square of 512 pixels

# line NAME TARGET REFERENCE MASK: as it is pasted by hand (the reference as it lies, upper left on upper left), and healed
line() {
  local size
  size=$(identify -format '%wx%h' "$2")
  convert "$4" -blur "0x$(echo "scale=3; $feather / 3.5" | bc)" "$work/soft.png"
  convert "$3" -background none -gravity NorthWest -extent "$size" "$work/laid.png"
  convert "$2" "$work/laid.png" "$work/soft.png" -composite "$work/paste.png"
  "$command" transplant auto "$2" "$3" --mask "$4" -o "$work/healed.png"
  convert "$2" "$3" "$work/paste.png" "$work/healed.png" -resize "${cell}x$cell" -background white -gravity center \
    -extent "${cell}x$cell" +append -depth 8 "$work/line-$1.png"
}
# ellipse CX,CY RX,RY OUT [WIDTHxHEIGHT]
ellipse() { convert -size "${4:-512x512}" xc:black -fill white -draw "ellipse $1 $2 0,360" -colorspace Gray "$3"; }

# polygon POINTS OUT WIDTHxHEIGHT
polygon() { convert -size "$3" xc:black -fill white -draw "polygon $1" -colorspace Gray -depth 8 -define png:exclude-chunks=date,time "$2"; }

target=$samples/target.png
reference=$samples/reference.png
ellipse 256,265 125,45 "$work/eyes.png"
ellipse 256,345 75,35 "$work/mouth.png"
polygon '85,0 427,0 427,290 350,290 335,238 177,238 162,290 85,290' "$samples/hair.png" 512x512
line 1 "$target" "$reference" "$samples/hair.png"
line 2 "$target" "$reference" "$work/eyes.png"
line 3 "$target" "$reference" "$work/mouth.png"

# a head that is turned: the model finds it, and turns the reference with it
turned() { convert "$1" -virtual-pixel edge -distort SRT '256,256 1 20' "$2"; }
turned "$target" "$work/turned.png"
turned "$work/eyes.png" "$work/turned-eyes.png"
line 4 "$work/turned.png" "$reference" "$work/turned-eyes.png"

# on_canvas PICTURE PLACE OUT: small in a large picture, whose colour is that of the upper left corner
on_canvas() {
  convert "$1" -alpha off -virtual-pixel background -background "$(convert "$1" -format '%[pixel:p{0,0}]' info:)" \
    -set option:distort:viewport 800x640-0-0 -distort SRT "$2" -depth 8 -define png:exclude-chunks=date,time PNG24:"$3"
}
small=$samples/scene.png
on_canvas "$target" '256,256 0.7 -8 470,400' "$small"
polygon '327,239 564,206 592,407 538,414 523,380 413,395 408,433 355,440' "$work/around-small-hair.png" 800x640
line 5 "$small" "$reference" "$work/around-small-hair.png"

convert "$work"/line-[1-5].png -append -dither None -colors 255 PNG8:"$here/paste-and-healed.png"
"$command" transplant auto "$target" "$reference" --mask "$samples/hair.png" -o "$here/transplant.png"
"$command" interpolate auto "$target" "$reference" --frames 6 --whole -o "$work/frame-%d.png"
convert "$work"/frame-[1-6].png -resize "${cell}x$cell" +append -dither None -colors 255 PNG8:"$here/interpolate.png"

# tutorial NAME TARGET REFERENCE MASK
tutorial() {
  "$command" transplant auto "$2" "$3" --mask "$4" -o "$work/edited.png"
  convert "$4" -morphology EdgeOut Disk:1.5 "$work/outline.png"
  convert "$2" \( -size "$(identify -format '%wx%h' "$2")" pattern:checkerboard -threshold 50% \) "$work/outline.png" -composite "$work/selected.png"
  convert "$work/selected.png" "$3" "$work/edited.png" -resize 300x300 -background white -gravity center -extent 300x300 +append \
    -strip -dither None -colors 255 PNG8:"$here/../doc/pictures/tutorial-$1.png"
}
tutorial hair "$target" "$reference" "$samples/hair.png"
tutorial eyes "$reference" "$target" "$work/eyes.png"
tutorial scene "$small" "$reference" "$work/around-small-hair.png"
