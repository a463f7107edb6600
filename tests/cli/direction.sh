#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Directions: learnt, found, listed, taken along, applied; and no linear algebra library in any other command.
# usage: direction.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.safetensors

# ----------------------------------------------------------- what only stylemap-measure may map
measure=$(dirname "$stylemap")/stylemap-measure
libraries() { LD_DEBUG=files "$stylemap" "$@" 2>&1 | grep -E 'openblas|lapack|libblas|gfortran'; }
ldd "$measure" | grep -q openblas && pass || fail "this test does not know OpenBLAS: $(ldd "$measure")"
"$tool" paint 40 40 "R'G'B' u8" 9 target.png
libraries info "$model" && fail "info maps linear algebra" || pass
# (an edit starts GEGL, one of whose own operations may bring some along)
for program in "$stylemap" "$(dirname "$stylemap")"/../gimp-*/gimp-stylemap; do
  [ ! -x "$program" ] || { ldd "$program" | grep -E 'openblas|lapack|gfortran' && fail "$program has linear algebra" || pass; }
done
mkdir alone && cp "$stylemap" alone
(PATH=/nowhere alone/stylemap direction find x y -o z.safetensors 2> err) && fail "it runs without stylemap-measure" || pass
grep -q 'stylemap-measure' err && pass || fail "without stylemap-measure: $(cat err)"

# --------------------------------------------------------------------------------- learning
mkdir dark light both
for i in 1 2 3 4 5 6 7 8; do
  "$tool" paint 32 32 "R'G'B' u8" $i both/p$i.png
done
printf 'picture,light,kind,much\r\n' > table.csv
for i in 1 2 3 4 5 6 7 8; do
  odd=$((i % 2))
  [ $odd = 1 ] && cp both/p$i.png light || cp both/p$i.png dark
  printf '%s,%s,"%s",%s\n' p$i.png $odd "$([ $odd = 1 ] && echo 'a, ""b""' || echo other)" $((i * i)) >> table.csv
done
good direction learn "$model" light dark -o folders.safetensors
grep -q '^folders: 4 pictures with it, 4 without$' out && [ "$(wc -l < out)" = 3 ] && pass || fail "learn says: $(cat out)"
good direction learn "$model" both --labels table.csv --label light -o table.safetensors
check "a table is like two folders" "$tool" near folders.safetensors directions.folders table.safetensors directions.light 1e-5
good direction learn "$model" both --labels table.csv --label 'it:kind=a, "b"' --label light --label much -o three.safetensors
check "a text is like a number" "$tool" same three.safetensors directions.it table.safetensors directions.light
check_not "much is another" "$tool" same three.safetensors directions.much table.safetensors directions.light
for method in svm ridge; do
  good direction learn "$model" light dark --method $method -o $method.safetensors
  check_not "$method is not the means" "$tool" near $method.safetensors directions.$method folders.safetensors directions.folders 1e-3
done
good direction learn "$model" light dark --method svm --orthogonal-to folders.safetensors -o across.safetensors
good direction learn "$model" light dark -o same.safetensors --name folders
check "the same twice" "$tool" same same.safetensors directions.folders folders.safetensors directions.folders
bad 1 'made of the others' direction learn "$model" light dark --orthogonal-to folders.safetensors -o none.safetensors
bad 2 'no column "dark"' direction learn "$model" both --labels table.csv --label dark -o none.safetensors
bad 2 'name the value' direction learn "$model" both --labels table.csv --label kind -o none.safetensors
bad 2 'go together' direction learn "$model" both --labels table.csv -o none.safetensors
bad 2 'would be called "light"' direction learn "$model" both --labels table.csv --label light --label light:much -o none.safetensors
bad 1 'two classes' direction learn "$model" both --labels table.csv --label much=1 -o none.safetensors
bad 2 'means' direction learn "$model" light dark --method lda -o none.safetensors
bad 2 '.safetensors' direction learn "$model" light dark -o none.pt
mkdir broken && head -c 90 "$(find light -type f | head -1)" > broken/1.png && bad 1 'No picture can be read; the first: ' direction find "$model" broken -q -o none.safetensors
bad 2 'no folder' direction learn "$model" light nowhere -o none.safetensors
bad 2 'learn and find' direction paint
bad 2 'Which command' direction
[ ! -e none.safetensors ] && pass || fail "a failure wrote something"
for command in '' ' learn' ' find'; do
  good direction $command --help
  grep -q "stylemap direction$command" out && pass || fail "direction$command --help: $(cat out)"
done

good direction find "$model" both -n 3 -o found.safetensors
[ "$(grep -c '^principal-[123] ' out)" = 3 ] && pass || fail "find says: $(cat out)"
bad 1 'need more than 8' direction find "$model" both -n 8 -o none.safetensors

# ------------------------------------------------------------------- in a model, and applied
good convert "$model" with.safetensors --direction folders.safetensors --direction found.safetensors
good info with.safetensors
grep -qE '^directions +folders, principal-1, principal-2, principal-3$' out && grep -q 'means of 4 and 4 pictures' out && pass ||
  fail "info: $(cat out)"
good info --json with.safetensors
grep -qF '"directions": "folders, principal-1, principal-2, principal-3"' out && pass || fail "info --json: $(cat out)"
export XDG_DATA_HOME=$PWD/own
mkdir -p own/stylemap/directions/with && cp found.safetensors own/stylemap/directions/with/mine.safetensors
echo broken > own/stylemap/directions/with/other.safetensors
good info --json with.safetensors
grep -qF '"directions": "folders, principal-1, principal-2, principal-3", "learned_directions": "principal-1, principal-2, principal-3"' out &&
  pass || fail "what the user taught: $(cat out)"
good info with.safetensors
grep -q '^learned_directions   principal-1, principal-2, principal-3$' out && [ "$(grep -c '^  principal-1 .* of what' out)" = 2 ] && pass || fail "info: $(cat out)"
unset XDG_DATA_HOME
good apply with.safetensors target.png --direction folders --amount 0.7 -o a.png
good apply "$model" target.png --direction folders.safetensors --amount 0.7 -o b.png
good apply "$model" target.png --from folders.safetensors --direction folders=0.7 --amount 3 -o c.png
good apply "$model" target.png --direction folders.safetensors=0.7 --amount 3 -o d.png
cp folders.safetensors with=1.safetensors
good apply "$model" target.png --direction with=1.safetensors --amount 0.7 -o e.png
for i in b c d e; do check "one of five ways to say it, $i" "$tool" steps a.png $i.png 0; done # the models' names differ
bad 1 'amount from -20 to 20' apply "$model" target.png --direction folders.safetensors=much -o none.png
good apply with.safetensors target.png --direction folders --amount 0 -o zero.png
check "an amount of 0" "$tool" steps zero.png target.png 0
check_not "an amount of 0.7" "$tool" steps a.png target.png 0
good apply with.safetensors target.png --direction folders=0.5 --direction principal-2=-1 -o two.png
check_not "two directions" "$tool" steps two.png a.png 0
"$tool" ellipse 40 40 14 20 8 9 mask.png
good apply with.safetensors target.png --direction folders --amount 20 --mask mask.png --feather 3 -o inside.png
check "outside the mask nothing changes, inside something does" "$tool" outside inside.png target.png mask.png 3
good apply with.safetensors target.png --direction folders --amount 20 --detail 0 --mask mask.png -o by-size.png
good apply with.safetensors target.png --direction folders --amount 20 --detail 0 --mask mask.png --feather auto -o auto.png
check "the feather by size is the default" cmp by-size.png auto.png
check "outside the mask, by size" "$tool" outside by-size.png target.png mask.png -1
good apply with.safetensors target.png --direction folders --raw -o raw.png
[ "$("$tool" shape raw.png | cut -d' ' -f1,2)" = '32 32' ] && pass || fail "raw is $("$tool" shape raw.png)"
good apply with.safetensors target.png --direction folders --placement 20,20,32 -o placed.png
bad 1 'it has folders, principal-1' apply with.safetensors target.png --direction smile -o none.png
bad 1 'nor any other' apply "$model" target.png --direction smile -o none.png
bad 1 'holds no directions' apply "$model" target.png --direction "$model" -o none.png
bad 2 'holds 3 directions' apply "$model" target.png --direction found.safetensors -o none.png
bad 1 'amount from -20 to 20' apply with.safetensors target.png --direction folders=much -o none.png
bad 1 'amount from -20 to 20' apply with.safetensors target.png --direction folders --amount 21 -o none.png
bad 2 'Which way' apply with.safetensors target.png -o none.png
bad 2 '--detail' apply with.safetensors target.png --direction folders --detail 101 -o none.png
bad 2 '--mask' apply with.safetensors target.png --direction folders --mask mask.png --raw -o none.png
[ ! -e none.png ] && pass || fail "a failure wrote something"
finish
