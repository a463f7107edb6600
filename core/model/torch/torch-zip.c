/* SPDX-License-Identifier: GPL-3.0-or-later
 * The container of torch since 1.6: a zip archive without compression (rules Z1 .. Z14). Everything is taken from
 * the directory at the end; of the local headers only the two lengths that lead to the data. */
#include "base/bytes.h"
#include "base/crc32.h"
#include "base/memory.h"
#include "model/torch/pickle.h"

#include <stdlib.h>
#include <string.h>

enum { BUFFER = 1 << 17, END_SIZE = 22, ENTRY_SIZE = 46, LOCAL_SIZE = 30, LIMIT_MARKER = 16, FLAGS = 0x0808 };

typedef struct record {
  uint64_t at, size, start; /* the data; where its local header begins */
  uint32_t crc, name, name_length; /* the name without the folder: part of zip.names */
} record;

typedef struct zip {
  const sm_file *file;
  uint64_t directory, directory_end, count;
  record *records;
  sm_buffer names;
  uint8_t *buffer; /* BUFFER bytes: room for the name and the extra field of an entry */
  sm_crc32 *tables;
  size_t record_count, record_capacity;
  sm_table table;
  char folder[SM_MAX_NAME + 1];
  size_t folder_length;
} zip;

static stylemap_status damaged(const zip *z, const char *rule, const char *why, stylemap_error *error) {
  sm_refuse(error, z->file->path, rule, why);
  return STYLEMAP_REFUSED;
}

/* ---------------------------------------------------------------------------------------- the end records */

/* Byte of the last `PK\5\6` (Z1). */
static stylemap_status find_end(zip *z, uint64_t *end, stylemap_error *error) {
  uint64_t size = z->file->size;
  size_t n = size < 65557 ? (size_t)size : 65557;
  if (n < END_SIZE) return damaged(z, "Z1", SM_TEXT("it is too short"), error);
  SM_TRY(sm_file_read(z->file, size - n, z->buffer, n, error));
  for (size_t i = n - 3; i-- > 0;) {
    if (memcmp(z->buffer + i, "PK\5\6", 4) != 0) continue;
    if (n - i < END_SIZE) break;
    if (i + END_SIZE + sm_le16(z->buffer + i + 20) != n)
      return damaged(z, "Z1", SM_TEXT("bytes after the end"), error);
    *end = size - n + i;
    return STYLEMAP_OK;
  }
  return damaged(z, "Z1", SM_TEXT("no end record"), error);
}

/* A field of the end record and its zip64 twin: equal, or all ones. */
static int agree(uint64_t value, uint64_t ones, uint64_t wide) { return value == ones || value == wide; }

static stylemap_status read_end(zip *z, stylemap_error *error) {
  uint8_t b[END_SIZE], locator[20], wide[56];
  uint64_t end = 0, stop;
  SM_TRY(find_end(z, &end, error));
  SM_TRY(sm_file_read(z->file, end, b, sizeof b, error));
  uint64_t here = sm_le16(b + 8), total = sm_le16(b + 10), size = sm_le32(b + 12), offset = sm_le32(b + 16);
  int whole = here == total || here == 0xffff;
  stop = end;
  if (end >= sizeof locator) {
    SM_TRY(sm_file_read(z->file, end - sizeof locator, locator, sizeof locator, error));
    if (memcmp(locator, "PK\6\7", 4) == 0) {
      uint64_t at = sm_le64(locator + 8);
      if (sm_le32(locator + 4) != 0 || sm_le32(locator + 16) > 1 || end < 76 || at != end - 76)
        return damaged(z, "Z2", SM_TEXT("a bad zip64 record"), error);
      SM_TRY(sm_file_read(z->file, at, wide, sizeof wide, error));
      uint64_t here64 = sm_le64(wide + 24), total64 = sm_le64(wide + 32);
      uint64_t size64 = sm_le64(wide + 40), offset64 = sm_le64(wide + 48);
      if (memcmp(wide, "PK\6\6", 4) != 0 || sm_le64(wide + 4) != 44 || sm_le32(wide + 16) || sm_le32(wide + 20) ||
          here64 != total64)
        return damaged(z, "Z2", SM_TEXT("a bad zip64 record"), error);
      if (!agree(total, 0xffff, total64) || !agree(here, 0xffff, here64) || !agree(size, 0xffffffff, size64) ||
          !agree(offset, 0xffffffff, offset64))
        return damaged(z, "Z2", SM_TEXT("its two end records disagree"), error);
      whole = here == total64 || here == 0xffff;
      total = total64;
      size = size64;
      offset = offset64;
      stop = at;
    }
  }
  if (sm_le16(b + 4) || sm_le16(b + 6) || !whole) return damaged(z, "Z1", SM_TEXT("an archive in parts"), error);
  if (total > SM_MAX_TENSORS || offset > stop || size != stop - offset || total * ENTRY_SIZE > size)
    return damaged(z, "Z3", SM_TEXT("its directory lies outside the file"), error);
  z->directory = offset;
  z->directory_end = stop;
  z->count = total;
  return STYLEMAP_OK;
}

/* --------------------------------------------------------------------------------------- one directory entry */

typedef struct entry {
  uint16_t flags, method;
  uint32_t crc, name_length, extra_length;
  uint64_t packed, size, start;
  const uint8_t *name, *extra;
} entry;

/* Extra fields: sizes that do not fit 32 bits (Z4). */
static stylemap_status read_extra(const zip *z, entry *e, stylemap_error *error) {
  uint64_t *const fields[] = {&e->size, &e->packed, &e->start};
  uint32_t big = 0, seen = 0;
  for (int i = 0; i < 3; i++) big += *fields[i] == 0xffffffff;
  for (uint32_t at = 0; at < e->extra_length;) {
    if (e->extra_length - at < 4) return damaged(z, "Z4", SM_TEXT("a bad extra field"), error);
    uint32_t id = sm_le16(e->extra + at), length = sm_le16(e->extra + at + 2);
    at += 4;
    if (e->extra_length - at < length) return damaged(z, "Z4", SM_TEXT("a bad extra field"), error);
    if (id == 1) {
      if (seen || length != 8 * big) return damaged(z, "Z4", SM_TEXT("a bad zip64 field"), error);
      seen = 1;
      const uint8_t *wide = e->extra + at;
      for (int i = 0; i < 3; i++) {
        if (*fields[i] != 0xffffffff) continue;
        *fields[i] = sm_le64(wide);
        wide += 8;
      }
    }
    at += length;
  }
  if (big && !seen) return damaged(z, "Z4", SM_TEXT("a zip64 field is missing"), error);
  return STYLEMAP_OK;
}

/* Z7: parts between slashes, none empty or a way out, no drive letter; and the same folder as the others'. */
static int good_name(zip *z, const entry *e) {
  const char *name = (const char *)e->name;
  size_t length = e->name_length, parts = 0;
  if (!length || length > SM_MAX_NAME || !sm_utf8_valid(name, length)) return 0;
  for (size_t i = 0; i < length; i++)
    if ((uint8_t)name[i] < 0x20 || name[i] == 0x7f || name[i] == '\\') return 0;
  for (size_t i = 0, n; i <= length; i += n + 1, parts++) {
    for (n = 0; i + n < length && name[i + n] != '/'; n++) {}
    if (n == 0 || sm_text_is(name + i, n, ".") || sm_text_is(name + i, n, "..")) return 0;
  }
  if (parts < 2) return 0;
  size_t first = (size_t)sm_utf8_length(name, length), folder = 0;
  if (name[first] == ':') return 0;
  while (name[folder] != '/') folder++;
  if (!z->folder_length) {
    memcpy(z->folder, name, folder);
    z->folder_length = folder;
  }
  return folder == z->folder_length && memcmp(z->folder, name, folder) == 0;
}

static uint32_t find(const zip *z, const char *name, size_t length) {
  for (uint32_t at = 0, i; (i = sm_table_next(&z->table, sm_hash(name, length, 0), &at)) != SM_NONE;)
    if (z->records[i].name_length == length && memcmp(z->names.bytes + z->records[i].name, name, length) == 0) return i;
  return SM_NONE;
}

/* The local header in front of the data (Z9). */
static stylemap_status read_local(zip *z, const entry *e, record *r, stylemap_error *error) {
  uint8_t b[LOCAL_SIZE + SM_MAX_NAME];
  size_t size = LOCAL_SIZE + e->name_length;
  if (z->directory < size || e->start > z->directory - size)
    return damaged(z, "Z9", SM_TEXT("an entry does not start where the directory says"), error);
  SM_TRY(sm_file_read(z->file, e->start, b, size, error));
  if (memcmp(b, "PK\3\4", 4) != 0)
    return damaged(z, "Z9", SM_TEXT("an entry does not start where the directory says"), error);
  if (sm_le16(b + 26) != e->name_length || memcmp(b + LOCAL_SIZE, e->name, e->name_length) != 0 ||
      sm_le16(b + 8) != 0 || sm_le16(b + 6) != e->flags)
    return damaged(z, "Z9", SM_TEXT("an entry disagrees with the directory"), error);
  r->start = e->start;
  r->at = e->start + size + sm_le16(b + 28);
  r->size = e->size;
  r->crc = e->crc;
  if (r->at > z->directory || r->size > z->directory - r->at)
    return damaged(z, "Z9", SM_TEXT("an entry reaches outside the file"), error);
  return STYLEMAP_OK;
}

static stylemap_status add_record(zip *z, const entry *e, stylemap_error *error) {
  const char *name = (const char *)e->name + z->folder_length + 1;
  size_t length = e->name_length - z->folder_length - 1;
  record r = {.name = (uint32_t)z->names.size, .name_length = (uint32_t)length};
  if (find(z, name, length) != SM_NONE) return damaged(z, "Z8", SM_TEXT("an entry occurs twice"), error);
  SM_TRY(read_local(z, e, &r, error));
  SM_MORE(z->records, z->record_count, z->record_capacity, error);
  if (!sm_buffer_put(&z->names, name, length)) return sm_no_memory(error, z->names.capacity * 2);
  stylemap_status status = sm_table_add(&z->table, sm_hash(name, length, 0), (uint32_t)z->record_count, error);
  if (status == STYLEMAP_REFUSED) return damaged(z, "Z8", SM_TEXT("names made to be slow"), error);
  SM_TRY(status);
  z->records[z->record_count++] = r;
  return STYLEMAP_OK;
}

static int by_start(const void *a, const void *b) {
  const record *x = a, *y = b;
  if (x->start != y->start) return x->start < y->start ? -1 : 1;
  return x->at + x->size < y->at + y->size ? -1 : x->at + x->size > y->at + y->size;
}

/* Z10, on a sorted copy: the table keeps numbers of the records. */
static stylemap_status check_overlap(const zip *z, stylemap_error *error) {
  record *sorted = sm_alloc(z->record_count, sizeof *sorted);
  if (!sorted) return sm_no_memory(error, z->record_count * sizeof *sorted);
  if (z->record_count) memcpy(sorted, z->records, z->record_count * sizeof *sorted);
  qsort(sorted, z->record_count, sizeof *sorted, by_start);
  stylemap_status status = STYLEMAP_OK;
  for (size_t i = 1; i < z->record_count && status == STYLEMAP_OK; i++)
    if (sorted[i - 1].at + sorted[i - 1].size > sorted[i].start)
      status = damaged(z, "Z10", SM_TEXT("its entries overlap"), error);
  sm_free(sorted);
  return status;
}

static stylemap_status read_directory(zip *z, stylemap_error *error) {
  uint64_t at = z->directory, stop = z->directory_end;
  for (uint64_t i = 0; i < z->count; i++) {
    uint8_t b[ENTRY_SIZE];
    if (stop - at < ENTRY_SIZE) return damaged(z, "Z3", SM_TEXT("its directory is damaged"), error);
    SM_TRY(sm_file_read(z->file, at, b, sizeof b, error));
    entry e = {.flags = sm_le16(b + 8), .method = sm_le16(b + 10), .crc = sm_le32(b + 16),
               .packed = sm_le32(b + 20), .size = sm_le32(b + 24), .name_length = sm_le16(b + 28),
               .extra_length = sm_le16(b + 30), .start = sm_le32(b + 42)};
    uint32_t comment = sm_le16(b + 32), disk = sm_le16(b + 34), texts = e.name_length + e.extra_length;
    if (memcmp(b, "PK\1\2", 4) != 0 || stop - at - ENTRY_SIZE < (uint64_t)texts + comment)
      return damaged(z, "Z3", SM_TEXT("its directory is damaged"), error);
    SM_TRY(sm_file_read(z->file, at + ENTRY_SIZE, z->buffer, texts, error));
    at += ENTRY_SIZE + (uint64_t)texts + comment;
    e.name = z->buffer;
    e.extra = z->buffer + e.name_length;
    if (disk != 0 && disk != 0xffff) return damaged(z, "Z1", SM_TEXT("an archive in parts"), error);
    SM_TRY(read_extra(z, &e, error));
    if (e.flags & ~FLAGS) return damaged(z, "Z5", SM_TEXT("an encrypted or patched entry"), error);
    if (e.method != 0) return damaged(z, "Z6", SM_TEXT("torch.save never compresses"), error);
    if (e.packed != e.size) return damaged(z, "Z6", SM_TEXT("stored sizes differ"), error);
    if (!good_name(z, &e)) return damaged(z, "Z7", SM_TEXT("a bad entry name"), error);
    SM_TRY(add_record(z, &e, error));
  }
  if (at != stop) return damaged(z, "Z3", SM_TEXT("its directory is damaged"), error);
  return check_overlap(z, error);
}

/* ------------------------------------------------------------------------------------------------- records */

/* Z12. A sum of 0 means that none was written (torch >= 2.6 can be told so). */
static stylemap_status check_sum(const zip *z, const record *r, stylemap_error *error) {
  uint32_t crc = 0;
  if (!r->crc) return STYLEMAP_OK;
  for (uint64_t done = 0; done < r->size;) {
    size_t n = r->size - done < BUFFER ? (size_t)(r->size - done) : BUFFER;
    SM_TRY(sm_file_read(z->file, r->at + done, z->buffer, n, error));
    crc = sm_crc32_add(z->tables, crc, z->buffer, n);
    done += n;
  }
  return crc == r->crc ? STYLEMAP_OK : damaged(z, "Z12", SM_TEXT("the checksum of a record is wrong"), error);
}

/* A record of a few bytes without the blanks around it; *there is 0 where there is none. */
static stylemap_status read_marker(const zip *z, const char *name, char text[LIMIT_MARKER + 1], int *there,
                                   stylemap_error *error) {
  uint32_t i = find(z, name, strlen(name));
  *there = i != SM_NONE;
  if (!*there) return STYLEMAP_OK;
  const record *r = &z->records[i];
  if (r->size > LIMIT_MARKER) return damaged(z, "Z11", SM_TEXT("a record is too large"), error);
  SM_TRY(check_sum(z, r, error));
  char raw[LIMIT_MARKER];
  SM_TRY(sm_file_read(z->file, r->at, raw, (size_t)r->size, error));
  static const char blanks[] = " \t\n\v\f\r";
  size_t from = 0, to = (size_t)r->size;
  while (from < to && raw[from] && strchr(blanks, raw[from])) from++;
  while (to > from && raw[to - 1] && strchr(blanks, raw[to - 1])) to--;
  memset(text, 0, LIMIT_MARKER + 1);
  memcpy(text, raw + from, to - from);
  if (strlen(text) != to - from) text[0] = '\0'; /* a NUL inside is no text */
  return STYLEMAP_OK;
}

static stylemap_status check_markers(const zip *z, stylemap_error *error) {
  static const char *const versions[] = {"version", ".data/version"};
  char text[LIMIT_MARKER + 1];
  int there, versioned = 0;
  int program = find(z, "constants.pkl", 13) != SM_NONE;
  for (size_t i = 0; i < z->record_count; i++)
    program |= z->records[i].name_length >= 5 && memcmp(z->names.bytes + z->records[i].name, "code/", 5) == 0;
  if (program) return damaged(z, "Z13", SM_TEXT("it is a TorchScript program, not a checkpoint"), error);
  if (find(z, "data.pkl", 8) == SM_NONE)
    return damaged(z, "Z13", SM_TEXT("it has no data.pkl, so it is not a PyTorch checkpoint"), error);
  SM_TRY(read_marker(z, "byteorder", text, &there, error));
  if (there && strcmp(text, "little") != 0)
    return damaged(z, "Z13", SM_TEXT("it was written on a machine of another byte order"), error);
  for (int i = 0; i < 2; i++) versioned |= find(z, versions[i], strlen(versions[i])) != SM_NONE;
  if (!versioned) return damaged(z, "Z13", SM_TEXT("it has no version record"), error);
  for (int i = 0; i < 2; i++) {
    SM_TRY(read_marker(z, versions[i], text, &there, error));
    if (!there) continue;
    size_t n = 0, length = strlen(text);
    int version = 0;
    for (; n < length && text[n] >= '0' && text[n] <= '9'; n++)
      version = version > 10 ? version : version * 10 + (text[n] - '0');
    if (!length || n != length || version < 1 || version > 10)
      return damaged(z, "Z13", SM_TEXT("its version of the format is unknown"), error);
  }
  return STYLEMAP_OK;
}

static stylemap_status read_root(zip *z, sm_checkpoint *c, stylemap_error *error) {
  const record *r = &z->records[find(z, "data.pkl", 8)];
  if (r->size > SM_MAX_PICKLE) return damaged(z, "Z11", SM_TEXT("a record is too large"), error);
  SM_TRY(check_sum(z, r, error));
  SM_TRY(sm_pickle_new(z->file, r->at, r->size, 5, &c->pickle, error));
  SM_TRY(sm_pickle_run(c->pickle, error));
  if (c->pickle->at != r->size) return damaged(z, "L5", SM_TEXT("bytes after the end of data.pkl"), error);
  return STYLEMAP_OK;
}

/* Z14, and the checksums of all storages: the only test of integrity there is. */
static stylemap_status place_storages(zip *z, sm_checkpoint *c, stylemap_error *error) {
  sm_pickle *p = c->pickle;
  for (size_t i = 0; i < p->storage_count; i++) {
    sm_storage *s = &p->storages[i];
    char name[32] = "data/"; /* keys have at most 20 digits (P10) */
    memcpy(name + 5, p->bytes + s->key_at, s->key_length);
    uint32_t k = find(z, name, 5 + s->key_length);
    if (k == SM_NONE) return damaged(z, "Z14", SM_TEXT("a storage is missing"), error);
    const record *r = &z->records[k];
    if (r->size != (uint64_t)s->numel * (uint64_t)sm_kind_size(s->kind))
      return damaged(z, "Z14", SM_TEXT("a storage has another size than its tensors say"), error);
    SM_TRY(check_sum(z, r, error));
    s->at = r->at;
  }
  return STYLEMAP_OK;
}

static int ends_with(const char *name, size_t length, const char *end) {
  const size_t n = strlen(end);
  return length >= n && memcmp(name + length - n, end, n) == 0;
}

/* Says so, under the rule that failed, where a refused file is an ordinary archive with a checkpoint inside. */
static void explain_archive(const zip *z, stylemap_error *error) {
  static const char *const endings[] = {".pt", ".pth", ".ckpt", ".safetensors"};
  char found[201] = "";
  for (uint64_t i = 0, at = z->directory, stop = z->directory_end; i < z->count && stop - at >= ENTRY_SIZE; i++) {
    uint8_t b[ENTRY_SIZE];
    if (sm_file_read(z->file, at, b, sizeof b, NULL) != STYLEMAP_OK) return;
    const size_t length = sm_le16(b + 28), whole = ENTRY_SIZE + length + sm_le16(b + 30) + sm_le16(b + 32);
    if (memcmp(b, "PK\1\2", 4) != 0 || stop - at < whole ||
        sm_file_read(z->file, at + ENTRY_SIZE, z->buffer, length, NULL) != STYLEMAP_OK)
      return;
    const char *name = (const char *)z->buffer;
    if (ends_with(name, length, "data.pkl")) return; /* it is the checkpoint */
    for (size_t k = 0; !*found && k < sizeof endings / sizeof *endings; k++)
      if (ends_with(name, length, endings[k])) sm_text_copy(found, sizeof found, name, length);
    at += whole;
  }
  if (!*found || !error) return;
  char rule[sizeof error->rule];
  memcpy(rule, error->rule, sizeof rule);
  sm_fail(error, STYLEMAP_REFUSED, rule, SM_TEXT("%1 is an archive, not a model. Unpack it and take %2 out of it."),
          z->file->path, found, NULL);
}

stylemap_status sm_read_zip(sm_checkpoint *c, stylemap_error *error) {
  stylemap_status status;
  zip z = {.file = &c->file};
  z.buffer = sm_alloc(BUFFER, 1);
  z.tables = sm_alloc(1, sizeof *z.tables);
  if (!z.buffer || !z.tables) {
    status = sm_no_memory(error, BUFFER + sizeof *z.tables);
    goto done;
  }
  sm_crc32_init(z.tables);
  SM_TRY_DONE(read_end(&z, error));
  SM_TRY_DONE(read_directory(&z, error));
  SM_TRY_DONE(check_markers(&z, error));
  SM_TRY_DONE(read_root(&z, c, error));
  SM_TRY_DONE(place_storages(&z, c, error));
  status = sm_torch_root(c, error);
done:
  if (status == STYLEMAP_REFUSED) explain_archive(&z, error);
  sm_table_free(&z.table);
  sm_buffer_free(&z.names);
  sm_free(z.records);
  sm_free(z.tables);
  sm_free(z.buffer);
  return status;
}
