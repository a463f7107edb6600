#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What Edit Again's dialog shows, in a real window under Xvfb: opened unchanged, the result's own pixels, also where its model is gone,
# until something changes. From the environment: as run.sh, and ARTEFACTS.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile shown
cd "$run_dir"
. "$here/screen.sh"
cp "$SOURCE/install/samples/target.png" "$SOURCE/install/samples/reference.png" "$here/dialect-3.scm" .
cp "$SOURCE/models/toon-portraits-128.safetensors" own.safetensors
dialog="StyleMap Transplant"

start_screen
start_gimp

# --- a result above its target and one that is a copy of it, in a file
save='(gimp-file-save RUN-NONINTERACTIVE image layer path path)'
[ "$GIMP" != 3 ] || save='(gimp-file-save RUN-NONINTERACTIVE image path)'
ask "(begin
  (define (save layer path) (let ((image (car (gimp-item-get-image layer)))) $save))
  (define (top image) (vector-ref (cadr (gimp-image-get-layers image)) 0))
  (define (lowest image n) (vector-ref (cadr (gimp-image-get-layers image)) (- (car (gimp-image-get-layers image)) n)))
  (define (picture image path) ; what is seen of it
    (let ((copy (car (gimp-image-duplicate image))))
      (gimp-image-flatten copy)
      (save (top copy) path)
      (gimp-image-delete copy)))
  (define (make opacity path)
    (let* ((image (car (gimp-file-load RUN-NONINTERACTIVE \"target.png\" \"target.png\"))) (target (top image)))
      (gimp-image-insert-layer image (car (gimp-file-load-layer RUN-NONINTERACTIVE image \"reference.png\")) 0 1)
      (gimp-layer-set-opacity target opacity)
      (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 136 136 240 240)
      (let ((result (car (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target (lowest image 1) \"model=$PWD/own.safetensors strength=0.8 feather=4\"))))
        (gimp-layer-set-opacity result 100)
        (picture image (string-append path \"-result.png\"))
        (gimp-item-set-visible result FALSE)
        (gimp-layer-set-opacity target 100)
        (gimp-item-set-visible target TRUE)
        (picture image (string-append path \"-target.png\"))
        (gimp-item-set-visible result TRUE)
        (gimp-xcf-save RUN-NONINTERACTIVE image result (string-append path \".xcf\") (string-append path \".xcf\")))
      (gimp-image-delete image)))
  (define (show path)
    (set! image (car (gimp-file-load RUN-NONINTERACTIVE path path)))
    (gimp-selection-none image)
    (gimp-image-set-active-layer image (top image))
    (gimp-image-clean-all image)
    (set! view (car (gimp-display-new image)))
    (gimp-displays-flush))
  (define image 0)
  (define view 0))" >/dev/null
ask '(make 100 "above")' >/dev/null
ask '(make 50 "copy")' >/dev/null
check "they are made" test -s above.xcf -a -s copy.xcf

hex() { od -An -v -tx1 | tr -d ' \n'; }
# Twenty rows of 40 pixels across the left eye of a picture, each a line.
rows() {
  local y
  for ((y = 254; y < 294; y += 2)); do in_profile convert "$1" -crop 40x1+190+$y +repage -depth 8 rgb:- | hex && echo; done
}
# How many of them the dialog shows as they are.
shown() {
  local row n=0
  in_profile import -window "$(window "$dialog" | tail -1)" -depth 8 rgb:- | hex >window.hex
  while read -r row; do ! grep -qF "$row" window.hex || n=$((n + 1)); done < <(rows "$1")
  echo $n
}
shows() { [ "$(shown "$1")" = 20 ]; }
shows_neither() { ! shows "$1" && ! shows "$2"; }
show() { # XCF
  ask "(show \"$1\")" >/dev/null
  main=".*512x512.*"
  wait_for window "$main"
  sleep 2
  in_profile xdotool windowsize "$(window "$main" | tail -1)" 1200 850
}
hide() { ask '(begin (gimp-display-delete view) (gimp-displays-flush))' >/dev/null; }
# The dialog with the layer's middle, pixel for pixel, and nothing over it.
not() { ! "$@"; }
open_again() {
  open_dialog ctrl+alt+e "$dialog" || return 1
  sleep 1
  focus "$dialog"
  eval "$(in_profile xdotool getwindowgeometry --shell "$(window "$dialog" | tail -1)" | grep '^WIDTH=')"
  in_profile xdotool mousemove --window "$(window "$dialog" | tail -1)" $((WIDTH - 212)) 190 click 1
  keys 0
  keys 1
}
option() { ask '(display (caddr (car (gimp-item-get-parasite (top image) "stylemap-edit"))))' | grep -o "$1=[^ ]*" | head -1; }

for form in above copy; do
  show $form.xcf
  check "$form: edit again opens" open_again
  check "$form: it shows the result's own pixels" wait_for shows $form-result.png
  screenshot "kept-$form"
  keys b
  check "$form: B shows the target" wait_for shows $form-target.png
  keys b
  check "$form: B shows the result" wait_for shows $form-result.png
  keys alt+c
  check "$form: it ends" wait_for no_plugin
  mv own.safetensors gone
  check "$form, no model: edit again opens" open_again
  check "$form, no model: it shows the result's own pixels" wait_for shows $form-result.png
  screenshot "kept-$form-no-model"
  stays=$(ask '(display (top image))')
  keys alt+o
  check "$form, no model: OK ends it" wait_for no_plugin
  check "$form, no model: the result stays" equal "$(ask '(display (top image))') $(dirty)" "$stays 0"
  check "$form, no model: edit again opens once more" open_again
  keys alt+s ctrl+a
  in_profile xdotool type 0.4
  keys Tab
  check "$form, no model: what is changed cannot be drawn" wait_for shows $form-target.png
  screenshot "kept-$form-no-model-changed"
  keys alt+o
  sleep 1
  check "$form, no model: OK does nothing" window "$dialog"
  keys alt+c
  check "$form, no model: it ends" wait_for no_plugin
  mv gone own.safetensors
  check "$form, changed: edit again opens" open_again
  check "$form, changed: first the result" wait_for shows $form-result.png
  keys alt+s ctrl+a
  in_profile xdotool type 0.4
  keys Tab
  check "$form, changed: then what the model draws" wait_for shows_neither $form-result.png $form-target.png
  keys alt+o
  check "$form, changed: it ends" wait_for no_plugin
  check "$form, changed: the result" equal "$(option strength | cut -c1-12)" strength=0.4
  hide
done

# --- a dot on the target, where no warning sees it: the result would be another one
dot() {
  ask '(begin (gimp-context-set-foreground (quote (10 200 30))) (gimp-image-select-rectangle image CHANNEL-OP-REPLACE 40 321 3 3)
    (gimp-drawable-edit-fill (lowest image 2) FILL-FOREGROUND) (gimp-selection-none image) (gimp-displays-flush))' >/dev/null
}
show above.xcf
stays=$(ask '(display (top image))')
check "painted on meanwhile: edit again opens" open_again
dot
keys alt+o
check "painted on meanwhile: it ends" wait_for no_plugin
check "painted on meanwhile: another result" not equal "$(ask '(display (top image))')" "$stays"
hide
mv own.safetensors gone
show above.xcf
dot
check "painted on: edit again opens" open_again
check "painted on: the old result is not shown" wait_for shows above-target.png
keys alt+c
check "painted on: it ends" wait_for no_plugin

hide

# --- of two references each has its square, in the view, where the user draws it to its place
mv gone own.safetensors
ask '(begin
  (set! image (car (gimp-file-load RUN-NONINTERACTIVE "target.png" "target.png")))
  (define target (top image))
  (gimp-image-insert-layer image (car (gimp-file-load-layer RUN-NONINTERACTIVE image "reference.png")) 0 1)
  (define green (car (gimp-layer-new image 400 400 RGBA-IMAGE "green" 100 LAYER-MODE-NORMAL)))
  (gimp-image-insert-layer image green 0 2)
  (gimp-drawable-edit-fill green FILL-FOREGROUND)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 136 136 240 240)
  (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target (lowest image 2) (string-append "placement=centre reference-placement=centre references=\x27" (number->string green) " region=selection placement=centre\x27"))
  (gimp-xcf-save RUN-NONINTERACTIVE image target "two.xcf" "two.xcf")
  (gimp-image-delete image))' >/dev/null
green_is_seen() {
  local row
  row=$(printf '0ac81e%.0s' {1..60})
  in_profile import -window "$(window "$dialog" | tail -1)" -depth 8 rgb:- | hex >window.hex
  grep -qF "$row" window.hex
}
show two.xcf
check "two references: edit again opens" open_again
keys b # the layer as it is
check "two references: the first one is seen" not green_is_seen
keys alt+r shift+Tab Down
check "two references: the second one is seen" wait_for green_is_seen
screenshot references-second
in_profile xdotool mousemove --window "$(window "$dialog" | tail -1)" $((WIDTH - 544)) 60 click 1
keys Right Right Down period
sleep 1
screenshot references-placed
keys alt+o
check "two references: it ends" wait_for no_plugin
told=$(ask '(display (caddr (car (gimp-item-get-parasite (top image) "stylemap-edit"))))')
check "two references: the second lies where it was moved" grep -q "^reference-pairs-2=region=selection placement='20[2-9][0-9.]*,20[1-9][0-9.]*,400,1'" <<<"$told"
check "two references: the first where it was" grep -q "^options=.* reference-placement='centre'" <<<"$told"
check "two references: edit again opens once more" open_again
keys b alt+r shift+Tab Down
check "two references: the second is seen once more" wait_for green_is_seen
screenshot references-again
keys alt+c
check "two references: that ends" wait_for no_plugin

hide

# --- directions in another order than the sliders' are the same ones
ask '(begin
  (set! image (car (gimp-file-load RUN-NONINTERACTIVE "target.png" "target.png")))
  (plug-in-stylemap-adjust RUN-NONINTERACTIVE image (top image) "moustache=1.0, eyes-open=0, beard=1" "toon-portraits-128")
  (gimp-xcf-save RUN-NONINTERACTIVE image (top image) "adjusted.xcf" "adjusted.xcf")
  (gimp-image-delete image))' >/dev/null
dialog="StyleMap Adjust"
show adjusted.xcf
stays=$(ask '(display (top image))')
check "directions: edit again opens" open_again
sleep 3 # the sliders are there
screenshot kept-directions
keys alt+o
check "directions: OK ends it" wait_for no_plugin
check "directions: the result stays" equal "$(ask '(display (top image))') $(dirty)" "$stays 0"

check "no complaints of the plug-in" equal "$(grep CRITICAL gimp.txt | grep -c stylemap)" 0
[ $failures = 0 ] || { grep -v -e '^$' -e 'equest' -e '^Server' -e pixmap gimp.txt; echo "$failures of $checks checks failed; screenshots in $ARTEFACTS"; exit 1; }
echo "$checks checks passed; screenshots in $ARTEFACTS"
