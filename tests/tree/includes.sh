#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Dependencies point one way, each folder knows only those below it, and neither folders nor, in core, the files within one include
# each other in a circle:
#   plug-in -> stylemap.h, stylemap-measure.h -> statistics -> train, edit, face, measure -> grad, net, frame, model -> network -> kernels
#   -> base
# usage: includes.sh SOURCE_ROOT
cd "$1" || exit 1
bad=0

# edges ROOT: a line "FILE:LINE from to" for each #include of one folder of ROOT in another
edges() {
  (cd "$1" && grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*/' ./*/ --include='*.c' --include='*.h') |
    sed -E 's#^\./([^:]*)/([^/:]*):([0-9]*):[^"]*"([^"]*)/[^/"]*".*#\1/\2:\3 \1 \4#' | awk '$2 != $3'
}
# allowed ROOT < ROWS: of edges, those whose pair is in no row "from: to to ..."
not_allowed() {
  awk 'NR == FNR { from = $1; sub(/:$/, "", from); room[from] = 1; for (i = 2; i <= NF; i++) ok[from, $i] = 1; next }
       !(($2, $3) in ok) && ($2 in room) { print "against the direction: " $1 " (" $2 " -> " $3 ")" }
       !($2 in room) { print "a folder that this test does not know: " $1 " (" $2 ")" }' "$1" -
}
# files ROOT: the same for each #include within a folder; FILE.c and FILE.h are one, since the one includes the other
files() {
  (cd "$1" && grep -rnE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*/' . --include='*.c' --include='*.h') |
    sed -nE 's#^\./([^:]*/)([^/:]*)\.([ch]):([0-9]*):[^"]*"\1([^/"]*)\.h".*#\1\2.\3:\4 \1\2 \1\5#p' | awk '$2 != $3'
}
# circles: tsort's complaint about pairs "from to"; nothing where there is an order
circles() { awk '{print $2, $3}' | sort -u | tsort 2>&1 > /dev/null | sed 's/^tsort: /include each other: /'; }

rows=$(mktemp)
trap 'rm -rf "$rows" "$rows.d"' EXIT
cat > "$rows" <<'ROWS'
stylemap:
base:
kernels: base
network: base kernels
frame: base
model/file: base network
model/torch: base model/file
model: base network model/file model/torch
net: base kernels network
grad: base kernels network
measure: base
face: base network frame model model/file
edit: base kernels network net model frame grad measure
train: base network model model/file grad
statistics: base grad model model/file train
ROWS
found=$(edges core | not_allowed "$rows"; edges core | circles; files core | circles)
[ -z "$found" ] || { echo "$found"; bad=1; }
rooms=$(cd core && find . -mindepth 1 -type d | sed 's#^\./##' | tr '\n' '|')
found=$(grep -rnE "#[[:space:]]*include[[:space:]]*\"(${rooms%|})/" plug-in --include='*.c' --include='*.h')
[ -z "$found" ] || { echo "hosts include only stylemap.h of core: $found"; bad=1; }
cat > "$rows.hosts" <<'ROWS'
host:
picture: host
cli: host picture
cli/batch: host picture cli
cli/train: host picture cli
cli/measure: host picture cli cli/train
gegl: host
gimp: host
gimp-2.10: host gimp
gimp-3: host gimp
ROWS
found=$(edges plug-in | not_allowed "$rows.hosts"; edges plug-in | circles)
[ -z "$found" ] || { echo "$found"; bad=1; }
rm -f "$rows.hosts"
found=$(grep -rnE '#[[:space:]]*include[[:space:]]*<(glib|gegl|babl|libgimp|gtk)' core --include='*.c' --include='*.h')
[ -z "$found" ] || { echo "core knows no host: $found"; bad=1; }
found=$(grep -rlE 'GIMP_CHECK_VERSION' plug-in --include='*.c' --include='*.h' | grep -v '/compat\.h$')
[ -z "$found" ] || { echo "GIMP versions belong into compat.h: $found"; bad=1; }
for f in $(find core plug-in tests -name '*.c' -o -name '*.h'); do
  head -3 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || { echo "no licence line: $f"; bad=1; }
done

# The checks themselves: each must be able to fail.
mkdir -p "$rows.d/base" "$rows.d/net" "$rows.d/model"
echo '#include "net/session.h"' > "$rows.d/base/wrong.c"
echo '#include "model/bind.h"' > "$rows.d/net/a.c"
edges "$rows.d" | not_allowed "$rows" | grep -q 'base -> net' || { echo "the direction's check cannot fail"; bad=1; }
[ -z "$(edges "$rows.d" | circles)" ] || { echo "the check for circles sees one where none is"; bad=1; }
echo '#include "net/map.h"' > "$rows.d/model/b.c"
[ -n "$(edges "$rows.d" | circles)" ] || { echo "the check for circles cannot fail"; bad=1; }
echo '#include "net/plan.h"' > "$rows.d/net/session.c"
echo '#include "net/cache.h"' > "$rows.d/net/plan.h"
[ -z "$(files "$rows.d" | circles)" ] || { echo "the check for circles of files sees one where none is"; bad=1; }
echo '#include "net/session.h"' > "$rows.d/net/cache.c"
[ -n "$(files "$rows.d" | circles)" ] || { echo "the check for circles of files cannot fail"; bad=1; }
exit $bad
