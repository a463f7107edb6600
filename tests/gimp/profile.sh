# SPDX-License-Identifier: GPL-3.0-or-later
# Isolated GIMP profiles. Sourced by bash. A first start takes GIMP seconds, because it asks every plug-in what it
# does: one profile is warmed once for each build of the plug-in, and every test gets a copy.
# From the environment: GIMP, the version under test (2.10 or 3);
# GIMP_SECONDS, after which it is ended (840: a loaded machine needs twenty times what an idle one does);
# GIMP_LOCALE, its locale; GIMP_PRELOAD, a library to load into it; GIMP_FONTS=yes, for text.

# Sets `profile_env`, the words that run a command with all of GIMP's state in run_dir. Without GL: GTK 3 asks each new screen for
# its GL visuals, which loads Mesa and LLVM into every program that shows a window. Without babl's tables (host/start.h): GIMP's own
# change from 8 to 16 bits is wrong by one of them, in some runs.
set_profile_env() {
  profile_env=(env -u WAYLAND_DISPLAY GIMP2_DIRECTORY="$run_dir/gimp" GIMP3_DIRECTORY="$run_dir/gimp"
    XDG_CONFIG_HOME="$run_dir/config" XDG_CACHE_HOME="$run_dir/cache" XDG_DATA_HOME="$run_dir/data"
    TMPDIR="$run_dir/tmp" HOME="$run_dir/home" GDK_GL=disable BABL_LUT=0 LC_ALL="${GIMP_LOCALE:-C.UTF-8}")
}
in_profile() {
  set_profile_env
  "${profile_env[@]}" "$@"
}

# Runs Script-Fu without a window, for GIMP_SECONDS at most. GIMP 2.10 ends with 0 whatever happened.
gimp_batch() {
  local limited=(timeout -k 5 "${GIMP_SECONDS:-840}" env ${GIMP_PRELOAD:+LD_PRELOAD="$GIMP_PRELOAD"})
  local options=(-n -i -d)
  [ "${GIMP_FONTS:-}" = yes ] || options+=(-f)
  if [ "$GIMP" = 3 ]; then
    in_profile "${limited[@]}" gimp-console-3 "${options[@]}" --batch-interpreter plug-in-script-fu-eval -b "$1" --quit
  else
    in_profile "${limited[@]}" gimp-console-2.10 "${options[@]}" -s -b "$1" -b '(gimp-quit 0)'
  fi </dev/null
}

fill_profile() {
  local folder
  mkdir -p "$run_dir"/{gimp,config,cache,data,tmp,home}
  for folder in brushes dynamics fonts gradients palettes patterns tool-presets; do mkdir -p "$run_dir/gimp/$folder"; done
  # babl remembers no conversions: from those it would make tables of 256 MB at the start of each plug-in, half of all time
  mkdir -p "$run_dir/cache/babl/babl-fishes"
  mkdir -p "$run_dir/data/stylemap"
  ln -sfn "$SOURCE/models" "$run_dir/data/stylemap/models"
  for folder in gimp-stylemap stylemap-measure; do mkdir -p "$run_dir/gimp/plug-ins/$folder"; done
  # -p: GIMP asks a plug-in again when its time has changed
  cp -p "$PLUGIN" "$run_dir/gimp/plug-ins/gimp-stylemap/gimp-stylemap"
  cp -p "$MEASURE" "$run_dir/gimp/plug-ins/stylemap-measure/stylemap-measure"
}

# make_profile NAME: sets run_dir to a fresh folder with a warm profile.
make_profile() {
  local warm=$WORK/warm
  mkdir -p "$WORK"
  (
    flock 9
    if ! { [ -e "$warm/done" ] && cmp -s "$PLUGIN" "$warm/gimp/plug-ins/gimp-stylemap/gimp-stylemap" &&
      cmp -s "$MEASURE" "$warm/gimp/plug-ins/stylemap-measure/stylemap-measure"; }; then
      rm -rf "$warm"
      run_dir=$warm
      fill_profile
      gimp_batch '#t' >"$warm/log.txt" 2>&1
      touch "$warm/done"
    fi
  ) 9>"$WORK/lock"
  run_dir=$WORK/$1
  rm -rf "$run_dir"
  cp -a "$warm" "$run_dir"
  rm -f "$run_dir/done" "$run_dir/log.txt"
}
