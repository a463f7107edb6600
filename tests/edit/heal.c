/* SPDX-License-Identifier: GPL-3.0-or-later
 * A healed edit against the boxes called one by one; what strength 0, a mask of 0 and full detail promise; several
 * references; every cancel leaves the result alone.
 * usage: heal MODEL (of 64 pixels at most, or the shipped one) */
enum { W = 200, H = 160 };
#include "frame/array-layer.h"
#include "edit/choose.h"
#include "edit/heal.h"
#include "model/bind.h"

static stylemap_model *model;
static stylemap_session *session;
static stylemap_error error;
static picture target, references[3], masks[3], result;
static int result_full; /* nothing can be written */
static int rectangle[4] = {30, 20, 130, 120}; /* x, y, width, height of what is healed */
static int refuse(void *data, int x, int y, int w, int h, const float *from) { return 1; }

static void draw(void) {
  target = make(4);
  result = make(4);
  for (int i = 0; i < W * H; i++) {
    for (int c = 0; c < 3; c++) target.pixels[4 * i + c] = 0.5f + 0.4f * sinf((float)(i % W * (c + 1) + i / W) / 30);
    target.pixels[4 * i + 3] = i % W < 20 ? 0.25f : 1;
  }
  for (int k = 0; k < 3; k++) {
    references[k] = make(4);
    masks[k] = make(1);
    for (int i = 0; i < W * H; i++) {
      const double u = (i % W - 90 - 15 * k) / 30.0, v = (i / W - 70 - 10 * k) / 25.0, d = u * u + v * v;
      for (int c = 0; c < 3; c++) references[k].pixels[4 * i + c] = 0.5f + 0.4f * cosf((float)(i % W - i / W * (c + k)) / 20);
      references[k].pixels[4 * i + 3] = 1;
      masks[k].pixels[i] = d < 1 ? 1 : d < 1.4 ? (float)((1.4 - d) / 0.4) : 0;
    }
  }
}

/* Nothing is chosen: two rounds of the copy, detail as it stays where little changes. */
static const stylemap_heal_options usual = {.rounds = 2, .detail = 0.5, .strength = 1, .rule = STYLEMAP_MASK_ANY, .sigma = 0.1};

static stylemap_status heal(const stylemap_heal_options *o, int count, stylemap_heal_report *report) {
  stylemap_layer t = layer_of(&target), out = layer_of(&result), pictures[3], mask_layers[3];
  stylemap_piece pieces[3];
  stylemap_placement p;
  stylemap_fit(W, H, &p);
  for (int k = 0; k < count; k++) {
    pictures[k] = layer_of(&references[k]);
    mask_layers[k] = layer_of(&masks[k]);
    pieces[k] = (stylemap_piece){&pictures[k], p, &mask_layers[k]};
  }
  for (int i = 0; i < 4 * W * H; i++) result.pixels[i] = 7;
  result.writes = 0;
  if (result_full) out.write = refuse;
  return stylemap_heal(session, &t, &p, pieces, count, o, rectangle[0], rectangle[1], rectangle[2],
                       rectangle[3], &out, report, &error);
}

static float mask_at(int count, int i) {
  float m = 0;
  for (int k = 0; k < count; k++) m += masks[k].pixels[i] * (1 - m);
  return m;
}

static int in_rectangle(int i) {
  const int x = i % W - rectangle[0], y = i / W - rectangle[1];
  return x >= 0 && x < rectangle[2] && y >= 0 && y < rectangle[3];
}

/* The collage as a person makes it. */
static void lay(int count, picture *collage) {
  memcpy(collage->pixels, target.pixels, sizeof(float) * 4 * W * H);
  for (int k = 0; k < count; k++)
    for (int i = 0; i < 4 * W * H; i++)
      if (i % 4 < 3) collage->pixels[i] += masks[k].pixels[i / 4] * (references[k].pixels[i] - collage->pixels[i]);
}

/* Strength 0: the target's own numbers; a mask of 0: too; alpha: always the target's; outside: nothing is written. */
static void promises(void) {
  stylemap_heal_options o = usual;
  for (int strength = 0; strength < 3; strength++) {
    o.strength = strength / 2.0;
    CHECK(heal(&o, 2, NULL) == STYLEMAP_OK, "%s", error.message);
    int outside = 0, alpha = 0, same = 0, inside = 0, changed = 0, masked = 0;
    for (int i = 0; i < W * H; i++) {
      if (!in_rectangle(i)) {
        outside += result.pixels[4 * i] == 7 && result.pixels[4 * i + 3] == 7;
        continue;
      }
      inside++;
      const int equal = !memcmp(&result.pixels[4 * i], &target.pixels[4 * i], 3 * sizeof(float));
      alpha += result.pixels[4 * i + 3] == target.pixels[4 * i + 3];
      if (mask_at(2, i) > 0) masked++, changed += !equal;
      else same += equal;
    }
    CHECK(outside == W * H - inside && alpha == inside && same == inside - masked);
    CHECK(strength ? changed > masked * 9 / 10 : changed == 0, "strength %g: %d of %d", o.strength, changed, masked);
  }
}

/* Full detail: what the model changed is added to the collage, healed - projected, so a region with none keeps it all.
 * `pasted` is the edit with none; t and x: room for two squares. */
static void full_detail(int count, picture *collage, const picture *pasted, float *t, float *x) {
  const int size = stylemap_model_info(model)->size;
  stylemap_layer tl = layer_of(&target), cl = layer_of(collage);
  stylemap_placement p;
  stylemap_fit(W, H, &p);
  stylemap_heal_options o = usual;
  o.detail = 1;
  CHECK(heal(&o, count, NULL) == STYLEMAP_OK);
  double sum = 0, difference = 0, worst = 0;
  for (int i = 0; i < 4 * W * H; i++)
    if (i % 4 < 3 && in_rectangle(i / 4) && mask_at(count, i / 4) == 1) {
      sum += pow(collage->pixels[i] - pasted->pixels[i], 2);
      difference += pow(result.pixels[i] - pasted->pixels[i], 2);
    }
  CHECK(difference > 0.01 * sum, "detail comes back: %g of %g", difference, sum);
  picture drawn = make(4);
  stylemap_layer dl = layer_of(&drawn);
  CHECK(stylemap_sample(&cl, &p, size, t, NULL) == STYLEMAP_OK && stylemap_reconstruct(session, t, x, NULL) == STYLEMAP_OK);
  CHECK(stylemap_paste(x, size, &p, &tl, 0, 0, W, H, &dl, NULL) == STYLEMAP_OK);
  for (int i = 0; i < 4 * W * H; i++) {
    const double want = collage->pixels[i] + pasted->pixels[i] - drawn.pixels[i];
    const int inside = pasted->pixels[i] > 0.02f && pasted->pixels[i] < 0.98f && drawn.pixels[i] > 0.02f && drawn.pixels[i] < 0.98f;
    if (i % 4 < 3 && inside && want > 0.02 && want < 0.98 && in_rectangle(i / 4) && mask_at(count, i / 4) == 1)
      worst = fmax(worst, fabs(result.pixels[i] - want));
  }
  CHECK_NEAR(worst, 0, 1e-3, "%d references", count);
  free(drawn.pixels);
}

/* Detail 0: the collage's reconstruction in the mask, then that of the blend, pasted. By hand, with three references. */
static void against_boxes(int count, int details) {
  const stylemap_info *info = stylemap_model_info(model);
  const size_t plane = (size_t)info->size * (size_t)info->size;
  float *t = malloc(plane * 3 * sizeof(float)), *x = malloc(plane * 3 * sizeof(float)), *m = malloc(plane * sizeof(float));
  picture collage = make(4), pasted = make(4), mask = make(1);
  stylemap_layer tl = layer_of(&target), cl = layer_of(&collage), pl = layer_of(&pasted), ml = layer_of(&mask);
  stylemap_placement p;
  stylemap_fit(W, H, &p);
  lay(count, &collage);
  for (int i = 0; i < W * H; i++) mask.pixels[i] = mask_at(count, i);
  CHECK(stylemap_sample(&tl, &p, info->size, t, NULL) == STYLEMAP_OK);
  CHECK(stylemap_sample(&cl, &p, info->size, x, NULL) == STYLEMAP_OK);
  CHECK(stylemap_sample_mask(&ml, &p, info->size, m, NULL) == STYLEMAP_OK);
  stylemap_pyramid *a, *b;
  const size_t map = (size_t)(info->latent_channel_size * info->latent_spatial_size * info->latent_spatial_size);
  float *w = malloc(map * sizeof(float));
  stylemap_heal_options o = usual;
  stylemap_heal_report report = {.rounds = -1};
  o.detail = 0;
  CHECK(heal(&o, count, &report) == STYLEMAP_OK && report.start == o.start && report.misfit > 0, "%s", error.message);
  CHECK(report.rounds == 2 && report.sigma == o.sigma && !report.both, "%d rounds, sigma %g", report.rounds, report.sigma);
  CHECK(stylemap_pyramid_new(model, &a, NULL) == STYLEMAP_OK && stylemap_pyramid_new(model, &b, NULL) == STYLEMAP_OK);
  for (int round = 0; round < report.rounds; round++) {
    if (round) {
      CHECK(stylemap_encode(session, t, w, NULL) == STYLEMAP_OK && stylemap_resize(session, w, a, NULL) == STYLEMAP_OK);
      CHECK(stylemap_encode(session, x, w, NULL) == STYLEMAP_OK && stylemap_resize(session, w, b, NULL) == STYLEMAP_OK);
      CHECK(stylemap_blend(a, b, m, STYLEMAP_MASK_ANY, 1, NULL) == STYLEMAP_OK && stylemap_synth(session, a, x, NULL) == STYLEMAP_OK);
    } else CHECK(stylemap_reconstruct(session, x, x, NULL) == STYLEMAP_OK);
    for (size_t i = 0; i < 3 * plane; i++) x[i] = t[i] + m[i % plane] * ((float)fmax(-1, fmin(1, x[i])) - t[i]);
  }
  memcpy(pasted.pixels, target.pixels, sizeof(float) * 4 * W * H);
  CHECK(stylemap_paste(x, info->size, &p, &tl, 0, 0, W, H, &pl, NULL) == STYLEMAP_OK);
  CHECK(report.change > 0.01 && report.change < 2, "%g", report.change);
  double worst = 0;
  for (int i = 0; i < 4 * W * H; i++)
    if (in_rectangle(i / 4) && mask_at(count, i / 4) > 0) worst = fmax(worst, fabs(result.pixels[i] - pasted.pixels[i]));
  CHECK_NEAR(worst, 0, 2e-5, "%d references", count);

  if (details) full_detail(count, &collage, &pasted, t, x);
  free(t), free(x), free(m), free(w);
  free(collage.pixels), free(pasted.pixels), free(mask.pixels);
  stylemap_pyramid_free(a);
  stylemap_pyramid_free(b);
}

/* A model whose colours reach beyond white and black: each round goes on from colours that there are. */
static void saturated(void) {
  float *bias = (float *)model->network.to_rgb.conv.bias;
  for (int c = 0; c < 3; c++) bias[c] += c == 1 ? -0.7f : 0.7f;
  stylemap_session_forget(session);
  against_boxes(1, 0);
  for (int c = 0; c < 3; c++) bias[c] -= c == 1 ? -0.7f : 0.7f;
  stylemap_session_forget(session);
}

/* Half transparent, the target is healed to the colours of the opaque one; its alpha stays. */
static void half_transparent(void) {
  const float own[2] = {0.25f, 1};
  stylemap_heal_options o = usual;
  for (int i = 0; i < W * H; i++) target.pixels[4 * i + 3] = 1;
  CHECK(heal(&o, 2, NULL) == STYLEMAP_OK, "%s", error.message);
  const picture opaque = result;
  result = make(4);
  for (int i = 0; i < W * H; i++) target.pixels[4 * i + 3] = 0.5f;
  CHECK(heal(&o, 2, NULL) == STYLEMAP_OK, "%s", error.message);
  int colours = 0, alpha = 0, all = 0;
  for (int i = 0; i < W * H; i++)
    if (in_rectangle(i)) {
      all++;
      colours += !memcmp(&result.pixels[4 * i], &opaque.pixels[4 * i], 3 * sizeof(float));
      alpha += result.pixels[4 * i + 3] == 0.5f;
    }
  CHECK(colours == all && alpha == all, "of %d pixels %d have the colours, %d the alpha", all, colours, alpha);
  for (int i = 0; i < W * H; i++) target.pixels[4 * i + 3] = own[i % W >= 20];
  free(opaque.pixels);
}

/* A reference that differs by a constant: cloned, it is the target; the mean, half of the way. */
static void starts(void) {
  picture own = references[0];
  references[0] = make(4);
  for (int i = 0; i < 4 * W * H; i++) references[0].pixels[i] = i % 4 == 3 ? 1 : target.pixels[i] + 0.04f;
  stylemap_heal_options o = usual;
  stylemap_heal_report copied, cloned, mean;
  CHECK(heal(&o, 1, &copied) == STYLEMAP_OK);
  o.start = STYLEMAP_START_CLONE;
  o.detail = 1;
  CHECK(heal(&o, 1, &cloned) == STYLEMAP_OK);
  picture clone = result;
  result = make(4);
  o.start = STYLEMAP_START_MEAN;
  CHECK(heal(&o, 1, &mean) == STYLEMAP_OK);
  /* the collage is the target then, and so is its reconstruction: nothing is left but the rounds' own wandering */
  double worst = 0;
  int differ = 0;
  for (int i = 0; i < W * H; i++)
    if (in_rectangle(i) && mask_at(1, i) > 0) {
      worst = fmax(worst, fabs(clone.pixels[4 * i] - result.pixels[4 * i]));
      differ += clone.pixels[4 * i] != result.pixels[4 * i];
    }
  CHECK(differ > 500 && worst < 0.3, "%d, %g", differ, worst);
  free(clone.pixels);
  free(references[0].pixels);
  references[0] = own;
}

/* A mask that fills the rectangle is cloned as in a larger one: the target around it holds the membrane. */
static void tight(void) {
  picture own[2] = {references[0], masks[0]}, wide;
  references[0] = make(4), masks[0] = make(1);
  for (int i = 0; i < W * H; i++) {
    for (int c = 0; c < 3; c++) references[0].pixels[4 * i + c] = target.pixels[4 * i + c] + 0.004f * (float)(i % W - 90);
    references[0].pixels[4 * i + 3] = 1;
    masks[0].pixels[i] = i % W >= 70 && i % W < 110 && i / W >= 50 && i / W < 90;
  }
  stylemap_heal_options o = usual;
  o.start = STYLEMAP_START_CLONE;
  CHECK(heal(&o, 1, NULL) == STYLEMAP_OK);
  wide = result, result = make(4);
  memcpy(rectangle, (int[]){70, 50, 40, 40}, sizeof rectangle);
  CHECK(heal(&o, 1, NULL) == STYLEMAP_OK);
  double worst = 0;
  for (int i = 0; i < 4 * W * H; i++)
    if (in_rectangle(i / 4)) worst = fmax(worst, fabs(result.pixels[i] - wide.pixels[i]));
  CHECK(worst < 2e-3, "%g", worst);
  memcpy(rectangle, (int[]){30, 20, 130, 120}, sizeof rectangle);
  free(references[0].pixels), free(masks[0].pixels), free(wide.pixels);
  references[0] = own[0], masks[0] = own[1];
}

/* What is chosen is that edit, to the bit: with the report's numbers the same comes out, and nothing is chosen then. */
static void told(const stylemap_heal_options *o, int count) {
  stylemap_heal_report chosen, again;
  CHECK(heal(o, count, &chosen) == STYLEMAP_OK, "%s", error.message);
  CHECK(chosen.rounds >= 1 && chosen.rounds <= o->rounds && chosen.sigma > 0, "%d, %g", chosen.rounds, chosen.sigma);
  CHECK(o->start == STYLEMAP_START_FIT ? chosen.start != STYLEMAP_START_MEAN : chosen.start == o->start, "%d", chosen.start);
  const picture first = result;
  result = make(4);
  stylemap_heal_options as = *o;
  stylemap_heal_as_reported(&as, &chosen);
  CHECK(heal(&as, count, &again) == STYLEMAP_OK, "%s", error.message);
  CHECK(!memcmp(first.pixels, result.pixels, sizeof(float) * 4 * W * H) && again.misfit == chosen.misfit && again.change == chosen.change &&
        again.rounds == chosen.rounds && again.both == chosen.both, "start %d, %d rounds", chosen.start, chosen.rounds);
  as.sigma *= 2;
  CHECK(heal(&as, count, &again) == STYLEMAP_OK && again.sigma == as.sigma &&
        memcmp(first.pixels, result.pixels, sizeof(float) * 4 * W * H));
  free(first.pixels);
}

static void chooses(void) {
  stylemap_heal_options o;
  for (int start = STYLEMAP_START_COPY; start <= STYLEMAP_START_TONE; start++)
    for (int rounds = 1; rounds <= 5; rounds += 2) {
      stylemap_heal_defaults(&o);
      o.start = (stylemap_start)start, o.rounds = rounds;
      told(&o, rounds == 3 ? 3 : 1);
    }
}

/* Matched: what is copied from references whose colours have the offset already. */
static void matches(int count) {
  stylemap_heal_options o = usual;
  stylemap_heal_report report;
  memcpy(o.offset, (float[]){0.1f, -0.06f, 0.04f}, sizeof o.offset);
  o.start = STYLEMAP_START_MATCH;
  CHECK(heal(&o, count, &report) == STYLEMAP_OK && report.start == STYLEMAP_START_MATCH && !memcmp(report.offset, o.offset, sizeof o.offset));
  const picture matched = result;
  picture own[3];
  result = make(4);
  for (int k = 0; k < count; k++) {
    own[k] = references[k], references[k] = make(4);
    for (int i = 0; i < 4 * W * H; i++) references[k].pixels[i] = own[k].pixels[i] + (i % 4 < 3 ? o.offset[i % 4] / 2 : 0);
  }
  o.start = STYLEMAP_START_COPY;
  CHECK(heal(&o, count, NULL) == STYLEMAP_OK);
  double worst = 0, moved = 0;
  for (int i = 0; i < 4 * W * H; i++) worst = fmax(worst, fabs(result.pixels[i] - matched.pixels[i]));
  CHECK_NEAR(worst, 0, 2e-3, "%d references", count);
  for (int k = 0; k < count; k++) free(references[k].pixels), references[k] = own[k];
  CHECK(heal(&o, count, NULL) == STYLEMAP_OK);
  for (int i = 0; i < 4 * W * H; i++) moved = fmax(moved, fabs(result.pixels[i] - matched.pixels[i]));
  CHECK(moved > 0.02, "%g", moved);
  free(matched.pixels);
}

/* The reference is the target in another light: the clone, which is the target, or the matched or toned copy comes out. */
static void lights(void) {
  const picture own = references[0];
  references[0] = make(4);
  for (int i = 0; i < 4 * W * H; i++) references[0].pixels[i] = i % 4 == 3 ? 1 : target.pixels[i] * 0.95f + 0.1f;
  stylemap_heal_options o;
  stylemap_heal_report chosen;
  stylemap_heal_defaults(&o);
  CHECK(heal(&o, 1, &chosen) == STYLEMAP_OK && chosen.start != STYLEMAP_START_COPY && chosen.start != STYLEMAP_START_MEAN, "%d", chosen.start);
  double sum = 0, copied = 0;
  for (int i = 0; i < 4 * W * H; i++)
    if (i % 4 < 3 && in_rectangle(i / 4) && mask_at(1, i / 4) == 1) {
      sum += pow(result.pixels[i] - target.pixels[i], 2);
      copied += pow(references[0].pixels[i] - target.pixels[i], 2);
    }
  CHECK(sum < copied * 0.8, "%g of %g", sum, copied);
  free(references[0].pixels);
  references[0] = own;
}

static int calls, stop_at;
static double last;
static int progress(void *data, stylemap_phase phase, double fraction) {
  CHECK(fraction >= last && fraction <= 1, "%g after %g", fraction, last);
  last = fraction;
  return ++calls == stop_at;
}

static void cancels(void) {
  stylemap_session *s = session;
  CHECK(stylemap_session_new(model, 2, NULL, NULL, &session, &error) == STYLEMAP_OK);
  stylemap_session_free(session);
  CHECK(stylemap_session_new(model, 2, progress, NULL, &session, &error) == STYLEMAP_OK, "%s", error.message);
  stylemap_heal_report report = {.change = -1};
  calls = 0, last = 0;
  CHECK(heal(&usual, 1, &report) == STYLEMAP_OK && report.change > 0);
  const int most = calls;
  CHECK(most > 3 && last == 1, "%d calls, to %g", most, last);
  for (stop_at = 1; stop_at <= most; stop_at += 1 + most / 25) {
    calls = 0, last = 0;
    stylemap_session_forget(session);
    report.change = -1;
    const stylemap_status status = heal(&usual, 1, &report);
    CHECK(status == STYLEMAP_CANCELLED ? result.writes == 0 && report.change == -1 : status == STYLEMAP_OK,
          "at call %d: %d, %d writes, %g", stop_at, status, result.writes, report.change);
  }
  stop_at = 0, last = 0;
  result_full = 1;
  report.change = -1;
  CHECK(heal(&usual, 1, &report) == STYLEMAP_CANCELLED && report.change == -1);
  result_full = 0;
  stylemap_session_free(session);
  session = s;
}

/* The least regret of all candidates: with nothing added, and with .1 for each further stage. */
typedef struct least {
  double all, with;
  sm_candidate by_all, by_with;
} least;

static void take(void *data, const sm_candidate *c, const float seen[SM_CHOICE_SEEN], const float *image) {
  least *l = data;
  const double regret = sm_choice_regret(seen), with = regret + (c->rounds > 2 ? 0.2 : c->rounds > 1 ? 0.1 : 0);
  if (c->rounds < 1) return; /* a collage */
  if (regret < l->all) l->all = regret, l->by_all = *c;
  if (with < l->with) l->with = with, l->by_with = *c;
  CHECK(image[0] == image[0]);
}

/* A further stage is taken where it is better by .1. */
static void further(void) {
  stylemap_layer t = layer_of(&target), out = layer_of(&result), r = layer_of(&references[0]), m = layer_of(&masks[0]);
  stylemap_placement p;
  stylemap_heal_options o;
  int other = 0;
  stylemap_fit(W, H, &p);
  stylemap_heal_defaults(&o);
  for (int turn = 0; turn < 24 && !other; turn++) {
    const int moved = 8 * (turn / 2) - 40;
    stylemap_heal_report report;
    stylemap_piece piece = {&r, p, &m};
    least l = {.all = INFINITY, .with = INFINITY};
    r = layer_of(&references[turn % 2]), m = layer_of(&masks[turn % 2]);
    piece.placement.x += moved, piece.placement.y += 2 * moved;
    CHECK(sm_heal(session, &t, &p, &piece, 1, &o, 30, 20, 130, 120, &out, &report, take, &l, &error) == STYLEMAP_OK, "%s", error.message);
    CHECK(report.rounds == l.by_with.rounds && report.both == l.by_with.both && report.sigma == l.by_with.sigma,
          "%d rounds, sigma %g; not %d, %g", report.rounds, report.sigma, l.by_with.rounds, l.by_with.sigma);
    other += l.by_all.rounds != l.by_with.rounds;
  }
  CHECK(other > 0, "none of them tells");
}

/* What the model's error on an image is, is remembered: it costs nothing again until the session forgets. */
static void probes(void) {
  stylemap_session *s;
  const int size = stylemap_model_info(model)->size;
  const size_t count = 3 * (size_t)size * (size_t)size;
  float *image = malloc(count * sizeof(float)), *drawn = malloc(count * sizeof(float));
  double mse = -1, again = -1, other = -1;
  CHECK(stylemap_session_new(model, 1, progress, NULL, &s, &error) == STYLEMAP_OK);
  for (size_t i = 0; i < count; i++) image[i] = 0.5f * sinf((float)i / 40);
  last = 0, calls = stop_at = 0;
  CHECK(stylemap_probe(s, image, &mse, &error) == STYLEMAP_OK && calls > 0, "%s", error.message);
  CHECK(stylemap_reconstruct(session, image, drawn, &error) == STYLEMAP_OK);
  CHECK_NEAR(mse, stylemap_mse(drawn, image, count), 1e-12);
  last = 0, calls = 0;
  CHECK(stylemap_probe(s, image, &again, &error) == STYLEMAP_OK && calls == 0 && again == mse, "%d calls, %g, %g", calls, mse, again);
  const float own = image[7];
  image[7] = own + 0.25f;
  CHECK(stylemap_probe(s, image, &other, &error) == STYLEMAP_OK && calls > 0 && other != mse);
  image[7] = own;
  stylemap_session_forget(s);
  last = 0, calls = 0;
  CHECK(stylemap_probe(s, image, &again, &error) == STYLEMAP_OK && calls > 0 && again == mse, "%d calls, %g, %g", calls, mse, again);
  stylemap_session_forget(s);
  last = 0, calls = 0, stop_at = 1, again = -1;
  CHECK(stylemap_probe(s, image, &again, &error) == STYLEMAP_CANCELLED && again == -1);
  stop_at = 0;
  CHECK(stylemap_probe(s, NULL, &again, &error) == STYLEMAP_BAD_ARGUMENT && error.message[0]);
  stylemap_session_free(s);
  free(image), free(drawn);
}

/* Another strength or detail needs no model: what was drawn is remembered, and the result is the same as if it were not. */
static void remembers(void) {
  stylemap_session *before = session, *s;
  picture kept = make(4);
  CHECK(stylemap_session_new(model, 2, progress, NULL, &s, &error) == STYLEMAP_OK);
  session = s, stop_at = 0;
  for (int start = STYLEMAP_START_COPY; start <= STYLEMAP_START_TONE + 1; start++) {
    stylemap_heal_report first, again;
    stylemap_heal_options o = usual;
    if (start <= STYLEMAP_START_TONE) o.start = (stylemap_start)start, o.sigma = 0; /* else told */
    stylemap_session_forget(s);
    last = 0;
    CHECK(heal(&o, 2, NULL) == STYLEMAP_OK);
    o.detail = 0.9, o.strength = 0.5, calls = 0, last = 0;
    CHECK(heal(&o, 2, &again) == STYLEMAP_OK && calls < 3, "start %d: %d calls", start, calls);
    memcpy(kept.pixels, result.pixels, 4 * W * H * sizeof(float));
    stylemap_session_forget(s);
    calls = 0, last = 0;
    CHECK(heal(&o, 2, &first) == STYLEMAP_OK && calls > 10, "%d calls", calls);
    CHECK(!memcmp(kept.pixels, result.pixels, 4 * W * H * sizeof(float)) && !memcmp(&first, &again, sizeof first), "start %d", start);
    /* and whatever the drawing depends on is drawn anew */
    for (int k = 0; k < 4; k++) {
      float *number = k == 0 ? &target.pixels[4 * (60 * W + 60)] : k == 1 ? &references[1].pixels[4 * (70 * W + 100)] : &masks[0].pixels[70 * W + 90];
      const float old = *number;
      if (k < 3) *number -= 0.2f;
      if (k == 3) o.rounds++;
      calls = 0, last = 0;
      CHECK(heal(&o, 2, NULL) == STYLEMAP_OK && calls > 10, "start %d, other %d: %d calls", start, k, calls);
      *number = old;
    }
  }
  /* where the reference is the target, collages are the same whatever the mask is */
  float *number = &masks[0].pixels[70 * W + 90];
  const float old = *number;
  memcpy(kept.pixels, references[0].pixels, 4 * W * H * sizeof(float));
  memcpy(references[0].pixels, target.pixels, 4 * W * H * sizeof(float));
  last = 0;
  CHECK(heal(&usual, 1, NULL) == STYLEMAP_OK);
  *number -= 0.2f, calls = 0, last = 0;
  CHECK(heal(&usual, 1, NULL) == STYLEMAP_OK && calls > 10, "another mask: %d calls", calls);
  *number = old;
  memcpy(references[0].pixels, kept.pixels, 4 * W * H * sizeof(float));
  free(kept.pixels);
  stylemap_session_free(s);
  session = before;
}

/* A draft draws a part where that is much less work, near what comes out without, and what is drawn after it is that. */
static void drafts(void) {
  static const stylemap_architecture large = {256, 8, 32, 64, 16384, 0, 2, 0.01};
  stylemap_session *before = session;
  stylemap_model *small = model;
  const int was[4] = {rectangle[0], rectangle[1], rectangle[2], rectangle[3]};
  const size_t bytes = 4 * W * H * sizeof(float);
  picture exact = make(4);
  memcpy(rectangle, (int[]){56, 44, 72, 56}, sizeof rectangle);
  for (int i = 0; i < 2; i++) {
    if (i) CHECK(stylemap_model_random(&large, 3, &model, &error) == STYLEMAP_OK);
    for (int k = 0; k < 3; k++) { /* without; a draft; what is drawn after it */
      stylemap_heal_options o = usual;
      if (k < 2) CHECK(stylemap_session_new(model, 2, progress, NULL, &session, &error) == STYLEMAP_OK);
      o.rounds = 1, o.draft = k == 1, stop_at = 0, last = 0;
      CHECK(heal(&o, 1, NULL) == STYLEMAP_OK && last == 1, "%s", error.message);
      if (!k) memcpy(exact.pixels, result.pixels, bytes);
      CHECK(!memcmp(exact.pixels, result.pixels, bytes) == (!i || k != 1), "model %d, %d", i, k);
      double most = 0;
      for (int at = 0; at < 4 * W * H; at++) most = fmax(most, fabs(exact.pixels[at] - result.pixels[at]));
      CHECK(most < 0.1, "%g", most);
      if (k != 1) stylemap_session_free(session);
      if (!k) session = NULL;
    }
  }
  stylemap_close(model);
  memcpy(rectangle, was, sizeof rectangle);
  free(exact.pixels);
  model = small, session = before;
}

static void refusals(void) {
  for (int k = 0; k < 9; k++) {
    stylemap_heal_options o = usual;
    if (k == 0) o.rounds = 0;
    if (k == 1) o.rounds = 17;
    if (k == 2) o.detail = NAN;
    if (k == 3) o.strength = 1.01;
    if (k == 4) o.start = (stylemap_start)(STYLEMAP_START_TONE + 1);
    if (k == 6) o.sigma = -0.1;
    if (k == 7) o.start = STYLEMAP_START_FIT; /* but told how */
    if (k == 8) o.offset[1] = NAN;
    CHECK(heal(&o, k == 5 ? 0 : 1, NULL) == STYLEMAP_BAD_ARGUMENT && error.message[0] && result.writes == 0, "%d", k);
  }
}

int main(int argc, char **argv) {
  if (argc < 2 || stylemap_open(argv[1], 0, NULL, NULL, &model, &error) != STYLEMAP_OK ||
      stylemap_session_new(model, 2, NULL, NULL, &session, &error) != STYLEMAP_OK) {
    fprintf(stderr, "no model: %s\n", error.message);
    return 1;
  }
  draw();
  promises();
  against_boxes(1, 1);
  against_boxes(3, 1);
  saturated();
  half_transparent();
  starts();
  tight();
  chooses();
  matches(1);
  matches(3);
  lights();
  cancels();
  further();
  probes();
  remembers();
  drafts();
  refusals();
  stylemap_session_free(session);
  stylemap_close(model);
  return harness_end();
}
