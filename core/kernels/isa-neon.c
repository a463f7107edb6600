/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels for NEON; meson.build gives this file its flags. */
#include "kernels/isa.h"

#define SM_TABLE sm_kernels_neon
#define SM_TABLE_NAME "neon"
#include "kernels/body.h"
