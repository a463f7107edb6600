#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# stylemap train: which files it trains on, and what it says when they are others than before.
# usage: data.sh STYLEMAP MODEL
mask=$(realpath "$(dirname "$0")/../gimp/mask.png")
other_mask=$(realpath "$(dirname "$0")/../../models/toon-portraits/focus.png")
. "$(dirname "$0")/runs.sh"
# train RUN_DIR DATA OPTION...: one iteration, what it says in said.txt
train() {
  run=$1 data=$2
  shift 2
  # shellcheck disable=SC2086
  timeout -s KILL 60 "$stylemap" train "$data" -o "$run" $small --iterations 1 "$@" 2> said.txt
}
again() {
  run=$1 data=$2 count=$3
  shift 3
  "$stylemap" train "$data" -o "$run" --resume --iterations "$count" "$@" 2> said.txt
}
counted() { said " $1 pictures to train on, $2 held out" "$3"; }
refused() { # refused TEXT ARGUMENT...: wrong usage, and no folder is made
  text=$1
  shift
  train never "$@"
  [ $? = 2 ] && grep -q -e "$text" said.txt || fail "$*: $(cat said.txt)"
}

mkdir all data || exit 1
"$stylemap" sample "$model" --count 8 -o all/p%d.png --quiet || fail "sample"
cp all/p[1-4].png data

# held out, in the data's folder
mkdir data/held
cp all/p[56].png data/held
train inside data --held-out data/held || fail "held out inside: $(cat said.txt)"
counted 4 2 "held out inside"
# the same files under other names: a link, a hard link; and the data's folder in that of the pictures held out
mkdir links
ln -s ../data/p1.png links/a.png
ln data/p2.png links/b.png
train linked data --held-out links || fail "held out by links: $(cat said.txt)"
counted 4 2 "held out by links" # p3, p4 and held/
mkdir around
mv data around/data
train within around/data --held-out around && fail "the data's own pictures were held out"
grep -q 'There are no pictures in .*around' said.txt || fail "data in the folder held out: $(cat said.txt)"
cp all/p7.png around
train within around/data --held-out around || fail "data inside: $(cat said.txt)"
counted 6 1 "data inside of what is held out"
mv around/data .
rm -r data/held

# links that lead back, twice: every picture once; to elsewhere: once too
ln -s . data/again
ln -s .. data/up
ln -s p1.png data/p0.png
mkfifo data/fifo.png
ln -s nothing data/dangling.png
train loop data || fail "loops: $(cat said.txt)"
[ "$(grep -c 'p3.png$' loop/pictures.txt)" = 2 ] && grep -q 'up/all/p3.png$' loop/pictures.txt || # all/ and data/
  fail "loops: $(cat loop/pictures.txt)"
rm data/up
train loops data || fail "a loop: $(cat said.txt)"
counted 4 0 "links to the folder itself"
said dangling.png "a link to nothing"
grep -q ' p0.png$' loops/pictures.txt && fail "a link's name: $(cat loops/pictures.txt)"
rm data/again data/p0.png data/fifo.png data/dangling.png

# hidden ones, and the folders of runs: this one, another
mkdir data/.trash data/nested
cp all/p5.png data/.trash
cp all/p6.png data/.p6.png
cp all/p7.png data/nested
train data/nested/run data && again data/nested/run data 2 || fail "a run in its data: $(cat said.txt)"
counted 5 0 "a run in its data: its own sheets"
grep -q 'Left out' said.txt && fail "this run is called another: $(cat said.txt)"
train beside data || fail "another run in the data: $(cat said.txt)"
counted 5 0 "another run in the data"
said 'Left out: .*data/nested/run' "another run in the data"
rm -r data/nested data/.trash data/.p6.png

# what is not there, or makes no sense
refused 'There is no folder .*nothing' nothing
refused 'p1.png is no folder' data/p1.png
refused 'is DATA_DIR itself' data --held-out data/.
refused 'There is no folder .*nothing' data --held-out nothing
mkdir empty
refused 'There are no pictures in .*empty' empty
# files of which none is read: no wrong usage, since a failing disk says the same; and the first one is named
mkdir broken && head -c 100 all/p1.png > broken/1.png && head -c 90 all/p2.png > broken/2.png
train never broken
[ $? = 1 ] && grep -q 'No picture can be read; the first: .*broken/1.png' said.txt || fail "broken: $(cat said.txt)"
run=data
train data data && fail "a run between its pictures"
said 'cannot be that of the pictures' "a run between its pictures"
[ "$(ls data)" = "$(ls all | head -n 4)" ] || fail "left between the pictures: $(ls data)"

# going on: the same pictures are not read again, wherever they lie
train go data || fail "go: $(cat said.txt)"
cp go/pictures.cache first.cache
was=$(stat -c %i go/pictures.cache)
again go data 2 && [ "$(stat -c %i go/pictures.cache)" = "$was" ] || fail "read again without need: $(cat said.txt)"
cp -a data moved
again go moved 3 && [ "$(stat -c %i go/pictures.cache)" = "$was" ] || fail "a moved folder is read again: $(cat said.txt)"
said 'DATA_DIR is now .*/moved; it was .*/data' "another folder"
again go data 4
# others are, and it is said
mkdir other
cp all/p[78].png other
again go other 5 || fail "another folder: $(cat said.txt)"
said '2 files are new, 4 gone and 0 changed' "another folder"
counted 2 0 "another folder"
train fresh other && cmp go/pictures.cache fresh/pictures.cache || fail "not the other folder's pictures"
cp all/p1.png other/p7.png
again go other 6 && said '0 files are new, 0 gone and 1 changed' "a picture replaced"
cmp -s go/pictures.cache fresh/pictures.cache && fail "a replaced picture is the old one"
again go data 7 && cmp go/pictures.cache first.cache || fail "back to the first pictures: $(cat said.txt)"
# what a run has read is enough where the folder is gone; another folder that is not there is a mistake
mv data away
again go data 8 || fail "the folder is gone: $(cat said.txt)"
said 'goes on with the pictures that it had read' "the folder is gone"
again go datta 9 && fail "a folder that is not there"
said 'There is no folder .*datta' "a folder that is not there"
mv away data
# a cache that does not say what it is of: of an older version, or interrupted while it was made
cp fresh/pictures.cache go
rm go/pictures.txt
again go data 9 && cmp go/pictures.cache first.cache || fail "a cache of unknown pictures was taken"
# the same for what is held out, which stays where it is not named, and goes by an empty name
again go data 10 --held-out other || fail "held out from now on: $(cat said.txt)"
counted 4 2 "held out from now on"
again go data 11 && counted 4 2 "held out is forgotten"
again go data 12 --held-out "" && counted 4 0 "nothing held out any more"
said '--held-out is no more' "nothing held out any more"
again go data 13 && counted 4 0 "nothing held out any more"

# pairs, a second source of what --heal teaches: read once, kept where they are in the data, in place of pictures
mkdir -p data/pairs/collage data/pairs/mask data/pairs/truth
for i in 5 6; do
  cp all/p$i.png data/pairs/truth/$i.png
  cp all/p$((i + 2)).png data/pairs/collage/$i.png
  cp "$mask" data/pairs/mask/$i.png
done
cp all/p7.png data/pairs/truth/lone.png
train paired data --heal=1 --pairs data/pairs || fail "pairs: $(cat said.txt)"
counted 4 0 "pairs in the data's folder"
said ' 2 pairs to heal' "pairs"
said 'Skipped: .*collage/lone.png' "a truth alone"
again paired data 4 || fail "pairs again: $(cat said.txt)"
grep -q 'Skipped' said.txt && fail "pairs are read again without need: $(cat said.txt)"
timeout -s KILL 60 "$stylemap" train data -o pairs-whole $small --iterations 4 --heal=1 --pairs data/pairs 2> said.txt
cmp paired/state-00000004.safetensors pairs-whole/state-00000004.safetensors || fail "going on with pairs is not exact"
mv data/pairs pairs # or they would be pictures to the run without
"$stylemap" train data -o healed $small --iterations 4 --heal=1 2> said.txt && counted 4 0 "without pairs" &&
  again healed data 4 --export healed.safetensors && again paired data 4 --export paired.safetensors ||
  fail "pairs or none: $(cat said.txt)"
mv pairs data/pairs
cmp -s paired.safetensors healed.safetensors && fail "the pairs do nothing"
cp "$other_mask" data/pairs/mask/5.png
again paired data 5 && said '0 files are new, 0 gone and 1 changed' "another mask"
counted 4 0 "going on with pairs"
again paired data 6 --pairs "" && said '--pairs is no more' "no pairs any more"
refused '--pairs needs --heal' data --pairs data/pairs
refused 'There is no folder .*nothing' data --heal=1 --pairs nothing
train none data --heal=1 --pairs empty && fail "a folder without pairs"
said 'There are no pairs in .*empty' "a folder without pairs"
rm -r data/pairs

# pictures that are gone while it trains end the run with a sentence
# shellcheck disable=SC2086
timeout -s KILL 120 "$stylemap" train data -o cut $small --iterations 1000000 2> said.txt &
run=$!
for _ in $(seq 600); do [ -s cut/log.csv ] && break; sleep 0.1; done
truncate -s 100 cut/pictures.cache || fail "no pictures: $(cat said.txt)"
wait $run
[ $? = 1 ] || fail "pictures cut off: $(cat said.txt)"
said 'pictures cannot be read any more' "pictures cut off"
exit $failed
