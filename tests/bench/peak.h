/* SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once
#include <stdio.h>

/* The most memory that this program ever had, in bytes. Not ru_maxrss, which begins with that of the program that started
 * it. */
static inline unsigned long long peak(void) {
  FILE *status = fopen("/proc/self/status", "r");
  unsigned long long kilobytes = 0;
  for (char line[256]; status && fgets(line, sizeof line, status);)
    if (sscanf(line, "VmHWM: %llu", &kilobytes) == 1) break;
  if (status) fclose(status);
  return kilobytes * 1024;
}
