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
# broken FOLDER: four whole pictures, whole.*, and 24 kinds of broken ones, whose names begin with x
broken() {
  local f=$1 i
  "$tool" paint 40 33 "R'G'B' u8" 9 "$f/whole.tif" && "$tool" paint 40 33 "R'G'B' u8" 9 "$f/whole.webp" &&
    "$tool" paint 40 33 "R'G'B' u8" 9 "$f/whole.jpg" && "$tool" paint 40 33 "R'G'B' u8" 9 "$f/whole.png" || return 1
  : > "$f/x01.png"                                                            # nothing
  echo "no picture" > "$f/x02.png"                                            # a text
  head -c 300 "$f/whole.png" > "$f/x03.png"                                   # cut
  { head -c 60 "$f/whole.png"; printf 'XXXX'; tail -c +65 "$f/whole.png"; } > "$f/x04.png" # damaged
  head -c 8 "$f/whole.png" > "$f/x05.png"                                     # no more than how it starts
  { head -c 16 "$f/whole.png"; printf '\0\0\0\0'; tail -c +21 "$f/whole.png"; } > "$f/x06.png" # no width
  { head -c 16 "$f/whole.png"; printf '\0\0\377\377\0\0\377\377'; tail -c +25 "$f/whole.png"; } > "$f/x07.png" # four thousand million pixels
  head -c 400 "$f/whole.jpg" > "$f/x08.jpg"                                   # cut
  head -c 2 "$f/whole.jpg" > "$f/x09.jpg"
  { head -c 100 "$f/whole.jpg"; head -c 300 /dev/zero; } > "$f/x10.jpg"
  head -c 200 "$f/whole.tif" > "$f/x11.tif"
  printf 'II*\0\377\377\377\177' > "$f/x12.tif"                               # a directory that lies nowhere
  head -c 60 "$f/whole.webp" > "$f/x13.webp"
  printf 'RIFF\4\0\0\0WEBP' > "$f/x14.webp"
  printf 'GIF89a\1\0\1\0\0\0\0' > "$f/x15.gif"                             # no frame
  head -c 5000 /dev/urandom > "$f/x16.png"
  head -c 5000 /dev/zero > "$f/x17.jpg"
  mkdir "$f/x18.png"                                                          # a folder
  ln -s nowhere.png "$f/x19.png"
  mkfifo "$f/x20.png"                                                         # nobody writes into it
  "$tool" clear 40 33 "$f/x21.png"                                            # nothing to be seen
  "$tool" paint 41 33 "R'G'B' u8" 9 "$f/x22.png"                              # not of the mask's size
  printf '<!DOCTYPE html><title>404</title>' > "$f/x23.jpg"
  printf '\0\0\0\14ftypavif\0\0\0\0' > "$f/x24.avif"
  : > "$f/readme.txt"                                                         # no picture's name: left alone
}
finish() {
  echo "$passed checks passed, $failed failed"
  [ $failed = 0 ] && [ $passed -gt 0 ]
}
