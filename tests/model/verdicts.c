/* SPDX-License-Identifier: GPL-3.0-or-later
 * Broken and odd files: each is refused by the rule its fault breaks, or loads; nothing in it ever runs. */
#include "corpus.h"

#include <sys/resource.h>

typedef struct tally {
  int files, refused, loaded;
} tally;

static int is_clean(const char *text) {
  for (const char *s = text; *s; s++)
    if ((unsigned char)*s < 0x20 || *s == 0x7f) return 0;
  return sm_utf8_valid(text, strlen(text));
}

/* What the file's weights are, told by a program that shares no code with the reader. */
static uint32_t sum_of_weights(const stylemap_model *model) {
  sm_crc32 tables;
  uint32_t crc = 0;
  corpus_weights *w = corpus_list(model);
  sm_crc32_init(&tables);
  for (int i = 0; i < w->count; i++)
    for (size_t k = 0; k < w->tensor[i].numel; k++) {
      const float value = corpus_value(w, i, k);
      crc = sm_crc32_add(&tables, crc, &value, sizeof value);
    }
  free(w);
  return crc;
}

/* `verdict` "load", "refuse" or "either"; `rule` is the rule, or the sum of the weights, or NULL. */
static void judge(tally *t, const char *folder, const char *file, const char *verdict, const char *rule) {
  char path[512];
  corpus_path(path, sizeof path, folder, file);
  int loads[2], astray = 0; /* what holds NaN is a model, which may be looked at but not opened */
  t->files++;
  for (int open = 0; open < 2; open++) {
    stylemap_model *model = NULL;
    stylemap_error error = {0};
    stylemap_status status = open ? stylemap_open(path, 0, NULL, NULL, &model, &error)
                                  : stylemap_examine(path, &model, &error);
    if (open && astray) {
      CHECK(status == STYLEMAP_REFUSED && !strcmp(error.rule, "M5") && !model, "%s opens with %d weights astray", file,
            astray);
      continue;
    }
    loads[open] = status == STYLEMAP_OK;
    if (strcmp(verdict, "load") == 0) {
      CHECK(status == STYLEMAP_OK, "%s should load: %s %s", file, error.rule, error.message);
    } else if (strcmp(verdict, "refuse") == 0) {
      CHECK(status == STYLEMAP_REFUSED, "%s should be refused, status %d", file, (int)status);
      if (rule) CHECK(strcmp(error.rule, rule) == 0, "%s is refused by %s, expected %s", file, error.rule, rule);
    }
    if (status == STYLEMAP_OK) {
      const stylemap_info *info = stylemap_model_info(model);
      astray = info->not_finite > 0;
      CHECK(info->parameters > 0 && info->size >= 8 && (sm_model_network(model) != NULL) == open, "%s", file);
      if (open && rule) CHECK(sum_of_weights(model) == strtoul(rule, NULL, 16), "the weights of %s", file);
    } else {
      CHECK(model == NULL && error.status == status && error.format, "%s", file);
      CHECK(error.rule[0] && strstr(error.message, file) && is_clean(error.message), "%s: \"%s\"", file, error.message);
    }
    stylemap_close(model);
  }
  CHECK(astray || loads[0] == loads[1], "%s: inspecting and opening disagree", file);
  t->loaded += loads[0];
  t->refused += !loads[0];
}

static char *read_text(const char *path) {
  FILE *f = fopen(path, "rb");
  if (!CHECK(f != NULL, "%s is missing", path)) return NULL;
  size_t size = 0, room = 1 << 20;
  char *text = malloc(room);
  for (size_t n; (n = fread(text + size, 1, room - size - 1, f)) > 0; size += n)
    if (room - size < 4096) text = realloc(text, room *= 2);
  text[size] = '\0';
  fclose(f);
  return text;
}

/* Lines of file, verdict, rule, note, separated by tabs. */
static tally judge_tsv(const char *folder) {
  char path[512];
  tally t = {0};
  char *text = read_text(corpus_path(path, sizeof path, folder, "MANIFEST.tsv")), *rest = text;
  for (char *line; text && (line = strsep(&rest, "\n"));) {
    if (!*line || *line == '#') continue;
    char *file = strsep(&line, "\t"), *verdict = strsep(&line, "\t"), *rule = strsep(&line, "\t");
    if (!CHECK(rule != NULL, "bad line at %s", file)) continue;
    judge(&t, folder, file, verdict, rule);
  }
  free(text);
  return t;
}

/* The text of member `key` between `from` and `end`, closed in place; NULL where it is null or not there. */
static char *member(char *from, char *end, const char *key) {
  char pattern[32];
  snprintf(pattern, sizeof pattern, "\"%s\": \"", key);
  char *at = strstr(from, pattern);
  if (!at || at >= end) return NULL;
  at += strlen(pattern);
  *strchr(at, '"') = '\0';
  return at;
}

/* The larger corpora's lists: one JSON object a file, `file` first. */
static tally judge_json(const char *folder) {
  static const char start[] = "\"file\": \"";
  char path[512];
  tally t = {0};
  char *text = read_text(corpus_path(path, sizeof path, folder, "MANIFEST.json"));
  for (char *at = text ? strstr(text, start) : NULL, *next; at; at = next) {
    next = strstr(at + 1, start);
    char *end = next ? next : at + strlen(at);
    char *rule = member(at, end, "rule"), *verdict = member(at, end, "verdict"), *file = member(at, end, "file");
    if (CHECK(file && verdict)) judge(&t, folder, file, verdict, rule);
  }
  free(text);
  return t;
}

static void pwned(int remove_it) {
  static const char *const places[] = {"/tmp/pwned", "pwned"};
  char own[512];
  const char *folder = getenv("TMPDIR");
  snprintf(own, sizeof own, "%s/pwned", folder ? folder : "/tmp");
  for (int i = 0; i < 3; i++) {
    const char *path = i < 2 ? places[i] : own;
    if (remove_it) unlink(path);
    CHECK(access(path, F_OK) != 0, "%s exists: a file was run", path);
  }
}

int main(void) {
#ifndef __SANITIZE_ADDRESS__ /* which reserves terabytes of address space */
  struct rlimit limit = {512u << 20, 512u << 20};
  CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
#endif
  const char *shared = corpus_shared();
  char folder[512];
  pwned(1);
  tally t = judge_tsv(HOSTILE);
  printf("own: %d files, %d load, %d refused\n", t.files, t.loaded, t.refused);
  CHECK(t.files >= 80 && t.loaded >= 20);
  if (shared) {
    t = judge_json(corpus_path(folder, sizeof folder, shared, "/hostile/"));
    printf("hostile: %d files, %d load, %d refused\n", t.files, t.loaded, t.refused);
    CHECK(t.files == 957);
    t = judge_json(corpus_path(folder, sizeof folder, shared, "/checkpoints/"));
    printf("checkpoints: %d files, %d load, %d refused\n", t.files, t.loaded, t.refused);
    CHECK(t.files == 49);
  }
  pwned(0);
  return harness_end();
}
