#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Dependencies point one way: plug-in -> stylemap.h -> transplant -> frame, net, model, train -> kernels -> base.
# usage: includes.sh SOURCE_ROOT
cd "$1" || exit 1
bad=0
# refuse FOLDER FORBIDDEN: no file of FOLDER includes a path that matches FORBIDDEN
refuse() {
  [ -d "$1" ] || return
  found=$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*\"$2" "$1" --include='*.c' --include='*.h')
  [ -z "$found" ] || { echo "against the direction:"; echo "$found"; bad=1; }
}
refuse core/base '(kernels|net|model|frame|train)/'
refuse core/kernels '(net|model|frame|train)/'
refuse core/frame '(kernels|net|model|train)/'
refuse core/net '(frame|train)/'
refuse core/model '(kernels|frame|train)/'
refuse plug-in '(base|kernels|net|model|frame|train)/'
found=$(grep -rnE '#[[:space:]]*include[[:space:]]*<(glib|gegl|babl|libgimp|gtk)' core --include='*.c' --include='*.h')
[ -z "$found" ] || { echo "core knows no host:"; echo "$found"; bad=1; }
found=$(grep -rlE 'GIMP_CHECK_VERSION' plug-in --include='*.c' --include='*.h' | grep -v '/compat\.h$')
[ -z "$found" ] || { echo "GIMP versions belong into compat.h: $found"; bad=1; }
for f in $(find core plug-in tests -name '*.c' -o -name '*.h'); do
  head -3 "$f" | grep -q 'SPDX-License-Identifier: GPL-3.0-or-later' || { echo "no licence line: $f"; bad=1; }
done
# The check itself: it must be able to fail.
mkdir -p "${TMPDIR:-/tmp}/includes.$$/core/base"
echo '#include "net/session.h"' > "${TMPDIR:-/tmp}/includes.$$/core/base/wrong.c"
(cd "${TMPDIR:-/tmp}/includes.$$" && bad=0 && refuse core/base '(kernels|net)/' >/dev/null && [ $bad = 1 ]) ||
  { echo "this test cannot fail"; bad=1; }
rm -rf "${TMPDIR:-/tmp}/includes.$$"
exit $bad
