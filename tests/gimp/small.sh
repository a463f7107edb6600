#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# On a screen of 1366 x 768 the largest dialogs, Transplant with its variants and Edit Again of a result of three references, which opens
# Advanced, are whole on the screen, also in German, whose words are long: their buttons can be pressed. And the sheet of the model is
# there: the fifth picture that it draws by itself.
# usage: small.sh [LANGUAGES], "en de"
# From the environment: as run.sh, ARTEFACTS and STYLEMAP_LOCALEDIR.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
. "$here/../locale.sh"
others=${1:-}
make_profile "small${others:+-others}"
cd "$run_dir"
named_locale "$PWD/locales"
export GIMP_LOCALE=$locale SCREEN=1366x768
. "$here/screen.sh"
cp "$SOURCE/install/samples/target.png" "$SOURCE/install/samples/reference.png" "$here/dialect-3.scm" .
in_profile "$COMMAND" sample --quiet toon-portraits-128 --seed 3 --count 5 --truncation 0.7 -o 'known-%d.png'
in_profile convert known-5.png -filter Box -resize 48x48 known.png
start_screen
# The least distance from what is somewhere in the screenshot's left half, in thousandths (of a mirrored picture: 37).
sheet_is_there() {
  local distance
  screenshot small-en-edit-again
  distance=$(in_profile compare -metric RMSE -subimage-search \( "$ARTEFACTS/small-en-edit-again.png" -crop 700x768+0+0 +repage \) \
    known.png null: 2>&1 | sed 's/.*(\([0-9.e-]*\)).*/\1/' | awk '{ print int(1000 * $1) }')
  [ "$distance" -lt 20 ]
}
within() { # WHAT NUMBER MOST
  checks=$((checks + 1))
  if [ "$2" -le "$3" ] && [ "$2" -gt 300 ]; then return; fi
  failures=$((failures + 1))
  echo "FAILED: $1 is $2, $3 at most"
}
translated() { LC_ALL=$locale TEXTDOMAINDIR=$STYLEMAP_LOCALEDIR gettext stylemap "$1"; }
size() { eval "$(in_profile xdotool getwindowgeometry --shell "$(window "$1" | tail -1)" | grep -E '^(WIDTH|HEIGHT)=')"; }
# is_whole DIALOG: a window manager's frame takes 2 and 24 pixels, a panel some more
is_whole() {
  size "$title"
  if [ -n "$others" ]; then shot "small-$LANGUAGE-$1" "$title"; else screenshot "small-$LANGUAGE-$1"; fi
  within "$LANGUAGE: the width of $1" "$WIDTH" 1362
  within "$LANGUAGE: the height of $1" "$HEIGHT" 700
}
for LANGUAGE in ${1:-en de}; do
  export LANGUAGE
  rm -f gimp.pid
  start_gimp
  open_samples
  in_profile xdotool windowsize "$(window "$main" | tail -1)" 1200 700
  ask '(gimp-item-set-name (vector-ref (cadr (gimp-image-get-layers image)) 1) "a reference whose name is far longer than any list is wide, and goes on")' >/dev/null
  title=$(translated "StyleMap Transplant")
  open_dialog ctrl+alt+t "$title"
  is_whole transplant
  colours=$(translated "Match colo_urs")
  colours=alt+${colours#*_}
  colours=${colours:0:5} # twice, and it is as it was
  colours=${colours,,}
  keys "$colours" "$colours" Tab Tab Tab Tab Tab Tab space # past Advanced, the reference and its three buttons: Variants
  sleep 8
  is_whole variants
  keys Escape
  wait_for no_window "$title"
  for entry in 'i interpolate StyleMap Interpolate' 'f interpolate-strength StyleMap Transplant as Frames'; do
    read -r key name sentence <<<"$entry"
    title=$(translated "$sentence")
    open_dialog "ctrl+alt+$key" "$title"
    sleep 2
    is_whole "$name"
    keys Escape
    wait_for no_window "$title"
  done
  title=$(translated "StyleMap Transplant")
  ask "(let ((other (vector-ref (cadr (gimp-image-get-layers image)) 1)))
    (plug-in-stylemap-transplant-with RUN-NONINTERACTIVE image target other (string-append \"feather=16 rounds=1 references='\"
      (number->string other) \" region=alpha; \" (number->string other) \" placement=250,260,500,15' placement=256,256,500\")))" >/dev/null
  ask '(gimp-image-set-active-layer image (vector-ref (cadr (gimp-image-get-layers image)) 0))' >/dev/null
  open_dialog ctrl+alt+e "$title"
  sleep 2 # what is said of the picture takes its room
  is_whole edit-again
  if [ "$LANGUAGE" = en ]; then
    checks=$((checks + 1))
    wait_for sheet_is_there || { failures=$((failures + 1)) && echo "FAILED: no sheet of what the model knows"; }
  fi
  keys Escape
  wait_for no_window "$title"
  kill -9 $(children_of "$gimp") "$gimp"
  wait_for no_window "$main"
done
[ $failures = 0 ] && echo "$checks checks passed; screenshots in $ARTEFACTS"
