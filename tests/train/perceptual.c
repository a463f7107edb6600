/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files with the weights of the perceptual loss: every form gives the same loss, what is cut, hostile or another network
 * is refused. usage: perceptual FOLDER (for its files) GOLDEN PERCEPTUAL_FOLDER HOSTILE_FOLDER */
#include "train/runs.h"

#include <dirent.h>

static stylemap_train_losses losses_with(const char *vgg, const char *heads) {
  stylemap_train_options o = options(STYLEMAP_LAYER_NORM);
  stylemap_trainer *t = new_trainer(&o, 2);
  stylemap_train_losses losses = {0};
  if (vgg) CHECK(stylemap_trainer_perceptual(t, vgg, heads, &error) == STYLEMAP_OK, "%s: %s", vgg, error.message);
  fill(t, BATCH);
  CHECK(stylemap_trainer_step(t, images, &losses, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_trainer_free(t);
  return losses;
}

static void refuse_perceptual(stylemap_trainer *t, const char *vgg, const char *heads, const char *word) {
  stylemap_status status = stylemap_trainer_perceptual(t, vgg, heads, &error);
  CHECK(status == STYLEMAP_REFUSED && strstr(error.message, word), "%s: %d, %s", vgg, status, error.message);
}

/* The golden file holds a narrow VGG16 with LPIPS heads, under prefixes; `folder` the same as torch.save writes it. */
static void perceptual(const char *golden, const char *folder) {
  char legacy[512], heads[512], both[512];
  snprintf(legacy, sizeof legacy, "%s/vgg16-legacy.pth", folder);
  snprintf(heads, sizeof heads, "%s/lpips-legacy.pth", folder);
  snprintf(both, sizeof both, "%s/vgg16-lpips-zip.pth", folder);
  stylemap_train_losses with = losses_with(golden, NULL), without = losses_with(NULL, NULL);
  CHECK(with.perceptual > 0 && without.perceptual == 0 && with.mse == without.mse);
  const char *const pairs[][2] = {{legacy, heads}, {both, NULL}, {both, heads}, {golden, heads}, {legacy, golden}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    stylemap_train_losses same = losses_with(pairs[i][0], pairs[i][1]);
    CHECK(same.perceptual == with.perceptual, "%s: %.17g, not %.17g", pairs[i][0], same.perceptual, with.perceptual);
  }

  stylemap_train_options o = options(STYLEMAP_LAYER_NORM);
  stylemap_trainer *t = new_trainer(&o, 2);
  CHECK(stylemap_trainer_save(t, path[0], &error) == STYLEMAP_OK);
  refuse_perceptual(t, path[0], NULL, "features.0");
  refuse_perceptual(t, legacy, NULL, "lin0.model.1.weight");
  refuse_perceptual(t, heads, legacy, "features.0.weight");
  /* cut anywhere, a file of either form is refused */
  for (int f = 0; f < 2; f++) {
    char *bytes = NULL;
    long size = 0;
    FILE *file = fopen(f ? both : legacy, "rb");
    if (!CHECK(file)) continue;
    fseek(file, 0, SEEK_END);
    size = ftell(file);
    rewind(file);
    bytes = malloc((size_t)size);
    CHECK(fread(bytes, 1, (size_t)size, file) == (size_t)size);
    fclose(file);
    for (int cut = 0; cut < 40; cut++) {
      file = fopen(path[0], "wb");
      if (!CHECK(file)) break;
      fwrite(bytes, 1, (size_t)(size * cut / 40), file);
      fclose(file);
      refuse_perceptual(t, path[0], NULL, "perceptual-0");
    }
    free(bytes);
  }
  stylemap_trainer_free(t);
}

/* What no model may be, weights may not be either; and what is a model holds no such network. */
static void hostile_perceptual(const char *folder) {
  stylemap_train_options o = options(STYLEMAP_LAYER_NORM);
  stylemap_trainer *t = new_trainer(&o, 1);
  DIR *dir = opendir(folder);
  int count = 0;
  for (struct dirent *e; dir && (e = readdir(dir));) {
    char file[1024];
    if (e->d_name[0] == '.' || strstr(e->d_name, "MANIFEST")) continue;
    snprintf(file, sizeof file, "%s/%s", folder, e->d_name);
    refuse_perceptual(t, file, NULL, e->d_name);
    count++;
  }
  if (dir) closedir(dir);
  CHECK(count > 50, "%d files in %s", count, folder);
  stylemap_trainer_free(t);
}

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  harness_seed();
  name_files(argv[1], "perceptual");
  perceptual(argv[2], argv[3]);
  hostile_perceptual(argv[4]);
  return runs_end();
}
