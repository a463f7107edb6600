#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Times bench-network against ONNX Runtime (npm onnxruntime-node, CPU), turn by turn on the same weights.
#   compare-onnx.sh BUILD [ARCH] [TASK ...]
#   compare-onnx.sh BUILD table     every line that is promised: the tasks of published-256, AVX2 alone, one thread
#                                      against two, synth of light-1024; about half an hour
# ARCH: published-256 (default), light-256, light-1024, toon-128. Environment: RUNS (9), THREADS (2), FOLDER (where the
# peer and the models go; kept), BENCH_OPTIONS (more options of bench-network, as "--isa avx2").
set -eu
here=$(cd "$(dirname "$0")" && pwd)
build=$(realpath "$1")
arch=${2:-published-256}
shift
[ $# -gt 0 ] && shift
folder=${FOLDER:-${XDG_CACHE_HOME:-$HOME/.cache}/stylemap-bench}
mkdir -p "$folder"
# its install script only fetches GPU libraries
[ -d "$folder/node_modules/onnxruntime-node" ] ||
  npm install --ignore-scripts --no-audit --no-fund --prefix "$folder" onnxruntime-node@1.30.0

# ARCH THREADS OPTIONS TASK ...
compare() {
  model=$folder/$1/model.safetensors
  mkdir -p "$folder/$1"
  [ -f "$model" ] || "$build/tests/bench/bench-network" --arch "$1" --task encode --runs 1 --write "$model" >/dev/null
  [ -f "$folder/$1/generator.onnx" ] || node "$here/onnx.mjs" "$model" "$folder/$1"
  echo "$1, $2 threads $3"
  arch_folder=$folder/$1 threads=$2 options=$3
  shift 3
  BENCH_OPTIONS=$options node "$here/compare.mjs" "$build" "$model" "$arch_folder" "${RUNS:-9}" "$threads" "$@"
}

grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //' || true
date -u +%Y-%m-%d
if [ "$arch" != table ]; then
  compare "$arch" "${THREADS:-2}" "${BENCH_OPTIONS:-}" "$@"
  exit
fi
compare published-256 2 ''
compare published-256 2 '--isa avx2' encode synth transplant
compare published-256 1 '' encode synth
compare light-1024 2 '' synth
