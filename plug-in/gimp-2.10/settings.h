/* SPDX-License-Identifier: GPL-3.0-or-later
 * Last values, remembered across sessions in a file of the GIMP profile (GIMP 2.10 itself forgets them on quit).
 * The reference is a number of this session, so GIMP keeps it. */
#pragma once
#include "gimp/flow.h"

/* Defaults where nothing is remembered or what is remembered makes no sense. */
void settings_load(const Procedure *procedure, FlowOptions *options);
/* A file that cannot be written is no reason to fail: the values are then remembered in nothing. */
void settings_save(const Procedure *procedure, FlowOptions *options);
