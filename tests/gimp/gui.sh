#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A real GIMP window under Xvfb: the dialogs, cancelling by the button and by killing the process, undo through
# the Edit menu, another reference, a target that is deleted meanwhile. Screenshots go to the build's artefacts/ folder.
# From the environment: as run.sh, and ARTEFACTS.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile gui
cd "$run_dir"
. "$here/screen.sh"
cp "$SOURCE/install/samples/target.png" "$SOURCE/install/samples/reference.png" "$here/dialect-3.scm" .

differ() { [ "$1" != "$2" ] || { echo "  both are '$1'"; false; }; }

plugin_dialog() { window "$1" >/dev/null; }
height() { in_profile xdotool getwindowgeometry --shell "$(window "$1" | tail -1)" | grep '^HEIGHT='; }

# A browser that only writes down what it is to open.
mkdir -p data/applications
printf '#!/bin/sh\necho "$@" >>"%s/opened"\n' "$PWD" >browser
chmod +x browser
printf '[Desktop Entry]\nType=Application\nName=Browser\nExec=%s/browser %%u\nMimeType=text/html;\n' "$PWD" >data/applications/browser.desktop
printf '[Default Applications]\ntext/html=browser.desktop\n' >data/applications/mimeapps.list
touch opened

remember_frames() { # what the dialog begins with
  if [ "$GIMP" = 3 ]; then
    mkdir -p gimp/plug-in-settings
    echo "(frames $1)" >gimp/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap-interpolate.last
  else
    [ -e gimp/stylemap-last-values ] || printf '[plug-in-stylemap-interpolate]\nframes=\n' >gimp/stylemap-last-values
    sed -i "s/^frames=.*/frames=$1/" gimp/stylemap-last-values
  fi
}
remember_frames 1000
start_screen
start_gimp

# --- a picture that no model knows: what is said of it, and of the model that draws it best, moves no button either
in_profile convert -seed 7 -size 512x512 plasma:fractal unknown.png
open_image unknown.png 512x512 '(gimp-image-select-ellipse image CHANNEL-OP-REPLACE 106 20 300 222)'
check "unknown: the dialog opens" open_dialog ctrl+alt+t "StyleMap Transplant"
sleep 1
opened=$(height "StyleMap Transplant")
settled "StyleMap Transplant"
screenshot dialog-unknown
check "unknown: what is said of the picture moves no button" equal "$(height "StyleMap Transplant")" "$opened"
keys alt+c
check "unknown: it ends" wait_for no_plugin
ask '(begin (gimp-display-delete view) (gimp-displays-flush))' >/dev/null
open_samples

# Both errors of "... MSE A → B, reference C → D)" fell.
gained() {
  [[ $1 =~ MSE\ ([0-9.]+)\ →\ ([0-9.]+),\ reference\ ([0-9.]+)\ →\ ([0-9.]+)\) ]] || { echo "  is '$1'"; false; } || return 1
  awk "BEGIN {exit !(${BASH_REMATCH[2]} < ${BASH_REMATCH[1]} && ${BASH_REMATCH[4]} < ${BASH_REMATCH[3]})}"
}

# --- the entries are in their menu
keys alt+r
screenshot filters-menu
keys Escape
keys Escape

# --- the dialog, and its own Cancel
check "the dialog opens" open_dialog ctrl+alt+t "StyleMap Transplant"
sleep 1
opened=$(height "StyleMap Transplant")
sleep 3 # the look whether the model knows the picture is done; not a test of time, only of what the picture shows
screenshot dialog-transplant
check "what is said of the picture moves no button" equal "$(height "StyleMap Transplant")" "$opened"
keys alt+a
sleep 1
screenshot dialog-transplant-advanced
keys alt+g
in_profile xdotool type "256,200"
sleep 1
keys alt+o
check "no place: OK does nothing" plugin_dialog "StyleMap Transplant"
screenshot dialog-no-place
in_profile xdotool type ",300,15"
sleep 2
screenshot dialog-placed
keys alt+t Down
sleep 1
screenshot dialog-styles
keys alt+t Up
# the page; what GIMP says where it is not installed
helped() { cat opened gimp.txt | grep -c -e "share/doc/stylemap/en/index.html#$1" -e "help pages for 'stylemap' are not available"; }
helped_more() { [ "$(helped "$1")" -gt "$2" ]; }
help_opens() { # KEY PAGE
  local before
  before=$(helped "$2") || true
  keys "$1"
  wait_for helped_more "$2" "$before"
}
check "F1 opens the page" help_opens F1 transplant
check "the Help button opens the page" help_opens alt+h transplant
screenshot dialog-help
keys alt+c
check "Cancel closes the dialog" wait_for no_window "StyleMap Transplant"
check "Cancel ends the plug-in" wait_for no_plugin
check "Cancel: layers" has_layers 2
check "Cancel: not a change" equal "$(dirty)" 0

# --- OK, and undo through the Edit menu
check "the dialog opens again" open_dialog ctrl+alt+t "StyleMap Transplant"
keys Return
check "OK makes a layer" wait_for has_layers 3
check "OK ends the plug-in" wait_for no_plugin
sleep 1
screenshot after-transplant
[ "$GIMP" = 3 ] || check "healed unless another method is chosen" grep -q '^method=heal$' gimp/stylemap-last-values
check "success is no warning" equal "$(grep -c 'StyleMap.*-Warning' gimp.txt)" 0
check "the new layer's name" equal "$(ask '(display (car (gimp-item-get-name (vector-ref (cadr (gimp-image-get-layers image)) 0))))')" "StyleMap Transplant"
focus "$main"
keys alt+e
screenshot edit-menu
keys Return
check "one Edit > Undo takes it back" wait_for has_layers 2
check "undo: as it was" wait_for equal "$(dirty)" 0
check "undo: the selection stays" equal "$(ask '(display (cdr (gimp-selection-bounds image)))')" "(106 20 406 242)"
focus "$main"
keys ctrl+y
check "redo" wait_for has_layers 3

# --- now the result is active: the dialog says so and edits what it was made of
active() { ask '(display (car (gimp-image-get-active-layer image)))'; }
check "redo makes the result active" test "$(active)" != "$(ask '(display target)')"
result=$(active)
check "edit again opens" open_dialog ctrl+alt+e "StyleMap Transplant"
sleep 2
screenshot dialog-edit-again
keys Return
check "edit again, unchanged: it ends" wait_for no_plugin
check "edit again, unchanged: it says so" grep -q "Nothing was changed: the layer stays as it is" gimp.txt
check "edit again, unchanged: the result stays" equal "$(active) $(layers)" "$result 3"
check "edit again opens once more" open_dialog ctrl+alt+e "StyleMap Transplant"
keys alt+s ctrl+a
in_profile xdotool type 0.9
keys Tab alt+o
check "edit again: it ends" wait_for no_plugin
check "edit again: another one is there" differ "$(active)" "$result"
check "edit again: in the place of the result" has_layers 3
check "edit again: the new one is active" test "$(active)" != "$(ask '(display target)')"
check "the dialog opens on a result" open_dialog ctrl+alt+t "StyleMap Transplant"
sleep 2
screenshot dialog-on-a-result
keys Return
check "on a result: a layer" wait_for has_layers 4
check "on a result: it ends" wait_for no_plugin
check "on a result: made of the target" equal \
  "$(ask '(display (caddr (car (gimp-item-get-parasite (vector-ref (cadr (gimp-image-get-layers image)) 0) "stylemap-result"))))' | head -1)" \
  "$(ask '(display (car (gimp-item-get-tattoo target)))') above"
check "on a result: the target is active" equal "$(active)" "$(ask '(display target)')"
focus "$main"
keys ctrl+z
check "undo by key" wait_for has_layers 3
keys ctrl+z
check "undo of edit again" has_layers 3
keys ctrl+z
check "and again" wait_for has_layers 2

# --- another reference is chosen, here the lower one of two: what is made is what a script makes of that one
ask '(define red (car (gimp-layer-new image 512 512 RGB-IMAGE "red" 100 LAYER-MODE-NORMAL)))' >/dev/null
ask '(begin (gimp-image-insert-layer image red 0 2) (gimp-context-set-foreground (quote (200 20 20))) (gimp-drawable-edit-fill red FILL-FOREGROUND)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 106 20 300 222) (gimp-image-set-active-layer image target))' >/dev/null
made() { ask '(let ((top (vector-ref (cadr (gimp-image-get-layers image)) 0)))
  (display (car (gimp-drawable-histogram top HISTOGRAM-RED 0 1))) (gimp-image-remove-layer image top))'; }
made_of() { ask "(plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target $1 \"\")" >/dev/null && made; }
choose_below() {
  open_dialog ctrl+alt+t "StyleMap Transplant" || return 1
  keys alt+r Down
  sleep 1
  screenshot dialog-other-reference
  keys alt+o
}
of_first=$(made_of '(vector-ref (cadr (gimp-image-get-layers image)) 1)')
of_second=$(made_of red)
check "another reference: makes another picture" differ "$of_first" "$of_second"
check "another reference: chosen" choose_below
check "another reference: a layer" wait_for has_layers 4
check "another reference: it ends" wait_for no_plugin
check "another reference: the chosen one" equal "$(made)" "$of_second"
ask '(begin (gimp-image-remove-layer image red) (gimp-image-clean-all image))' >/dev/null

# --- killed while it works: nothing is left, GIMP goes on
ground=$(in_profile convert reference.png -crop 60x1+4+4 +repage -depth 8 rgb:- | od -An -v -tx1 | tr -d ' \n')
last_is_right() { # the reference is in the column at the right, the frames lead from left to right
  local id
  id=$(window "StyleMap Interpolate" | tail -1)
  eval "$(in_profile xdotool getwindowgeometry --shell "$id" | grep '^WIDTH=')"
  in_profile import -window "$id" -crop "252x600+$((WIDTH - 252))+0" +repage -depth 8 rgb:- | od -An -v -tx1 | tr -d ' \n' | grep -q "$ground"
}
start_frames() {
  open_dialog ctrl+alt+i "StyleMap Interpolate" && wait_for last_is_right || return 1
  screenshot dialog-interpolate
  keys Return
  wait_for no_window "StyleMap Interpolate"
}
check "interpolate starts" start_frames
check "it runs" wait_for plugin_pid
sleep 1
screenshot progress
kill -9 "$(plugin_pid)" 2>/dev/null || true
check "killed: it is gone" wait_for no_plugin
check "killed: layers" has_layers 2
check "killed: not a change" equal "$(dirty)" 0
check "killed: no files left" equal "$(find tmp -type f | wc -l)" 0
keys Escape # GIMP's message that a plug-in died

# --- cancelled by the button of GIMP's progress bar
check "interpolate starts again" start_frames
check "it runs again" wait_for plugin_pid
sleep 1
# it stands at the right end of the image's status bar, left of the docks
in_profile xdotool mousemove --window "$(window "$main" | tail -1)" 955 832 sleep 0.5 click 1
check "progress: Cancel ends the plug-in" wait_for no_plugin
check "progress: layers" has_layers 2
check "progress: not a change" equal "$(dirty)" 0

# --- refinement: pressed and given its steps as a user does, then cancelled by the same button
choose_refinement() { # KEY TITLE STEPS
  open_dialog "$1" "$2" || return 1
  [ "$2" != "StyleMap Transplant" ] || keys alt+t Down # from heal to styles
  keys alt+n Tab ctrl+a # off as long as nobody pressed it in this dialog
  in_profile xdotool type "$3"
  sleep 0.5
  screenshot "dialog-refine-$3"
  in_profile xdotool key Return
}
# It is good enough to end by itself after 2 s on a fast machine. So it is stopped early in its work, which is known by
# the remembered choice, for as long as the button is looked for.
remembered() {
  local end=$((SECONDS + 60))
  [ "$GIMP" != 3 ] || { wait_for no_window "StyleMap Reconstruct"; return; } # which remembers only what worked
  until grep -q "^refine-steps=$1\$" gimp/stylemap-last-values; do [ $SECONDS -lt $end ] || return 1; done
}
freeze() { sleep 0.3 && kill -STOP "$(plugin_pid)"; }
ask '(gimp-image-set-active-layer image target)' >/dev/null
check "refinement starts" choose_refinement ctrl+alt+r "StyleMap Reconstruct" 90000
check "refinement: its choice is remembered" remembered 90000
check "refinement runs" freeze
sleep 1
screenshot progress-refine
in_profile xdotool mousemove --window "$(window "$main" | tail -1)" 955 832 sleep 0.5 click 1
check "refinement: Cancel ends the plug-in" wait_for no_plugin
check "refinement: layers" has_layers 2
check "refinement: not a change" equal "$(dirty)" 0

# --- and done
check "a refined transplant starts" choose_refinement ctrl+alt+t "StyleMap Transplant" 4
check "refined: a layer" wait_for has_layers 3
check "refined: it ends" wait_for no_plugin
sleep 1
screenshot after-refined
name=$(ask '(display (car (gimp-item-get-name (vector-ref (cadr (gimp-image-get-layers image)) 0))))')
check "refined: the new layer's name tells the gain" gained "$name"
focus "$main"
keys ctrl+f
check "repeated: a layer" wait_for has_layers 4
check "repeated: it ends" wait_for no_plugin
name=$(ask '(display (car (gimp-item-get-name (vector-ref (cadr (gimp-image-get-layers image)) 0))))')
check "repeated: by the same method" gained "$name"
keys ctrl+z
check "repeated: one undo takes it back" wait_for has_layers 3
keys ctrl+z
check "refined: one undo takes it back" wait_for has_layers 2

# --- the target is deleted while it works
ask '(gimp-image-set-active-layer image target)' >/dev/null
remember_frames 300
check "interpolate starts a third time" start_frames
check "it runs a third time" wait_for plugin_pid
ask '(gimp-image-remove-layer image target)' >/dev/null
check "deleted target: it ends" wait_for no_plugin
check "deleted target: layers" has_layers 1
check "deleted target: it says so" grep -q "target layer was deleted while StyleMap worked" gimp.txt

# --- no layer to take from: OK cannot be pressed, and the dialog says what to do
check "the dialog opens without a reference" open_dialog ctrl+alt+t "StyleMap Transplant"
sleep 2
screenshot dialog-no-reference
keys alt+o
sleep 1
check "OK does nothing" plugin_dialog "StyleMap Transplant"
# a second layer comes while the dialog is open
ask '(gimp-image-insert-layer image (car (gimp-file-load-layer RUN-NONINTERACTIVE image "target.png")) 0 0)' >/dev/null
focus "$main"
focus "StyleMap Transplant"
sleep 1
screenshot dialog-reference-came
keys alt+c
check "it closes" wait_for no_window "StyleMap Transplant"
check "it ends" wait_for no_plugin

# --- learning a direction: what is missing is told, and once more where OK is pressed
check "learn: the dialog opens" open_dialog ctrl+alt+l "StyleMap Learn a Direction"
sleep 1
shot dialog-learn "StyleMap Learn a Direction"
keys alt+l
sleep 1
check "learn: not with nothing to learn from" plugin_dialog "StyleMap Learn a Direction"
shot dialog-learn-tried "StyleMap Learn a Direction"
differs_in_icon() { ! cmp -s "$ARTEFACTS/dialog-learn.png" "$ARTEFACTS/dialog-learn-tried.png"; }
check "learn: it is an error then" differs_in_icon
keys Escape
check "learn: it ends" wait_for no_plugin

# --- reconstruct
check "the third dialog opens" open_dialog ctrl+alt+r "StyleMap Reconstruct"
sleep 2
screenshot dialog-reconstruct # in 2.10 refinement is still chosen, from above; GIMP 3 remembers what was not cancelled
opened=$(height "StyleMap Reconstruct")
ask '(gimp-selection-none image)' >/dev/null
focus "$main"
focus "StyleMap Reconstruct"
sleep 1
screenshot dialog-no-selection
check "what is said of the selection moves no button" equal "$(height "StyleMap Reconstruct")" "$opened"
[ "$GIMP" = 3 ] || keys alt+n
keys Return
check "reconstruct makes a layer" wait_for has_layers 3
name=$(ask '(display (car (gimp-item-get-name (vector-ref (cadr (gimp-image-get-layers image)) 0))))')
check "it is not refined" equal "$name" "StyleMap Reconstruct"

# --- adjust: sliders of the model that knows the picture; OK only where one is moved
ask '(begin (gimp-image-remove-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0)) (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 130 230 260 200))' >/dev/null
check "adjust opens" open_dialog ctrl+alt+a "StyleMap Adjust"
sleep 4 # which model it is
keys alt+o
check "adjust: nothing is changed yet: OK does nothing" plugin_dialog "StyleMap Adjust"
move_slider() { # from Feather's number on: Detail's slider and number, then a slider and a number for each direction
  keys alt+f Tab Tab
  for n in 1 2 3; do keys Tab Tab; done # eyes, wink, beard
  keys ctrl+a
  in_profile xdotool type "$1"
  keys Tab
}
move_slider 1
sleep 3
screenshot dialog-adjust
keys alt+o
check "adjust: a layer" wait_for has_layers 3
check "adjust: it ends" wait_for no_plugin
name=$(ask '(display (car (gimp-item-get-name (vector-ref (cadr (gimp-image-get-layers image)) 0))))')
check "adjust: the new layer's name" equal "$name" "StyleMap Adjust"
chosen=$(ask '(display (caddr (car (gimp-item-get-parasite (vector-ref (cadr (gimp-image-get-layers image)) 0) "stylemap-edit"))))')
check "adjust: the slider that was moved" holds "$chosen" "directions='beard=1'"

# --- presets: kept under a name; chosen again, the options are those
ask '(begin (gimp-image-remove-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0))
  (set! target (vector-ref (cadr (gimp-image-get-layers image)) 0)) (gimp-image-set-active-layer image target))' >/dev/null
set_feather() {
  keys alt+f ctrl+a
  in_profile xdotool type "$1"
  keys Tab
}
go_to_preset() { # the entry in the first row
  in_profile xdotool mousemove --window "$(window "StyleMap Transplant" | tail -1)" 230 26 click 1
  sleep 0.5
}
keep_preset() {
  open_dialog ctrl+alt+t "StyleMap Transplant" || return 1
  set_feather 33
  go_to_preset
  in_profile xdotool type "soft hair"
  keys Return
  wait_for grep -q "^soft%20hair=soft hair;.* feather=33 " gimp/stylemap-presets
}
check "a preset is kept" keep_preset
set_feather 5
go_to_preset
keys Down
sleep 2
screenshot dialog-preset
keys alt+o
check "preset: a layer" wait_for has_layers 3
check "preset: it ends" wait_for no_plugin
chosen=$(ask '(display (caddr (car (gimp-item-get-parasite (vector-ref (cadr (gimp-image-get-layers image)) 0) "stylemap-edit"))))')
check "preset: what it kept" holds "$chosen" " feather=33 "

# --- variants: four small results; a click takes the last of them, which is drawn anew
ask '(begin (gimp-image-remove-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0))
  (set! target (vector-ref (cadr (gimp-image-get-layers image)) 0)) (gimp-image-set-active-layer image target))' >/dev/null
take_variant() {
  open_dialog ctrl+alt+t "StyleMap Transplant" || return 1
  settled "StyleMap Transplant"
  keys alt+t Up # from styles, remembered above
  settled "StyleMap Transplant"
  keys alt+i Tab Tab Tab Tab Tab Tab Tab space # from Detail past Colours, Advanced, the reference and its three buttons
  sleep 2
  settled "StyleMap Transplant"
  screenshot dialog-variants
  keys Tab Tab Tab Tab space
  sleep 1
  screenshot dialog-variant-taken
  keys alt+o
}
check "a variant is taken" take_variant
check "variant: a layer" wait_for has_layers 3
check "variant: it ends" wait_for no_plugin
chosen=$(ask '(display (caddr (car (gimp-item-get-parasite (vector-ref (cadr (gimp-image-get-layers image)) 0) "stylemap-edit"))))')
check "variant: the one that was clicked" holds "$chosen" "method=styles collage=auto"

# --- every frame: two, below the reference; undone in one step
ask '(define target (vector-ref (cadr (gimp-image-get-layers image)) 1))' >/dev/null
ask '(let ((reference (vector-ref (cadr (gimp-image-get-layers image)) 2)))
  (gimp-image-remove-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0))
  (gimp-image-insert-layer image (car (gimp-layer-copy target FALSE)) 0 0)
  (gimp-image-raise-item-to-top image reference)
  (gimp-image-set-active-layer image target)
  (gimp-displays-flush))' >/dev/null
frame_is_there() { [ "$(ask '(display (if (member target (vector->list (cadr (gimp-image-get-layers image)))) 1 0))')" = "$1" ]; }
check "every frame: the dialog opens" open_dialog ctrl+alt+y "StyleMap Transplant on Every Frame"
sleep 4
screenshot dialog-every-frame
keys alt+o
check "every frame: another layer is in the frame's place" wait_for frame_is_there 0
check "every frame: it ends" wait_for no_plugin
check "every frame: as many layers" has_layers 3
focus "$main"
keys ctrl+z
check "every frame: undone in one step" wait_for frame_is_there 1

# --- a result of a result, made again: of that result, whatever is pressed where Swap is not to be
ask '(begin (gimp-selection-none image) (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 130 230 260 200)
  (define lowest (vector-ref (cadr (gimp-image-get-layers image)) (- (car (gimp-image-get-layers image)) 1)))
  (define other (vector-ref (cadr (gimp-image-get-layers image)) 0))
  (define below (car (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image lowest other "")))
  (define second (car (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image below other "")))
  (gimp-image-set-active-layer image second) (gimp-displays-flush))' >/dev/null
edit_again() {
  open_dialog ctrl+alt+e "StyleMap Transplant" || return 1
  sleep 2
  keys alt+r Tab space
  sleep 2
  screenshot dialog-edit-again-of-a-result
  keys alt+o
}
second_is_there() { [ "$(ask '(display (if (member second (vector->list (cadr (gimp-image-get-layers image)))) 1 0))')" = "$1" ]; }
check "again, of a result: the dialog opens" edit_again
check "again, of a result: another layer is in its place" wait_for second_is_there 0
check "again, of a result: it ends" wait_for no_plugin
made_of_tattoo() { ask '(display (caddr (car (gimp-item-get-parasite (car (gimp-image-get-active-layer image)) "stylemap-result"))))'; }
check "again, of a result: of the same target" equal "$(made_of_tattoo | head -1 | cut -d' ' -f1)" "$(ask '(display (car (gimp-item-get-tattoo below)))')"

# --- a square placed by hand: repeated for the same layer, not for another one, and not kept in a file
last_edit() { ask '(display (caddr (car (gimp-item-get-parasite (vector-ref (cadr (gimp-image-get-layers image)) (- (car (gimp-image-get-item-position image (car (gimp-image-get-active-layer image)))) 1)) "stylemap-edit"))))'; }
place_by_hand() {
  open_dialog ctrl+alt+t "StyleMap Transplant" || return 1
  sleep 2 # on a busy machine the window is there before what is in it
  keys alt+a
  sleep 1
  keys alt+g ctrl+a
  in_profile xdotool type "256,250,300"
  sleep 1
  screenshot dialog-placed-by-hand
  keys alt+o
}
ask '(begin (for-each (lambda (layer) (if (not (member layer (list lowest other))) (gimp-image-remove-layer image layer))) (vector->list (cadr (gimp-image-get-layers image))))
  (gimp-item-set-visible lowest TRUE) (gimp-image-set-active-layer image lowest) (gimp-displays-flush))' >/dev/null
check "placed: two layers" has_layers 2
check "placed: the dialog opens" place_by_hand
check "placed: a layer" wait_for has_layers 3
check "placed: it ends" wait_for no_plugin
check "placed: there" holds "$(last_edit)" " placement='256,250,300'"
check "placed: in no file" equal "$(cat gimp/stylemap-last-values gimp/plug-in-settings/*-transplant.last 2>/dev/null | grep -c '256,250,300')" 0
focus "$main"
keys ctrl+z
check "placed: undone" wait_for has_layers 2
keys ctrl+f
check "placed: repeated" wait_for has_layers 3
check "placed: that ends" wait_for no_plugin
check "placed: repeated there" holds "$(last_edit)" " placement='256,250,300'"
ask '(begin (gimp-image-set-active-layer image other) (gimp-displays-flush))' >/dev/null
focus "$main"
keys ctrl+f
check "placed: another layer" wait_for has_layers 4
check "placed: that ends, too" wait_for no_plugin
check "placed: not there" holds "$(last_edit)" " placement=''"

# --- before and after by a key; a target that changes while the dialog is open is shown as it is
ask '(begin (for-each (lambda (layer) (if (not (member layer (list lowest other))) (gimp-image-remove-layer image layer))) (vector->list (cadr (gimp-image-get-layers image))))
  (gimp-item-set-visible lowest TRUE) (gimp-image-set-active-layer image lowest) (gimp-displays-flush))' >/dev/null
at_view() { # X and Y in the middle of the hair, in the view of the target
  eval "$(in_profile xdotool getwindowgeometry --shell "$(window "StyleMap Transplant" | tail -1)" | grep '^WIDTH=')"
  echo $((WIDTH - 212)) 190
}
view() { # what it shows there
  local x y
  read -r x y <<<"$(at_view)"
  in_profile import -window "$(window "StyleMap Transplant" | tail -1)" -crop "120x80+$((x - 60))+$((y - 40))" +repage rgb:- | md5sum
}
shows() { [ "$(view)" = "$1" ]; }
shows_other() { [ "$(view)" != "$1" ]; }
check "view: the dialog opens" open_dialog ctrl+alt+t "StyleMap Transplant"
sleep 8 # it is drawn
in_profile xdotool mousemove --window "$(window "StyleMap Transplant" | tail -1)" $(at_view) click 1
sleep 1
after=$(view)
screenshot dialog-after
keys b
check "view: B shows the layer as it is" shows_other "$after"
screenshot dialog-before
keys b
check "view: and B the edit" shows "$after"
ask '(begin (gimp-drawable-fill lowest FILL-WHITE) (gimp-displays-flush))' >/dev/null
focus "$main"
focus "StyleMap Transplant"
check "view: the layer is shown as it is now" wait_for shows_other "$after"
sleep 2
screenshot dialog-changed
keys alt+c
check "view: it ends" wait_for no_plugin

check "GIMP still runs" kill -0 "$gimp"
check "no complaints of the plug-in" equal "$(grep CRITICAL gimp.txt | grep -c stylemap)" 0
check "one plug-in died: the killed one" equal "$(grep -c 'Plug-in crashed' gimp.txt)" 1
[ $failures = 0 ] || { grep -v -e '^$' -e 'equest' -e '^Server' -e pixmap gimp.txt; echo "$failures of $checks checks failed; screenshots in $ARTEFACTS"; exit 1; }
echo "$checks checks passed; screenshots in $ARTEFACTS"
