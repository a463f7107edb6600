#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: .ci/packages.sh FOLDER: in a bare Debian as root: installs the packages in that folder with apt, runs StyleMap
# Transplant in GIMP and the command as a user without a profile, and purges them without a trace.
set -eu
cd "$(dirname "$0")/.."
. install/common.sh
export DEBIAN_FRONTEND=noninteractive
packages=("$1"/*_*.deb)
names=()
for file in "${packages[@]}"; do
  case $file in *-dbgsym_*) continue ;; esac
  names+=("$(dpkg-deb -f "$file" Package)")
done
files=()
for name in "${names[@]}"; do files+=("$1/${name}"_*.deb); done

# apt reads them as a user of its own
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${files[@]}" >/tmp/apt.log 2>&1 || { tail -20 /tmp/apt.log && fail "apt-get install"; }
mapfile -t installed < <(dpkg -L "${names[@]}" | sort -u)
[ "${#installed[@]}" -gt 20 ] || fail "hardly a file was installed"
for file in /usr/include/stylemap.h /usr/share/man/man1/stylemap.1.gz /usr/share/metainfo/*StyleMap.metainfo.xml; do
  [ -s "$file" ] || fail "$file is not installed"
done
ldconfig -p | grep libstylemap.so.1 >/dev/null || fail "the library is not found"

useradd --create-home tester
mkdir /tmp/trial
cp install/samples/*.png install/try-*.scm install/common.sh /tmp/trial
chown -R tester /tmp/trial
as_tester() { runuser -u tester -- env -C /tmp/trial HOME=/home/tester "$@"; }
version=$(sed -n "s/^project(.*version: '\([0-9.]*\)'.*/\1/p" meson.build)
[ "$(as_tester stylemap --version)" = "stylemap $version" ] || fail "the command is another version"
as_tester stylemap transplant "" target.png reference.png --mask hair.png -o command.png --quiet
[ -s /tmp/trial/command.png ] || fail "the command wrote nothing"
as_tester stylemap evaluate --help >/dev/null || fail "stylemap-measure does not start"
as_tester stylemap-train-mpi --help >/dev/null || fail "stylemap-train-mpi does not start"
[ -z "$(command -v gegl)" ] || as_tester gegl --info stylemap:transplant | grep -q strength || fail "GEGL does not know stylemap:transplant"
gimp=2.10
! has_command gimp-console-3 || gimp=3
as_tester bash -c ". ./common.sh && gimp_batch $gimp '(load \"try-$gimp.scm\")'" >/tmp/gimp.log 2>&1 || true
[ -e /tmp/trial/passed ] && [ -s /tmp/trial/result.png ] || { tail -15 /tmp/gimp.log && fail "GIMP $gimp does not find or run the plug-in"; }

apt-get purge -y -qq "${names[@]}" >/tmp/apt.log 2>&1 || { tail -20 /tmp/apt.log && fail "apt-get purge"; }
for file in "${installed[@]}"; do
  case $file in *[Ss]tyle[Mm]ap*) [ ! -e "$file" ] || fail "purged, and $file is still there" ;; esac
done
left=$(find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /mnt -o -path "$PWD" -o -path /tmp -o -path /home \
  -o -path /var/log -o -path /var/cache \) -prune -o -iname '*stylemap*' -print)
[ -z "$left" ] || fail "purged, and this is left: $left"
say "The packages of version $version work with GIMP $gimp and go without a trace."
