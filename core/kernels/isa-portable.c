/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels for any machine (on x86-64: SSE2); meson.build gives this file its flags. */
#include "kernels/isa.h"

#define SM_TABLE sm_kernels_portable
#define SM_TABLE_NAME "portable"
#include "kernels/body.h"
