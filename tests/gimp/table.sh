# SPDX-License-Identifier: GPL-3.0-or-later
# With a library that counts and undoes steps of an image's history.
GIMP_PRELOAD=$INSIDE
GIMP_FONTS=yes
# By hand: ROWS='layer mask', only the rows with that in their names; EVERY=yes, more of them (table.scm).
echo "(define rows-with \"${ROWS:-}\") (define every \"${EVERY:-}\")" >table-rows.scm
