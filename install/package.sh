#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Builds Debian packages of StyleMap, for the GIMP that this system has. The last lines are their paths.
set -eu
. "$(dirname "$0")/common.sh"

build=$source_dir/build-package
usage() {
  cat <<'USAGE'
usage: install/package.sh [--build DIR]

  --build DIR  where they are built, and where the packages lie then (default: build-package in the source folder)

gimp-stylemap is the plug-in, stylemap the command, stylemap-models what both need, stylemap-measure what "stylemap
evaluate" and "stylemap direction" start, stylemap-train-mpi training on several machines, stylemap-gegl
operations for GEGL; libstylemap1 and libstylemap-dev are the C library. Debian packages that are missing for this are
installed (with sudo where you are not root). Install them with:

    sudo apt install ./build-package/{gimp-stylemap,stylemap,stylemap-models}_*.deb
USAGE
}
while [ $# -gt 0 ]; do
  case $1 in
  --build) build=${2:?"--build needs a folder"} && shift 2 ;;
  --help | -h) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
  esac
done
case $build in /*) ;; *) build=$PWD/$build ;; esac
log_dir=$build/logs
make_build_folder "$build"

is_installed() { dpkg -s "$1" >/dev/null 2>&1; }
package_needs() {
  build_needs
  need build-essential is_installed build-essential
  need debhelper has_command dh
  need libopenmpi-dev has_pkg ompi-c
  need lintian has_command lintian
}

step "1/3 Packages"
install_missing package_needs

step "2/3 Building (in $build/stylemap)"
# debian/ has its place at the top, which is not the source's to fill; the tests are install/test.sh's
stage=$build/stylemap
rm -rf "$stage" "$build"/*.deb
mkdir "$stage"
for part in meson.build README.md LICENSE plug-in core models install; do cp -r "$source_dir/$part" "$stage"; done
rm -rf "$stage"/models/*/{data,node_modules}
sed -i "/^subdir('tests')/d" "$stage/meson.build"
cp -r "$stage/install/debian" "$stage/debian"
for model in "$stage"/models/{,faces/}*.safetensors; do
  grep -q "^Files: .*${model#"$stage"/}" "$stage/debian/copyright" ||
    fail "install/debian/copyright does not tell the licence of ${model#"$stage"/}"
done
cd "$stage"
DEB_BUILD_OPTIONS="parallel=$jobs ${DEB_BUILD_OPTIONS:-}" logged build dpkg-buildpackage --build=binary --no-sign

step "3/3 Checking"
logged lintian lintian --fail-on error "$build"/stylemap_*.changes
cat "$log_dir/lintian.log"
ls "$build"/*.deb
