# SPDX-License-Identifier: GPL-3.0-or-later
# What the tutorial's ways share: an edit in the dialog as a user makes it, and what its result must be. Sourced by bash after
# screen.sh; the tests' scripts for GIMP (lib.scm) are loaded by start_walk.
start_walk() {
  start_screen
  start_gimp
  ask '(load "lib.scm")' >/dev/null
}
top() { echo "(vector-ref (cadr (gimp-image-get-layers image)) ${1:-0})"; }
recipe() { ask "(display (caddr (car (gimp-item-get-parasite $1 \"stylemap-edit\"))))"; }
# near X Y SIDE RECIPE: the square's middle lies there, within a tenth of a side
near() {
  [[ $4 =~ found-target=([0-9.]+),([0-9.]+),([0-9.]+) ]] || { echo "  was not looked for"; false; } || return 1
  awk -v x="${BASH_REMATCH[1]}" -v y="${BASH_REMATCH[2]}" -v s="${BASH_REMATCH[3]}" -v X="$1" -v Y="$2" -v S="$3" \
    'BEGIN { exit !((x - X) ^ 2 + (y - Y) ^ 2 < (S / 10) ^ 2 && s > 0.85 * S && s < 1.15 * S) }' || { echo "  is '${BASH_REMATCH[0]}'"; false; }
}
in_the_middle() { # RECIPE: what is there was known, nothing was looked for
  ! grep ^found-target <<<"$1"
}
changes() { # how many pixels are not as in `before`: outside the result's mask, and whether that many in it
  ask "(let* ((after (visible image)) (counts (test-stylemap-outside before after $(top ${result:-0})))) (close-visible after)
    (display (list (car counts) (> (caddr counts) $1))))"
}
same_outside() { equal "$(changes "${1:-3000}")" "(0 #t)"; }
undo() {
  focus "$main"
  keys ctrl+z
}
# polygon X,Y...: selects it
polygon() {
  local points=(${*//,/ })
  ask "(gimp-image-select-polygon image CHANNEL-OP-REPLACE ${#points[@]} (vector ${points[*]}))" >/dev/null
}
# written NAME: the picture as it looks and the result, to look at
written() {
  local save='(gimp-file-save RUN-NONINTERACTIVE (car (gimp-item-get-image layer)) layer path path)'
  [ "$GIMP" != 3 ] || save='(gimp-file-save RUN-NONINTERACTIVE (car (gimp-item-get-image layer)) path)'
  ask "(let* ((save (lambda (layer path) $save (close-visible layer)))
        (apart (car (gimp-image-duplicate image)))
        (layers (layer-list apart)))
      (save (visible image) \"$ARTEFACTS/$1.png\")
      (for-each (lambda (layer) (gimp-item-set-visible layer FALSE)) layers)
      (gimp-item-set-visible (list-ref layers ${result:-0}) TRUE)
      (save (visible apart) \"$ARTEFACTS/$1-layer.png\")
      (gimp-image-delete apart))" >/dev/null
}
# edited WHAT NAME LEAST [DO]: StyleMap Transplant of what is selected; DO is done in the dialog before OK. The layer `result`,
# which is then the uppermost one unless that says another number, changes more than LEAST pixels, and nothing beside the selection.
edited() {
  local count
  count=$(layers)
  check "$1: the dialog" open_dialog ctrl+alt+t "StyleMap Transplant"
  ${4:-}
  [ -z "${look:-}" ] || shot "$2-dialog" "StyleMap Transplant"
  keys alt+o # Return would press the button that was last used
  check "$1: a layer" wait_for has_layers $((count + 1))
  check "$1: it ends" wait_for no_plugin
  screenshot "$2"
  written "$2-image"
  check "$1: nothing changes beside it" same_outside "$3"
}
undone() { # WHAT
  local count
  count=$(layers)
  undo
  check "$1: one undo" wait_for has_layers $((count - 1))
  check "$1: as it was" wait_for equal "$(dirty)" 0
}
