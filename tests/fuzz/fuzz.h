/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the fuzz targets share. A target is a file with LLVMFuzzerTestOneInput; it runs under libFuzzer (run.sh), or
 * over the files that replay.c is given. It may return 0 and nothing else: what must not be is a call of MUST. */
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition) \
  ((condition) ? (void)0 : (fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition), abort()))

/* The path of a file in memory that holds the bytes; the same file at every call. */
static inline const char *fuzz_file(const uint8_t *data, size_t size) {
  static char path[40];
  static int fd = -1;
  if (fd < 0) {
    fd = memfd_create("fuzz", MFD_CLOEXEC);
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  }
  MUST(fd >= 0 && ftruncate(fd, (off_t)size) == 0 && pwrite(fd, data, size, 0) == (ssize_t)size);
  return path;
}

/* Reads every byte, so that a sanitizer sees those that are not there. */
static inline void fuzz_touch(const void *bytes, size_t size) {
  static volatile unsigned sum;
  for (size_t i = 0; i < size; i++) sum += ((const uint8_t *)bytes)[i];
}
