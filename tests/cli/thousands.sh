#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Ten thousand pictures, of which a hundred are broken in all kinds of ways, in two shards that work beside each other; one is killed
# and gone on with: every picture is done or named. STYLEMAP_PICTURES: how many (10000).
# usage: thousands.sh COMMAND TOOL SOURCE_ROOT
. "$(dirname "$0")/lib.sh"
model=$golden/tiny_LayerNorm_sp4_full.zip.pt
pictures=${STYLEMAP_PICTURES:-10000}
bad=$((pictures / 100)) distinct=50
is() { # WHAT VALUE EXPECTED
  [ "$2" = "$3" ] && pass || fail "$1: $2, not $3"
}
mkdir many kinds whole
check reference "$tool" paint 40 33 "R'G'B' u8" 1 b.png
check mask "$tool" ellipse 40 33 20 16 8 6 m.png
check kinds broken kinds
for i in $(seq $distinct); do check target "$tool" paint 40 33 "R'G'B' u8" $((100 + i)) whole/$i.png; done
files=(kinds/x*)
for i in $(seq "$bad"); do # each kind some times
  f=${files[$((i % ${#files[@]}))]}
  cp -a "$f" "many/x$i-${f#kinds/}"
done
for i in $(seq $((pictures - bad))); do ln whole/$((i % distinct + 1)).png many/p$i.png; done
is "pictures" "$(ls many | wc -l)" "$pictures"

each=(--each many --reference b.png --mask m.png --model "$model" --quiet -o done --resume --jobs 1)
"$stylemap" batch "${each[@]}" --shard 1/2 > one.out 2> one.err < /dev/null &
lost=$!
"$stylemap" batch "${each[@]}" --shard 2/2 > two.out 2> two.err < /dev/null &
other=$!
while kill -0 $lost 2> /dev/null && [ "$(find done -name 'p*.png' 2> /dev/null | wc -l)" -lt $((pictures / 4)) ]; do sleep 0.1; done
check "it is killed on its way" kill -9 $lost
wait $lost 2> /dev/null
code=0
wait $other || code=$?
is "the other's status" $code 3
run batch --merge done/stylemap-batch-*.jsonl
[ "$(sed -n 's/.*"missing": \([0-9]*\).*/\1/p' out)" -gt 0 ] && pass || fail "nothing was lost: $(cat out)"
run batch "${each[@]}" --shard 1/2
is "the status when it was gone on with" $code 3
run batch --merge done/stylemap-batch-*.jsonl --log all.jsonl
is "merged" "$code $(grep -o '"rows.*"missing": [0-9]*' out)" "3 \"rows\": $pictures, \"done\": $((pictures - bad)), \"failed\": $bad, \"missing\": 0"
is "results" "$(find done -name '*.png' | wc -l)" $((pictures - bad))
is "nothing beside" "$(find done -name '.*' -type f | wc -l)" 0
is "named" "$(grep '"status": "failed"' all.jsonl | grep -c '"target": "many/x')" "$bad"
is "sentences" "$(grep -c '"error": ".*\."[,}]' all.jsonl)" "$bad"
for i in $(seq $distinct); do # pictures that were one are one
  is "results of one picture" "$(for n in $(seq $((i - 1)) $distinct $((pictures - bad))); do [ $n = 0 ] || md5sum < done/p$n.png; done | sort -u | wc -l)" 1
done
finish
