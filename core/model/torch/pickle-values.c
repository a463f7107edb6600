/* SPDX-License-Identifier: GPL-3.0-or-later
 * The values of a pickle: tuples, lists and dicts as chains in growing arrays. */
#include "base/memory.h"
#include "model/torch/pickle.h"

#include <string.h>

stylemap_status sm_pickle_object(sm_pickle *p, sm_tag tag, sm_value *value, stylemap_error *error) {
  SM_MORE(p->objects, p->object_count, p->object_capacity, error);
  *value = (sm_value){.tag = tag, .as.i = (int64_t)p->object_count};
  p->objects[p->object_count++] = (sm_object){SM_NONE, SM_NONE, 0};
  return STYLEMAP_OK;
}

stylemap_status sm_pickle_tuple(sm_pickle *p, const sm_value *values, size_t count, sm_value *value,
                                stylemap_error *error) {
  *value = (sm_value){.tag = SM_VALUE_TUPLE, .count = (uint32_t)count, .as.i = (int64_t)p->tuple_count};
  for (size_t i = 0; i < count; i++) {
    SM_MORE(p->tuples, p->tuple_count, p->tuple_capacity, error);
    p->tuples[p->tuple_count++] = values[i];
  }
  return STYLEMAP_OK;
}

stylemap_status sm_pickle_append(sm_pickle *p, sm_value list, sm_value value, stylemap_error *error) {
  SM_MORE(p->items, p->item_count, p->item_capacity, error);
  uint32_t i = (uint32_t)p->item_count++;
  p->items[i] = (sm_item){value, SM_NONE};
  sm_object *o = &p->objects[list.as.i];
  if (o->count++) p->items[o->last].next = i;
  else o->first = i;
  o->last = i;
  return STYLEMAP_OK;
}

const char *sm_pickle_text(const sm_pickle *p, sm_value text) { return (const char *)p->bytes + text.as.i; }

/* Python's equality of keys: 1, 1.0 and True are one key; tuples and big integers are not compared at all. */
static sm_value normal_key(sm_value key) {
  if (key.tag == SM_VALUE_BOOL) key.tag = SM_VALUE_INT;
  if (key.tag == SM_VALUE_REAL && key.as.d >= -0x1p63 && key.as.d < 0x1p63 &&
      (double)(int64_t)key.as.d == key.as.d)
    key = (sm_value){.tag = SM_VALUE_INT, .as.i = (int64_t)key.as.d};
  return key;
}

static int same_key(const sm_pickle *p, sm_value a, sm_value b) {
  if (a.tag != b.tag) return 0;
  switch (a.tag) {
  case SM_VALUE_NONE:
    return 1;
  case SM_VALUE_INT:
    return a.as.i == b.as.i;
  case SM_VALUE_REAL:
    return a.as.d == b.as.d;
  default:
    return a.count == b.count && memcmp(sm_pickle_text(p, a), sm_pickle_text(p, b), a.count) == 0;
  }
}

static uint32_t hash_key(const sm_pickle *p, uint32_t object, sm_value key) {
  if (key.tag == SM_VALUE_TEXT) return sm_hash(sm_pickle_text(p, key), key.count, object);
  return sm_hash(&key.as, sizeof key.as, object + key.tag);
}

stylemap_status sm_pickle_set(sm_pickle *p, sm_value dict, sm_value key, sm_value value, stylemap_error *error) {
  if (key.tag > SM_VALUE_TUPLE || key.tag == SM_VALUE_NAME)
    return sm_pickle_refuse(p, "P5", SM_TEXT("this is not a key"), error);
  key = normal_key(key);
  if (key.tag == SM_VALUE_NONE) key.as.i = 0;
  SM_MORE(p->pairs, p->pair_count, p->pair_capacity, error);
  uint32_t object = (uint32_t)dict.as.i, i = (uint32_t)p->pair_count;
  if (key.tag != SM_VALUE_TUPLE && key.tag != SM_VALUE_BIG) {
    uint32_t hash = hash_key(p, object, key);
    for (uint32_t at = 0, k; (k = sm_table_next(&p->keys, hash, &at)) != SM_NONE;)
      if (p->pairs[k].object == object && same_key(p, p->pairs[k].key, key))
        return sm_pickle_refuse(p, "P7", SM_TEXT("a key occurs twice"), error);
    stylemap_status status = sm_table_add(&p->keys, hash, i, error);
    if (status == STYLEMAP_REFUSED) return sm_pickle_refuse(p, "P6", SM_TEXT("keys made to be slow"), error);
    SM_TRY(status);
  }
  p->pairs[i] = (sm_pair){key, value, object, SM_NONE};
  p->pair_count++;
  sm_object *o = &p->objects[object];
  if (o->count++) p->pairs[o->last].next = i;
  else o->first = i;
  o->last = i;
  return STYLEMAP_OK;
}

stylemap_status sm_pickle_state(sm_pickle *p, sm_value to, sm_value from, stylemap_error *error) {
  for (uint32_t i = p->objects[from.as.i].first; i != SM_NONE; i = p->pairs[i].next)
    if (p->pairs[i].key.tag != SM_VALUE_TEXT)
      return sm_pickle_refuse(p, "P5", SM_TEXT("the state of a Namespace is not a dict of names"), error);
  for (uint32_t i = p->objects[from.as.i].first; i != SM_NONE; i = p->pairs[i].next) {
    p->operations++;
    SM_TRY(sm_pickle_set(p, to, p->pairs[i].key, p->pairs[i].value, error));
  }
  return STYLEMAP_OK;
}

int sm_pickle_get(const sm_pickle *p, sm_value dict, const char *key, sm_value *value) {
  size_t length = strlen(key);
  uint32_t object = (uint32_t)dict.as.i;
  for (uint32_t at = 0, k; (k = sm_table_next(&p->keys, sm_hash(key, length, object), &at)) != SM_NONE;) {
    const sm_pair *pair = &p->pairs[k];
    if (pair->object != object || pair->key.tag != SM_VALUE_TEXT) continue;
    if (!sm_text_is(sm_pickle_text(p, pair->key), pair->key.count, key)) continue;
    *value = pair->value;
    return 1;
  }
  return 0;
}
