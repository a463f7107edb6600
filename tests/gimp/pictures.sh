#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Pictures of the dialogs and of GIMP around one, from a real GIMP under Xvfb, for looking at and for the README: in the
# build's artefacts folder, as README-*.png those that it may show, as doc-*.png those of install/doc/pictures. `ninja pictures-3` (or -2.10) runs it.
# From the environment: as run.sh, and ARTEFACTS.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile pictures
cd "$run_dir"
. "$here/screen.sh"
cp "$SOURCE"/install/samples/*.png "$here/dialect-3.scm" .
cp "$SOURCE/models/portraits-128.safetensors" faces.safetensors # to be imported
start_screen
start_gimp
named() { ask "(begin (gimp-item-set-name target \"$1\") (gimp-displays-flush))" >/dev/null; } # GIMP itself calls it Background
open_samples
named target.png
in_profile xdotool mousemove 1279 899 # where no tooltip comes up over a dialog

small() { in_profile convert "$ARTEFACTS/$1.png" -strip -dither None -colors 255 -define png:compression-level=9 "$ARTEFACTS/README-$1-$GIMP.png"; }
page() { in_profile convert "$ARTEFACTS/$1.png" -strip -resize 75% -dither None -colors 255 -define png:compression-level=9 "$ARTEFACTS/doc-$1.png"; }
close() {
  keys Escape
  wait_for no_window "$1"
}
open_dialog ctrl+alt+t "StyleMap Transplant"
shot transplant "StyleMap Transplant"
small transplant
page transplant
screenshot window-transplant
keys alt+i Tab Tab Tab Tab Tab Tab Tab space # from Detail past Colours, Advanced, the reference and its three buttons: Variants
shot variants "StyleMap Transplant"
page variants
keys alt+a
shot transplant-advanced "StyleMap Transplant"
close "StyleMap Transplant"
open_dialog ctrl+alt+r "StyleMap Reconstruct"
shot reconstruct "StyleMap Reconstruct"
page reconstruct
close "StyleMap Reconstruct"
ask '(gimp-selection-none image)' >/dev/null # which would limit the frames
open_dialog ctrl+alt+i "StyleMap Interpolate"
shot interpolate "StyleMap Interpolate"
page interpolate
close "StyleMap Interpolate"
type_in() { in_profile xdotool type --delay 30 "$1"; }
choose_adjust() { # its third slider, from Feather's number on: Detail's slider and number, then both of each
  settled "$1"
  keys alt+f Tab Tab Tab Tab Tab Tab Tab Tab ctrl+a
  type_in 1
  keys Tab
}
choose_learn-direction() { # of both lists, which hold the two groups, one
  keys alt+n
  type_in smile
  keys alt+w Home alt+o End
}
choose_import-model() {
  keys alt+f space
  wait_for window "Import a StyleMap Model"
  sleep 1
  type_in /
  sleep 1
  keys ctrl+a
  type_in "$PWD/faces.safetensors"
  keys Return
  wait_for no_window "Import a StyleMap Model"
}
ask '(begin (define jaw (list 130 230 260 200)) (define hair (list 106 20 300 222))
  (define (around place) (apply gimp-image-select-ellipse image CHANNEL-OP-REPLACE place))
  (define (group name)
    (let ((made (car (gimp-layer-group-new image))))
      (gimp-item-set-name made name)
      (gimp-item-set-visible made FALSE)
      (gimp-image-insert-layer image made 0 0)
      (do ((i 0 (+ i 1))) ((= i 20)) (gimp-image-insert-layer image (car (gimp-layer-copy target FALSE)) made 0))
      made)))' >/dev/null
for entry in "a adjust StyleMap Adjust" "m mix StyleMap Mix Styles" "f interpolate-strength StyleMap Transplant as Frames" \
  "p random StyleMap Random Portrait" "l learn-direction StyleMap Learn a Direction" "j import-model StyleMap Import Model" "b about StyleMap About and Self-Check"; do
  read -r key name title <<<"$entry"
  case $name in
  adjust) ask '(around jaw)' >/dev/null ;;
  mix) ask '(around hair)' >/dev/null ;;
  learn-direction) ask '(define groups (list (group "smiling") (group "serious")))' >/dev/null ;;
  esac
  open_dialog "ctrl+alt+$key" "$title"
  ! type "choose_$name" >/dev/null 2>&1 || "choose_$name" "$title"
  shot "$name" "$title"
  page "$name"
  close "$title"
done
ask '(for-each (lambda (group) (gimp-image-remove-layer image group)) groups)' >/dev/null
ask '(begin (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target
  (vector-ref (cadr (gimp-image-get-layers image)) 1) "feather=16") (gimp-selection-none image) (gimp-displays-flush))' >/dev/null
shot result "$main"
small result
ask '(gimp-image-set-active-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0))' >/dev/null
open_dialog ctrl+alt+e "StyleMap Transplant"
shot edit-again "StyleMap Transplant"
close "StyleMap Transplant"
ask "(let ((other (vector-ref (cadr (gimp-image-get-layers image)) 2)))
  (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target other
    (string-append \"feather=16 references='\" (number->string other) \" region=alpha placement=100,100,256'\")))" >/dev/null
ask '(gimp-image-set-active-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0))' >/dev/null
open_dialog ctrl+alt+e "StyleMap Transplant"
shot references "StyleMap Transplant"
close "StyleMap Transplant"
open_image scene.png 800x640 '(gimp-image-select-polygon image CHANNEL-OP-REPLACE 16
  (vector 327 239 564 206 592 407 538 414 523 380 413 395 408 433 355 440))'
named scene.png
open_dialog ctrl+alt+t "StyleMap Transplant"
shot tutorial-dialog "StyleMap Transplant"
page tutorial-dialog
echo "Pictures in $ARTEFACTS"
