# SPDX-License-Identifier: GPL-3.0-or-later
# EDITS edits (60; 200 in the full suite) in one session.
GIMP_PRELOAD=$INSIDE
{
  echo '(define rows-with "") (define every "")'
  echo "(define edits ${EDITS:-60})"
} >table-rows.scm
