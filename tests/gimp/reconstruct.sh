# SPDX-License-Identifier: GPL-3.0-or-later
in_profile "$COMMAND" reconstruct --quiet "" target.png -o expected.png
in_profile "$COMMAND" reconstruct --quiet "" target.png --refine 4 -o expected-refined.png
in_profile "$COMMAND" reconstruct --quiet "" target.png --detail 100 -o expected-detailed.png
after_run() {
  grep -Eq '^Refined: MSE 0\.[0-9]+ → 0\.[0-9]+$' log.txt || {
    echo "FAIL: nothing says what refining gained"
    exit 1
  }
  grep -q 'There was no selection, so the whole square' log.txt || {
    echo "FAIL: nothing says that the whole square was edited"
    exit 1
  }
}
