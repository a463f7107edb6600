/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "statistics/layers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "model/form.h"
#include "statistics/dense.h"

enum { NAME = 160 };

/* ------------------------------------------------------------------------------------------------- weights */

static const sm_entry *find(const sm_state *state, const char *name) {
  const size_t length = strlen(name);
  for (size_t i = 0; i < state->count; i++)
    if (state->entries[i].name && state->entries[i].length == length && memcmp(state->entries[i].name, name, length) == 0)
      return &state->entries[i];
  return NULL;
}

stylemap_status sm_walk_tensor(const sm_walk *w, const char *name, int rank, const int64_t *shape, float **values, int64_t *found) {
  sm_tensor t;
  const sm_entry *e = find(&w->file->state[0], name);
  if (!e || e->tensor == SM_NONE)
    return sm_fail(w->error, STYLEMAP_REFUSED, "M3", SM_TEXT("%1: the tensor %2 is missing."), w->file->file.path, name, NULL);
  sm_checkpoint_tensor(w->file, e->tensor, &t);
  SM_TRY(sm_check_shape(w->file->file.path, name, &t, rank, shape, w->error));
  size_t count = 1;
  for (int i = 0; i < rank; i++) {
    if (t.size[i] < 1 || t.size[i] > SM_SEEING_WIDTH || !sm_kind_is_float(t.kind))
      return sm_refuse_tensor(w->error, w->file->file.path, "T3", SM_TEXT("it has a bad shape or kind"), name, strlen(name));
    count *= (size_t)(found[i] = t.size[i]);
  }
  *values = sm_alloc(count, sizeof **values);
  if (!*values) return sm_no_memory(w->error, count * sizeof **values);
  const stylemap_status status = sm_loader_floats(w->loader, &t, *values, w->error);
  if (status == STYLEMAP_OK) return status;
  sm_free(*values);
  *values = NULL;
  return status;
}

static stylemap_status read_layer(const sm_walk *w, const char *conv, const char *norm, int cin, const sm_convolution *how,
                                  sm_seeing_layer *l) {
  static const char *const parts[] = {"weight", "bias", "running_mean", "running_var"};
  const int64_t shape[] = {-1, cin, how->kh, how->kw};
  int64_t found[4];
  float *weight = NULL, *values[4] = {NULL};
  char name[NAME];
  stylemap_status status;
  snprintf(name, sizeof name, "%s.weight", conv);
  SM_TRY_DONE(sm_walk_tensor(w, name, 4, shape, &weight, found));
  *l = (sm_seeing_layer){.cin = cin, .cout = (int)found[0], .kh = how->kh, .kw = how->kw};
  const int64_t wide[] = {l->cout};
  for (int i = 0; i < 4; i++) {
    snprintf(name, sizeof name, "%s.%s", norm, parts[i]);
    SM_TRY_DONE(sm_walk_tensor(w, name, 1, wide, &values[i], found));
  }
  const size_t each = (size_t)cin * (size_t)how->kh * (size_t)how->kw, outputs = (size_t)l->cout;
  l->weight = sm_alloc(outputs * (each + 1), sizeof *l->weight);
  if (!l->weight) {
    status = sm_no_memory(w->error, outputs * (each + 1) * sizeof *l->weight);
    goto done;
  }
  l->bias = l->weight + outputs * each;
  for (size_t o = 0; o < outputs; o++) {
    const double scale = (double)values[0][o] / sqrt((double)values[3][o] + w->epsilon);
    l->bias[o] = (float)((double)values[1][o] - (double)values[2][o] * scale);
    for (size_t i = 0; i < each; i++) l->weight[o * each + i] = (float)((double)weight[o * each + i] * scale);
  }
done:
  for (int i = 0; i < 4; i++) sm_free(values[i]);
  sm_free(weight);
  return status;
}

/* --------------------------------------------------------------------------------------------------- maps */

sm_map sm_map_new(sm_walk *w, int c, int h, int width) {
  sm_map m = {c, h, width, NULL};
  if (w->file || w->status != STYLEMAP_OK) return m;
  const size_t count = (size_t)c * (size_t)h * (size_t)width;
  m.values = sm_alloc(count, sizeof *m.values);
  if (!m.values) w->status = sm_no_memory(w->error, count * sizeof *m.values);
  return m;
}

void sm_map_free(sm_map *m) {
  sm_free(m->values);
  m->values = NULL;
}

void sm_map_pass(sm_map *x, sm_map next) {
  sm_map_free(x);
  *x = next;
}

void sm_map_means(const sm_map *m, float *means) {
  const size_t pixels = (size_t)m->h * (size_t)m->w;
  for (size_t c = 0; c < (size_t)m->c; c++) {
    double sum = 0;
    for (size_t i = 0; i < pixels; i++) sum += (double)m->values[c * pixels + i];
    means[c] = (float)(sum / (double)pixels);
  }
}

/* -------------------------------------------------------------------------------------------------- layers */

/* columns[cin x kh x kw][pixels out] of the input under each tap. */
static void gather(const sm_map *in, const sm_convolution *how, const sm_map *out, float *columns) {
  for (int c = 0; c < in->c; c++)
    for (int v = 0; v < how->kh; v++)
      for (int u = 0; u < how->kw; u++)
        for (int y = 0; y < out->h; y++, columns += out->w) {
          const int from = y * how->stride + v - how->ph;
          const float *row = in->values + ((size_t)c * (size_t)in->h + (size_t)from) * (size_t)in->w;
          for (int x = 0; x < out->w; x++) {
            const int at = x * how->stride + u - how->pw;
            columns[x] = from >= 0 && from < in->h && at >= 0 && at < in->w ? row[at] : 0;
          }
        }
}

sm_map sm_walk_convolve(sm_walk *w, const sm_map *in, const sm_convolution *how, const char *conv, const char *norm) {
  sm_seeing_layer *l = &w->layers[w->next++];
  if (w->file && w->status == STYLEMAP_OK) w->status = read_layer(w, conv, norm, in->c, how, l);
  sm_map out = sm_map_new(w, l->cout, (in->h + 2 * how->ph - how->kh) / how->stride + 1,
                          (in->w + 2 * how->pw - how->kw) / how->stride + 1);
  if (!out.values) return out;
  const int pixels = out.h * out.w, depth = l->cin * l->kh * l->kw;
  float *columns = sm_alloc((size_t)depth * (size_t)pixels, sizeof *columns);
  if (!columns) {
    w->status = sm_no_memory(w->error, (size_t)depth * (size_t)pixels * sizeof *columns);
    return out;
  }
  gather(in, how, &out, columns);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, l->cout, pixels, depth, 1, l->weight, depth, columns, pixels, 0,
              out.values, pixels);
  sm_free(columns);
  for (int c = 0; c < out.c; c++)
    for (int i = 0; i < pixels; i++) {
      float *v = &out.values[(size_t)c * (size_t)pixels + (size_t)i];
      *v += l->bias[c];
      if (!how->linear && !(*v > 0)) *v = 0;
    }
  return out;
}

sm_map sm_walk_pool(sm_walk *w, const sm_map *in, int stride, int padding, int greatest) {
  sm_map out = sm_map_new(w, in->c, (in->h + 2 * padding - 3) / stride + 1, (in->w + 2 * padding - 3) / stride + 1);
  if (!out.values) return out;
  float *to = out.values;
  for (int c = 0; c < in->c; c++)
    for (int y = 0; y < out.h; y++)
      for (int x = 0; x < out.w; x++) {
        float most = -INFINITY, sum = 0;
        int count = 0;
        for (int v = y * stride - padding; v < y * stride - padding + 3; v++)
          for (int u = x * stride - padding; u < x * stride - padding + 3; u++) {
            if (v < 0 || v >= in->h || u < 0 || u >= in->w) continue;
            const float value = in->values[((size_t)c * (size_t)in->h + (size_t)v) * (size_t)in->w + (size_t)u];
            most = value > most ? value : most;
            sum += value;
            count++;
          }
        *to++ = greatest ? most : sum / (float)count;
      }
  return out;
}

/* ------------------------------------------------------------------------------------------------- networks */

void sm_seer_clear(sm_seer *seer) {
  for (int i = 0; i < SM_SEEING_LAYERS; i++) sm_free(seer->layers[i].weight);
  sm_pool_free(seer->pool);
}

stylemap_status sm_seer_open(sm_seer *seer, const char *path, int threads, sm_read *read, void *net, stylemap_error *error) {
  sm_checkpoint c = {0};
  sm_loader *loader = sm_alloc(1, sizeof *loader);
  if (!loader) return sm_no_memory(error, sizeof *loader);
  stylemap_status status;
  SM_TRY_DONE(sm_pool_new(threads, &seer->pool, error));
  SM_TRY_DONE(sm_checkpoint_open_flat(path, &c, error));
  sm_loader_init(loader, &c.file, UINT64_MAX, NULL, NULL);
  sm_walk w = {.layers = seer->layers, .epsilon = seer->epsilon, .file = &c, .loader = loader, .error = error};
  read(&w, net);
  status = w.status;
  if (status == STYLEMAP_OK && loader->not_finite)
    status = sm_refuse(error, path, "M5", SM_TEXT("numbers of the network are not finite"));
done:
  sm_checkpoint_close(&c);
  sm_free(loader);
  return status;
}

typedef struct looking {
  sm_seer *seer;
  sm_look *look;
  void *data;
  stylemap_status *status; /* of each picture */
} looking;

static void look_at(void *context, int index, int worker) {
  const looking *l = context;
  sm_walk w = {.layers = l->seer->layers};
  l->look(&w, l->data, index);
  l->status[index] = w.status;
}

stylemap_status sm_seer_look(sm_seer *seer, int count, sm_look *look, void *data, stylemap_error *error) {
  looking l = {seer, look, data, sm_calloc((size_t)count, sizeof *l.status)};
  if (!l.status) return sm_no_memory(error, (size_t)count * sizeof *l.status);
  sm_pool_run(seer->pool, count, look_at, &l, NULL, NULL);
  int failed = 0;
  for (int i = 0; i < count; i++) failed |= l.status[i] != STYLEMAP_OK;
  sm_free(l.status);
  return failed ? sm_no_memory(error, (uint64_t)100 << 20) : STYLEMAP_OK; /* nothing else goes wrong; about so much is asked for */
}
