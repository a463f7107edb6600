/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every allocation of the readers and of the writer fails once, one after the other: a clean STYLEMAP_NO_MEMORY,
 * nothing kept (AddressSanitizer looks), nothing written. The linker puts these functions before core/base's. */
#include "base/memory.h"
#include "corpus.h"

static long left = -1; /* calls until the one that fails; -1: none */
static long calls;

static int fails(void) {
  calls++;
  if (left < 0) return 0;
  return left-- == 0;
}

void *__real_sm_alloc(size_t count, size_t size);
void *__real_sm_calloc(size_t count, size_t size);
void *__real_sm_grow(void *block, size_t old_count, size_t count, size_t size);
void *__real_sm_more(void *block, size_t count, size_t *capacity, size_t size);
int __real_sm_buffer_put(sm_buffer *buffer, const void *data, size_t size);
void *__wrap_sm_alloc(size_t count, size_t size);
void *__wrap_sm_calloc(size_t count, size_t size);
void *__wrap_sm_grow(void *block, size_t old_count, size_t count, size_t size);
void *__wrap_sm_more(void *block, size_t count, size_t *capacity, size_t size);
int __wrap_sm_buffer_put(sm_buffer *buffer, const void *data, size_t size);

void *__wrap_sm_alloc(size_t count, size_t size) { return fails() ? NULL : __real_sm_alloc(count, size); }
void *__wrap_sm_calloc(size_t count, size_t size) { return fails() ? NULL : __real_sm_calloc(count, size); }
void *__wrap_sm_grow(void *block, size_t old_count, size_t count, size_t size) {
  return fails() ? NULL : __real_sm_grow(block, old_count, count, size);
}
void *__wrap_sm_more(void *block, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) return block; /* nothing is allocated */
  return fails() ? NULL : __real_sm_more(block, count, capacity, size);
}
int __wrap_sm_buffer_put(sm_buffer *buffer, const void *data, size_t size) {
  if (buffer->capacity - buffer->size >= size) return __real_sm_buffer_put(buffer, data, size);
  return fails() ? 0 : __real_sm_buffer_put(buffer, data, size);
}

static void opening(const char *file) {
  char path[512];
  stylemap_model *model = NULL;
  stylemap_error error = {0};
  corpus_path(path, sizeof path, STYLEMAP_SOURCE_ROOT, file);
  left = -1;
  calls = 0;
  CHECK(stylemap_open(path, 0, NULL, NULL, &model, &error) == STYLEMAP_OK, "%s: %s", file, error.message);
  stylemap_close(model);
  long points = calls, wrong = 0;
  CHECK(points > 15, "%s: the allocations are not seen", file);
  for (long i = 0; i < points; i++) {
    left = i;
    model = NULL;
    memset(&error, 0, sizeof error);
    stylemap_status status = stylemap_open(path, 0, NULL, NULL, &model, &error);
    wrong += status != STYLEMAP_NO_MEMORY || model || error.status != STYLEMAP_NO_MEMORY || !error.message[0];
    stylemap_close(model);
  }
  left = -1;
  CHECK(wrong == 0, "%s: %ld of %ld", file, wrong, points);
  printf("%s: %ld allocations\n", file, points);
}

static void saving(void) {
  char path[512];
  stylemap_error error = {0};
  const char *folder = corpus_scratch();
  static const char *const texts[] = {"licence", "CC0", NULL};
  stylemap_save_options options = {.half = 1, .texts = texts};
  stylemap_model *model = corpus_open(GOLDEN "tiny_BatchNorm2d_sp4_full.zip.pt");
  corpus_path(path, sizeof path, folder, "x.safetensors");
  calls = 0;
  CHECK(stylemap_save(model, path, &options, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  unlink(path);
  long points = calls, wrong = 0;
  CHECK(points > 8);
  for (long i = 0; i < points; i++) {
    left = i;
    wrong += stylemap_save(model, path, &options, NULL, &error) != STYLEMAP_NO_MEMORY;
    wrong += access(path, F_OK) == 0;
  }
  left = -1;
  CHECK(wrong == 0, "%ld of %ld", wrong, points);
  printf("writing: %ld allocations\n", points);
  stylemap_close(model);
  CHECK(rmdir(folder) == 0, "something is left in %s", folder);
}

static void single(void) {
  float *values = NULL;
  stylemap_error error = {0};
  static const char path[] = GOLDEN "tiny_LayerNorm_sp4_full.golden.safetensors";
  int64_t shape[] = {2, 8};
  calls = 0;
  CHECK(stylemap_tensor_read(path, "z", 2, shape, &values, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_tensor_free(values);
  long points = calls;
  for (long i = 0; i < points; i++) {
    left = i;
    values = NULL;
    CHECK(stylemap_tensor_read(path, "z", 2, shape, &values, &error) == STYLEMAP_NO_MEMORY && !values, "%ld", i);
  }
  left = -1;
}

int main(void) {
  opening("/tests/golden/tiny_BatchNorm2d_sp4_full.legacy.pt");
  opening("/tests/golden/tiny_BatchNorm2d_sp4_full.zip.pt");
  opening("/tests/golden/tiny_BatchNorm2d_sp4_full.safetensors");
  opening("/tests/model/hostile/l_valid.pt");
  opening("/tests/model/hostile/z_valid.pt");
  opening("/tests/model/hostile/s_valid.safetensors");
  saving();
  single();
  return harness_end();
}
