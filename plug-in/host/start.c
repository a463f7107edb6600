/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/start.h"

#include <gegl.h>

void start_one_blas_thread(void) {
  if (!g_getenv("OMP_NUM_THREADS") && !g_getenv("GOTO_NUM_THREADS")) g_setenv("OPENBLAS_NUM_THREADS", "1", FALSE);
}

void start_without_tables(void) { g_setenv("BABL_LUT", "0", FALSE); }

void start_gegl(void) {
  start_one_blas_thread();
  start_without_tables();
  gegl_init(NULL, NULL);
}
