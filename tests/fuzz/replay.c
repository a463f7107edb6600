/* SPDX-License-Identifier: GPL-3.0-or-later
 * A fuzz target without a fuzzer: runs it over the files named, and those of the folders named, and over each cut short
 * at a few places. usage: TARGET PATH... */
#include <dirent.h>
#include <sys/stat.h>

#include "fuzz.h"

static int files;

/* The bytes in a block of their very size, so that a sanitizer sees one read too far. */
static void one(const uint8_t *data, size_t size) {
  uint8_t *copy = malloc(size ? size : 1);
  MUST(copy != NULL);
  memcpy(copy, data, size);
  MUST(LLVMFuzzerTestOneInput(copy, size) == 0);
  free(copy);
}

static void file(const char *path, size_t size) {
  FILE *f = fopen(path, "rb");
  uint8_t *data = malloc(size ? size : 1);
  MUST(f && data && fread(data, 1, size, f) == size);
  fclose(f);
  one(data, size);
  static const unsigned parts[] = {1, 9, 50, 99};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) one(data, size * parts[i] / 100);
  free(data);
  files++;
}

static void walk(const char *path) {
  struct stat st;
  MUST(stat(path, &st) == 0);
  if (!S_ISDIR(st.st_mode)) {
    file(path, (size_t)st.st_size);
    return;
  }
  DIR *folder = opendir(path);
  MUST(folder != NULL);
  for (struct dirent *e; (e = readdir(folder));) {
    char inner[4096];
    if (e->d_name[0] == '.') continue;
    MUST((size_t)snprintf(inner, sizeof inner, "%s/%s", path, e->d_name) < sizeof inner);
    walk(inner);
  }
  closedir(folder);
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++) walk(argv[i]);
  printf("%d files\n", files);
  return files == 0;
}
