/* SPDX-License-Identifier: GPL-3.0-or-later
 * Texts of files: strict UTF-8, and numbers that no locale changes. Texts are (pointer, length), not closed. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Bytes of the UTF-8 sequence at the start of `text` (1..4), or 0 where there is none: overlong, surrogate,
 * above U+10FFFF, or cut by `size`. */
int sm_utf8_length(const void *text, size_t size);
int sm_utf8_valid(const void *text, size_t size);
/* Characters of a valid text. */
size_t sm_utf8_count(const void *text, size_t size);
/* Writes `code` (not a surrogate, up to 0x10ffff) to `to`; returns the bytes, 1..4. */
int sm_utf8_put(char *to, uint32_t code);

int sm_text_is(const char *text, size_t size, const char *expected);

/* `-?[0-9]{1,18}`, all of it. */
int sm_text_integer(const char *text, size_t size, int64_t *value);
/* `-?[0-9]+\.?[0-9]*([eE][-+]?[0-9]{1,4})?`, all of it, at most 127 bytes; may give an infinity. */
int sm_text_real(const char *text, size_t size, double *value);
/* A decimal number as text for sm_fail; the buffer is the caller's. */
typedef struct sm_number {
  char text[32];
} sm_number;
const char *sm_decimal(sm_number *buffer, int64_t value);
/* The shortest text that sm_text_real reads back as the same number ("nan", "inf", "-inf" are not read). */
const char *sm_real(sm_number *buffer, double value);

/* A copy of at most `room - 1` bytes, closed, for sm_fail (which makes it valid UTF-8). */
void sm_text_copy(char *to, size_t room, const char *text, size_t size);
