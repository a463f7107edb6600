/* SPDX-License-Identifier: GPL-3.0-or-later
 * Where the test files are, and what more than one test of model/ needs. */
#pragma once
#include "harness.h"

#include "base/crc32.h"
#include "model/form.h"
#include "network/network.h"

#include <sys/stat.h>
#include <unistd.h>

#define HOSTILE STYLEMAP_SOURCE_ROOT "/tests/model/hostile/"
#define GOLDEN STYLEMAP_SOURCE_ROOT "/tests/golden/"

/* The folder of the large corpora: STYLEMAP_SHARED, or ../shared beside the source; NULL where there is none. */
static inline const char *corpus_shared(void) {
  const char *named = getenv("STYLEMAP_SHARED"), *beside = STYLEMAP_SOURCE_ROOT "/../shared";
  struct stat st;
  if (named && *named) {
    CHECK(stat(named, &st) == 0, "STYLEMAP_SHARED names %s, which is not there", named);
    return named;
  }
  return stat(beside, &st) == 0 ? beside : NULL;
}

static inline char *corpus_path(char *buffer, size_t size, const char *folder, const char *file) {
  snprintf(buffer, size, "%s%s", folder, file);
  return buffer;
}

static inline stylemap_model *corpus_open(const char *path) {
  stylemap_model *model = NULL;
  stylemap_error error = {0};
  stylemap_status status = stylemap_open(path, 0, NULL, NULL, &model, &error);
  CHECK(status == STYLEMAP_OK, "%s: %s", path, error.message);
  return status == STYLEMAP_OK ? model : NULL;
}

/* All tensors of a model in the order of the table. */
typedef struct corpus_weights {
  struct {
    char name[SM_SLOT_NAME];
    size_t numel;
    const float *values; /* or */
    const uint16_t *halves;
  } tensor[1024];
  int count;
} corpus_weights;

static inline stylemap_status corpus_collect(void *context, const sm_slot *slot) {
  corpus_weights *w = context;
  if (!slot->to) return STYLEMAP_OK;
  snprintf(w->tensor[w->count].name, sizeof w->tensor[0].name, "%s", slot->name);
  w->tensor[w->count].numel = (size_t)slot->numel;
  w->tensor[w->count].halves = slot->half ? *slot->half : NULL;
  w->tensor[w->count++].values = *slot->to;
  return STYLEMAP_OK;
}

static inline corpus_weights *corpus_list(const stylemap_model *model) {
  corpus_weights *w = calloc(1, sizeof *w);
  sm_network network = *sm_model_network(model);
  sm_network_walk(&network, SM_OF_MODEL, corpus_collect, w);
  return w;
}

static inline float corpus_value(const corpus_weights *w, int tensor, size_t k) {
  return w->tensor[tensor].halves ? sm_float_of_half(w->tensor[tensor].halves[k]) : w->tensor[tensor].values[k];
}

/* Numbers of `a` that differ from map(those of `b`), bit by bit; -1 where the models are of different shape. */
static inline long corpus_differences(const stylemap_model *a, const stylemap_model *b, float (*map)(float)) {
  corpus_weights *x = corpus_list(a), *y = corpus_list(b);
  long differences = x->count == y->count ? 0 : -1;
  for (int i = 0; differences >= 0 && i < x->count; i++) {
    if (x->tensor[i].numel != y->tensor[i].numel || strcmp(x->tensor[i].name, y->tensor[i].name) != 0) {
      differences = -1;
      break;
    }
    for (size_t k = 0; k < x->tensor[i].numel; k++) {
      float is = corpus_value(x, i, k), want = corpus_value(y, i, k);
      if (map) want = map(want);
      differences += memcmp(&is, &want, sizeof want) != 0;
    }
  }
  free(x);
  free(y);
  return differences;
}

/* A folder for what a test writes; made anew, its name ends in a slash. */
static inline const char *corpus_scratch(void) {
  static char folder[256];
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/stylemap-test-XXXXXX", base && *base ? base : "/tmp");
  if (!CHECK(mkdtemp(folder) != NULL, "%s", folder)) exit(1);
  strcat(folder, "/");
  return folder;
}
