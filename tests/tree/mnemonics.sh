#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The keys of a window's controls: in every language each label has one, OK and Cancel have theirs for themselves, and no
# more labels share a key than in English.
# usage: mnemonics.sh SOURCE_ROOT
cd "$1" || exit 1
command -v xgettext > /dev/null && command -v msgcat > /dev/null || exit 77
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
bad=0
# what can be seen together: no row of heal beside one of styles
edit='_Cancel|_OK|_Model:|_Edit the layer that it was made of: %s'
two="$edit|_Reference layer:|_Advanced|Place in tar_get:|P_lace in reference:"
heal='Me_thod:|_Feather:|Deta_il:|_Paste:|Roun_ds:'
styles='Me_thod:|_Feather:|Mask r_ule:|_Blend in:'
frames='_Frames:|Frame _time:'
strength='Strength _at first:|_Strength at last:'
cat > "$work/windows" <<END
$two|$heal|_Strength:|Match colo_urs|E_xtend beyond the target's outline
$two|$styles|_Strength:|Refi_ne, slower|E_xtend beyond the target's outline
$two|$heal|$strength|$frames
$two|$styles|$strength|$frames
$two|_Feather:|Fine from le_vel:
$two|Deta_il:|$frames
$edit|_Advanced|Place in tar_get:|Deta_il:|Refi_ne, slower
$edit|_Advanced|Place in tar_get:|_Feather:|Deta_il:
_Cancel|_OK|_Model:|_Another|_Seed:|_Variety:|Pic_tures:|Co_ntact sheet
_Cancel|_Import|_File:|_Name:
_Cancel|_Learn|_Model:|_Name:|_With it:|With_out it:
_Cancel|_Open
_Close|Cop_y|_Say in pictures that a model drew in them (XMP)
StyleMap _Transplant...|StyleMap _Reconstruct...|StyleMap _Interpolate...|StyleMap _Adjust...|StyleMap Transplant as _Frames...|StyleMap Transplant on _Every Frame...|StyleMap _Mix Styles...|StyleMap Edit _Again...|StyleMap Ra_ndom Portrait...|StyleMap Import Mo_del...|StyleMap _Learn a Direction...|StyleMap A_bout and Self-Check...
END
xgettext --from-code=UTF-8 --no-wrap -k_ -kN_ -o "$work/gimp.pot" plug-in/gimp*/*.c || bad=1
sed -n 's/^msgid "\(.*\)"$/\1/p' "$work/gimp.pot" | grep -E '(^|[A-Za-z ])_[A-Za-z]' | sort -u > "$work/have"
tr '|' '\n' < "$work/windows" | sort -u > "$work/told"
diff "$work/told" "$work/have" || { echo "not all labels with keys are in a window of this test"; bad=1; }

# label, tab, key (none: a dash), of all labels in the catalogue $1
keys() {
  LC_ALL=C.UTF-8 msgcat --no-wrap "$1" | LC_ALL=C.UTF-8 sed -nE '/^msgid "(.*_[A-Za-z].*)"$/ {
    s//\1/; h; n; s/^msgstr "(.*)"$/\1/; s/__//g; t fresh; :fresh; s/^[^_]*_(.).*$/\U\1/; t key; s/.*/-/; :key; H; x; s/\n/\t/p }'
}
for language in $(grep -v '^#' plug-in/po/LINGUAS); do
  keys "plug-in/po/$language.po" | awk -F '\t' -v language="$language" '
    NR == FNR { key[$1] = $2; next }
    { delete theirs; delete english; fault = ""; ours = 0; own = 0
      count = split($0, label, "|")
      for (i = 1; i <= count; i++) {
        k = key[label[i]]
        at = index(label[i], "_")
        if (!(toupper(substr(label[i], at + 1, 1)) in english)) ours++
        english[toupper(substr(label[i], at + 1, 1))]
        if (k == "" || k == "-") { fault = fault "; no key: " label[i]; continue }
        if (!(k in theirs)) own++
        else { shared = "; " k " is the key of " theirs[k] " and " label[i]
          if (theirs[k] == "_Cancel" || theirs[k] == "_OK") fault = fault shared
          else more = more shared }
        if (!(k in theirs)) theirs[k] = label[i]
      }
      if (own < ours) fault = fault more
      more = ""
      if (fault != "") { print language ": " substr(fault, 3); bad = 1 } }
    END { exit bad }' - FS='|' OFS='|' "$work/windows" || bad=1
done
exit $bad
