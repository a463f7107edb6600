# SPDX-License-Identifier: GPL-3.0-or-later
# The command's test's own pan (tests/cli/sequence.sh), and what the command makes of it; a library that counts and undoes steps;
# and somebody who ends the plug-in in the middle of its work when the file cancel-now is there, as GIMP does when one cancels.
GIMP_PRELOAD=$INSIDE
killed=yes
dx=7 dy=-3 # the picture's way from frame to frame
in_profile "$TOOL" paint 720 640 "R'G'B' u8" 5 room.png
in_profile "$TOOL" lay target.png room.png 90 70 scene.png
for n in 1 2 3 4 5; do in_profile "$TOOL" part scene.png $((80 - dx * n)) $((30 - dy * n)) 600 580 pan-$n.png; done
in_profile "$TOOL" ellipse 600 580 273 285 100 45 ellipse.png
in_profile "$COMMAND" batch --quiet --sequence pan-%d.png --reference reference.png --mask ellipse.png --feather 6 \
  --model toon-portraits-128 -o expected

# The plug-in's process, when it has worked for a second.
working() {
  local folder fields
  for folder in /proc/[0-9]*; do
    [ "$(readlink "$folder/exe")" = "$run_dir/gimp/plug-ins/gimp-stylemap/gimp-stylemap" ] || continue
    read -r -a fields <"$folder/stat" && [ "${fields[13]}" -gt 100 ] && echo "${folder#/proc/}"
  done 2>/dev/null
}
(
  until [ -e passed ] || [ -e cancel-now ]; do sleep 0.2; done
  until [ -e passed ] || { [ -e cancel-now ] && pid=$(working) && [ -n "$pid" ] && kill -9 $pid; }; do sleep 0.1; done
) >/dev/null 2>&1 </dev/null &

after_run() {
  for n in 1 2 3 4; do
    for what in made eyes; do
      in_profile "$TOOL" flicker $what-$n.png $what-$((n + 1)).png pan-$n.png pan-$((n + 1)).png $dx $dy 1 ||
        { echo "FAIL: frames $n and $((n + 1)) flicker ($what)" && exit 1; }
    done
  done
  for n in 1 2 3 4 5; do
    in_profile "$TOOL" steps made-$n.png expected/pan-$n.png 1.01 || { echo "FAIL: frame $n is not the command's" && exit 1; }
  done
}
