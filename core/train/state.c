/* SPDX-License-Identifier: GPL-3.0-or-later
 * A run's state in a safetensors file: NETWORK.NAME, moment.NETWORK.NAME, square.NETWORK.NAME, EMA.NAME (and running
 * statistics), the options as texts, and a CRC-32 over all of it as the text "crc32". Rules:
 *   T1  not such a file, or of another kind of run   T2  checksum   T3  a tensor is missing or has another shape */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/crc32.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/text.h"
#include "model/file/safetensors-write.h"
#include "model/file/safetensors.h"
#include "model/file/tensor.h"
#include "train/trainer.h"

enum { NAME = 112, TEXTS = 40 };
static const char form[] = "stylemap training state 1";

/* ------------------------------------------------------------------------------------------- tensors */

typedef stylemap_status visit(void *context, const char *name, int rank, const int *shape, size_t count, float *values);

static stylemap_status walk_weights(const sm_parameters *w, visit *f, void *context) {
  char name[NAME];
  for (int i = 0; i < w->count; i++) {
    const sm_parameter *p = &w->parameter[i];
    float *part[] = {p->value, p->moment, p->square, p->average};
    const char *prefix[] = {w->name, "moment", "square", w->ema};
    for (int k = 0; k < 4 && part[k]; k++) {
      if (k == 1 || k == 2) snprintf(name, sizeof name, "%s.%s.%s", prefix[k], w->name, p->name);
      else snprintf(name, sizeof name, "%s.%s", prefix[k], p->name);
      SM_TRY(f(context, name, p->rank, p->shape, p->count, part[k]));
    }
  }
  return STYLEMAP_OK;
}

typedef struct statistics {
  const sm_learner *learner;
  visit *f;
  void *context;
} statistics;

/* Mean and variance of one BatchNorm2d, under the name of its layer. */
static stylemap_status walk_statistics(void *context, const sm_slot *slot) {
  static const char end[] = ".conv.norm.running_mean";
  const statistics *s = context;
  char name[NAME];
  if (slot->role != SM_MEAN) return STYLEMAP_OK;
  snprintf(name, sizeof name, "running.%.*s", (int)(strlen(slot->name) - strlen(end)), slot->name);
  const int shape[2] = {2, (int)slot->numel};
  return s->f(s->context, name, 2, shape, 2 * (size_t)slot->numel, sm_running_of(s->learner, slot));
}

/* Every array of the state, in a fixed order. */
static stylemap_status walk(const stylemap_trainer *t, visit *f, void *context) {
  SM_TRY(walk_weights(&t->learner->generator, f, context));
  SM_TRY(walk_weights(&t->learner->encoder, f, context));
  SM_TRY(walk_weights(&t->learner->discriminator, f, context));
  statistics s = {t->learner, f, context};
  return sm_network_walk(&t->learner->network, 1 << SM_G, walk_statistics, &s);
}

/* ------------------------------------------------------------------------------------------- options */

/* Every field by its name; numbers as texts. */
typedef struct field {
  const char *key;
  int *whole;
  uint64_t *large;
  double *number;
  int later; /* states of older versions do not have it, and get 0 */
} field;

static int list_fields(stylemap_train_options *o, uint64_t *iteration, uint64_t *g, uint64_t *e, uint64_t *d, int *norm,
                       field *fields) {
  const field list[] = {{"size", .whole = &o->size},
                        {"latent_spatial_size", .whole = &o->latent_spatial_size},
                        {"latent_channel_size", .whole = &o->latent_channel_size},
                        {"mapping_layer_num", .whole = &o->mapping_layer_num},
                        {"base", .whole = &o->base},
                        {"cap", .whole = &o->cap},
                        {"small_generator", .whole = &o->small_generator},
                        {"norm", .whole = norm},
                        {"lr_mul", .number = &o->lr_mul},
                        {"batch", .whole = &o->batch},
                        {"mirror", .whole = &o->mirror},
                        {"seed", .large = &o->seed},
                        {"learning_rate", .number = &o->learning_rate},
                        {"d_rate", .number = &o->d_rate, .later = 1},
                        {"beta1", .number = &o->beta1},
                        {"beta2", .number = &o->beta2},
                        {"ema", .number = &o->ema},
                        {"adversarial", .number = &o->adversarial},
                        {"w_reconstruction", .number = &o->w_reconstruction},
                        {"in_domain", .number = &o->in_domain},
                        {"mse", .number = &o->mse},
                        {"perceptual", .number = &o->perceptual},
                        {"edges", .number = &o->edges},
                        {"muon", .whole = &o->muon, .later = 1},
                        {"matching", .number = &o->matching, .later = 1},
                        {"heal", .number = &o->heal, .later = 1},
                        {"augment", .number = &o->augment, .later = 1},
                        {"features", .number = &o->features, .later = 1},
                        {"frequencies", .number = &o->frequencies, .later = 1},
                        {"mixtures", .number = &o->mixtures, .later = 1},
                        {"r1", .number = &o->r1},
                        {"r1_every", .whole = &o->r1_every},
                        {"anneal_from", .large = &o->anneal_from, .later = 1},
                        {"anneal_to", .large = &o->anneal_to, .later = 1},
                        {"warm_up", .large = &o->warm_up},
                        {"iteration", .large = iteration},
                        {"generator_steps", .large = g},
                        {"encoder_steps", .large = e},
                        {"discriminator_steps", .large = d}};
  memcpy(fields, list, sizeof list);
  return (int)(sizeof list / sizeof *list);
}

/* --------------------------------------------------------------------------------------------- saving */

typedef struct collecting {
  sm_out_tensor *tensors;
  char (*names)[NAME];
  size_t count, capacity;
  const sm_crc32 *tables;
  uint32_t crc;
} collecting;

static stylemap_status count_tensor(void *context, const char *name, int rank, const int *shape, size_t count,
                                    float *values) {
  ((collecting *)context)->capacity++;
  return STYLEMAP_OK;
}

static stylemap_status collect_tensor(void *context, const char *name, int rank, const int *shape, size_t count,
                                      float *values) {
  collecting *c = context;
  memcpy(c->names[c->count], name, strlen(name) + 1);
  sm_out_tensor *t = &c->tensors[c->count];
  *t = (sm_out_tensor){.name = c->names[c->count], .kind = SM_F32, .rank = rank, .values = values};
  for (int i = 0; i < rank; i++) t->size[i] = shape[i];
  c->count++;
  c->crc = sm_crc32_add(c->tables, c->crc, name, strlen(name) + 1);
  c->crc = sm_crc32_add(c->tables, c->crc, values, count * sizeof *values);
  return STYLEMAP_OK;
}

static uint32_t add_text(const sm_crc32 *tables, uint32_t crc, const char *key, const char *text, size_t size) {
  crc = sm_crc32_add(tables, crc, key, strlen(key) + 1);
  return sm_crc32_add(tables, crc, text, size);
}

stylemap_status stylemap_trainer_save(const stylemap_trainer *t, const char *path, stylemap_error *error) {
  if (!t || !path)
    return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("Saving needs a trainer and a file name."), NULL);
  stylemap_train_options o = t->options;
  uint64_t iteration = t->iteration, g = t->learner->generator.steps, e = t->learner->encoder.steps;
  uint64_t d = t->learner->discriminator.steps;
  int norm = (int)o.norm;
  field fields[TEXTS];
  sm_number numbers[TEXTS], crc;
  sm_out_text texts[TEXTS + 2];
  collecting c = {0};
  stylemap_status status = STYLEMAP_OK;
  sm_crc32 *tables = sm_alloc(1, sizeof *tables);
  walk(t, count_tensor, &c);
  c.tensors = sm_alloc(c.capacity, sizeof *c.tensors);
  c.names = sm_alloc(c.capacity, sizeof *c.names);
  if (!tables || !c.tensors || !c.names) {
    status = sm_no_memory(error, c.capacity * (sizeof *c.tensors + NAME));
    goto done;
  }
  sm_crc32_init(tables);
  c.tables = tables;
  int count = list_fields(&o, &iteration, &g, &e, &d, &norm, fields);
  texts[0] = (sm_out_text){"form", form};
  c.crc = add_text(tables, 0, "form", form, strlen(form));
  for (int i = 0; i < count; i++) {
    const field *f = &fields[i];
    const char *text = f->number ? sm_real(&numbers[i], *f->number)
                                 : sm_decimal(&numbers[i], f->whole ? *f->whole : (int64_t)*f->large);
    texts[i + 1] = (sm_out_text){f->key, text};
    c.crc = add_text(tables, c.crc, f->key, text, strlen(text));
  }
  walk(t, collect_tensor, &c);
  texts[count + 1] = (sm_out_text){"crc32", sm_decimal(&crc, c.crc)};
  SM_TRY_DONE(sm_safetensors_write(path, c.tensors, c.count, texts, (size_t)count + 2, error));
done:
  sm_free(c.names);
  sm_free(c.tensors);
  sm_free(tables);
  return status;
}

/* -------------------------------------------------------------------------------------------- loading */

typedef struct loading {
  const char *path;
  const sm_safetensors *file;
  sm_loader *loader;
  size_t count;
  const sm_crc32 *tables;
  uint32_t crc;
  stylemap_error *error;
} loading;

static stylemap_status refuse(stylemap_error *error, const char *path, const char *rule) {
  return sm_fail(error, STYLEMAP_REFUSED, rule,
                 SM_TEXT("%1 cannot go on: it is damaged, or no state of a training run."), path, NULL);
}

static stylemap_status load_tensor(void *context, const char *name, int rank, const int *shape, size_t count,
                                   float *values) {
  loading *l = context;
  uint32_t at = sm_safetensors_find(l->file, name);
  if (at == SM_NONE) return refuse(l->error, l->path, "T3");
  const sm_tensor *t = &l->file->tensors[at].tensor;
  int good = t->kind == SM_F32 && t->rank == rank;
  for (int i = 0; good && i < rank; i++) good = t->size[i] == shape[i];
  if (!good) return refuse(l->error, l->path, "T3");
  SM_TRY(sm_loader_floats(l->loader, t, values, l->error));
  l->count++;
  l->crc = sm_crc32_add(l->tables, l->crc, name, strlen(name) + 1);
  l->crc = sm_crc32_add(l->tables, l->crc, values, count * sizeof *values);
  return STYLEMAP_OK;
}

static int text_of(const sm_safetensors *s, const char *key, const char **text, size_t *size) {
  uint32_t meta = sm_json_get(&s->json, 0, "__metadata__");
  uint32_t node = meta == SM_NONE ? SM_NONE : sm_json_get(&s->json, meta, key);
  if (node == SM_NONE) return 0;
  *text = s->json.text + s->json.nodes[node].as.text.at;
  *size = s->json.nodes[node].as.text.length;
  return 1;
}

static int read_field(const field *f, const char *text, size_t size) {
  int64_t v;
  if (f->number) return sm_text_real(text, size, f->number);
  if (!sm_text_integer(text, size, &v) || (f->whole && (v < INT32_MIN || v > INT32_MAX))) return 0;
  if (f->whole) *f->whole = (int)v;
  else *f->large = (uint64_t)v;
  return 1;
}

/* Of each trained number a state holds the number, two moments and, but for the discriminator's, its average. */
static stylemap_status count_kept(void *context, const sm_slot *slot) {
  if (slot->number >= 0) *(uint64_t *)context += (uint64_t)slot->numel * (slot->state == SM_D ? 3 : 4);
  return STYLEMAP_OK;
}

/* Whether the file can hold a run of these options; asked before memory for one is taken. */
static int can_hold(const sm_file *file, const stylemap_train_options *o) {
  sm_network network = {0};
  uint64_t kept = 0;
  if (sm_learner_config(&network.config, o->size, o->latent_spatial_size, o->latent_channel_size, o->base, o->cap,
                        o->small_generator, o->norm, o->mapping_layer_num, o->lr_mul, NULL) != STYLEMAP_OK)
    return 1; /* stylemap_trainer_new says what is wrong with them */
  sm_network_walk(&network, SM_OF_TRAINER, count_kept, &kept);
  return kept <= file->size / sizeof(float);
}

stylemap_status stylemap_trainer_load(const char *path, int threads, stylemap_trainer **out, stylemap_error *error) {
  if (!path || !out) return sm_fail(error, STYLEMAP_BAD_ARGUMENT, "", SM_TEXT("No file is named."), NULL);
  sm_file file;
  SM_TRY(sm_file_open(path, &file, error));
  sm_safetensors s = {0};
  sm_crc32 *tables = sm_alloc(1, sizeof *tables);
  sm_loader *loader = sm_alloc(1, sizeof *loader);
  stylemap_trainer *t = NULL;
  stylemap_status status = STYLEMAP_OK;
  stylemap_train_options o = {0};
  uint64_t iteration, g, e, d;
  int norm;
  const char *text;
  size_t size;
  if (!tables || !loader) {
    status = sm_no_memory(error, sizeof *tables + sizeof *loader);
    goto done;
  }
  sm_crc32_init(tables);
  uint8_t start[9] = {0};
  if (file.size >= 10) SM_TRY_DONE(sm_file_read(&file, 0, start, sizeof start, error));
  if (start[8] != '{') {
    status = refuse(error, path, "T1");
    goto done;
  }
  SM_TRY_DONE(sm_safetensors_read(&file, &s, error));
  if (!text_of(&s, "form", &text, &size) || !sm_text_is(text, size, form)) {
    status = refuse(error, path, "T1");
    goto done;
  }
  loading l = {.path = path, .file = &s, .loader = loader, .tables = tables, .error = error};
  l.crc = add_text(tables, 0, "form", text, size);
  field fields[TEXTS];
  int count = list_fields(&o, &iteration, &g, &e, &d, &norm, fields);
  for (int i = 0; i < count; i++) {
    if (fields[i].later && !text_of(&s, fields[i].key, &text, &size)) continue;
    if (!text_of(&s, fields[i].key, &text, &size) || !read_field(&fields[i], text, size)) {
      status = refuse(error, path, "T1");
      goto done;
    }
    l.crc = add_text(tables, l.crc, fields[i].key, text, size);
  }
  o.norm = (stylemap_norm)norm;
  if (!can_hold(&file, &o)) {
    status = refuse(error, path, "T3");
    goto done;
  }
  SM_TRY_DONE(stylemap_trainer_new(&o, threads, &t, error));
  sm_loader_init(loader, &file, UINT64_MAX, NULL, NULL);
  SM_TRY_DONE(walk(t, load_tensor, &l));
  int64_t crc;
  if (!text_of(&s, "crc32", &text, &size) || !sm_text_integer(text, size, &crc) || crc != (int64_t)l.crc ||
      l.count != s.count) {
    status = refuse(error, path, "T2");
    goto done;
  }
  t->iteration = iteration;
  t->learner->generator.steps = g;
  t->learner->encoder.steps = e;
  t->learner->discriminator.steps = d;
  *out = t;
  t = NULL;
done:
  stylemap_trainer_free(t);
  sm_safetensors_free(&s);
  sm_free(loader);
  sm_free(tables);
  sm_file_close(&file);
  return status;
}
