/* SPDX-License-Identifier: GPL-3.0-or-later
 * How long the network takes on this machine: medians and least of some runs, and the peak of memory. Needs no GLib.
 * usage: bench-network MODEL | --arch NAME [OPTION ...]; without arguments it tells the options */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "peak.h"
#include "stylemap.h"

static void die(const char *why) {
  fprintf(stderr, "bench-network: %s\n", why);
  exit(1);
}

static void must(stylemap_status status, const stylemap_error *error) {
  if (status != STYLEMAP_OK) die(error->message);
}

static void *new_floats(size_t count) {
  void *floats = malloc(count * sizeof(float));
  if (!floats) die("there is not enough memory");
  return floats;
}

/* ---------------------------------------------------------------------------------- what is measured */

typedef struct {
  const char *name;
  stylemap_architecture shape;
} Architecture;

static const Architecture architectures[] = {
  { "published-256", { 256, 8, 64, 512, 32768, 0, 8, 0.01 } },
  { "light-256", { 256, 8, 64, 512, 32768, 1, 8, 0.01 } },
  { "light-1024", { 1024, 16, 64, 512, 32768, 1, 8, 0.01 } },
  { "toon-128", { 128, 8, 64, 128, 2048, 0, 8, 0.01 } },
};

typedef struct {
  const stylemap_model *model;
  stylemap_session_options options;
  stylemap_session *session;
  const stylemap_info *info;
  stylemap_pyramid *pyramid;
  float *target, *reference, *mask, *moved, *stylemap, *image;
  int frames; /* of the task frames=N */
  int run;
} Bench;

typedef stylemap_status (*Task)(Bench *bench, stylemap_error *error);

static stylemap_status encode(Bench *b, stylemap_error *error) {
  return stylemap_encode(b->session, b->target, b->stylemap, error);
}

/* Style map to image. */
static stylemap_status synth(Bench *b, stylemap_error *error) {
  stylemap_status status = stylemap_resize(b->session, b->stylemap, b->pyramid, error);
  return status == STYLEMAP_OK ? stylemap_synth(b->session, b->pyramid, b->image, error) : status;
}

static stylemap_status transplant_at(Bench *b, const float *mask, double strength, stylemap_error *error) {
  const stylemap_edit edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, strength };
  const stylemap_reference reference = { b->reference, mask };
  return stylemap_transplant(b->session, b->target, &reference, 1, &edit, b->image, error);
}

static stylemap_status transplant(Bench *b, stylemap_error *error) {
  stylemap_session_forget(b->session);
  return transplant_at(b, b->mask, 1, error);
}

/* A strength sweep at a fixed mask. */
static stylemap_status frames(Bench *b, stylemap_error *error) {
  stylemap_session_forget(b->session);
  for (int i = 0; i < b->frames; i++) {
    stylemap_status status = transplant_at(b, b->mask, b->frames > 1 ? (double)i / (b->frames - 1) : 1, error);
    if (status != STYLEMAP_OK) return status;
  }
  return STYLEMAP_OK;
}

/* The mask moves, back and forth; everything else is remembered from the runs that are not counted. */
static stylemap_status remask(Bench *b, stylemap_error *error) {
  return transplant_at(b, b->run % 2 ? b->moved : b->mask, 1, error);
}

/* What a host waits for when a model is open: a session, its threads and memory, and its first transplant. */
static stylemap_status first(Bench *b, stylemap_error *error) {
  stylemap_status status = stylemap_session_open(b->model, &b->options, NULL, NULL, &b->session, error);
  return status == STYLEMAP_OK ? transplant_at(b, b->mask, 1, error) : status;
}

static stylemap_status no_session(Bench *b, stylemap_error *error) {
  (void)error;
  stylemap_session_free(b->session);
  b->session = NULL;
  return STYLEMAP_OK;
}

static stylemap_status new_session(Bench *b, stylemap_error *error) {
  no_session(b, NULL);
  return first(b, error);
}

/* The second transplant of two pictures in a session, with another mask than the first, which is not timed. */
static stylemap_status second(Bench *b, stylemap_error *error) {
  return transplant_at(b, b->moved, 1, error);
}

static const struct {
  const char *name;
  Task run, before; /* `before` each run, not timed */
} tasks[] = {
  { "encode", encode, NULL },  { "synth", synth, NULL },   { "transplant", transplant, NULL },
  { "frames=8", frames, NULL }, { "remask", remask, NULL }, { "second", second, new_session },
  { "first", first, no_session },
};

/* ------------------------------------------------------------------------------------------- pictures */

/* Smooth noise: sums of a few waves, in -1..1, the same on every machine for a seed. */
static void paint(uint64_t seed, int size, float *image) {
  float wave[3 * 8 * 4];
  stylemap_random(seed, 0, wave, 96);
  for (int c = 0; c < 3; c++)
    for (int y = 0; y < size; y++)
      for (int x = 0; x < size; x++) {
        double sum = 0;
        for (int k = 0; k < 8; k++) {
          const float *w = wave + (c * 8 + k) * 4;
          sum += 0.2 * w[0] * sin((w[1] * x + w[2] * y) * 20 / size + w[3]);
        }
        image[((size_t)c * (size_t)size + (size_t)y) * (size_t)size + (size_t)x] = (float)fmin(fmax(sum, -1), 1);
      }
}

/* An ellipse of half the square's width and height around (cx, cy), soft over a sixteenth of the square. */
static void draw_ellipse(int size, double cx, double cy, float *mask) {
  for (int y = 0; y < size; y++)
    for (int x = 0; x < size; x++) {
      double r = hypot(x + 0.5 - cx, y + 0.5 - cy), edge = (r - size / 4.0) / (size / 16.0);
      mask[(size_t)y * (size_t)size + (size_t)x] = (float)fmin(fmax(0.5 - edge, 0), 1);
    }
}

/* ------------------------------------------------------------------------------------------------ runs */

typedef struct {
  const char *architecture, *task, *isa, *write;
  int runs, threads, json, step;
  long long cache;
} Options;

enum { TASKS = sizeof tasks / sizeof *tasks, ARCHITECTURES = sizeof architectures / sizeof *architectures };

static void usage(void) {
  fputs("usage: bench-network MODEL | --arch NAME [OPTION ...]\n"
        "  --arch NAME     random weights:", stderr);
  for (int i = 0; i < ARCHITECTURES; i++) fprintf(stderr, " %s", architectures[i].name);
  fputs("\n  --task TASK    ", stderr);
  for (int i = 0; i < TASKS; i++) fprintf(stderr, " %s", tasks[i].name);
  fputs(" (transplant)\n"
        "  --isa NAME      avx512, avx2, neon or portable (the best)\n"
        "  --threads N     worker threads (all cores)\n"
        "  --runs N        runs, after two that are not counted (9)\n"
        "  --cache BYTES   to remember pictures in (1 GiB)\n"
        "  --write FILE    write the model, too\n"
        "  --step          wait for a line on standard input before each run, and print each run's time\n"
        "  --json          one flat JSON object\n", stderr);
  exit(2);
}

static long long number(const char *text, long long least, long long most) {
  char *end;
  long long value = strtoll(text, &end, 10);
  if (end == text || *end || value < least || value > most) usage();
  return value;
}

static Options parse(int argc, char **argv) {
  static const struct option options[] = {
    { "arch", required_argument, NULL, 'a' },  { "task", required_argument, NULL, 't' },
    { "isa", required_argument, NULL, 'i' },   { "threads", required_argument, NULL, 'n' },
    { "runs", required_argument, NULL, 'r' },  { "cache", required_argument, NULL, 'c' },
    { "write", required_argument, NULL, 'w' }, { "step", no_argument, NULL, 's' },
    { "json", no_argument, NULL, 'j' },        { NULL, 0, NULL, 0 },
  };
  Options o = { .task = "transplant", .runs = 9, .cache = 1LL << 30 };
  for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
    if (option == 'a') o.architecture = optarg;
    else if (option == 't') o.task = optarg;
    else if (option == 'i') o.isa = optarg;
    else if (option == 'n') o.threads = (int)number(optarg, 0, 1024);
    else if (option == 'r') o.runs = (int)number(optarg, 1, 10000);
    else if (option == 'c') o.cache = number(optarg, 0, 1LL << 50);
    else if (option == 'w') o.write = optarg;
    else if (option == 's') o.step = 1;
    else if (option == 'j') o.json = 1;
    else usage();
  }
  if ((o.architecture != NULL) + argc - optind != 1) usage();
  return o;
}

static stylemap_model *open_model(const Options *o, const char *file) {
  stylemap_model *model = NULL;
  stylemap_error error;
  if (file) {
    must(stylemap_open(file, 0, NULL, NULL, &model, &error), &error);
  } else {
    int i = 0;
    while (i < ARCHITECTURES && strcmp(o->architecture, architectures[i].name) != 0) i++;
    if (i == ARCHITECTURES) usage();
    must(stylemap_model_random(&architectures[i].shape, 1, &model, &error), &error);
  }
  if (o->write) must(stylemap_save(model, o->write, NULL, NULL, &error), &error);
  return model;
}

static void bench_open(Bench *b, const Options *o, const stylemap_model *model) {
  stylemap_error error;
  b->model = model;
  b->options = (stylemap_session_options){ o->threads, o->isa, (size_t)o->cache };
  must(stylemap_session_open(model, &b->options, NULL, NULL, &b->session, &error), &error);
  must(stylemap_pyramid_new(model, &b->pyramid, &error), &error);
  b->info = stylemap_model_info(model);
  const int size = b->info->size, side = b->info->latent_spatial_size;
  const size_t pixels = (size_t)size * (size_t)size;
  const size_t style = (size_t)b->info->latent_channel_size * (size_t)side * (size_t)side;
  b->target = new_floats(3 * pixels);
  b->reference = new_floats(3 * pixels);
  b->image = new_floats(3 * pixels);
  b->mask = new_floats(pixels);
  b->moved = new_floats(pixels);
  b->stylemap = new_floats(style);
  paint(1, size, b->target);
  paint(2, size, b->reference);
  draw_ellipse(size, size / 2.0, size / 2.0, b->mask);
  draw_ellipse(size, size / 2.0 + size / 8.0, size / 2.0, b->moved);
  stylemap_random(3, 0, b->stylemap, (int)style);
}

static void bench_close(Bench *b) {
  stylemap_pyramid_free(b->pyramid);
  stylemap_session_free(b->session);
  float *const memory[] = { b->target, b->reference, b->image, b->mask, b->moved, b->stylemap };
  for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) free(memory[i]);
}

static int by_size(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* The times of `runs` runs after two that are not counted, in seconds. With --step, each run waits for a line on
 * standard input and prints its time: so that another program can take turns. */
static void measure(Bench *b, int task, const Options *o, double *seconds) {
  stylemap_error error;
  for (b->run = -2; b->run < o->runs; b->run++) {
    if (o->step && b->run >= 0 && getchar() == EOF) return;
    if (tasks[task].before) must(tasks[task].before(b, &error), &error);
    double from = now();
    must(tasks[task].run(b, &error), &error);
    if (b->run < 0) continue;
    seconds[b->run] = now() - from;
    if (o->step) {
      printf("%.6f\n", seconds[b->run]);
      fflush(stdout);
    }
  }
}

static void report(const Bench *b, const Options *o, const char *model, const double *sorted) {
  printf(o->json ? "{\"task\": \"%s\", \"arch\": \"%s\", \"isa\": \"%s\", \"threads\": %d, \"runs\": %d, "
                   "\"median_s\": %.6f, \"min_s\": %.6f, \"peak_rss_bytes\": %llu}\n"
                 : "%s %s, %s, %d threads, %d runs: median %.6f s, least %.6f s, at most %llu bytes\n",
         o->task, model, stylemap_session_kernels(b->session), stylemap_session_threads(b->session), o->runs,
         sorted[o->runs / 2], sorted[0], peak());
}

int main(int argc, char **argv) {
  const Options o = parse(argc, argv);
  const char *file = argv[optind];
  int task = 0;
  while (task < TASKS && strcmp(o.task, tasks[task].name) != 0) task++;
  if (task == TASKS) usage();
  stylemap_model *model = open_model(&o, file);
  Bench b = { .frames = 8 };
  double *seconds = calloc((size_t)o.runs, sizeof *seconds);
  if (!seconds) die("there is not enough memory");
  bench_open(&b, &o, model);
  measure(&b, task, &o, seconds);
  if (!o.step) {
    qsort(seconds, (size_t)o.runs, sizeof *seconds, by_size);
    const char *name = file ? strrchr(file, '/') ? strrchr(file, '/') + 1 : file : o.architecture;
    report(&b, &o, name, seconds);
  }
  free(seconds);
  bench_close(&b);
  stylemap_close(model);
  return 0;
}
