# SPDX-License-Identifier: GPL-3.0-or-later
# Small pictures, and one that is cut out: 20 x 20 pixels at 46, 20 of 90 x 61.
for n in 1 2 3; do in_profile "$TOOL" paint 90 61 "R'G'B' u8" $n small-$n.png; done
in_profile "$TOOL" part small-3.png 46 20 20 20 piece.png
in_profile "$TOOL" clear 90 61 clear.png
in_profile "$TOOL" lay piece.png clear.png 46 20 cut.png
