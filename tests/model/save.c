/* SPDX-License-Identifier: GPL-3.0-or-later
 * What is written is read back bit by bit, and a failed write leaves what was there. */
#include "base/half.h"
#include "corpus.h"
#include "model/bind.h"
#include "net/map.h"

#include <dirent.h>
#include <signal.h>
#include <sys/resource.h>

static const char *scratch; /* the test's folder, with a slash */

static int files_in(const char *folder) {
  DIR *d = opendir(folder);
  int n = 0;
  for (struct dirent *e; d && (e = readdir(d));) n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
  if (d) closedir(d);
  return n;
}

static float to_half(float v) { return sm_float_of_half(sm_half_of_float(v)); }

static size_t mean_size(const stylemap_model *m) {
  const stylemap_info *i = stylemap_model_info(m);
  return (size_t)(i->latent_channel_size * i->latent_spatial_size * i->latent_spatial_size);
}

static void round_trip(const char *file) {
  static const char *const texts[] = {"licence", "replaced below", "attribution",
                                      "\"quoted\" \\ \t Ähn \xf0\x9f\x8e\xa8", "licence", "the last of a key wins",
                                      NULL};
  char path[512], out[512], again[512];
  stylemap_error error = {0};
  stylemap_save_options options = {.texts = texts};
  stylemap_save_report report = {.half_error = -1};
  stylemap_model *a = corpus_open(corpus_path(path, sizeof path, GOLDEN, file));
  if (!a) return;
  corpus_path(out, sizeof out, scratch, "out.safetensors");
  corpus_path(again, sizeof again, scratch, "again.safetensors");
  CHECK(stylemap_save(a, out, &options, &report, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(report.half_error == 0 && !report.half_tensor[0]);
  stylemap_model *b = corpus_open(out);
  if (!b) return;
  CHECK(corpus_differences(b, a, NULL) == 0, "%s", file);
  const stylemap_info *x = stylemap_model_info(a), *y = stylemap_model_info(b);
  CHECK(y->form == STYLEMAP_FORM_SAFETENSORS && y->has_mean && y->lr_mul == x->lr_mul && y->norm == x->norm);
  CHECK(y->parameters == x->parameters && y->small_generator == x->small_generator && y->levels == x->levels);
  CHECK(b->batch_count == a->batch_count);
  if (a->batch_count) CHECK(memcmp(a->batches, b->batches, a->batch_count * sizeof *a->batches) == 0);
  CHECK_TEXT(stylemap_model_text(b, "licence"), "the last of a key wins");
  CHECK_TEXT(stylemap_model_text(b, "attribution"), texts[3]);
  CHECK_TEXT(stylemap_model_text(b, "iter"), stylemap_model_text(a, "iter"));
  CHECK_TEXT(stylemap_model_text(b, "lr_mul"), "0.01");

  float *mean = malloc(mean_size(a) * sizeof *mean);
  CHECK(sm_mean_stylemap(sm_model_network(a), mean, &error) == STYLEMAP_OK);
  CHECK(memcmp(mean, sm_model_network(b)->mean, mean_size(a) * sizeof *mean) == 0, "w_mean of %s", file);
  free(mean);

  /* Written once more, it is the same file but for nothing: the mean is taken over, the texts are. */
  CHECK(stylemap_save(b, again, NULL, NULL, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_model *c = corpus_open(again);
  CHECK(c && corpus_differences(c, b, NULL) == 0);
  if (c) {
    CHECK(memcmp(sm_model_network(c)->mean, sm_model_network(b)->mean, mean_size(b) * sizeof(float)) == 0);
    CHECK_TEXT(stylemap_model_text(c, "attribution"), texts[3]);
    CHECK(stylemap_model_info(c)->bytes == y->bytes);
  }
  stylemap_close(c);
  stylemap_close(b);
  stylemap_close(a);
  unlink(out);
  unlink(again);
  CHECK(files_in(scratch) == 0, "something is left beside");
}

static void half(void) {
  char out[512];
  stylemap_error error = {0};
  stylemap_save_options options = {.half = 1};
  stylemap_save_report report;
  stylemap_model *a = corpus_open(GOLDEN "tiny_LayerNorm_sp4_full.legacy.pt");
  if (!a) return;
  corpus_path(out, sizeof out, scratch, "half.safetensors");
  CHECK(stylemap_save(a, out, &options, &report, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_model *b = corpus_open(out);
  CHECK(b && corpus_differences(b, a, to_half) == 0);
  CHECK_TEXT(b ? stylemap_model_info(b)->dtype : NULL, "F16");

  corpus_weights *w = corpus_list(a), *v = corpus_list(b);
  double largest = 0;
  const char *where = "";
  for (int i = 0; i < w->count; i++)
    for (size_t k = 0; k < w->tensor[i].numel; k++) {
      double off = fabs((double)corpus_value(w, i, k) - (double)corpus_value(v, i, k));
      if (off <= largest) continue;
      largest = off;
      where = w->tensor[i].name;
    }
  CHECK(largest > 0 && report.half_error == largest, "%g reported, %g found", report.half_error, largest);
  CHECK(strstr(report.half_tensor, where) != NULL, "%s reported, %s found", report.half_tensor, where);
  free(w);
  free(v);
  stylemap_close(b);

  /* 65519.99 is the last number that rounds to a finite half; NaN and infinity are what they were. */
  float *weight = a->weights + (a->network.blocks[1].conv2.conv.weight - a->weights);
  float before = weight[3];
  weight[3] = 65519.996f;
  CHECK(stylemap_save(a, out, &options, &report, &error) == STYLEMAP_OK, "%s", error.message);
  weight[3] = INFINITY;
  CHECK(stylemap_save(a, out, &options, &report, &error) == STYLEMAP_OK, "%s", error.message);
  unlink(out);
  weight[3] = -65520;
  report.half_error = -1;
  CHECK(stylemap_save(a, out, &options, &report, &error) == STYLEMAP_BAD_ARGUMENT);
  CHECK(strstr(error.message, "g_ema.decoder.convs.1.conv2.conv.weight") && strstr(error.message, "-65520"), "%s",
        error.message);
  CHECK(report.half_error == -1 && access(out, F_OK) != 0 && files_in(scratch) == 0);
  options.half = 0;
  CHECK(stylemap_save(a, out, &options, &report, &error) == STYLEMAP_OK);
  weight[3] = before;
  stylemap_close(a);
  unlink(out);
}

static char *contents(const char *path, long *size) {
  FILE *f = fopen(path, "rb");
  char *bytes = calloc(1, 1 << 20);
  *size = f ? (long)fread(bytes, 1, 1 << 20, f) : -1;
  if (f) fclose(f);
  return bytes;
}

static void failures(void) {
  static const char *const own[] = {"size", "64", NULL}, *const odd[] = {"licence", NULL},
                    *const wrong[] = {"licence", "\xff", NULL};
  char out[512], folder[512], link[512];
  stylemap_error error = {0};
  stylemap_save_options options = {0};
  stylemap_model *a = corpus_open(GOLDEN "tiny_LayerNorm_sp4_full.legacy.pt"), *inspected = NULL;
  if (!a) return;
  corpus_path(out, sizeof out, scratch, "kept.safetensors");

  CHECK(stylemap_inspect(GOLDEN "tiny_LayerNorm_sp4_full.legacy.pt", &inspected, &error) == STYLEMAP_OK);
  CHECK(stylemap_save(inspected, out, NULL, NULL, &error) == STYLEMAP_BAD_ARGUMENT);
  stylemap_close(inspected);
  CHECK(stylemap_save(a, NULL, NULL, NULL, &error) == STYLEMAP_BAD_ARGUMENT);
  options.texts = own;
  CHECK(stylemap_save(a, out, &options, NULL, &error) == STYLEMAP_BAD_ARGUMENT);
  options.texts = odd;
  CHECK(stylemap_save(a, out, &options, NULL, &error) == STYLEMAP_BAD_ARGUMENT);
  options.texts = wrong;
  CHECK(stylemap_save(a, out, &options, NULL, &error) == STYLEMAP_BAD_ARGUMENT);

  CHECK(stylemap_save(a, corpus_path(folder, sizeof folder, scratch, "none/x.safetensors"), NULL, NULL, &error) ==
        STYLEMAP_FILE_ERROR);
  CHECK(strstr(error.message, "none/x.safetensors"), "%s", error.message);
  CHECK(stylemap_save(a, scratch, NULL, NULL, &error) == STYLEMAP_FILE_ERROR);
  CHECK(stylemap_save(a, "/dev/null", NULL, NULL, &error) == STYLEMAP_FILE_ERROR);
  if (geteuid() != 0) { /* root may write anywhere */
    corpus_path(folder, sizeof folder, scratch, "locked");
    CHECK(mkdir(folder, 0500) == 0);
    strcat(folder, "/x.safetensors");
    CHECK(stylemap_save(a, folder, NULL, NULL, &error) == STYLEMAP_FILE_ERROR);
    CHECK(rmdir(corpus_path(folder, sizeof folder, scratch, "locked")) == 0, "something is left in it");
  }
  CHECK(files_in(scratch) == 0, "a failed write left something");

  /* The disk is full half way through: the file that was there is there. */
  long size, size_after;
  CHECK(stylemap_save(a, out, NULL, NULL, &error) == STYLEMAP_OK && chmod(out, 0640) == 0);
  char *before = contents(out, &size);
  struct rlimit old, limit;
  signal(SIGXFSZ, SIG_IGN);
  getrlimit(RLIMIT_FSIZE, &old);
  limit = old;
  limit.rlim_cur = (rlim_t)(size / 2);
  setrlimit(RLIMIT_FSIZE, &limit);
  CHECK(stylemap_save(a, out, NULL, NULL, &error) == STYLEMAP_FILE_ERROR);
  setrlimit(RLIMIT_FSIZE, &old);
  CHECK(strstr(error.message, "full"), "%s", error.message);
  char *after = contents(out, &size_after);
  CHECK(size == size_after && memcmp(before, after, (size_t)size) == 0);
  CHECK(files_in(scratch) == 1, "a failed write left something");

  /* Through a link, the file it leads to is replaced, and keeps its mode. */
  CHECK(symlink("kept.safetensors", corpus_path(link, sizeof link, scratch, "link.safetensors")) == 0);
  struct stat st;
  CHECK(stylemap_save(a, link, NULL, NULL, &error) == STYLEMAP_OK);
  CHECK(lstat(link, &st) == 0 && S_ISLNK(st.st_mode) && stat(out, &st) == 0 && (st.st_mode & 0777) == 0640);
  free(before);
  free(after);
  stylemap_close(a);
  unlink(link);
  unlink(out);
}

static void mean_shape(void) {
  char out[512];
  stylemap_model *a = corpus_open(GOLDEN "tiny_LayerNorm_sp4_full.legacy.pt"), *b = NULL;
  stylemap_error error = {0};
  if (!a) return;
  CHECK(stylemap_save(a, corpus_path(out, sizeof out, scratch, "mean.safetensors"), NULL, NULL, &error) == STYLEMAP_OK);
  stylemap_close(a);
  long size;
  char *bytes = contents(out, &size), *name = memmem(bytes, (size_t)size, "w_mean", 6);
  char *shape = name ? strstr(name, "[1,8,4,4]") : NULL;
  if (CHECK(shape != NULL)) {
    memcpy(shape, "[1,4,8,4]", 9);
    FILE *f = fopen(out, "wb");
    fwrite(bytes, 1, (size_t)size, f);
    fclose(f);
    CHECK(stylemap_open(out, 0, NULL, NULL, &b, &error) == STYLEMAP_REFUSED);
    CHECK_TEXT(error.rule, "M4");
    CHECK(strstr(error.message, "w_mean has the shape 1 x 4 x 8 x 4, expected 1 x 8 x 4 x 4"), "%s", error.message);
  }
  free(bytes);
  unlink(out);
}

static void single_tensors(void) {
  char out[512];
  stylemap_error error = {0};
  float image[2 * 3 * 5], *got = NULL;
  int64_t shape[] = {1, 2, 3, 5}, any[] = {1, -1, -1, -1}, other[] = {1, 2, 3, 4}, three[] = {2, 3, 5};
  for (int i = 0; i < 30; i++) image[i] = harness_float();
  corpus_path(out, sizeof out, scratch, "image.safetensors");
  CHECK(stylemap_tensor_write(out, "image", 4, shape, image, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(stylemap_tensor_read(out, "image", 4, any, &got, &error) == STYLEMAP_OK, "%s", error.message);
  CHECK(memcmp(any, shape, sizeof shape) == 0 && memcmp(got, image, sizeof image) == 0);
  stylemap_tensor_free(got);
  got = NULL;
  CHECK(stylemap_tensor_read(out, "image", 4, other, &got, &error) == STYLEMAP_REFUSED && !got);
  CHECK(strstr(error.message, "1 x 2 x 3 x 5, expected 1 x 2 x 3 x 4"), "%s", error.message);
  CHECK(stylemap_tensor_read(out, "image", 3, three, &got, &error) == STYLEMAP_REFUSED && !got);
  CHECK(stylemap_tensor_read(out, "mask", 4, shape, &got, &error) == STYLEMAP_REFUSED && !got);
  CHECK(stylemap_tensor_read(out, "image", 9, shape, &got, &error) == STYLEMAP_BAD_ARGUMENT && !got);
  CHECK(stylemap_tensor_read(out, NULL, 4, shape, &got, &error) == STYLEMAP_BAD_ARGUMENT);
  image[17] = NAN;
  image[3] = -INFINITY;
  CHECK(stylemap_tensor_write(out, "image", 4, shape, image, &error) == STYLEMAP_OK);
  CHECK(stylemap_tensor_read(out, "image", 4, shape, &got, &error) == STYLEMAP_REFUSED && !got);
  CHECK(strstr(error.message, "2 numbers of the tensor image are not finite"), "%s", error.message);
  CHECK(stylemap_tensor_read(GOLDEN "README.md", "image", 4, shape, &got, &error) == STYLEMAP_REFUSED && !got);
  int64_t bad[] = {1, -1, 3, 5}, huge[] = {INT64_MAX, INT64_MAX, 2, 2};
  CHECK(stylemap_tensor_write(out, "image", 4, bad, image, &error) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_tensor_write(out, "image", 4, huge, image, &error) == STYLEMAP_BAD_ARGUMENT);
  CHECK(stylemap_tensor_write(out, "", 4, shape, image, &error) == STYLEMAP_BAD_ARGUMENT);
  unlink(out);

  int64_t z[] = {-1, 8};
  static const char golden[] = GOLDEN "tiny_LayerNorm_sp4_full.golden.safetensors";
  CHECK(stylemap_tensor_read(golden, "z", 2, z, &got, &error) == STYLEMAP_OK);
  CHECK(z[0] == 2);
  stylemap_tensor_free(got);
}

int main(void) {
  harness_seed();
  scratch = corpus_scratch();
  round_trip("tiny_LayerNorm_sp4_full.legacy.pt");
  round_trip("tiny_InstanceNorm2d_sp4_small.zip.pt");
  round_trip("tiny_BatchNorm2d_sp4_full.safetensors");
  half();
  failures();
  mean_shape();
  single_tensors();
  CHECK(rmdir(scratch) == 0, "something is left in %s", scratch);
  return harness_end();
}
