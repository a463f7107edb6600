# SPDX-License-Identifier: GPL-3.0-or-later
# Sourced by bash. named_locale FOLDER: a locale that is called after a language, in FOLDER, for LOCPATH; and its name in
# `locale`. Newer systems translate nothing in C.UTF-8, whatever LANGUAGE says.
named_locale() {
  mkdir -p "$1"
  cp -r /usr/lib/locale/C.utf8 "$1/en_US.utf8"
  locale=en_US.UTF-8
  export LOCPATH=$1
}
