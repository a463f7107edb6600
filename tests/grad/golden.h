/* SPDX-License-Identifier: GPL-3.0-or-later
 * The least reader of a safetensors file that a golden test needs: float tensors by name, texts of __metadata__. It
 * knows the order in which these files write a tensor's fields; anything else counts as missing. */
#pragma once
#include "harness.h"

typedef struct golden {
  char *header;
  const unsigned char *data;
  char *block;
} golden;

static inline int golden_open(golden *g, const char *path) {
  FILE *f = fopen(path, "rb");
  if (!CHECK(f, "%s is missing", path)) return 0;
  fseek(f, 0, SEEK_END);
  long size = ftell(f);
  rewind(f);
  g->block = malloc((size_t)size);
  int ok = CHECK(g->block && fread(g->block, 1, (size_t)size, f) == (size_t)size && size > 8, "%s", path);
  fclose(f);
  if (!ok) return 0;
  uint64_t length;
  memcpy(&length, g->block, 8);
  g->header = malloc(length + 1);
  memcpy(g->header, g->block + 8, length);
  g->header[length] = 0;
  g->data = (unsigned char *)g->block + 8 + length;
  return 1;
}

static inline void golden_close(golden *g) {
  free(g->header);
  free(g->block);
}

/* The tensor's numbers (unaligned file memory is copied), or NULL; fills rank, shape and count. */
static inline float *golden_tensor(const golden *g, const char *name, int *rank, int shape[8], size_t *count) {
  char key[200];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(g->header, key), *s, *o, *end;
  if (!at || !(end = strchr(at, '}')) || !(s = strstr(at, "\"shape\":")) || s > end || !strstr(at, "F32") ||
      !(o = strstr(at, "\"data_offsets\":")) || o > end)
    return NULL;
  *rank = 0;
  *count = 1;
  for (s = strchr(s, '[') + 1; *s && *s != ']';) {
    char *next;
    long v = strtol(s, &next, 10);
    shape[(*rank)++] = (int)v;
    *count *= (size_t)v;
    for (s = next; *s == ',' || *s == ' '; s++) continue;
  }
  unsigned long long from = strtoull(strchr(o, '[') + 1, NULL, 10);
  float *values = malloc(*count * sizeof(float) + 1);
  memcpy(values, g->data + from, *count * sizeof(float));
  return values;
}

/* A number behind "key": in the header, quoted or not (the losses are a text with escaped quotes). */
static inline double golden_number(const golden *g, const char *key) {
  char pattern[2][96];
  snprintf(pattern[0], sizeof pattern[0], "\"%s\":", key);
  snprintf(pattern[1], sizeof pattern[1], "\\\"%s\\\":", key);
  for (int i = 0; i < 2; i++) {
    const char *at = strstr(g->header, pattern[i]);
    if (!at) continue;
    for (at += strlen(pattern[i]); *at == ' ' || *at == '"'; at++) continue;
    return strtod(at, NULL);
  }
  return NAN;
}

static inline int golden_is(const golden *g, const char *key, const char *value) {
  char pattern[2][96];
  snprintf(pattern[0], sizeof pattern[0], "\"%s\":\"%s\"", key, value);
  snprintf(pattern[1], sizeof pattern[1], "\"%s\": \"%s\"", key, value);
  return strstr(g->header, pattern[0]) || strstr(g->header, pattern[1]);
}
