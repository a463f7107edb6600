#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: .ci/trixie-root.sh COMMAND...: runs it as root in a Debian 13 of its own, in a copy of this source tree.
# The system lies in $STYLEMAP_ROOT (default /var/tmp/stylemap-trixie), is made from this machine's own package source
# where it is not there (about a minute), and keeps the packages that commands install; so does the copy of the tree
# keep what is built in its build* folders. Ends with 97 where no such system can be had.
set -eu
cd "$(dirname "$0")/.."
root=${STYLEMAP_ROOT:-/var/tmp/stylemap-trixie}
release=trixie

no_root() {
  printf 'No Debian 13 to test in: %s\n' "$*" >&2
  exit 97
}
[ "$(id -u)" = 0 ] || no_root "only root can make and enter one"
command -v unshare >/dev/null && unshare --mount true 2>/dev/null || no_root "this machine allows no mounts of its own"

# source_of LABEL: where this machine has its Debian packages from
source_of() {
  apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' | sed -n "s/^$1|//p" | head -1
}

make_root() {
  local mirror security
  apt-get update -qq
  mirror=$(source_of Debian)
  security=$(source_of Debian-Security)
  [ -n "$mirror" ] || no_root "apt knows no source of Debian packages"
  command -v debootstrap >/dev/null ||
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap
  rm -rf --one-file-system "$root.new"
  debootstrap --variant=minbase "$release" "$root.new" "$mirror"
  {
    printf 'deb %s %s main\n' "$mirror" "$release" "$mirror" "$release-updates"
    [ -z "$security" ] || printf 'deb %s %s-security main\n' "$security" "$release"
  } >"$root.new/etc/apt/sources.list"
  cp -r /etc/apt/apt.conf.d/. "$root.new/etc/apt/apt.conf.d/"
  rm -rf --one-file-system "$root"
  mv "$root.new" "$root"
}

mkdir -p "$(dirname "$root")"
exec 9>"$root.lock"
flock 9
if [ ! -x "$root/usr/bin/apt-get" ] || [ ! -s "$root/etc/apt/sources.list" ]; then
  echo "Making a Debian 13 in $root"
  make_root >"$root.log" 2>&1 || { tail -20 "$root.log" >&2 && no_root "see $root.log"; }
fi
cp -L /etc/resolv.conf "$root/etc/resolv.conf"

# the tree as git has it or would take it, over the one of last time
tree=$root/root/stylemap
mkdir -p "$tree"
find "$tree" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf --one-file-system {} +
git -c safe.directory='*' ls-files -z --cached --others --exclude-standard | tar --null -T - --ignore-failed-read -cf - |
  tar -xf - -C "$tree"

# The mounts are this process's own and go with it; so does the lock.
exec unshare --mount --propagation private bash -c '
  root=$1 && shift
  mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys" || exit 97
  exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LC_ALL=C.UTF-8 ${CI:+CI="$CI"} bash -c "cd /root/stylemap && exec \"\$@\"" bash "$@"' bash "$root" "$@"
