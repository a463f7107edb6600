/* SPDX-License-Identifier: GPL-3.0-or-later
 * Checked allocation, 64-byte aligned. NULL where there is no memory or count * size overflows. */
#pragma once
#include "base/error.h"

void *sm_alloc(size_t count, size_t size);
/* For what is walked through a few times only, as planes of a layer: in small pages, which are quicker had than large ones. */
void *sm_alloc_layer(size_t count, size_t size);
void *sm_calloc(size_t count, size_t size);
/* Grows a block made by sm_alloc from `old_count` to `count` items; on NULL the old block stays. */
void *sm_grow(void *block, size_t old_count, size_t count, size_t size);
/* Room for one more item in an array that grows: returns `block`, or a bigger one and its new *capacity; NULL
 * where there is no memory, the old block stays. */
void *sm_more(void *block, size_t count, size_t *capacity, size_t size);
/* The same for `array` of `count` items, in a function that returns a stylemap_status: leaves it without memory. */
#define SM_MORE(array, count, capacity, error)                                              \
  do {                                                                                      \
    void *more_ = sm_more(array, count, &(capacity), sizeof *(array));                      \
    if (!more_) return sm_no_memory(error, (uint64_t)(count) * sizeof *(array));            \
    (array) = more_;                                                                        \
  } while (0)
void sm_free(void *block);

/* Bytes that grow. */
typedef struct sm_buffer {
  char *bytes;
  size_t size, capacity;
} sm_buffer;

/* Appends; 0 where there is no memory (the buffer stays as it was). */
int sm_buffer_put(sm_buffer *buffer, const void *data, size_t size);
void sm_buffer_free(sm_buffer *buffer);
