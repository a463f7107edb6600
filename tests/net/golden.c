/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every golden model through the public header, against what the reference evaluation gives: the small ones here,
 * and with the shared corpora all of them and every checkpoint whose manifest names a golden. The forms of one
 * model must agree bit for bit. */
#include <dirent.h>

#include "model/corpus.h"

typedef struct values {
  float *v;
  size_t count;
} values;

/* Item `item` of a tensor of the golden file; a missing tensor fails. */
static values load(const char *golden, const char *name, int rank, int item, stylemap_error *e) {
  int64_t shape[8] = {-1, -1, -1, -1, -1, -1, -1, -1};
  float *all;
  if (!CHECK(stylemap_tensor_read(golden, name, rank, shape, &all, e) == STYLEMAP_OK, "%s", e->message))
    return (values){0};
  size_t count = 1;
  for (int i = 1; i < rank; i++) count *= (size_t)shape[i];
  if (!CHECK(item < shape[0], "%s of %s has %d items", name, golden, (int)shape[0])) return (values){0};
  values v = {malloc(sizeof(float) * count), count};
  memcpy(v.v, all + (size_t)item * count, sizeof(float) * count);
  stylemap_tensor_free(all);
  return v;
}

static double worst_of_all; /* in units of max(1, largest magnitude) */

static void agrees(const char *model, const char *what, const float *got, values want) {
  if (!want.v) return;
  double size = 1, worst = 0;
  for (size_t i = 0; i < want.count; i++) {
    double d = fabs(got[i] - want.v[i]);
    size = fmax(size, fabs(want.v[i]));
    if (!(d <= worst)) worst = isnan(d) ? INFINITY : d;
  }
  CHECK(worst <= 1e-4 * size, "%s, %s: %g of %g", model, what, worst, size);
  worst_of_all = fmax(worst_of_all, worst / size);
  free(want.v);
}

/* All outputs of `model` for the golden inputs, item 0 and 1 one after the other; to be freed. */
static float *evaluate(const char *path, const char *golden, size_t *floats) {
  stylemap_model *model = corpus_open(path);
  if (!model) return NULL;
  const stylemap_info *info = stylemap_model_info(model);
  size_t image = 3 * (size_t)info->size * (size_t)info->size;
  size_t map = (size_t)info->latent_channel_size * (size_t)info->latent_spatial_size * (size_t)info->latent_spatial_size;
  size_t each = 2 * map + 2 * image;
  float *out = malloc(sizeof(float) * 2 * each);
  stylemap_session *s;
  stylemap_pyramid *p;
  stylemap_error e = {0};
  CHECK(stylemap_session_new(model, 2, NULL, NULL, &s, &e) == STYLEMAP_OK && stylemap_pyramid_new(model, &p, &e) == STYLEMAP_OK);
  for (int item = 0; item < 2; item++) {
    float *w = out + (size_t)item * each, *wz = w + map, *g = wz + map, *gz = g + image;
    values x = load(golden, "x", 4, item, &e), z = load(golden, "z", 2, item, &e);
    if (!x.v || !z.v || !CHECK(x.count == image && z.count == (size_t)info->latent_channel_size, "%s fits %s", golden, path)) exit(1);
    CHECK(stylemap_encode(s, x.v, w, &e) == STYLEMAP_OK && stylemap_resize(s, w, p, &e) == STYLEMAP_OK);
    agrees(path, "w", w, load(golden, "w", 4, item, &e));
    for (int l = 0; item == 0 && l < info->levels; l++) { /* the goldens hold item 0's pyramid */
      char name[24];
      int channels, side;
      snprintf(name, sizeof name, "style_%02d", l);
      values want = load(golden, name, 4, 0, &e);
      CHECK(stylemap_pyramid_shape(model, l, &channels, &side) == STYLEMAP_OK && want.count == (size_t)(channels * side * side));
      float *level = malloc(sizeof(float) * want.count);
      CHECK(stylemap_pyramid_get(p, l, level) == STYLEMAP_OK);
      agrees(path, name, level, want);
      free(level);
    }
    CHECK(stylemap_synth(s, p, g, &e) == STYLEMAP_OK);
    agrees(path, "image", g, load(golden, "image", 4, item, &e));
    CHECK(stylemap_map(s, z.v, wz, &e) == STYLEMAP_OK && stylemap_resize(s, wz, p, &e) == STYLEMAP_OK);
    agrees(path, "wz", wz, load(golden, "wz", 4, item, &e));
    CHECK(stylemap_synth(s, p, gz, &e) == STYLEMAP_OK);
    agrees(path, "image_z", gz, load(golden, "image_z", 4, item, &e));
    free(x.v);
    free(z.v);
  }
  stylemap_pyramid_free(p);
  stylemap_session_free(s);
  stylemap_close(model);
  *floats = 2 * each;
  return out;
}

/* The forms that lie beside a golden file. */
static int forms(const char *folder, const char *name) {
  static const char *const ending[] = {".safetensors", ".legacy.pt", ".zip.pt"};
  char golden[512], path[512];
  float *first = NULL;
  size_t floats, same;
  int found = 0;
  snprintf(golden, sizeof golden, "%s%s.golden.safetensors", folder, name);
  for (int i = 0; i < 3; i++) {
    struct stat st;
    snprintf(path, sizeof path, "%s%s%s", folder, name, ending[i]);
    if (stat(path, &st)) continue;
    float *out = evaluate(path, golden, &same);
    found++;
    if (!first) first = out, floats = same;
    else if (out) CHECK(same == floats && memcmp(first, out, sizeof(float) * floats) == 0, "%s differs from its other form", path), free(out);
  }
  free(first);
  return found;
}

/* Every loadable checkpoint whose manifest entry names a golden. */
static int checkpoints(const char *shared) {
  char path[512], golden[512], line[512], file[256] = "", load_it[32] = "", name[256];
  snprintf(path, sizeof path, "%s/checkpoints/MANIFEST.json", shared);
  FILE *f = fopen(path, "r");
  if (!CHECK(f, "%s", path)) return 0;
  int found = 0;
  while (fgets(line, sizeof line, f)) {
    sscanf(line, " \"file\": \"%255[^\"]", file);
    sscanf(line, " \"verdict\": \"%31[^\"]", load_it);
    if (sscanf(line, " \"golden\": \"%255[^\"]", name) != 1 || strcmp(load_it, "load")) continue;
    snprintf(path, sizeof path, "%s/checkpoints/%s", shared, file);
    snprintf(golden, sizeof golden, "%s/golden/%s.golden.safetensors", shared, name);
    size_t floats;
    free(evaluate(path, golden, &floats));
    found++;
  }
  fclose(f);
  return found;
}

int main(void) {
  static const char *const here[] = {"tiny_LayerNorm_sp4_full", "tiny_InstanceNorm2d_sp4_small", "tiny_BatchNorm2d_sp4_full"};
  for (int i = 0; i < 3; i++) CHECK(forms(GOLDEN, here[i]) == 3, "%s in three forms", here[i]);
  const char *shared = corpus_shared();
  if (shared) {
    char folder[512];
    int models = 0;
    snprintf(folder, sizeof folder, "%s/golden/", shared);
    DIR *d = opendir(folder);
    for (struct dirent *entry; CHECK(d, "%s", folder) && (entry = readdir(d));) {
      char name[256];
      char *end = strstr(strcpy(name, entry->d_name), ".golden.safetensors");
      if (!end || strncmp(name, "tiny_", 5)) continue;
      *end = '\0';
      int found = forms(folder, name);
      CHECK(found > 0, "%s has no model", name);
      models += found;
    }
    if (d) closedir(d);
    int files = checkpoints(shared);
    CHECK(models == 24 && files == 31, "the corpora hold %d golden models and %d checkpoints with a golden", models, files);
    printf("%d golden models and %d checkpoints of the shared corpora\n", models, files);
  }
  printf("largest difference: %.2e of max(1, magnitude), limit 1e-4\n", worst_of_all);
  return harness_end();
}
