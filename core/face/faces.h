/* SPDX-License-Identifier: GPL-3.0-or-later
 * Finding faces and their landmarks. Both networks are those of the package @vladmandic/face-api (MIT; models/faces says
 * more), written anew from what they compute: a detector that is shown the whole picture, and landmarks of one face. */
#pragma once
#include "base/error.h"
#include "face/layers.h"

enum { SM_DETECT_CONVS = 6, SM_POINT_BLOCKS = 4, SM_POINT_CONVS = 4, SM_POINT_SIDE = 112, SM_POINT_NUMBERS = 2 * STYLEMAP_FACE_POINTS };

struct stylemap_faces {
  sm_face_conv detect[SM_DETECT_CONVS], boxes; /* boxes: 1 x 1, as all products without `depthwise` here */
  sm_face_conv points[SM_POINT_BLOCKS][SM_POINT_CONVS], coordinates;
};

/* A face that the detector sees, in sides of its square. */
typedef struct sm_face_box {
  double x, y, width, height; /* centre */
  double score;               /* 0..1 */
} sm_face_box;

/* `image`: size x size x 3 from 0 to 255, size a multiple of 32. At most `room` boxes whose score is above `least`, best
 * first, of those that overlap (intersection over union above .4) the best alone. */
stylemap_status sm_face_detect(const stylemap_faces *faces, const float *image, int size, double least, int room,
                               sm_face_box *boxes, int *count, stylemap_error *error);
/* `image`: 112 x 112 x 3 from 0 to 255, filled by a face; points: x, y of each landmark, in sides of the image. */
stylemap_status sm_face_points(const stylemap_faces *faces, const float *image, float *points, stylemap_error *error);
/* The detector's numbers before they are boxes: (size / 32)^2 cells of 5 x 5; for tests. */
stylemap_status sm_face_cells(const stylemap_faces *faces, const float *image, int size, float *cells,
                              stylemap_error *error);
