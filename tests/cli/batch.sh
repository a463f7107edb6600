#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Many pictures: manifests and what is wrong in them, the same pixels as single commands, broken pictures among good ones,
# shards, a full disk, and runs that are killed. STYLEMAP_KILLS: how many of the latter (5).
# usage: batch.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.zip.pt
pictures=$root/tests/picture/pictures
paint() { check "paint" "$tool" paint "$@"; }
count() { grep -c -- "$1" "$2"; }
is() { # WHAT VALUE EXPECTED
  [ "$2" = "$3" ] && pass || fail "$1: $2, not $3"
}

paint 40 33 "R'G'B' u8" 1 a.png
paint 40 33 "R'G'B' u8" 2 b.png
check mask "$tool" ellipse 40 33 20 16 8 6 m.png

# --------------------------------------------------------------- what is wrong in a manifest, before anything is done
wrong() { # WORD CONTENT [ENDING]
  printf "$2" > "wrong.${3:-csv}"
  rm -rf o
  bad 2 "$1" batch "wrong.${3:-csv}" -o o --model "$model"
  [ ! -e o/a.png ] && pass || fail "something was done of: $2"
}
wrong "names of columns" ''
wrong "line 2, column 2: a quote is opened and not closed" 'target,reference\na.png,"b.png\n'
wrong "line 3, column 1: a quote in a text" 'target,reference,mask\na.png,b.png,m.png\na".png,b.png,m.png\n'
wrong "line 2, column 1: there is more after the closing quote" 'target,reference\n"a"x.png,b.png\n'
wrong "line 2: there are 2 columns where the first line names 3" 'target,reference,mask\na.png,b.png\n'
wrong "line 1, column 3: this column is there twice" 'target,mask,target\na.png,m.png,b.png\n'
wrong 'Line 2: there is no column "fether"' 'target,reference,mask,fether\na.png,b.png,m.png,3\n'
wrong "Line 2, column feather" 'target,reference,mask,feather\na.png,b.png,m.png,much\n'
wrong "Line 3, column strength" 'target,reference,mask,strength\r\na.png,b.png,m.png,1\r\n"b.png",b.png,m.png,2\r\n'
wrong "Line 2, column mirror" 'target,reference,mask,mirror\na.png,b.png,m.png,left\n'
wrong "Line 2: there is no reference" 'target,mask\na.png,m.png\n'
wrong "Line 2: there is no target" 'reference,mask\na.png,m.png\n'
wrong "Line 2: Which part?" 'target,reference\na.png,b.png\n'
wrong "Line 2: the operation must be one of transplant, reconstruct" 'operation,target\nmix,a.png\n'
wrong 'no column "mask" for the operation reconstruct' 'operation,target,mask\nreconstruct,a.png,m.png\n'
wrong "Line 3: the output" 'target,reference,mask,output\na.png,b.png,m.png,x.png\nb.png,a.png,m.png,./x.png\n'
wrong "Line 2, column placement" 'target,reference,mask,placement\na.png,b.png,m.png,here\n'
wrong "zero byte" 'target,reference,mask\na.png,b.png,m\0.png\n'
wrong "line 2: this is no JSON object" '{"operation":"reconstruct","target":"a.png"}\n[1]\n' jsonl
wrong "line 1: this is no JSON object" '{"operation":"reconstruct","target":"a.png"} x\n' jsonl
wrong "line 1: \"target\" must be a text" '{"operation":"reconstruct","target":["a.png"]}\n' jsonl
wrong 'Line 1: there is no column "targte"' '{"operation":"reconstruct","target":"a.png","targte":"a.png"}\n' jsonl
bad 1 "missing.csv" batch missing.csv -o o
bad 2 "One manifest, or a folder" batch -o o
bad 2 "One manifest, or a folder" batch a.csv --each . -o o
bad 2 "no picture in" batch --each "$work/home" --operation reconstruct -o o
bad 2 "--shard is I/N" batch wrong.csv --shard 3/2
bad 2 "--shard is I/N" batch wrong.csv --shard 1
bad 2 "--shard is I/N" batch wrong.csv --shard -1/2
printf 'operation,target,output\nreconstruct,a.png,b.png\nreconstruct,b.png,c.png\n' > wrong.csv
bad 2 "b.png would be read and written" batch wrong.csv --model "$model"
[ ! -e stylemap-batch.jsonl ] && pass || fail "a wrong manifest has a log"

# ------------------------------------------------------------------------ as single commands, however asked
mkdir in
i=0
for encoding in "R'G'B' u8" "R'G'B'A u8" "Y' u8" "R'G'B' u16" "Y' u16" "R'G'B' u8" "R'G'B' float"; do
  i=$((i + 1)) ending=png
  [ $i = 6 ] && ending=jpg
  [ $i = 7 ] && ending=tif
  paint $((40 + i % 3)) 33 "$encoding" $i "in/$i $encoding.$ending"
  "$tool" ellipse $((40 + i % 3)) 33 20 16 8 6 "m$i.png"
done
{
  printf '\xef\xbb\xbftarget,reference,mask,feather,method,placement,mirror,output,operation\r\n'
  printf '"in/1 R'"'"'G'"'"'B'"'"' u8.png",b.png,m1.png,,,,,"one, ""quoted"".png",\r\n'
  printf "in/2 R'G'B'A u8.png,b.png,m2.png,3,,,true,sub/two.png,transplant\n\n"
  printf "in/3 Y' u8.png,a.png,m3.png,,styles,\"20,16,30,10\",no,three.png,\n"
  printf "in/4 R'G'B' u16.png,,,,,\"20,16,30,10\",,four.png,reconstruct\n"
  printf "in/5 Y' u16.png,b.png,m5.png,auto,,,,five.tif,\n"
  printf "in/6 R'G'B' u8.jpg,b.png,m6.png,,,,,six.jpg,\n"
  printf "in/7 R'G'B' float.tif,b.png,m7.png,,,,,seven.tif,"
} > rows.csv
{
  echo '{"target": "in/1 R'"'"'G'"'"'B'"'"' u8.png", "reference": "b.png", "mask": "m1.png", "output": "one, \"quoted\".png"}'
  echo "{\"target\": \"in/2 R'G'B'A u8.png\", \"reference\": \"b.png\", \"mask\": \"m2.png\", \"feather\": 3, \"mirror\": true, \"output\": \"sub/two.png\"}"
  echo "{\"target\": \"in/3 Y' u8.png\", \"reference\": \"a.png\", \"mask\": \"m3.png\", \"method\": \"styles\", \"placement\": \"20,16,30,10\", \"mirror\": false, \"output\": \"three.png\"}"
  echo "{\"operation\": \"reconstruct\", \"target\": \"in/4 R'G'B' u16.png\", \"placement\": \"20,16,30,10\", \"output\": \"four.png\", \"mask\": null}"
  echo "{\"target\": \"in/5 Y' u16.png\", \"reference\": \"b.png\", \"mask\": \"m5.png\", \"feather\": \"auto\", \"output\": \"five.tif\"}"
  echo "{\"target\": \"in/6 R'G'B' u8.jpg\", \"reference\": \"b.png\", \"mask\": \"m6.png\", \"output\": \"six.jpg\"}"
  echo "{\"target\": \"in/7 R'G'B' float.tif\", \"reference\": \"b.png\", \"mask\": \"m7.png\", \"output\": \"seven.tif\"}"
} > rows.jsonl
mkdir single
cd single || exit 1
good transplant --quiet "$model" "../in/1 R'G'B' u8.png" ../b.png --mask ../m1.png -o 'one, "quoted".png'
good transplant --quiet "$model" "../in/2 R'G'B'A u8.png" ../b.png --mask ../m2.png --feather 3 --mirror -o two.png
good transplant --quiet "$model" "../in/3 Y' u8.png" ../a.png --mask ../m3.png --method styles --placement 20,16,30,10 -o three.png
good reconstruct --quiet "$model" "../in/4 R'G'B' u16.png" --placement 20,16,30,10 -o four.png
good transplant --quiet "$model" "../in/5 Y' u16.png" ../b.png --mask ../m5.png -o five.tif
good transplant --quiet "$model" "../in/6 R'G'B' u8.jpg" ../b.png --mask ../m6.png -o six.jpg
good transplant --quiet "$model" "../in/7 R'G'B' float.tif" ../b.png --mask ../m7.png -o seven.tif
cd ..
for jobs in 1 3; do
  for rows in rows.csv rows.jsonl; do
    rm -rf o
    good batch $rows -o o --model "$model" --jobs $jobs
    is "rows in the log" "$(count '"status": "done"' o/stylemap-batch.jsonl)" 7
    mv o/sub/two.png o
    for f in single/*.*; do
      # babl chooses among conversions by their speed, in every process anew: their last bits differ beyond 8 bits and from colours to grey
      case $f in
        *three.png) check "$f in $rows with $jobs jobs" "$tool" steps "$f" "o/${f#single/}" 1.01 ;; # grey: a rounding of 8 bits may differ
        *four.png | *.tif) check "$f in $rows with $jobs jobs" "$tool" steps "$f" "o/${f#single/}" 0.01 ;;
        *) cmp -s "$f" "o/${f#single/}" && pass || fail "$f is another picture in $rows with $jobs jobs" ;;
      esac
    done
  done
done
grep -q '"mse_outside": 0,' o/stylemap-batch.jsonl && pass || fail "the log tells no error outside"
grep -q '"rows": 7, "done": 7, "failed": 0, "missing": 0' out && pass || fail "the summary: $(cat out)"
bad 2 "is there already" batch rows.csv -o o --model "$model"
mkdir -p o/sub && mv o/two.png o/sub
touch -d @1 o/four.png
good batch rows.csv -o o --model "$model" --resume --sheet o/sheet.png
is "only what is not as it was left is done again" "$(count '"row":' o/stylemap-batch.jsonl)" 8
grep -q '"done": 7, "failed": 0, "missing": 0, "done_before": 6' out && pass || fail "the summary: $(cat out)"
[ -s o/sheet.png ] && pass || fail "no contact sheet"
# of the row before, what this row names too
check mask "$tool" ellipse 40 33 14 20 5 7 other.png
paint 40 33 "R'G'B' u8" 3 c.png
printf 'target,reference,mask,output\na.png,b.png,m.png,1.png\na.png,b.png,other.png,2.png\na.png,c.png,other.png,3.png\n' > kept.csv
good batch kept.csv -o kept --model "$model" --jobs 1
n=0
for pair in "b m" "b other" "c other"; do
  n=$((n + 1))
  good transplant --quiet "$model" a.png ${pair% *}.png --mask ${pair#* }.png -o one.png
  cmp -s one.png kept/$n.png && pass || fail "row $n of three that share what they read"
done
# in a folder that the run makes; the page that was edited, and what came of it, where the sheet has its only pair
mkdir pages && cp "$pictures/pages.tif" pages
good batch --each pages --operation reconstruct --page 2 --model "$model" -o fresh --sheet fresh/sheet.png
check "a sheet's target" "$tool" part fresh/sheet.png 60 60 24 16 shown.png
check "a sheet's target" "$tool" steps shown.png "$pictures/few.png" 1.01
check "a sheet's result" "$tool" part fresh/sheet.png 192 60 24 16 shown.png
check "a sheet's result" "$tool" steps shown.png fresh/pages.tif 1.01
mkdir alike && cp a.png alike/x.png && cp "$pictures/few.gif" alike/x.gif
bad 2 "alike/x.gif and alike/x.png would both become" batch --each alike --operation reconstruct --model "$model" -o fresh
# a row that says something else is another row; a line that was cut was none
printf '{"row": 3, "status": "do' >> o/stylemap-batch.jsonl
good batch rows.csv -o o --model "$model" --resume --strength 0.5 --reference b.png
is "other options, all anew but for the reconstruction" "$(count '"row":' o/stylemap-batch.jsonl)" 15 # its line again, under the new head
grep -q '"status": "do$' o/stylemap-batch.jsonl && fail "a cut line is still there" || pass

# -------------------------------------------------------------------------------------- good ones among twenty kinds of broken
mkdir mixed
check "broken pictures" broken mixed
each=(--each mixed --reference b.png --mask m.png --model "$model")
run batch "${each[@]}" -o o2 --quiet
is "status" $code 3
is "broken ones" "$(count '"status": "failed"' o2/stylemap-batch.jsonl)" 24
is "whole ones" "$(count '"status": "done"' o2/stylemap-batch.jsonl)" 4
is "results" "$(ls o2 | grep -vc jsonl)" 4
is "sentences" "$(grep -c '"error": ".*\."[,}]' o2/stylemap-batch.jsonl)" "$(count '"error"' o2/stylemap-batch.jsonl)"
grep -q "^stylemap: 24 of 28 pictures failed; the log .* tells why\.$" err && pass || fail "the last word: $(cat err)"
run batch "${each[@]}" -o o2
is "the log is there" $code 2
run batch "${each[@]}" -o o2 --resume
is "status again" $code 3
grep -q '"done": 4, "failed": 24, "missing": 0, "done_before": 4' out && pass || fail "the summary: $(cat out)"
[ "$(wc -l < err)" = 22 ] && grep -q "^stylemap: More failures are only told in the log" err && pass || fail "what is told: $(cat err)"
rm mixed/whole.*
run batch "${each[@]}" -o o3 --quiet
is "none done" $code 1

# ------------------------------------------------------------------------------------------------- shards
mkdir many
for i in $(seq -w 1 24); do paint 40 33 "R'G'B' u8" "1$i" many/$i.png; done
each=(--each many --reference b.png --mask m.png --model "$model" --quiet)
good batch "${each[@]}" -o whole
for i in 1 2 3 4 5; do good batch "${each[@]}" -o parts --shard $i/5; done
grep -h '"row"' parts/*.jsonl | sed 's/.*"row": \([0-9]*\),.*/\1/' | sort -n > got
seq 0 23 | cmp -s - got && pass || fail "the shards are no partition: $(tr '\n' ' ' < got)"
for f in whole/*.png; do cmp -s $f parts/${f#whole/} && pass || fail "$f in shards"; done
good batch --merge parts/stylemap-batch-?-of-5.jsonl --log merged.jsonl
grep -q '"rows": 24, "done": 24, "failed": 0, "missing": 0' out && pass || fail "merged: $(cat out)"
is "the merged log" "$(sed 1d merged.jsonl | sed 's/.*"row": \([0-9]*\),.*/\1/' | tr '\n' ' ')" "$(seq -s ' ' 0 23) "
run batch --merge parts/stylemap-batch-[1245]-of-5.jsonl
is "a shard is missing" $code 3
grep -q '"missing": 5' out && pass || fail "what is missing: $(cat out)"
bad 2 "log of another batch" batch --merge parts/stylemap-batch-1-of-5.jsonl o2/stylemap-batch.jsonl
bad 2 "no log of a batch" batch --merge rows.csv
# a row that one log calls done is done, in whichever order they are named; a head that is damaged ends it as well
sed 's/"status": "done"/"status": "failed"/' parts/stylemap-batch-1-of-5.jsonl > parts/old.jsonl
for order in "old stylemap-batch-1-of-5" "stylemap-batch-1-of-5 old"; do
  # shellcheck disable=SC2086
  run batch --merge $(printf 'parts/%s.jsonl ' $order) parts/stylemap-batch-[2345]-of-5.jsonl
  grep -q '"done": 24, "failed": 0' out && pass || fail "merged as $order: $(cat out err)"
done
sed '1s/"rows": 24/"rows": 4294967295/' parts/stylemap-batch-1-of-5.jsonl > parts/huge.jsonl
code=0
timeout 60 "$stylemap" batch --merge parts/huge.jsonl > out 2> err || code=$?
is "a damaged head" $code 3

run batch "${each[@]}" --model none-such -o o4 --quiet
is "no model" $code 1
grep -q 'none-such' o4/stylemap-batch.jsonl && pass || fail "what the log tells of a missing model"

# ------------------------------------------------------------------------------------------------ a full disk
if mkdir full && mount -t tmpfs -o size=64k tmpfs full 2> /dev/null; then
  run batch "${each[@]}" -o full --log full.jsonl
  case $code in 1 | 3) pass ;; *) fail "a full disk: $code $(cat err)" ;; esac
  grep -q "No space left" full.jsonl && pass || fail "the log does not tell of a full disk"
  for f in full/*.png; do cmp -s $f whole/${f#full/} && pass || fail "half a picture on a full disk: $f"; done
  is "nothing beside" "$(ls -A full | grep -c '^\.')" 0
  mount -o remount,size=8m full
  good batch "${each[@]}" -o full --log full.jsonl --resume
  for f in whole/*.png; do cmp -s $f full/${f#whole/} && pass || fail "$f after the disk was full"; done
  umount full
else
  echo "skipped: a full disk (no tmpfs may be mounted here)"
fi

# ------------------------------------------------------------------------------------------- killed, and gone on with
kills=${STYLEMAP_KILLS:-5}
RANDOM=${STYLEMAP_SEED:-$$}
echo "seed ${STYLEMAP_SEED:-$$}"
begin=$(date +%s%N)
good batch "${each[@]}" -o timed
span=$((($(date +%s%N) - begin) / 1000000)) # ms
for n in $(seq $kills); do
  [ $((n % 5)) != 1 ] || rm -rf killed # so that runs end at all times of their way
  "$stylemap" batch "${each[@]}" -o killed --resume > out 2> err < /dev/null &
  pid=$!
  sleep "$(printf '%d.%03d' $((span * (RANDOM % 1000) / 1000000)) $((span * (RANDOM % 1000) / 1000 % 1000)))"
  kill -9 $pid 2> /dev/null
  wait $pid 2> /dev/null
  if [ $((n % 5)) = 0 ] || [ $n = $kills ]; then
    good batch "${each[@]}" -o killed --resume
    for f in whole/*.png; do cmp -s $f killed/${f#whole/} && pass || fail "$f after kill $n (seed ${STYLEMAP_SEED:-$$})"; done
    is "names after kill $n" "$(ls -A killed | grep -v jsonl | tr '\n' ' ')" "$(ls -A whole | grep -v jsonl | tr '\n' ' ')"
    done_lines=$(count '"status": "done"' killed/stylemap-batch.jsonl)
    is "lines of rows after kill $n" "$(grep -o '"row": [0-9]*' killed/stylemap-batch.jsonl | sort -u | wc -l)" 24
    [ $done_lines = 24 ] && pass || fail "$done_lines rows were called done, of 24"
  fi
done
finish
