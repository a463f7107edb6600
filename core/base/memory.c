/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGN = 64, HUGE_PAGE = 2 << 20 /* what large blocks are aligned to */, LARGE = 4 << 20 };

static void *alloc(size_t count, size_t size, int huge) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > (size_t)-1 - ALIGN) return NULL;
  const size_t align = !huge || bytes < LARGE || bytes > (size_t)-1 - HUGE_PAGE ? ALIGN : HUGE_PAGE;
  bytes = (bytes + align - 1) / align * align;
  void *block = aligned_alloc(align, bytes ? bytes : ALIGN);
#ifdef MADV_HUGEPAGE
  /* the kernels walk through dozens of streams at once: with small pages they run out of TLB entries */
  if (block && align == HUGE_PAGE) madvise(block, bytes, MADV_HUGEPAGE);
#endif
  return block;
}

void *sm_alloc(size_t count, size_t size) { return alloc(count, size, 1); }

void *sm_alloc_layer(size_t count, size_t size) { return alloc(count, size, 0); }

void *sm_calloc(size_t count, size_t size) {
  void *block = sm_alloc(count, size);
  if (block) memset(block, 0, count * size);
  return block;
}

void *sm_grow(void *block, size_t old_count, size_t count, size_t size) {
  void *bigger = sm_alloc(count, size);
  if (!bigger) return NULL;
  if (block) memcpy(bigger, block, old_count * size);
  sm_free(block);
  return bigger;
}

void *sm_more(void *block, size_t count, size_t *capacity, size_t size) {
  if (count < *capacity) return block;
  size_t more = *capacity ? *capacity * 2 : 64;
  if (more <= *capacity) return NULL;
  void *bigger = sm_grow(block, count, more, size);
  if (bigger) *capacity = more;
  return bigger;
}

void sm_free(void *block) { free(block); }

int sm_buffer_put(sm_buffer *buffer, const void *data, size_t size) {
  while (buffer->capacity - buffer->size < size) {
    char *bytes = sm_more(buffer->bytes, buffer->capacity, &buffer->capacity, 1);
    if (!bytes) return 0;
    buffer->bytes = bytes;
  }
  if (size) memcpy(buffer->bytes + buffer->size, data, size);
  buffer->size += size;
  return 1;
}

void sm_buffer_free(sm_buffer *buffer) {
  sm_free(buffer->bytes);
  *buffer = (sm_buffer){0};
}
