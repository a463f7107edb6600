/* SPDX-License-Identifier: GPL-3.0-or-later
 * The order of the published training: G on its samples, E on the stylemaps of those, D on real, sampled and
 * reconstructed pictures (with lazy R1), then E and G together on the reconstruction. */
#include "train/step.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "grad/layers.h"
#include "grad/loss.h"

enum { EDGE_LEVELS = 4 };

static stylemap_status update(const sm_step *s, const char *name, sm_parameters *w, const sm_adam *adam) {
  if (s->hook) SM_TRY(s->hook(s->hook_data, name, w));
  sm_adam_step(s->shop, w, adam);
  return adam->muon ? sm_muon_step(s->shop, w, adam) : STYLEMAP_OK;
}

static void choose(const sm_step *s, int generator, int encoder, int discriminator) {
  sm_learn(&s->learner->generator, generator);
  sm_learn(&s->learner->encoder, encoder);
  sm_learn(&s->learner->discriminator, discriminator);
}

static sm_variable *leaf(sm_tape *tape, const sm_step *s, const real *images, int wants) {
  int size = s->learner->network.config.size;
  return sm_tape_leaf(tape, s->options->batch, 3, size, size, images, wants);
}

/* D's opinion of images on a tape. */
static sm_variable *opinion(const sm_step *s, sm_tape *tape, sm_variable *image, sm_seen of, sm_variable **features) {
  if (s->views) image = sm_layer_view(tape, image, s->views + (size_t)of * (size_t)s->options->batch);
  return sm_learn_discriminate(tape, s->learner, image, features);
}

/* 1 and 2: the adversarial step of G on samples, then the latent reconstruction step of E on the same samples. */
static stylemap_status sample_step(const sm_step *s, const real *z, const sm_adam *adam, sm_step_losses *losses) {
  const sm_step_options *o = s->options;
  sm_learner *l = s->learner;
  sm_tape tape, second;
  sm_tape_open(&tape, s->shop);
  sm_tape_open(&second, s->shop);
  choose(s, o->g_adversarial > 0, 0, 0);
  sm_variable *w = sm_learn_map(&tape, l, z, o->batch), *image = sm_learn_generate(&tape, l, w);
  if (o->g_adversarial > 0) {
    sm_clear_gradients(&l->generator);
    sm_variable *d = opinion(s, &tape, image, SM_G_MADE, NULL);
    losses->g_adversarial = sm_loss_logistic(&tape, d, -1, o->g_adversarial);
    sm_tape_backward(&tape, 0, tape.op_count);
    if (tape.status == STYLEMAP_OK) tape.status = update(s, "g_adv", &l->generator, adam);
  }
  if (o->w_reconstruction > 0 && tape.status == STYLEMAP_OK) {
    choose(s, 0, 1, 0);
    sm_clear_gradients(&l->encoder);
    sm_variable *again = sm_learn_encode(&second, l, leaf(&second, s, image->data, 0));
    losses->w_reconstruction = sm_loss_squares(&second, again, w->data, NULL, o->w_reconstruction);
    sm_tape_backward(&second, 0, second.op_count);
    if (second.status == STYLEMAP_OK) second.status = update(s, "e_w_rec", &l->encoder, adam);
  }
  stylemap_status status = tape.status != STYLEMAP_OK ? tape.status : second.status;
  sm_tape_clear(&second);
  sm_tape_clear(&tape);
  return status;
}

/* Adds D's gradient on one batch. */
static stylemap_status judge(const sm_step *s, const real *images, sm_seen of, double *loss) {
  sm_tape tape;
  sm_tape_open(&tape, s->shop);
  sm_variable *d = opinion(s, &tape, leaf(&tape, s, images, 0), of, NULL);
  *loss += sm_loss_logistic(&tape, d, of == SM_D_REAL ? -1 : 1, s->options->d_adversarial);
  sm_tape_backward(&tape, 0, tape.op_count);
  stylemap_status status = tape.status;
  sm_tape_clear(&tape);
  return status;
}

/* 3: D. `made` are samples of G, `rebuilt` is G(E(x)); each may be NULL. */
static stylemap_status discriminator_step(const sm_step *s, int r1_due, const real *x, const real *made,
                                          const real *rebuilt, const real *mixed, const sm_adam *adam,
                                          sm_step_losses *losses) {
  const sm_step_options *o = s->options;
  sm_parameters *d = &s->learner->discriminator;
  choose(s, 0, 0, 1);
  sm_clear_gradients(d);
  SM_TRY(judge(s, x, SM_D_REAL, &losses->d_adversarial));
  if (made) SM_TRY(judge(s, made, SM_D_MADE, &losses->d_adversarial));
  if (rebuilt) SM_TRY(judge(s, rebuilt, SM_D_REBUILT, &losses->d_adversarial));
  if (mixed) SM_TRY(judge(s, mixed, SM_D_MIXED, &losses->d_adversarial));
  SM_TRY(update(s, "d_adv", d, adam));
  if (!r1_due) return STYLEMAP_OK;

  sm_clear_gradients(d);
  sm_tape tape, seen; /* the penalty's tape begins at what D sees */
  sm_tape_open(&seen, s->shop);
  if (s->views) {
    const size_t first = (size_t)SM_D_REAL * (size_t)o->batch;
    const sm_variable *view = sm_layer_view(&seen, leaf(&seen, s, x, 0), s->views + first);
    if (view) x = view->data;
  }
  sm_tape_open(&tape, s->shop);
  tape.status = seen.status;
  sm_variable *image = leaf(&tape, s, x, 1), *out = sm_learn_discriminate(&tape, s->learner, image, NULL);
  losses->r1 = sm_loss_r1(&tape, image, out, o->r1 / 2 * o->r1_every);
  stylemap_status status = tape.status;
  sm_tape_clear(&tape);
  sm_tape_clear(&seen);
  SM_TRY(status);
  return update(s, "d_r1", d, adam);
}

/* The learned perceptual loss: squared differences of what the discriminator's blocks see in reconstruction and
 * picture, as it stands after this iteration's step. */
static stylemap_status compare_features(const sm_step *s, sm_tape *tape, sm_variable **rebuilt, const real *x,
                                        sm_step_losses *losses) {
  sm_variable *features[SM_MAX_BLOCKS];
  sm_tape other;
  sm_tape_open(&other, s->shop);
  opinion(s, &other, leaf(&other, s, x, 0), SM_G_REBUILT, features);
  int blocks = sm_discriminator_blocks(&s->learner->network.config);
  for (int i = 0; i < blocks && other.status == STYLEMAP_OK; i++)
    losses->features +=
        sm_loss_squares(tape, rebuilt[i], features[i]->data, NULL, s->options->features / blocks) / blocks;
  stylemap_status status = other.status;
  sm_tape_clear(&other);
  return status;
}

/* The edits of x that `mixtures` asks for. */
static sm_variable *mix(const sm_step *s, sm_tape *tape, const real *x) {
  const sm_mixtures *m = s->mixtures;
  const sm_learner *l = s->learner;
  sm_variable *styles[2][SM_MAX_LEVELS] = {{0}};
  for (int i = 0; i < 2; i++)
    sm_learn_resize(tape, l, sm_learn_encode(tape, l, leaf(tape, s, i ? m->second : x, 0)), styles[i]);
  for (int i = 0; i < 2 + 2 * l->network.config.blocks; i++)
    styles[0][i] = sm_layer_blend(tape, styles[0][i], styles[1][i], m->level[i / 2]);
  return sm_layer_blend(tape, leaf(tape, s, x, 0), sm_learn_synth(tape, l, styles[0], s->options->batch), m->mask);
}

typedef struct matching {
  const real *codes, *maps, *candidates;
  real *z; /* batch x D: of each code the nearest candidate */
  size_t numbers, dim;
  int count;
} matching;

static void nearest_task(void *context, int index, int worker) {
  const matching *m = context;
  const real *code = m->codes + (size_t)index * m->numbers;
  double least = INFINITY;
  int best = 0;
  for (int k = 0; k < m->count; k++) {
    const real *map = m->maps + (size_t)k * m->numbers;
    real lane[16] = {0};
    double sum = 0;
    size_t i = 0;
    for (; i + 16 <= m->numbers; i += 16)
      for (size_t l = 0; l < 16; l++) lane[l] += (code[i + l] - map[i + l]) * (code[i + l] - map[i + l]);
    for (; i < m->numbers; i++) sum += (code[i] - map[i]) * (code[i] - map[i]);
    for (int l = 0; l < 16; l++) sum += lane[l];
    if (!(sum < least)) continue;
    least = sum;
    best = k;
  }
  memcpy(m->z + (size_t)index * m->dim, m->candidates + (size_t)best * m->dim, m->dim * sizeof *m->z);
}

/* The mapping network's share of the warm-up, in which no sample is ever drawn: of each picture's stylemap E(x) the
 * nearest of many samples is moved towards it (implicit maximum likelihood estimation, Li and Malik 2018, in W). So
 * every picture has a z near it, and the adversarial phase starts from samples of about the right distribution. Adds to
 * the mapping network's gradients. */
static stylemap_status match_step(const sm_step *s, const sm_variable *codes, sm_step_losses *losses) {
  sm_learner *l = s->learner;
  matching m = {.codes = codes->data,
                .candidates = s->candidates,
                .numbers = sm_variable_count(codes) / (size_t)codes->n,
                .dim = (size_t)l->network.config.dim,
                .count = s->candidate_count};
  sm_tape tape;
  sm_tape_open(&tape, s->shop);
  choose(s, 0, 0, 0);
  const sm_variable *maps = sm_learn_map(&tape, l, s->candidates, s->candidate_count);
  m.z = sm_take(s->shop, (size_t)codes->n * m.dim);
  stylemap_status status = m.z ? tape.status : STYLEMAP_NO_MEMORY;
  if (status == STYLEMAP_OK) {
    m.maps = maps->data;
    sm_workshop_run(s->shop, codes->n, nearest_task, &m);
    sm_tape_clear(&tape);
    choose(s, 1, 0, 0);
    losses->matching =
        sm_loss_squares(&tape, sm_learn_map(&tape, l, m.z, codes->n), codes->data, NULL, s->options->matching);
    sm_tape_backward(&tape, 0, tape.op_count);
    status = tape.status;
  }
  sm_tape_clear(&tape);
  sm_give(s->shop, m.z);
  return status;
}

stylemap_status sm_train_step(const sm_step *s, uint64_t iteration, const real *x, const real *z_g, const real *z_d,
                              sm_step_losses *losses) {
  const sm_step_options *o = s->options;
  sm_learner *l = s->learner;
  sm_adam adam = {o->rate, o->beta1, o->beta2, o->epsilon, o->muon}, d_adam = adam;
  d_adam.muon = 0;
  d_adam.rate = o->d_rate;
  if (o->r1 > 0) d_adam = sm_lazy_adam(&d_adam, o->r1_every);
  *losses = (sm_step_losses){0};
  /* lr_mul slows the mapping network down for the adversarial phase; alone it learns like the others */
  sm_pace(&l->generator, o->matching > 0);
  size_t count = (size_t)o->batch * 3 * (size_t)l->network.config.size * (size_t)l->network.config.size;
  int judged = o->d_adversarial > 0 && (o->g_adversarial > 0 || o->in_domain > 0 || o->mixtures > 0);
  if (o->g_adversarial > 0 || o->w_reconstruction > 0) SM_TRY(sample_step(s, z_g, &adam, losses));

  sm_tape tape, second;
  sm_tape_open(&tape, s->shop);
  sm_tape_open(&second, s->shop);
  real *made = NULL;
  stylemap_status status = STYLEMAP_OK;
  if (judged && o->g_adversarial > 0) { /* before the reconstruction's tape, which stays open through D's step */
    choose(s, 0, 0, 0);
    sm_variable *image = sm_learn_generate(&tape, l, sm_learn_map(&tape, l, z_d, o->batch));
    made = tape.status == STYLEMAP_OK ? sm_take(s->shop, count) : NULL;
    if (made) memcpy(made, image->data, sizeof(real) * count);
    else tape.status = STYLEMAP_NO_MEMORY;
    status = tape.status;
    sm_tape_clear(&tape);
    SM_TRY_DONE(status);
  }

  choose(s, 1, 1, 0);
  sm_variable *codes = sm_learn_encode(&tape, l, leaf(&tape, s, s->seen ? s->seen : x, 0));
  sm_variable *rebuilt = sm_learn_generate(&tape, l, codes);
  SM_TRY_DONE(tape.status);
  sm_variable *mixed = judged && o->mixtures > 0 ? mix(s, &second, x) : NULL;
  SM_TRY_DONE(second.status);
  if (judged) {
    int due = o->r1 > 0 && iteration % (uint64_t)o->r1_every == 0;
    SM_TRY_DONE(discriminator_step(s, due, x, made, o->in_domain > 0 ? rebuilt->data : NULL,
                                   mixed ? mixed->data : NULL, &d_adam, losses));
  }

  /* 4: the reconstruction, to E and G; neither has changed since `rebuilt` was made */
  choose(s, 1, 1, 0);
  sm_clear_gradients(&l->encoder);
  sm_clear_gradients(&l->generator);
  losses->squares = sm_loss_squares(&tape, rebuilt, x, s->focus, o->squares);
  if (s->perceiver && o->perceptual > 0)
    losses->perceptual = sm_loss_perceptual(&tape, s->perceiver, rebuilt, x, o->perceptual);
  if (o->edges > 0) losses->edges = sm_loss_edges(&tape, rebuilt, x, EDGE_LEVELS, o->edges);
  if (o->frequencies > 0) losses->frequencies = sm_loss_frequencies(&tape, rebuilt, x, o->frequencies);
  if (o->in_domain > 0 || o->features > 0) {
    sm_variable *features[SM_MAX_BLOCKS], *d = opinion(s, &tape, rebuilt, SM_G_REBUILT, features);
    if (o->in_domain > 0) losses->in_domain = sm_loss_logistic(&tape, d, -1, o->in_domain);
    if (o->features > 0) SM_TRY_DONE(compare_features(s, &tape, features, x, losses));
  }
  sm_tape_backward(&tape, 0, tape.op_count);
  SM_TRY_DONE(tape.status);
  if (mixed) { /* no truth is known of a mixture: D alone says what is wrong with it */
    losses->mixtures = sm_loss_logistic(&second, opinion(s, &second, mixed, SM_G_MIXED, NULL), -1, o->mixtures);
    sm_tape_backward(&second, 0, second.op_count);
    SM_TRY_DONE(second.status);
  }
  if (o->matching > 0) SM_TRY_DONE(match_step(s, codes, losses));
  SM_TRY_DONE(update(s, "rec", &l->encoder, &adam));
  SM_TRY_DONE(update(s, "rec", &l->generator, &adam));
  sm_average(&l->generator, o->decay);
  sm_average(&l->encoder, o->decay);
done:
  sm_give(s->shop, made);
  sm_tape_clear(&second);
  sm_tape_clear(&tape);
  return status;
}
