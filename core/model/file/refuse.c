/* SPDX-License-Identifier: GPL-3.0-or-later
 * One sentence for each group of rules. */
#include "model/file/checkpoint.h"

#include <stdio.h>
#include <string.h>

static int one_of(const char *rule, const char *list) {
  size_t n = strlen(rule);
  for (const char *s = list; (s = strstr(s, rule)); s += n)
    if ((s == list || s[-1] == ' ') && (s[n] == ' ' || !s[n])) return 1;
  return 0;
}

stylemap_status sm_refuse(stylemap_error *error, const char *path, const char *rule, const char *why) {
  const char *format = SM_TEXT("%1 is damaged (%2). Download it again.");
  if (one_of(rule, "P1 L4 S1 Z1")) format = SM_TEXT("%1 is incomplete or damaged (%2). Download it again.");
  else if (rule[0] == 'S') format = SM_TEXT("%1 is damaged: %2 in its safetensors header. Download it again.");
  else if (one_of(rule, "Z6")) format = SM_TEXT("%1 is a re-compressed archive (%2). Save it again with torch.save.");
  else if (rule[0] == 'M' || one_of(rule, "Z13")) format = SM_TEXT("%1 cannot be used: %2.");
  return sm_fail(error, STYLEMAP_REFUSED, rule, format, path, why, NULL);
}

stylemap_status sm_refuse_at(stylemap_error *error, const char *path, const char *rule, const char *why,
                             uint64_t byte) {
  sm_number n;
  const char *format = SM_TEXT("%1 is damaged or was not written by PyTorch (byte %3: %2).");
  if (rule[0] == 'T') format = SM_TEXT("%1 describes a tensor wrongly (byte %3: %2).");
  else if (one_of(rule, "P1")) format = SM_TEXT("%1 is incomplete or damaged (byte %3: %2). Download it again.");
  return sm_fail(error, STYLEMAP_REFUSED, rule, format, path, why, sm_decimal(&n, (int64_t)byte), NULL);
}

stylemap_status sm_refuse_tensor(stylemap_error *error, const char *path, const char *rule, const char *why,
                                 const char *name, size_t length) {
  char text[256];
  sm_text_copy(text, sizeof text, name, length < 200 ? length : 200);
  return sm_fail(error, STYLEMAP_REFUSED, rule, SM_TEXT("%1: the tensor %3 is described wrongly (%2)."), path, why,
                 text, NULL);
}

const char *sm_shape(sm_shape_text *buffer, int rank, const int64_t *size) {
  size_t at = 0, room = sizeof buffer->text; /* at most 8 sizes of 19 digits */
  for (int i = 0; i < rank; i++) {
    if (i) at += (size_t)snprintf(buffer->text + at, room - at, " x ");
    if (size[i] < 0) at += (size_t)snprintf(buffer->text + at, room - at, "any");
    else at += (size_t)snprintf(buffer->text + at, room - at, "%lld", (long long)size[i]);
  }
  return rank ? buffer->text : "()";
}

stylemap_status sm_check_shape(const char *path, const char *name, const sm_tensor *tensor, int rank, const int64_t *shape,
                               stylemap_error *error) {
  sm_shape_text is, should;
  int same = tensor->rank == rank;
  for (int i = 0; same && i < rank; i++) same = shape[i] == -1 || shape[i] == tensor->size[i];
  if (same) return STYLEMAP_OK;
  return sm_fail(error, STYLEMAP_REFUSED, "M4", SM_TEXT("%1: the tensor %2 has the shape %3, expected %4."), path, name,
                 sm_shape(&is, tensor->rank, tensor->size), sm_shape(&should, rank, shape), NULL);
}
