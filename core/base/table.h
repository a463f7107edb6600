/* SPDX-License-Identifier: GPL-3.0-or-later
 * An index for keys that somebody else keeps: hash -> the keys' numbers, to be compared by the caller.
 *
 *   for (uint32_t at = 0, i; (i = sm_table_next(&table, hash, &at)) != SM_NONE;)
 *     if (key i is the key) ...
 *
 * Files choose the keys, so no order of keys may make it slow: one that lands too far from its place is
 * SM_TABLE_CROWDED, which never happens to keys that were not made for it. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#define SM_NONE UINT32_MAX

typedef struct sm_table {
  uint64_t *slots; /* hash << 32 | number + 1; 0 = free */
  uint32_t count, capacity;
} sm_table;

enum sm_table_result { SM_TABLE_ADDED, SM_TABLE_NO_MEMORY, SM_TABLE_CROWDED };

/* `number` below SM_NONE. */
enum sm_table_result sm_table_add(sm_table *table, uint32_t hash, uint32_t number);
uint32_t sm_table_next(const sm_table *table, uint32_t hash, uint32_t *at);
void sm_table_free(sm_table *table);

uint32_t sm_hash(const void *data, size_t size, uint32_t seed);
