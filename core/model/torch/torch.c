/* SPDX-License-Identifier: GPL-3.0-or-later
 * What torch.save puts into a pickle: storages (P10), tensors (T1 .. T5), and a checkpoint's root dict (M1, M2). */
#include "base/memory.h"
#include "model/torch/pickle.h"

#include <string.h>

/* -------------------------------------------------------------------------------------------- storages */

static int only_digits(const char *text, size_t length, size_t most) {
  if (!length || length > most) return 0;
  for (size_t i = 0; i < length; i++)
    if (text[i] < '0' || text[i] > '9') return 0;
  return 1;
}

/* `[a-z]{1,16}(:[0-9]{1,4})?` */
static int is_device(const char *text, size_t length) {
  size_t n = 0;
  while (n < length && text[n] >= 'a' && text[n] <= 'z') n++;
  if (!n || n > 16) return 0;
  return n == length || (text[n] == ':' && only_digits(text + n + 1, length - n - 1, 4));
}

uint32_t sm_torch_find_storage(const sm_pickle *p, const char *key, size_t length) {
  for (uint32_t at = 0, i; (i = sm_table_next(&p->storage_keys, sm_hash(key, length, 0), &at)) != SM_NONE;) {
    const sm_storage *s = &p->storages[i];
    if (s->key_length == length && memcmp(p->bytes + s->key_at, key, length) == 0) return i;
  }
  return SM_NONE;
}

static stylemap_status add_storage(sm_pickle *p, sm_storage storage, stylemap_error *error) {
  if (p->storage_count >= SM_MAX_TENSORS) return sm_pickle_refuse(p, "P6", SM_TEXT("too many storages"), error);
  SM_MORE(p->storages, p->storage_count, p->storage_capacity, error);
  uint32_t hash = sm_hash(p->bytes + storage.key_at, storage.key_length, 0);
  stylemap_status status = sm_table_add(&p->storage_keys, hash, (uint32_t)p->storage_count, error);
  if (status == STYLEMAP_REFUSED) return sm_pickle_refuse(p, "P6", SM_TEXT("keys made to be slow"), error);
  SM_TRY(status);
  p->storages[p->storage_count++] = storage;
  return STYLEMAP_OK;
}

stylemap_status sm_torch_storage(sm_pickle *p, sm_value id, sm_value *value, stylemap_error *error) {
  const sm_value *f = p->tuples + id.as.i;
  if (id.count != (uint32_t)p->storage_fields || f[0].tag != SM_VALUE_TEXT ||
      !sm_text_is(sm_pickle_text(p, f[0]), f[0].count, "storage"))
    return sm_pickle_refuse(p, "P10", SM_TEXT("this is not a storage reference"), error);
  if (f[1].tag != SM_VALUE_NAME || sm_pickle_role(f[1].as.i) != SM_ROLE_STORAGE)
    return sm_pickle_refuse(p, "P10", SM_TEXT("a storage of unknown kind"), error);
  if (f[2].tag != SM_VALUE_TEXT || !only_digits(sm_pickle_text(p, f[2]), f[2].count, 20))
    return sm_pickle_refuse(p, "P10", SM_TEXT("a bad storage key"), error);
  if (f[3].tag != SM_VALUE_TEXT || !is_device(sm_pickle_text(p, f[3]), f[3].count))
    return sm_pickle_refuse(p, "P10", SM_TEXT("a bad device"), error);
  if (f[4].tag != SM_VALUE_INT || f[4].as.i < 0 || f[4].as.i >= (int64_t)1 << 60)
    return sm_pickle_refuse(p, "P10", SM_TEXT("a bad storage size"), error);
  if (p->storage_fields == 6 && f[5].tag != SM_VALUE_NONE)
    return sm_pickle_refuse(p, "P10", SM_TEXT("a storage view of torch before 0.4"), error);

  sm_kind kind = sm_pickle_kind(f[1].as.i);
  int64_t numel = f[4].as.i;
  uint32_t i = sm_torch_find_storage(p, sm_pickle_text(p, f[2]), f[2].count);
  if (i == SM_NONE) {
    i = (uint32_t)p->storage_count;
    SM_TRY(add_storage(p, (sm_storage){kind, f[2].count, f[2].as.i, numel, UINT64_MAX}, error));
  } else if (p->storages[i].kind != kind || p->storages[i].numel != numel) {
    return sm_pickle_refuse(p, "P10", SM_TEXT("one storage has two descriptions"), error);
  }
  *value = (sm_value){.tag = SM_VALUE_STORAGE, .as.i = i};
  return STYLEMAP_OK;
}

/* --------------------------------------------------------------------------------------------- tensors */

static int is_count(sm_value v) { return v.tag == SM_VALUE_INT && v.as.i >= 0; }
static int is_empty(const sm_pickle *p, sm_value v) { return p->objects[v.as.i].count == 0; }

/* The last index a view reaches (T4, T5). */
static stylemap_status check_reach(const sm_pickle *p, const sm_view *view, stylemap_error *error) {
  int64_t n = 1, last = view->offset, numel = p->storages[view->storage].numel;
  const sm_value *size = p->tuples + view->size, *stride = p->tuples + view->stride;
  for (uint32_t i = 0; i < view->rank; i++)
    if (__builtin_mul_overflow(n, size[i].as.i, &n))
      return sm_pickle_refuse(p, "T4", SM_TEXT("its shape overflows"), error);
  if (!n) {
    if (view->offset > numel) return sm_pickle_refuse(p, "T5", SM_TEXT("it starts outside its storage"), error);
    return STYLEMAP_OK;
  }
  for (uint32_t i = 0; i < view->rank; i++) {
    int64_t reach;
    if (__builtin_mul_overflow(size[i].as.i - 1, stride[i].as.i, &reach) || __builtin_add_overflow(last, reach, &last))
      return sm_pickle_refuse(p, "T4", SM_TEXT("its strides overflow"), error);
  }
  if (last >= numel) return sm_pickle_refuse(p, "T5", SM_TEXT("it reaches outside its storage"), error);
  return STYLEMAP_OK;
}

static stylemap_status rebuild_tensor(sm_pickle *p, int v2, sm_value arguments, sm_value *value,
                                      stylemap_error *error) {
  const sm_value *f = p->tuples + arguments.as.i;
  uint32_t n = arguments.count;
  if (v2 ? n != 6 && n != 7 : n != 4)
    return sm_pickle_refuse(p, "T1", SM_TEXT("it has a wrong number of fields"), error);
  if (f[0].tag != SM_VALUE_STORAGE) return sm_pickle_refuse(p, "T1", SM_TEXT("it has no storage"), error);
  if (f[2].tag != SM_VALUE_TUPLE || f[3].tag != SM_VALUE_TUPLE || f[2].count != f[3].count)
    return sm_pickle_refuse(p, "T1", SM_TEXT("its shape and strides do not agree"), error);
  if (f[2].count > SM_MAX_RANK) return sm_pickle_refuse(p, "T2", SM_TEXT("it has too many dimensions"), error);
  if (!is_count(f[1])) return sm_pickle_refuse(p, "T3", SM_TEXT("it has a bad offset"), error);
  sm_view view = {(uint32_t)f[0].as.i, f[2].count, f[2].as.i, f[3].as.i, f[1].as.i};
  for (uint32_t i = 0; i < view.rank; i++)
    if (!is_count(p->tuples[view.size + i]) || !is_count(p->tuples[view.stride + i]))
      return sm_pickle_refuse(p, "T3", SM_TEXT("it has a bad shape or stride"), error);
  if (n > 4 && f[4].tag != SM_VALUE_BOOL)
    return sm_pickle_refuse(p, "T1", SM_TEXT("it has a bad requires_grad"), error);
  if (n > 4 && f[5].tag != SM_VALUE_NONE && (f[5].tag != SM_VALUE_ORDERED || !is_empty(p, f[5])))
    return sm_pickle_refuse(p, "T1", SM_TEXT("it has hooks"), error);
  if (n == 7 && f[6].tag != SM_VALUE_NONE && (!sm_value_is_dict(f[6]) || !is_empty(p, f[6])))
    return sm_pickle_refuse(p, "T1", SM_TEXT("it has metadata"), error);
  SM_TRY(check_reach(p, &view, error));

  SM_MORE(p->views, p->view_count, p->view_capacity, error);
  *value = (sm_value){.tag = SM_VALUE_TENSOR, .as.i = (int64_t)p->view_count};
  p->views[p->view_count++] = view;
  return STYLEMAP_OK;
}

void sm_torch_tensor(const sm_pickle *p, uint32_t number, sm_tensor *tensor) {
  const sm_view *view = &p->views[number];
  const sm_storage *storage = &p->storages[view->storage];
  *tensor = (sm_tensor){.kind = storage->kind, .rank = (int)view->rank, .offset = view->offset, .at = storage->at,
                        .numel = storage->numel};
  for (uint32_t i = 0; i < view->rank; i++) {
    tensor->size[i] = p->tuples[view->size + i].as.i;
    tensor->stride[i] = p->tuples[view->stride + i].as.i;
  }
}

stylemap_status sm_torch_call(sm_pickle *p, int64_t name, sm_value arguments, sm_value *value, stylemap_error *error) {
  const sm_value *f = p->tuples + arguments.as.i;
  switch (sm_pickle_role(name)) {
  case SM_ROLE_ORDERED_DICT:
    if (arguments.count > 1 || (arguments.count == 1 && (f[0].tag != SM_VALUE_LIST || !is_empty(p, f[0]))))
      return sm_pickle_refuse(p, "P5", SM_TEXT("an OrderedDict with arguments"), error);
    return sm_pickle_object(p, SM_VALUE_ORDERED, value, error);
  case SM_ROLE_TENSOR:
    return rebuild_tensor(p, 0, arguments, value, error);
  case SM_ROLE_TENSOR_V2:
    return rebuild_tensor(p, 1, arguments, value, error);
  case SM_ROLE_PARAMETER:
    if (arguments.count != 3 || f[0].tag != SM_VALUE_TENSOR)
      return sm_pickle_refuse(p, "T1", SM_TEXT("a parameter without a tensor"), error);
    *value = f[0];
    return STYLEMAP_OK;
  case SM_ROLE_SIZE:
    if (arguments.count != 1 || f[0].tag != SM_VALUE_TUPLE)
      return sm_pickle_refuse(p, "P5", SM_TEXT("a torch.Size of something else"), error);
    *value = f[0];
    return STYLEMAP_OK;
  case SM_ROLE_INERT:
    *value = (sm_value){.tag = SM_VALUE_INERT};
    return STYLEMAP_OK;
  default:
    return sm_pickle_refuse_name(p, sm_pickle_name_text(name), error);
  }
}

/* ------------------------------------------------------------------------------------------------ root */

static stylemap_status take_state(sm_checkpoint *c, int state, sm_value dict, stylemap_error *error) {
  const sm_pickle *p = c->pickle;
  for (uint32_t i = p->objects[dict.as.i].first; i != SM_NONE; i = p->pairs[i].next) {
    const sm_pair *pair = &p->pairs[i];
    sm_entry entry = {.tensor = pair->value.tag == SM_VALUE_TENSOR ? (uint32_t)pair->value.as.i : SM_NONE};
    if (pair->key.tag == SM_VALUE_TEXT) {
      entry.name = sm_pickle_text(p, pair->key);
      entry.length = pair->key.count;
    }
    SM_TRY(sm_checkpoint_name(c, state, &entry, error));
  }
  return STYLEMAP_OK;
}

/* A tensor without dimensions, of double, is the fraction in it: as sm_torch_write has them. */
static stylemap_status take_number(const sm_checkpoint *c, sm_value *v, stylemap_error *error) {
  sm_tensor tensor;
  uint8_t bytes[8];
  uint64_t bits;
  if (v->tag != SM_VALUE_TENSOR) return STYLEMAP_OK;
  sm_torch_tensor(c->pickle, (uint32_t)v->as.i, &tensor);
  if (tensor.kind != SM_F64 || tensor.rank != 0) return STYLEMAP_OK;
  SM_TRY(sm_file_read(&c->file, tensor.at + 8 * (uint64_t)tensor.offset, bytes, sizeof bytes, error));
  bits = sm_le64(bytes);
  v->tag = SM_VALUE_REAL;
  memcpy(&v->as.d, &bits, sizeof bits);
  return STYLEMAP_OK;
}

static stylemap_status take_arguments(sm_checkpoint *c, sm_value dict, stylemap_error *error) {
  static const uint8_t kind[] = {[SM_VALUE_NONE] = SM_ARG_NONE, [SM_VALUE_BOOL] = SM_ARG_BOOL,
                                 [SM_VALUE_INT] = SM_ARG_INT,   [SM_VALUE_BIG] = SM_ARG_OTHER,
                                 [SM_VALUE_REAL] = SM_ARG_REAL, [SM_VALUE_TEXT] = SM_ARG_TEXT};
  const sm_pickle *p = c->pickle;
  for (uint32_t i = p->objects[dict.as.i].first; i != SM_NONE; i = p->pairs[i].next) {
    const sm_pair *pair = &p->pairs[i];
    sm_value v = pair->value;
    SM_TRY(take_number(c, &v, error));
    if (pair->key.tag != SM_VALUE_TEXT || v.tag > SM_VALUE_TEXT) continue;
    sm_argument a = {.key = sm_pickle_text(p, pair->key), .key_length = pair->key.count, .kind = kind[v.tag]};
    if (v.tag == SM_VALUE_REAL) a.d = v.as.d;
    else a.i = v.as.i;
    if (v.tag == SM_VALUE_TEXT) {
      a.text = sm_pickle_text(p, v);
      a.text_length = v.count;
    }
    SM_TRY(sm_checkpoint_argument(c, &a, error));
  }
  return STYLEMAP_OK;
}

stylemap_status sm_torch_root(sm_checkpoint *c, stylemap_error *error) {
  const sm_pickle *p = c->pickle;
  sm_value dict[SM_STATES], arguments;
  int good = sm_value_is_dict(p->root);
  if (c->flat && good && sm_pickle_get(p, p->root, "model", &dict[0]) && sm_value_is_dict(dict[0])) return take_state(c, 0, dict[0], error);
  if (c->flat && good) return take_state(c, 0, p->root, error);
  if (c->flat)
    return sm_fail(error, STYLEMAP_REFUSED, "M1", SM_TEXT("%1 is a PyTorch file but holds no dict of weights."),
                   c->file.path, NULL);
  for (int s = 0; s < SM_STATES && good; s++)
    good = sm_pickle_get(p, p->root, sm_state_names[s], &dict[s]) && sm_value_is_dict(dict[s]);
  if (!good)
    return sm_fail(error, STYLEMAP_REFUSED, "M1",
                   SM_TEXT("%1 is a PyTorch file but not a StyleMapGAN checkpoint (no g_ema and e_ema)."),
                   c->file.path, NULL);
  if (!sm_pickle_get(p, p->root, "train_args", &arguments) || !sm_value_is_dict(arguments))
    return sm_fail(error, STYLEMAP_REFUSED, "M2",
                   SM_TEXT("%1 has no train_args, so that the model's sizes are unknown. Save them with it."),
                   c->file.path, NULL);
  for (int s = 0; s < SM_STATES; s++) SM_TRY(take_state(c, s, dict[s], error));
  return take_arguments(c, arguments, error);
}
