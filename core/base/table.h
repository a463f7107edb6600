/* SPDX-License-Identifier: GPL-3.0-or-later
 * An index for keys that somebody else keeps: hash -> the keys' numbers, to be compared by the caller.
 *
 *   for (uint32_t at = 0, i; (i = sm_table_next(&table, hash, &at)) != SM_NONE;)
 *     if (key i is the key) ...
 *
 * Files choose the keys, so no order of keys may make it slow: one that lands too far from its place is
 * refused, which never happens to keys that were not made for it. */
#pragma once
#include "base/error.h"

#define SM_NONE UINT32_MAX

typedef struct sm_table {
  uint64_t *slots; /* hash << 32 | number + 1; 0 = free */
  uint32_t count, capacity;
} sm_table;

/* `number` below SM_NONE. STYLEMAP_REFUSED, without a sentence in `error`, where it is crowded. */
stylemap_status sm_table_add(sm_table *table, uint32_t hash, uint32_t number, stylemap_error *error);
uint32_t sm_table_next(const sm_table *table, uint32_t hash, uint32_t *at);
void sm_table_free(sm_table *table);

uint32_t sm_hash(const void *data, size_t size, uint32_t seed);
