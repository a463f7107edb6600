/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Texts from files end in terminals and dialogs: no control characters, valid UTF-8, a bounded length. */
static void copy_clean(char *to, size_t size, const char *from) {
  const unsigned char *s = (const unsigned char *)from;
  size_t at = 0;
  while (*s) {
    int n = sm_utf8_length(s, strnlen((const char *)s, 4));
    int plain = n > 0 && !(n == 1 && (*s < 0x20 || *s == 0x7f)) && !(n == 2 && s[0] == 0xc2 && s[1] < 0xa0);
    if (at + (size_t)(plain ? n : 1) >= size) break;
    if (plain) memcpy(to + at, s, (size_t)n);
    else to[at] = '?';
    at += plain ? (size_t)n : 1;
    s += n ? n : 1;
  }
  to[at] = '\0';
}

void stylemap_error_translate(const stylemap_error *error, const char *format, char *text, size_t size) {
  if (!size) return;
  size_t at = 0;
  for (const char *f = format; *f && at + 1 < size; f++) {
    if (f[0] == '%' && f[1] >= '1' && f[1] <= '0' + STYLEMAP_ERROR_ARGUMENTS) {
      const char *a = error->argument[*++f - '1'];
      size_t n = strlen(a);
      if (n > size - 1 - at) n = size - 1 - at;
      memcpy(text + at, a, n);
      at += n;
    } else {
      text[at++] = *f;
    }
  }
  text[at] = '\0';
}

stylemap_status sm_fail(stylemap_error *error, stylemap_status status, const char *rule, const char *format, ...) {
  if (!error) return status;
  memset(error, 0, sizeof *error);
  error->status = status;
  error->format = format;
  snprintf(error->rule, sizeof error->rule, "%s", rule);
  va_list list;
  va_start(list, format);
  for (int i = 0; i < STYLEMAP_ERROR_ARGUMENTS; i++) {
    const char *a = va_arg(list, const char *);
    if (!a) break;
    copy_clean(error->argument[i], sizeof error->argument[i], a);
  }
  va_end(list);
  stylemap_error_translate(error, format, error->message, sizeof error->message);
  return status;
}

stylemap_status sm_no_memory(stylemap_error *error, uint64_t bytes) {
  sm_number n;
  return sm_fail(error, STYLEMAP_NO_MEMORY, "",
                 SM_TEXT("There is not enough memory (%1 MB more are needed). Close other programs and try again."),
                 sm_decimal(&n, (int64_t)(bytes / 1000000 + 1)), NULL);
}
