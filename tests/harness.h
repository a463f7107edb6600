/* SPDX-License-Identifier: GPL-3.0-or-later
 * What every test program is written with. A program ends with `return harness_end();`. */
#pragma once
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <execinfo.h>
#endif

#pragma GCC diagnostic ignored "-Wformat-zero-length" /* the message after a condition is optional */

/* With sanitizers a number takes up to ten times as long, and they look at the way to it, which each repetition goes again:
 * tests that repeat much do so less often there. */
#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
enum { SANITIZED = 1 };
#else
enum { SANITIZED = 0 };
#endif

static int harness_passed, harness_failed;

/* A program that crashes says where: most of the time nobody sees the crash but in a log. Sanitizers say it themselves. */
#ifdef __GLIBC__
static inline void harness_crashed(int number) {
  static const char text[] = "crashed; called from:\n";
  void *frames[64];
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) return; /* a signal handler can do nothing about it */
  backtrace_symbols_fd(frames, backtrace(frames, 64), STDERR_FILENO);
  raise(number);
}
static inline void __attribute__((constructor)) harness_watch(void) {
  const int numbers[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
  void *frame;
  struct sigaction action = {.sa_handler = harness_crashed, .sa_flags = SA_RESETHAND | SA_NODEFER};
  if (SANITIZED) return;
  backtrace(&frame, 1); /* the first call loads a library, which a handler must not */
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) sigaction(numbers[i], &action, NULL);
}
#endif

#define CHECK(condition, ...) harness_check(!!(condition), __FILE__, __LINE__, #condition, "" __VA_ARGS__)

/* |a - b| <= limit; NaN fails. */
#define CHECK_NEAR(a, b, limit, ...)                                                                            \
  do {                                                                                                          \
    double a_ = (a), b_ = (b), l_ = (limit);                                                                    \
    int ok_ = fabs(a_ - b_) <= l_;                                                                              \
    harness_check(ok_, __FILE__, __LINE__, #a " near " #b, "" __VA_ARGS__);                                     \
    if (!ok_) fprintf(stderr, "  %.9g against %.9g, difference %.3g, limit %.3g\n", a_, b_, fabs(a_ - b_), l_); \
  } while (0)

#define CHECK_TEXT(a, b)                                                                   \
  do {                                                                                     \
    const char *a_ = (a), *b_ = (b);                                                       \
    int ok_ = a_ && b_ && strcmp(a_, b_) == 0;                                             \
    harness_check(ok_, __FILE__, __LINE__, #a " is " #b, "");                              \
    if (!ok_) fprintf(stderr, "  \"%s\" against \"%s\"\n", a_ ? a_ : "NULL", b_ ? b_ : "NULL"); \
  } while (0)

static inline int __attribute__((format(printf, 5, 6)))
harness_check(int ok, const char *file, int line, const char *what, const char *format, ...) {
  if (ok) {
    harness_passed++;
    return 1;
  }
  harness_failed++;
  fprintf(stderr, "%s:%d: failed: %s", file, line, what);
  if (*format) {
    va_list list;
    va_start(list, format);
    fprintf(stderr, " (");
    vfprintf(stderr, format, list);
    fprintf(stderr, ")");
    va_end(list);
  }
  fprintf(stderr, "\n");
  return 0;
}

/* A program that checked nothing has failed. */
static inline int harness_end(void) {
  printf("%d checks passed, %d failed\n", harness_passed, harness_failed);
  return harness_failed || !harness_passed;
}

/* A small generator of its own; the seed is printed and set by STYLEMAP_TEST_SEED. */
static uint64_t harness_state;
static inline void harness_seed(void) {
  const char *s = getenv("STYLEMAP_TEST_SEED");
  harness_state = s ? strtoull(s, NULL, 0) : 1;
  printf("STYLEMAP_TEST_SEED=%llu\n", (unsigned long long)harness_state);
}
static inline uint32_t harness_bits(void) { /* splitmix64 */
  uint64_t z = harness_state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (uint32_t)((z ^ (z >> 31)) >> 16);
}
/* -1..1 */
static inline float harness_float(void) { return (float)(harness_bits() / 2147483648.0 - 1); }
