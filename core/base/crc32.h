/* SPDX-License-Identifier: GPL-3.0-or-later
 * CRC-32 as in zip (polynomial 0x04c11db7, reflected). */
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct sm_crc32 {
  uint32_t table[8][256];
} sm_crc32;

void sm_crc32_init(sm_crc32 *tables);
/* Start with `crc` 0 and hand the result of one piece to the next. */
uint32_t sm_crc32_add(const sm_crc32 *tables, uint32_t crc, const void *data, size_t size);
