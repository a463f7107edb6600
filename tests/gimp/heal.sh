# SPDX-License-Identifier: GPL-3.0-or-later
# What the command makes of the same pictures by its defaults: sourced by run.sh before GIMP runs heal.scm.
healed() { in_profile "$COMMAND" transplant --quiet "" target.png reference.png --mask mask.png --feather 12 "$@"; }
healed -o expected-heal.png
healed --match-colours -o expected-match.png
healed --collage clone --rounds 2 --detail 80 --strength 0.7 -o expected-options.png
healed --method styles --mask-rule any --space w -o expected-styles.png
