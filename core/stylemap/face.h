/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Part of stylemap.h: faces in photographs. */
#ifndef STYLEMAP_FACE_H
#define STYLEMAP_FACE_H

#include "stylemap/frame.h"
#include "stylemap/model.h"

/* Two small networks that find faces in photographs and their landmarks: the file models/faces/faces.safetensors. They know
 * upright faces and, less well, such as are turned by up to 45 degrees; drawings they hardly know. Never changes after
 * opening and serves any number of threads at once. */
typedef struct stylemap_faces stylemap_faces;
STYLEMAP_API stylemap_status stylemap_faces_open(const char *path, stylemap_faces **faces, stylemap_error *error);
STYLEMAP_API void stylemap_faces_close(stylemap_faces *faces);

#define STYLEMAP_FACE_POINTS 68

/* All in layer pixels. Points as in the 300-W data: 0..16 the jaw from the picture's left to its right, 17..26 the brows,
 * 27..35 the nose, 36..41 and 42..47 the eyes, 48..59 the lips' outline (48 and 54 its corners), 60..67 their inner one. */
typedef struct stylemap_face {
  double x, y, width, height; /* a box around brows, eyes and mouth: its centre and sides */
  double score;               /* how sure the detector is, 0..1 */
  double points[STYLEMAP_FACE_POINTS][2];
} stylemap_face;

/* The faces of a layer, the largest first: at most `most` (1..1000) of the surest, into `found`, and how many into `count`;
 * 0 is no failure. Faces from about a twentieth of the layer's longer side up; of layers larger than 832 pixels from a
 * fortieth. The layer is read a few times, at 832 pixels a side at most. */
STYLEMAP_API stylemap_status stylemap_faces_find(const stylemap_faces *faces, const stylemap_layer *layer, int most,
                                                 stylemap_face *found, int *count, stylemap_error *error);

/* Whether a model's file tells in `canonical_points` where four points lie in its square: left and right eye, left and right
 * corner of the mouth, as they are seen. */
STYLEMAP_API int stylemap_face_is_placed(const stylemap_model *model);
/* Where a model's square lies on the layer so that the face's eyes and corners of the mouth come to lie at the model's
 * points, by least squares. BAD_ARGUMENT where its file does not tell them. */
STYLEMAP_API stylemap_status stylemap_face_place(const stylemap_model *model, const stylemap_face *face,
                                                 stylemap_placement *placement, stylemap_error *error);
/* The same by points on the layer, in that order: 2, the eyes, or 4, eyes and corners of the mouth. For a model whose file
 * does not tell its own they are the square's corners: upper left, upper right, lower left, lower right. */
STYLEMAP_API stylemap_status stylemap_points_place(const stylemap_model *model, const double (*points)[2], int count,
                                                   stylemap_placement *placement, stylemap_error *error);

#endif
