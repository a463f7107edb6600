/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: errors, progress, the version. */
#ifndef STYLEMAP_BASE_H
#define STYLEMAP_BASE_H

#include <stddef.h>
#include <stdint.h>

#if defined __GNUC__ && !defined STYLEMAP_STATIC
#define STYLEMAP_API __attribute__((visibility("default")))
#else
#define STYLEMAP_API
#endif

typedef enum stylemap_status {
  STYLEMAP_OK,
  STYLEMAP_BAD_ARGUMENT, /* the caller broke a rule of this header, or the user's wish cannot be met */
  STYLEMAP_FILE_ERROR,   /* a file cannot be opened, read or written */
  STYLEMAP_REFUSED,      /* a file was read and is not what it should be; stylemap_error.rule names the rule */
  STYLEMAP_NO_MEMORY,
  STYLEMAP_CANCELLED,    /* a progress callback returned non-zero */
} stylemap_status;

#define STYLEMAP_ERROR_ARGUMENTS 4
#define STYLEMAP_ERROR_TEXT 1024

/* One clear sentence, in two forms: `message`, English and complete, and `format` with `argument`, so that a
 * host can translate. `format` is a static string with %1 .. %4 where the arguments go. Arguments are valid
 * UTF-8 of at most 255 bytes; they may hold text from a file, so escape them where markup is shown. */
typedef struct stylemap_error {
  stylemap_status status;
  char rule[8];       /* "P9", "Z12", ...: the file rule that failed, or "" */
  const char *format; /* never NULL once filled */
  char argument[STYLEMAP_ERROR_ARGUMENTS][256];
  char message[STYLEMAP_ERROR_TEXT];
} stylemap_error;

/* Fills `text` (at most `size` bytes, always closed) from a translated `format` and the error's arguments. */
STYLEMAP_API void stylemap_error_translate(const stylemap_error *error, const char *format, char *text, size_t size);

/* Phases a progress callback names. */
typedef enum stylemap_phase {
  STYLEMAP_PHASE_OPEN,
  STYLEMAP_PHASE_SAMPLE,
  STYLEMAP_PHASE_ENCODE,
  STYLEMAP_PHASE_MAP,
  STYLEMAP_PHASE_RESIZE,
  STYLEMAP_PHASE_BLEND,
  STYLEMAP_PHASE_SYNTH,
  STYLEMAP_PHASE_PASTE,
  STYLEMAP_PHASE_REFINE,
} stylemap_phase;

/* Called on the calling thread, `fraction` rising from 0 to 1 within one public call. Non-zero cancels: the
 * call returns STYLEMAP_CANCELLED within a few milliseconds (one tile of one layer). What the last call returns, at 1
 * and with the outputs written, does not matter. */
typedef int (*stylemap_progress)(void *data, stylemap_phase phase, double fraction);

STYLEMAP_API const char *stylemap_version(void);

#endif
