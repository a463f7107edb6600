/* SPDX-License-Identifier: GPL-3.0-or-later
 * Files: read by position (never mapped: a file that another process cuts would be a SIGBUS), written beside
 * and renamed, so that a failure leaves what was there. */
#pragma once
#include "base/error.h"

typedef struct sm_file {
  int fd;
  uint64_t size; /* when it was opened; what is read beyond the true end is refused */
  const char *path; /* as the caller gave it, for messages; the caller keeps it */
} sm_file;

/* Regular files only: a pipe or a device is an error, not a wait. */
stylemap_status sm_file_open(const char *path, sm_file *file, stylemap_error *error);
stylemap_status sm_file_read(const sm_file *file, uint64_t at, void *to, size_t size, stylemap_error *error);
void sm_file_close(sm_file *file);

typedef struct sm_writer {
  int fd;
  const char *path;     /* as the caller gave it */
  char *target;         /* the file to replace, links followed */
  char *beside;         /* the one that is written, "" while it has no name */
  size_t room;          /* of `beside` */
} sm_writer;

stylemap_status sm_writer_open(const char *path, sm_writer *writer, stylemap_error *error);
stylemap_status sm_writer_put(sm_writer *writer, const void *data, size_t size, stylemap_error *error);
/* Makes it durable and gives it its name. Closes the writer, whatever it returns. */
stylemap_status sm_writer_commit(sm_writer *writer, stylemap_error *error);
/* Removes what was written. Nothing happens after a commit, or to a writer that is all zero. */
void sm_writer_abort(sm_writer *writer);
