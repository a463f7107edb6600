#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# usage: .ci/root.sh [--fresh] [--mount FOLDER] RELEASE COMMAND...
# Runs the command as root in a Debian of its own (trixie, bookworm, ...), in a copy of this source tree. The system lies in
# /var/tmp/stylemap-RELEASE, is made from this machine's own package source where it is not there (about a minute), and
# keeps the packages that commands install; so does the copy of the tree keep what is built in its build* folders.
# With --fresh: in a bare system that goes when the command has ended. With --mount: what is in FOLDER lies in /mnt there.
# STYLEMAP_ROOTS is another place than /var/tmp. Ends with 97 where no such system can be had.
set -eu
cd "$(dirname "$0")/.."
fresh=
mount=
if [ "$1" = --fresh ]; then fresh=yes && shift; fi
if [ "$1" = --mount ]; then mount=$(cd "$2" && pwd) && shift 2; fi
release=$1
shift
base=${STYLEMAP_ROOTS:-/var/tmp}/stylemap-$release

no_root() {
  printf 'No Debian (%s) to test in: %s\n' "$release" "$*" >&2
  exit 97
}
[ "$(id -u)" = 0 ] || no_root "only root can make and enter one"
command -v unshare >/dev/null && unshare --mount true 2>/dev/null || no_root "this machine allows no mounts of its own"

# source_of LABEL: where this machine has its Debian packages from
source_of() {
  apt-get indextargets --format '$(LABEL)|$(REPO_URI)' 'Created-By: Packages' | sed -n "s/^$1|//p" | head -1
}

# make_bare FOLDER
make_bare() {
  local mirror security file
  apt-get update -qq
  mirror=$(source_of Debian)
  security=$(source_of Debian-Security)
  [ -n "$mirror" ] || no_root "apt knows no source of Debian packages"
  command -v debootstrap >/dev/null ||
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap
  rm -rf --one-file-system "$1.new"
  debootstrap --variant=minbase "$release" "$1.new" "$mirror"
  {
    printf 'deb %s %s main\n' "$mirror" "$release"
    # sid is always up to date
    [ "$release" = sid ] || printf 'deb %s %s main\n' "$mirror" "$release-updates"
    [ "$release" = sid ] || [ -z "$security" ] || printf 'deb %s %s-security main\n' "$security" "$release"
  } >"$1.new/etc/apt/sources.list"
  # what was set here, not what packages brought: those that the other system installs bring theirs, and ask about others
  for file in /etc/apt/apt.conf.d/*; do
    dpkg -S "$file" >/dev/null 2>&1 || cp "$file" "$1.new/etc/apt/apt.conf.d/"
  done
  rm -rf --one-file-system "$1"
  mv "$1.new" "$1"
}
is_root() { [ -x "$1/usr/bin/apt-get" ] && [ -s "$1/etc/apt/sources.list" ]; }

mkdir -p "$(dirname "$base")"
exec 9>"$base.lock"
flock 9
bare=$base-bare
if ! is_root "$bare" && { [ -n "$fresh" ] || ! is_root "$base"; }; then
  echo "Making a Debian ($release) in $bare"
  make_bare "$bare" >"$base.log" 2>&1 || { tail -20 "$base.log" >&2 && no_root "see $base.log"; }
fi
root=$base
if [ -n "$fresh" ]; then
  root=$(mktemp -d "$base-fresh-XXXXXX")
  trap 'rm -rf --one-file-system "$root"' EXIT
fi
is_root "$root" || cp -a "$bare/." "$root"
cp -L /etc/resolv.conf "$root/etc/resolv.conf"

# the tree as git has it or would take it, over the one of last time
tree=$root/root/stylemap
mkdir -p "$tree"
find "$tree" -mindepth 1 -maxdepth 1 ! -name 'build*' -exec rm -rf --one-file-system {} +
if [ -e .git ]; then
  git -c safe.directory='*' ls-files -z --cached --others --exclude-standard |
    tar --null -T - --ignore-failed-read -cf - | tar -xf - -C "$tree"
else # in a copy of it
  tar --exclude='./build*' -cf - . | tar -xf - -C "$tree"
fi

# The mounts are that process's own and go with it; so does the lock.
unshare --mount --propagation private bash -c '
  root=$1 mount=$2 && shift 2
  mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" && mount --rbind /sys "$root/sys" || exit 97
  [ -z "$mount" ] || mount --bind "$mount" "$root/mnt" || exit 97
  exec chroot "$root" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    LC_ALL=C.UTF-8 ${CI:+CI="$CI"} bash -c "cd /root/stylemap && exec \"\$@\"" bash "$@"' bash "$root" "$mount" "$@"
