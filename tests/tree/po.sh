#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Every file with sentences is in POTFILES.in; every language is well-formed (placeholders too) and not forgotten.
# usage: po.sh SOURCE_ROOT
cd "$1" || exit 1
bad=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
grep -rlE '(^|[^A-Za-z0-9_])(_|N_|SM_TEXT) ?\(' core plug-in --include='*.c' --include='*.h' |
  grep -vxF core/base/error.h | sort > "$work/have"
grep -v '^#' plug-in/po/POTFILES.in | sort > "$work/told"
diff "$work/told" "$work/have" || { echo "plug-in/po/POTFILES.in is not the list of files with sentences"; bad=1; }
command -v xgettext > /dev/null && command -v msgfmt > /dev/null || { [ $bad = 0 ] && exit 77; exit 1; }
xgettext --from-code=UTF-8 -k_ -kN_ -kSM_TEXT -o "$work/all.pot" -f "$work/have" || bad=1
# What the shipped models' files say of themselves is what host/models.c can say in other languages, and nothing else is.
xgettext --from-code=UTF-8 --no-wrap -k -kN_ -o - plug-in/host/models.c | sed -n 's/^msgid "/"/p' | grep -vx '""' | sort -u > "$work/can"
for model in models/*.safetensors; do
  for key in dataset attribution; do
    text=$(head -c 65536 "$model" | tr -d '\000-\037' | grep -aoE "\"$key\":\"([^\"\\\\]|\\\\.)*\"" | head -1 | cut -d: -f2-)
    [ -n "$text" ] && echo "$text" >> "$work/say" || { echo "$model does not say its $key"; bad=1; }
  done
done
sort -u -o "$work/say" "$work/say"
diff "$work/can" "$work/say" || { echo "what the models' files say (>) is not what plug-in/host/models.c has (<)"; bad=1; }
for language in $(grep -v '^#' plug-in/po/LINGUAS); do
  po=plug-in/po/$language.po
  msgfmt -c -o /dev/null "$po" || bad=1
  # %1 .. %4 are ours and unknown to msgfmt: the same ones must be in both (%1$s is C's, which msgfmt looks at).
  msgcat --no-wrap "$po" | awk '
    function marks(s,  out) { gsub(/%[1-9][$]/, "", s); out = ""; while (match(s, /%[1-4]/)) { out = out substr(s, RSTART, 2); s = substr(s, RSTART + 2) } return out }
    function sorted(s,  i, out) { out = ""; for (i = 1; i <= 4; i++) if (index(s, "%" i)) out = out i; return out }
    /^msgid "/ { id = $0; text = ""; next } /^msgstr/ { text = $0 } /^"/ { if (text == "") id = id $0; else text = text $0; next }
    /^$/ { check() } END { check(); exit bad }
    function check() { if (text != "" && text !~ /^msgstr(\[[0-9]\])? ""$/ && sorted(marks(id)) != sorted(marks(text))) { print "other placeholders: " id; bad = 1 } id = text = "" }
  ' || bad=1
  # A sentence may wait for its translator for a while, most may not.
  msgmerge -q --no-fuzzy-matching "$po" "$work/all.pot" -o "$work/$language.po" || bad=1
  total=$(grep -c '^msgid ' "$work/all.pot")
  missing=$(msgattrib --untranslated "$work/$language.po" | grep -c '^msgid ')
  echo "$language: $missing of $total sentences are not translated"
  [ "$((missing * 4))" -lt "$total" ] || { echo "$language: too many"; bad=1; }
done
exit $bad
