#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Each command with a disk that reads and writes in small pieces, is interrupted, fails, is full; with files that are cut while
# they are read; without memory; killed before each step of writing and at random moments (faults.c). It comes out as always,
# or says why in one sentence and leaves what was there; what was there is there whole.
# STYLEMAP_FAULTS: how many of each kind for each command (1); all: every one. STYLEMAP_KILLS: killed at random moments (1).
# usage: faults.sh COMMAND TOOL SOURCE_ROOT FAULTS_LIBRARY
faults=$(realpath "$4") || exit 1
. "$(dirname "$0")/lib.sh"
each=${STYLEMAP_FAULTS:-1}
kills=${STYLEMAP_KILLS:-1}
seed=${STYLEMAP_SEED:-$$}
RANDOM=$seed
echo "seed $seed"
injected=0
turn=0

for form in zip.pt legacy.pt safetensors; do cp "$golden/tiny_LayerNorm_sp4_full.$form" "m.$form"; done
check paint "$tool" paint 40 33 "R'G'B' u8" 1 a.png
check paint "$tool" paint 40 33 "R'G'B' u8" 2 b.tif
check paint "$tool" paint 40 33 "R'G'B' u8" 3 c.jpg
check mask "$tool" ellipse 40 33 20 16 8 6 m.png
printf 'target,reference,mask,output\na.png,b.tif,m.png,first.png\nc.jpg,a.png,m.png,second.png\n' > rows.csv
mkdir pictures && for i in 1 2 3 4; do check paint "$tool" paint 16 16 "R'G'B' u8" $i "pictures/$i.png"; done

# faulty FAULT ARGUMENTS...: as run, with that fault
faulty() {
  code=0
  { # the shell itself tells of what is killed
    timeout -k 1 60 env LD_PRELOAD="$faults" STYLEMAP_FAULT="$1" STYLEMAP_FAULT_IN="$work" STYLEMAP_FAULT_COUNT="$work/count" \
      "$stylemap" "${@:2}" > out 2> err < /dev/null || code=$?
  } 2> /dev/null
}
result=  # what the command writes, a file or a folder; nothing where it writes nothing
keeps=() # of a folder: what must be equal when it is done (its logs hold times)

# A file is what a run without faults made; of a picture the pixels: what it tells of its model needs another look at that.
is_same() {
  cmp -s "$1" "want-$1" && return
  case $1 in *.png | *.webp) "$tool" steps "$1" "want-$1" 0 > /dev/null 2>&1 ;; *) false ;; esac
}
is_whole() {
  [ -z "$result" ] && return
  if [ ${#keeps[@]} = 0 ]; then is_same "$result"; return; fi
  local f
  for f in "${keeps[@]}"; do cmp -s "$result/$f" "want-$result/$f" || return 1; done
}
# What there is of it is whole: new, or as it was before.
is_new_or_old() { # HAD: whether an old one was there
  local f
  [ -z "$result" ] && return
  if [ ${#keeps[@]} = 0 ]; then
    is_same "$result" || { if [ "$1" = yes ]; then cmp -s "$result" old; else [ ! -e "$result" ]; fi; }
    return
  fi
  for f in "${keeps[@]}"; do [ ! -e "$result/$f" ] || cmp -s "$result/$f" "want-$result/$f" || return 1; done
}
nothing_beside() { [ -z "$(find . -name '*.part' -o -name '.stylemap-*')" ]; }
one_sentence() { [ "$(grep -c . err)" = 1 ] && grep -q '^stylemap: .*\.\( (.*)\)\?$' err; }

# judge FAULT HAD NAME: what has become of the run
judge() {
  injected=$((injected + 1))
  case $1:$code in
  *-kill*:137 | kill*:137) is_new_or_old "$2" && find . -name '*.part' -delete -o -name '.stylemap-*' -delete && pass && return ;;
  *:0) is_whole && nothing_beside && pass && return ;;
  *-short*:* | *-again*:*) ;; # nothing was wrong
  *:1 | *:3) [ "$1" != none ] && is_new_or_old "$2" && nothing_beside && { one_sentence || [ ${#keeps[@]} != 0 ]; } && pass && return ;;
  esac
  fail "$3, $1 (old one: $2): exit $code: $(cat err) $(ls -A)"
}

# some N: which of 0 .. N - 1 are tried, in as many equal parts one anywhere
some() {
  local i
  if [ "$each" = all ] || [ "$1" -le "$each" ]; then seq 0 $(($1 - 1)); return; fi
  for ((i = 0; i < each; i++)); do echo $(((i * $1 + RANDOM % $1) / each)); done
}

# try NAME RESULT ARGUMENTS...: without faults, then with each kind
try() {
  local name=$1 n kind small had=no reads writes blocks begin span
  result=$2
  shift 2
  rm -rf "$result" "want-$result"
  begin=$(date +%s%N)
  faulty none "$@"
  span=$((($(date +%s%N) - begin) / 1000))
  [ $code = 0 ] && pass || fail "$name: exit $code: $(cat err)"
  [ -z "$result" ] || mv "$result" "want-$result"
  read -r reads writes blocks < count
  [ "$blocks" -gt 10 ] && [ "$reads" -gt 0 ] && { [ -z "$result" ] || [ "$writes" -gt 1 ]; } && pass || fail "$name: faults are not seen: $reads $writes $blocks"
  again() { # FAULT
    rm -rf "$result"
    [ $had = yes ] && had=no || had=yes
    if [ -z "$result" ] || [ ${#keeps[@]} != 0 ]; then had=no; fi
    [ $had = no ] || { echo "what was there before" > "$result" && cp "$result" old; }
    faulty "$@"
    judge "$1" $had "$name"
  }
  case $each:$((turn++ % 2)) in
    all:*) small="read-short read-again write-short write-again" ;;
    *:0) small="read-short write-again" ;;
    *) small="read-again write-short" ;;
  esac
  for kind in $small; do again "$kind 0" "$@"; done
  for kind in read-error read-end; do for n in $(some "$reads"); do again "$kind $n" "$@"; done; done
  for kind in write-error write-full write-kill; do for n in $(some "$writes"); do again "$kind $n" "$@"; done; done
  # the last step gives what was written its name
  [ "$each" = all ] || [ "$writes" = 0 ] || for kind in error full kill; do again "write-$kind $((writes - 1))" "$@"; done
  for n in $(some "$blocks"); do again "memory $n" "$@"; done
  [ -z "$result" ] || for ((n = 0; n < kills; n++)); do again "kill $((span * (RANDOM % 1000) / 1000))" "$@"; done
  rm -rf "$result"
  echo "$name: $reads reads, $writes writes, $blocks blocks"
}

tiny=(--size 16 --base 64 --cap 8 --stylemap-channels 4 --mapping-layers 2 --batch 4 --quiet --iterations 2 --save-every 1)
for form in zip.pt legacy.pt safetensors; do try "info $form" "" info "m.$form"; done
try convert c.safetensors convert m.zip.pt c.safetensors
try "convert for PyTorch" c.pt convert m.safetensors c.pt
try encode w.safetensors encode --quiet m.legacy.pt a.png -o w.safetensors
try transplant t.png transplant --quiet m.safetensors a.png b.tif --mask m.png -o t.png
try "transplant by styles" t.png transplant --quiet m.zip.pt c.jpg a.png --mask m.png --method styles -o t.png
try reconstruct r.webp reconstruct --quiet m.safetensors a.png -o r.webp
try sample s.png sample --quiet m.safetensors --seed 3 -o s.png
keeps=(first.png second.png)
try batch o batch rows.csv -o o --model m.safetensors --quiet --jobs 1
keeps=(state-00000001.safetensors state-00000002.safetensors model.safetensors)
try train run train pictures -o run "${tiny[@]}"
echo "$injected faults"
finish
