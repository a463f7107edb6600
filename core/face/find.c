/* SPDX-License-Identifier: GPL-3.0-or-later
 * A layer -> its faces. The detector looks at all of it; where it sees nothing, once more at the layer turned to either
 * side, and smaller. Landmarks are taken twice: of the detector's box, and of the square that the first ones put upright. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "face/faces.h"
#include "frame/affine.h"
#include "frame/warp.h"

enum { SEEN = 416, SEEN_FINER = 832, SEEN_COARSER = 224, MOST = 1000 };
static const double least_score = 0.4, turned_by = 0.6;

/* A face as it was detected: a square that is turned by `angle`. */
typedef struct seen {
  double x, y, side, angle, score;
} seen;

/* The layer's pixels in a square, into `image`: size x size x 3 from 0 to 255; beyond the layer lies black, as the networks
 * have learnt it. */
static stylemap_status look(const stylemap_layer *layer, double x, double y, double side, double angle, int size,
                            float *image, stylemap_error *error) {
  const stylemap_placement at = {.x = x, .y = y, .side = side, .angle = angle};
  const sm_affine map = sm_affine_of(&at, size);
  const size_t plane = (size_t)size * (size_t)size;
  float *planes = sm_alloc(3 * plane, sizeof *planes);
  if (!planes) return sm_no_memory(error, 3 * plane * sizeof *planes);
  const stylemap_status status = sm_warp(layer, SM_PLANES_PICTURE, SM_RESAMPLE_PICTURE, &map, 0, 0, size, size, planes, error);
  for (size_t i = 0; i < plane && status == STYLEMAP_OK; i++) {
    double px, py;
    sm_affine_at(&map, (double)(i % (size_t)size) + 0.5, (double)(i / (size_t)size) + 0.5, &px, &py);
    const int inside = px > 0 && py > 0 && px < layer->width && py < layer->height;
    for (size_t c = 0; c < 3; c++) image[3 * i + c] = inside ? 255 * fminf(fmaxf(planes[c * plane + i], 0), 1) : 0;
  }
  sm_free(planes);
  return status;
}

/* Whether one face is the other: the centre of one lies in the other, and neither is twice as large. */
static int is_same(const seen *a, const seen *b) {
  const double small = fmin(a->side, b->side), large = fmax(a->side, b->side);
  return hypot(a->x - b->x, a->y - b->y) < large / 2 && large < 2 * small;
}

/* Adds what the detector sees of the layer, turned and at `size` pixels, to `found`. */
static stylemap_status detect(const stylemap_faces *f, const stylemap_layer *layer, int size, double angle, int room,
                              seen *found, int *count, stylemap_error *error) {
  const double w = layer->width, h = layer->height, x = w / 2, y = h / 2;
  const double c = fabs(cos(angle)), s = fabs(sin(angle)), side = fmax(c * w + s * h, s * w + c * h);
  const size_t numbers = sm_face_count(size, 3);
  float *image = sm_alloc(numbers, sizeof *image);
  sm_face_box *boxes = sm_alloc((size_t)room, sizeof *boxes);
  int seen_count = 0;
  stylemap_status status = image && boxes ? look(layer, x, y, side, angle, size, image, error)
                                          : sm_no_memory(error, numbers * sizeof *image);
  if (status == STYLEMAP_OK) status = sm_face_detect(f, image, size, least_score, room, boxes, &seen_count, error);
  for (int i = 0; i < seen_count && status == STYLEMAP_OK; i++) {
    const double u = (boxes[i].x - 0.5) * side, v = (boxes[i].y - 0.5) * side;
    const seen one = {x + cos(angle) * u - sin(angle) * v, y + sin(angle) * u + cos(angle) * v,
                      fmax(boxes[i].width, boxes[i].height) * side, angle, boxes[i].score};
    int at = 0;
    while (at < *count && !is_same(&one, &found[at])) at++;
    if (at == *count && *count < room) found[(*count)++] = one;
    else if (at < *count && one.score > found[at].score) found[at] = one;
  }
  sm_free(boxes);
  sm_free(image);
  return status;
}

/* The landmarks in the square. */
static stylemap_status locate(const stylemap_faces *f, const stylemap_layer *layer, const seen *at, float *image,
                              double points[STYLEMAP_FACE_POINTS][2], stylemap_error *error) {
  float told[SM_POINT_NUMBERS];
  SM_TRY(look(layer, at->x, at->y, at->side, at->angle, SM_POINT_SIDE, image, error));
  SM_TRY(sm_face_points(f, image, told, error));
  for (int i = 0; i < STYLEMAP_FACE_POINTS; i++) {
    const double u = ((double)told[2 * i] - 0.5) * at->side, v = ((double)told[2 * i + 1] - 0.5) * at->side;
    points[i][0] = at->x + cos(at->angle) * u - sin(at->angle) * v;
    points[i][1] = at->y + sin(at->angle) * u + cos(at->angle) * v;
  }
  return STYLEMAP_OK;
}

/* The square that the detector would see around these landmarks, were they upright. */
static seen upright(double points[STYLEMAP_FACE_POINTS][2]) {
  double eye[2][2] = {{0}}, middle[2] = {0};
  for (int i = 0; i < 12; i++)
    for (int k = 0; k < 2; k++) eye[i / 6][k] += points[36 + i][k] / 6;
  seen s = {.angle = atan2(eye[1][1] - eye[0][1], eye[1][0] - eye[0][0])};
  const double c = cos(s.angle), n = sin(s.angle);
  double least[2] = {INFINITY, INFINITY}, most[2] = {-INFINITY, -INFINITY};
  for (int i = 0; i < STYLEMAP_FACE_POINTS; i++) {
    const double u[2] = {c * points[i][0] + n * points[i][1], c * points[i][1] - n * points[i][0]};
    for (int k = 0; k < 2; k++) least[k] = fmin(least[k], u[k]), most[k] = fmax(most[k], u[k]);
  }
  for (int k = 0; k < 2; k++) middle[k] = (least[k] + most[k]) / 2;
  s.side = 1.2 * fmax(most[0] - least[0], most[1] - least[1]);
  s.x = c * middle[0] - n * middle[1];
  s.y = n * middle[0] + c * middle[1];
  return s;
}

/* `is_face` is 0 where the second look sees something much smaller or larger, or elsewhere: what the detector saw is none. */
static stylemap_status fill(const stylemap_faces *f, const stylemap_layer *layer, const seen *found, float *image,
                            stylemap_face *face, int *is_face, stylemap_error *error) {
  double points[STYLEMAP_FACE_POINTS][2];
  SM_TRY(locate(f, layer, found, image, points, error));
  const seen again = upright(points);
  SM_TRY(locate(f, layer, &again, image, points, error));
  const seen twice = upright(points);
  *is_face = is_same(found, &again) && is_same(&again, &twice);
  *face = (stylemap_face){found->x, found->y, found->side, found->side, found->score, {{0}}};
  memcpy(face->points, points, sizeof points);
  return STYLEMAP_OK;
}

static stylemap_status detect_all(const stylemap_faces *f, const stylemap_layer *layer, int room, seen *found, int *count,
                                  stylemap_error *error) {
  const int longer = layer->width > layer->height ? layer->width : layer->height;
  SM_TRY(detect(f, layer, SEEN, 0, room, found, count, error));
  if (longer > SEEN_FINER) SM_TRY(detect(f, layer, SEEN_FINER, 0, room, found, count, error));
  if (*count) return STYLEMAP_OK;
  SM_TRY(detect(f, layer, SEEN, turned_by, room, found, count, error));
  SM_TRY(detect(f, layer, SEEN, -turned_by, room, found, count, error));
  return *count ? STYLEMAP_OK : detect(f, layer, SEEN_COARSER, 0, room, found, count, error);
}

stylemap_status stylemap_faces_find(const stylemap_faces *f, const stylemap_layer *layer, int most, stylemap_face *found,
                                    int *count, stylemap_error *error) {
  if (!f || !layer || layer->width < 1 || layer->height < 1 || most < 1 || most > MOST || !found || !count)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Faces are found on a layer, up to 1000 of them."), NULL);
  int squares = 0, kept = 0;
  stylemap_status status = STYLEMAP_OK;
  seen *all = sm_alloc((size_t)most, sizeof *all);
  stylemap_face *made = sm_alloc((size_t)most, sizeof *made);
  float *image = sm_alloc(sm_face_count(SM_POINT_SIDE, 3), sizeof *image);
  if (!all || !made || !image) status = sm_no_memory(error, (size_t)most * sizeof *made);
  if (status == STYLEMAP_OK) status = detect_all(f, layer, most, all, &squares, error);
  for (int i = 0; i < squares && status == STYLEMAP_OK; i++) {
    stylemap_face face;
    int is_face;
    status = fill(f, layer, &all[i], image, &face, &is_face, error);
    if (status != STYLEMAP_OK || !is_face) continue;
    int at = kept++;
    for (; at > 0 && made[at - 1].width < face.width; at--) made[at] = made[at - 1];
    made[at] = face;
  }
  if (status == STYLEMAP_OK) {
    memcpy(found, made, (size_t)kept * sizeof *made);
    *count = kept;
  }
  sm_free(image);
  sm_free(made);
  sm_free(all);
  return status;
}
