#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzes what reads files, with clang's libFuzzer and its address and undefined-behaviour sanitizers.
#   tests/fuzz/run.sh BUILD_DIR [SECONDS [TARGET...]]      60 seconds of every target unless told otherwise
# SECONDS are a processor's, so that an hour beside other work is an hour.
# BUILD_DIR is made, or is one that this script made; its corpus/ keeps what was reached for the next run. A finding
# lies in BUILD_DIR/found/ and ends as a small file in tests/fuzz/found/TARGET/, which the tests run over.
# Ends with 1 where there were findings. CLANG names the compiler.
set -u
cd "$(dirname "$0")/../.." || exit 2
[ $# -ge 1 ] || { sed -n 's/^# \{0,1\}//p' "$0" | sed -n 2,8p; exit 2; }
build=$1 seconds=${2:-60} all=$(sed -n 's/^# targets: //p' tests/fuzz/meson.build)
shared=${STYLEMAP_SHARED:-../shared}
shift $(($# < 2 ? $# : 2))
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "SECONDS is a whole number from 1 on, not $seconds." >&2; exit 2; }
[ -r /proc/self/stat ] || { echo "There is no /proc, which tells what a process has used." >&2; exit 2; }
[ $# -gt 0 ] || set -- $all
unasked=-fno-sanitize=pointer-overflow # NULL + 0, of an array that is empty
if [ ! -f "$build/build.ninja" ]; then
  CC=${CLANG:-clang} meson setup "$build" --buildtype debugoptimized -Db_lundef=false -Db_sanitize=address,undefined \
    -Dc_args="-fsanitize=fuzzer-no-link -fno-sanitize-recover=undefined $unasked" > /dev/null || exit 2
fi
ninja -C "$build" "${@/#/tests/fuzz/fuzz-}" tests/fuzz/seed.state > "$build/ninja.txt" || { cat "$build/ninja.txt"; exit 2; }

# seeds TARGET: files and folders
seeds() {
  case $1 in
    state) echo "$build/tests/fuzz/seed.state" ;;
    picture-*) echo tests/picture/pictures ;;
    *) echo tests/model/hostile tests/golden "$shared/hostile" "$shared/checkpoints" ;;
  esac
  echo "tests/fuzz/found/$1"
}

# spent PID: whole seconds of a processor, user and system; nothing where it has ended
spent() {
  local fields ticks
  ticks=$(getconf CLK_TCK)
  read -r -a fields < <(sed 's/^.*) //' "/proc/$1/stat" 2> /dev/null) && echo $(((fields[11] + fields[12]) / ticks))
}

fuzzer=
trap '[ -z "$fuzzer" ] || kill $fuzzer 2> /dev/null; exit 2' INT TERM HUP
bad=0
export UBSAN_OPTIONS=print_stacktrace=1
for target; do
  mkdir -p "$build/corpus/$target" "$build/found"
  start=$(mktemp -d)
  for from in $(seeds "$target"); do
    [ -e "$from" ] && find "$from" -type f -size -200k -exec cp {} "$start" \;
  done
  leaks=1
  case $target in
    pickle) length=16384 ;;
    safetensors) length=32768 ;;
    picture-*) length=16384 leaks=0 ;; # what GEGL and babl keep is theirs
    *) length=131072 ;;
  esac
  words=()
  [ ! -f "tests/fuzz/$target.dict" ] || words=("-dict=tests/fuzz/$target.dict")
  ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=$leaks "$build/tests/fuzz/fuzz-$target" \
    -max_len=$length -max_total_time=$((20 * seconds + 600)) -timeout=120 -report_slow_units=120 -rss_limit_mb=4000 -detect_leaks=$leaks \
    -print_final_stats=1 -use_value_profile=1 -artifact_prefix="$build/found/$target-" \
    "${words[@]}" "$build/corpus/$target" "$start" > "$build/$target.txt" 2>&1 &
  fuzzer=$! used=0
  while now=$(spent $fuzzer); do
    used=$now
    [ "$used" -lt "$seconds" ] || { kill -USR1 $fuzzer; break; } # it ends by itself and tells what it did
    sleep 1
  done 2> /dev/null
  wait $fuzzer
  code=$? fuzzer=
  # it ends without the last look for leaks, and gives the others up where many inputs keep something
  ASAN_OPTIONS=allocator_may_return_null=1:detect_leaks=$leaks "$build/tests/fuzz/fuzz-$target" -runs=0 -detect_leaks=$leaks \
    -artifact_prefix="$build/found/$target-" "$build/corpus/$target" > "$build/$target-again.txt" 2>&1 || code=$?
  rm -rf "$start"
  stats=$(grep -E ' cov: [0-9]+ ft: [0-9]+ corp: ' "$build/$target.txt" | tail -1 |
    sed -E 's/^#[0-9]+[^a-z]*[A-Za-z]+ +cov: ([0-9]+) ft: ([0-9]+) corp: ([0-9]+).*/\1 edges, \2 features, \3 inputs kept/')
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/$target.txt" | tail -1)
  found=$(sed -n 's/.*Test unit written to //p' "$build/$target.txt" | sort -u | paste -sd ' ')
  echo "$target: $used s of a processor, ${runs:-?} executions, $stats, ${found:+found: }${found:-nothing found}"
  if [ $code != 0 ] || [ -n "$found" ]; then
    bad=1
    grep -h -E -m 3 'ERROR:|runtime error:|not so:|SUMMARY:' "$build/$target.txt" "$build/$target-again.txt"
  fi
done
exit $bad
