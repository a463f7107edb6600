#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The trainer's joint iteration against PyTorch's on the CPU, in alternating runs on a quiet machine. Prints, judges nothing.
# usage: compare-torch.sh BENCH_TRAIN_STEP FOLDER_OF_STYLEMAP_TORCH [ROUNDS [ITERATIONS [BATCH [SIZE]]]]
# Needs Debian's python3-torch. Both sides get two threads; OPENBLAS_CORETYPE is not set for PyTorch.
bench=$1 torch=$2 rounds=${3:-3} iterations=${4:-3} batch=${5:-16} size=${6:-128}
[ -x "$bench" ] && [ -f "$torch/stylemap_torch.py" ] || { sed -n '4p' "$0"; exit 2; }
here=$(dirname "$0")
unset OPENBLAS_CORETYPE
for round in $(seq "$rounds"); do
  echo "round $round"
  echo "  stylemap: $("$bench" "$iterations" "$batch" "$size" 2)"
  echo "  PyTorch:  $(/usr/bin/python3 "$here/compare-torch.py" "$torch" "$iterations" "$batch" "$size" 2)"
done
uptime
