/* SPDX-License-Identifier: GPL-3.0-or-later
 * Every allocation of what is done to pictures fails once, one after the other: NO_MEMORY and nothing written, or, where a
 * session only would have remembered something or a thread would have helped, the same picture. A session that ran short
 * works afterwards.
 * usage: memory MODEL */
enum { W = 60, H = 44 };
#include "edit/edits.h"
#include "failing.h"
#include "frame/array-layer.h"

static stylemap_model *model;
static stylemap_session *session, *opened;
static stylemap_pyramid *pyramid, *made;
static stylemap_error error;
static float *target, *reference, *mask, *codes, *z, *image, *map;
static size_t image_bytes, codes_bytes;
static picture layer, other, weights, result;
static stylemap_placement place;

/* Of its own memory: what a session grows by and by is grown anew. */
static stylemap_status fresh(void) {
  stylemap_session_free(session);
  stylemap_session_options options = {.threads = 2, .cache_bytes = 1 << 24};
  return stylemap_session_open(model, &options, NULL, NULL, &session, &error);
}
static stylemap_status same(void) { return session ? STYLEMAP_OK : fresh(); }

static stylemap_status open_session(void) {
  stylemap_session_options options = {.threads = 2, .cache_bytes = 1 << 24};
  return stylemap_session_open(model, &options, NULL, NULL, &opened, &error);
}
static void close_opened(int ok) {
  CHECK(ok == (opened != NULL));
  stylemap_session_free(opened);
  opened = NULL;
}
static stylemap_status new_pyramid(void) { return stylemap_pyramid_new(model, &made, &error); }
static void free_made(int ok) {
  CHECK(ok == (made != NULL));
  stylemap_pyramid_free(made);
  made = NULL;
}
static stylemap_status encode(void) { return stylemap_encode(session, target, map, &error); }
static stylemap_status resize(void) { return stylemap_resize(session, codes, pyramid, &error); }
static stylemap_status synth(void) { return stylemap_synth(session, pyramid, image, &error); }
static stylemap_status map_z(void) { return stylemap_map(session, z, map, &error); }
static stylemap_status mean(void) { return stylemap_mean(session, map, &error); }
static stylemap_status reconstruct(void) { return stylemap_reconstruct(session, target, image, &error); }
static stylemap_status transplant(void) {
  const stylemap_reference references[] = {{reference, mask}, {target, mask}};
  const stylemap_edit edit = {STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 0.5};
  return stylemap_transplant(session, target, references, 2, &edit, image, &error);
}
static stylemap_status transplant_w(void) {
  const stylemap_reference references = {reference, mask};
  const stylemap_edit edit = {STYLEMAP_MASK_ANY, STYLEMAP_SPACE_W, 1};
  return stylemap_transplant(session, target, &references, 1, &edit, image, &error);
}
static stylemap_status refine(void) {
  const stylemap_refine_options options = {2, 1};
  stylemap_refine_report report;
  return stylemap_refine(session, target, &options, pyramid, &report, &error);
}
static int take(void *data, int number, const float *frame) {
  memcpy(data, frame, image_bytes);
  return 0;
}
static stylemap_status interpolate(void) {
  return stylemap_interpolate(session, codes, codes + 1, STYLEMAP_SPACE_W_PLUS, 2, take, image, &error);
}
static stylemap_status sample(void) {
  stylemap_layer l = layer_of(&layer);
  return stylemap_sample(&l, &place, stylemap_model_info(model)->size, image, &error);
}
static stylemap_status paste(void) {
  stylemap_layer l = layer_of(&layer), out = layer_of(&result);
  return stylemap_paste(target, stylemap_model_info(model)->size, &place, &l, 10, 5, 40, 30, &out, &error);
}
static stylemap_status paste_detailed(void) {
  stylemap_layer l = layer_of(&layer), out = layer_of(&result);
  const stylemap_detail detail = {&l, place, reference, 1};
  return stylemap_paste_detailed(target, stylemap_model_info(model)->size, &place, &l, &detail, 1, 0.5, 10, 5, 40, 30, &out, &error);
}
static stylemap_status heal_by(stylemap_start start) {
  stylemap_layer l = layer_of(&layer), o = layer_of(&other), m = layer_of(&weights), out = layer_of(&result);
  const stylemap_piece piece = {&o, place, &m};
  stylemap_heal_options options;
  stylemap_heal_report report;
  stylemap_heal_defaults(&options);
  options.start = start;
  options.rounds = 1;
  return stylemap_heal(session, &l, &place, &piece, 1, &options, 10, 5, 40, 30, &out, &report, &error);
}
static stylemap_status heal(void) { return heal_by(STYLEMAP_START_FIT); }
static stylemap_status heal_clone(void) { return heal_by(STYLEMAP_START_CLONE); }
static stylemap_status adjust(void) {
  stylemap_layer l = layer_of(&layer), m = layer_of(&weights), out = layer_of(&result);
  const stylemap_amount amount = {codes, 1};
  return stylemap_adjust(session, &l, &place, &m, &amount, 1, 0.5, 10, 5, 40, 30, &out, NULL, &error);
}

static void draw(void) {
  layer = make(4), other = make(4), weights = make(1), result = make(4);
  for (int i = 0; i < W * H; i++) {
    for (int c = 0; c < 4; c++) {
      layer.pixels[4 * i + c] = c == 3 ? 1 : 0.5f + 0.4f * sinf((float)(i % W * (c + 1) + i / W) / 9);
      other.pixels[4 * i + c] = c == 3 ? 1 : 0.5f + 0.4f * cosf((float)(i % W - i / W * (c + 1)) / 7);
    }
    weights.pixels[i] = hypot(i % W - 30, i / W - 20) < 9;
  }
  place = (stylemap_placement){30, 21, 38, 0.2, 0};
}

int main(int argc, char **argv) {
  harness_seed();
  if (!CHECK(argc == 2) || !CHECK(stylemap_open(argv[1], 0, NULL, NULL, &model, &error) == STYLEMAP_OK, "%s", error.message)) return 1;
  const stylemap_info *info = stylemap_model_info(model);
  const size_t pixels = 3 * (size_t)info->size * (size_t)info->size;
  const size_t numbers = (size_t)(info->latent_channel_size * info->latent_spatial_size * info->latent_spatial_size);
  image_bytes = pixels * sizeof(float), codes_bytes = numbers * sizeof(float);
  target = new_floats(pixels), reference = new_floats(pixels), image = new_floats(pixels), mask = new_floats(pixels / 3);
  codes = new_floats(numbers + 1), z = new_floats(numbers), map = new_floats(numbers);
  draw_mask(DISC, info->size, mask);
  draw();
  CHECK(stylemap_pyramid_new(model, &pyramid, &error) == STYLEMAP_OK && fresh() == STYLEMAP_OK && resize() == STYLEMAP_OK);
  const failing_output picture = {image, image_bytes}, styles = {map, codes_bytes};
  const failing_output written = {result.pixels, sizeof(float) * 4 * W * H};
  const failing_call calls[] = {
      {"open a session", NULL, open_session, close_opened, .least = 5, .optional = 1}, /* fewer threads */
      {"a pyramid", NULL, new_pyramid, free_made, .least = 1},
      {"encode", fresh, encode, NULL, {styles}},
      {"resize", fresh, resize, NULL},
      {"synth", fresh, synth, NULL, {picture}},
      {"map", fresh, map_z, NULL, {styles}},
      {"mean", fresh, mean, NULL, {styles}},
      {"reconstruct", fresh, reconstruct, NULL, {picture}, .least = 1, .optional = 1}, /* nothing is remembered */
      {"transplant", fresh, transplant, NULL, {picture}, .least = 1, .optional = 1},
      {"transplant in W", fresh, transplant_w, NULL, {picture}, .least = 1, .optional = 1},
      {"again in what ran short", same, transplant, NULL, {picture}, .optional = 1},
      {"refine", fresh, refine, NULL, .least = 10, .optional = 1}, /* fewer threads */
      {"interpolate", fresh, interpolate, NULL, {picture}},
      {"sample", same, sample, NULL, {picture}, .least = 1},
      {"paste", same, paste, NULL, {written}, .least = 1},
      {"paste with detail", same, paste_detailed, NULL, {written}, .least = 1},
      {"heal", fresh, heal, NULL, {written}, .least = 10, .optional = 1},
      {"heal a clone", fresh, heal_clone, NULL, {written}, .least = 10, .optional = 1},
      {"adjust", fresh, adjust, NULL, {written}, .least = 3, .optional = 1},
  };
  for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) failing_each(&calls[i], &error);
  free(target), free(reference), free(image), free(mask), free(codes), free(z), free(map);
  free(layer.pixels), free(other.pixels), free(weights.pixels), free(result.pixels);
  stylemap_pyramid_free(pyramid);
  stylemap_session_free(session);
  stylemap_close(model);
  return harness_end();
}
