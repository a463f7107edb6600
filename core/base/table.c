/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/table.h"
#include "base/memory.h"

enum { LIMIT_PROBES = 1024 };

uint32_t sm_hash(const void *data, size_t size, uint32_t seed) {
  const unsigned char *s = data;
  uint64_t h = 0xcbf29ce484222325u ^ seed * (uint64_t)0x9e3779b97f4a7c15u;
  for (size_t i = 0; i < size; i++) h = (h ^ s[i]) * 0x100000001b3u;
  h ^= h >> 32;
  h *= 0xd6e8feb86659fd93u;
  return (uint32_t)(h ^ h >> 32);
}

static int put(uint64_t *slots, uint32_t capacity, uint64_t slot) {
  uint32_t hash = (uint32_t)(slot >> 32);
  for (uint32_t i = 0; i < LIMIT_PROBES && i < capacity; i++) {
    uint64_t *s = &slots[(hash + i) & (capacity - 1)];
    if (*s) continue;
    *s = slot;
    return 1;
  }
  return 0;
}

static stylemap_status rebuild(sm_table *table, stylemap_error *error) {
  uint32_t capacity = table->capacity ? table->capacity * 2 : 64;
  uint64_t *slots = capacity ? sm_calloc(capacity, sizeof *slots) : NULL;
  if (!slots) return sm_no_memory(error, (uint64_t)capacity * sizeof *slots);
  for (uint32_t i = 0; i < table->capacity; i++)
    if (table->slots[i] && !put(slots, capacity, table->slots[i])) {
      sm_free(slots);
      return STYLEMAP_REFUSED;
    }
  sm_free(table->slots);
  table->slots = slots;
  table->capacity = capacity;
  return STYLEMAP_OK;
}

stylemap_status sm_table_add(sm_table *table, uint32_t hash, uint32_t number, stylemap_error *error) {
  if (table->count >= table->capacity / 2) SM_TRY(rebuild(table, error));
  if (!put(table->slots, table->capacity, (uint64_t)hash << 32 | (number + 1))) return STYLEMAP_REFUSED;
  table->count++;
  return STYLEMAP_OK;
}

uint32_t sm_table_next(const sm_table *table, uint32_t hash, uint32_t *at) {
  while (*at < LIMIT_PROBES && *at < table->capacity) {
    uint64_t slot = table->slots[(hash + (*at)++) & (table->capacity - 1)];
    if (!slot) break;
    if (slot >> 32 == hash) return (uint32_t)slot - 1;
  }
  return SM_NONE;
}

void sm_table_free(sm_table *table) {
  sm_free(table->slots);
  *table = (sm_table){0};
}
