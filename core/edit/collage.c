/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "edit/collage.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "edit/membrane.h"
#include "edit/tone.h"
#include "frame/frame.h"
#include "frame/warp.h"

static size_t pixels_of(const sm_collage *c) { return (size_t)c->width * (size_t)c->height; }

/* Whole pixels stay whole: what rounding made of a shift by pixels is one again. */
static double snap(double v, double within) { return fabs(v - round(v)) < within ? round(v) : v; }

sm_affine sm_collage_map(const stylemap_placement *target, const stylemap_placement *reference) {
  const sm_affine t = sm_affine_of(target, 1), from = sm_affine_inverse(&t), to = sm_affine_of(reference, 1);
  sm_affine map = sm_affine_then(&from, &to);
  map.xx = snap(map.xx, 1e-9), map.yy = snap(map.yy, 1e-9), map.xy = snap(map.xy, 1e-9), map.yx = snap(map.yx, 1e-9);
  map.x0 = snap(map.x0, 1e-6), map.y0 = snap(map.y0, 1e-6);
  return map;
}

/* What laying pieces works with. */
typedef struct lying {
  sm_collage *c;
  const stylemap_placement *placement;
  sm_pool *pool;
  int size;              /* of the square */
  int rows;              /* of a band: whole cells */
  float *band;           /* 4 planes of a piece as it lies there, and its mask's */
  unsigned char *hidden; /* a plane: FAINT, UNSEEN */
  float *differences, *counts, *weights; /* of cells: 3 planes and one each: sums over their pixels, then means */
  float *colours, *known, *apart, *beyond; /* 3, 1, 3, 1, where it is toned: of the piece's own; differences to what is below it where
                                            * it is hardly laid, or not at all */
  unsigned char *inside;                 /* cells for which no pixel prescribes anything */
} lying;

enum { FAINT = 1 /* hardly anything is seen of the target */, UNSEEN = 2 /* nothing */,
       KEPT = 8, LAYING = 5, TONED = 3, TONING = 8 /* planes of cells: of the collage; and while it is laid */ };

static size_t cells_of(const sm_collage *c) { return (size_t)c->across * (size_t)c->down; }

/* A quarter of one of the square's pixels, so that these look the same through cells, and membranes cost the same for
 * large pictures. */
static int cell_for(const stylemap_placement *placement, int size) {
  int cell = 1;
  while (placement->side / size >= 8 * cell) cell *= 2;
  return cell;
}

/* Pixels of a cell. */
static float area_of(const sm_collage *c, size_t i) {
  const int x = (int)(i % (size_t)c->across) * c->cell, y = (int)(i / (size_t)c->across) * c->cell;
  const int right = c->width - x < c->cell ? c->width - x : c->cell, down = c->height - y < c->cell ? c->height - y : c->cell;
  return (float)(right * down);
}

/* Fills the colours with the target's, what is hidden of it, and what is seen. */
static stylemap_status read_target(const stylemap_layer *target, const lying *l, stylemap_error *error) {
  const sm_collage *c = l->c;
  const size_t plane = pixels_of(c), w = (size_t)c->width, cell = (size_t)c->cell;
  unsigned char any = 0;
  for (int y = 0; y < c->height; y += l->rows) {
    const int n = c->height - y < l->rows ? c->height - y : l->rows;
    if (target->read(target->data, c->x, c->y + y, c->width, n, l->band)) return sm_layer_stopped(error);
    for (size_t row = 0; row < (size_t)n; row++) {
      const size_t at = ((size_t)y + row) * w;
      const float *pixels = l->band + 4 * row * w;
      for (size_t p = 0; p < 3; p++)
        for (size_t i = 0; i < w; i++) c->colours[p * plane + at + i] = sm_unit(pixels[4 * i + p]);
      for (size_t i = 0; i < w; i++)
        l->hidden[at + i] = (unsigned char)((pixels[4 * i + 3] >= 0.5f ? 0 : FAINT) | (pixels[4 * i + 3] > 0 ? 0 : UNSEEN));
      for (size_t i = 0; i < w; i++) any |= l->hidden[at + i];
    }
  }
  for (size_t i = 0; !any && i < cells_of(c); i++) c->seen[i] = 1;
  if (!any) return STYLEMAP_OK;
  for (size_t y = 0; y < (size_t)c->height; y++)
    for (size_t i = 0, to = y / cell * (size_t)c->across; i < w; i += cell, to++)
      for (size_t k = i; k < w && k < i + cell; k++) c->seen[to] += l->hidden[y * w + k] & UNSEEN ? 0 : 1;
  for (size_t i = 0; i < cells_of(c); i++) c->seen[i] /= area_of(c, i);
  return STYLEMAP_OK;
}

/* R'G'B' times alpha and alpha -> R'G'B', where there is any. */
static void unmultiply(float *placed, size_t plane) {
  const float *alpha = placed + 3 * plane;
  for (size_t i = 0; i < plane; i++)
    for (size_t p = 0; p < 3 && alpha[i] != 1; p++)
      placed[p * plane + i] = alpha[i] > 0 ? placed[p * plane + i] / alpha[i] : 0;
}

/* Lays pixels i .. end - 1 of the collage's row y, which belong to cell `to`: reference and alpha from planes of `pixels`. */
static void lay_cell(const lying *l, size_t y, size_t i, size_t end, size_t to, const float *reference, const float *weight,
                     size_t pixels) {
  const sm_collage *c = l->c;
  const size_t plane = pixels_of(c), cells = cells_of(c), row = y * (size_t)c->width;
  const float *alpha = reference + 3 * pixels;
  float *colours = c->colours + row, *mask = c->mask + row;
  const unsigned char *hidden = l->hidden + row;
  float weights = 0, count = 0, added[3] = {0}, differences[3] = {0}, shift[3] = {0};
  for (size_t p = 0; p < 3 && c->shift; p++) shift[p] = c->shift[p * cells + to];
  for (; i < end; i++) {
    const float m = sm_unit(weight[i]) * alpha[i];
    if (l->known && alpha[i] >= 0.5f) {
      const int beyond = weight[i] < 0.5f && !(hidden[i] & FAINT);
      l->known[to]++, l->beyond[to] += (float)beyond;
      for (size_t p = 0; p < 3; p++) {
        l->colours[p * cells + to] += reference[p * pixels + i];
        if (beyond) l->apart[p * cells + to] += colours[p * plane + i] + mask[i] * shift[p] - reference[p * pixels + i];
      }
    }
    if (m > 0) {
      const float seen = hidden[i] & UNSEEN ? 0 : 1;
      weights += m;
      mask[i] += m * (1 - mask[i]);
      for (size_t p = 0; p < 3; p++) {
        const float more = m * (reference[p * pixels + i] - colours[p * plane + i]);
        colours[p * plane + i] += more;
        added[p] += seen * more;
      }
    } else if (!(weight[i] > 0) && alpha[i] >= 0.5f && !(hidden[i] & FAINT)) { /* hidden colours say nothing */
      count++;
      for (size_t p = 0; p < 3; p++)
        differences[p] += colours[p * plane + i] + mask[i] * shift[p] - reference[p * pixels + i];
    }
  }
  l->weights[to] += weights, l->counts[to] += count;
  for (size_t p = 0; p < 3; p++) c->added[p * cells + to] += added[p], l->differences[p * cells + to] += differences[p];
}

/* A plane of what is added, over that of what lies below. */
static void mix(float *below, float by, float more, float weight) {
  *below = by > 0 ? (*below * by + more * weight) / (by + weight) : more;
}

/* Cells that are toned as one: about a pixel of the square. */
static int step_of(const lying *l) {
  int step = 1;
  while (2 * step * l->c->cell <= l->placement->side / l->size) step *= 2;
  return step;
}

/* What a piece is toned by, in place of its colours. */
static stylemap_status find_tone(const lying *l, const stylemap_piece *piece, stylemap_error *error) {
  const sm_collage *c = l->c;
  const size_t cells = cells_of(c);
  const int step = step_of(l);
  const sm_content_cells laid = {c->x, c->y, c->cell, c->across, c->down, l->weights};
  sm_content *content = sm_alloc(1, sizeof *content);
  if (!content) return sm_no_memory(error, sizeof *content);
  stylemap_status status = sm_content_find(piece, l->placement, &laid, content, error);
  for (size_t i = 0; i < 3 * cells; i++) l->colours[i] /= fmaxf(l->known[i % cells], 1), l->apart[i] /= fmaxf(l->beyond[i % cells], 1);
  const sm_tone_cells toned = {.width = c->across, .height = c->down, .reference = l->colours, .known = l->known,
                               .differences = l->apart, .counts = l->beyond, .step = step,
                               .side = 128.0 * step * c->cell / l->placement->side, .content = content};
  if (status == STYLEMAP_OK) status = sm_tone(&toned, l->colours, error);
  sm_free(content);
  return status;
}

/* The membrane of the differences that a piece has gathered, over those of the pieces below it. */
static stylemap_status hang(const lying *l, const stylemap_piece *piece, stylemap_error *error) {
  sm_collage *c = l->c;
  const size_t cells = cells_of(c);
  for (size_t i = 0; i < cells; i++) l->weights[i] /= area_of(c, i);
  for (size_t i = 0; i < cells && c->shift; i++) {
    l->inside[i] = !(l->counts[i] > 0);
    for (size_t p = 0; p < 3; p++) l->differences[p * cells + i] /= fmaxf(l->counts[i], 1);
  }
  if (c->tone) SM_TRY(find_tone(l, piece, error));
  if (c->shift) SM_TRY(sm_membrane(l->differences, l->inside, c->across, c->down, error));
  for (size_t i = 0; i < cells; i++) {
    const float weight = l->weights[i], below = c->cover[i] * (1 - weight);
    c->cover[i] = below + weight;
    for (size_t p = 0; p < 3 && c->shift; p++) {
      mix(&c->shift[p * cells + i], below, l->differences[p * cells + i], weight);
      if (c->tone) mix(&c->tone[p * cells + i], below, l->colours[p * cells + i], weight);
    }
  }
  return STYLEMAP_OK;
}

/* Rows y .. y + rows - 1 of a piece, in the band. */
typedef struct laid_band {
  const lying *l;
  int y, rows;
} laid_band;

enum { ROWS = 16 /* of cells that a task lays */ };

static void task_lay(void *data, int task, int worker) {
  const laid_band *b = data;
  const sm_collage *c = b->l->c;
  const size_t w = (size_t)c->width, cell = (size_t)c->cell, rows = (size_t)b->rows, pixels = rows * w;
  const size_t end = (size_t)(task + 1) * ROWS * cell;
  for (size_t row = (size_t)task * ROWS * cell; row < rows && row < end; row++) {
    const float *reference = b->l->band + row * w, *weight = reference + 4 * pixels;
    const size_t y = (size_t)b->y + row;
    for (size_t i = 0, to = y / cell * (size_t)c->across; i < w; i += cell, to++)
      lay_cell(b->l, y, i, i + cell < w ? i + cell : w, to, reference, weight, pixels);
  }
  (void)worker;
}

static stylemap_status lay(const lying *l, const stylemap_piece *piece, stylemap_error *error) {
  const sm_collage *c = l->c;
  const sm_affine map = sm_collage_map(l->placement, &piece->placement);
  memset(l->differences, 0, LAYING * cells_of(c) * sizeof(float)); /* and counts and weights */
  if (l->known) memset(l->colours, 0, TONING * cells_of(c) * sizeof(float)); /* and what follows */
  for (int y = 0; y < c->height; y += l->rows) {
    const int n = c->height - y < l->rows ? c->height - y : l->rows, each = ROWS * c->cell;
    const size_t pixels = (size_t)n * (size_t)c->width;
    laid_band band = {l, y, n};
    SM_TRY(sm_warp(piece->picture, SM_PLANES_COLOURS, SM_RESAMPLE_PICTURE, &map, c->x, c->y + y, c->width, n, l->band, error));
    unmultiply(l->band, pixels);
    if (piece->mask->read(piece->mask->data, c->x, c->y + y, c->width, n, l->band + 4 * pixels)) return sm_layer_stopped(error);
    sm_pool_run(l->pool, (n + each - 1) / each, task_lay, &band, NULL, NULL);
  }
  return hang(l, piece, error);
}

/* Cuts what the cells need. */
static void lay_out(lying *l, sm_collage_colours colours) {
  sm_collage *c = l->c;
  const size_t count = cells_of(c);
  float *cells = c->cells;
  c->added = cells, c->cover = cells + 3 * count, c->seen = cells + 4 * count, c->shift = colours >= SM_COLLAGE_CLONED ? cells + 5 * count : NULL;
  cells += KEPT * count;
  l->differences = cells, l->counts = cells + 3 * count, l->weights = cells + 4 * count;
  cells += LAYING * count;
  if (colours == SM_COLLAGE_TONED) {
    c->tone = cells, l->colours = cells + TONED * count, l->known = l->colours + 3 * count;
    l->apart = l->known + count, l->beyond = l->apart + 3 * count;
    cells += (TONED + TONING) * count;
  }
  l->inside = (unsigned char *)cells, l->hidden = l->inside + count;
}

stylemap_status sm_collage_new(sm_pool *pool, const stylemap_layer *target, const stylemap_placement *placement, int size,
                               const stylemap_piece *pieces, int count, sm_collage_colours colours, int x, int y, int width, int height,
                               sm_collage *c, stylemap_error *error) {
  const int cell = cell_for(placement, size);
  width += x % cell, height += y % cell, x -= x % cell, y -= y % cell;
  *c = (sm_collage){.x = x, .y = y, .width = width, .height = height, .cell = cell,
                    .across = (width + cell - 1) / cell, .down = (height + cell - 1) / cell};
  lying l = {.c = c, .placement = placement, .pool = pool, .size = size, .rows = sm_band_rows(width, 5)};
  l.rows = l.rows > cell ? l.rows / cell * cell : cell;
  l.rows = l.rows < height ? l.rows : height;
  const size_t plane = pixels_of(c), band = (size_t)l.rows * (size_t)width * 5;
  const size_t floats = KEPT + LAYING + (colours == SM_COLLAGE_TONED ? TONED + TONING : 0);
  const size_t cells = cells_of(c) * (floats * sizeof(float) + 1) + plane;
  stylemap_status status;
  c->colours = sm_alloc_layer(plane, 4 * sizeof(float));
  c->cells = sm_calloc(cells, 1);
  l.band = sm_alloc(band, sizeof(float));
  if (!c->colours || !l.band || !c->cells) {
    status = sm_no_memory(error, (4 * plane + band) * sizeof(float) + cells);
    goto done;
  }
  c->mask = c->colours + 3 * plane;
  memset(c->mask, 0, plane * sizeof(float));
  lay_out(&l, colours);
  SM_TRY_DONE(read_target(target, &l, error));
  for (int i = 0; i < count; i++) SM_TRY_DONE(lay(&l, &pieces[i], error));
  for (size_t i = 0; i < 3 * cells_of(c); i++) c->added[i] /= area_of(c, i % cells_of(c));
done:
  sm_free(l.band);
  if (status != STYLEMAP_OK) sm_collage_free(c);
  return status;
}

void sm_collage_shift(sm_collage *c, const float offset[3]) {
  const size_t plane = pixels_of(c);
  for (size_t p = 0; p < 3; p++)
    for (size_t i = 0; i < plane; i++) c->colours[p * plane + i] += c->mask[i] * offset[p] / 2;
}

void sm_collage_tone(sm_collage *c) { c->shift = c->tone; }

void sm_collage_free(sm_collage *c) {
  sm_free(c->colours);
  sm_free(c->cells);
  *c = (sm_collage){0};
}

void sm_collage_row(const sm_collage *c, float clone, int y, int x, int n, float *pixels) {
  const size_t plane = pixels_of(c), cells = cells_of(c), at = (size_t)y * (size_t)c->width + (size_t)x;
  for (size_t p = 0; p < 3; p++) memcpy(pixels + p * (size_t)n, c->colours + p * plane + at, (size_t)n * sizeof *pixels);
  if (!(clone > 0)) return;
  /* from the first cell's middle, in halves of a pixel: whole cells and the rest */
  const int cell = c->cell, last = c->across - 1, down = 2 * y + 1 - cell;
  const int above = down < 0 ? 0 : down / (2 * cell), below = above < c->down - 1 ? above + 1 : above;
  const float part = 0.5f / (float)cell, v = down < 0 ? 0 : part * (float)(down % (2 * cell));
  const float *upper = c->shift + (size_t)above * (size_t)c->across, *lower = c->shift + (size_t)below * (size_t)c->across;
  for (int i = 0, end; i < n; i = end) { /* pixels between two cells' middles */
    const int from = 2 * (x + i) + 1 - cell, left = from < 0 ? 0 : from / (2 * cell), right = left < last ? left + 1 : left;
    const int next = cell * (left + 1) + cell / 2 - x;
    end = next < n ? next : n;
    for (size_t p = 0; p < 3; p++) {
      const float *r0 = upper + p * cells, *r1 = lower + p * cells;
      const float a = r0[left] + v * (r1[left] - r0[left]), b = r0[right] + v * (r1[right] - r0[right]);
      float *to = pixels + p * (size_t)n;
      for (int k = i; k < end; k++) {
        const int across = 2 * (x + k) + 1 - cell - 2 * cell * left;
        to[k] += clone * c->mask[at + (size_t)k] * (a + (across > 0 ? part * (float)across : 0) * (b - a));
      }
    }
  }
}

/* -------------------------------------------------------------------------------------------- as layers */

/* A cell of the layer's grid; or none. */
static int at_cell(const sm_collage *c, int x, int y, size_t *at) {
  x -= c->x / c->cell, y -= c->y / c->cell;
  *at = (size_t)y * (size_t)c->across + (size_t)x;
  return x >= 0 && y >= 0 && x < c->across && y < c->down;
}

/* `more`: what is added to the copy, or NULL for what it adds. */
static int read_cells(const sm_collage *c, const float *more, int x, int y, int w, int h, float *pixels) {
  const size_t cells = cells_of(c);
  for (int k = 0; k < w * h; k++) {
    size_t at;
    const int there = at_cell(c, x + k % w, y + k / w, &at);
    for (size_t p = 0; p < 3; p++) {
      const float added = !there ? 0 : more ? c->cover[at] * c->seen[at] * more[p * cells + at] : c->added[p * cells + at];
      pixels[4 * (size_t)k + p] = 0.5f + 0.5f * added;
    }
    pixels[4 * (size_t)k + 3] = 1;
  }
  return 0;
}

static int read_added(void *c, int x, int y, int w, int h, float *pixels) { return read_cells(c, NULL, x, y, w, h, pixels); }

static int read_shift(void *data, int x, int y, int w, int h, float *pixels) {
  const sm_collage *c = data;
  return read_cells(c, c->shift, x, y, w, h, pixels);
}

static int read_tone(void *data, int x, int y, int w, int h, float *pixels) {
  const sm_collage *c = data;
  return read_cells(c, c->tone, x, y, w, h, pixels);
}

static int read_cover(void *data, int x, int y, int w, int h, float *pixels) {
  const sm_collage *c = data;
  for (int k = 0; k < w * h; k++) {
    size_t at;
    pixels[k] = at_cell(c, x + k % w, y + k / w, &at) ? c->cover[at] : 0;
  }
  return 0;
}

stylemap_layer sm_collage_cells(sm_collage *c, sm_collage_what what, const stylemap_layer *target,
                                stylemap_placement *placement) {
  int (*const reads[])(void *, int, int, int, int, float *) = {read_added, read_shift, read_tone, read_cover};
  placement->x /= c->cell, placement->y /= c->cell, placement->side /= c->cell;
  return (stylemap_layer){(target->width + c->cell - 1) / c->cell, (target->height + c->cell - 1) / c->cell, c,
                          reads[what], NULL};
}
