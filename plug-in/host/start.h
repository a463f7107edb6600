/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* One thread of OpenBLAS for this process and those that it starts, unless the user's environment says how many: a thread of
 * ours computes a picture. To be called before OpenBLAS is mapped. */
void start_one_blas_thread (void);
/* GEGL, of whose own operations one (matting-levin) maps OpenBLAS where it is installed: with one thread. */
void start_gegl (void);
