/* SPDX-License-Identifier: GPL-3.0-or-later
 * Single tensors in safetensors files, for the hosts. */
#include "base/memory.h"
#include "model/file/safetensors-write.h"
#include "model/file/safetensors.h"
#include "model/file/tensor.h"

#include <string.h>

static stylemap_status read_values(const sm_file *file, const char *name, const sm_tensor *t, float **values,
                                   stylemap_error *error) {
  uint64_t numel = (uint64_t)t->numel; /* a tensor of safetensors is its whole storage */
  stylemap_status status;
  sm_loader *loader = sm_alloc(1, sizeof *loader);
  float *v = numel <= SIZE_MAX / sizeof *v ? sm_alloc((size_t)numel, sizeof *v) : NULL;
  if (!loader || !v) {
    status = sm_no_memory(error, numel * sizeof *v);
    goto done;
  }
  sm_loader_init(loader, file, numel, NULL, NULL);
  SM_TRY_DONE(sm_loader_floats(loader, t, v, error));
  if (loader->not_finite) {
    sm_number n;
    status = sm_fail(error, STYLEMAP_REFUSED, "M5",
                     SM_TEXT("%1: %3 numbers of the tensor %2 are not finite (NaN or infinite)."), file->path, name,
                     sm_decimal(&n, (int64_t)loader->not_finite), NULL);
    goto done;
  }
  *values = v;
  v = NULL;
done:
  sm_free(v);
  sm_free(loader);
  return status;
}

stylemap_status sm_safetensors_floats(const sm_file *file, const sm_safetensors *s, const char *name, int rank,
                                      const int64_t *shape, float **values, stylemap_error *error) {
  const uint32_t i = sm_safetensors_find(s, name);
  if (i == SM_NONE)
    return sm_fail(error, STYLEMAP_REFUSED, "M3", SM_TEXT("%1: the tensor %2 is missing."), file->path, name, NULL);
  const sm_tensor *t = &s->tensors[i].tensor;
  SM_TRY(sm_check_shape(file->path, name, t, rank, shape, error));
  if (!sm_kind_is_float(t->kind))
    return sm_fail(error, STYLEMAP_REFUSED, "M5", SM_TEXT("%1: the tensor %2 holds no floating-point numbers."),
                   file->path, name, NULL);
  return read_values(file, name, t, values, error);
}

stylemap_status stylemap_tensor_read(const char *path, const char *name, int rank, int64_t *shape, float **values,
                                     stylemap_error *error) {
  if (!path || !name || rank < 0 || rank > SM_MAX_RANK || (rank && !shape) || !values)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A tensor is read by file, name and shape."), NULL);
  sm_file file = {0};
  sm_safetensors s = {0};
  uint8_t head[10];
  stylemap_status status;
  SM_TRY(sm_file_open(path, &file, error));
  if (file.size >= sizeof head) SM_TRY_DONE(sm_file_read(&file, 0, head, sizeof head, error));
  if (file.size < sizeof head || head[8] != '{') {
    status = sm_fail(error, STYLEMAP_REFUSED, "F1", SM_TEXT("%1 is not a safetensors file."), path, NULL);
    goto done;
  }
  SM_TRY_DONE(sm_safetensors_read(&file, &s, error));
  SM_TRY_DONE(sm_safetensors_floats(&file, &s, name, rank, shape, values, error));
  const sm_tensor *t = &s.tensors[sm_safetensors_find(&s, name)].tensor;
  for (int k = 0; k < rank; k++) shape[k] = t->size[k];
done:
  sm_safetensors_free(&s);
  sm_file_close(&file);
  return status;
}

stylemap_status stylemap_tensor_write(const char *path, const char *name, int rank, const int64_t *shape,
                                      const float *values, stylemap_error *error) {
  sm_out_tensor t = {.name = name, .kind = SM_F32, .rank = rank, .values = values};
  size_t length = name ? strlen(name) : 0;
  int good = path && length && rank >= 0 && rank <= SM_MAX_RANK && (!rank || shape) && values;
  good = good && sm_utf8_valid(name, length) && sm_utf8_count(name, length) <= SM_MAX_NAME;
  size_t bytes = sizeof *values;
  for (int i = 0; good && i < rank; i++) {
    t.size[i] = shape[i];
    good = shape[i] >= 0 && (uint64_t)shape[i] <= SIZE_MAX && !__builtin_mul_overflow(bytes, (size_t)shape[i], &bytes);
  }
  if (!good || bytes > SIZE_MAX / 2)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A tensor is written by file, name, shape and values."),
                   NULL);
  return sm_safetensors_write(path, &t, 1, NULL, 0, error);
}

void stylemap_tensor_free(float *values) { sm_free(values); }
