#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Wrong code that some test must see: each mutant of mutants.txt changes one line of a copy of this tree, which is then
# built, and the tests named for it are run, one after the other, until one fails.
#   tests/mutants.sh WORK_DIR [NUMBER | FIRST-LAST | PART_OF_NAME_OR_FILE]...    all of them unless told otherwise
#   tests/mutants.sh --list
# WORK_DIR gets the copy and its build and may be kept for the next time. A mutant whose line is no longer in its file,
# or is there twice, is lost: mend the list. Ends with 1 where a mutant lives, with 2 where one is lost, does not build,
# or a test fails without any.
set -u
source=$(cd "$(dirname "$0")/.." && pwd)
[ $# -ge 1 ] || { sed -n '3,9s/^# \{0,1\}//p' "$0"; exit 2; }

# One mutant a line: number, name, file, line, line instead, tests; separated by \x1f.
mutants() {
  awk -v OFS='\037' '
    function put() { if (name != "") print ++n, name, file, old, new, tests; name = old = new = tests = "" }
    /^#/ { next }
    /^$/ { put(); next }
    /^- / { old = substr($0, 3); next }
    /^\+ / { new = substr($0, 3); next }
    /^\+$/ { new = ""; next }
    /^= / { tests = substr($0, 3); next }
    { file = $1; name = $0; sub(/^[^ ]+ +/, "", name) }
    END { put() }' "$source/tests/mutants.txt"
}
# replace FILE OLD NEW: in the file, if it is there exactly once; --try: does nothing else
replace() {
  python3 - "$@" << 'PY'
import sys
path, old, new, *only = sys.argv[1:]
try: text = open(path, encoding="utf-8").read()
except OSError: sys.exit(1)
if not old or text.count(old) != 1: sys.exit(1)
if not only: open(path, "w", encoding="utf-8").write(text.replace(old, new))
PY
}
if [ "$1" = --list ]; then
  lost=0
  while IFS=$'\037' read -r number name file old new tests; do
    note=
    replace "$source/$file" "$old" "$new" --try || { note='  LOST: its line is not there, or twice' && lost=2; }
    echo "$number $name ($file; $tests)$note"
  done < <(mutants)
  exit $lost
fi
mkdir -p "$1" || exit 2
work=$(cd "$1" && pwd) tree=$work/tree build=$work/build
shift
export STYLEMAP_SHARED=${STYLEMAP_SHARED:-$(realpath "$source/../shared" 2> /dev/null)}
[ -n "$STYLEMAP_SHARED" ] || unset STYLEMAP_SHARED
# a test that is ended by the clock has killed nothing: on a loaded machine they get more time than they need
export GIMP_SECONDS=3000

# the copy; a file that is as it was keeps its time, so that little is built anew
mkdir -p "$tree"
(cd "$source" && { git ls-files -z --cached --others --exclude-standard 2> /dev/null || find . -type f -print0; }) |
  python3 -c '
import os, shutil, sys
source, tree = sys.argv[1:]
names = {os.path.normpath(n) for n in sys.stdin.read().split("\0") if n and os.path.isfile(os.path.join(source, n))}
for folder, _, files in os.walk(tree):
    for f in files:
        if os.path.relpath(os.path.join(folder, f), tree) not in names: os.remove(os.path.join(folder, f))
def read(path): return open(path, "rb").read() if os.path.isfile(path) else None
for n in names:
    a, b = os.path.join(source, n), os.path.join(tree, n)
    if read(a) == read(b): continue
    os.makedirs(os.path.dirname(b), exist_ok=True)
    shutil.copyfile(a, b)
    shutil.copymode(a, b)' "$source" "$tree" || exit 2
[ -f "$build/build.ninja" ] || meson setup "$build" "$tree" --buildtype release > "$work/setup.txt" || exit 2
ninja -C "$build" build.ninja > "$work/ninja.txt" 2>&1 || { tail -20 "$work/ninja.txt"; exit 2; }

# what to build for a test, by its name: "NAME\x1fFILE FILE ..."
python3 - "$build" > "$work/tests" << 'PY' || exit 2
import json, os, subprocess, sys
def look(what): return json.loads(subprocess.check_output(["meson", "introspect", what, sys.argv[1]]))
files = {t["id"]: [os.path.relpath(f, sys.argv[1]) for f in t["filename"]] for t in look("--targets")}
for t in look("--tests"):
    print(t["name"], " ".join(f for d in t["depends"] for f in files.get(d, [])), sep="\x1f")
PY
files_of() { awk -F'\037' -v name="$1" '$1 == name { print $2; found = 1 } END { exit !found }' "$work/tests"; }

# run TEST: builds what it needs and runs it; 0 passed, 1 failed, 2 did not build, 3 no such test, 4 the clock ended it
run() {
  local files name=${1//:/_} # as meson calls them
  files=$(files_of "$name") || return 3
  # shellcheck disable=SC2086
  ninja -C "$build" $files > "$work/ninja.txt" 2>&1 || return 2
  meson test -C "$build" --no-rebuild --timeout-multiplier 10 "$name" > "$work/test.txt" 2>&1 && return 0
  ! grep -q "^Timeout: *[1-9]" "$work/test.txt" || return 4
  return 1
}
# wanted NUMBER NAME ARGUMENTS...
wanted() {
  local number=$1 name=$2 each
  shift 2
  [ $# -gt 0 ] || return 0
  for each; do
    case $each in
      *[!0-9-]*) [[ $name == *$each* ]] && return 0 ;;
      *-*) [ "$number" -ge "${each%-*}" ] && [ "$number" -le "${each#*-}" ] && return 0 ;;
      *) [ "$number" = "$each" ] && return 0 ;;
    esac
  done
  return 1
}

declare -A sound
lives=0 killed=0 broken=0
while IFS=$'\037' read -r number name file old new tests <&3; do
  wanted "$number" "$name $file" "$@" || continue
  IFS=';' read -ra each <<< "$tests"
  [ -n "$tests" ] || { echo "$number LOST $name: no test is named"; broken=$((broken + 1)); continue; }
  for i in "${!each[@]}"; do
    each[i]=$(sed 's/^ *//; s/ *$//' <<< "${each[i]}")
    [ -n "${sound[${each[i]}]-}" ] && continue
    run "${each[i]}"
    sound[${each[i]}]=$?
    [ "${sound[${each[i]}]}" = 0 ] || echo "without any mutant, '${each[i]}' is not there, does not build or fails"
  done
  cp -p "$tree/$file" "$work/kept" 2> /dev/null
  replace "$tree/$file" "$old" "$new" || { echo "$number LOST: $name ($file)"; broken=$((broken + 1)); continue; }
  verdict=LIVES
  for test in "${each[@]}"; do
    [ "${sound[$test]}" = 0 ] || { verdict="BROKEN, for '$test' fails without it"; continue; }
    run "$test"
    case $? in
      1) verdict="killed by $test"; break ;;
      4) verdict="killed by the clock in $test"; break ;;
      2) verdict="BROKEN, it does not build: $(grep -m 1 error: "$work/ninja.txt")"; break ;;
    esac
  done
  cp "$work/kept" "$tree/$file" # with a new time: what it made is built anew
  case $verdict in
    LIVES) lives=$((lives + 1)) ;;
    killed*) killed=$((killed + 1)) ;;
    *) broken=$((broken + 1)) ;;
  esac
  echo "$number $verdict: $name ($file)"
done 3< <(mutants)
echo "$killed killed, $lives live, $broken lost or broken"
[ $broken = 0 ] || exit 2
[ $lives = 0 ]
