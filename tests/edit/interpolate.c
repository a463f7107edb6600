/* SPDX-License-Identifier: GPL-3.0-or-later
 * Rows of frames against resize, lerp and synth called one by one, at even steps, in W and W+; both ends exact; and
 * sharpness and the mean squared difference against their definitions. usage: interpolate MODEL */
#include "edit/edits.h"

typedef struct row {
  by_hand *h;
  const float *a, *b;
  stylemap_pyramid *last;
  stylemap_space space;
  float *want;
  const double *at; /* NULL: even steps */
  int frames, taken, stop_at;
  double worst;
} row;

static int take(void *data, int number, const float *image) {
  row *r = data;
  by_hand *h = r->h;
  const double t = r->at ? r->at[number] : (double)number / (r->frames - 1);
  const int first = t == 0, last = t == 1;
  CHECK(number == r->taken++);
  if (first || last || r->space == STYLEMAP_SPACE_W) {
    for (size_t i = 0; i < h->codes; i++)
      h->w[i] = first ? r->a[i] : last ? r->b[i] : (float)(r->a[i] + t * ((double)r->b[i] - r->a[i]));
    CHECK(stylemap_resize(h->session, h->w, h->target, NULL) == STYLEMAP_OK);
  } else {
    CHECK(stylemap_resize(h->session, r->a, h->target, NULL) == STYLEMAP_OK &&
          stylemap_resize(h->session, r->b, h->reference, NULL) == STYLEMAP_OK &&
          stylemap_lerp(h->target, h->reference, t, h->target, NULL) == STYLEMAP_OK);
  }
  end_by_hand(h, r->want);
  const double d = apart(image, r->want, h->image);
  CHECK(d <= (first || last || r->space == STYLEMAP_SPACE_W_PLUS ? 0 : 2e-5), "space %d, frame %d of %d: %g", r->space,
        number, r->frames, d);
  r->worst = fmax(r->worst, d);
  return r->taken == r->stop_at;
}

static void rows(const stylemap_model *model) {
  by_hand h = by_hand_open(model);
  float *a = new_floats(h.codes), *b = new_floats(h.codes), *want = malloc(sizeof(float) * h.image);
  for (int space = 0; space < 2; space++)
    for (int frames = 2; frames <= 7; frames += 5) {
      row r = {.h = &h, .a = a, .b = b, .space = (stylemap_space)space, .want = want, .frames = frames};
      stylemap_session *s;
      CHECK(stylemap_session_new(model, 1, NULL, NULL, &s, NULL) == STYLEMAP_OK);
      CHECK(stylemap_interpolate(s, a, b, r.space, frames, take, &r, NULL) == STYLEMAP_OK && r.taken == frames);
      r.taken = 0, r.stop_at = frames - 1;
      CHECK(stylemap_interpolate(s, a, b, r.space, frames, take, &r, NULL) == STYLEMAP_CANCELLED && r.taken == frames - 1);
      static const double at[] = {0.1, 0, 1, 0.85}, beyond[] = {0, 1.1};
      row own = {.h = &h, .a = a, .b = b, .space = r.space, .want = want, .at = at, .frames = 4};
      CHECK(stylemap_interpolate_at(s, a, b, r.space, at, 4, take, &own, NULL) == STYLEMAP_OK && own.taken == 4);
      own.taken = 0, own.at = at + 3;
      CHECK(stylemap_interpolate_at(s, a, b, r.space, own.at, 1, take, &own, NULL) == STYLEMAP_OK && own.taken == 1);
      CHECK(stylemap_interpolate_at(s, a, b, r.space, beyond, 2, take, &own, NULL) == STYLEMAP_BAD_ARGUMENT);
      CHECK(stylemap_interpolate(s, a, b, r.space, 1, take, &r, NULL) == STYLEMAP_BAD_ARGUMENT);
      CHECK(stylemap_interpolate(s, a, b, (stylemap_space)2, 2, take, &r, NULL) == STYLEMAP_BAD_ARGUMENT);
      stylemap_session_free(s);
    }
  free(a), free(b), free(want);
  by_hand_close(&h);
}

static void sharpness(void) {
  enum { N = 5 };
  float flat[3 * N * N], stripes[3 * N * N], v[3 * N * N];
  double sum = 0;
  int pairs = 0;
  for (int i = 0; i < 3 * N * N; i++) flat[i] = 0.3f, stripes[i] = i % N % 2 ? 5 : -5, v[i] = 1.5f * harness_float();
  for (int c = 0; c < 3; c++)
    for (int i = 0; i < N * N; i++)
      for (int j = 0; j < i; j++) {
        if (abs(i / N - j / N) + abs(i % N - j % N) != 1) continue;
        sum += fabs(fmin(1, fmax(-1, v[c * N * N + i])) - fmin(1, fmax(-1, v[c * N * N + j])));
        pairs++;
      }
  CHECK(pairs == 3 * 2 * N * (N - 1) && stylemap_sharpness(flat, N) == 0);
  CHECK_NEAR(stylemap_sharpness(stripes, N), 1, 1e-12, "2 across, 0 down");
  CHECK_NEAR(stylemap_sharpness(v, N), sum / pairs, 1e-12);
  CHECK(stylemap_sharpness(v, 1) == 0);
  flat[7] = NAN;
  CHECK_NEAR(stylemap_sharpness(flat, N), 4 * (double)0.3f / pairs, 1e-12);
}

/* What a picture shows of the first, whatever the network made; the second as it is. */
static void squares(void) {
  static const float a[] = {2, -3, 0.5f, -0.25f}, b[] = {1, -1, 0, 1.5f};
  CHECK_NEAR(stylemap_mse(a, b, 4), (0.25 + 1.75 * 1.75) / 4, 1e-15);
  CHECK(stylemap_mse(a, b, 2) == 0 && stylemap_mse(a, b, 0) == 0);
}

int main(int argc, char **argv) {
  harness_seed();
  stylemap_model *model;
  if (!CHECK(argc == 2) || !CHECK(stylemap_open(argv[1], 0, NULL, NULL, &model, NULL) == STYLEMAP_OK)) return 1;
  rows(model);
  sharpness();
  squares();
  stylemap_close(model);
  return harness_end();
}
