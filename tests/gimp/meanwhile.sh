# SPDX-License-Identifier: GPL-3.0-or-later
# With a library that does in GIMP what a user does while the plug-in works.
GIMP_PRELOAD=$INSIDE
echo '(define rows-with "") (define every "")' >table-rows.scm
