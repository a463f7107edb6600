#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Times `stylemap bench` against ONNX Runtime (npm onnxruntime-node, CPU), turn by turn on the same weights.
#   compare-onnx.sh STYLEMAP [ARCH] [TASK ...]
# ARCH: published-256 (default), light-256, light-1024, toon-128. Environment: RUNS (9), THREADS (2), FOLDER (where the
# peer and the models go; kept), BENCH_OPTIONS (more options of `stylemap bench`, as "--isa avx2").
set -eu
here=$(cd "$(dirname "$0")" && pwd)
stylemap=$(realpath "$1")
arch=${2:-published-256}
shift
[ $# -gt 0 ] && shift
folder=${FOLDER:-${XDG_CACHE_HOME:-$HOME/.cache}/stylemap-bench}
mkdir -p "$folder/$arch"
# its install script only fetches GPU libraries
[ -d "$folder/node_modules/onnxruntime-node" ] ||
  npm install --ignore-scripts --no-audit --no-fund --prefix "$folder" onnxruntime-node@1.30.0
model=$folder/$arch/model.safetensors
[ -f "$model" ] || "$stylemap" bench --arch "$arch" --task encode --runs 1 --write "$model" >/dev/null
[ -f "$folder/$arch/generator.onnx" ] || node "$here/onnx.mjs" "$model" "$folder/$arch"
grep -m1 'model name' /proc/cpuinfo | sed 's/.*: //' || true
date -u +%Y-%m-%d
exec node "$here/compare.mjs" "$stylemap" "$model" "$folder/$arch" "${RUNS:-9}" "${THREADS:-2}" "$@"
