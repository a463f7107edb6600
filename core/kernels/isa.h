/* SPDX-License-Identifier: GPL-3.0-or-later
 * The tables that the build may hold; dispatch.c chooses. */
#pragma once
#include "kernels/kernels.h"

extern const sm_kernels sm_kernels_portable, sm_kernels_avx2, sm_kernels_avx512, sm_kernels_neon;
