#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Everything that names the release names this one; the packages are built with what try.sh builds with. usage: version.sh VERSION COMMAND SOURCE_ROOT
bad=0
same() { [ "$2" = "$1" ] || { echo "$3 says '$2', meson.build says '$1'"; bad=1; }; }
same "stylemap $1" "$("$2" --version)" "stylemap --version"
cd "$3/install" || exit 1
same "$1" "$(sed -n 's/^\.TH .*"StyleMap for GIMP \(.*\)" .*/\1/p' stylemap.1)" stylemap.1
same "$1" "$(sed -n 's/^## \([0-9.]*\).*/\1/p' NEWS.md | head -1)" NEWS.md
same "$1" "$(sed -n 's/.*<release version="\([0-9.]*\)".*/\1/p' org.gimp.GIMP.Plugin.StyleMap.metainfo.xml | head -1)" metainfo.xml
same "$1" "$(sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)" debian/changelog
for package in $(sed -n '/^build_needs/,/^}/s/^ *need \([a-z0-9]*-dev\) .*/\1/p' common.sh); do
  [ $package = libc6-dev ] || grep -q "[ ,]$package" debian/control ||
    { echo "debian/control lacks $package, which common.sh builds with"; bad=1; }
done
exit $bad
