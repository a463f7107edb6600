/* SPDX-License-Identifier: GPL-3.0-or-later
 * How a failure becomes a sentence. Internal functions return stylemap_status and forward with SM_TRY. */
#pragma once
#include "base/text.h"
#include "stylemap.h"

/* Marks a template for translation (xgettext --keyword=SM_TEXT). */
#define SM_TEXT(text) text

#define SM_TRY(call)                                        \
  do {                                                      \
    stylemap_status sm_status_ = (call);                    \
    if (sm_status_ != STYLEMAP_OK) return sm_status_;       \
  } while (0)

/* As SM_TRY where something must be freed: sets `status` and goes to `done:`. */
#define SM_TRY_DONE(call)                                   \
  do {                                                      \
    status = (call);                                        \
    if (status != STYLEMAP_OK) goto done;                   \
  } while (0)

/* Fills `error` (NULL is fine) and returns `status`. `rule` may be "". The variable arguments are the texts
 * for %1, %2, ..., closed by NULL; each is cut to 255 bytes and made valid UTF-8 without control characters. */
stylemap_status sm_fail(stylemap_error *error, stylemap_status status, const char *rule, const char *format, ...)
    __attribute__((sentinel));

stylemap_status sm_no_memory(stylemap_error *error, uint64_t bytes);
