#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The tutorial's ways in a real GIMP window: hair for three tilted heads in one large picture, twelve frames and their export as GIF,
# a result edited again from its XCF file, a model imported; each one step in the history, and cancelled in its phases.
# From the environment: as run.sh, and ARTEFACTS.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile walk
cd "$run_dir"
. "$here/screen.sh"
. "$here/walk-lib.sh"
cp "$SOURCE"/install/samples/*.png "$here/dialect-3.scm" "$here/lib.scm" .
cp "$SOURCE/tests/golden/tiny_LayerNorm_sp4_full.safetensors" walked.safetensors
models=data/stylemap/models # a folder of its own, to import into
rm $models && mkdir $models && ln -s "$SOURCE"/models/*.safetensors $models

# laid PLACE OUT: the target in the scene; its own colour around it
wall=$(convert target.png -format '%[pixel:p{0,0}]' info:)
laid() {
  convert target.png -alpha set -background none -virtual-pixel transparent -set option:distort:viewport 1600x1000-0-0 \
    -distort SRT "$1" "$2"
}
laid '256,256 1.2 -20 360,600' 1.png
laid '256,256 0.8 12 850,680' 2.png
laid '256,256 1.1 18 1280,580' 3.png
convert -size 1600x1000 "xc:$wall" 1.png -composite 2.png -composite 3.png -composite -alpha off -depth 8 PNG24:heads.png

start_walk
open_image heads.png 1600x1000 '#t'
ask '(define before (visible image))' >/dev/null

# --- hair for each head: nothing but the selection is told, which is drawn around the hair as the tutorial draws it
around() { # X Y SCALE DEGREES: those points, where the target is laid so
  awk -v X="$1" -v Y="$2" -v s="$3" -v a="$4" 'BEGIN {
    n = split("85,0 427,0 427,290 350,290 335,238 177,238 162,290 85,290", points, " "); a *= atan2(0, -1) / 180
    for (i = 1; i <= n; i++) {
      split(points[i], p, ","); x = p[1] - 256; y = p[2] - 256
      printf "%.1f,%.1f ", X + s * (cos(a) * x - sin(a) * y), Y + s * (sin(a) * x + cos(a) * y)
    } }'
}
hair() { # X Y SCALE DEGREES
  polygon $(around "$@")
  ask '(begin (gimp-image-set-active-layer image target) (gimp-image-clean-all image))' >/dev/null
  edited "hair at $1" "walk-hair-$1" 10000
  check "hair at $1: its own head" near "$1" "$2" "$(awk -v s="$3" 'BEGIN { print 512 * s }')" "$(recipe "$(top)")"
}
for head in '360 600 1.2 -20' '850 680 0.8 12' '1280 580 1.1 18'; do
  hair $head
  undone "hair at ${head%% *}"
done

# --- cancelled: at once, while the preview is drawn, after OK
check "cancel: the dialog" open_dialog ctrl+alt+t "StyleMap Transplant"
keys Escape
check "cancel at once" wait_for no_plugin
check "cancel: the dialog again" open_dialog ctrl+alt+t "StyleMap Transplant"
sleep 3
keys alt+c
check "cancel while the preview is drawn" wait_for no_plugin
for phase in 0.2 1; do # the progress bar's Cancel kills it: while it looks for the place, while it draws
  check "after OK: the dialog" open_dialog ctrl+alt+t "StyleMap Transplant"
  keys Return
  check "after OK: it works" wait_for no_window "StyleMap Transplant"
  sleep $phase
  kill -9 "$(plugin_pid)" 2>/dev/null || true
  check "cancel after OK, $phase: it ends" wait_for no_plugin
done
keys Escape
check "cancelled: layers" has_layers 2
check "cancelled: not a change" equal "$(dirty)" 0

# --- edited again, from the XCF file
hair 1280 580 1.1 18
first=$(recipe "$(top)")
ask '(close-visible before)' >/dev/null
focus "$main"
keys ctrl+s
check "again: save" wait_for window "Save Image"
sleep 1
keys ctrl+a
in_profile xdotool type --delay 30 "$PWD/walk.xcf"
keys Return
check "again: saved" wait_for test -s walk.xcf
ask '(gimp-display-delete view)' >/dev/null # and with it the image
ask '(begin (define image (car (gimp-file-load RUN-NONINTERACTIVE "walk.xcf" "walk.xcf"))) (define view (car (gimp-display-new image)))
  (define before (visible image)) (gimp-displays-flush))' >/dev/null
main='.*walk.*GIMP'
wait_for window "$main"
ask "(begin (gimp-image-set-active-layer image $(top)) (gimp-image-clean-all image))" >/dev/null
check "again: the dialog" open_dialog ctrl+alt+e "StyleMap Transplant"
sleep 3
screenshot walk-again
stays=$(ask "(display $(top))")
keys Return
check "again, unchanged: it ends" wait_for no_plugin
check "again, unchanged: the layer stays" equal "$(ask "(display $(top))") $(layers) $(dirty)" "$stays 3 0"
check "again, unchanged: the same picture" equal "$(changes 0)" "(0 #f)"
check "again: the dialog once more" open_dialog ctrl+alt+e "StyleMap Transplant"
keys alt+s ctrl+a
in_profile xdotool type 0.9
keys Tab
sleep 2
keys alt+o
check "again: it is made" wait_for no_plugin
check "again: in its place" has_layers 3
again=$(recipe "$(top)")
check "again: the same selection" equal "$(grep ^selection= <<<"$again")" "$(grep ^selection= <<<"$first")"
check "again: the same model" equal "$(grep ^model <<<"$again")" "$(grep ^model <<<"$first")"
check "again: the same place" grep -qF "placement='$(sed -n 's/^found-target=//p' <<<"$first")'" <<<"$again"

# --- twelve frames between two layers: in this image, and, as by itself, in a new one, which is exported
ask '(begin (close-visible before) (gimp-display-delete view))' >/dev/null
open_image target.png 512x512 '#t'
anew() { # OLD: the dialog is another window
  local id
  id=$(window "StyleMap Interpolate" | tail -1) && [ -n "$id" ] && [ "$id" != "$1" ]
}
frames() {
  check "$1: the dialog" open_dialog ctrl+alt+i "StyleMap Interpolate"
  if [ $# -gt 2 ]; then
    local old
    old=$(window "StyleMap Interpolate" | tail -1)
    keys "${@:3}"
    check "$1: another dialog" wait_for anew "$old"
    sleep 2
    focus "StyleMap Interpolate"
  fi
  keys alt+f ctrl+a
  in_profile xdotool type 12
  keys Tab
  sleep 2
  screenshot "$2"
  keys Return
}
if [ "$GIMP" = 3 ]; then
  mkdir -p gimp/plug-in-settings
  echo '(dialog-into "image")' >gimp/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap-interpolate.last
else
  printf '\n[plug-in-stylemap-interpolate]\ninto=image\n' >>gimp/stylemap-last-values
fi
frames "frames" walk-frames-here
check "frames: twelve" wait_for has_layers 14
check "frames: it ends" wait_for no_plugin
undo
check "frames: one undo" wait_for has_layers 2
keys ctrl+y
check "frames: redo" wait_for has_layers 14
undo
check "frames: undone again" wait_for has_layers 2
frames "film" walk-frames shift+Tab shift+Tab space # from OK to Reset: this image was remembered
ask '(define (film) (let ((all (vector->list (cadr (gimp-image-list))))) (if (= (car all) image) (cadr all) (car all))))' >/dev/null
film_has() { [ "$(ask '(display (car (gimp-image-get-layers (film))))')" = "$1" ]; }
check "film: twelve frames in an image of their own" wait_for film_has 12
check "film: it ends" wait_for no_plugin
check "film: nothing in this image" has_layers 2
sleep 2 # its window is shown
focus "$main"
keys ctrl+shift+e
check "film: export" wait_for window "Export Image"
sleep 1
keys ctrl+a
in_profile xdotool type --delay 30 "$PWD/film.gif"
keys Return
check "film: as GIF" wait_for window "Export Image as GIF"
sleep 1
keys alt+a
screenshot walk-gif
keys alt+e
twelve() { [ "$(identify film.gif 2>/dev/null | wc -l)" = 12 ]; }
check "film: twelve pictures" wait_for twelve
wait_for no_window "Export Image as GIF"
focus "$main"
keys ctrl+shift+e
check "film: export once more" wait_for window "Export Image"
sleep 1
keys ctrl+a
in_profile xdotool type --delay 30 "$PWD/film.webp"
keys Return
check "film: as WebP" wait_for window "Export Image as WebP"
sleep 1
click() { # X Y: in that dialog, whose words have no keys of their own in either GIMP
  in_profile xdotool mousemove --window "$(window "Export Image as WebP" | tail -1)" "$@" click 1
  sleep 1
}
if [ "$GIMP" = 3 ]; then click 40 191; else click 20 150; fi # it is to be an animation
screenshot walk-webp
if [ "$GIMP" = 3 ]; then # Export, at the lower right of what has grown by the options of animations
  eval "$(in_profile xdotool getwindowgeometry --shell "$(window "Export Image as WebP" | tail -1)" | grep -E '^(WIDTH|HEIGHT)=')"
  click $((WIDTH - 68)) $((HEIGHT - 44))
else
  keys alt+e
fi
# each frame is an ANMF chunk of the file
moves() { [ "$(grep -ao ANMF film.webp | wc -l)" = 12 ]; }
# GIMP 3 makes it small, which takes long
made() { wait_for moves || wait_for moves; }
check "film: twelve pictures as WebP" made
wait_for no_window "Export Image as WebP"

# --- a model
check "import: the dialog" open_dialog ctrl+alt+j "StyleMap Import Model"
keys Escape
check "import: cancelled" wait_for no_plugin
check "import: the dialog again" open_dialog ctrl+alt+j "StyleMap Import Model"
keys alt+f
keys space
check "import: which file" wait_for window "Import a StyleMap Model"
sleep 1
in_profile xdotool type /
sleep 1
keys ctrl+a
in_profile xdotool type --delay 30 "$PWD/walked.safetensors"
keys Return
wait_for no_window "Import a StyleMap Model"
sleep 2
screenshot walk-import
keys alt+i
check "import: it ends" wait_for no_plugin
check "import: it is there" test -s $models/walked.safetensors

[ $failures = 0 ] && echo "$checks checks passed; screenshots in $ARTEFACTS"
