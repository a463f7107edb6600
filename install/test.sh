#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds StyleMap with its tests and runs them. The last line is "N passed, N failed".
set -eu
. "$(dirname "$0")/common.sh"

build=$source_dir/build-test
parts=()
usage() {
  cat <<'USAGE'
usage: install/test.sh [--quick] [--gui] [--sanitize] [--all] [--full] [--build DIR]

  --quick     what needs no window: core, the command, GIMP without a window (the default)
  --gui       a real GIMP window on a screen of its own (Xvfb)
  --sanitize  everything but GIMP, built with AddressSanitizer and UndefinedBehaviorSanitizer
  --all       all three
  --full      all three, and what takes long: pictures of every kind in GIMP, faults one by one, kills, long sessions,
              and, where clang is, STYLEMAP_FUZZ_SECONDS (3600, a processor's) of fuzzing for each reader
  --build DIR where it is built (default: build-test in the source folder)

Debian packages that are missing are installed (with sudo where you are not root).
USAGE
}
while [ $# -gt 0 ]; do
  case $1 in
  --quick | --gui | --sanitize) parts+=("${1#--}") && shift ;;
  --all) parts=(quick gui sanitize) && shift ;;
  --full) parts=(quick gui sanitize full) && shift ;;
  --build) build=${2:?"--build needs a folder"} && shift 2 ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
  esac
done
[ ${#parts[@]} != 0 ] || parts=(quick)
case $build in /*) ;; *) build=$PWD/$build ;; esac
log_dir=$build/logs
make_build_folder "$build"

# suites that this run leaves out, and says so: .ci/run, where a machine is slow
leave_out=()
for suite in ${STYLEMAP_LEAVE_OUT:-}; do leave_out+=(--no-suite "$suite"); done
left_out() { case " ${STYLEMAP_LEAVE_OUT:-} " in *" $1 "*) true ;; *) false ;; esac; }
if [ ${#leave_out[@]} != 0 ]; then say "Left out: ${STYLEMAP_LEAVE_OUT}"; fi

passed=0
failed=0
failures=$(mktemp)
trap 'rm -f "$failures"' EXIT
wants() { case " ${parts[*]} " in *" $1 "*) true ;; *) false ;; esac; }

# what_failed LOG: a line or some of what each failed test said: its own words, else its last ones
what_failed() {
  python3 - "$1" <<'PY'
import json, re, sys
for line in open(sys.argv[1], encoding="utf-8", errors="replace"):
    test = json.loads(line)
    if test["result"] in ("OK", "EXPECTEDFAIL", "SKIP"):
        continue
    said = [l for l in (test.get("stdout", "") + "\n" + test.get("stderr", "")).splitlines() if l.strip()]
    for words in ([l for l in said if re.search("[Ff]ailed:|FAIL|ERROR|runtime error", l)] or said or [test["result"]])[-5:]:
        print("failure: %s: %s" % (test["name"], words[:500]))
PY
}

# run_tests FOLDER TITLE ARGUMENTS...: meson's tests, counted from its own log.
run_tests() {
  local folder=$1 title=$2 log=$1/meson-logs/testlog.json
  shift 2
  step "$title"
  rm -f "$log"
  meson test -C "$folder" --no-rebuild --print-errorlogs "$@" || true
  if [ ! -s "$log" ]; then
    say "No test ran: that is a failure too."
    say "failure: $title: no test ran" >>"$failures"
    failed=$((failed + 1))
    return
  fi
  passed=$((passed + $(grep -c -e '"result": "OK"' -e '"result": "EXPECTEDFAIL"' "$log" || true)))
  failed=$((failed + $(grep -c -v -e '"result": "OK"' -e '"result": "EXPECTEDFAIL"' -e '"result": "SKIP"' "$log" || true)))
  what_failed "$log" >>"$failures" || true
  if grep -q '"result": "SKIP"' "$log"; then say "Skipped tests count as neither."; fi
}

# has_suite FOLDER SUITE: that what this run is for was found and built at all
has_suite() { meson test -C "$1" --no-rebuild --list --suite "$2" 2>/dev/null | grep -q .; }
require_suite() {
  if ! has_suite "$1" "$2"; then
    say "The tests '$2' were not built; see $log_dir/configure.log"
    say "failure: the tests '$2' were not built" >>"$failures"
    failed=$((failed + 1))
  fi
}

step "Packages"
lists=(build_needs run_needs test_needs)
if wants gui; then lists+=(gui_needs); fi
install_missing "${lists[@]}"

if wants quick || wants gui; then
  step "Building (in $build/release)"
  configure "$build/release" --buildtype release
  logged build meson compile -C "$build/release" -j "$jobs"
fi
if wants quick; then
  require_suite "$build/release" gimp
  run_tests "$build/release" "Tests" --no-suite gui --no-suite full "${leave_out[@]}"
fi
if wants full; then
  require_suite "$build/release" full
  run_tests "$build/release" "Tests that take long" --suite full
  if command -v clang >/dev/null; then
    step "Fuzzing (in $build/fuzz)"
    if "$source_dir/tests/fuzz/run.sh" "$build/fuzz" "${STYLEMAP_FUZZ_SECONDS:-3600}"; then
      passed=$((passed + 1))
    else
      say "failure: fuzzing" >>"$failures"
      failed=$((failed + 1))
    fi
  else
    say "There is no clang here, so nothing is fuzzed."
  fi
fi
if wants gui; then
  require_suite "$build/release" gui
  run_tests "$build/release" "Tests with a window" --suite gui
fi
if wants sanitize; then
  step "Building with sanitizers (in $build/sanitize)"
  configure "$build/sanitize" --buildtype debugoptimized -Db_sanitize=address,undefined -Db_lundef=false
  logged build-sanitize meson compile -C "$build/sanitize" -j "$jobs"
  export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
  run_tests "$build/sanitize" "Tests with sanitizers" --no-suite gui --no-suite full --no-suite gimp \
    --no-suite command --no-suite plug-in --timeout-multiplier 6
  if ! left_out command; then
    # GEGL and babl keep memory to the end that is not ours to free
    export ASAN_OPTIONS=detect_leaks=0
    run_tests "$build/sanitize" "Tests with sanitizers and GEGL" --suite command --suite plug-in --timeout-multiplier 6
  fi
fi

step "$(IFS=+ && say "${parts[*]}")"
cat "$failures"
say "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" != 0 ]
