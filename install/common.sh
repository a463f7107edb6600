# SPDX-License-Identifier: GPL-3.0-or-later
# What try.sh, test.sh and uninstall.sh share. Sourced by bash, after `set -eu`.
source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)

say() { printf '%s\n' "$*"; }
step() { printf '\n== %s\n' "$*"; }
fail() {
  printf 'StyleMap: %s\n' "$*" >&2
  exit 1
}

# need_root SENTENCE...: ends with it where nobody can become root.
need_root() { [ "$(id -u)" = 0 ] || command -v sudo >/dev/null || fail "$*"; }
# Runs a command as root: directly, or through sudo.
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

has_command() { command -v "$1" >/dev/null 2>&1; }
has_pkg() { has_command pkg-config && pkg-config --exists "$1"; }

# One line a need: how to see that it is met, and the Debian package that meets it.
need() {
  local package=$1
  shift
  "$@" || missing+=("$package")
}

# Newer systems keep libheif's coders in packages of their own, which nothing but this asks for.
has_heif_coder() { dpkg -s "libheif-plugin-$1" >/dev/null 2>&1 || ! apt-cache show "libheif-plugin-$1" >/dev/null 2>&1; }

build_needs() {
  local coder
  need gcc has_command cc
  need libc6-dev test -e /usr/include/stdio.h
  need pkg-config has_command pkg-config
  need meson has_command meson
  need ninja-build has_command ninja
  need libgegl-dev has_pkg gegl-0.4
  need libgexiv2-dev has_pkg gexiv2
  need libjpeg62-turbo-dev has_pkg libjpeg
  need zlib1g-dev has_pkg zlib
  need libpng-dev has_pkg libpng
  need libtiff-dev has_pkg libtiff-4
  need libwebp-dev has_pkg libwebpmux
  need libjxl-dev has_pkg libjxl
  need libheif-dev has_pkg libheif
  for coder in dav1d aomenc libde265 x265; do need libheif-plugin-$coder has_heif_coder $coder; done
  need libopenexr-dev has_pkg OpenEXR
  need libgif-dev test -e /usr/include/gif_lib.h
  need gettext has_command msgfmt
  need libgimp2.0-dev has_pkg gimpui-2.0
}

# GIMP's icons are SVG, and GIMP does without them silently.
has_svg_icons() { ls /usr/lib/*/gdk-pixbuf-2.0/*/loaders/libpixbufloader-svg.so >/dev/null 2>&1; }

run_needs() {
  need gimp has_command gimp-console-2.10
  need librsvg2-common has_svg_icons
}

# what single tests use, and are skipped without
test_needs() {
  need binutils has_command nm
  need g++ has_command c++
  need strace has_command strace
}

gui_needs() {
  need xvfb has_command Xvfb
  need xdotool has_command xdotool
  need openbox has_command openbox
  need imagemagick has_command import
}

# install_missing NEEDS...: installs what those lists of needs lack, and nothing else.
install_missing() {
  local list
  missing=()
  for list in "$@"; do "$list"; done
  if [ ${#missing[@]} = 0 ]; then
    say "Everything that is needed is installed."
    return
  fi
  has_command apt-get || fail "these Debian packages (or what your system calls them) are missing: ${missing[*]}"
  need_root "these packages are missing, and there is no sudo to install them. Run as root: apt-get install ${missing[*]}"
  say "Installing ${missing[*]}"
  if ! { as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } \
    >"$log_dir/packages.log" 2>&1; then
    tail -5 "$log_dir/packages.log" >&2
    fail "the packages could not be installed (${missing[*]}); the whole story is in $log_dir/packages.log"
  fi
  missing=()
  for list in "$@"; do "$list"; done
  [ ${#missing[@]} = 0 ] || fail "these packages were installed, but what they should bring was not found: ${missing[*]}"
}

# logged NAME COMMAND...: runs it with its output in a log, shown only if it fails.
logged() {
  local log=$log_dir/$1.log
  shift
  if ! "$@" >"$log" 2>&1; then
    tail -30 "$log" >&2
    fail "'$*' failed; the whole story is in $log"
  fi
}

# configure FOLDER OPTIONS...: a meson build folder with these options, made, changed, or (where the source was moved)
# made anew.
configure() {
  local folder=$1
  shift
  if [ -e "$folder/build.ninja" ] && meson configure "$folder" "$@" >"$log_dir/configure.log" 2>&1 &&
    ninja -C "$folder" build.ninja >"$log_dir/configure.log" 2>&1; then
    return
  fi
  rm -rf "$folder"
  logged configure meson setup "$folder" "$source_dir" "$@"
}

# A folder for the build and its logs.
make_build_folder() {
  { mkdir -p "$log_dir" && [ -w "$1" ] && [ -w "$log_dir" ]; } 2>/dev/null ||
    fail "cannot write to $1; choose another folder with --build"
}

# Where GIMP 2.10 keeps this user's profile.
gimp_profile() { say "${GIMP2_DIRECTORY:-${XDG_CONFIG_HOME:-$HOME/.config}/GIMP/2.10}"; }
