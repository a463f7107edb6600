/* SPDX-License-Identifier: GPL-3.0-or-later
 * A face's landmarks -> where a model's square lies on it. */
#include <math.h>
#include <string.h>

#include "face/faces.h"
#include "model/bind.h"

enum { EYES_AND_MOUTH = 4 };

/* "x,y x,y x,y x,y", which is all of `text`. */
static int read_points(const char *text, double points[EYES_AND_MOUTH][2]) {
  for (int i = 0; i < 2 * EYES_AND_MOUTH; i++) {
    const char *closes = i % 2 == 0 ? "," : i + 1 < 2 * EYES_AND_MOUTH ? " " : "";
    const size_t length = *closes ? strcspn(text, closes) : strlen(text);
    if (!sm_text_real(text, length, &points[i / 2][i % 2]) || !isfinite(points[i / 2][i % 2])) return 0;
    text += length;
    if (*closes && *text++ != *closes) return 0;
  }
  return 1;
}

static void mean_of(const double (*points)[2], int count, double mean[2]) {
  mean[0] = mean[1] = 0;
  for (int i = 0; i < count; i++)
    for (int k = 0; k < 2; k++) mean[k] += points[i][k] / count;
}

int stylemap_face_is_placed(const stylemap_model *model) {
  const char *text = model ? stylemap_model_text(model, "canonical_points") : NULL;
  double points[EYES_AND_MOUTH][2];
  return text && read_points(text, points);
}

/* The similarity (c -s, s c) that takes `from` to `to`, both around their means. */
static stylemap_status similar(const double (*from)[2], const double (*to)[2], int count, double size,
                               stylemap_placement *placement, stylemap_error *error) {
  double mean[2], goal[2], c = 0, s = 0, norm = 0;
  mean_of(from, count, mean);
  mean_of(to, count, goal);
  for (int i = 0; i < count; i++) {
    const double x = from[i][0] - mean[0], y = from[i][1] - mean[1];
    const double u = to[i][0] - goal[0], v = to[i][1] - goal[1];
    c += x * u + y * v;
    s += x * v - y * u;
    norm += x * x + y * y;
  }
  const double half = size / 2, side = hypot(c, s) / norm * size;
  if (!(side >= 1 && side <= 1 << 20))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("The points that are to place the square lie in one place."), NULL);
  *placement = (stylemap_placement){.x = goal[0] + (c * (half - mean[0]) - s * (half - mean[1])) / norm,
                                    .y = goal[1] + (s * (half - mean[0]) + c * (half - mean[1])) / norm,
                                    .side = side,
                                    .angle = atan2(s, c)};
  return STYLEMAP_OK;
}

stylemap_status stylemap_face_place(const stylemap_model *model, const stylemap_face *face,
                                    stylemap_placement *placement, stylemap_error *error) {
  if (!model || !face || !placement)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A model's square is placed on a face."), NULL);
  double on_face[EYES_AND_MOUTH][2];
  if (!stylemap_face_is_placed(model))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "",
                   SM_TEXT("The model's file does not tell where eyes and mouth lie in its square (canonical_points)."), NULL);
  mean_of(face->points + 36, 6, on_face[0]);
  mean_of(face->points + 42, 6, on_face[1]);
  memcpy(on_face[2], face->points[48], sizeof on_face[2]);
  memcpy(on_face[3], face->points[54], sizeof on_face[3]);
  return stylemap_points_place(model, (const double (*)[2])on_face, EYES_AND_MOUTH, placement, error);
}

stylemap_status stylemap_points_place(const stylemap_model *model, const double (*points)[2], int count,
                                      stylemap_placement *placement, stylemap_error *error) {
  if (!model || !points || !placement || (count != 2 && count != EYES_AND_MOUTH))
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A model's square is placed by two or four points."), NULL);
  const char *text = stylemap_model_text(model, "canonical_points");
  const double size = stylemap_model_info(model)->size;
  double canonical[EYES_AND_MOUTH][2] = {{0, 0}, {size, 0}, {0, size}, {size, size}}, told[EYES_AND_MOUTH][2];
  if (text && read_points(text, told)) memcpy(canonical, told, sizeof told);
  return similar((const double (*)[2])canonical, points, count, size, placement, error);
}
