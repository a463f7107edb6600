#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stylemap-train-mpi: two ranks with half the batch each against one process with all of it, where the mathematics says
# so (not D's deviation layer); rank 0 writes; the run goes on alone. usage: mpi.sh TRAIN_MPI STYLEMAP MODEL MPIRUN
case $1$2 in /*) ;; *) set -- "$PWD/$1" "$PWD/$2" "$3" "$4";; esac
train_mpi=$1 stylemap=$2 model=$3 mpirun=$4
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
failed=0
fail() { echo "failed: $*"; failed=1; }
# the averages, which a model file holds, would hide what three steps do: --ema 0
small="--size 16 --base 64 --cap 8 --stylemap-channels 4 --mapping-layers 2 --batch 8 --quiet --beta1 0.9 --ema 0"
plain="--adversarial 0 --in-domain 0"

mkdir pictures || exit 1
"$stylemap" sample "$model" --count 6 -o pictures/p%d.png || fail "sample"
# shellcheck disable=SC2086
"$stylemap" train pictures -o one $small $plain --iterations 3 || fail "one process"
# shellcheck disable=SC2086
"$mpirun" --oversubscribe -np 2 "$train_mpi" pictures -o two $small $plain --iterations 3 --threads 1 || fail "two ranks"
[ -s two/state-00000003.safetensors ] && [ -s two/model.safetensors ] || fail "rank 0 wrote: $(ls two)"
# same ONE TWO: what both runs' models make of a picture, by the numbers that are printed: 1e-6 of an error near 1
same() {
  a=$("$stylemap" reconstruct "$1/model.safetensors" pictures/p1.png --raw -o a.png | awk '/MSE/ {print $2}')
  b=$("$stylemap" reconstruct "$2/model.safetensors" pictures/p1.png --raw -o b.png | awk '/MSE/ {print $2}')
  awk -v a="$a" -v b="$b" 'BEGIN {d = a - b; exit !(a > 0 && d < 1e-4 * a && d > -1e-4 * a)}' ||
    fail "MSE of $1 $a, of $2 $b"
}
same one two

# the same with Muon, whose steps hide the size of gradients but not their direction
# shellcheck disable=SC2086
"$stylemap" train pictures -o one-muon $small --warm-up 9 --matching 0 --optimiser muon --iterations 3 &&
  "$mpirun" --oversubscribe -np 2 "$train_mpi" pictures -o two-muon $small --warm-up 9 --matching 0 --optimiser muon \
    --iterations 3 --threads 1 || fail "muon, two ranks"
same one-muon two-muon

# the whole joint step on two ranks, then alone from its state
# shellcheck disable=SC2086
"$mpirun" --oversubscribe -np 2 "$train_mpi" pictures -o joint $small --iterations 2 --threads 1 || fail "joint, two ranks"
"$stylemap" train pictures -o joint --resume --iterations 3 --quiet || fail "the run does not go on alone"

# three ranks do not divide the batch: a sentence, and no run
# shellcheck disable=SC2086
"$mpirun" --oversubscribe -np 3 "$train_mpi" pictures -o three $small --iterations 2 2> said.txt && fail "three ranks"
grep -q 'batch' said.txt || fail "no sentence: $(cat said.txt)"
ls three/state-* 2> none.txt && fail "three ranks wrote"
exit $failed
