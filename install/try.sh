#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Installs StyleMap for this user and tries it in a real GIMP without a window.
set -eu
. "$(dirname "$0")/common.sh"

prefix=${PREFIX:-${HOME:?HOME is not set}/.local}
build=$source_dir/build-install
usage() {
  cat <<'USAGE'
usage: install/try.sh [--prefix DIR] [--build DIR]

Installs the Debian packages that are missing (asking sudo for your password only then), builds StyleMap, installs it
for you, and runs StyleMap Transplant on two sample pictures. It takes the GIMP that your system has: 3.0 or newer, 2.10,
or both.

  --prefix DIR  where the command, the library and the models go (default: ~/.local)
  --build DIR   where it is built (default: build-install in the source folder)

The plug-in also goes into your GIMP profile, where GIMP finds it. install/uninstall.sh removes it all.
USAGE
}
while [ $# -gt 0 ]; do
  case $1 in
  --prefix) prefix=${2:?"--prefix needs a folder"} && shift 2 ;;
  --build) build=${2:?"--build needs a folder"} && shift 2 ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
  esac
done
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
case $build in /*) ;; *) build=$PWD/$build ;; esac
log_dir=$build/logs
make_build_folder "$build"
build=$build/release # where test.sh builds, too, in a folder that is given to both

step "1/5 Packages"
install_missing build_needs run_needs

step "2/5 Building (in $build)"
configure "$build" --prefix "$prefix" --buildtype release
logged build meson compile -C "$build" -j "$jobs"

step "3/5 Installing into $prefix"
mkdir -p "$prefix" 2>/dev/null || true
if [ -w "$prefix" ]; then
  logged install meson install -C "$build" --no-rebuild
else
  need_root "cannot write to $prefix, and there is no sudo; choose a folder of your own with --prefix"
  logged install as_root meson install -C "$build" --no-rebuild
fi
manifest=$prefix/share/stylemap/installed-files
own_plugins=()
for version in $(gimps); do
  # under the prefix it lies in a folder lib/gimp/2.0 or lib/gimp/3.0
  plugin=$(grep -v '^#' "$build/meson-logs/install-log.txt" | grep "/gimp/${version%.10}.0/plug-ins/gimp-stylemap/gimp-stylemap\$") ||
    fail "the plug-in for GIMP $version was not built; see $log_dir/configure.log"
  own=$(gimp_profile "$version")/plug-ins/gimp-stylemap
  # GIMP fills its profile only if there is none yet: it comes first, and StyleMap into what it made.
  [ -d "${own%/plug-ins/*}" ] || gimp_batch "$version" '#t' >"$log_dir/gimp-profile.log" 2>&1 || true
  mkdir -p "$own"
  install -m 755 "$plugin" "$own/gimp-stylemap"
  own_plugins+=("$own/gimp-stylemap")
done
# What uninstall.sh removes: files and the folders made for them, inner ones first. What only an earlier version installed
# goes now; its folders stay on the list, since they may have been there for others' files.
list_installed() {
  {
    grep -v '^#' "$build/meson-logs/install-log.txt"
    printf '%s\n' "${own_plugins[@]}" "$manifest"
    if [ -e "$manifest" ]; then while read -r file; do if [ -d "$file" ]; then say "$file"; fi; done <"$manifest"; fi
  } | LC_ALL=C sort -ur
}
list_installed >"$log_dir/installed-files"
if [ -e "$manifest" ]; then
  { grep -vxFf "$log_dir/installed-files" "$manifest" || true; } | remove_listed
fi
if [ -w "$(dirname "$manifest")" ]; then
  cp "$log_dir/installed-files" "$manifest"
else
  as_root cp "$log_dir/installed-files" "$manifest"
fi
say "The command:  $prefix/bin/stylemap"
printf 'The plug-in:  %s\n' "${own_plugins[@]}"
case ":$PATH:" in *":$prefix/bin:"*) ;; *) say "(The command's folder is not in your PATH.)" ;; esac

step "4/5 Trying it in GIMP"
# try_gimp VERSION: in a profile of its own, so that an open GIMP is left in peace; only the plug-in is the user's.
try_gimp() {
  local version=$1 folder log=$log_dir/gimp-$1.log
  result=$build/../result-gimp-$version
  mkdir -p "$result"
  result=$(cd "$result" && pwd)
  rm -f "$result"/result.png "$result"/result.xcf "$result"/passed
  # not local: the trap is run where this function has ended
  trial=$(mktemp -d)
  trap 'rm -rf "$trial"' EXIT
  mkdir -p "$trial"/{gimp,config,cache,data,tmp}
  for folder in brushes dynamics fonts gradients palettes patterns tool-presets; do mkdir "$trial/gimp/$folder"; done
  printf '(plug-in-path "${gimp_plug_in_dir}/plug-ins:%s")\n' "$(gimp_profile "$version")/plug-ins" >"$trial/gimp/gimprc"
  cp "$source_dir"/install/samples/*.png "$source_dir/install/try-$version.scm" "$result"
  cd "$result"
  GIMP2_DIRECTORY="$trial/gimp" GIMP3_DIRECTORY="$trial/gimp" XDG_CONFIG_HOME="$trial/config" XDG_CACHE_HOME="$trial/cache" \
    XDG_DATA_HOME="$trial/data" TMPDIR="$trial/tmp" gimp_batch "$version" "(load \"try-$version.scm\")" >"$log" 2>&1 || true
  # The script's last act is the file `passed`.
  if ! { [ -e passed ] && [ -s result.png ] && [ -s result.xcf ]; }; then
    grep -v '^$' "$log" | tail -15 >&2
    fail "StyleMap Transplant did not work in GIMP $version; the whole story is in $log"
  fi
  rm -f "try-$version.scm" passed
}
results=()
for version in $(gimps); do
  (try_gimp "$version")
  results+=("$(cd "$build/../result-gimp-$version" && pwd)")
done

step "5/5 Done"
say "StyleMap Transplant worked. Look at the result:"
for result in "${results[@]}"; do
  say "  $result/result.png"
  say "  $result/result.xcf   (with its layers, for GIMP)"
done
say "Now start GIMP (again, if it is open), open a picture, open a second one with File > Open as Layers, select a"
say "region, and choose"
say "  Filters > StyleMap > StyleMap Transplant..."
