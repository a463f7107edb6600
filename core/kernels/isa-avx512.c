/* SPDX-License-Identifier: GPL-3.0-or-later
 * The kernels for AVX-512; meson.build gives this file its flags. */
#include "kernels/isa.h"

#define SM_TABLE sm_kernels_avx512
#define SM_TABLE_NAME "avx512"
#include "kernels/body.h"
