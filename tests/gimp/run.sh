#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: run.sh NAME [VARIABLE=VALUE ...]: runs NAME.scm in a headless GIMP with a profile of its own.
# From the environment (tests/gimp/meson.build): GIMP, PLUGIN, MEASURE, COMMAND, SOURCE, WORK.
set -eu
name=$1
shift
[ $# = 0 ] || export "$@"
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
make_profile "$name$(tr -dc 'A-Za-z0-9' <<<"$*")"
cd "$run_dir"

cp "$here"/*.scm "$here/mask.png" "$SOURCE/install/samples/target.png" \
  "$SOURCE/install/samples/reference.png" .
cp "$SOURCE/tests/golden/tiny_LayerNorm_sp4_full.safetensors" tiny.safetensors
[ ! -e "$here/$name.sh" ] || . "$here/$name.sh"

scripts=("$name")
# what GIMP 3 itself gets wrong when it ends is not ours
complaints=(-e leaked -e CRITICAL)
if [ "$GIMP" = 3 ]; then
  scripts=(dialect-3 "$name")
  complaints=(-e leaked -e 'stylemap.*CRITICAL' -e 'GIMP ended with')
fi
[ -n "${killed:-}" ] || complaints+=(-e 'Plug-in crashed') # unless the test itself does that
[ "${killed:-}" != layers ] || complaints=(-e 'stylemap.*CRITICAL') # GIMP keeps what was not in the image yet
printf '(load "%s.scm")\n' "${scripts[@]}" >all.scm
gimp_batch '(load "all.scm")' >log.txt 2>&1 || echo "GIMP ended with status $?" >>log.txt

# What GIMP prints about its data folders and menus says nothing here.
grep -v -e '^$' -e 'batch command executed' log.txt || true
if [ ! -e passed ]; then
  echo "FAIL: $name.scm did not reach its end (see $run_dir)"
  exit 1
fi
if grep -q "${complaints[@]}" log.txt; then
  echo "FAIL: GIMP complains, see above"
  exit 1
fi
if type after_run >/dev/null 2>&1; then after_run; fi
echo "$(cat passed) checks passed"
