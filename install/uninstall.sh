#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Removes what install/try.sh installed. Debian packages and models that you added stay.
set -eu
. "$(dirname "$0")/common.sh"

prefix=${PREFIX:-${HOME:?HOME is not set}/.local}
usage() {
  cat <<'USAGE'
usage: install/uninstall.sh [--prefix DIR]

Removes what install/try.sh installed, and the plug-in's remembered settings in your GIMP profile.
  --prefix DIR  the one given to try.sh (default: ~/.local)
USAGE
}
while [ $# -gt 0 ]; do
  case $1 in
  --prefix) prefix=${2:?"--prefix needs a folder"} && shift 2 ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
  esac
done
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac

manifest=$prefix/share/stylemap/installed-files
profile=$(gimp_profile)
removed=0

# Deletes a file, then the folders above it that are ours and have become empty.
remove() {
  local file=$1 folder
  [ -e "$file" ] || [ -L "$file" ] || return 0
  folder=$(dirname "$file")
  if [ -w "$folder" ]; then rm -f "$file"; else as_root rm -f "$file"; fi
  removed=$((removed + 1))
  say "removed $file"
  while case $folder in */gimp-stylemap | */stylemap | */stylemap/*) true ;; *) false ;; esac; do
    if [ -w "$(dirname "$folder")" ]; then rmdir "$folder" 2>/dev/null || break; else
      as_root rmdir "$folder" 2>/dev/null || break
    fi
    folder=$(dirname "$folder")
  done
}

if [ -e "$manifest" ]; then
  while IFS= read -r file; do
    [ "$file" = "$manifest" ] || remove "$file"
  done < <(cat "$manifest")
  remove "$manifest"
else
  say "No list of installed files in $manifest; if you gave try.sh a --prefix, give the same one here."
fi
remove "$profile/plug-ins/gimp-stylemap/gimp-stylemap"
remove "$profile/stylemap-last-values"

for folder in "$prefix/share/stylemap/models" "${XDG_DATA_HOME:-$HOME/.local/share}/stylemap/models"; do
  if [ -d "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
    say "Kept, because you put them there: the models in $folder"
    [ "$folder" = "${XDG_DATA_HOME:-$HOME/.local/share}/stylemap/models" ] || continue
    break
  fi
done
if [ "$removed" = 0 ]; then say "Nothing was installed."; else say "StyleMap is removed ($removed files)."; fi
