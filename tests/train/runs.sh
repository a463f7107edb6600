# SPDX-License-Identifier: GPL-3.0-or-later
# Read by scripts whose first arguments are STYLEMAP MODEL: goes into a new folder, which is gone at the end, and has
# the words that they are written with. What a run says is in said.txt.
stylemap=$(realpath "$1") model=$(realpath "$2")
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
export LC_ALL=C.UTF-8
failed=0
fail() { echo "failed: $*"; failed=1; }
said() { grep -q -e "$1" said.txt || fail "$2: $(cat said.txt)"; } # said TEXT WHAT
small="--size 16 --base 32 --cap 4 --stylemap-side 4 --stylemap-channels 4 --mapping-layers 1 --batch 2 --warm-up 99"
