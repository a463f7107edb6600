#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# The peak of memory that bench-network tells is its own, whatever program has started it.
# usage: peak.sh BENCH_NETWORK
peak() { "$1" --arch toon-128 --task encode --runs 1 --json | sed 's/.*"peak_rss_bytes": \([0-9]*\).*/\1/'; }
alone=$(peak "$1")
large=$(head -c 200000000 /dev/zero | tr '\0' x)
beside=$(peak "$1")
echo "started by a small program $alone bytes, by one with ${#large} bytes $beside"
[ "$alone" -gt 4000000 ] && [ "$beside" -lt $((alone + 50000000)) ]
