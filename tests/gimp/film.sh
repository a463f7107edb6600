# SPDX-License-Identifier: GPL-3.0-or-later
# A library that counts the steps of undo histories.
GIMP_PRELOAD=$INSIDE
