#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The rows of a manifest over N processes by GNU parallel; with machines that share the folders: -S host1,host2 --wd .
#   parallel.sh rows.csv done 4
set -u
seq "$3" | parallel --halt never stylemap batch "$1" -o "$2" --resume --quiet --jobs 1 --threads 1 --shard "{}/$3"
stylemap batch --merge "$2"/stylemap-batch-*-of-"$3".jsonl --log "$2/all.jsonl"
