/* SPDX-License-Identifier: GPL-3.0-or-later
 * Small valid files, damaged at random: they load or are refused with a sentence, and nothing else happens. The
 * sanitizers make it worth while. STYLEMAP_FUZZ sets the number of rounds, STYLEMAP_TEST_SEED the seed. */
#include "corpus.h"

#include <sys/mman.h>

typedef struct seed_file {
  char name[64];
  uint8_t *bytes;
  size_t size;
} seed_file;

enum { ROOM = 1 << 19 };

static uint32_t below(size_t n) { return n ? harness_bits() % (uint32_t)n : 0; }

/* Values that have broken readers before. */
static uint64_t odd_number(void) {
  static const uint64_t numbers[] = {0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
                                     0xfffffffe, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
                                     0xfffffffffffffff8, 0xffffffffffffffff};
  return numbers[below(sizeof numbers / sizeof *numbers)];
}

static const char marks[] = "(.NKMJGX)]}taesuqhrjcQRb\x80\x81\x85\x86\x87\x88\x89\x8a{}[]\":,0";

static size_t mutate(uint8_t *b, size_t size, const seed_file *other) {
  /* Most of the structure is in the first and, in a zip, the last few kB. */
  size_t part = size > 8192 ? 8192 : size;
  size_t at = below(4) ? below(part) : below(2) ? below(size) : size - 1 - below(part);
  switch (below(10)) {
  case 0:
  case 1:
    b[at] ^= (uint8_t)(1 << below(8));
    break;
  case 2:
    b[at] = (uint8_t)harness_bits();
    break;
  case 3: { /* a number, little-endian, of 1, 2, 4 or 8 bytes */
    uint64_t v = odd_number();
    size_t n = (size_t)1 << below(4);
    for (size_t i = 0; i < n && at + i < size; i++, v >>= 8) b[at + i] = (uint8_t)v;
    break;
  }
  case 4: { /* a piece is left out */
    size_t n = 1 + below(16);
    if (at + n >= size) return size;
    memmove(b + at, b + at + n, size - at - n);
    return size - n;
  }
  case 5: { /* a piece is doubled */
    size_t n = 1 + below(64);
    if (at + n > size || size + n > ROOM) return size;
    memmove(b + at + n, b + at, size - at);
    return size + n;
  }
  case 6: { /* a piece of this or another file in its place */
    size_t n = 1 + below(64), from = below(other->size);
    for (size_t i = 0; i < n && at + i < size && from + i < other->size; i++) b[at + i] = other->bytes[from + i];
    break;
  }
  case 7: /* an operation of the pickle machine, or a mark of JSON */
    b[at] = (uint8_t)marks[below(sizeof marks - 1)];
    break;
  case 8: { /* two bytes change places */
    size_t to = below(size);
    uint8_t c = b[at];
    b[at] = b[to];
    b[to] = c;
    break;
  }
  default: /* cut */
    if (below(8) == 0) return at;
    b[at]++;
  }
  return size;
}

int main(void) {
  static const char *const names[] = {"l_valid.pt", "z_crc_none.pt", "z_zip64_entry.pt", "s_valid.safetensors",
                                      "l_valid_transposed.pt", "l_valid_numpy_scalar.pt",
                                      "s_valid_escapes.safetensors"};
  enum { FILES = sizeof names / sizeof *names };
  const char *rounds_text = getenv("STYLEMAP_FUZZ");
  long rounds = rounds_text ? strtol(rounds_text, NULL, 10) : 3000, loads = 0, wrong = 0;
  static seed_file files[FILES];
  static uint8_t bytes[ROOM];
  char path[512];
  harness_seed();
  for (int i = 0; i < FILES; i++) {
    FILE *f = fopen(corpus_path(path, sizeof path, HOSTILE, names[i]), "rb");
    if (!CHECK(f != NULL, "%s", path)) return harness_end();
    files[i].bytes = malloc(ROOM);
    files[i].size = fread(files[i].bytes, 1, ROOM, f);
    fclose(f);
  }
  int fd = memfd_create("damaged", 0); /* a file that needs no disk */
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  for (long round = 0; round < rounds; round++) {
    const seed_file *s = &files[below(FILES)];
    uint64_t state = harness_state;
    size_t size = s->size;
    memcpy(bytes, s->bytes, size);
    for (uint32_t n = 1 + below(below(3) ? 2 : 8); n-- && size;) size = mutate(bytes, size, &files[below(FILES)]);
    if (!CHECK(ftruncate(fd, 0) == 0 && pwrite(fd, bytes, size, 0) == (ssize_t)size, "%s", path)) break;

    stylemap_model *model = NULL;
    stylemap_error error = {0};
    stylemap_status status = stylemap_open(path, 64 << 20, NULL, NULL, &model, &error);
    int good = status == STYLEMAP_OK || status == STYLEMAP_REFUSED || status == STYLEMAP_NO_MEMORY;
    good = good && (status == STYLEMAP_OK) == (model != NULL);
    good = good && (status != STYLEMAP_REFUSED || error.rule[0]);
    good = good && sm_utf8_valid(error.message, strlen(error.message));
    if (!good) {
      printf("round %ld, %s, state %llu: status %d %s\n", round, s->name, (unsigned long long)state, (int)status,
             error.message);
      wrong++;
    }
    loads += status == STYLEMAP_OK;
    stylemap_close(model);
  }
  close(fd);
  for (int i = 0; i < FILES; i++) free(files[i].bytes);
  printf("%ld damaged files, %ld load all the same\n", rounds, loads);
  CHECK(wrong == 0 && loads < rounds);
  return harness_end();
}
