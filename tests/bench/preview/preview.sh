#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# How long the preview of a real window takes to follow: preview.c in a GIMP under Xvfb, on the sample pictures with an ellipse
# around the hair. Of each change: until the first picture, until the last one (median, 90 %, and the median time of all
# processors in the plug-in's process), in milliseconds. By hand, on a
# quiet machine; needs what tests/gimp/screen.sh does, and for 256 published.py's.
# usage: [GIMP=2.10] [TIMES=15] [TARGET=512_PIXELS.png REFERENCE=OTHER.png] preview.sh BUILD MODEL... (models' names or paths; 256: a checkpoint as large as the published)
set -eu
export GIMP=${GIMP:-2.10}
build=$(realpath "$1")
shift
here=$(cd "$(dirname "$0")" && pwd)
SOURCE=$(cd "$here/../../.." && pwd)
export SOURCE
tests=$SOURCE/tests/gimp
measure=stylemap-measure
[ "$GIMP" != 3 ] || measure=stylemap-measure-3
export PLUGIN=$build/plug-in/gimp-$GIMP/gimp-stylemap MEASURE=$build/tests/gimp/$measure
export STYLEMAP_LOCALEDIR=$build/plug-in/po WORK=$build/bench-preview-$GIMP ARTEFACTS=$build/artefacts-$GIMP SCREEN=1366x768
. "$tests/profile.sh"
make_profile bench
cd "$run_dir"
mkdir gimp/plug-ins/bench-preview
cp "$build/tests/bench/bench-preview-$GIMP" gimp/plug-ins/bench-preview/bench-preview
. "$tests/screen.sh"
cp "${TARGET:-$SOURCE/install/samples/target.png}" target.png
cp "${REFERENCE:-$SOURCE/install/samples/reference.png}" reference.png
cp "$tests/dialect-3.scm" .
start_screen
for model; do
  export STYLEMAP_BENCH_MODEL=$model STYLEMAP_BENCH_TIMES=${TIMES:-15} STYLEMAP_BENCH_OUT=$run_dir/$(basename "$model").txt
  if [ "$model" = 256 ]; then
    [ -e published.safetensors ] || { /usr/bin/python3 "$here/../published.py" 256 published.pt && "$build/plug-in/cli/stylemap" convert ./published.pt published.safetensors --half --quiet; }
    STYLEMAP_BENCH_MODEL=$run_dir/published.safetensors
  fi
  rm -f gimp.pid "$STYLEMAP_BENCH_OUT"
  start_gimp
  open_samples
  ask '(stylemap-bench-preview image target (vector-ref (cadr (gimp-image-get-layers image)) 1))' >/dev/null &
  at_end() { grep -q "the end" "$STYLEMAP_BENCH_OUT"; }
  for ((i = 0; i < 900; i++)); do
    sleep 2
    ! at_end 2>/dev/null || break
  done
  screenshot "bench-preview"
  echo "== GIMP $GIMP, $model"
  cat "$STYLEMAP_BENCH_OUT"
  kill -9 $(children_of "$gimp") "$gimp"
  wait_for no_window "$main"
done
