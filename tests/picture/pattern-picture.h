/* SPDX-License-Identifier: GPL-3.0-or-later
 * The picture behind every file of pictures/: WIDTH x HEIGHT, by a formula, without any symmetry. */
#pragma once
#include <string.h>

enum { WIDTH = 24, HEIGHT = 16 };

/* Kinds: rgb or grey ("g"), "a" with alpha, then 8, 16 or f for float; few: seven colours; mono: black and white. */
static inline int kind_is_grey(const char *kind) { return kind[0] == 'g' || strcmp(kind, "mono") == 0; }
static inline int kind_has_alpha(const char *kind) { return strncmp(kind, "rgba", 4) == 0 || strncmp(kind, "ga", 2) == 0; }
static inline int kind_bits(const char *kind) {
  return strstr(kind, "16") ? 16 : kind[strlen(kind) - 1] == 'f' ? 32 : 8;
}
static inline int kind_channels(const char *kind) { return (kind_is_grey(kind) ? 1 : 3) + kind_has_alpha(kind); }

static inline int pattern_eight(const char *kind, int x, int y, int c) {
  if (strcmp(kind, "mono") == 0) return (x + y / 3) % 2 ? 255 : 0;
  if (strcmp(kind, "few") == 0) return (x / 8 + y / 8 * 3) * 40 + c * 15;
  if (kind_has_alpha(kind) && c == kind_channels(kind) - 1) return 255 - 9 * x;
  if (kind_is_grey(kind)) return 7 * x + 5 * y;
  return c == 0 ? 10 * x + y : c == 1 ? 15 * y + x / 2 : 255 - 5 * x - 7 * y;
}

/* 0..1 as the file of that kind holds it. */
static inline double pattern_value(const char *kind, int x, int y, int c) {
  int eight = pattern_eight(kind, x, y, c);
  return kind_bits(kind) == 8 ? eight / 255.0 : (eight * 256 + (37 * x + 11 * y) % 256) / 65535.0;
}
