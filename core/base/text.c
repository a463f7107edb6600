/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/text.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sm_utf8_length(const void *text, size_t size) {
  const unsigned char *s = text;
  if (!size) return 0;
  if (s[0] < 0x80) return 1;
  int n = s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : (s[0] & 0xf0) == 0xe0 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;
  if ((size_t)n > size) return 0;
  for (int i = 1; i < n; i++)
    if ((s[i] & 0xc0) != 0x80) return 0;
  if (n == 3 && ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0))) return 0;
  if (n == 4 && ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))) return 0;
  return n;
}

int sm_utf8_valid(const void *text, size_t size) {
  const unsigned char *s = text;
  for (size_t at = 0; at < size;) {
    int n = sm_utf8_length(s + at, size - at);
    if (!n) return 0;
    at += (size_t)n;
  }
  return 1;
}

size_t sm_utf8_count(const void *text, size_t size) {
  const unsigned char *s = text;
  size_t n = 0;
  for (size_t i = 0; i < size; i++) n += (s[i] & 0xc0) != 0x80;
  return n;
}

int sm_utf8_put(char *to, uint32_t code) {
  unsigned char *s = (unsigned char *)to;
  if (code < 0x80) {
    s[0] = (unsigned char)code;
    return 1;
  }
  int n = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  for (int i = n - 1; i > 0; i--, code >>= 6) s[i] = (unsigned char)(0x80 | (code & 0x3f));
  s[0] = (unsigned char)((n == 2 ? 0xc0 : n == 3 ? 0xe0 : 0xf0) | code);
  return n;
}

int sm_text_is(const char *text, size_t size, const char *expected) {
  return size == strlen(expected) && memcmp(text, expected, size) == 0;
}

static size_t digits(const char *text, size_t size, size_t at) {
  size_t n = 0;
  while (at + n < size && text[at + n] >= '0' && text[at + n] <= '9') n++;
  return n;
}

int sm_text_integer(const char *text, size_t size, int64_t *value) {
  size_t at = size && text[0] == '-', n = digits(text, size, at);
  if (!n || n > 18 || at + n != size) return 0;
  int64_t v = 0;
  for (size_t i = at; i < size; i++) v = v * 10 + (text[i] - '0');
  *value = at ? -v : v;
  return 1;
}

/* The "C" locale for this thread while a C library function runs that would look at the user's: with a German
 * one, strtod reads "0.01" as 0. */
static locale_t plain_locale(locale_t *before) {
  locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
  *before = plain ? uselocale(plain) : (locale_t)0;
  return plain;
}

static void restore_locale(locale_t plain, locale_t before) {
  if (!plain) return;
  uselocale(before);
  freelocale(plain);
}

int sm_text_real(const char *text, size_t size, double *value) {
  char copy[128];
  size_t at = size && text[0] == '-', n = digits(text, size, at);
  if (!n || size >= sizeof copy) return 0;
  at += n;
  if (at < size && text[at] == '.') {
    at++;
    at += digits(text, size, at);
  }
  if (at < size && (text[at] == 'e' || text[at] == 'E')) {
    at++;
    if (at < size && (text[at] == '-' || text[at] == '+')) at++;
    n = digits(text, size, at);
    if (!n || n > 4) return 0;
    at += n;
  }
  if (at != size) return 0;
  sm_text_copy(copy, sizeof copy, text, size);
  locale_t before, plain = plain_locale(&before);
  if (plain) *value = strtod(copy, NULL);
  restore_locale(plain, before);
  return plain != (locale_t)0;
}

const char *sm_decimal(sm_number *buffer, int64_t value) {
  snprintf(buffer->text, sizeof buffer->text, "%lld", (long long)value);
  return buffer->text;
}

const char *sm_real(sm_number *buffer, double value) {
  if (isnan(value)) return memcpy(buffer->text, "nan", 4);
  if (isinf(value)) return value < 0 ? memcpy(buffer->text, "-inf", 5) : memcpy(buffer->text, "inf", 4);
  locale_t before, plain = plain_locale(&before);
  for (int n = 1; n <= 17; n++) {
    snprintf(buffer->text, sizeof buffer->text, "%.*g", n, value);
    if (strtod(buffer->text, NULL) == value) break;
  }
  if (fabs(value) < 1e15 && value == rint(value)) snprintf(buffer->text, sizeof buffer->text, "%.0f", value);
  restore_locale(plain, before);
  return buffer->text;
}

void sm_text_copy(char *to, size_t room, const char *text, size_t size) {
  if (size > room - 1) size = room - 1;
  if (size) memcpy(to, text, size);
  to[size] = '\0';
}
