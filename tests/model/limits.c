/* SPDX-License-Identifier: GPL-3.0-or-later
 * Descriptions made to cost memory or time: as large as the rules allow, each read within 512 MB of address space
 * and refused by the rule that stops it. */
#include "corpus.h"
#include "base/memory.h"

#include <sys/mman.h>
#include <sys/resource.h>

static sm_buffer made;

static void put(const void *bytes, size_t size) {
  if (!sm_buffer_put(&made, bytes, size)) exit(1);
}
static void text(const char *s) { put(s, strlen(s)); }

/* A different text of four letters for each number. */
static void name(uint32_t n) {
  static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-";
  const char four[] = {letters[n & 63], letters[n >> 6 & 63], letters[n >> 12 & 63], letters[n >> 18 & 63]};
  put(four, 4);
}

static void pickle_head(void) {
  static const char head[] = "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
                             "\x80\x02M\xe9\x03."
                             "\x80\x02}(X\x10\0\0\0protocol_versionM\xe9\x03X\x0d\0\0\0little_endian\x88u."
                             "\x80\x02";
  made.size = 0;
  put(head, sizeof head - 1);
}

static void pickle_tail(void) { text(".\x80\x02]."); }

static void header_head(void) {
  made.size = 0;
  put("\0\0\0\0\0\0\0\0", 8);
}

static void header_tail(void) {
  uint64_t n = made.size - 8;
  for (int i = 0; i < 8; i++) made.bytes[i] = (char)(n >> 8 * i);
}

static void refused(const char *what, const char *rule) {
  int fd = memfd_create("limits", 0);
  char path[64];
  stylemap_model *model = NULL;
  stylemap_error error = {0};
  snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
  CHECK(write(fd, made.bytes, made.size) == (ssize_t)made.size);
  sm_buffer_free(&made); /* its memory counts, too */
  CHECK(stylemap_inspect(path, &model, &error) == STYLEMAP_REFUSED, "%s: %s", what, error.message);
  CHECK(strcmp(error.rule, rule) == 0, "%s: %s, expected %s: %s", what, error.rule, rule, error.message);
  stylemap_close(model);
  close(fd);
}

static void pickles(void) {
  enum { BATCH = 30000, BATCHES = 66 }; /* 4 million operations, the stack never full */

  pickle_head();
  text("]");
  for (int k = 0; k < BATCHES; k++) {
    text("(");
    for (int i = 0; i < 2 * BATCH - 200; i++) text("N");
    text("e");
  }
  pickle_tail();
  refused("a list of 4 million", "M1");

  pickle_head();
  text("}");
  for (uint32_t k = 0; k < BATCHES; k++) {
    text("(");
    for (uint32_t i = 0; i < BATCH; i++) {
      text("U\x04");
      name(k * BATCH + i);
      text("N");
    }
    text("u");
  }
  pickle_tail();
  refused("a dict of 2 million", "M1");

  pickle_head(); /* 30,000 names, copied into one Namespace after the other */
  text("](}(");
  for (uint32_t i = 0; i < BATCH; i++) {
    text("U\x04");
    name(i);
    text("N");
  }
  text("uq");
  put("\0", 1);
  for (int k = 0; k < 10000; k++) {
    text("cargparse\nNamespace\n)\x81h");
    put("\0", 1);
    text("b");
  }
  text("e");
  pickle_tail();
  refused("copies of a dict", "P6");

  pickle_head();
  text("]");
  for (int i = 0; i < 4100000; i++) text(i % 2 ? "a" : "]");
  pickle_tail();
  refused("too many operations", "P6");

  pickle_head(); /* a key that equals nothing, not even itself: all hash alike */
  text("}(");
  for (int i = 0; i < 20000; i++) put("G\x7f\xf8\0\0\0\0\0\0N", 10);
  text("u");
  pickle_tail();
  refused("keys that collide", "P6");

  pickle_head();
  for (int i = 0; i < 100; i++) text("(");
  pickle_tail();
  refused("marks", "P6");
}

static void headers(void) {
  enum { SIZE = (16 << 20) - 64 };

  header_head();
  text("{\"a\":[0");
  while (made.size < SIZE) text(",0");
  text("]}");
  header_tail();
  refused("8 million numbers", "S6");

  header_head();
  text("{\"a\":0");
  for (uint32_t i = 0; made.size < SIZE; i++) {
    text(",\"");
    name(i);
    text("\":0");
  }
  text("}");
  header_tail();
  refused("2 million names", "S6");

  header_head();
  text("{\"__metadata__\":{\"a\":\"\"");
  for (uint32_t i = 0; made.size < SIZE; i++) {
    text(",\"");
    name(i);
    text("\":\"\"");
  }
  text("}}");
  header_tail();
  refused("2 million texts", "M2");
}

int main(void) {
#ifndef __SANITIZE_ADDRESS__
  struct rlimit limit = {512u << 20, 512u << 20};
  CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
#endif
  pickles();
  headers();
  return harness_end();
}
