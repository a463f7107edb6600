#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# What bash offers after some words of a command line. usage: completion.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
. "$root/install/stylemap.bash"
# offers EXPECTED WORDS...: the last word is the one that is completed
offers() {
  local expected=$1
  shift
  COMP_WORDS=("$stylemap" "$@") COMP_CWORD=$#
  _stylemap
  [ "${COMPREPLY[*]}" = "$expected" ] && pass || fail "\"$*\" offers \"${COMPREPLY[*]}\", not \"$expected\""
}
touch picture.png
mkdir friends
offers "transplant train" tra
offers "--help" --h
offers "place" plac
offers "--rounds" transplant --ro
offers "--output" transplant a.png --out
offers "heal styles" transplant --method ""
offers "styles" transplant --method = s
offers "heal styles" transplant --method =
offers "w+ w" transplant --space = ""
offers "transplant" batch --operation = t
offers "auto" transplant --feather ""
offers "--resume" batch rows.csv --res
offers "picture.png" transplant "" pic
offers "friends" batch --each fr
offers "picture.png" transplant --mask = picture
offers "--mask --mask-region --mask-rule --mask-page" transplant --mask
offers "" nothing --mask
finish
