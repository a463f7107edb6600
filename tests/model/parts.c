/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the readers stand on: number formats, texts, checksums, the index, views of storages. */
#include "base/half.h"
#include "corpus.h"
#include "model/file/json.h"
#include "model/file/tensor.h"

#include <locale.h>

/* The value of a half, from its definition. */
static double half_value(uint16_t h) {
  int exponent = h >> 10 & 31, fraction = h & 1023;
  double v = exponent == 31 ? (fraction ? NAN : INFINITY)
             : exponent     ? ldexp(1024 + fraction, exponent - 25)
                            : ldexp(fraction, -24);
  return h & 0x8000 ? -v : v;
}

static void halves(void) {
  int wrong = 0, back = 0, middle = 0;
  for (uint32_t h = 0; h < 65536; h++) {
    float v = sm_float_of_half((uint16_t)h);
    double want = half_value((uint16_t)h);
    if (isnan(want)) wrong += !isnan(v) || !sm_not_finite(v);
    else wrong += (double)v != want || !signbit(v) != !signbit(want);
    uint16_t again = sm_half_of_float(v);
    back += isnan(want) ? !isnan(half_value(again)) : again != h;
  }
  CHECK(wrong == 0, "%d halves are converted wrongly", wrong);
  CHECK(back == 0, "%d halves do not come back", back);

  /* Between two neighbours: the middle goes to the even one, a float beside it to the nearer one. */
  for (uint32_t h = 0; h < 0x7c00; h++) {
    double a = half_value((uint16_t)h), b = h == 0x7bff ? 65536 : half_value((uint16_t)(h + 1));
    float m = (float)((a + b) / 2); /* exact: 12 bits */
    uint16_t even = (uint16_t)(h & 1 ? h + 1 : h);
    middle += sm_half_of_float(m) != even || sm_half_of_float(-m) != (even | 0x8000);
    middle += sm_half_of_float(nextafterf(m, 0)) != h || sm_half_of_float(nextafterf(m, 1e9f)) != h + 1;
  }
  CHECK(middle == 0, "%d halves are rounded wrongly", middle);
  CHECK(sm_half_of_float(65519.996f) == 0x7bff && sm_half_of_float(65520) == 0x7c00);
  CHECK(sm_half_of_float(1e-30f) == 0 && sm_half_of_float(-1e-40f) == 0x8000 && sm_half_of_float(3e38f) == 0x7c00);
  CHECK(sm_float_of_bfloat16(0x3f80) == 1 && sm_float_of_bfloat16(0xc2f7) == -123.5f);
}

static void texts(void) {
  static const struct {
    const char *bytes;
    size_t size;
    int valid;
  } utf8[] = {{"", 0, 1}, {"a\0b", 3, 1}, {"\xc3\xa9", 2, 1}, {"\xc3", 1, 0}, {"\xc0\x80", 2, 0},
              {"\xe0\x80\x80", 3, 0}, {"\xed\xa0\x80", 3, 0}, {"\xed\x9f\xbf", 3, 1}, {"\xf0\x9f\x8e\xa8", 4, 1},
              {"\xf0\x8f\xbf\xbf", 4, 0}, {"\xf4\x8f\xbf\xbf", 4, 1}, {"\xf4\x90\x80\x80", 4, 0},
              {"\xf5\x80\x80\x80", 4, 0}, {"\x80", 1, 0}, {"\xff", 1, 0}, {"ab\xe2\x82", 4, 0}};
  for (size_t i = 0; i < sizeof utf8 / sizeof *utf8; i++)
    CHECK(sm_utf8_valid(utf8[i].bytes, utf8[i].size) == utf8[i].valid, "case %zu", i);
  int wrong = 0;
  for (uint32_t code = 1; code < 0x110000; code++) {
    char text[4];
    if (code >= 0xd800 && code < 0xe000) continue;
    int n = sm_utf8_put(text, code);
    wrong += sm_utf8_length(text, (size_t)n) != n || sm_utf8_count(text, (size_t)n) != 1;
  }
  CHECK(wrong == 0, "%d characters", wrong);

  int64_t i;
  CHECK(sm_text_integer("-123456789012345678", 19, &i) && i == -123456789012345678);
  CHECK(!sm_text_integer("1234567890123456789", 19, &i) && !sm_text_integer("", 0, &i) && !sm_text_integer("-", 1, &i));
  CHECK(!sm_text_integer("12 ", 3, &i) && !sm_text_integer("+1", 2, &i) && sm_text_integer("007", 3, &i) && i == 7);
}

static void reals(void) {
  static const double numbers[] = {0, 0.01, 1, -65520, 1000, 1e-300, 5e-324, 0.1, 1.0 / 3, 123456.789,
                                   1e22, 1.7976931348623157e308};
  static const char *const not_numbers[] = {"", ".5", "nan", "inf", "0x10", "1,5", "1e", "1e+", "1e12345",
                                            " 1", "1 ", "--1"};
  sm_number n;
  double v;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    sm_real(&n, numbers[i]);
    CHECK(sm_text_real(n.text, strlen(n.text), &v) && v == numbers[i], "%s", n.text);
  }
  for (size_t i = 0; i < sizeof not_numbers / sizeof *not_numbers; i++)
    CHECK(!sm_text_real(not_numbers[i], strlen(not_numbers[i]), &v), "\"%s\"", not_numbers[i]);
  CHECK(sm_text_real("1.", 2, &v) && v == 1);
  CHECK(sm_text_real("1e999", 5, &v) && isinf(v));
  CHECK_TEXT(sm_real(&n, 0.01), "0.01");
  CHECK_TEXT(sm_real(&n, -65520), "-65520");
}

/* Makes a German locale where the system can and has none installed. */
static void make_locale(const char *folder) {
  char command[600];
  snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %sde_DE.UTF-8 >/dev/null 2>&1", folder);
  if (system(command) == 0) setenv("LOCPATH", folder, 1);
}

static void remove_locale(const char *folder) {
  char command[600];
  unsetenv("LOCPATH");
  snprintf(command, sizeof command, "rm -rf %s", folder);
  CHECK(system(command) == 0);
}

static void locales(void) {
  static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "ru_RU.UTF-8", "pl_PL.UTF-8"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    if (!setlocale(LC_ALL, names[i])) continue;
    printf("locale %s, decimal point \"%s\"\n", names[i], localeconv()->decimal_point);
    reals();
    stylemap_model *m = corpus_open(GOLDEN "tiny_LayerNorm_sp4_full.safetensors");
    CHECK(m && stylemap_model_info(m)->lr_mul == 0.01);
    stylemap_close(m);
    CHECK(strcmp(localeconv()->decimal_point, ",") == 0, "the locale is the user's again");
    setlocale(LC_ALL, "C");
    return;
  }
  printf("no locale with a decimal comma is installed\n");
}

static void checksums(void) {
  sm_crc32 tables;
  uint8_t bytes[300];
  sm_crc32_init(&tables);
  CHECK(sm_crc32_add(&tables, 0, "123456789", 9) == 0xcbf43926, "the check value of CRC-32");
  for (int i = 0; i < 300; i++) bytes[i] = (uint8_t)harness_bits();
  uint32_t plain = ~0u; /* bit by bit */
  for (int i = 0; i < 300; i++)
    for (int bit = 0; bit < 8; bit++)
      plain = plain >> 1 ^ ((plain ^ bytes[i] >> bit) & 1 ? 0xedb88320u : 0);
  for (size_t cut = 0; cut <= 300; cut++) {
    uint32_t crc = sm_crc32_add(&tables, 0, bytes, cut);
    CHECK(sm_crc32_add(&tables, crc, bytes + cut, 300 - cut) == ~plain, "in two pieces at %zu", cut);
  }
}

static void table(void) {
  sm_table t = {0};
  enum { COUNT = 100000 };
  int wrong = 0, i = 0;
  for (uint32_t k = 0; k < COUNT; k++) wrong += sm_table_add(&t, sm_hash(&k, sizeof k, 7), k, NULL) != STYLEMAP_OK;
  for (uint32_t k = 0; k < 2 * COUNT; k++) {
    int found = 0;
    for (uint32_t at = 0, n; (n = sm_table_next(&t, sm_hash(&k, sizeof k, 7), &at)) != SM_NONE;) found += n == k;
    wrong += found != (k < COUNT);
  }
  CHECK(wrong == 0, "%d keys", wrong);
  sm_table_free(&t);
  while (i < COUNT && sm_table_add(&t, 12345, (uint32_t)i, NULL) == STYLEMAP_OK) i++;
  CHECK(i >= 1000 && i < 10000, "%d equal hashes before it is refused", i);
  sm_table_free(&t);
}

static void json(void) {
  static const struct {
    const char *text, *rule;
  } cases[] = {{"{}", ""}, {"{} \n", "S3"}, {"{}  ", ""},
               {"{\"a\":1,\"b\":[1,2,[]]}", ""}, {"{\"a\":9223372036854775807}", ""},
               {"{\"a\":9223372036854775808}", "S3"}, {"{\"a\":18446744073709551616}", "S3"}, {"{\"a\":01}", "S3"},
               {"{\"a\":-1}", "S3"}, {"{\"a\":1.5}", "S3"}, {"{\"a\":1e5}", "S3"}, {"{\"a\":true}", "S3"},
               {"{\"a\":{\"a\":1},\"b\":{\"a\":1}}", ""}, {"{\"a\":{\"b\":1,\"b\":1}}", "S4"},
               {"{\"a\":1,\"b\":{\"c\":2},\"a\":3}", "S4"}, {"{\"\\u0061\":1,\"a\":2}", "S4"},
               {"{\"a\":[[[[[[[0]]]]]]]}", ""}, {"{\"a\":[[[[[[[[0]]]]]]]]}", "S3"}, {"{\"a\":[[[[[[[[]]]]]]]]}", ""},
               {"{\"a\":\"\\ud83c\\udfa8\"}", ""}, {"{\"a\":\"\\udfa8\"}", "S3"}, {"{\"a\":\"\\ud83cx\"}", "S3"},
               {"{\"a\" 1}", "S3"}, {"{\"a\":1,}", "S3"}, {"{\"a\":[1,]}", "S3"}, {"{\"a\":1]", "S3"},
               {"{", "S3"}, {"[]", "S3"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[64];
    sm_json j;
    stylemap_error error = {0};
    strcpy(text, cases[i].text);
    sm_json_parse(&j, text, strlen(text), "x", &error);
    CHECK(strcmp(error.rule, cases[i].rule) == 0, "%s: %s", cases[i].text, error.message);
    sm_json_free(&j);
  }
}

/* Views of every kind against one number at a time: random ranks, sizes, orders, steps, offsets, stride 0. */
static void views(void) {
  enum { NUMEL = 40000 };
  static const sm_kind kinds[] = {SM_F32, SM_F64, SM_F16, SM_BF16};
  const char *folder = corpus_scratch();
  char path[512];
  uint8_t *bytes = malloc(NUMEL * 8);
  sm_loader *loader = malloc(sizeof *loader);
  for (int i = 0; i < NUMEL * 8; i++) bytes[i] = (uint8_t)harness_bits();
  FILE *f = fopen(corpus_path(path, sizeof path, folder, "storage"), "wb");
  CHECK(f && fwrite(bytes, 8, NUMEL, f) == NUMEL && fclose(f) == 0);
  sm_file file;
  CHECK(sm_file_open(path, &file, NULL) == STYLEMAP_OK);

  for (int round = 0; round < 400; round++) {
    sm_tensor t = {.kind = kinds[round % 4], .rank = (int)(harness_bits() % 6), .at = harness_bits() % 8};
    int64_t count = 1, last = 0;
    int order[6] = {0, 1, 2, 3, 4, 5}, element = sm_kind_size(t.kind);
    t.numel = NUMEL * 8 / element - 1;
    for (int i = 0; i < t.rank; i++) {
      t.size[i] = 1 + harness_bits() % (round % 8 == 7 ? 3 : 7);
      count *= t.size[i];
      int k = i + (int)(harness_bits() % (uint32_t)(t.rank - i)), swap = order[i];
      order[i] = order[k];
      order[k] = swap;
    }
    int64_t stride = 1;
    for (int i = 0; i < t.rank; i++) { /* dense in a random order of axes, now and then stepped or expanded */
      int axis = order[i];
      t.stride[axis] = harness_bits() % 10 == 0 ? 0 : stride;
      if (t.stride[axis]) stride *= t.size[axis] + (harness_bits() % 4 == 0);
      last += (t.size[axis] - 1) * t.stride[axis];
    }
    if (last >= t.numel) continue;
    t.offset = (int64_t)(harness_bits() % (uint64_t)(t.numel - last));

    float *got = malloc(sizeof *got * (size_t)(count + 1));
    for (int64_t i = 0; i <= count; i++) got[i] = NAN;
    sm_loader_init(loader, &file, (uint64_t)count, NULL, NULL);
    CHECK(sm_loader_floats(loader, &t, got, NULL) == STYLEMAP_OK);
    int64_t wrong = 0, not_finite = 0;
    for (int64_t i = 0; i < count; i++) {
      int64_t rest = i, at = t.offset;
      for (int k = t.rank; k-- > 0; rest /= t.size[k]) at += rest % t.size[k] * t.stride[k];
      const uint8_t *b = bytes + t.at + at * element;
      double d;
      float s;
      if (t.kind == SM_F64) memcpy(&d, b, 8);
      else if (t.kind == SM_F32) memcpy(&s, b, 4);
      else if (t.kind == SM_F16) s = (float)half_value((uint16_t)(b[0] | b[1] << 8));
      else memcpy(&s, (uint8_t[]){0, 0, b[0], b[1]}, 4);
      if (t.kind == SM_F64) s = (float)d;
      wrong += isnan(s) ? !isnan(got[i]) : s != got[i];
      not_finite += !isfinite(s);
    }
    CHECK(wrong == 0, "round %d: %lld of %lld numbers", round, (long long)wrong, (long long)count);
    CHECK(loader->not_finite == (uint64_t)not_finite && loader->done == (uint64_t)count && isnan(got[count]));
    free(got);
  }
  sm_file_close(&file);
  unlink(path);
  rmdir(folder);
  free(loader);
  free(bytes);
}

int main(void) {
  harness_seed();
  halves();
  texts();
  reals();
  const char *folder = corpus_scratch();
  make_locale(folder);
  locales();
  remove_locale(folder);
  checksums();
  table();
  json();
  views();
  return harness_end();
}
