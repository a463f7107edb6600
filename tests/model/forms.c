/* SPDX-License-Identifier: GPL-3.0-or-later
 * The same weights in every form give the same bits. */
#include "base/half.h"
#include "corpus.h"
#include "stylemap.h"

static float to_half(float v) { return sm_float_of_half(sm_half_of_float(v)); }

/* bfloat16 by rounding to nearest, ties to even, stated without bits. */
static float to_bfloat16(float v) {
  int e;
  double m = frexp(v, &e) * 256; /* 8 bits of significand */
  return (float)ldexp(rint(m), e - 8);
}

static void same(const char *folder, const char *a, const char *b, float (*map)(float)) {
  char path[512];
  stylemap_model *x = corpus_open(corpus_path(path, sizeof path, folder, a));
  stylemap_model *y = corpus_open(corpus_path(path, sizeof path, folder, b));
  if (x && y) {
    long n = corpus_differences(x, y, map);
    CHECK(n == 0, "%s and %s differ in %ld numbers", a, b, n);
    const stylemap_info *i = stylemap_model_info(x), *k = stylemap_model_info(y);
    CHECK(i->parameters == k->parameters && i->lr_mul == k->lr_mul && i->norm == k->norm);
  }
  stylemap_close(x);
  stylemap_close(y);
}

/* The weights are those of the file, told by the reader of single tensors and by the raw bytes. */
static void right_tensor(void) {
  static const char path[] = GOLDEN "tiny_LayerNorm_sp4_full.safetensors";
  stylemap_model *model = corpus_open(path);
  if (!model) return;
  const sm_network *n = sm_model_network(model);
  struct {
    const char *name;
    int rank;
    int64_t size[5];
    const float *values;
  } probe[] = {
      {"g_ema.mapping_z.8.weight", 2, {n->mapping[7].cout, n->mapping[7].cin}, n->mapping[7].weight},
      {"g_ema.mapping_z.1.bias", 1, {n->mapping[0].cout}, n->mapping[0].bias},
      {"g_ema.decoder.input.input", 4, {1, n->config.width[0], 4, 4}, n->input},
      {"g_ema.decoder.convs.1.conv1.conv.gamma.bias", 1, {n->config.width[1]}, n->blocks[1].conv1.gamma.bias},
      {"g_ema.decoder.convs.2.conv2.activate.bias", 1, {n->config.width[3]}, n->blocks[2].conv2.conv.bias},
      {"g_ema.decoder.convs.0.conv1.conv.blur.kernel", 2, {4, 4}, n->blocks[0].conv1.conv.blur},
      {"g_ema.decoder.convs.2.skip.1.kernel", 2, {4, 4}, n->blocks[2].skip.blur},
      {"g_ema.decoder.convs_latent.2.0.weight", 4, {-1, n->config.width[0], 3, 3}, n->resizer[2].weight},
      {"g_ema.decoder.convs_latent.7.1.bias", 1, {n->config.width[3]}, n->resizer[7].bias},
      {"g_ema.decoder.to_rgb.conv.weight", 5, {1, 3, n->config.width[3], 1, 1}, n->to_rgb.conv.weight},
      {"e_ema.from_rgb.0.weight", 4, {n->config.encoder[3], 3, 1, 1}, n->from_rgb.weight},
      {"e_ema.convs.0.conv2.1.weight", 4, {n->config.encoder[2], -1, 3, 3}, n->encoder[0].conv2.weight},
      {"e_ema.convs.2.skip.0.kernel", 2, {4, 4}, n->encoder[2].skip.blur},
      {"e_ema.final_conv.1.bias", 1, {n->config.dim}, n->final_conv.bias},
  };
  CHECK(n->config.size == 32 && n->config.spatial == 4 && n->config.blocks == 3 && n->config.mapping == 8);
  for (size_t i = 0; i < sizeof probe / sizeof *probe; i++) {
    float *values = NULL;
    stylemap_error error = {0};
    stylemap_status status = stylemap_tensor_read(path, probe[i].name, probe[i].rank, probe[i].size, &values, &error);
    if (!CHECK(status == STYLEMAP_OK, "%s: %s", probe[i].name, error.message)) continue;
    size_t count = 1;
    for (int k = 0; k < probe[i].rank; k++) count *= (size_t)probe[i].size[k];
    CHECK(memcmp(values, probe[i].values, count * sizeof *values) == 0, "%s", probe[i].name);
    stylemap_tensor_free(values);
  }
  stylemap_close(model);
}

static int watch(void *data, stylemap_phase phase, double fraction) {
  double *last = data;
  CHECK(phase == STYLEMAP_PHASE_OPEN && fraction >= *last && fraction <= 1, "%g after %g", fraction, *last);
  *last = fraction;
  return 0;
}
static int cancel(void *data, stylemap_phase phase, double fraction) { return 1; }

/* One number of one tensor after the other, in fp32 and fp16: the first tensor that has one is named. */
static void not_finite(void) {
  static const char *const names[] = {"g_ema.mapping_z.1.weight", "g_ema.decoder.input.input",
                                      "g_ema.decoder.convs.1.conv2.conv.beta.bias", "e_ema.final_conv.0.weight"};
  static const float bad[] = {NAN, INFINITY, -INFINITY};
  char out[512];
  const char *folder = corpus_scratch();
  stylemap_error error;
  corpus_path(out, sizeof out, folder, "bad.safetensors");
  stylemap_model *good = corpus_open(GOLDEN "tiny_LayerNorm_sp4_full.safetensors"), *model;
  if (!good) return;
  corpus_weights *w = corpus_list(good);
  for (int half = 0; half < 2; half++)
    for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
      float *at = NULL, was;
      for (int i = 0; i < w->count; i++) /* of both state dicts; no name occurs in both */
        if (!strcmp(w->tensor[i].name, names[n] + 6)) at = (float *)w->tensor[i].values + w->tensor[i].numel / 2;
      if (!CHECK(at != NULL, "%s", names[n])) continue;
      was = *at;
      *at = bad[n % 3];
      CHECK(stylemap_save(good, out, &(stylemap_save_options){.half = half}, NULL, &error) == STYLEMAP_OK, "%s",
            error.message);
      *at = was;
      model = NULL;
      CHECK(stylemap_open(out, 0, NULL, NULL, &model, &error) == STYLEMAP_REFUSED && !model, "%s loads", names[n]);
      CHECK_TEXT(error.rule, "M5");
      CHECK(strstr(error.message, names[n]) && strstr(error.message, out), "%s", error.message);
      CHECK(stylemap_examine(out, &model, &error) == STYLEMAP_OK, "%s", error.message);
      /* a NaN in the mapping network is in the mean stylemap too */
      const uint64_t count = stylemap_model_info(model)->not_finite;
      CHECK(n ? count == 1 : count > 1, "%s: %ld", names[n], (long)count);
      stylemap_close(model);
    }
  free(w);
  stylemap_close(good);
  unlink(out);
  rmdir(folder);
}

static void put(uint8_t **to, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++, value >>= 8) *(*to)++ = (uint8_t)value;
}

/* A zip archive of one entry as archivers write them. */
static void write_archive(const char *path, const char *name, int method) {
  uint8_t bytes[512], *at = bytes;
  const size_t length = strlen(name);
  for (int central = 0; central < 2; central++) {
    put(&at, central ? 0x02014b50 : 0x04034b50, 4);
    if (central) put(&at, 20, 2);
    put(&at, 20, 2), put(&at, 0, 2), put(&at, (uint64_t)method, 2), put(&at, 0, 4), put(&at, 0, 4);
    put(&at, 4, 4), put(&at, method ? 9 : 4, 4), put(&at, length, 2), put(&at, 0, 2);
    if (central) put(&at, 0, 2), put(&at, 0, 2), put(&at, 0, 2), put(&at, 0, 4), put(&at, 0, 4);
    memcpy(at, name, length);
    at += length;
    if (!central) put(&at, 0x31313131, 4);
  }
  const size_t directory = 30 + length + 4, size = 46 + length;
  put(&at, 0x06054b50, 4), put(&at, 0, 4), put(&at, 1, 2), put(&at, 1, 2), put(&at, size, 4), put(&at, directory, 4);
  put(&at, 0, 2);
  FILE *f = fopen(path, "wb");
  CHECK(f && fwrite(bytes, (size_t)(at - bytes), 1, f) == 1 && fclose(f) == 0);
}

static void says(const char *path, const char *rule, const char *what) {
  stylemap_model *model = NULL;
  stylemap_error error = {0};
  CHECK(stylemap_inspect(path, &model, &error) == STYLEMAP_REFUSED && !model, "%s", path);
  CHECK_TEXT(error.rule, rule);
  CHECK(strstr(error.message, what) && strstr(error.message, path), "%s", error.message);
}

/* What people take for a model: archives with one inside, other safetensors files, a run's state. */
static void no_models(void) {
  char path[512];
  const char *folder = corpus_scratch();
  stylemap_error error;
  corpus_path(path, sizeof path, folder, "file");
  write_archive(path, "weights/toon.pt", 8);
  says(path, "Z6", "is an archive, not a model. Unpack it and take weights/toon.pt out");
  write_archive(path, "toon.safetensors", 0);
  says(path, "Z7", "take toon.safetensors out");
  write_archive(path, "weights/toon.ckpt", 0);
  says(path, "Z13", "take weights/toon.ckpt out");
  write_archive(path, "weights/data.pkl", 8);
  says(path, "Z6", "re-compressed");
  write_archive(path, "weights/readme.txt", 8);
  says(path, "Z6", "re-compressed");

  const float one = 1;
  CHECK(stylemap_tensor_write(path, "weight", 1, (int64_t[]){1}, &one, &error) == STYLEMAP_OK, "%s", error.message);
  says(path, "M2", "is a safetensors file but not a StyleMap model");
  CHECK(stylemap_tensor_write(path, "g_ema.weight", 1, (int64_t[]){1}, &one, &error) == STYLEMAP_OK);
  says(path, "M2", "has no train_args");
  stylemap_train_options options;
  stylemap_trainer *trainer = NULL;
  stylemap_train_defaults(&options);
  options.size = 16;
  options.latent_channel_size = options.cap = 4;
  options.base = 64;
  CHECK(stylemap_trainer_new(&options, 1, &trainer, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_trainer_save(trainer, path, &error) == STYLEMAP_OK, "%s", error.message);
  says(path, "M2", "is the state of a training run, not a model");
  stylemap_trainer_free(trainer);
  unlink(path);
  rmdir(folder);
}

static void opening(void) {
  static const char path[] = GOLDEN "tiny_BatchNorm2d_sp4_full.zip.pt";
  stylemap_model *model = NULL;
  stylemap_error error;
  double last = 0;
  CHECK(stylemap_open(path, 0, watch, &last, &model, &error) == STYLEMAP_OK);
  CHECK(last == 1, "progress ends at %g", last);
  const stylemap_info *i = stylemap_model_info(model);
  CHECK(i->form == STYLEMAP_FORM_ZIP && i->size == 32 && i->latent_spatial_size == 4 && i->latent_channel_size == 8);
  CHECK(i->mapping_layer_num == 8 && i->lr_mul == 0.01 && i->norm == STYLEMAP_BATCH_NORM && !i->small_generator);
  CHECK(i->levels == 8 && i->not_finite == 0 && !i->has_mean);
  CHECK_TEXT(i->dtype, "F32");
  CHECK_TEXT(stylemap_model_text(model, "latent_spatial_size"), "4");
  CHECK_TEXT(stylemap_model_text(model, "lr_mul"), "0.01");
  CHECK_TEXT(stylemap_model_text(model, "small_generator"), "false");
  CHECK(stylemap_model_text(model, "nothing") == NULL);
  uint64_t bytes = 4 * i->parameters; /* what the weights take, a little more for their alignment */
  stylemap_close(model);

  model = NULL;
  CHECK(stylemap_open(path, 0, cancel, NULL, &model, &error) == STYLEMAP_CANCELLED && !model);
  CHECK(stylemap_open(path, bytes / 2, NULL, NULL, &model, &error) == STYLEMAP_NO_MEMORY && !model);
  CHECK(strstr(error.message, "limit"), "%s", error.message);
  CHECK(stylemap_open(path, bytes * 2, NULL, NULL, &model, &error) == STYLEMAP_OK);
  stylemap_close(model);
  model = NULL;

  CHECK(stylemap_open("/nowhere/at all.pt", 0, NULL, NULL, &model, &error) == STYLEMAP_FILE_ERROR && !model);
  CHECK_TEXT(error.message, "There is no file /nowhere/at all.pt.");
  CHECK(stylemap_inspect(STYLEMAP_SOURCE_ROOT, &model, &error) == STYLEMAP_FILE_ERROR && !model);
  CHECK(stylemap_inspect("/dev/zero", &model, &error) == STYLEMAP_FILE_ERROR && !model);
  char fifo[512];
  const char *folder = corpus_scratch();
  CHECK(mkfifo(corpus_path(fifo, sizeof fifo, folder, "pipe"), 0600) == 0);
  CHECK(stylemap_inspect(fifo, &model, &error) == STYLEMAP_FILE_ERROR && !model); /* and does not wait */
  unlink(fifo);
  rmdir(folder);
  CHECK(stylemap_open(NULL, 0, NULL, NULL, &model, &error) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_inspect(path, NULL, NULL) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_open(HOSTILE "l_valid_nan_weight.pt", 0, NULL, NULL, &model, &error) == STYLEMAP_REFUSED && !model);
  CHECK_TEXT(error.rule, "M5");
  CHECK(strstr(error.message, "_ema."), "%s", error.message);
  CHECK(stylemap_examine(HOSTILE "l_valid_nan_weight.pt", &model, &error) == STYLEMAP_OK);
  CHECK(stylemap_model_info(model)->not_finite > 0 && !sm_model_network(model));
  CHECK(stylemap_save(model, "/nowhere", NULL, NULL, &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_close(model);
  model = NULL;
  CHECK(stylemap_examine(path, &model, &error) == STYLEMAP_OK && stylemap_model_info(model)->not_finite == 0);
  stylemap_close(model);
  model = NULL;
  not_finite();
  CHECK(stylemap_inspect(HOSTILE "s_valid_f16.safetensors", &model, &error) == STYLEMAP_OK);
  CHECK_TEXT(stylemap_model_info(model)->dtype, "mixed");
  stylemap_close(model);
}

static void of_shared(const char *shared) {
  static const char *const tiny[] = {"flat_legacy.pt", "flat_zip.pt", "shared_legacy.pt", "shared_zip.pt",
                                     "double_legacy.pt", "double_zip.pt", "parameters_legacy.pt", "parameters_zip.pt",
                                     "plaindict_legacy.pt", "plaindict_zip.pt", "extra_keys_legacy.pt",
                                     "extra_keys_zip.pt", "args_dict_legacy.pt", "args_dict_zip.pt",
                                     "ddp_prefix_zip.pt", "ddp_prefix_legacy.pt", "many_storages_legacy.pt",
                                     "many_storages_zip.pt", "lite_zip.pt"};
  char folder[512], golden[512], a[64], b[64];
  corpus_path(folder, sizeof folder, shared, "/checkpoints/");
  for (size_t i = 0; i < sizeof tiny / sizeof *tiny; i++) same(folder, tiny[i], "lite_legacy.pt", NULL);
  same(folder, "lite_legacy.pt", "../golden/tiny_BatchNorm2d_sp4_full.safetensors", NULL);
  same(folder, "bf16_legacy.pt", "lite_legacy.pt", to_bfloat16);
  same(folder, "bf16_zip.pt", "bf16_legacy.pt", NULL);
  same(folder, "resaved_fp32_zip.pt", "published_fp32_legacy.pt", NULL);
  same(folder, "strided_fp32_legacy.pt", "published_fp32_legacy.pt", NULL);
  same(folder, "strided_fp32_zip.pt", "published_fp32_legacy.pt", NULL);
  same(folder, "fp16_legacy.pt", "published_fp32_legacy.pt", to_half);
  same(folder, "fp16_zip.pt", "fp16_legacy.pt", NULL);

  static const char *const norms[] = {"LayerNorm", "InstanceNorm2d", "BatchNorm2d"};
  corpus_path(golden, sizeof golden, shared, "/golden/");
  for (int i = 0; i < 6; i++) {
    const char *norm = norms[i / 2], *size = i % 2 ? "small" : "full";
    snprintf(a, sizeof a, "tiny_%s_sp4_%s.legacy.pt", norm, size);
    snprintf(b, sizeof b, "tiny_%s_sp4_%s.zip.pt", norm, size);
    same(golden, a, b, NULL);
    snprintf(b, sizeof b, "tiny_%s_sp4_%s.safetensors", norm, size);
    same(golden, a, b, NULL);
  }
}

int main(void) {
  static const char *const own[] = {"tiny_LayerNorm_sp4_full", "tiny_InstanceNorm2d_sp4_small",
                                    "tiny_BatchNorm2d_sp4_full"};
  char a[64], b[64];
  for (int i = 0; i < 3; i++) {
    snprintf(a, sizeof a, "%s.legacy.pt", own[i]);
    snprintf(b, sizeof b, "%s.zip.pt", own[i]);
    same(GOLDEN, a, b, NULL);
    snprintf(b, sizeof b, "%s.safetensors", own[i]);
    same(GOLDEN, a, b, NULL);
  }
  same(HOSTILE, "l_valid_double.pt", "l_valid.pt", NULL);
  same(HOSTILE, "z_valid.pt", "l_valid.pt", NULL);
  same(HOSTILE, "s_valid.safetensors", "l_valid.pt", NULL);
  right_tensor();
  opening();
  no_models();
  const char *shared = corpus_shared();
  if (shared) of_shared(shared);
  return harness_end();
}
