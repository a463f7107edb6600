/* SPDX-License-Identifier: GPL-3.0-or-later
 * The file of both networks: safetensors, the tensors as models/faces/convert.mjs names them. */
#include <stdio.h>

#include "base/memory.h"
#include "face/faces.h"
#include "model/file/safetensors.h"

typedef struct reading {
  sm_file file;
  sm_safetensors tensors;
  stylemap_error *error;
} reading;

static stylemap_status read_tensor(reading *r, const char *layer, const char *part, int rank, const int64_t *shape,
                                   float **values) {
  char name[64];
  snprintf(name, sizeof name, "%s.%s", layer, part);
  return sm_safetensors_floats(&r->file, &r->tensors, name, rank, shape, values, r->error);
}

/* taps: 9, or 1 of a product; of one that is separable the 9 are the depthwise part's. */
static stylemap_status read_conv(reading *r, const char *layer, int taps, int separable, int cin, int cout,
                                 sm_face_conv *conv) {
  const int64_t depthwise[] = {3, 3, cin}, pointwise[] = {cin, cout}, full[] = {3, 3, cin, cout}, bias[] = {cout};
  const int plain = taps == 1 || separable;
  conv->cin = cin, conv->cout = cout;
  if (separable) SM_TRY(read_tensor(r, layer, "depthwise", 3, depthwise, &conv->depthwise));
  SM_TRY(read_tensor(r, layer, "filters", plain ? 2 : 4, plain ? pointwise : full, &conv->filters));
  return read_tensor(r, layer, "bias", 1, bias, &conv->bias);
}

static stylemap_status read_all(reading *r, stylemap_faces *f) {
  static const int detect[] = {3, 16, 32, 64, 128, 256, 512}, points[] = {3, 32, 64, 128, 256};
  char layer[32];
  for (int i = 0; i < SM_DETECT_CONVS; i++) {
    snprintf(layer, sizeof layer, "detect.%d", i);
    SM_TRY(read_conv(r, layer, 9, i > 0, detect[i], detect[i + 1], &f->detect[i]));
  }
  SM_TRY(read_conv(r, "detect.boxes", 1, 0, 512, 25, &f->boxes));
  for (int i = 0; i < SM_POINT_BLOCKS; i++)
    for (int k = 0; k < SM_POINT_CONVS; k++) {
      snprintf(layer, sizeof layer, "points.%d.%d", i, k);
      SM_TRY(read_conv(r, layer, 9, i + k > 0, points[k ? i + 1 : i], points[i + 1], &f->points[i][k]));
    }
  return read_conv(r, "points.coordinates", 1, 0, 256, SM_POINT_NUMBERS, &f->coordinates);
}

stylemap_status stylemap_faces_open(const char *path, stylemap_faces **faces, stylemap_error *error) {
  if (!path || !faces)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("A network for faces is opened by its file's name."), NULL);
  reading r = {.error = error};
  uint8_t head[10] = {0};
  stylemap_status status;
  stylemap_faces *f = sm_calloc(1, sizeof *f);
  if (!f) return sm_no_memory(error, sizeof *f);
  status = sm_file_open(path, &r.file, error);
  if (status != STYLEMAP_OK) {
    sm_free(f);
    return status;
  }
  if (r.file.size >= sizeof head) SM_TRY_DONE(sm_file_read(&r.file, 0, head, sizeof head, error));
  if (head[8] != '{') {
    status = sm_fail(error, STYLEMAP_REFUSED, "F1", SM_TEXT("%1 is not a safetensors file."), path, NULL);
    goto done;
  }
  SM_TRY_DONE(sm_safetensors_read(&r.file, &r.tensors, error));
  SM_TRY_DONE(read_all(&r, f));
  *faces = f;
  f = NULL;
done:
  stylemap_faces_close(f);
  sm_safetensors_free(&r.tensors);
  sm_file_close(&r.file);
  return status;
}

static void free_conv(sm_face_conv *conv) {
  sm_free(conv->depthwise);
  sm_free(conv->filters);
  sm_free(conv->bias);
}

void stylemap_faces_close(stylemap_faces *f) {
  if (!f) return;
  for (int i = 0; i < SM_DETECT_CONVS; i++) free_conv(&f->detect[i]);
  for (int i = 0; i < SM_POINT_BLOCKS * SM_POINT_CONVS; i++)
    free_conv(&f->points[i / SM_POINT_CONVS][i % SM_POINT_CONVS]);
  free_conv(&f->boxes);
  free_conv(&f->coordinates);
  sm_free(f);
}
