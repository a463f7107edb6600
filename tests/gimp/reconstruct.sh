# SPDX-License-Identifier: GPL-3.0-or-later
in_profile "$COMMAND" reconstruct --quiet "" target.png -o expected.png
after_run() {
  grep -q 'There was no selection, so the whole square' log.txt || {
    echo "FAIL: nothing says that the whole square was edited"
    exit 1
  }
}
