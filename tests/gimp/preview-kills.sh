#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In a real window under Xvfb the plug-in is killed KILLS times (3) while its dialog is open, at random moments of its previews:
# GIMP lives, the image is as it was, nothing is in its history, no image and no file is left; and the next dialog works.
# SEED: which moments. From the environment: as run.sh, and ARTEFACTS.
set -eu
[ $# = 0 ] || export "$@"
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile preview-kills
cd "$run_dir"
. "$here/screen.sh"
cp "$SOURCE/install/samples/target.png" "$SOURCE/install/samples/reference.png" "$here/dialect-3.scm" .
RANDOM=${SEED:-$$}
echo "seed ${SEED:-$$}"
# all that there is of it; dirty is what has a step in its history
state() { ask '(display (list (test-stylemap-state image) (gimp-image-is-dirty image) (gimp-image-list)))'; }

start_screen
start_gimp
open_samples
before=$(state)
check "the image's state is told" grep -q '((' <<<"$before"
for ((n = 0; n < ${KILLS:-3}; n++)); do
  case $((n % 3)) in
  0) key=t title="StyleMap Transplant" ;;
  1) key=r title="StyleMap Reconstruct" ;;
  2) key=m title="StyleMap Mix Styles" ;;
  esac
  check "$title opens" open_dialog "ctrl+alt+$key" "$title"
  plugin=$(plugin_pid)
  end=$((RANDOM % 3000))
  for ((at = 0; at < end; at += 400)); do # another preview each time
    [ $n = $((n / 2 * 2)) ] && in_profile xdotool key --clearmodifiers alt+f type "$((at / 100 + 3))" || true
    sleep "0.$((end - at < 400 ? 100 + end - at : 400))"
  done
  kill -9 "$plugin"
  check "$title, killed after $end ms: it is gone" wait_for no_plugin
  check "$title, killed after $end ms: so is its window" wait_for no_window "$title"
  check "$title, killed after $end ms: the image" equal "$(state)" "$before"
  check "$title, killed after $end ms: files" equal "$(find tmp data config home -name '*stylemap-*' -o -name '*.part' -o -path 'tmp/*' -type f)" ""
  focus "$main"
  keys Escape # GIMP's message that a plug-in died
done
check "the next dialog opens" open_dialog ctrl+alt+t "StyleMap Transplant"
sleep 2
keys alt+o
check "and makes a layer" wait_for has_layers 3
check "it ends" wait_for no_plugin
check "no complaints of the plug-in" equal "$(grep CRITICAL gimp.txt | grep -c stylemap)" 0
[ $failures = 0 ] || { grep -v -e '^$' -e 'equest' -e '^Server' -e pixmap gimp.txt | tail -30; echo "$failures of $checks checks failed; screenshots in $ARTEFACTS"; exit 1; }
echo "$n kills, $checks checks passed"
