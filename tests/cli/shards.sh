#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# A batch over several machines by what they have, as install/examples shows it: make, GNU parallel, a Slurm array. Here a
# shard is a process. Slurm's array is its script with the variables that Slurm sets; STYLEMAP_SLURM=yes has it run by the
# Slurm that runs here (tests/cli/with-slurm.sh starts one).
# usage: shards.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
examples=$root/install/examples
model=$golden/tiny_LayerNorm_sp4_full.zip.pt
mkdir bin in
ln -s "$stylemap" bin/stylemap
export PATH=$work/bin:$PATH
is() { # WHAT VALUE EXPECTED
  [ "$2" = "$3" ] && pass || fail "$1: $2, not $3"
}
counted() { # WHAT FILE DONE FAILED MISSING: by a merged log's lines
  is "$1: done" "$(grep -c '"status": "done"' "$2")" "$3"
  is "$1: failed" "$(grep -c '"status": "failed"' "$2")" "$4"
  is "$1: rows" "$(sed 1d "$2" | wc -l)" $((24 - $5))
}
same_results() { # FOLDER: the pictures of one process
  local f
  for f in whole/*.png; do cmp -s "$f" "$1/${f#whole/}" && pass || fail "$f in $1"; done
  is "pictures in $1" "$(find "$1" -name '*.png' | wc -l)" 24
}

check reference "$tool" paint 40 33 "R'G'B' u8" 1 b.png
check mask "$tool" ellipse 40 33 20 16 8 6 m.png
echo "target,reference,mask,model" > rows.csv
for i in $(seq -w 1 24); do
  check target "$tool" paint 40 33 "R'G'B' u8" "1$i" in/$i.png
  echo "in/$i.png,b.png,m.png,$model" >> rows.csv
done
good batch rows.csv -o whole --quiet
mv in/07.png aside.png && echo "no picture" > in/07.png # one is broken to begin with

if command -v make > /dev/null; then
  making() { make -f "$examples/Makefile" MANIFEST=rows.csv OUT=made SHARDS=3 STYLEMAP=stylemap -j2 "$@" > make.out 2>&1; }
  check_not "make with a broken picture" eval 'making -k; [ $? = 0 ]'
  [ ! -e made/all.jsonl ] && [ "$(find made -name 'part-*' | wc -l)" = 2 ] && pass || fail "make's marks: $(ls made)"
  is "what make did of the rest" "$(find made -name '*.png' | wc -l)" 23
  cp aside.png in/07.png
  before=$(date -r made/01.png +%s%N)
  check "make when it is mended" making
  counted "make" made/all.jsonl 24 0 0
  same_results made
  check "make once more" making
  grep -q "up to date" make.out && pass || fail "make begins anew: $(cat make.out)"
  touch rows.csv
  check "make with a newer manifest" making
  is "what was whole" "$(date -r made/01.png +%s%N)" "$before"
  echo "no picture" > in/07.png
else
  echo "skipped: there is no make"
fi

if parallel --version 2> /dev/null | grep -q '^GNU parallel'; then # moreutils has another one
  mkdir -p home/.parallel && : > home/.parallel/will-cite # what it says at its first start is not ours
  code=0
  bash "$examples/parallel.sh" rows.csv spread 3 > out 2> err || code=$?
  is "parallel's status with a broken picture" $code 3
  counted "parallel" spread/all.jsonl 23 1 0
  cp aside.png in/07.png
  code=0
  bash "$examples/parallel.sh" rows.csv spread 3 > out 2> err || code=$?
  is "parallel's status when it is mended" $code 0
  counted "parallel again" spread/all.jsonl 24 0 0
  same_results spread
else
  echo "skipped: there is no GNU parallel"
  cp aside.png in/07.png
fi

# two shards, of which the first is killed on its way, as where a node is lost
if [ "${STYLEMAP_SLURM:-}" = yes ]; then
  array_of_two() { sbatch --wait --cpus-per-task=1 --array=1-2 --chdir="$work" --output="$work/array-%a.out" "$examples/slurm.sh" rows.csv arrayed > sbatch.out 2>&1; }
else
  array_of_two() {
    local i failed=0
    for i in 1 2; do
      SLURM_ARRAY_TASK_ID=$i SLURM_ARRAY_TASK_COUNT=2 SLURM_CPUS_PER_TASK=2 bash "$examples/slurm.sh" rows.csv arrayed || failed=1
    done
    return $failed
  }
fi
SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=2 bash "$examples/slurm.sh" rows.csv arrayed > out 2> err &
lost=$!
for _ in $(seq 600); do
  [ "$(find arrayed -name '*.png' 2> /dev/null | wc -l)" -lt 2 ] || break
  sleep 0.02
done
kill -9 $lost 2> /dev/null
wait $lost 2> /dev/null
run batch --merge arrayed/stylemap-batch-1-of-2.jsonl
is "a lost node's shard alone" $code 3
check "the array, submitted again" array_of_two
good batch --merge arrayed/stylemap-batch-*.jsonl --log arrayed.jsonl
counted "the array" arrayed.jsonl 24 0 0
same_results arrayed
finish
