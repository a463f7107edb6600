# SPDX-License-Identifier: GPL-3.0-or-later
mkdir -p config/stylemap
after_run() {
  local kinds=http://cv.iptc.org/newscodes/digitalsourcetype sum file
  sum=$("$COMMAND" info "$SOURCE/models/toon-portraits-128.safetensors" | sed -n 's/^weights_sha256 *//p')
  for file in part.png again.png; do
    grep -aqF "$kinds/compositeWithTrainedAlgorithmicMedia" $file || { echo "FAIL: $file does not say what drew into it" && exit 1; }
    grep -aqF "toon-portraits-128 (SHA-256 $sum)" $file || { echo "FAIL: $file does not say which model" && exit 1; }
  done
  grep -aqF "$kinds/trainedAlgorithmicMedia" whole.png || { echo "FAIL: whole.png does not say what drew it" && exit 1; }
  for file in before.png silent.png; do
    [ -s $file ] || { echo "FAIL: there is no $file" && exit 1; }
    if grep -aqE 'DigitalSourceType|AISystem' $file; then echo "FAIL: $file says that a model drew it" && exit 1; fi
  done
}
