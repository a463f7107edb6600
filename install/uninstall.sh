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
# every profile there is: the GIMP it was installed for may be another now
profiles=("${XDG_CONFIG_HOME:-$HOME/.config}"/GIMP/*)
profiles+=(${GIMP2_DIRECTORY:+"$GIMP2_DIRECTORY"} ${GIMP3_DIRECTORY:+"$GIMP3_DIRECTORY"})

if [ -e "$manifest" ]; then
  [ -w "$manifest" ] || need_root "cannot write to $prefix, and there is no sudo; run this as root"
  remove_listed <"$manifest"
else
  say "No list of installed files in $manifest; if you gave try.sh a --prefix, give the same one here."
fi
for profile in "${profiles[@]}"; do
  remove "$profile/plug-ins/gimp-stylemap/gimp-stylemap"
  remove "$profile/stylemap-last-values"
  for file in "$profile"/plug-in-settings/GimpProcedureConfigRun-plug-in-stylemap-*; do remove "$file"; done
  remove_folder "$profile/plug-ins/gimp-stylemap"
done
cache=${XDG_CACHE_HOME:-$HOME/.cache}/stylemap
rm -f "$cache/babl/babl-fishes"
for folder in "$cache/babl" "$cache/gegl-0.4/swap" "$cache/gegl-0.4" "$cache"; do remove_folder "$folder"; done
for folder in "$prefix/share/stylemap/models" "$prefix/share/stylemap"; do
  remove_folder "$folder"
done

for folder in "$prefix/share/stylemap/models" "${XDG_DATA_HOME:-$HOME/.local/share}/stylemap/models"; do
  if [ -d "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
    say "Kept, because you put them there: the models in $folder"
    [ "$folder" = "${XDG_DATA_HOME:-$HOME/.local/share}/stylemap/models" ] || continue
    break
  fi
done
if [ "$removed" = 0 ]; then say "Nothing was installed."; else say "StyleMap is removed ($removed files). An open GIMP must be restarted."; fi
