# SPDX-License-Identifier: GPL-3.0-or-later
# Layers that draw themselves from a file or a path, which GIMP has since 3.2.
version=$(gimp-console-3 --version | grep -Eo '[0-9]+\.[0-9]+' | head -1)
if [ "${version#3.}" -lt 2 ]; then
  echo "Skipped: link and vector layers, which GIMP $version does not have."
  exit 77
fi
