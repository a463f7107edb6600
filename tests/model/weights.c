/* SPDX-License-Identifier: GPL-3.0-or-later
 * A model is known by its weights: all of them are shown, alike from each file that holds them, and by nothing else. */
#include "base/half.h"
#include "corpus.h"
#include "model/bind.h"

static const char *scratch; /* the test's folder, with a slash */

/* What was shown, as a text of names and shapes and all numbers. */
typedef struct shown {
  char names[64 << 10];
  float *values;
  size_t count;
  int64_t expected; /* of the next part's first */
  int64_t left;     /* of the tensor */
} shown;

static void take(void *data, const stylemap_weights *part) {
  shown *s = data;
  if (part->first == 0) {
    CHECK(s->left == 0, "the tensor before %s was not whole", part->name);
    s->left = 1, s->expected = 0;
    size_t at = strlen(s->names);
    at += (size_t)snprintf(s->names + at, sizeof s->names - at, "%s", part->name);
    for (int i = 0; i < part->rank; i++) {
      s->left *= part->shape[i];
      at += (size_t)snprintf(s->names + at, sizeof s->names - at, " %d", (int)part->shape[i]);
    }
    snprintf(s->names + at, sizeof s->names - at, "\n");
  }
  CHECK(part->first == s->expected && part->count > 0, "%s", part->name);
  s->expected += part->count, s->left -= part->count;
  s->values = realloc(s->values, (s->count + (size_t)part->count) * sizeof(float));
  memcpy(s->values + s->count, part->values, (size_t)part->count * sizeof(float));
  s->count += (size_t)part->count;
}

/* Of an opened model, and the same again while its file is only examined. */
static shown *show(const char *path) {
  shown *opened = calloc(1, sizeof *opened), *examined = calloc(1, sizeof *examined);
  stylemap_model *model = corpus_open(path), *seen = NULL;
  stylemap_error error = {0};
  if (!model) return opened;
  CHECK(stylemap_model_weights(model, take, opened, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_examine_weights(path, take, examined, &seen, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(opened->count == stylemap_model_info(model)->parameters - model->batch_count);
  CHECK(opened->count == examined->count && memcmp(opened->values, examined->values, opened->count * sizeof(float)) == 0);
  CHECK_TEXT(opened->names, examined->names);
  CHECK(stylemap_model_weights(seen, take, examined, &error) == STYLEMAP_BAD_ARGUMENT, "it was only examined");
  stylemap_close(model);
  stylemap_close(seen);
  free(examined->values);
  free(examined);
  return opened;
}

static void forget(shown *s) {
  free(s->values);
  free(s);
}

static int same(const shown *a, const shown *b) {
  return strcmp(a->names, b->names) == 0 && a->count == b->count && memcmp(a->values, b->values, a->count * sizeof(float)) == 0;
}

static void known(const char *file) {
  char path[512], whole[512], half[512], again[512];
  float region[64];
  stylemap_error error = {0};
  const stylemap_save_options with = {.texts = (const char *const[]){"licence", "another", NULL}};
  stylemap_model *model = corpus_open(corpus_path(path, sizeof path, GOLDEN, file));
  if (!model) return;
  shown *first = show(path);
  CHECK(strncmp(first->names, "g_ema.", 6) == 0 && strstr(first->names, "\ne_ema."), "%s", first->names);
  for (int i = 0; i < 64; i++) region[i] = (float)i / 64;
  CHECK(stylemap_model_set_region(model, STYLEMAP_REGION_HAIR, 8, region, &error) == STYLEMAP_OK, "%s", error.message);
  corpus_path(whole, sizeof whole, scratch, "whole.safetensors");
  corpus_path(half, sizeof half, scratch, "half.safetensors");
  corpus_path(again, sizeof again, scratch, "again.safetensors");
  CHECK(stylemap_save(model, whole, &with, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_save(model, half, &(stylemap_save_options){.half = 1}, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_close(model);

  /* Another form, a licence, the mean and a region more. */
  shown *other = show(whole);
  CHECK(same(first, other), "%s", file);
  forget(other);

  /* 16 bits: other numbers, rounded, and the same once more in 32. */
  other = show(half);
  CHECK(strcmp(first->names, other->names) == 0 && first->count == other->count && !same(first, other));
  size_t rounded = 0;
  for (size_t i = 0; i < first->count; i++) rounded += other->values[i] == sm_float_of_half(sm_half_of_float(first->values[i]));
  CHECK(rounded == first->count, "%zu of %zu", rounded, first->count);
  model = corpus_open(half);
  CHECK(model && stylemap_save(model, again, NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_close(model);
  shown *wide = show(again);
  CHECK(same(other, wide), "%s", file);
  forget(wide);
  forget(other);

  /* One weight, in its last bit. */
  uint8_t head[8], bit;
  FILE *f = fopen(whole, "r+b");
  CHECK(f && fread(head, 1, 8, f) == 8);
  const long at = 8 + (long)head[0] + 256L * head[1] + 65536L * head[2] + (long)sizeof(int64_t) * 64;
  CHECK(fseek(f, at, SEEK_SET) == 0 && fread(&bit, 1, 1, f) == 1);
  bit ^= 1;
  CHECK(fseek(f, at, SEEK_SET) == 0 && fwrite(&bit, 1, 1, f) == 1 && fclose(f) == 0);
  other = show(whole);
  size_t changed = 0;
  for (size_t i = 0; i < first->count && i < other->count; i++) changed += first->values[i] != other->values[i];
  CHECK(changed == 1, "%zu numbers changed", changed);
  forget(other);
  forget(first);
  unlink(whole);
  unlink(half);
  unlink(again);
}

/* Tensors of more numbers than are shown at a time, and those of 16 bits among them. */
static void large(void) {
  const stylemap_architecture wide = {.size = 32, .latent_spatial_size = 4, .latent_channel_size = 16, .channel_cap = 32, .channel_base = 1024,
                                      .mapping_layer_num = 2, .lr_mul = 0.01};
  char path[512];
  stylemap_error error = {0};
  stylemap_model *model = NULL;
  shown *all = calloc(1, sizeof *all);
  CHECK(stylemap_model_random(&wide, 1, &model, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_model_weights(model, take, all, &error) == STYLEMAP_OK && all->left == 0, "%s", error.message);
  CHECK(stylemap_save(model, corpus_path(path, sizeof path, scratch, "large.safetensors"), &(stylemap_save_options){.half = 1}, NULL, &error) ==
        STYLEMAP_OK, "%s", error.message);
  shown *half = show(path);
  CHECK(half->count == all->count && half->left == 0 && all->count > 100000, "%zu and %zu numbers", all->count, half->count);
  stylemap_close(model);
  forget(all);
  forget(half);
  unlink(path);
}

int main(void) {
  scratch = corpus_scratch();
  large();
  known("tiny_LayerNorm_sp4_full.zip.pt");
  known("tiny_BatchNorm2d_sp4_full.legacy.pt");
  CHECK(rmdir(scratch) == 0, "something is left in %s", scratch);
  return harness_end();
}
