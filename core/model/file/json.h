/* SPDX-License-Identifier: GPL-3.0-or-later
 * The subset of JSON that a safetensors header may use (rules S3, S4): objects, arrays, texts, whole numbers below
 * 2^63; names unique within their object; at most 8 levels below the top. No recursion. */
#pragma once
#include "model/file/checkpoint.h"

typedef enum sm_json_kind { SM_JSON_OBJECT, SM_JSON_ARRAY, SM_JSON_TEXT, SM_JSON_NUMBER } sm_json_kind;

typedef struct sm_json_node {
  uint32_t kind, next; /* the next sibling, or SM_NONE; an object's children are key, value, key, value ... */
  union {
    struct {
      uint32_t first, count; /* object, array: first child or SM_NONE; children, keys and values counted */
    } group;
    struct {
      uint32_t at, length; /* text: bytes of the header, unescaped in place */
    } text;
    int64_t number;
  } as;
} sm_json_node;

typedef struct sm_json {
  char *text;         /* the header; the caller's */
  sm_json_node *nodes; /* [0] is the object at the top */
  size_t count, capacity;
} sm_json;

/* Parses `size` bytes of valid UTF-8 and rewrites the texts in them. `path` is for messages. */
stylemap_status sm_json_parse(sm_json *json, char *text, size_t size, const char *path, stylemap_error *error);
void sm_json_free(sm_json *json);
/* The value of member `key` of an object, or SM_NONE. */
uint32_t sm_json_get(const sm_json *json, uint32_t object, const char *key);
