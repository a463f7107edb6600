#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Makes the pictures anew; needs ImageMagick, exiftool, libtiff's tools, apngasm, cjxl, avifenc, heif-enc and the gegl
# command. No test runs it.
# usage: make.sh TEST_PICTURES   (the built test program tests/picture/test-pictures)
set -e
cd "$(dirname "$0")"
raw=$(mktemp -d)
for kind in rgb8 rgba8 g8 ga8 rgb16 rgba16 g16 ga16 few mono; do "$1" --pam $kind > $raw/$kind.pam; done
"$1" --icc > wide.icc
im() { convert "$@" || [ -s "$(eval echo \${$#} | sed s/^PNG[0-9]*:// | sed s/^TIFF64://)" ]; } # it fails at warnings too
for kind in rgb8 rgba8 rgb16 rgba16; do
  case $kind in *a*) p=PNG32; q=PNG64;; *) p=PNG24; q=PNG48;; esac
  case $kind in *16) p=$q;; esac
  im $raw/$kind.pam $p:$kind.png
done
for kind in g8 ga8 g16 ga16; do
  case $kind in ga*) t=4;; *) t=0;; esac
  im $raw/$kind.pam -define png:color-type=$t -define png:bit-depth=${kind##*[ga]} $kind.png
done
im $raw/rgb8.pam -interlace PNG PNG24:interlaced-rgb8.png
im $raw/few.pam PNG8:few.png
im $raw/mono.pam -define png:color-type=0 -define png:bit-depth=1 mono.png
im $raw/rgb8.pam rgb8.tif
im $raw/rgb8.pam TIFF64:big-rgb8.tif
im $raw/rgb8.pam -define tiff:tile-geometry=16x16 tiled-rgb8.tif
im $raw/rgb8.pam -interlace plane planar-rgb8.tif
im $raw/rgba16.pam -define tiff:endian=msb -compress lzw msb-lzw-rgba16.tif
im $raw/rgb16.pam -compress zip zip-rgb16.tif
im $raw/g16.pam g16.tif
im $raw/ga8.pam ga8.tif
im $raw/g8.pam -negate white-g8.tif
tiffset -s 262 0 white-g8.tif # the numbers count from white
im $raw/mono.pam -compress Group4 mono.tif
im $raw/few.pam -type palette few.tif
im $raw/rgb16.pam -define quantum:format=floating-point -depth 32 rgbf.tif
im $raw/rgba16.pam -define quantum:format=floating-point -depth 32 rgbaf.tif
im $raw/rgba8.pam -define tiff:alpha=associated associated-rgba8.tif
im $raw/rgb8.pam -colorspace cmyk cmyk.tif
im $raw/rgb8.pam -sampling-factor 4:4:4 -quality 100 rgb8.jpg
im $raw/g8.pam -quality 100 g8.jpg
im $raw/rgb8.pam -sampling-factor 4:4:4 -interlace JPEG -quality 100 progressive-rgb8.jpg
im $raw/rgb8.pam -colorspace cmyk cmyk.jpg
im $raw/rgb8.pam -define webp:lossless=true lossless-rgb8.webp
im $raw/rgba8.pam -define webp:lossless=true -define webp:exact=true lossless-rgba8.webp
im $raw/rgb8.pam -quality 90 lossy-rgb8.webp # 100 would lose nothing
im -loop 0 $raw/rgb8.pam $raw/few.pam animation.webp
im $raw/few.pam few.gif
im -loop 0 $raw/few.pam $raw/mono.pam two-few.gif
im $raw/rgb16.pam -strip -define png:exclude-chunks=all $raw/plain.png # GEGL would take the gamma for more than sRGB's
gegl $raw/plain.png -o rgb16.exr 2>/dev/null
# Stored turned, so that the tag makes them upright.
turn() { case $1 in 1) ;; 2) echo -flop;; 3) echo -rotate 180;; 4) echo -flip;; 5) echo -transpose;; 6) echo -rotate 270;; 7) echo -transverse;; 8) echo -rotate 90;; esac; }
for n in 1 2 3 4 5 6 7 8; do
  im $raw/rgb8.pam $(turn $n) -sampling-factor 4:4:4 -quality 100 orientation-$n-rgb8.jpg
  exiftool -q -overwrite_original -Orientation#=$n orientation-$n-rgb8.jpg
done
for form in png tif webp; do
  im $raw/rgb8.pam $(turn 6) -define webp:lossless=true orientation-6-rgb8.$form
  exiftool -q -overwrite_original -Orientation#=6 orientation-6-rgb8.$form
done
# What an output keeps.
for form in jpg png tif webp; do
  case $form in png) options='PNG24:';; *) options='';; esac
  im $raw/rgb8.pam $(turn 8) -strip -define webp:lossless=true -sampling-factor 4:4:4 -quality 100 \
    -units PixelsPerInch -density 150 ${options}said.$form
  exiftool -q -overwrite_original -Artist=Nobody -Orientation#=8 -GPSLatitude=12.5 -GPSLatitudeRef=N \
    -XMP:Title=Pattern -XResolution=150 -YResolution=150 -ResolutionUnit=inches "-icc_profile<=wide.icc" said.$form
done
# The newer forms, from PNG files that say nothing beside their pixels.
say_nothing="-strip -define png:exclude-chunks=all"
for kind in rgb8:PNG24 rgba8:PNG32 rgb16:PNG48 rgba16:PNG64 few:PNG24; do im $raw/${kind%:*}.pam $say_nothing ${kind#*:}:$raw/${kind%:*}.png; done
im $raw/g8.pam $say_nothing -define png:color-type=0 $raw/g8.png
for kind in rgb8 rgba8 g8 rgb16 rgba16; do cjxl --quiet -d 0 $raw/$kind.png $kind.jxl; done
cjxl --quiet -d 0 --container=1 $raw/rgb8.png boxed-rgb8.jxl
cjxl --quiet -d 0.5 $raw/rgb8.png lossy-rgb8.jxl
for kind in rgb8 rgba8; do avifenc -l $raw/$kind.png $kind.avif; done
for kind in rgb rgba; do avifenc -d 12 -y 444 --min 0 --max 0 --cicp 1/13/0 $raw/${kind}16.png ${kind}12.avif; done
avifenc --min 5 --max 10 $raw/rgb8.png lossy-rgb8.avif
heif-enc -L -p chroma=444 --matrix_coefficients=0 $raw/rgb8.png -o rgb8.heic
heif-enc -q 95 $raw/rgb8.png -o lossy-rgb8.heic
heif-enc -q 95 $raw/rgba8.png -o rgba8.heic
heif-enc -b 10 -q 95 $raw/rgb16.png -o rgb10.heic
apngasm animation.png $raw/rgb8.png $raw/few.png -z0
cjxl --quiet -d 0 animation.png animation.jxl
avifenc $raw/rgb8.png $raw/few.png -l animation.avif
im $raw/rgb8.pam $raw/few.pam -compress none pages.tif
im $raw/rgb8.pam $(turn 8) $say_nothing PNG24:$raw/turned.png
avifenc -l --irot 1 --icc wide.icc $raw/turned.png said.avif
exiftool -q -overwrite_original -Orientation#=8 $raw/turned.png
cjxl --quiet -d 0 --container=1 -x icc_pathname=wide.icc $raw/turned.png said.jxl
cp $raw/rgb8.png $raw/upright.png
exiftool -q -overwrite_original "-icc_profile<=wide.icc" $raw/upright.png
heif-enc -L -p chroma=444 --matrix_coefficients=0 $raw/upright.png -o said.heic
for form in jxl avif heic; do
  exiftool -q -overwrite_original -Artist=Nobody -GPSLatitude=12.5 -GPSLatitudeRef=N -XMP:Title=Pattern -XResolution=150 \
    -YResolution=150 -ResolutionUnit=inches said.$form
done
rm -r $raw
