/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every call that tells its progress is cancelled at each telling in turn: it says CANCELLED and leaves its outputs as
 * they were, or has come to its end and says OK. Fractions only rise, and end at 1; refinement asks within a step.
 * usage: cancel MODEL */
#include "edit/edits.h"

typedef struct watch {
  int calls, cancel_at, falls, later; /* calls since the cancelling one */
  double last;
} watch;

static int tell(void *data, stylemap_phase phase, double fraction) {
  watch *w = data;
  w->falls += !(fraction >= w->last && fraction <= 1) || (unsigned)phase > STYLEMAP_PHASE_REFINE;
  w->last = fraction;
  w->later += w->cancel_at && w->calls >= w->cancel_at;
  return ++w->calls == w->cancel_at;
}

typedef struct tested {
  const char *path;
  stylemap_session *session;
  watch watch;
  stylemap_error error;
  float *target, *reference, *mask, *codes, *z;
  float *image, *stylemap; /* outputs */
  size_t image_count, codes_count;
  stylemap_pyramid *pyramid, *filled;
  stylemap_model *opened;
  stylemap_refine_report report;
  int frames, levels;
  size_t level_count; /* of the last level */
} tested;

static const stylemap_edit in_w = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W, 1};
static const stylemap_edit in_w_plus = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 0.5};

static stylemap_status open_it(tested *t) {
  const stylemap_status status = stylemap_open(t->path, 0, tell, &t->watch, &t->opened, &t->error);
  if (status == STYLEMAP_OK) stylemap_close(t->opened);
  if (status == STYLEMAP_OK) t->opened = NULL;
  return status;
}
static stylemap_status encode(tested *t) { return stylemap_encode(t->session, t->target, t->stylemap, &t->error); }
static stylemap_status resize(tested *t) { return stylemap_resize(t->session, t->codes, t->pyramid, &t->error); }
static stylemap_status synth(tested *t) { return stylemap_synth(t->session, t->filled, t->image, &t->error); }
static stylemap_status map(tested *t) { return stylemap_map(t->session, t->z, t->stylemap, &t->error); }
static stylemap_status mean(tested *t) { return stylemap_mean(t->session, t->stylemap, &t->error); }
static stylemap_status transplant(tested *t, const stylemap_edit *edit, int count) {
  const stylemap_reference references[2] = {{t->reference, t->mask}, {t->target, t->mask}};
  stylemap_session_forget(t->session);
  return stylemap_transplant(t->session, t->target, references, count, edit, t->image, &t->error);
}
static stylemap_status one_in_w(tested *t) { return transplant(t, &in_w, 1); }
static stylemap_status one(tested *t) { return transplant(t, &in_w_plus, 1); }
static stylemap_status two(tested *t) { return transplant(t, &in_w_plus, 2); }
static stylemap_status again(tested *t) { /* with what an unfinished call has left */
  const stylemap_reference reference = {t->reference, t->mask};
  return stylemap_transplant(t->session, t->target, &reference, 1, &in_w_plus, t->image, &t->error);
}
static stylemap_status reconstruct(tested *t) {
  stylemap_session_forget(t->session);
  return stylemap_reconstruct(t->session, t->target, t->image, &t->error);
}
static stylemap_status refine(tested *t) {
  const stylemap_refine_options options = {3, 1};
  return stylemap_refine(t->session, t->target, &options, t->filled, &t->report, &t->error);
}
static int count_frame(void *data, int number, const float *image) { return 0; }
static stylemap_status interpolate(tested *t) {
  return stylemap_interpolate(t->session, t->codes, t->codes + 1, STYLEMAP_SPACE_W_PLUS, 3, count_frame, NULL, &t->error);
}
static stylemap_status interpolate_w(tested *t) {
  return stylemap_interpolate(t->session, t->codes, t->codes + 1, STYLEMAP_SPACE_W, 3, count_frame, NULL, &t->error);
}

static const struct {
  const char *name;
  stylemap_status (*call)(tested *t);
  int least; /* tellings */
} calls[] = {
    {"open", open_it, 1},    {"encode", encode, 10},     {"resize", resize, 10}, {"synth", synth, 10},
    {"map", map, 0},         {"mean", mean, 0},          {"W", one_in_w, 30},    {"W+", one, 30},
    {"again", again, 10},    {"two references", two, 30}, {"reconstruct", reconstruct, 30},
    {"interpolate", interpolate, 30}, {"interpolate in W", interpolate_w, 30}, {"refine", refine, 4 * 50},
};

static void poison(tested *t) {
  for (size_t i = 0; i < t->image_count; i++) t->image[i] = 3;
  for (size_t i = 0; i < t->codes_count; i++) t->stylemap[i] = 3;
  t->report = (stylemap_refine_report){3, 3, 3};
}

static int untouched(const tested *t, const float *level) {
  int same = !t->opened && t->report.before == 3 && t->report.after == 3 && t->report.steps == 3;
  for (size_t i = 0; i < t->image_count; i++) same &= t->image[i] == 3;
  for (size_t i = 0; i < t->codes_count; i++) same &= t->stylemap[i] == 3;
  float *now = malloc(sizeof(float) * t->level_count);
  same &= stylemap_pyramid_get(t->filled, t->levels - 1, now) == STYLEMAP_OK && !memcmp(now, level, sizeof(float) * t->level_count);
  free(now);
  return same;
}

int main(int argc, char **argv) {
  harness_seed();
  stylemap_model *model;
  if (!CHECK(argc == 2) || !CHECK(stylemap_open(argv[1], 0, NULL, NULL, &model, NULL) == STYLEMAP_OK)) return 1;
  const stylemap_info *info = stylemap_model_info(model);
  tested t = {.path = argv[1], .levels = info->levels, .image_count = 3 * (size_t)info->size * (size_t)info->size};
  t.codes_count = (size_t)(info->latent_channel_size * info->latent_spatial_size * info->latent_spatial_size);
  t.target = new_floats(t.image_count), t.reference = new_floats(t.image_count), t.image = new_floats(t.image_count);
  t.mask = new_floats(t.image_count / 3), t.z = new_floats(t.codes_count), t.stylemap = new_floats(t.codes_count);
  t.codes = new_floats(t.codes_count + 1);
  draw_mask(DISC, info->size, t.mask);
  const stylemap_session_options options = {.threads = 2, .cache_bytes = 1 << 26};
  CHECK(stylemap_session_open(model, &options, tell, &t.watch, &t.session, NULL) == STYLEMAP_OK);
  CHECK(stylemap_pyramid_new(model, &t.pyramid, NULL) == STYLEMAP_OK && stylemap_pyramid_new(model, &t.filled, NULL) == STYLEMAP_OK);
  int channels, side;
  CHECK(stylemap_pyramid_shape(model, t.levels - 1, &channels, &side) == STYLEMAP_OK);
  t.level_count = (size_t)(channels * side * side);
  float *level = malloc(sizeof(float) * t.level_count);
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
    int cancelled = 0, at = 0, all = 0;
    t.watch = (watch){0};
    CHECK(stylemap_resize(t.session, t.codes, t.filled, NULL) == STYLEMAP_OK);
    CHECK(stylemap_pyramid_get(t.filled, t.levels - 1, level) == STYLEMAP_OK);
    do { /* each of the first and the last ones, some of those between, then none */
      poison(&t);
      at += at < 12 || at > all - 5 ? 1 : 1 + all / 40;
      t.watch = (watch){.cancel_at = at};
      const stylemap_status status = calls[i].call(&t);
      CHECK(t.watch.falls == 0, "%s, cancelled at %d: %d fractions fell", calls[i].name, at, t.watch.falls);
      CHECK(t.watch.later == 0, "%s, cancelled at %d, was told %d times more", calls[i].name, at, t.watch.later);
      if (status == STYLEMAP_CANCELLED) CHECK(untouched(&t, level), "%s, cancelled at %d, wrote its output", calls[i].name, at);
      else if (CHECK(status == STYLEMAP_OK, "%s: %s", calls[i].name, t.error.message))
        CHECK(at >= t.watch.calls && (!calls[i].least || t.watch.last == 1), "%s went on, cancelled at %d of %d, to %g",
              calls[i].name, at, t.watch.calls, t.watch.last);
      cancelled += status == STYLEMAP_CANCELLED;
      if (!all) { /* how many there are */
        t.watch = (watch){0};
        stylemap_session_forget(t.session);
        CHECK(calls[i].call(&t) == STYLEMAP_OK);
        all = t.watch.calls;
        t.watch = (watch){0};
        CHECK(stylemap_resize(t.session, t.codes, t.filled, NULL) == STYLEMAP_OK);
      }
      if (status == STYLEMAP_OK) break;
    } while (1);
    CHECK(cancelled >= (calls[i].least ? 1 : 0) && all >= calls[i].least, "%s: %d tellings, %d times cancelled",
          calls[i].name, all, cancelled);
    printf("%s: %d tellings\n", calls[i].name, all);
  }
  free(t.target), free(t.reference), free(t.image), free(t.mask), free(t.z), free(t.stylemap), free(t.codes), free(level);
  stylemap_pyramid_free(t.pyramid), stylemap_pyramid_free(t.filled);
  stylemap_session_free(t.session);
  stylemap_close(model);
  return harness_end();
}
