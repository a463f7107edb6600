# SPDX-License-Identifier: GPL-3.0-or-later
# A script that fails ends GIMP 3 with 70.
after_run() {
  local status=0
  gimp_batch '(plug-in-stylemap-transplant #:image 999)' >failing.txt 2>&1 || status=$?
  [ "$status" = 70 ] || { echo "FAIL: a script that fails ended with $status"; exit 1; }
}
