#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# In every language of plug-in/po/LINGUAS: what the command says is what the catalogue says, and its numbers and pictures
# are those of English.
# usage: languages.sh COMMAND TOOL SOURCE_ROOT CATALOGUES
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/../locale.sh"
export STYLEMAP_LOCALEDIR=$(realpath "$4") TEXTDOMAINDIR=$(realpath "$4")
model=$golden/tiny_LayerNorm_sp4_full.safetensors
sample=$root/install/samples/target.png
photo=$root/install/samples/portrait-1.jpg
edit() { good transplant "$model" "$sample" "$root/install/samples/reference.png" --mask "$root/tests/gimp/mask.png" --method styles --strength 0.5 --feather 2.5 "$@"; }
said() { gettext stylemap "$1"; }
# The English lines of which a translation is due: of four words, and no example.
still_english() { grep -vE '^ *stylemap ' "$1" | grep -E '[a-z]+ [a-z]+ [a-z]+ [a-z]+' | sort -u | comm -12 - english; }
options() { grep -oE '^ +(-[a-z], )?--[a-z-]+' "$1"; }
everything() { for command in $commands; do "$stylemap" "$command" --help; done; "$stylemap" --help; }

commands=$(LC_ALL=C "$stylemap" --help | sed -n 's/^  \([a-z-]*\) .*/\1/p' | grep -v stylemap)
[ "$(wc -w <<< "$commands")" -ge 12 ] && pass || fail "the commands: $commands"
everything > help.english 2> err
[ ! -s err ] && pass || fail "help in English: $(cat err)"
grep -E '[a-z]+ [a-z]+ [a-z]+ [a-z]+' help.english | sort -u > english
edit -o english.png
good info "$model" --json
mv out info.english

# A real locale writes 0,5; LANGUAGE alone chooses the words of all languages.
named_locale "$PWD/locales"
if localedef -i de_DE -f UTF-8 locales/de_DE.UTF-8 2> /dev/null; then
  [ "$(LC_ALL=de_DE.UTF-8 printf %.1f 0.5 2> /dev/null || true)" = 0,5 ] && locale=de_DE.UTF-8
fi
for language in $(grep -v '^#' "$root/plug-in/po/LINGUAS"); do
  export LC_ALL=$locale LANGUAGE=$language
  sentence='There is no file %1.'
  [ "$(said "$sentence")" != "$sentence" ] && pass || { fail "$language: no catalogue in $STYLEMAP_LOCALEDIR"; continue; }
  everything > help.theirs 2> err
  [ ! -s err ] && pass || fail "$language: help: $(cat err)"
  [ "$(options help.theirs)" = "$(options help.english)" ] && pass || fail "$language: help has other options"
  still_english help.theirs > left
  [ ! -s left ] && pass || fail "$language: $(wc -l < left) lines of help are English: $(head -3 left)"
  run info nobody.pt
  [ $code = 1 ] && [ "$(cat err)" = "stylemap: $(said "$sentence" | sed 's/%1/nobody.pt/')" ] && pass ||
    fail "$language: no such file: $code $(cat err)"
  sentence='There is no command "%s"; "stylemap --help" lists them.'
  run frobnicate
  [ $code = 2 ] && grep -qF "$(said "$sentence" | sed 's/%s/frobnicate/')" err && pass || fail "$language: no such command: $code $(cat err)"
  # a reason inside of a sentence
  head -c 3000 "$model" > short.safetensors
  run info ./short.safetensors
  reason=$(said 'the header is longer than the file or the limit')
  [ $code = 1 ] && grep -qF "$reason" err && pass || fail "$language: a cut model: $code $(cat err)"
  # what a shipped model says of itself
  run transplant "$root/models/toon-portraits-128.safetensors" "$photo" "$photo" --mask-region alpha --reference-placement centre --placement centre -o theirs.png
  theirs=$(said 'toon portraits (Toon Head), not photos')
  [ $code = 0 ] && [ "$theirs" != 'toon portraits (Toon Head), not photos' ] && grep -qF "$theirs" err && pass || fail "$language: another kind of picture: $code $(cat err)"
  edit -o theirs.png
  cmp -s english.png theirs.png && pass || fail "$language: another picture"
  good info "$model" --json
  cmp -s out info.english && pass || fail "$language: info --json: $(diff out info.english)"
done
finish
