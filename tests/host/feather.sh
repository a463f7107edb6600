#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Select > Feather of a real GIMP against ours. usage: feather.sh TEST_FEATHER GIMP_CONSOLE
test_feather=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/stylemap-feather-XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/{gimp,config,cache,data,tmp,home}
export GIMP2_DIRECTORY="$work/gimp" XDG_CONFIG_HOME="$work/config" XDG_CACHE_HOME="$work/cache" \
  XDG_DATA_HOME="$work/data" TMPDIR="$work/tmp" HOME="$work/home" LC_ALL=C.UTF-8
cat > "$work/feather.scm" << 'END'
; A white layer whose alpha is the selection, as an 8-bit picture.
(define (save-selection image name)
  (let* ((layer (car (gimp-layer-new image 150 110 RGBA-IMAGE "s" 100 LAYER-MODE-NORMAL))))
    (gimp-image-insert-layer image layer 0 0)
    (gimp-drawable-fill layer FILL-WHITE)
    (gimp-layer-add-mask layer (car (gimp-layer-create-mask layer ADD-MASK-SELECTION)))
    (gimp-layer-remove-mask layer MASK-APPLY)
    (file-png-save RUN-NONINTERACTIVE image layer name name 0 6 0 0 0 0 0)))
(define (one radius kind)
  (let* ((image (car (gimp-image-new 150 110 RGB))) (name (string-append (number->string radius) "-" kind ".png")))
    (cond ((string=? kind "box") (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 40 30 50 45))
          ((string=? kind "edge") (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 0 0 60 110))
          (else (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 30 25 80 60)))
    (save-selection image (string-append "before-" name))
    (gimp-selection-feather image radius)
    (save-selection image (string-append "after-" name))
    (gimp-image-delete image)))
(map (lambda (radius) (map (lambda (kind) (one radius kind)) '("box" "edge" "ellipse"))) '(2 3 12 40))
(gimp-quit 0)
END
cd "$work" || exit 1
timeout -k 5 240 "$2" -n -i -d -f -s -b '(load "feather.scm")' -b '(gimp-quit 0)' < /dev/null > log.txt 2>&1
bad=0
for radius in 2 3 12 40; do
  for kind in box edge ellipse; do
    if ! [ -s "after-$radius-$kind.png" ]; then
      cat log.txt
      exit 1
    fi
    echo "radius $radius, $kind:"
    "$test_feather" "before-$radius-$kind.png" "after-$radius-$kind.png" $radius || bad=1
  done
done
exit $bad
