/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: directions, ways through the stylemaps that mean something (a smile, longer hair). */
#ifndef STYLEMAP_DIRECTION_H
#define STYLEMAP_DIRECTION_H

#include "stylemap/frame.h"
#include "stylemap/net.h"

/* A direction is a stylemap's difference, D x P x P: added once, it leads from the pictures without a thing to those with
 * it; times -1, the other way. Model files hold any number of them, as tensors directions.NAME, and so does a file of
 * directions alone. They belong to the model that they were learnt with (`stylemap direction` learns them). */

/* Those of a model, by number, in the order of its file. NULL where there is no such one. */
STYLEMAP_API int stylemap_direction_count(const stylemap_model *model);
STYLEMAP_API const char *stylemap_direction_name(const stylemap_model *model, int index);
/* What its file says of it: how it was learnt, and how sure it is; "" where nothing. */
STYLEMAP_API const char *stylemap_direction_text(const stylemap_model *model, int index);
/* D x P x P. */
STYLEMAP_API const float *stylemap_direction_values(const stylemap_model *model, int index);

/* Adds a copy as the last one, without the model's earlier one of that name (1 to 64 bytes of UTF-8 without control characters,
 * "=", "," and "/"). `text` may be NULL. No other call on the model may run meanwhile, but sessions may exist. stylemap_save
 * writes it. */
STYLEMAP_API stylemap_status stylemap_direction_add(stylemap_model *model, const char *name, const char *text,
                                                    const float *values, stylemap_error *error);
/* The same with each one of a safetensors file, a model's or one of directions alone; refused where it has none, or one
 * of another shape (M4) or with numbers that are not finite (M5). They are the last `count` then, which may be NULL. */
STYLEMAP_API stylemap_status stylemap_directions_read(stylemap_model *model, const char *path, int *count,
                                                      stylemap_error *error);
/* Writes the model's last `count` directions as a file of their own, beside `path` and renamed. */
STYLEMAP_API stylemap_status stylemap_directions_write(const stylemap_model *model, int count, const char *path,
                                                       stylemap_error *error);

/* So much of a direction. */
typedef struct stylemap_amount {
  const float *direction;
  double amount;
} stylemap_amount;

typedef struct stylemap_adjust_report {
  double change; /* root of the mean squared difference of the square before and after (-1..1), in the mask */
} stylemap_adjust_report;

/* stylemap := E(target) + weight * (the sum of the amounts' directions), the weight of a cell being the mask's mean over
 * it (`mask`, of the target layer's size; NULL: 1 everywhere). What that changes in the model's drawing is applied to the
 * target as a correction, so that its lines, grain and fine detail stay where the model leaves it alone: `detail` is
 * stylemap_heal_options.detail. Writes the rectangle x, y, w, h (on the layer, w and h at least 1) of `result` as
 * stylemap_paste does, at full weight, so that the host fades it in by the mask. `report` may be NULL. */
STYLEMAP_API stylemap_status stylemap_adjust(stylemap_session *session, const stylemap_layer *target,
                                             const stylemap_placement *placement, const stylemap_layer *mask,
                                             const stylemap_amount *amounts, int count, double detail, int x, int y, int w,
                                             int h, const stylemap_layer *result, stylemap_adjust_report *report,
                                             stylemap_error *error);

#endif
