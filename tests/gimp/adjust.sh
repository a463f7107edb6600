# SPDX-License-Identifier: GPL-3.0-or-later
adjusted() { in_profile "$COMMAND" apply --quiet toon-portraits-128 target.png --direction beard --direction hair-light "$@"; }
adjusted -o expected.png
adjusted --mask mask.png -o expected-part.png
adjusted --detail 0 --placement 256,256,400 -o expected-text.png
