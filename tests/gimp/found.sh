# SPDX-License-Identifier: GPL-3.0-or-later
# A portrait somewhere in a larger picture, and what the command makes of it, by itself and by places that are told.
"$TOOL" paint 900 700 "R'G'B' u8" 3 ground.png
"$TOOL" lay target.png ground.png 330 150 scene.png
"$TOOL" ellipse 900 700 -50 -50 1 1 black.png
"$TOOL" lay mask.png black.png 330 150 scene-mask.png
transplanted() {
  in_profile "$COMMAND" transplant --quiet toon-portraits-128 scene.png reference.png --mask scene-mask.png --feather 12 "$@"
}
transplanted -o expected-auto.png
transplanted --placement model --reference-placement as-placed -o expected-follows.png
transplanted --placement selection --reference-placement bounds -o expected-selection.png
transplanted --placement bounds --reference-placement centre -o expected-bounds.png
transplanted --placement "331,149 842.5,151" --reference-placement "0,0 512,0 0,512 512,512" -o expected-path.png
