#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# widgets.c on a screen of its own.
# usage: widgets.sh PROGRAM
# From the environment: as run.sh, and ARTEFACTS.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/profile.sh"
run_dir=$WORK/widgets
rm -rf "$run_dir"
mkdir -p "$run_dir"/{gimp,config,cache,data,tmp,home}
cd "$run_dir"
export SCREEN=1366x768
. "$here/screen.sh"
start_screen
in_profile "$1"
