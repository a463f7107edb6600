/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels for AVX2 and FMA; meson.build gives this file its flags. */
#include "kernels/isa.h"

#define SM_TABLE sm_kernels_avx2
#define SM_TABLE_NAME "avx2"
#include "kernels/body.h"
