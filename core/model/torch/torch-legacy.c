/* SPDX-License-Identifier: GPL-3.0-or-later
 * The container of torch up to 1.5: five pickles one after the other, then the storages (rules L1 .. L5). */
#include "base/bytes.h"
#include "base/memory.h"
#include "model/torch/pickle.h"

#include <string.h>

static stylemap_status damaged(const sm_checkpoint *c, const char *rule, const char *why, stylemap_error *error) {
  return sm_refuse(error, c->file.path, rule, why);
}

/* Runs the pickle at *at and moves *at behind it. */
static stylemap_status read_pickle(const sm_checkpoint *c, int storage_fields, uint64_t *at, sm_pickle **pickle,
                                   stylemap_error *error) {
  SM_TRY(sm_pickle_new(&c->file, *at, c->file.size - *at, storage_fields, pickle, error));
  SM_TRY(sm_pickle_run(*pickle, error));
  *at += (*pickle)->at;
  return STYLEMAP_OK;
}

static int is_integer(sm_value v, int64_t i) { return v.tag == SM_VALUE_INT && v.as.i == i; }

/* The version and the writer's byte order and sizes (L2). */
static stylemap_status read_versions(const sm_checkpoint *c, uint64_t *at, stylemap_error *error) {
  stylemap_status status;
  sm_pickle *version = NULL, *info = NULL;
  sm_value v, order;
  SM_TRY_DONE(read_pickle(c, 0, at, &version, error));
  if (!is_integer(version->root, 1001)) {
    status = damaged(c, "L2", SM_TEXT("unknown version of the format"), error);
    goto done;
  }
  SM_TRY_DONE(read_pickle(c, 0, at, &info, error));
  if (!sm_value_is_dict(info->root) || !sm_pickle_get(info, info->root, "protocol_version", &v) ||
      !is_integer(v, 1001) || !sm_pickle_get(info, info->root, "little_endian", &order) ||
      order.tag != SM_VALUE_BOOL || !order.as.i)
    status = damaged(c, "L2", SM_TEXT("another byte order or version"), error);
done:
  sm_pickle_free(info);
  sm_pickle_free(version);
  return status;
}

/* The storages the list names are those of the root, each once (L3). Their sizes and places (L4). */
static stylemap_status place_storages(const sm_checkpoint *c, const sm_pickle *keys, uint64_t at,
                                      stylemap_error *error) {
  sm_pickle *root = c->pickle;
  if (keys->root.tag != SM_VALUE_LIST) return damaged(c, "L3", SM_TEXT("no list of storages"), error);
  const sm_object *list = &keys->objects[keys->root.as.i];
  for (uint32_t i = list->first; i != SM_NONE; i = keys->items[i].next) {
    sm_value key = keys->items[i].value;
    uint32_t s = SM_NONE;
    if (key.tag == SM_VALUE_TEXT) s = sm_torch_find_storage(root, sm_pickle_text(keys, key), key.count);
    if (s == SM_NONE || root->storages[s].at == 0)
      return damaged(c, "L3", SM_TEXT("the list of storages does not fit the tensors"), error);
    root->storages[s].at = 0; /* seen */
  }
  if (list->count != root->storage_count)
    return damaged(c, "L3", SM_TEXT("the list of storages does not fit the tensors"), error);
  for (uint32_t i = list->first; i != SM_NONE; i = keys->items[i].next) {
    sm_value key = keys->items[i].value;
    sm_storage *s = &root->storages[sm_torch_find_storage(root, sm_pickle_text(keys, key), key.count)];
    uint8_t raw[8];
    if (c->file.size - at < 8) return damaged(c, "L4", SM_TEXT("it ends before its data"), error);
    SM_TRY(sm_file_read(&c->file, at, raw, 8, error));
    at += 8;
    if (sm_le64(raw) != (uint64_t)s->numel)
      return damaged(c, "L4", SM_TEXT("a storage has another size than its tensors say"), error);
    uint64_t bytes = (uint64_t)s->numel * (uint64_t)sm_kind_size(s->kind); /* below 2^63 by P10 */
    if (c->file.size - at < bytes) return damaged(c, "L4", SM_TEXT("it ends before its data"), error);
    s->at = at;
    at += bytes;
  }
  if (at != c->file.size) return damaged(c, "L5", SM_TEXT("bytes after the end"), error);
  return STYLEMAP_OK;
}

stylemap_status sm_read_legacy(sm_checkpoint *c, stylemap_error *error) {
  static const uint8_t magic[15] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46,
                                    0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e};
  uint8_t head[sizeof magic];
  stylemap_status status;
  sm_pickle *keys = NULL;
  uint64_t at = sizeof magic;
  if (c->file.size < sizeof magic) return damaged(c, "L1", SM_TEXT("no magic number"), error);
  SM_TRY(sm_file_read(&c->file, 0, head, sizeof head, error));
  if (memcmp(head, magic, sizeof magic) != 0) return damaged(c, "L1", SM_TEXT("no magic number"), error);
  SM_TRY(read_versions(c, &at, error));
  SM_TRY(read_pickle(c, 6, &at, &c->pickle, error));
  SM_TRY_DONE(read_pickle(c, 0, &at, &keys, error));
  SM_TRY_DONE(place_storages(c, keys, at, error));
  status = sm_torch_root(c, error);
done:
  sm_pickle_free(keys);
  return status;
}
