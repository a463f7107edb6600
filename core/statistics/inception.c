/* SPDX-License-Identifier: GPL-3.0-or-later
 * Inception v3 as the FID takes it (Szegedy et al. 2016, with the weights of 2015-12-05): its last pooling's features. One
 * walk over its layers reads the weights, and looks at a picture. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/workers.h"
#include "model/file/tensor.h"
#include "model/form.h"
#include "statistics/dense.h"
#include "stylemap-measure.h"

enum { SIDE = 299, MOST_LAYERS = 96, MOST_WIDTH = 4096, NAME = 64 };
static const double epsilon = 0.001; /* of the batch norms */

/* Convolution and batch norm, folded. */
typedef struct layer {
  int cin, cout, kh, kw;
  float *weight, *bias; /* cout x cin x kh x kw, cout; one block */
} layer;

struct stylemap_inception {
  layer layers[MOST_LAYERS];
  int count, width;
  sm_pool *pool;
};

/* C x H x W numbers; while the weights are read, none. */
typedef struct map {
  int c, h, w;
  float *values;
} map;

typedef struct walk {
  stylemap_inception *net;
  int next; /* layer */
  const sm_checkpoint *file; /* the weights are read; NULL: a picture is looked at */
  sm_loader *loader;
  stylemap_status status;
  stylemap_error *error;
} walk;

/* ------------------------------------------------------------------------------------------------- weights */

static const sm_entry *find(const sm_state *state, const char *name) {
  const size_t length = strlen(name);
  for (size_t i = 0; i < state->count; i++)
    if (state->entries[i].name && state->entries[i].length == length && memcmp(state->entries[i].name, name, length) == 0)
      return &state->entries[i];
  return NULL;
}

static stylemap_status read_tensor(walk *w, const char *block, const char *part, int rank, const int64_t *shape, float **values,
                                   int64_t *found) {
  char name[2 * NAME];
  sm_tensor t;
  snprintf(name, sizeof name, "%s.%s", block, part);
  const sm_entry *e = find(&w->file->state[0], name);
  if (!e || e->tensor == SM_NONE)
    return sm_fail(w->error, STYLEMAP_REFUSED, "M3", SM_TEXT("%1: the tensor %2 is missing."), w->file->file.path, name, NULL);
  sm_checkpoint_tensor(w->file, e->tensor, &t);
  SM_TRY(sm_check_shape(w->file->file.path, name, &t, rank, shape, w->error));
  size_t count = 1;
  for (int i = 0; i < rank; i++) {
    if (t.size[i] < 1 || t.size[i] > MOST_WIDTH || !sm_kind_is_float(t.kind))
      return sm_refuse_tensor(w->error, w->file->file.path, "T3", SM_TEXT("it has a bad shape or kind"), name, strlen(name));
    count *= (size_t)(found[i] = t.size[i]);
  }
  *values = sm_alloc(count, sizeof **values);
  if (!*values) return sm_no_memory(w->error, count * sizeof **values);
  return sm_loader_floats(w->loader, &t, *values, w->error);
}

static stylemap_status read_layer(walk *w, const char *name, int cin, int kh, int kw, layer *l) {
  static const char *const parts[] = {"bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"};
  const int64_t shape[] = {-1, cin, kh, kw};
  int64_t found[4];
  float *weight = NULL, *norm[4] = {NULL};
  stylemap_status status;
  SM_TRY_DONE(read_tensor(w, name, "conv.weight", 4, shape, &weight, found));
  *l = (layer){.cin = cin, .cout = (int)found[0], .kh = kh, .kw = kw};
  const int64_t wide[] = {l->cout};
  for (int i = 0; i < 4; i++) SM_TRY_DONE(read_tensor(w, name, parts[i], 1, wide, &norm[i], found));
  const size_t each = (size_t)cin * (size_t)kh * (size_t)kw, outputs = (size_t)l->cout;
  l->weight = sm_alloc(outputs * (each + 1), sizeof *l->weight);
  if (!l->weight) {
    status = sm_no_memory(w->error, outputs * (each + 1) * sizeof *l->weight);
    goto done;
  }
  l->bias = l->weight + outputs * each;
  for (size_t o = 0; o < outputs; o++) {
    const double scale = (double)norm[0][o] / sqrt((double)norm[3][o] + epsilon);
    l->bias[o] = (float)((double)norm[1][o] - (double)norm[2][o] * scale);
    for (size_t i = 0; i < each; i++) l->weight[o * each + i] = (float)((double)weight[o * each + i] * scale);
  }
done:
  for (int i = 0; i < 4; i++) sm_free(norm[i]);
  sm_free(weight);
  return status;
}

/* -------------------------------------------------------------------------------------------------- layers */

static map new_map(walk *w, int c, int h, int width) {
  map m = {c, h, width, NULL};
  if (w->file || w->status != STYLEMAP_OK) return m;
  const size_t count = (size_t)c * (size_t)h * (size_t)width;
  m.values = sm_alloc(count, sizeof *m.values);
  if (!m.values) w->status = sm_no_memory(w->error, count * sizeof *m.values);
  return m;
}

static void map_free(map *m) {
  sm_free(m->values);
  m->values = NULL;
}

/* columns[cin x kh x kw][pixels out] of the input under each tap. */
static void gather(const map *in, const layer *l, const map *out, int stride, int ph, int pw, float *columns) {
  for (int c = 0; c < l->cin; c++)
    for (int v = 0; v < l->kh; v++)
      for (int u = 0; u < l->kw; u++)
        for (int y = 0; y < out->h; y++, columns += out->w) {
          const int from = y * stride + v - ph;
          const float *row = in->values + ((size_t)c * (size_t)in->h + (size_t)from) * (size_t)in->w;
          for (int x = 0; x < out->w; x++) {
            const int at = x * stride + u - pw;
            columns[x] = from >= 0 && from < in->h && at >= 0 && at < in->w ? row[at] : 0;
          }
        }
}

/* Convolution, norm, ReLU. `same`: the sides stay as they are; else only what lies in the picture. */
static map conv(walk *w, const map *in, int stride, int same, int kh, int kw, const char *block, const char *name) {
  char full[NAME];
  snprintf(full, sizeof full, *name ? "%s.%s" : "%s%s", block, name);
  layer *l = &w->net->layers[w->next++];
  if (w->file && w->status == STYLEMAP_OK) {
    w->status = read_layer(w, full, in->c, kh, kw, l);
    w->net->count = w->next;
  }
  const int ph = same ? kh / 2 : 0, pw = same ? kw / 2 : 0;
  map out = new_map(w, l->cout, (in->h + 2 * ph - kh) / stride + 1, (in->w + 2 * pw - kw) / stride + 1);
  if (w->file || w->status != STYLEMAP_OK) return out;
  const int pixels = out.h * out.w, depth = l->cin * kh * kw;
  float *columns = sm_alloc((size_t)depth * (size_t)pixels, sizeof *columns);
  if (!columns) {
    w->status = sm_no_memory(w->error, (size_t)depth * (size_t)pixels * sizeof *columns);
    return out;
  }
  gather(in, l, &out, stride, ph, pw, columns);
  cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, l->cout, pixels, depth, 1, l->weight, depth, columns, pixels, 0,
              out.values, pixels);
  sm_free(columns);
  for (int c = 0; c < out.c; c++)
    for (int i = 0; i < pixels; i++) {
      float *v = &out.values[(size_t)c * (size_t)pixels + (size_t)i];
      *v = *v + l->bias[c] > 0 ? *v + l->bias[c] : 0;
    }
  return out;
}

/* 3 x 3, the greatest or the mean of what lies in the picture: torch's own of this network counts no padding. */
static map pool(walk *w, const map *in, int stride, int same, int greatest) {
  map out = new_map(w, in->c, (in->h + 2 * same - 3) / stride + 1, (in->w + 2 * same - 3) / stride + 1);
  if (!out.values) return out;
  float *to = out.values;
  for (int c = 0; c < in->c; c++)
    for (int y = 0; y < out.h; y++)
      for (int x = 0; x < out.w; x++) {
        float most = -INFINITY, sum = 0;
        int count = 0;
        for (int v = y * stride - same; v < y * stride - same + 3; v++)
          for (int u = x * stride - same; u < x * stride - same + 3; u++) {
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

/* One behind the other; frees them. */
static map join(walk *w, int count, ...) {
  map parts[6], out;
  int channels = 0;
  va_list list;
  va_start(list, count);
  for (int i = 0; i < count; i++) channels += (parts[i] = va_arg(list, map)).c;
  va_end(list);
  out = new_map(w, channels, parts[0].h, parts[0].w);
  float *to = out.values;
  for (int i = 0; i < count; i++) {
    const size_t size = (size_t)parts[i].c * (size_t)parts[i].h * (size_t)parts[i].w;
    if (to && w->status == STYLEMAP_OK) {
      memcpy(to, parts[i].values, size * sizeof *to);
      to += size;
    }
    map_free(&parts[i]);
  }
  return out;
}

/* `x` := what `next` is, made of x. */
static void pass(map *x, map next) {
  map_free(x);
  *x = next;
}

/* -------------------------------------------------------------------------------------------------- blocks */

static map block_a(walk *w, const map *in, const char *b) {
  map one = conv(w, in, 1, 1, 1, 1, b, "branch1x1");
  map five = conv(w, in, 1, 1, 1, 1, b, "branch5x5_1");
  pass(&five, conv(w, &five, 1, 1, 5, 5, b, "branch5x5_2"));
  map three = conv(w, in, 1, 1, 1, 1, b, "branch3x3dbl_1");
  pass(&three, conv(w, &three, 1, 1, 3, 3, b, "branch3x3dbl_2"));
  pass(&three, conv(w, &three, 1, 1, 3, 3, b, "branch3x3dbl_3"));
  map mean = pool(w, in, 1, 1, 0);
  pass(&mean, conv(w, &mean, 1, 1, 1, 1, b, "branch_pool"));
  return join(w, 4, one, five, three, mean);
}

static map block_b(walk *w, const map *in, const char *b) {
  map three = conv(w, in, 2, 0, 3, 3, b, "branch3x3");
  map twice = conv(w, in, 1, 1, 1, 1, b, "branch3x3dbl_1");
  pass(&twice, conv(w, &twice, 1, 1, 3, 3, b, "branch3x3dbl_2"));
  pass(&twice, conv(w, &twice, 2, 0, 3, 3, b, "branch3x3dbl_3"));
  return join(w, 3, three, twice, pool(w, in, 2, 0, 1));
}

static map block_c(walk *w, const map *in, const char *b) {
  map one = conv(w, in, 1, 1, 1, 1, b, "branch1x1");
  map seven = conv(w, in, 1, 1, 1, 1, b, "branch7x7_1");
  pass(&seven, conv(w, &seven, 1, 1, 1, 7, b, "branch7x7_2"));
  pass(&seven, conv(w, &seven, 1, 1, 7, 1, b, "branch7x7_3"));
  map twice = conv(w, in, 1, 1, 1, 1, b, "branch7x7dbl_1");
  pass(&twice, conv(w, &twice, 1, 1, 7, 1, b, "branch7x7dbl_2"));
  pass(&twice, conv(w, &twice, 1, 1, 1, 7, b, "branch7x7dbl_3"));
  pass(&twice, conv(w, &twice, 1, 1, 7, 1, b, "branch7x7dbl_4"));
  pass(&twice, conv(w, &twice, 1, 1, 1, 7, b, "branch7x7dbl_5"));
  map mean = pool(w, in, 1, 1, 0);
  pass(&mean, conv(w, &mean, 1, 1, 1, 1, b, "branch_pool"));
  return join(w, 4, one, seven, twice, mean);
}

static map block_d(walk *w, const map *in, const char *b) {
  map three = conv(w, in, 1, 1, 1, 1, b, "branch3x3_1");
  pass(&three, conv(w, &three, 2, 0, 3, 3, b, "branch3x3_2"));
  map seven = conv(w, in, 1, 1, 1, 1, b, "branch7x7x3_1");
  pass(&seven, conv(w, &seven, 1, 1, 1, 7, b, "branch7x7x3_2"));
  pass(&seven, conv(w, &seven, 1, 1, 7, 1, b, "branch7x7x3_3"));
  pass(&seven, conv(w, &seven, 2, 0, 3, 3, b, "branch7x7x3_4"));
  return join(w, 3, three, seven, pool(w, in, 2, 0, 1));
}

/* The last block of these weights pools by the greatest, not by the mean. */
static map block_e(walk *w, const map *in, const char *b, int greatest) {
  map one = conv(w, in, 1, 1, 1, 1, b, "branch1x1");
  map three = conv(w, in, 1, 1, 1, 1, b, "branch3x3_1");
  map across = conv(w, &three, 1, 1, 1, 3, b, "branch3x3_2a"), down = conv(w, &three, 1, 1, 3, 1, b, "branch3x3_2b");
  map twice = conv(w, in, 1, 1, 1, 1, b, "branch3x3dbl_1");
  pass(&twice, conv(w, &twice, 1, 1, 3, 3, b, "branch3x3dbl_2"));
  map again = conv(w, &twice, 1, 1, 1, 3, b, "branch3x3dbl_3a"), below = conv(w, &twice, 1, 1, 3, 1, b, "branch3x3dbl_3b");
  map pooled = pool(w, in, 1, 1, greatest);
  pass(&pooled, conv(w, &pooled, 1, 1, 1, 1, b, "branch_pool"));
  map_free(&three);
  map_free(&twice);
  return join(w, 6, one, across, down, again, below, pooled);
}

/* Frees `x`. */
static map whole(walk *w, map x) {
  static const char *const a[] = {"Mixed_5b", "Mixed_5c", "Mixed_5d"}, *const c[] = {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"};
  pass(&x, conv(w, &x, 2, 0, 3, 3, "Conv2d_1a_3x3", ""));
  pass(&x, conv(w, &x, 1, 0, 3, 3, "Conv2d_2a_3x3", ""));
  pass(&x, conv(w, &x, 1, 1, 3, 3, "Conv2d_2b_3x3", ""));
  pass(&x, pool(w, &x, 2, 0, 1));
  pass(&x, conv(w, &x, 1, 0, 1, 1, "Conv2d_3b_1x1", ""));
  pass(&x, conv(w, &x, 1, 0, 3, 3, "Conv2d_4a_3x3", ""));
  pass(&x, pool(w, &x, 2, 0, 1));
  for (int i = 0; i < 3; i++) pass(&x, block_a(w, &x, a[i]));
  pass(&x, block_b(w, &x, "Mixed_6a"));
  for (int i = 0; i < 4; i++) pass(&x, block_c(w, &x, c[i]));
  pass(&x, block_d(w, &x, "Mixed_7a"));
  pass(&x, block_e(w, &x, "Mixed_7b", 0));
  pass(&x, block_e(w, &x, "Mixed_7c", 1));
  return x;
}

/* -------------------------------------------------------------------------------------------------- public */

void stylemap_inception_free(stylemap_inception *net) {
  if (!net) return;
  for (int i = 0; i < MOST_LAYERS; i++) sm_free(net->layers[i].weight);
  sm_pool_free(net->pool);
  sm_free(net);
}

int stylemap_inception_width(const stylemap_inception *net) { return net ? net->width : 0; }

stylemap_status stylemap_inception_open(const char *path, int threads, stylemap_inception **net, stylemap_error *error) {
  if (!path || !net) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  sm_checkpoint c = {0};
  stylemap_inception *made = sm_calloc(1, sizeof *made);
  sm_loader *loader = sm_alloc(1, sizeof *loader);
  stylemap_status status = made && loader ? STYLEMAP_OK : sm_no_memory(error, sizeof *made + sizeof *loader);
  if (status == STYLEMAP_OK) status = sm_pool_new(threads, &made->pool, error);
  if (status == STYLEMAP_OK) status = sm_checkpoint_open_flat(path, &c, error);
  if (status == STYLEMAP_OK) {
    walk w = {.net = made, .file = &c, .loader = loader, .error = error};
    sm_loader_init(loader, &c.file, UINT64_MAX, NULL, NULL);
    made->width = whole(&w, (map){3, SIDE, SIDE, NULL}).c;
    status = w.status;
    if (status == STYLEMAP_OK && loader->not_finite)
      status = sm_refuse(error, path, "M5", SM_TEXT("numbers of the Inception network are not finite"));
  }
  sm_checkpoint_close(&c);
  sm_free(loader);
  if (status == STYLEMAP_OK) *net = made;
  else stylemap_inception_free(made);
  return status;
}

/* Bilinear, corners not aligned, as torch enlarges and shrinks: without averaging. */
static void resize(const float *image, int size, float *out) {
  for (int p = 0; p < 3; p++)
    for (int y = 0; y < SIDE; y++)
      for (int x = 0; x < SIDE; x++) {
        const double sy = fmax(0, (y + 0.5) * size / SIDE - 0.5), sx = fmax(0, (x + 0.5) * size / SIDE - 0.5);
        const int y0 = (int)sy, x0 = (int)sx, y1 = y0 + (y0 < size - 1), x1 = x0 + (x0 < size - 1);
        const double v = sy - y0, u = sx - x0;
        const float *plane = image + (size_t)p * (size_t)size * (size_t)size;
        const double above = (1 - u) * (double)plane[y0 * size + x0] + u * (double)plane[y0 * size + x1];
        const double below = (1 - u) * (double)plane[y1 * size + x0] + u * (double)plane[y1 * size + x1];
        *out++ = (float)((1 - v) * above + v * below);
      }
}

typedef struct looking {
  stylemap_inception *net;
  const float *images;
  int size;
  float *features;
  stylemap_status *status; /* of each picture */
} looking;

static void look(void *context, int index, int worker) {
  const looking *l = context;
  walk w = {.net = l->net};
  map x = new_map(&w, 3, SIDE, SIDE);
  if (x.values) resize(l->images + (size_t)index * 3 * (size_t)l->size * (size_t)l->size, l->size, x.values);
  if (w.status == STYLEMAP_OK) x = whole(&w, x);
  for (int c = 0; w.status == STYLEMAP_OK && c < x.c; c++) {
    double sum = 0;
    for (int i = 0; i < x.h * x.w; i++) sum += (double)x.values[(size_t)c * (size_t)(x.h * x.w) + (size_t)i];
    l->features[(size_t)index * (size_t)x.c + (size_t)c] = (float)(sum / (x.h * x.w));
  }
  map_free(&x);
  l->status[index] = w.status;
}

stylemap_status stylemap_inception_features(stylemap_inception *net, const float *images, int count, int size, float *features,
                                            stylemap_error *error) {
  if (!net || !images || !features || count < 1 || size < 1)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("There are no pictures to be looked at."), NULL);
  looking l = {net, images, size, features, sm_calloc((size_t)count, sizeof *l.status)};
  if (!l.status) return sm_no_memory(error, (size_t)count * sizeof *l.status);
  sm_pool_run(net->pool, count, look, &l, NULL, NULL);
  stylemap_status status = STYLEMAP_OK;
  for (int i = 0; i < count; i++)
    if (l.status[i] != STYLEMAP_OK) status = l.status[i];
  sm_free(l.status);
  return status == STYLEMAP_OK ? status : sm_no_memory(error, (uint64_t)3 * SIDE * SIDE * 100 * sizeof(float));
}
