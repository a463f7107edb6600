# SPDX-License-Identifier: GPL-3.0-or-later
# The plug-in is killed KILLS times (1) in each procedure, at moments all over its way. SEED: which. ONLY: procedures with that name.
. "$here/learn.sh" # the pictures to learn from
. "$here/own-models.sh"
GIMP_PRELOAD=$INSIDE
killed=layers
cp "$SOURCE/tests/golden/tiny_LayerNorm_sp4_full.zip.pt" checkpoint.pt
{
  echo '(define rows-with "") (define every "")'
  echo "(define only \"${ONLY:-}\")"
  echo "(define parts '($(awk -v n="${KILLS:-1}" -v seed="${SEED:-$$}" 'BEGIN {srand(seed); for (i = 0; i < n; i++) print (i + rand()) / n}')))"
} >table-rows.scm
echo "seed ${SEED:-$$}"
after_run() {
  local file left
  whole() { "$@" >said.txt 2>&1 || { echo "FAIL: $file is there, and not whole: $(cat said.txt)" && exit 1; }; }
  for file in data/stylemap/models/killed-*.safetensors; do whole in_profile "$COMMAND" info "$file"; done
  for file in data/stylemap/directions/tiny/killed-*.safetensors; do
    whole in_profile "$COMMAND" apply --quiet ./tiny.safetensors target.png --direction "$file" -o applied.png
  done
  sleep 1 # a folder goes a moment after the process that used it
  left=$(find tmp data config home -name '*stylemap-*' -o -name '*.part' -o -path 'tmp/*' -type f)
  [ -z "$left" ] || { echo "FAIL: something is left: $left" && exit 1; }
}
