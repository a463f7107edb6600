#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Models and pictures that another process renames others over, or cuts and mends in place, as fast as it can, while they are
# read: each run comes out as with the old file, as with the new one, or says why not in one sentence.
# STYLEMAP_TIMES: how many runs for each file and way (3).
# usage: replaced.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
times=${STYLEMAP_TIMES:-3}
churn=
trap '[ -z "$churn" ] || kill "$churn"; rm -rf "$work"' EXIT

# try FILE A B ARGUMENTS...: the command, which reads FILE and writes out.safetensors
try() {
  local file=$1 a=$2 b=$3 way old=0 new=0 refused=0 n
  shift 3
  for n in a b; do
    cp "${!n}" "$file"
    good "$@"
    mv out.safetensors "want-$n"
  done
  cmp -s want-a want-b && fail "$file: nothing to tell them by" || pass
  for way in "exchange $file $a $b" "cut $file"; do
    cp "$a" "$file"
    "$tool" $way &
    churn=$!
    for ((n = 0; n < times; n++)); do
      rm -f out.safetensors
      { timeout -k 1 60 "$stylemap" "$@" > out 2> err < /dev/null; code=$?; } 2> /dev/null
      case $code in
      0) if cmp -s out.safetensors want-a; then old=$((old + 1)) && pass
         elif [ "${way%% *}" = exchange ] && cmp -s out.safetensors want-b; then new=$((new + 1)) && pass
         else fail "$way: neither of the two"; fi ;;
      1) refused=$((refused + 1))
         [ "$(wc -l < err)" = 1 ] && grep -q '^stylemap: .*\.\( (.*)\)\?$' err && [ ! -e out.safetensors ] && pass ||
           fail "$way: $(cat err; ls)"
         [ "${way%% *}" = cut ] && pass || fail "$way: one of two whole files is refused: $(cat err)" ;;
      *) fail "$way: exit $code: $(cat err)" ;;
      esac
    done
    kill "$churn" && { wait "$churn"; churn=; } 2> /dev/null
    echo "$way: $old old, $new new, $refused refused"
    old=0 new=0 refused=0
  done
}

# Of the second safetensors file only the last weights differ: a mixture of the two would load.
head -c -60000 "$golden/tiny_LayerNorm_sp4_full.safetensors" > b.safetensors
tail -c 60000 "$golden/tiny_LayerNorm_sp4_full.safetensors" | tr '\001-\020' '\021-\040' >> b.safetensors
for form in safetensors zip.pt legacy.pt; do
  cp "$golden/tiny_LayerNorm_sp4_full.$form" "a.$form"
  [ -e "b.$form" ] || cp "$golden/tiny_InstanceNorm2d_sp4_small.$form" "b.$form"
  try "m.$form" "a.$form" "b.$form" sample "m.$form" --seed 3 --quiet -o out.safetensors
done
for form in png tif jpg webp; do
  for n in 1 2; do check paint "$tool" paint 300 300 "R'G'B' u8" $n "$n.$form"; done
  try "p.$form" "1.$form" "2.$form" encode --quiet a.safetensors "p.$form" -o out.safetensors
done
finish
