#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The shared library exports exactly the functions of the public header. usage: exports.sh LIBRARY HEADER...
library=$1
shift
made=$(nm -D --defined-only "$library" | awk '$2 ~ /[A-Z]/ {print $3}' | sort)
said=$(cat "$@" | tr '\n' ' ' | grep -oE 'STYLEMAP_API [^;]*' | sed -E 's/\(.*//; s/.*[ *]([a-z_0-9]+)$/\1/' | grep '^stylemap_' | sort)
[ -n "$said" ] && [ "$made" = "$said" ] && exit 0
echo "exported against declared:"
echo "$made" > "${TMPDIR:-/tmp}/made.$$"; echo "$said" > "${TMPDIR:-/tmp}/said.$$"
diff "${TMPDIR:-/tmp}/made.$$" "${TMPDIR:-/tmp}/said.$$"
rm -f "${TMPDIR:-/tmp}/made.$$" "${TMPDIR:-/tmp}/said.$$"
exit 1
