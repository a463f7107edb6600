/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

/* One thread of OpenBLAS for this process and those that it starts, unless the user's environment says how many: a thread of
 * ours computes a picture. To be called before OpenBLAS is mapped. */
void start_one_blas_thread (void);
/* babl converts without the tables of up to 256 MB that it makes on its way where they seem faster, so not in each run: the one from
 * 8 to 16 bits with alpha is wrong in 0.1.114 (Debian 13), its alpha never whole. Debian 12's 0.1.98 cannot be told. Nothing where the
 * user's environment has BABL_LUT. To be called before GEGL is started, which is when babl asks. */
void start_without_tables (void);
/* GEGL, of whose own operations one (matting-levin) maps OpenBLAS where it is installed: with one thread. */
void start_gegl (void);
