# SPDX-License-Identifier: GPL-3.0-or-later
# The program that learns lies with the command, where GIMP finds it by PATH. The model finds no subject, so the pictures, of its own
# size, are taken as they are.
export PATH=$(dirname "$COMMAND"):$PATH
[ -x "$(dirname "$COMMAND")/stylemap-measure" ] || { echo "stylemap-measure is not built: nothing to test" && exit 77; }
mkdir -p folder-with folder-without
for i in 1 2 3; do
  "$TOOL" paint 32 32 "R'G'B' u8" $i folder-with/with-$i.png
  "$TOOL" paint 32 32 "R'G'B' u8" $((i + 9)) folder-without/without-$i.png
done
in_profile "$COMMAND" direction learn --quiet ./tiny.safetensors folder-with folder-without --name mine -o expected.safetensors
in_profile "$COMMAND" apply --quiet ./tiny.safetensors target.png --direction expected.safetensors -o expected.png
after_run() {
  local said
  said=$(grep -c 'A direction is another one than it was then, as after it was learnt anew: mine\.' log.txt) || true
  [ "$said" = 1 ] || {
    echo "FAIL: that a direction was learnt anew is said $said times, not once"
    exit 1
  }
  if ls tmp | grep stylemap-; then
    echo "FAIL: what it worked with is left"
    exit 1
  fi
  in_profile "$COMMAND" apply --quiet ./tiny.safetensors target.png --direction mine -o by-command.png || {
    echo "FAIL: the command does not have what GIMP has learnt"
    exit 1
  }
  if ldd "$PLUGIN" | grep -E 'openblas|lapack|gfortran'; then
    echo "FAIL: the plug-in has linear algebra"
    exit 1
  fi
}
