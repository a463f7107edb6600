# SPDX-License-Identifier: GPL-3.0-or-later
# What the command makes of the same pictures: sourced by run.sh before GIMP runs transplant.scm.
in_profile "$COMMAND" transplant --quiet --method styles "" target.png reference.png --mask mask.png --feather 12 -o expected-soft.png
in_profile "$COMMAND" transplant --quiet --method styles "" target.png reference.png --mask mask.png --feather 12 --refine 3 \
  -o expected-refined.png
in_profile "$COMMAND" transplant --quiet --method styles "" target.png reference.png --mask mask.png --mask-rule any --space w \
  --strength 0.7 --feather 0 -o expected-any.png
