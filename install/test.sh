#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds StyleMap and runs its tests.
set -eu
. "$(dirname "$0")/common.sh"

build=$source_dir/build-test
all=
usage() {
  cat <<'USAGE'
usage: install/test.sh [--all] [--build DIR]

Installs the Debian packages that are missing (asking sudo for your password only then), builds StyleMap with its
tests, and runs the quick ones: the library, the command, and StyleMap in a real GIMP without a window. Ends with the
line "N passed, N failed".

  --all        also in a real GIMP window (on a display of its own), and the library and the command once more under
               AddressSanitizer and UndefinedBehaviorSanitizer
  --build DIR  where it is built (default: build-test in the source folder)
USAGE
}
while [ $# -gt 0 ]; do
  case $1 in
  --all) all=yes && shift ;;
  --build) build=${2:?"--build needs a folder"} && shift 2 ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
  esac
done
case $build in /*) ;; *) build=$PWD/$build ;; esac
log_dir=$build/logs
mkdir -p "$log_dir" || fail "cannot write to $build; choose another folder with --build"

step "Packages"
if [ "$all" ]; then install_missing build_needs run_needs gui_needs; else install_missing build_needs run_needs; fi

passed=0
failed=0
# run_tests NAME FOLDER MESON-TEST-OPTIONS...: runs tests and adds their numbers. A run that reports no test counts as
# one failure, so nothing passes by not running.
run_tests() {
  local log=$log_dir/$1.log folder=$2 ok bad
  shift 2
  meson test -C "$folder" --no-rebuild --print-errorlogs "$@" 2>&1 | tee "$log" | grep -E '^ *[0-9]+/[0-9]+ ' || true
  ok=$(sed -n 's/^Ok: *\([0-9]*\).*/\1/p' "$log")
  bad=$(sed -nE 's/^(Fail|Timeout|Unexpected Pass): *([0-9]*).*/\2/p' "$log" | paste -sd+ | bc_sum)
  if [ -z "$ok" ] || [ $((ok + bad)) = 0 ]; then
    tail -20 "$log" >&2
    ok=0
    bad=1
  fi
  [ "$bad" = 0 ] || sed -n '/^[―]/,/^[―]* *$/p' "$log" | tail -100 >&2
  passed=$((passed + ok))
  failed=$((failed + bad))
}
bc_sum() {
  local sum
  read -r sum || sum=0
  printf '%s' "$((sum))"
}

step "Building (in $build)"
configure "$build/meson" --buildtype release
logged build meson compile -C "$build/meson" -j "$jobs"

step "Testing"
run_tests quick "$build/meson" --no-suite gui

if [ "$all" ]; then
  step "Testing in a GIMP window"
  run_tests window "$build/meson" --suite gui

  step "Building with sanitizers (in $build/sanitizers)"
  configure "$build/sanitizers" --buildtype debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
  logged build-sanitizers meson compile -C "$build/sanitizers" -j "$jobs"
  step "Testing with sanitizers"
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  run_tests sanitizers "$build/sanitizers" --no-suite gui --no-suite gimp --timeout-multiplier 6
fi

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
