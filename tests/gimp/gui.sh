#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A real GIMP window under Xvfb: the dialogs, cancelling by the button and by killing the process, undo through
# the Edit menu, a target that is deleted meanwhile. Screenshots go to the build's artefacts/ folder.
# From the environment: as run.sh, and ARTEFACTS.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile gui
mkdir -p "$ARTEFACTS"
cd "$run_dir"
cp "$SOURCE/install/samples/target.png" "$SOURCE/install/samples/reference.png" "$here/dialect-3.scm" .

failures=0
checks=0
pids=()

# start NAME COMMAND...: in the background, its process's number in NAME.pid, its output in NAME.txt
start() {
  set_profile_env
  "${profile_env[@]}" bash -c 'echo $$ >"$0.pid" && exec "$@" >"$0.txt" 2>&1 </dev/null' "$@" &
  disown # what the shell says when it is killed at the end is no news
  wait_for test -s "$1.pid"
  pids+=("$(cat "$1.pid")")
}
finish() {
  local i
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill -9 "${pids[i]}" 2>/dev/null || true; done
} 2>/dev/null
trap finish EXIT

check() { # WHAT COMMAND...
  local what=$1
  shift
  checks=$((checks + 1))
  if "$@"; then
    echo "ok: $what"
  else
    failures=$((failures + 1))
    echo "FAILED: $what ($*)"
    screenshot "failed-$checks"
  fi
}
equal() { [ "$1" = "$2" ] || { echo "  is '$1', should be '$2'"; false; }; }

# Waits up to 60 s for a command to succeed.
wait_for() {
  local end=$((SECONDS + 60))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

screenshot() { in_profile import -window root "$ARTEFACTS/$1.png"; }
window() { in_profile xdotool search --onlyvisible --name "^$1\$"; }
plugin_dialog() { window "$1" >/dev/null; }
no_window() { ! window "$1" >/dev/null 2>&1; }
keys() {
  in_profile xdotool key --clearmodifiers "$@"
  sleep 0.5
}
height() { in_profile xdotool getwindowgeometry --shell "$(window "$1" | tail -1)" | grep '^HEIGHT='; }
focus() { in_profile xdotool windowactivate --sync "$(window "$1" | tail -1)"; }
plugin_pid() { # the plug-in's process among GIMP's children, by /proc alone
  local stat line
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    [[ $line =~ ^([0-9]+)\ \(gimp-stylemap\)\ [^Z]\ ([0-9]+)\  ]] && [ "${BASH_REMATCH[2]}" = "$gimp" ] || continue
    echo "${BASH_REMATCH[1]}"
    return
  done 2>/dev/null
  return 1
}
no_plugin() { ! plugin_pid >/dev/null; }

# --- a screen, a window manager, a GIMP that answers scripts
start xvfb bash -c 'exec Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp 3>display'
wait_for test -s display || { cat xvfb.txt; exit 1; }
DISPLAY=:$(cat display)
export DISPLAY
start openbox openbox

# A browser that only writes down what it is to open.
mkdir -p data/applications
printf '#!/bin/sh\necho "$@" >>"%s/opened"\n' "$PWD" >browser
chmod +x browser
printf '[Desktop Entry]\nType=Application\nName=Browser\nExec=%s/browser %%u\nMimeType=text/html;\n' "$PWD" >data/applications/browser.desktop
printf '[Default Applications]\ntext/html=browser.desktop\n' >data/applications/mimeapps.list
touch opened

# Keys of its own for the entries, so that the test does not depend on how long GIMP's menus are.
port=$((20000 + RANDOM % 20000))
server="(plug-in-script-fu-server RUN-NONINTERACTIVE \"127.0.0.1\" $port \"\")"
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
if [ "$GIMP" = 3 ]; then
  printf '(action "plug-in-stylemap-%s" "<Primary><Alt>%s")\n' transplant t reconstruct r interpolate i >gimp/shortcutsrc
  # a window that greets whoever starts this very version for the first time
  printf '(config-version "%s")\n(show-welcome-dialog no)\n' "$(gimp-console-3 --version | grep -Eo '[0-9.]+$')" >>gimp/gimprc
  start gimp gimp-3 -n -c -d -f --no-splash --batch-interpreter plug-in-script-fu-eval -b "$server"
else
  printf '(gtk_accel_path "<Actions>/plug-in/plug-in-stylemap-%s" "<Primary><Alt>%s")\n' transplant t reconstruct r \
    interpolate i >gimp/menurc
  start gimp gimp-2.10 -n -c -d -f --no-splash -b "$server"
fi
gimp=$(cat gimp.pid)

# ask SCRIPT: runs it in that GIMP and prints what it displays.
ask() { # in a shell of its own, which a refused connection ends
  (
    exec 4<>"/dev/tcp/127.0.0.1/$port"
    printf "G\\x$(printf %02x $((${#1} / 256)))\\x$(printf %02x $((${#1} % 256)))%s" "$1" >&4
    header=($(head -c 4 <&4 | od -An -tu1))
    answer=$(head -c $((header[2] * 256 + header[3])) <&4)
    printf '%s' "${answer%#t}" # what (display) itself returns
    [ "${header[1]}" = 0 ]
  )
}
layers() { ask '(display (car (gimp-image-get-layers image)))'; }
has_layers() { [ "$(layers)" = "$1" ]; }
dirty() { ask '(display (car (gimp-image-is-dirty image)))'; }

wait_for ask '(display 1)' || { cat gimp.txt; exit 1; }
[ "$GIMP" != 3 ] || ask '(load "dialect-3.scm")' >/dev/null
ask '(define image (car (gimp-file-load RUN-NONINTERACTIVE "target.png" "target.png")))' >/dev/null
ask '(define target (car (gimp-image-get-active-layer image)))' >/dev/null
ask '(begin (gimp-image-insert-layer image (car (gimp-file-load-layer RUN-NONINTERACTIVE image "reference.png")) 0 1)
  (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 106 20 300 222)
  (gimp-image-set-active-layer image target)
  (gimp-image-clean-all image)
  (define view (car (gimp-display-new image)))
  (gimp-displays-flush))' >/dev/null
main='.*512x512.*GIMP' # GIMP 3 does not name what a script loads
wait_for window "$main" || { screenshot no-window; exit 1; }
sleep 2
in_profile xdotool windowsize "$(window "$main" | tail -1)" 1200 850
focus "$main"

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
open_dialog() { # KEY TITLE
  focus "$main"
  keys "$1"
  wait_for window "$2"
}
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
help_opens() { # the page; what GIMP says where it is not installed
  keys "$1"
  wait_for grep -q -e "share/doc/stylemap/en/index.html#$2" -e "help pages for 'stylemap' are not available" opened gimp.txt
}
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
check "the dialog opens on a result" open_dialog ctrl+alt+t "StyleMap Transplant"
sleep 2
screenshot dialog-on-a-result
keys Return
check "on a result: a layer" wait_for has_layers 4
check "on a result: it ends" wait_for no_plugin
check "on a result: made of the target" equal \
  "$(ask '(display (caddr (car (gimp-item-get-parasite (vector-ref (cadr (gimp-image-get-layers image)) 0) "stylemap-result"))))')" \
  "$(ask '(display (car (gimp-item-get-tattoo target)))') above"
check "on a result: the target is active" equal "$(active)" "$(ask '(display target)')"
focus "$main"
keys ctrl+z
check "undo by key" wait_for has_layers 3
keys ctrl+z
check "and again" wait_for has_layers 2

# --- killed while it works: nothing is left, GIMP goes on
start_frames() {
  open_dialog ctrl+alt+i "StyleMap Interpolate" || return 1
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

check "GIMP still runs" kill -0 "$gimp"
check "no complaints of the plug-in" equal "$(grep CRITICAL gimp.txt | grep -c stylemap)" 0
check "one plug-in died: the killed one" equal "$(grep -c 'Plug-in crashed' gimp.txt)" 1
[ $failures = 0 ] || { grep -v -e '^$' -e 'equest' -e '^Server' -e pixmap gimp.txt; echo "$failures of $checks checks failed; screenshots in $ARTEFACTS"; exit 1; }
echo "$checks checks passed; screenshots in $ARTEFACTS"
