#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Checkpoints as large as the published ones, with random weights (published.py, Debian's torch), from end to end: read, written
# in our own form, and used by transplant, refine, batch, evaluate and, where its folder is told, GIMP 2.10. Says the seconds of
# processor and by the clock, and the peak of memory of each. Needs 2 GB in TMPDIR and GNU time; by hand, minutes.
# usage: published.sh STYLEMAP [BUILD, for GIMP] (or ONLY="256-legacy 256-zip 1024-legacy 1024-zip")
set -eu
stylemap=$(realpath "$1")
build=${2:+$(realpath "$2")}
here=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$here/../.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/stylemap-published-XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME="$work/home" XDG_DATA_HOME="$work/data" OPENBLAS_NUM_THREADS=1
mkdir -p "$HOME"
cd "$work"
cp "$source"/install/samples/*.png .
mkdir two && cp target.png reference.png two

# step WHAT COMMAND...
step() {
  local what=$1
  shift
  /usr/bin/time -f '%U %e %M' -o took "$@" >out.txt 2>&1 || { echo "FAILED: $what: $(tail -2 out.txt)" && exit 1; }
  read -r user wall peak <<<"$(tail -1 took)"
  printf '%-12s %-34s %8.2f s of processor %8.2f s %7d MB\n' "$model" "$what" "$user" "$wall" $((peak / 1024))
}
same() { cmp "$1" "$2" || { echo "FAILED: $model: $1 and $2 differ" && exit 1; }; }

in_gimp() { # a transplant in a profile of its own
  export GIMP=2.10 PLUGIN=$build/plug-in/gimp-2.10/gimp-stylemap MEASURE=$build/tests/gimp/stylemap-measure SOURCE=$source WORK=$work/gimp GIMP_SECONDS=3000
  . "$source/tests/gimp/profile.sh"
  make_profile "$model"
  cp target.png reference.png "$model.safetensors" "$run_dir"
  (cd "$run_dir" && gimp_batch '(let* ((image (car (gimp-file-load RUN-NONINTERACTIVE "target.png" "target.png")))
      (reference (car (gimp-file-load-layer RUN-NONINTERACTIVE image "reference.png"))) (target (car (gimp-image-get-active-drawable image))))
    (gimp-image-insert-layer image reference 0 1) (gimp-image-select-ellipse image CHANNEL-OP-REPLACE 160 160 200 160)
    (plug-in-stylemap-transplant RUN-NONINTERACTIVE image target reference "./'"$model"'.safetensors" 1.0 0 0 8.0)
    (gimp-xcf-save RUN-NONINTERACTIVE image target "done.xcf" "done.xcf"))' && [ -s done.xcf ])
}

for model in ${ONLY:-256-legacy 256-zip 1024-legacy 1024-zip}; do
  words=()
  [[ $model != *legacy ]] || words+=(legacy)
  [[ $model != 1024* ]] || words+=(small spatial=16)
  /usr/bin/python3 "$here/published.py" "${model%-*}" "$model.pt" "${words[@]}"
  step info "$stylemap" info "./$model.pt"
  step "convert --half" "$stylemap" convert "./$model.pt" "$model.safetensors" --half --quiet
  step "transplant, styles, from the .pt" "$stylemap" transplant "./$model.pt" target.png reference.png --mask hair.png --method styles -o styles.png
  step "transplant, heal" "$stylemap" transplant "./$model.safetensors" target.png reference.png --mask hair.png -o heal.png
  step "reconstruct --refine 3" "$stylemap" reconstruct "./$model.safetensors" target.png --refine 3 -o refined.png
  step "batch of two" "$stylemap" batch --each two --model "./$model.safetensors" --reference reference.png --mask hair.png -o "batch-$model"
  step "evaluate, two pictures" "$stylemap" evaluate "./$model.safetensors" two
  [ -z "$build" ] || step "a transplant in GIMP 2.10" bash -c "$(declare -f in_gimp); model=$model build=$build source=$source work=$work; in_gimp"
  "$stylemap" convert "./$model.pt" "full-$model.safetensors" --quiet
  [[ $model != *zip ]] || [ ! -e "full-${model%zip}legacy.safetensors" ] || {
    "$stylemap" reconstruct "./full-$model.safetensors" target.png --raw --no-provenance -o zip.png --quiet
    "$stylemap" reconstruct "./full-${model%zip}legacy.safetensors" target.png --raw --no-provenance -o legacy.png --quiet
    same zip.png legacy.png
    rm -f "full-${model%zip}legacy.safetensors"
  }
  rm -f "$model.pt" "$model.safetensors"
done
echo "passed"
