/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every allocation of the readers and of the writer fails once, one after the other: a clean STYLEMAP_NO_MEMORY,
 * nothing kept (AddressSanitizer looks), nothing written. */
#include "corpus.h"
#include "failing.h"

static char path[512];
static stylemap_error error;
static stylemap_model *model, *made;
static float *values;

static stylemap_status open_it(void) { return stylemap_open(path, 0, NULL, NULL, &made, &error); }
static void close_made(int ok) {
  CHECK(ok == (made != NULL));
  stylemap_close(made);
  made = NULL;
}
static stylemap_status save(void) {
  static const char *const texts[] = {"licence", "CC0", NULL};
  const stylemap_save_options options = {.half = 1, .texts = texts};
  return stylemap_save(model, path, &options, NULL, &error);
}
static stylemap_status save_torch(void) { return stylemap_save_torch(model, path, &error); }
static void no_file(int ok) {
  CHECK((unlink(path) == 0) == ok, "%s", path);
}
static stylemap_status single(void) {
  int64_t shape[] = {2, 8};
  return stylemap_tensor_read(path, "z", 2, shape, &values, &error);
}
static void free_values(int ok) {
  CHECK(ok == (values != NULL));
  stylemap_tensor_free(values);
  values = NULL;
}

int main(void) {
  static const char *const files[] = {"/tests/golden/tiny_BatchNorm2d_sp4_full.legacy.pt", "/tests/golden/tiny_BatchNorm2d_sp4_full.zip.pt",
                                      "/tests/golden/tiny_BatchNorm2d_sp4_full.safetensors", "/tests/model/hostile/l_valid.pt",
                                      "/tests/model/hostile/z_valid.pt", "/tests/model/hostile/s_valid.safetensors"};
  const failing_call saving[] = {{"write a model", NULL, save, no_file, .least = 8},
                                 {"write a checkpoint", NULL, save_torch, no_file, .least = 8}};
  const failing_call reading = {"read a tensor", NULL, single, free_values, .least = 5};
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    const failing_call opening = {files[i], NULL, open_it, close_made, .least = 16};
    corpus_path(path, sizeof path, STYLEMAP_SOURCE_ROOT, files[i]);
    failing_each(&opening, &error);
  }
  const char *folder = corpus_scratch();
  model = corpus_open(GOLDEN "tiny_BatchNorm2d_sp4_full.zip.pt");
  corpus_path(path, sizeof path, folder, "x.safetensors");
  for (size_t i = 0; i < sizeof saving / sizeof *saving; i++) failing_each(&saving[i], &error);
  stylemap_close(model);
  CHECK(rmdir(folder) == 0, "something is left in %s", folder);
  corpus_path(path, sizeof path, GOLDEN, "tiny_LayerNorm_sp4_full.golden.safetensors");
  failing_each(&reading, &error);
  return harness_end();
}
