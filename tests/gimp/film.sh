# SPDX-License-Identifier: GPL-3.0-or-later
# A library that counts the steps of undo histories.
GIMP_PRELOAD=$INSIDE

# The notes between one of the script's own lines and the next.
after_run() {
  local frames='Frames of an animation lie above the target' left='An earlier animation hid layers that are not in these frames: '
  notes() { sed -n "/$1:\$/,/:\$/p" log.txt; }
  want() { notes "$1" | grep -qF "$2" || { echo "FAIL: $1: it is not said: $2" && exit 1; }; }
  refuse() { if notes "$1" | grep -F "$2"; then echo "FAIL: $1: that is not so" && exit 1; fi; }
  want 'below frames' "$frames"
  refuse 'below none' "$frames"
  want 'left out' "${left}caption."
  refuse 'nothing left out' "$left"
  want 'hidden by the earlier target' "${left}reference.png."
}
