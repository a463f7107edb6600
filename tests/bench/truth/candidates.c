/* SPDX-License-Identifier: GPL-3.0-or-later
 * What there is to choose from when an edit is healed, and what is seen of it: for learn_choice.py.
 * usage: candidates MODEL < JOBS > CANDIDATES
 * An edit: target, reference (3 planes each, -1..1) and mask (1), of the model's size, floats. Of each of its candidates:
 * SM_CHOICE_SEEN floats and its 3 planes; an edit's end: a float of 9. */
#include <stdio.h>
#include <stdlib.h>

#include "edit/heal.h"

typedef struct picture {
  int width, channels;
  float *pixels;
} picture;

static int read_pixels(void *data, int x, int y, int w, int h, float *pixels) {
  const picture *p = data;
  for (int j = 0; j < h; j++)
    for (int i = 0; i < w * p->channels; i++)
      pixels[j * w * p->channels + i] = p->pixels[(size_t)((y + j) * p->width + x) * (size_t)p->channels + (size_t)i];
  return 0;
}

static int forget(void *data, int x, int y, int w, int h, const float *pixels) { return 0; }

static stylemap_layer layer_of(picture *p) { return (stylemap_layer){p->width, p->width, p, read_pixels, forget}; }

/* Opaque pixels of 0..1. */
static void fill(picture *p, const float *planes) {
  const size_t plane = (size_t)p->width * (size_t)p->width;
  for (size_t i = 0; i < 4 * plane; i++) p->pixels[i] = i % 4 == 3 ? 1 : (planes[i % 4 * plane + i / 4] + 1) / 2;
}

static void take(void *data, const sm_candidate *candidate, const float seen[SM_CHOICE_SEEN], const float *image) {
  const int *size = data;
  fwrite(seen, sizeof(float), SM_CHOICE_SEEN, stdout);
  fwrite(image, sizeof(float), 3 * (size_t)*size * (size_t)*size, stdout);
}

int main(int argc, char **argv) {
  stylemap_error error;
  stylemap_model *model = NULL;
  stylemap_session *session = NULL;
  if (argc != 2 || stylemap_open(argv[1], 0, NULL, NULL, &model, &error) ||
      stylemap_session_new(model, 1, NULL, NULL, &session, &error)) {
    fprintf(stderr, "%s\n", argc == 2 ? error.message : "usage: candidates MODEL < JOBS > CANDIDATES");
    return 1;
  }
  const int size = stylemap_model_info(model)->size;
  const size_t plane = (size_t)size * (size_t)size;
  float *job = malloc(7 * plane * sizeof(float));
  picture target = {size, 4, malloc(4 * plane * sizeof(float))}, reference = {size, 4, malloc(4 * plane * sizeof(float))};
  picture mask = {size, 1, job ? job + 6 * plane : NULL};
  if (!job || !target.pixels || !reference.pixels) return 1;
  stylemap_layer t = layer_of(&target), r = layer_of(&reference), m = layer_of(&mask);
  stylemap_placement whole;
  stylemap_fit(size, size, &whole);
  stylemap_heal_options options;
  stylemap_heal_defaults(&options);
  while (fread(job, sizeof(float), 7 * plane, stdin) == 7 * plane) {
    const float end = 9;
    const stylemap_piece piece = {&r, whole, &m};
    fill(&target, job);
    fill(&reference, job + 3 * plane);
    stylemap_session_forget(session);
    if (sm_heal(session, &t, &whole, &piece, 1, &options, 0, 0, size, size, &t, NULL, take, (void *)&size, &error)) {
      fprintf(stderr, "%s\n", error.message);
      return 1;
    }
    fwrite(&end, sizeof end, 1, stdout);
    fflush(stdout);
  }
  stylemap_session_free(session);
  stylemap_close(model);
  free(job), free(target.pixels), free(reference.pixels);
  return 0;
}
