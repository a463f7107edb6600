#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The tutorial's ways with photographs in a real GIMP window: eyes swapped between two portraits of one series, both ways by the
# dialog's Swap, and hair for three tilted heads in one large picture, each its own edit, whose place is found.
# From the environment: as run.sh, and ARTEFACTS.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile walk-photos
cd "$run_dir"
. "$here/screen.sh"
. "$here/walk-lib.sh"
cp "$SOURCE"/install/samples/{heads,portrait-*}.jpg "$here/dialect-3.scm" "$here/lib.scm" .
look=yes # at the dialog, once its preview is drawn
start_walk
by_photos() { grep -q '^model=portraits-128' <<<"$1" || { echo "  '$1'"; false; }; }
# begin FILE SIZE: shows `image`, and of what is looked at before anything is done `before`
begin() {
  open_image "$1" "$2" '#t' portrait-2.jpg
  # where a script loads a JPEG file, GIMP 2.10 leaves the history switched off
  ask '(begin (gimp-image-undo-enable image) (define before (visible image)))' >/dev/null
}

# --- eyes
begin portrait-1.jpg 192x192
ask '(begin (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 44 69 104 38) (gimp-image-clean-all image))' >/dev/null
edited "eyes" walk-eyes 1500
check "eyes: where they are" in_the_middle "$(recipe "$(top)")"
check "eyes: by the photographs' model" by_photos "$(recipe "$(top)")"
undone "eyes"
# the other portrait gets these
ask "(begin (close-visible before) (gimp-item-set-visible target FALSE) (define before (visible image)) (gimp-image-clean-all image)
  (gimp-displays-flush))" >/dev/null
swap() { keys alt+r Tab space; }
result=1 # above the other portrait
edited "eyes, the other way" walk-eyes-swapped 1500 swap
check "eyes, the other way: where they are" in_the_middle "$(recipe "$(top 1)")"
undone "eyes, the other way"
ask '(begin (close-visible before) (gimp-display-delete view))' >/dev/null
result=0

# --- hair for three heads
begin heads.jpg 1600x1000
# hair REFERENCE X Y SIDE POINTS...: of the layer that the portrait is opened as
hair() {
  local name="hair at $2" reference=$1 place=("$2" "$3" "$4")
  shift 4
  ask "(let ((old (vector-ref (cadr (gimp-image-get-layers image)) 1)))
    (gimp-image-insert-layer image (car (gimp-file-load-layer RUN-NONINTERACTIVE image \"$reference\")) 0 1)
    (gimp-image-remove-layer image old)
    (gimp-image-set-active-layer image target))" >/dev/null
  polygon "$@"
  ask '(gimp-image-clean-all image)' >/dev/null
  edited "$name" "walk-photos-${place[0]}" 10000
  check "$name: its own head" near "${place[@]}" "$(recipe "$(top)")"
  check "$name: by the photographs' model" by_photos "$(recipe "$(top)")"
  undone "$name"
}
hair portrait-2.jpg 330 420 460 160,540 150,330 250,190 400,190 480,270 500,400 470,440 440,380 380,330 260,360 200,410 200,520
hair portrait-2.jpg 830 600 335 690,700 680,500 760,420 890,410 970,490 980,660 930,640 920,560 830,520 740,540 720,690
hair portrait-1.jpg 1280 430 545 1135,470 1100,420 1110,300 1180,210 1300,150 1420,190 1530,290 1560,420 1520,520 1470,590 \
  1420,560 1440,470 1420,400 1340,320 1230,290 1170,350 1150,420

[ $failures = 0 ] && echo "$checks checks passed; screenshots in $ARTEFACTS"
