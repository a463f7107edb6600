# SPDX-License-Identifier: GPL-3.0-or-later
# For the shell tests: sourced with COMMAND, TOOL and SOURCE_ROOT as $1, $2, $3. Counts; the last line is `finish`.
stylemap=$(realpath "$1")
tool=$(realpath "$2")
root=$(realpath "$3")
golden=$root/tests/golden
shared=${STYLEMAP_SHARED:-$root/../shared}
[ -d "$shared" ] || shared=
work=$(mktemp -d "${TMPDIR:-/tmp}/stylemap-test-XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0
failed=0
# Nothing of this user's; no language but English; the same results whatever the machine's setting.
export XDG_DATA_HOME="$work/data" XDG_CONFIG_HOME="$work/config" XDG_CACHE_HOME="$work/cache" HOME="$work/home" LC_ALL=C.UTF-8
export ASAN_OPTIONS="detect_leaks=0:$ASAN_OPTIONS" # GEGL's and babl's own leaks
mkdir -p "$work/home"
cd "$work" || exit 1

pass() { passed=$((passed + 1)); }
fail() { failed=$((failed + 1)); echo "failed: $*" >&2; }

# check WHAT COMMAND...: the command must succeed
check() {
  local what=$1
  shift
  if "$@" > "$work/check.out" 2>&1; then pass; else fail "$what: $*: $(cat "$work/check.out")"; fi
}
# check_not WHAT COMMAND...: it must return 1, which is what a comparison returns that finds a difference
check_not() {
  local what=$1 code=0
  shift
  "$@" > "$work/check.out" 2>&1 || code=$?
  if [ $code = 1 ]; then pass; else fail "$what (it should differ, $code): $*"; fi
}
# run ARGUMENTS...: the command; its exit code in $code, its words in the files out and err
run() {
  code=0
  "$stylemap" "$@" > out 2> err < /dev/null || code=$?
}
# good ARGUMENTS...: exit 0 and nothing on stderr
good() {
  run "$@"
  if [ $code = 0 ] && [ ! -s err ]; then pass; else fail "exit $code: stylemap $*: $(cat err)"; fi
}
# bad CODE WORD ARGUMENTS...: that exit code, nothing on stdout, one sentence on stderr that has the word
bad() {
  local want=$1 word=$2
  shift 2
  run "$@"
  if [ $code = $want ] && [ ! -s out ] && [ "$(wc -l < err)" = 1 ] && grep -q "^stylemap: .*\.\( (.*)\)\?$" err && grep -qF -- "$word" err
  then pass; else fail "exit $code (not $want): stylemap $*: $(cat err out)"; fi
}
finish() {
  echo "$passed checks passed, $failed failed"
  [ $failed = 0 ] && [ $passed -gt 0 ]
}
