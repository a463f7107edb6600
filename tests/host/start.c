/* SPDX-License-Identifier: GPL-3.0-or-later
 * A process of ours starts GEGL without threads of the OpenBLAS that one of GEGL's operations may map, unless the user says how
 * many. Each way is tried in a process of its own, since the threads are made once. */
#include <gegl.h>

#include "harness.h"
#include "host/start.h"

/* Threads of this process once GEGL has its operations, which it maps with the first that is asked for. */
static int count_threads(int ours) {
  int count = 0;
  if (ours) start_gegl();
  else gegl_init(NULL, NULL);
  if (!gegl_has_operation("gegl:nop")) return 0;
  GDir *threads = g_dir_open("/proc/self/task", 0, NULL);
  while (threads && g_dir_read_name(threads)) count++;
  if (threads) g_dir_close(threads);
  return count;
}

/* The same of a process in whose environment `variable` is `value`, and no other that tells threads. */
static int count_in(gchar *program, const char *how, const char *variable, const char *value) {
  gchar *arguments[] = { program, (gchar *)(guintptr)how, NULL }, *out = NULL;
  gchar **environment = g_get_environ();
  int status = -1, count = 0;
  for (const char *const *name = (const char *const[]){ "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "OMP_NUM_THREADS", NULL }; *name; name++)
    environment = g_environ_unsetenv(environment, *name);
  if (variable) environment = g_environ_setenv(environment, variable, value, TRUE);
  CHECK(g_spawn_sync(NULL, arguments, environment, 0, NULL, NULL, &out, NULL, &status, NULL) && status == 0);
  count = out ? atoi(out) : 0;
  g_free(out);
  g_strfreev(environment);
  return count;
}

/* Whether a process that converts says something of babl's tables, which it does where it thinks of them. */
static int tells_tables(gchar *program, const char *how, const char *tables) {
  gchar *arguments[] = { program, (gchar *)(guintptr)how, (gchar *)(guintptr)"convert", NULL }, *out = NULL, *errors = NULL;
  gchar **environment = g_environ_setenv(g_environ_unsetenv(g_get_environ(), "BABL_LUT"), "BABL_LUT_INFO", "2", TRUE);
  int status = -1;
  if (tables) environment = g_environ_setenv(environment, "BABL_LUT", tables, TRUE);
  CHECK(g_spawn_sync(NULL, arguments, environment, 0, NULL, NULL, &out, &errors, &status, NULL) && status == 0);
  const int told = (out && strstr(out, "LUT")) || (errors && strstr(errors, "LUT"));
  g_free(out);
  g_free(errors);
  g_strfreev(environment);
  return told;
}

/* From 8 to 16 bits, with alpha, of so many pixels that babl would have made a table. */
static void test_more_bits(void) {
  enum { PIXELS = 1 << 20 };
  const Babl *fish = babl_fish(babl_format("R'G'B'A u8"), babl_format("R'G'B'A u16"));
  guint8 *from = g_malloc(4 * PIXELS);
  guint16 *to = g_new(guint16, 4 * PIXELS);
  int worst = 0;
  for (int i = 0; i < 4 * PIXELS; i++) from[i] = i % 4 == 3 ? 255 : (guint8)(i * 7 >> 3);
  for (int turn = 0; turn < 2; turn++) babl_process(fish, from, to, PIXELS);
  for (int i = 0; i < 4 * PIXELS; i++) worst = MAX(worst, abs(to[i] - 257 * from[i]));
  CHECK(worst == 0, "%d of 65535", worst);
  g_free(from);
  g_free(to);
}

int main(int argc, char **argv) {
  if (argc > 1 && (g_str_equal(argv[1], "ours") || g_str_equal(argv[1], "plain"))) {
    printf("%d\n", count_threads(g_str_equal(argv[1], "ours")));
    if (argc > 2) test_more_bits();
    return 0;
  }
  if (!g_file_test("/proc/self/task", G_FILE_TEST_IS_DIR)) return 77;
  const int one = count_in(argv[0], "plain", "OPENBLAS_NUM_THREADS", "1");
  const int all = count_in(argv[0], "plain", NULL, NULL);
  printf("threads where OpenBLAS has one: %d, all: %d\n", one, all);
  CHECK(one > 0);
  CHECK(count_in(argv[0], "ours", NULL, NULL) == one);
  gchar *processors = g_strdup_printf("%u", g_get_num_processors());
  for (const char *const *name = (const char *const[]){ "OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", NULL }; *name; name++)
    CHECK(count_in(argv[0], "ours", *name, processors) == all, "the user's %s is not kept", *name);
  g_free(processors);
  /* Debian 12's (0.1.98) cannot be told */
  const int told = tells_tables(argv[0], "plain", NULL), can_be_told = told && !tells_tables(argv[0], "plain", "0");
  printf("babl thinks of tables: %d, listens: %d\n", told, can_be_told);
  if (can_be_told) CHECK(!tells_tables(argv[0], "ours", NULL));
  g_setenv("BABL_LUT", "1", TRUE);
  start_without_tables();
  CHECK_TEXT(g_getenv("BABL_LUT"), "1");
  g_unsetenv("BABL_LUT");
  start_gegl();
  CHECK_TEXT(g_getenv("BABL_LUT"), "0");
  test_more_bits();
  return harness_end();
}
