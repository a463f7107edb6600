# SPDX-License-Identifier: GPL-3.0-or-later
# What the command makes of the same places.
healed() { in_profile "$COMMAND" transplant --quiet "" target.png reference.png --mask mask.png --feather 12 "$@"; }
healed --placement 256,200,300,15 --reference-placement 276,190,300,15 -o expected-placed.png
healed --reference-placement 250,260,400 --mirror -o expected-mirrored.png
