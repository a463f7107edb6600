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

# can_be_had PACKAGE: apt is asked once for all, since each call of it may read its lists anew, for seconds.
known_packages=
can_be_had() {
  [ -n "$known_packages" ] || known_packages=$(apt-cache pkgnames 2>/dev/null) || true
  [[ $'\n'$known_packages$'\n' == *$'\n'"$1"$'\n'* ]]
}

# One line a need: the Debian packages that meet it ("A|B": the first that can be had), and how to see that it is met.
need() {
  local packages=$1
  shift
  "$@" || missing+=("$packages")
}

# Which GIMP a plug-in can be built for and tried in: what is there decides, not the system's name.
has_gimp() {
  case $1 in
  3) has_pkg gimpui-3.0 && has_command gimp-console-3 ;;
  2.10) has_pkg gimpui-2.0 && has_command gimp-console-2.10 ;;
  esac
}
gimps() {
  local version
  for version in 3 2.10; do ! has_gimp $version || say $version; done
}
has_any_gimp() { [ -n "$(gimps)" ]; }

# Newer systems keep libheif's coders in packages of their own, which nothing but this asks for.
has_heif_coder() { dpkg -s "libheif-plugin-$1" >/dev/null 2>&1 || ! can_be_had "libheif-plugin-$1"; }

has_gexiv2() { has_pkg gexiv2 || has_pkg gexiv2-0.16; }

build_needs() {
  local coder
  need gcc has_command cc
  need libc6-dev test -e /usr/include/stdio.h
  need pkg-config has_command pkg-config
  need meson has_command meson
  need ninja-build has_command ninja
  need libgegl-dev has_pkg gegl-0.4
  need libjson-glib-dev has_pkg json-glib-1.0
  need libgexiv2-dev has_gexiv2
  need liblcms2-dev has_pkg lcms2
  need libjpeg-dev has_pkg libjpeg
  need zlib1g-dev has_pkg zlib
  need libpng-dev has_pkg libpng
  need libtiff-dev has_pkg libtiff-4
  need libwebp-dev has_pkg libwebpmux
  need libjxl-dev has_pkg libjxl
  need libheif-dev has_pkg libheif
  for coder in dav1d aomenc libde265 x265; do need libheif-plugin-$coder has_heif_coder $coder; done
  need libopenexr-dev has_pkg OpenEXR
  need libgif-dev test -e /usr/include/gif_lib.h
  need libopenblas-dev has_pkg openblas
  need gettext has_command msgfmt
  need 'libgimp-3.0-dev|libgimp2.0-dev' has_any_gimp
}

# GIMP's icons are SVG, and GIMP does without them silently.
has_svg_icons() { ls /usr/lib/*/gdk-pixbuf-2.0/*/loaders/libpixbufloader[-_]svg.so >/dev/null 2>&1; }

run_needs() {
  need gimp has_any_gimp
  need librsvg2-common has_svg_icons
}

has_gnu_parallel() { parallel --version 2>/dev/null | grep -q '^GNU parallel'; } # moreutils has another one

# what single tests use, and are skipped without
test_needs() {
  need binutils has_command nm
  need g++ has_command c++
  need strace has_command strace
  need appstream has_command appstreamcli
  need make has_command make
  need parallel has_gnu_parallel
}

gui_needs() {
  need xvfb has_command Xvfb
  need xdotool has_command xdotool
  need openbox has_command openbox
  need imagemagick has_command import
}

# Sets `missing` to what the lists of needs lack, each as one package that can be had.
find_missing() {
  local list packages package
  local -a wanted
  missing=()
  for list in "$@"; do "$list"; done
  wanted=("${missing[@]}")
  missing=()
  for packages in "${wanted[@]}"; do
    for package in ${packages//|/ }; do
      if can_be_had "$package"; then break; fi
    done
    missing+=("$package")
  done
}

# install_missing NEEDS...: installs what those lists of needs lack, and nothing else.
install_missing() {
  find_missing "$@"
  if [ ${#missing[@]} = 0 ]; then
    say "Everything that is needed is installed."
    return
  fi
  has_command apt-get || fail "these Debian packages (or what your system calls them) are missing: ${missing[*]}"
  need_root "these packages are missing, and there is no sudo to install them. Run as root: apt-get install ${missing[*]}"
  # a fresh system knows no packages before this, and so not which of several can be had
  as_root apt-get update -qq >"$log_dir/packages.log" 2>&1 || true
  known_packages=
  find_missing "$@"
  say "Installing ${missing[*]}"
  # settings that lie there already stay, and nobody is asked about them
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o Dpkg::Options::=--force-confold "${missing[@]}" >>"$log_dir/packages.log" 2>&1 </dev/null; then
    tail -5 "$log_dir/packages.log" >&2
    fail "the packages could not be installed (${missing[*]}); the whole story is in $log_dir/packages.log"
  fi
  find_missing "$@"
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
  # what was installed since then is looked for again
  if [ -e "$folder/build.ninja" ] && meson setup --reconfigure "$folder" "$source_dir" "$@" >"$log_dir/configure.log" 2>&1; then
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

# gimp_profile VERSION: where that GIMP keeps this user's profile.
gimp_profile() {
  local folder=${XDG_CONFIG_HOME:-$HOME/.config}/GIMP number
  if [ "$1" = 3 ]; then
    number=$(gimp-console-3 --version 2>/dev/null | grep -Eo '[0-9]+\.[0-9]+' | head -1)
    say "${GIMP3_DIRECTORY:-$folder/${number:-3.0}}"
  else
    say "${GIMP2_DIRECTORY:-$folder/2.10}"
  fi
}

# gimp_batch VERSION SCRIPT: runs Script-Fu in that GIMP without a window. GIMP 2.10 ends with 0 whatever happened.
gimp_batch() {
  local -a console
  if [ "$1" = 3 ]; then
    console=(gimp-console-3 -n -i -d -f --batch-interpreter plug-in-script-fu-eval -b "$2" --quit)
  else
    console=(gimp-console-2.10 -n -i -d -f -s -b "$2" -b '(gimp-quit 0)')
  fi
  timeout -k 5 300 env -u DISPLAY -u WAYLAND_DISPLAY "${console[@]}" </dev/null
}

removed=0 # files that `remove` took away
may_write() { [ -w "$(dirname "$1")" ]; }

remove() {
  [ -e "$1" ] || [ -L "$1" ] || return 0
  if may_write "$1"; then rm -f "$1"; else as_root rm -f "$1"; fi
  removed=$((removed + 1))
  say "removed $1"
}

# A folder that was made for StyleMap, if nothing else came into it.
remove_folder() {
  [ -d "$1" ] && [ -z "$(ls -A "$1")" ] || return 0
  if may_write "$1"; then rmdir "$1"; else as_root rmdir "$1"; fi
}

# Removes the files that are named on the input, and the folders that are empty then; inner ones come first there.
remove_listed() {
  local file
  local -a listed
  mapfile -t listed
  for file in "${listed[@]}"; do [ -d "$file" ] && [ ! -L "$file" ] || remove "$file"; done
  for file in "${listed[@]}"; do remove_folder "$file"; done
}
