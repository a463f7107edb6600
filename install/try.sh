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
for you, and runs StyleMap Transplant on two sample pictures.

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
build=$build/meson

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
plugin=$(grep -v '^#' "$build/meson-logs/install-log.txt" | grep '/gimp-stylemap/gimp-stylemap$') ||
  fail "the plug-in for GIMP 2.10 was not built; see $log_dir/configure.log"
manifest=$prefix/share/stylemap/installed-files
profile=$(gimp_profile)
own=$profile/plug-ins/gimp-stylemap
if [ ! -d "$profile" ]; then
  # GIMP fills its profile only if there is none yet: it comes first, and StyleMap into what it made.
  timeout -k 5 300 env -u DISPLAY -u WAYLAND_DISPLAY gimp-console-2.10 -n -i -d -f -s -b '(gimp-quit 0)' \
    </dev/null >"$log_dir/gimp-profile.log" 2>&1 || true
fi
mkdir -p "$own"
install -m 755 "$plugin" "$own/gimp-stylemap"
# What uninstall.sh removes: files and the folders made for them, inner ones first; an earlier list's too.
list_installed() {
  {
    grep -v '^#' "$build/meson-logs/install-log.txt"
    say "$own/gimp-stylemap"
    say "$manifest"
    if [ -e "$manifest" ]; then cat "$manifest"; fi
  } | LC_ALL=C sort -ur
}
list_installed >"$log_dir/installed-files"
if [ -w "$(dirname "$manifest")" ]; then
  cp "$log_dir/installed-files" "$manifest"
else
  as_root cp "$log_dir/installed-files" "$manifest"
fi
say "The command:  $prefix/bin/stylemap"
say "The plug-in:  $own/gimp-stylemap"
case ":$PATH:" in *":$prefix/bin:"*) ;; *) say "(The command's folder is not in your PATH.)" ;; esac

step "4/5 Trying it in GIMP"
result=$build/../result
mkdir -p "$result"
result=$(cd "$result" && pwd)
rm -f "$result"/result.png "$result"/result.xcf "$result"/passed
# A profile of its own, so that an open GIMP is left in peace; only the plug-in is taken from the user's.
own_profile=$(mktemp -d)
trap 'rm -rf "$own_profile"' EXIT
mkdir -p "$own_profile"/{gimp,config,cache,data,tmp}
for folder in brushes dynamics fonts gradients palettes patterns tool-presets; do mkdir "$own_profile/gimp/$folder"; done
printf '(plug-in-path "${gimp_plug_in_dir}/plug-ins:%s")\n' "$profile/plug-ins" >"$own_profile/gimp/gimprc"
cp "$source_dir"/install/samples/*.png "$source_dir/install/try.scm" "$result"
cd "$result"
env -u DISPLAY -u WAYLAND_DISPLAY GIMP2_DIRECTORY="$own_profile/gimp" XDG_CONFIG_HOME="$own_profile/config" \
  XDG_CACHE_HOME="$own_profile/cache" XDG_DATA_HOME="$own_profile/data" TMPDIR="$own_profile/tmp" \
  timeout -k 5 300 gimp-console-2.10 -n -i -d -f -s -b '(load "try.scm")' -b '(gimp-quit 0)' \
  </dev/null >"$log_dir/gimp.log" 2>&1 || true
# GIMP 2.10 ends with 0 whatever happened: the script's last act is the file `passed`.
if ! { [ -e passed ] && [ -s result.png ] && [ -s result.xcf ]; }; then
  grep -v '^$' "$log_dir/gimp.log" | tail -15 >&2
  fail "StyleMap Transplant did not work in GIMP; the whole story is in $log_dir/gimp.log"
fi
rm -f try.scm passed

step "5/5 Done"
say "StyleMap Transplant worked. Look at the result:"
say "  $result/result.png"
say "  $result/result.xcf   (with its layers, for GIMP)"
say "Now start GIMP, open a picture, open a second one with File > Open as Layers, select a region, and choose"
say "  Filters > StyleMap > StyleMap Transplant..."
