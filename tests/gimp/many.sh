# SPDX-License-Identifier: GPL-3.0-or-later
# Beside this GIMP a second one and four commands edit by the same model, over and over. What the command makes alone is expected.
edit=(transplant --quiet toon-portraits-128 target.png reference.png --mask mask.png --feather 10)
in_profile "$COMMAND" "${edit[@]}" -o expected.png
second=$WORK/many-second
rm -rf "$second"
cp -a "$run_dir" "$second"
(
  run_dir=$second
  cd "$second" || exit 1
  [ "$GIMP" != 3 ] && echo '(load "many.scm")' >all.scm || printf '(load "%s.scm")\n' dialect-3 many >all.scm
  gimp_batch '(load "all.scm")' >log.txt 2>&1
) &
others=("$!")
for n in 1 2 3 4; do
  (for round in 1 2 3; do
    in_profile "$COMMAND" "${edit[@]}" -o "command-$n.png" && cmp -s expected.png "command-$n.png" || echo "command $n, round $round"
  done >"command-$n.txt" 2>&1) &
  others+=("$!")
done
after_run() {
  wait "${others[@]}"
  cat command-?.txt >commands.txt
  [ ! -s commands.txt ] || { echo "FAIL: $(cat commands.txt)" && exit 1; }
  [ -e "$second/passed" ] || { echo "FAIL: the second GIMP: $(cat "$second/log.txt")" && exit 1; }
}
