/* SPDX-License-Identifier: GPL-3.0-or-later
 * The description of the network against files that it did not write (their headers are read by a few lines of their
 * own), and against the first weights of runs before there was one description. */
#include "harness.h"

#include "base/bytes.h"
#include "base/crc32.h"
#include "grad/learner.h"
#include "network/blur.h"
#include "network/describe.h"

#define GOLDEN STYLEMAP_SOURCE_ROOT "/tests/golden/"

/* ------------------------------------------------------------------------------------------- the files */

typedef struct listed {
  char *header; /* JSON, of a file that our exporter in Python or `convert` wrote */
  int state, found, wrong;
} listed;

/* `"NAME":{..."shape":[1, 2]...` or NULL. */
static const char *shape_in(const char *header, const char *name) {
  char key[SM_SLOT_NAME + 16];
  snprintf(key, sizeof key, "\"%s\"", name);
  const char *at = strstr(header, key);
  at = at ? strstr(at, "\"shape\"") : NULL;
  return at ? strchr(at, '[') + 1 : NULL;
}

static stylemap_status look_up(void *context, const sm_slot *slot) {
  listed *l = context;
  char name[SM_SLOT_NAME + 8];
  snprintf(name, sizeof name, "%s.%s", sm_state_names[slot->state], slot->name);
  const char *shape = shape_in(l->header, name);
  int64_t numel = 1;
  if (!CHECK(shape != NULL, "the file lacks %s", name)) return STYLEMAP_OK;
  for (int i = 0; i < slot->rank; i++) {
    char *end;
    const long size = strtol(shape, &end, 10);
    CHECK(end != shape && size == slot->size[i], "%s: size %d is %ld, not %ld", name, i, size, (long)slot->size[i]);
    for (shape = end; *shape == ',' || *shape == ' ';) shape++;
    numel *= size;
  }
  CHECK(*shape == ']', "%s has more dimensions", name);
  CHECK(numel == slot->numel, "%s", name);
  l->found++;
  return STYLEMAP_OK;
}

static int names_of(const char *header) {
  int n = 0;
  for (const char *at = header; (at = strstr(at, "_ema.")); at += 5) n++;
  return n;
}

static void file(const char *path, sm_config config) {
  uint8_t raw[8];
  FILE *f = fopen(path, "rb");
  if (!CHECK(f && fread(raw, 8, 1, f) == 1, "%s", path)) return;
  const size_t size = (size_t)sm_le64(raw);
  listed l = {.header = calloc(size + 1, 1)};
  CHECK(fread(l.header, size, 1, f) == 1);
  fclose(f);
  sm_network network = {.config = config};
  CHECK(sm_network_walk(&network, SM_OF_MODEL, look_up, &l) == STYLEMAP_OK);
  CHECK(l.found == names_of(l.header), "%s: %d tensors, %d described", path, names_of(l.header), l.found);
  free(l.header);
}

static sm_config configuration(int size, int spatial, int dim, int mapping, stylemap_norm norm, int base, int cap) {
  sm_config c = {.size = size, .spatial = spatial, .dim = dim, .mapping = mapping, .lr_mul = 0.01, .norm = norm};
  sm_config_widths(&c, base, cap);
  return c;
}

/* --------------------------------------------------------------------------------- one slot after another */

typedef struct checking {
  int state, trained[SM_NETWORKS], widths, stop;
  unsigned char seen[SM_NETWORKS][512];
} checking;

static stylemap_status check(void *context, const sm_slot *slot) {
  checking *c = context;
  CHECK(slot->state >= c->state, "%s: the networks come one after the other", slot->name);
  c->state = slot->state;
  CHECK((slot->number >= 0) == (slot->role == SM_WEIGHT || slot->role == SM_BIAS), "%s", slot->name);
  if (slot->number >= 0) {
    CHECK(slot->number < 512 && !c->seen[slot->state][slot->number]++, "%s: number %d twice", slot->name, slot->number);
    c->trained[slot->state]++;
  }
  const int mapping = !strncmp(slot->name, "mapping_z.", 10) && slot->state == SM_G;
  CHECK(fabs(slot->pace - (mapping ? 100 : 1)) < 1e-12, "%s: pace %g", slot->name, slot->pace);
  if (slot->role == SM_WEIGHT) CHECK(fabs(slot->deviation - (mapping ? 100 : 1)) < 1e-12, "%s", slot->name);
  if (slot->role == SM_BIAS)
    CHECK(slot->deviation == 0 && slot->constant == (strstr(slot->name, "gamma.bias") != NULL), "%s", slot->name);
  if (slot->role == SM_BLUR) {
    double sum = 0;
    for (size_t i = 0; i < 16; i++) sum += sm_slot_first(slot, i, NULL);
    /* a doubled map keeps its mean, though three of four of its pixels are zeros; a halved one, too */
    CHECK(fabs(sum - (slot->state == SM_G ? 4 : 1)) < 1e-6, "%s sums to %g", slot->name, sum);
  }
  c->widths += slot->width != NULL;
  return c->stop && c->trained[SM_G] == c->stop ? STYLEMAP_CANCELLED : STYLEMAP_OK;
}

static void every_slot(void) {
  sm_network network = {.config = configuration(32, 4, 8, 3, STYLEMAP_BATCH_NORM, 128, 16)};
  checking c = {0};
  CHECK(sm_network_walk(&network, SM_OF_TRAINER, check, &c) == STYLEMAP_OK);
  for (int state = 0; state < SM_NETWORKS; state++)
    for (int i = 0; i < c.trained[state]; i++) CHECK(c.seen[state][i], "number %d of network %d is no tensor's", i, state);
  CHECK(c.widths == 2 * (network.config.blocks + 1), "%d", c.widths);
  checking stopped = {.stop = 3};
  CHECK(sm_network_walk(&network, SM_OF_MODEL, check, &stopped) == STYLEMAP_CANCELLED && stopped.trained[SM_G] == 3);
  /* a layer has one number, whatever else is walked over */
  const int first = network.from_rgb.number;
  checking alone = {.state = SM_E};
  network.from_rgb.number = -1;
  CHECK(sm_network_walk(&network, 1 << SM_E, check, &alone) == STYLEMAP_OK && network.from_rgb.number == first);
}

static void blur(void) {
  static const int along[4] = {1, 3, 3, 1}; /* eighths */
  float kernel[16];
  for (int i = 0; i < 16; i++) {
    kernel[i] = (float)(along[i / 4] * along[i % 4] / 64.0);
    CHECK(sm_blur_tap(i, SM_GAIN_HALVE) == kernel[i] && sm_blur_tap(i, SM_GAIN_DOUBLE) == 4 * kernel[i]);
  }
  CHECK(sm_blur_is_standard(kernel, SM_GAIN_HALVE) && !sm_blur_is_standard(kernel, SM_GAIN_DOUBLE));
  kernel[7] += 1e-5f;
  CHECK(!sm_blur_is_standard(kernel, SM_GAIN_HALVE));
  kernel[7] = NAN;
  CHECK(!sm_blur_is_standard(kernel, SM_GAIN_HALVE));
}

/* ----------------------------------------------------------------------------------------- first weights */

static int parameters(FILE *list, const sm_crc32 *tables, int run, const sm_parameters *w) {
  char line[256], want[256], shape[64];
  for (int i = 0; i < w->count; i++) {
    const sm_parameter *p = &w->parameter[i];
    for (int k = 0, at = 0; k < p->rank; k++)
      at += snprintf(shape + at, sizeof shape - (size_t)at, "%s%d", k ? "x" : "", p->shape[k]);
    snprintf(want, sizeof want, "%d %s %s %s %08x\n", run, w->name, p->name, shape,
             (unsigned)sm_crc32_add(tables, 0, p->value, p->count * sizeof *p->value));
    do {
      if (!CHECK(fgets(line, sizeof line, list) != NULL, "%s is new", p->name)) return 0;
    } while (*line == '#');
    CHECK_TEXT(want, line);
    CHECK(!p->average || !memcmp(p->average, p->value, p->count * sizeof *p->value), "%s", p->name);
    CHECK(p->pace == 1);
  }
  return w->count;
}

static void first_weights(const char *path) {
  static const struct {
    int size, spatial, dim, base, cap, small;
    stylemap_norm norm;
    int mapping;
    double lr_mul;
    uint64_t seed;
  } run[] = {{16, 4, 6, 96, 10, 0, STYLEMAP_BATCH_NORM, 3, 0.01, 1},
             {16, 8, 5, 64, 7, 1, STYLEMAP_LAYER_NORM, 2, 0.1, 12345678901234567u}};
  sm_crc32 tables;
  char line[8];
  FILE *list = fopen(path, "r");
  if (!CHECK(list != NULL, "%s", path)) return;
  sm_crc32_init(&tables);
  int count = 0;
  for (int i = 0; i < 2; i++) {
    sm_config config;
    sm_learner *l;
    stylemap_error error;
    CHECK(sm_learner_config(&config, run[i].size, run[i].spatial, run[i].dim, run[i].base, run[i].cap, run[i].small,
                            run[i].norm, run[i].mapping, run[i].lr_mul, &error) == STYLEMAP_OK, "%s", error.message);
    if (!CHECK(sm_learner_new(&config, run[i].seed, &l, &error) == STYLEMAP_OK)) break;
    count += parameters(list, &tables, i, &l->generator);
    count += parameters(list, &tables, i, &l->encoder);
    count += parameters(list, &tables, i, &l->discriminator);
    const sm_conv *last = &l->network.to_rgb.conv;
    const real *running = sm_layer_of(l, last)->running;
    CHECK((running != NULL) == (run[i].norm == STYLEMAP_BATCH_NORM));
    for (int k = 0; running && k < 2 * last->cin; k++) CHECK(running[k] == (k >= last->cin), "statistics begin with 0, 1");
    sm_learner_free(l);
  }
  CHECK(count > 100 && !fgets(line, sizeof line, list), "a tensor is missing behind %d", count);
  fclose(list);
}

int main(int argc, char **argv) {
  sm_config tiny = configuration(32, 4, 8, 8, STYLEMAP_LAYER_NORM, 128, 8);
  file(GOLDEN "tiny_LayerNorm_sp4_full.safetensors", tiny);
  tiny.norm = STYLEMAP_BATCH_NORM;
  file(GOLDEN "tiny_BatchNorm2d_sp4_full.safetensors", tiny);
  tiny.norm = STYLEMAP_INSTANCE_NORM;
  tiny.small = 1;
  file(GOLDEN "tiny_InstanceNorm2d_sp4_small.safetensors", tiny);
  file(STYLEMAP_SOURCE_ROOT "/models/toon-portraits-128.safetensors",
       configuration(128, 8, 64, 8, STYLEMAP_LAYER_NORM, 2048, 128));
  every_slot();
  blur();
  if (CHECK(argc == 2)) first_weights(argv[1]);
  return harness_end();
}
