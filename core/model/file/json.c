/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "model/file/json.h"
#include "base/memory.h"

#include <string.h>

enum { LIMIT_DEPTH = 8 };

typedef struct parser {
  sm_json *json;
  const char *path;
  size_t at, size;
  struct {
    uint32_t node, last; /* the container; its newest child */
  } open[LIMIT_DEPTH + 2];
  int depth; /* containers open */
  struct name {
    uint32_t node, object;
  } *names; /* all member names so far, for S4 */
  size_t name_count, name_capacity;
  sm_table table;
} parser;

static stylemap_status bad(const parser *p, const char *why, stylemap_error *error) {
  return sm_refuse(error, p->path, "S3", why);
}

static int peek(const parser *p) { return p->at < p->size ? (unsigned char)p->json->text[p->at] : -1; }

static void skip_blanks(parser *p) {
  for (int c = peek(p); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = peek(p)) p->at++;
}

/* A new node, hung under the innermost open container. */
static stylemap_status add(parser *p, sm_json_node node, uint32_t *number, stylemap_error *error) {
  sm_json *j = p->json;
  SM_MORE(j->nodes, j->count, j->capacity, error);
  uint32_t i = (uint32_t)j->count++;
  node.next = SM_NONE;
  j->nodes[i] = node;
  if (p->depth) {
    uint32_t last = p->open[p->depth - 1].last;
    sm_json_node *parent = &j->nodes[p->open[p->depth - 1].node];
    if (last == SM_NONE) parent->as.group.first = i;
    else j->nodes[last].next = i;
    parent->as.group.count++;
    p->open[p->depth - 1].last = i;
  }
  *number = i;
  return STYLEMAP_OK;
}

/* ---------------------------------------------------------------------------------------------- texts */

static int hex4(parser *p, uint32_t *code) {
  *code = 0;
  if (p->size - p->at < 4) return 0;
  for (int i = 0; i < 4; i++) {
    char c = p->json->text[p->at++];
    static const char digits[] = "0123456789abcdefABCDEF";
    const char *digit = c ? strchr(digits, c) : NULL;
    if (!digit) return 0;
    uint32_t value = (uint32_t)(digit - digits);
    *code = *code << 4 | (value < 16 ? value : value - 6);
  }
  return 1;
}

/* Behind `\u`: one code, or a pair of surrogates; never NUL. */
static int unicode_escape(parser *p, uint32_t *code) {
  uint32_t low;
  if (!hex4(p, code)) return 0;
  if (*code >= 0xd800 && *code < 0xdc00) {
    if (p->size - p->at < 2 || memcmp(p->json->text + p->at, "\\u", 2) != 0) return 0;
    p->at += 2;
    if (!hex4(p, &low) || low < 0xdc00 || low >= 0xe000) return 0;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
  }
  return *code && !(*code >= 0xdc00 && *code < 0xe000);
}

/* Unescapes in place: what comes out is never longer. */
static stylemap_status read_text(parser *p, sm_json_node *node, stylemap_error *error) {
  static const char plain[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
  char *text = p->json->text;
  if (peek(p) != '"') return bad(p, SM_TEXT("a name is missing"), error);
  size_t start = ++p->at, out = start;
  for (;;) {
    int c = peek(p);
    if (c < 0) return bad(p, SM_TEXT("a text is not closed"), error);
    p->at++;
    if (c == '"') break;
    if (c < 32) return bad(p, SM_TEXT("a control character"), error);
    if (c != '\\') {
      text[out++] = (char)c;
      continue;
    }
    c = peek(p);
    if (c < 0) return bad(p, SM_TEXT("a text is not closed"), error);
    p->at++;
    uint32_t code;
    const char *which = strchr(plain, c);
    if (c == 'u') {
      if (!unicode_escape(p, &code)) return bad(p, SM_TEXT("a bad escape"), error);
      out += (size_t)sm_utf8_put(text + out, code);
    } else {
      if (!c || !which) return bad(p, SM_TEXT("a bad escape"), error);
      text[out++] = means[which - plain];
    }
  }
  *node = (sm_json_node){.kind = SM_JSON_TEXT, .as.text = {(uint32_t)start, (uint32_t)(out - start)}};
  return STYLEMAP_OK;
}

static int is_text(const sm_json *j, uint32_t node, const char *text, size_t length) {
  const sm_json_node *n = &j->nodes[node];
  return n->kind == SM_JSON_TEXT && n->as.text.length == length && memcmp(j->text + n->as.text.at, text, length) == 0;
}

static stylemap_status name_twice(const parser *p, const char *text, size_t length, stylemap_error *error) {
  char name[201];
  sm_text_copy(name, sizeof name, text, length);
  return sm_fail(error, STYLEMAP_REFUSED, "S4",
                 SM_TEXT("%1 is damaged: the name \"%2\" occurs twice in its safetensors header."), p->path, name,
                 NULL);
}

/* A member's name and its colon. Names are compared as (object, text): S4. */
static stylemap_status read_key(parser *p, stylemap_error *error) {
  sm_json_node node;
  uint32_t number, object = p->open[p->depth - 1].node;
  skip_blanks(p);
  SM_TRY(read_text(p, &node, error));
  const char *text = p->json->text + node.as.text.at;
  uint32_t length = node.as.text.length, hash = sm_hash(text, length, object);
  for (uint32_t at = 0, k; (k = sm_table_next(&p->table, hash, &at)) != SM_NONE;)
    if (p->names[k].object == object && is_text(p->json, p->names[k].node, text, length))
      return name_twice(p, text, length, error);
  SM_TRY(add(p, node, &number, error));
  SM_MORE(p->names, p->name_count, p->name_capacity, error);
  stylemap_status status = sm_table_add(&p->table, hash, (uint32_t)p->name_count, error);
  if (status == STYLEMAP_REFUSED) return sm_refuse(error, p->path, "S4", SM_TEXT("names made to be slow"));
  SM_TRY(status);
  p->names[p->name_count++] = (struct name){number, object};
  skip_blanks(p);
  if (peek(p) != ':') return bad(p, SM_TEXT("a colon is missing"), error);
  p->at++;
  return STYLEMAP_OK;
}

/* --------------------------------------------------------------------------------------------- values */

/* `(0|[1-9][0-9]{0,18})`, below 2^63, with nothing after it that would make it another number. */
static stylemap_status read_number(parser *p, sm_json_node *node, stylemap_error *error) {
  uint64_t v = 0;
  int n = 0, first = peek(p), c;
  for (; (c = peek(p)) >= '0' && c <= '9' && n < 20; n++, p->at++) v = n < 19 ? v * 10 + (uint64_t)(c - '0') : v;
  if (!n || n > 19 || (first == '0' && n > 1) || c == '.' || c == 'e' || c == 'E' || v > INT64_MAX)
    return bad(p, SM_TEXT("not a whole number below 2^63"), error);
  *node = (sm_json_node){.kind = SM_JSON_NUMBER, .as.number = (int64_t)v};
  return STYLEMAP_OK;
}

static stylemap_status open_group(parser *p, int c, stylemap_error *error) {
  uint32_t number;
  sm_json_node node = {.kind = c == '{' ? SM_JSON_OBJECT : SM_JSON_ARRAY, .as.group = {SM_NONE, 0}};
  SM_TRY(add(p, node, &number, error));
  p->open[p->depth].node = number;
  p->open[p->depth++].last = SM_NONE;
  p->at++;
  return STYLEMAP_OK;
}

static int closer(const parser *p) {
  return p->json->nodes[p->open[p->depth - 1].node].kind == SM_JSON_OBJECT ? '}' : ']';
}

/* After a value: commas and closing brackets, up to where the next value begins. */
static stylemap_status close_groups(parser *p, stylemap_error *error) {
  while (p->depth) {
    skip_blanks(p);
    int c = peek(p), close = closer(p);
    if (c != ',' && c != close) return bad(p, SM_TEXT("a comma is missing"), error);
    p->at++;
    if (c == ',') return close == '}' ? read_key(p, error) : STYLEMAP_OK;
    p->depth--;
  }
  return STYLEMAP_OK;
}

/* One value and what follows it. */
static stylemap_status step(parser *p, stylemap_error *error) {
  sm_json_node node;
  uint32_t number;
  if (p->depth > LIMIT_DEPTH) return bad(p, SM_TEXT("values nest too deep"), error);
  skip_blanks(p);
  int c = peek(p);
  if (c < 0) return bad(p, SM_TEXT("it ends early"), error);
  if (c == '{' || c == '[') {
    SM_TRY(open_group(p, c, error));
    skip_blanks(p);
    if (peek(p) != closer(p)) return c == '{' ? read_key(p, error) : STYLEMAP_OK;
    p->at++;
    p->depth--;
  } else {
    if (c == '"') SM_TRY(read_text(p, &node, error));
    else SM_TRY(read_number(p, &node, error));
    SM_TRY(add(p, node, &number, error));
  }
  return close_groups(p, error);
}

stylemap_status sm_json_parse(sm_json *json, char *text, size_t size, const char *path, stylemap_error *error) {
  parser p = {.json = json, .path = path, .size = size};
  stylemap_status status;
  *json = (sm_json){.text = text};
  if (!size || text[0] != '{') return bad(&p, SM_TEXT("no object"), error);
  do {
    SM_TRY_DONE(step(&p, error));
  } while (p.depth);
  for (; p.at < size; p.at++)
    if (text[p.at] != ' ') {
      status = bad(&p, SM_TEXT("bytes after the object"), error);
      goto done;
    }
done:
  sm_table_free(&p.table);
  sm_free(p.names);
  return status;
}

void sm_json_free(sm_json *json) {
  sm_free(json->nodes);
  *json = (sm_json){0};
}

uint32_t sm_json_get(const sm_json *json, uint32_t object, const char *key) {
  for (uint32_t k = json->nodes[object].as.group.first; k != SM_NONE;) {
    uint32_t value = json->nodes[k].next;
    if (is_text(json, k, key, strlen(key))) return value;
    k = json->nodes[value].next;
  }
  return SM_NONE;
}
