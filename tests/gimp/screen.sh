# SPDX-License-Identifier: GPL-3.0-or-later
# A screen of its own (Xvfb) with a window manager, and on it a GIMP that answers scripts. Sourced by bash in run_dir, after
# profile.sh and make_profile. From the environment: as run.sh, and ARTEFACTS, where screenshots go.
mkdir -p "$ARTEFACTS"
pids=()

# start NAME COMMAND...: in the background, its process's number in NAME.pid, its output in NAME.txt
start() {
  set_profile_env
  "${profile_env[@]}" bash -c 'echo $$ >"$0.pid" && exec "$@" >"$0.txt" 2>&1 </dev/null' "$@" &
  disown # what the shell says when it is killed at the end is no news
  wait_for test -s "$1.pid"
  pids+=("$(cat "$1.pid")")
}
children_of() { # PID, by /proc alone
  local stat line
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    [[ $line =~ ^([0-9]+)\ \(.*\)\ [^Z]\ ([0-9]+)\  ]] && [ "${BASH_REMATCH[2]}" = "$1" ] || continue
    echo "${BASH_REMATCH[1]}"
  done 2>/dev/null
}
finish() {
  local i
  # with GIMP's plug-ins: the one that answers scripts would stay for ever
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill -9 "${pids[i]}" $(children_of "${pids[i]}") || true; done
} 2>/dev/null
trap finish EXIT

# Waits for a command to succeed, up to three minutes, which only a busy machine takes.
wait_for() {
  local end=$((SECONDS + 180))
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.2
  done
}

screenshot() { in_profile import -window root "$ARTEFACTS/$1.png"; }
# shot NAME TITLE: the window alone, once nothing has changed in it for ten seconds
shot() {
  local last= now id same=0 n
  id=$(window "$2" | tail -1)
  in_profile xdotool windowraise "$id" windowmove "$id" 0 0 # what lies behind another or beyond the screen is not in the picture
  for ((n = 0; n < 60 && same < 3; n++)); do
    sleep 3
    in_profile import -window "$id" "$ARTEFACTS/$1.png"
    now=$(in_profile convert "$ARTEFACTS/$1.png" -strip rgb:- | md5sum)
    if [ "$now" = "$last" ]; then same=$((same + 1)); else same=0; fi
    last=$now
  done
}
window() { in_profile xdotool search --onlyvisible --name "^$1\$"; }
no_window() { ! window "$1" >/dev/null 2>&1; }
keys() {
  in_profile xdotool key --clearmodifiers "$@"
  sleep 0.5
}
activate() { in_profile xdotool windowactivate --sync "$(window "$1" | tail -1)"; }
focus() { wait_for activate "$1"; } # once more where another window goes at that moment: xdotool asks X of it then, and ends

start_screen() { # SCREEN, or 1280x900
  start xvfb bash -c 'exec Xvfb -displayfd 3 -screen 0 ${SCREEN:-1280x900}x24 -nolisten tcp 3>display'
  wait_for test -s display || { cat xvfb.txt; exit 1; }
  DISPLAY=:$(cat display)
  export DISPLAY
  start openbox openbox
}

# A port that nothing has, not one that was just left either (bind refuses that), below those that connections take.
free_port() {
  local port
  port=$((10000 + SRANDOM % 20000))
  while grep -q ":$(printf %04X $port) " /proc/net/tcp; do port=$((10000 + SRANDOM % 20000)); done
  echo $port
}

# GIMP, its process's number in `gimp`. The entries have keys of their own, so that nothing depends on how long GIMP's
# menus are.
start_gimp() {
  port=$(free_port)
  local entries="transplant t reconstruct r interpolate i edit-again e adjust a mix m interpolate-strength f transplant-every-frame y random p import-model j learn-direction l about b"
  local server="(plug-in-script-fu-server RUN-NONINTERACTIVE \"127.0.0.1\" $port \"\")"
  if [ "$GIMP" = 3 ]; then
    printf '(action "plug-in-stylemap-%s" "<Primary><Alt>%s")\n' $entries >gimp/shortcutsrc
    # a window that greets whoever starts this very version for the first time
    printf '(config-version "%s")\n(show-welcome-dialog no)\n' "$(gimp-console-3 --version | grep -Eo '[0-9.]+$')" >>gimp/gimprc
    start gimp gimp-3 -n -c -d -f --no-splash --batch-interpreter plug-in-script-fu-eval -b "$server"
  else
    printf '(gtk_accel_path "<Actions>/plug-in/plug-in-stylemap-%s" "<Primary><Alt>%s")\n' $entries >gimp/menurc
    start gimp gimp-2.10 -n -c -d -f --no-splash -b "$server"
  fi
  gimp=$(cat gimp.pid)
  wait_for ask '(display 1)' || { cat gimp.txt; exit 1; }
  [ "$GIMP" != 3 ] || ask '(load "dialect-3.scm")' >/dev/null
}

# ask SCRIPT: runs it in that GIMP and prints what it displays.
ask() { # in a shell of its own, which a refused connection ends
  (
    exec 4<>"/dev/tcp/127.0.0.1/$port"
    printf "G\\x$(printf %02x $((${#1} / 256)))\\x$(printf %02x $((${#1} % 256)))%s" "$1" >&4
    header=($(head -c 4 <&4 | od -An -tu1))
    [ ${#header[@]} = 4 ] || { echo "$1: no answer; GIMP said: $(tail -3 gimp.txt)" >&2 && exit 1; }
    answer=$(head -c $((header[2] * 256 + header[3])) <&4)
    [ "${header[1]}" = 0 ] || { echo "$1: $answer" >&2 && exit 1; }
    printf '%s' "${answer%#t}" # what (display) itself returns
  )
}

# open_image FILE SIZE SELECTION [REFERENCE, or reference.png]: shows `image`: FILE, selected above the reference, and in it what SELECTION selects. `main` is
# what the window is called.
open_image() {
  ask "(define image (car (gimp-file-load RUN-NONINTERACTIVE \"$1\" \"$1\")))" >/dev/null
  ask '(define target (car (gimp-image-get-active-layer image)))' >/dev/null
  ask "(begin (gimp-image-insert-layer image (car (gimp-file-load-layer RUN-NONINTERACTIVE image \"${4:-reference.png}\")) 0 1)
    $3
    (gimp-image-set-active-layer image target)
    (gimp-image-clean-all image)
    (define view (car (gimp-display-new image)))
    (gimp-displays-flush))" >/dev/null
  main=".*$2.*" # GIMP 3 does not name what a script loads, and in Korean not itself
  wait_for window "$main" || { screenshot no-window; exit 1; }
  sleep 2
  in_profile xdotool windowsize "$(window "$main" | tail -1)" 1200 850
  focus "$main"
}
# The target with an ellipse around the hair.
open_samples() { open_image target.png 512x512 '(gimp-image-select-ellipse image CHANNEL-OP-REPLACE 106 20 300 222)'; }
is_active() { [[ $(in_profile xdotool getactivewindow getwindowname) =~ ^$1$ ]]; } # TITLE
open_dialog() { # KEY TITLE
  focus "$main"
  keys "$1"
  wait_for window "$2" && wait_for is_active "$2" # keys go to the window before until then
}
# settled TITLE: nothing changes in the window any more, so what it was doing has ended (half a minute at most: a cursor may blink)
settled() {
  local last= now n
  for ((n = 0; n < 30; n++)); do
    now=$(in_profile import -window "$(window "$1" | tail -1)" rgb:- | md5sum)
    [ "$now" != "$last" ] || return 0
    last=$now
    sleep 1
  done
}

failures=0
checks=0
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
holds() { [[ $1 == *"$2"* ]] || { echo "  is '$1', should hold '$2'"; false; }; }
equal() { [ "$1" = "$2" ] || { echo "  is '$1', should be '$2'"; false; }; }
# of `image`
layers() { ask '(display (car (gimp-image-get-layers image)))'; }
has_layers() { [ "$(layers)" = "$1" ]; }
dirty() { ask '(display (car (gimp-image-is-dirty image)))'; }
# STATE PID of each plug-in of ours among GIMP's children, by /proc alone; one that has ended, and of which GIMP has not taken note yet, is Z.
plugins() {
  local stat line
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    [[ $line =~ ^([0-9]+)\ \(gimp-stylemap\)\ (.)\ ([0-9]+)\  ]] && [ "${BASH_REMATCH[3]}" = "$gimp" ] || continue
    echo "${BASH_REMATCH[2]} ${BASH_REMATCH[1]}"
  done 2>/dev/null
}
plugin_pid() { plugins | sed -n 's/^[^Z] //p' | head -1 | grep .; }
# Until GIMP has taken note: 3.0.4 keeps the layer that a plug-in returned until then, and crashes where its image is closed before.
no_plugin() { [ -z "$(plugins)" ]; }
