#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs 0.1.0 and then this source over it, both by their own install/try.sh, in a HOME of its own: one of each file
# remains, what the user had stays and is used, and the calls of 0.1.0 make the pictures that they made.
# usage: over.sh SOURCE_OF_0.1.0      where GIMP 2.10 is; by hand, for it takes two builds
set -eu
earlier=$(cd "$1" && pwd)
source=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
checks=0 failed=0
check() { # WHAT COMMAND...
  local what=$1
  shift
  checks=$((checks + 1))
  "$@" >"$work/said" 2>&1 || { failed=$((failed + 1)) && echo "FAILED: $what" && cat "$work/said"; }
}

home=$work/home profile=$work/home/.config/GIMP/2.10 local=$work/home/.local
at_home() {
  env -u XDG_CONFIG_HOME -u XDG_DATA_HOME -u XDG_CACHE_HOME -u GIMP2_DIRECTORY -u GIMP3_DIRECTORY -u DISPLAY \
    HOME="$home" LC_ALL=C.UTF-8 "$@"
}
# All that is called StyleMap there.
ours() { find "$home" ! -type d -ipath '*stylemap*' | LC_ALL=C sort; }
listed() { while read -r file; do [ -d "$file" ] || echo "$file"; done <"$local/share/stylemap/installed-files" | LC_ALL=C sort -u; }
one() { # NAME [FOLDER]: as a file that is no link
  [ "$(find "${2:-$home}" -type f -name "$1" | wc -l)" = 1 ] || { find "$home" -name "$1" && false; }
}

# draw FOLDER: the calls of 0.1.0, in the user's own profile
draw() {
  mkdir -p "$1"
  cp "$source"/install/samples/{target,reference}.png "$1"
  # the model of 0.1.0, which came with other weights
  cp "$earlier/models/toon-portraits-128.safetensors" "$1/shipped.safetensors"
  cat >"$1/draw.scm" <<'SCRIPT'
(define shipped "./shipped.safetensors")
(define (write image layer name)
  (file-png-save RUN-NONINTERACTIVE image layer name name 0 9 0 0 0 0 0))
(define image (car (gimp-file-load RUN-NONINTERACTIVE "target.png" "target.png")))
(define target (car (gimp-image-get-active-drawable image)))
(define reference (car (gimp-file-load-layer RUN-NONINTERACTIVE image "reference.png")))
(gimp-image-insert-layer image reference 0 1)
; the user's last values and own model
(define (frames mode name . more)
  (let ((made (apply plug-in-stylemap-interpolate (append (list mode image target reference) more))))
    (write image (vector-ref (cadr made) 2) name)
    (for-each (lambda (layer) (gimp-image-remove-layer image layer)) (vector->list (cadr made)))
    (car made)))
(define last-frames (frames RUN-WITH-LAST-VALS "last-frame.png" "" 5 100))
(call-with-output-file "frames" (lambda (port) (display last-frames port)))
(frames RUN-NONINTERACTIVE "frame.png" shipped 5 100)
(frames RUN-NONINTERACTIVE "frame-by-own.png" "mine" 5 100)
(write image (car (plug-in-stylemap-reconstruct RUN-NONINTERACTIVE image target shipped)) "reconstructed.png")
(gimp-image-select-ellipse image CHANNEL-OP-REPLACE 106 20 300 222)
(define (transplanted mode name . more)
  (let ((layer (car (apply plug-in-stylemap-transplant (append (list mode image target reference) more)))))
    (write image layer (string-append name ".png"))
    (gimp-layer-remove-mask layer MASK-APPLY)
    (write image layer (string-append name "-masked.png"))
    (gimp-image-remove-layer image layer)))
(transplanted RUN-NONINTERACTIVE "transplanted" shipped 1.0 0 0 16.0)
(transplanted RUN-NONINTERACTIVE "in-w" shipped 0.7 1 1 0.0)
(transplanted RUN-NONINTERACTIVE "by-own" "mine" 0.5 0 0 8.0)
(gimp-image-delete image)
(call-with-output-file "drawn" (lambda (port) (display "drawn" port)))
SCRIPT
  (cd "$1" && at_home timeout -k 5 900 gimp-console-2.10 -n -i -d -f -s -b '(load "draw.scm")' -b '(gimp-quit 0)' \
    </dev/null >log 2>&1) || true
  check "the calls of 0.1.0 ($1)" test -e "$1/drawn" || cat "$1/log"
}

mkdir -p "$home"
check "0.1.0 installs" at_home "$earlier/install/try.sh" --build "$work/earlier"
ours >"$work/files-before"
check "it is 0.1.0" grep -q 'libstylemap.so.0.1.0$' "$work/files-before"
mkdir -p "$local/share/stylemap/models"
own=$local/share/stylemap/models/mine.safetensors
cp "$source/tests/golden/tiny_LayerNorm_sp4_full.safetensors" "$own"
# as the dialogs of 0.1.0 leave it
cat >"$profile/stylemap-last-values" <<'VALUES'
[plug-in-stylemap-interpolate]
model=mine
frames=4
frame-ms=250

[plug-in-stylemap-transplant]
model=mine
strength=0.5
mask-rule=1
space=1
feather=33
refine=false
refine-steps=50
VALUES
cp "$profile/stylemap-last-values" "$work/last-values"
draw "$work/before"

check "this installs over it" at_home "$source/install/try.sh" --build "$work/this"
ours >"$work/files"
listed >"$work/listed"
check "every listed file is there" xargs -d '\n' -a "$work/listed" ls -d
check "nothing but what is listed, and the user's" diff <(grep -vxF -e "$own" -e "$profile/stylemap-last-values" "$work/files") \
  <(grep -i stylemap "$work/listed")
for name in stylemap stylemap-measure; do check "one $name" one $name "$local/bin"; done
for name in 'libstylemap.so.*' stylemap.h stylemap.pc stylemap.1; do check "one $name" one "$name"; done
check "one plug-in in the profile" one gimp-stylemap "$profile"
check "one plug-in in the prefix" one gimp-stylemap "$local"
check "the command is this" grep -qF "$("$local/bin/stylemap" --version | sed 's/.* //')" "$source/meson.build"
check "the own model is kept" cmp "$own" "$source/tests/golden/tiny_LayerNorm_sp4_full.safetensors"
check "the last values are kept" cmp "$work/last-values" "$profile/stylemap-last-values"
draw "$work/after"
check "four frames, as last time" grep -qx 4 "$work/after/frames"
tool=$(find "$work/this" -name test-tool -type f)
for picture in "$work"/before/*.png; do
  name=${picture##*/}
  # what the filters of 0.1.0 never asked for, the frames' detail, has its default in last values
  steps=1.01
  [ $name != last-frame.png ] || steps=8
  check "$name is what 0.1.0 drew" "$tool" steps "$picture" "$work/after/$name" $steps
  echo "$name: $(tail -1 "$work/said")"
done
check "another edit would be seen" bash -c '! "$@"' - "$tool" steps "$work"/after/{transplanted,in-w}.png 1.01
check "another model would be seen" bash -c '! "$@"' - "$tool" steps "$work"/after/{last-frame,frame}.png 8

check "it goes" at_home "$source/install/uninstall.sh"
check "the own model stays" test "$(ours)" = "$own"
echo "$checks checks, $failed failed"
[ "$failed" = 0 ]
