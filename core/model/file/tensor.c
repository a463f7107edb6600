/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/file/tensor.h"
#include "base/half.h"

void sm_loader_init(sm_loader *l, const sm_file *file, uint64_t total, stylemap_progress progress, void *data) {
  l->file = file;
  l->progress = progress;
  l->data = data;
  l->done = l->not_finite = l->window_at = 0;
  l->total = total;
  l->window_size = 0;
  l->window_want = SM_LOADER_WINDOW;
}

static stylemap_status advance(sm_loader *l, uint64_t elements, stylemap_error *error) {
  uint64_t before = l->done >> 16;
  l->done += elements;
  if (l->done >> 16 == before && l->done < l->total) return STYLEMAP_OK; /* runs can be single numbers */
  if (l->progress && l->progress(l->data, STYLEMAP_PHASE_OPEN, l->total ? (double)l->done / (double)l->total : 1.0))
    return sm_fail(error, STYLEMAP_CANCELLED, "", SM_TEXT("Cancelled."), NULL);
  return STYLEMAP_OK;
}

/* Bytes in memory from `at` on (at least `least`, up to `end`). Views that jump get small windows, views that
 * walk get ever larger ones. */
static stylemap_status window(sm_loader *l, uint64_t at, size_t least, uint64_t end, const uint8_t **bytes,
                              size_t *size, stylemap_error *error) {
  uint64_t window_end = l->window_at + l->window_size;
  if (at < l->window_at || at + least > window_end) {
    int walks = at >= l->window_at && at <= window_end + 64;
    l->window_want = !walks ? 512 : l->window_want < SM_LOADER_WINDOW / 2 ? l->window_want * 2 : SM_LOADER_WINDOW;
    size_t want = end - at < l->window_want ? (size_t)(end - at) : l->window_want;
    l->window_size = 0;
    SM_TRY(sm_file_read(l->file, at, l->window, want, error));
    l->window_at = at;
    l->window_size = want;
  }
  *bytes = l->window + (at - l->window_at);
  *size = (size_t)(l->window_at + l->window_size - at);
  return STYLEMAP_OK;
}

/* `count` elements, `step` bytes apart, to `to`, `jump` floats apart. */
static void convert(sm_kind kind, const uint8_t *from, size_t step, float *to, size_t jump, size_t count) {
  switch (kind) {
  case SM_F32:
    for (size_t i = 0; i < count; i++) to[i * jump] = sm_float_of_bits(sm_le32(from + i * step));
    break;
  case SM_F16:
    for (size_t i = 0; i < count; i++) to[i * jump] = sm_float_of_half(sm_le16(from + i * step));
    break;
  case SM_BF16:
    for (size_t i = 0; i < count; i++) to[i * jump] = sm_float_of_bfloat16(sm_le16(from + i * step));
    break;
  default:
    for (size_t i = 0; i < count; i++) to[i * jump] = (float)sm_double_of_bits(sm_le64(from + i * step));
  }
}

static uint64_t count_not_finite(const float *values, size_t jump, size_t count) {
  uint64_t n = 0;
  for (size_t i = 0; i < count; i++) n += (uint64_t)sm_not_finite(values[i * jump]);
  return n;
}

/* Halves as they are; how many are not finite. */
static uint64_t copy_halves(const uint8_t *from, size_t step, uint16_t *to, size_t jump, size_t count) {
  uint64_t n = 0;
  for (size_t i = 0; i < count; i++) {
    to[i * jump] = sm_le16(from + i * step);
    n += (to[i * jump] & 0x7c00u) == 0x7c00u;
  }
  return n;
}

/* Where numbers go: one of the two. */
typedef struct destination {
  float *floats;
  uint16_t *halves;
} destination;

/* One run along the innermost dimension. */
static stylemap_status load_run(sm_loader *l, const sm_tensor *t, int64_t from, int64_t stride, destination to,
                                int64_t out, size_t jump, int64_t count, stylemap_error *error) {
  size_t element = (size_t)sm_kind_size(t->kind);
  uint64_t end = t->at + (uint64_t)t->numel * element;
  for (int64_t done = 0; done < count;) {
    const uint8_t *bytes;
    size_t size;
    uint64_t at = t->at + (uint64_t)(from + done * stride) * element;
    SM_TRY(window(l, at, element, end, &bytes, &size, error));
    uint64_t fit = count - done;
    if (stride && (size / element - 1) / (uint64_t)stride + 1 < fit) fit = (size / element - 1) / (uint64_t)stride + 1;
    if (fit > SM_LOADER_WINDOW) fit = SM_LOADER_WINDOW; /* so that stride 0 reports, too */
    size_t n = (size_t)fit, step = n > 1 ? (size_t)stride * element : element;
    const size_t place = (size_t)out + (size_t)done * jump;
    if (to.halves) {
      l->not_finite += copy_halves(bytes, step, to.halves + place, jump, n);
    } else {
      convert(t->kind, bytes, step, to.floats + place, jump, n);
      l->not_finite += count_not_finite(to.floats + place, jump, n);
    }
    done += (int64_t)n;
    SM_TRY(advance(l, n, error));
  }
  return STYLEMAP_OK;
}

typedef struct axis {
  int64_t size, stride, jump; /* in the storage; in the result */
} axis;

/* The axes in the order of the file, largest stride first, neighbours that run on in both joined. */
static int plan(const sm_tensor *t, axis *axes) {
  int n = 0;
  int64_t jump = 1;
  for (int i = t->rank; i-- > 0; jump *= t->size[i]) {
    if (t->size[i] == 1) continue;
    int k = n++;
    for (; k > 0 && axes[k - 1].stride < t->stride[i]; k--) axes[k] = axes[k - 1];
    axes[k] = (axis){t->size[i], t->stride[i], jump};
  }
  int joined = 0;
  for (int i = 0; i < n; i++) {
    axis *last = joined ? &axes[joined - 1] : NULL;
    if (last && last->jump == axes[i].size * axes[i].jump && axes[i].stride &&
        last->stride / axes[i].stride == axes[i].size && last->stride % axes[i].stride == 0)
      *last = (axis){last->size * axes[i].size, axes[i].stride, axes[i].jump};
    else axes[joined++] = axes[i];
  }
  return joined;
}

static stylemap_status load(sm_loader *l, const sm_tensor *t, destination to, stylemap_error *error) {
  axis axes[SM_MAX_RANK];
  int64_t index[SM_MAX_RANK] = {0}, from = t->offset, out = 0;
  for (int i = 0; i < t->rank; i++)
    if (t->size[i] == 0) return STYLEMAP_OK;
  int n = plan(t, axes), outer = n ? n - 1 : 0;
  axis inner = n ? axes[n - 1] : (axis){1, 1, 1};
  for (;;) {
    SM_TRY(load_run(l, t, from, inner.stride, to, out, (size_t)inner.jump, inner.size, error));
    int i = outer;
    while (i-- > 0) { /* the next run: count up, carry to the left */
      from += axes[i].stride;
      out += axes[i].jump;
      if (++index[i] < axes[i].size) break;
      from -= axes[i].size * axes[i].stride;
      out -= axes[i].size * axes[i].jump;
      index[i] = 0;
    }
    if (i < 0) return STYLEMAP_OK;
  }
}

stylemap_status sm_loader_floats(sm_loader *l, const sm_tensor *t, float *to, stylemap_error *error) {
  return load(l, t, (destination){.floats = to}, error);
}

stylemap_status sm_loader_halves(sm_loader *l, const sm_tensor *t, uint16_t *to, stylemap_error *error) {
  return load(l, t, (destination){.halves = to}, error);
}
