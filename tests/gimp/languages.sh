#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In every language of plug-in/po/LINGUAS a headless GIMP edits, and what the plug-in says is what its catalogue says.
# From the environment (tests/gimp/meson.build): as run.sh, and STYLEMAP_LOCALEDIR.
set -u
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
. "$here/../locale.sh"
make_profile languages
cd "$run_dir" || exit 1
named_locale "$PWD/locales"
export GIMP_LOCALE=$locale
cp "$here"/*.scm "$SOURCE/install/samples/target.png" .
cp "$SOURCE/tests/golden/tiny_LayerNorm_sp4_full.safetensors" tiny.safetensors
{ [ "$GIMP" != 3 ] || echo '(load "dialect-3.scm")'; echo '(load "languages.scm")'; } > all.scm
passed=0 failed=0
same() { # WHAT, what is said, what it must hold
  case $2 in *"$3"*) passed=$((passed + 1)) ;; *) failed=$((failed + 1)) && echo "failed: $1: '$2' and not '$3'" ;; esac
}
for language in $(grep -v '^#' "$SOURCE/plug-in/po/LINGUAS"); do
  export LANGUAGE=$language
  rm -f said
  gimp_batch '(load "all.scm")' > log.txt 2>&1
  [ -s said ] || cat log.txt
  for sentence in 'StyleMap Reconstruct' 'Target and reference are the same layer. Choose another layer as the reference.'; do
    theirs=$(LC_ALL=$locale TEXTDOMAINDIR=$STYLEMAP_LOCALEDIR gettext stylemap "$sentence")
    [ "$theirs" != "$sentence" ] || { failed=$((failed + 1)) && echo "failed: $language: '$sentence' is not translated"; }
    same "$language" "$(cat said 2> /dev/null)" "$theirs"
  done
  ! grep -q -e 'stylemap.*CRITICAL' -e 'Plug-in crashed' log.txt || { failed=$((failed + 1)) && cat log.txt; }
done
echo "$passed checks passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 0 ]
