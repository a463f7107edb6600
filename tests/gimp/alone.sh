# SPDX-License-Identifier: GPL-3.0-or-later
# The same pictures by the command; a checkpoint to import.
in_profile "$COMMAND" sample --quiet toon-portraits-128 --seed 7 --count 3 --truncation 0.5 -o 'sample-%d.png'
cp "$SOURCE/tests/golden/tiny_LayerNorm_sp4_full.zip.pt" "checkpoint.pt"
. "$here/own-models.sh"
echo '(num-processors 3)' >>gimp/gimprc
after_run() {
  in_profile "$COMMAND" info checkpoint | grep -q '^dtype *F16$' || {
    echo "FAIL: the imported model does not hold 16-bit floats"
    exit 1
  }
}
