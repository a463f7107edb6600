/* SPDX-License-Identifier: GPL-3.0-or-later
 * TIFF: a head that points to a directory of entries, which point to strips or tiles. Read in both byte orders,
 * classic and Big; written to (tiff_splice) as GEGL's saver and exiv2 leave it: classic. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "picture/form.h"

enum {
  TAG_WIDTH = 256, TAG_HEIGHT = 257, TAG_BITS = 258, TAG_COMPRESSION = 259, TAG_PHOTOMETRIC = 262,
  TAG_STRIP_OFFSETS = 273, TAG_SAMPLES = 277, TAG_STRIP_BYTES = 279, TAG_X_RESOLUTION = 282,
  TAG_Y_RESOLUTION = 283, TAG_PLANES = 284, TAG_RESOLUTION_UNIT = 296, TAG_TILE_OFFSETS = 324, TAG_TILE_BYTES = 325,
  TAG_EXTRA = 338, TAG_FORMAT = 339, TAG_PROFILE = 34675,
};
enum { SHORT = 3, RATIONAL = 5, UNDEFINED = 7 };
enum { UNIT_NONE = 1, UNIT_INCH = 2, UNIT_CENTIMETRE = 3 };

typedef struct {
  const guint8 *data;
  guint64 size;
  gboolean big_endian, big; /* byte order; BigTIFF */
} Tiff;

/* One directory entry: `count` values of `type` at `at`. */
typedef struct {
  guint tag, type;
  guint64 count, at;
} Entry;

static guint64 number(const Tiff *t, guint64 at, guint bytes) {
  guint64 value = 0;
  for (guint i = 0; i < bytes; i++) value |= (guint64)t->data[at + (t->big_endian ? bytes - 1 - i : i)] << (8 * i);
  return value;
}

static guint type_bytes(guint type) {
  static const guint8 bytes[] = { 0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8 };
  return type < sizeof bytes ? bytes[type] : 0;
}

static gboolean fits(const Tiff *t, guint64 at, guint64 length) {
  return at <= t->size && length <= t->size - at;
}

static guint64 value(const Tiff *t, const Entry *e, guint64 index) {
  guint bytes = type_bytes(e->type);
  return index < e->count && bytes <= 8 ? number(t, e->at + index * bytes, bytes) : 0;
}

static gdouble rational(const Tiff *t, const Entry *e) {
  if (e->type != RATIONAL || e->count < 1) return 0;
  guint64 below = number(t, e->at + 4, 4);
  return below ? (gdouble)number(t, e->at, 4) / (gdouble)below : 0;
}

/* The first directory as an array of Entry whose values all lie inside the file, or NULL. */
static GArray *read_directory(Tiff *t) {
  if (t->size < 8) return NULL;
  t->big_endian = t->data[0] == 'M';
  guint64 version = number(t, 2, 2);
  t->big = version == 43;
  if (memcmp(t->data, t->big_endian ? "MM" : "II", 2) != 0 || (version != 42 && version != 43)) return NULL;
  if (t->big && (t->size < 16 || number(t, 4, 2) != 8)) return NULL;
  guint word = t->big ? 8 : 4, count_bytes = t->big ? 8 : 2, entry_bytes = t->big ? 20 : 12;
  guint64 at = t->big ? number(t, 8, 8) : number(t, 4, 4);
  if (!fits(t, at, count_bytes)) return NULL;
  guint64 count = number(t, at, count_bytes);
  at += count_bytes;
  if (count > 65535 || !fits(t, at, count * entry_bytes)) return NULL;
  GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
  for (guint64 i = 0; i < count; i++, at += entry_bytes) {
    Entry e = { .tag = (guint)number(t, at, 2), .type = (guint)number(t, at + 2, 2),
                .count = number(t, at + 4, word), .at = at + 4 + word };
    guint bytes = type_bytes(e.type);
    if (!bytes) continue; /* readers skip types that they do not know */
    if (e.count > t->size / bytes) goto cut;
    if (e.count * bytes > word) {
      e.at = number(t, e.at, word);
      if (!fits(t, e.at, e.count * bytes)) goto cut;
    }
    g_array_append_val(entries, e);
  }
  return entries;
cut:
  g_array_unref(entries);
  return NULL;
}

static const Entry *find(const GArray *entries, guint tag) {
  for (guint i = 0; i < entries->len; i++) {
    const Entry *e = &g_array_index(entries, Entry, i);
    if (e->tag == tag) return e;
  }
  return NULL;
}

static guint64 find_value(const Tiff *t, const GArray *entries, guint tag, guint64 otherwise) {
  const Entry *e = find(entries, tag);
  return e && e->count ? value(t, e, 0) : otherwise;
}

static gboolean pieces_fit(const Tiff *t, const Entry *offsets, const Entry *bytes, guint64 *sum) {
  if (!offsets || !bytes || !offsets->count || offsets->count != bytes->count) return FALSE;
  *sum = 0;
  for (guint64 i = 0; i < offsets->count; i++) {
    guint64 length = value(t, bytes, i);
    if (!fits(t, value(t, offsets, i), length)) return FALSE;
    *sum += length;
  }
  return TRUE;
}

static void read_density(const Tiff *t, const GArray *entries, Picture *picture) {
  const Entry *x = find(entries, TAG_X_RESOLUTION), *y = find(entries, TAG_Y_RESOLUTION);
  guint64 unit = find_value(t, entries, TAG_RESOLUTION_UNIT, UNIT_INCH);
  if (!x || !y || (unit != UNIT_INCH && unit != UNIT_CENTIMETRE)) return;
  gdouble per_metre = unit == UNIT_INCH ? 1 / 0.0254 : 100;
  picture->x_density = rational(t, x) * per_metre;
  picture->y_density = rational(t, y) * per_metre;
  if (!(picture->x_density > 0 && picture->y_density > 0)) picture->x_density = picture->y_density = 0;
}

/* All of an entry's values are the same (there is one for each sample), or it is not there. */
static gboolean uniform(const Tiff *t, const GArray *entries, guint tag, guint samples) {
  const Entry *e = find(entries, tag);
  if (e && e->count != 1 && e->count != samples) return FALSE;
  for (guint64 i = 1; e && i < e->count; i++)
    if (value(t, e, i) != value(t, e, 0)) return FALSE;
  return TRUE;
}

/* What GEGL's loader would get wrong is refused, with what to do; and where tags contradict each other it would read
 * beyond its buffers. */
static const gchar *check_kind(const Tiff *t, const GArray *entries, TiffFacts *facts) {
  guint64 format = find_value(t, entries, TAG_FORMAT, 1), planes = find_value(t, entries, TAG_PLANES, 1);
  gboolean real = format == 3;
  if (facts->photometric > 3 && facts->photometric != 6)
    return _("its colours are not RGB or grey; convert it to RGB first");
  guint colours = facts->photometric == 2 || facts->photometric == 6 ? 3 : 1;
  if (facts->samples < colours || planes < 1 || planes > 2 ||
      !uniform(t, entries, TAG_BITS, facts->samples) || !uniform(t, entries, TAG_FORMAT, facts->samples))
    return _("its directory is cut or damaged");
  if (facts->samples > colours + 1 || facts->extra > facts->samples - colours)
    return _("it holds more than colours and transparency; save it as plain RGB or RGBA");
  if (facts->inverted && (real || facts->samples > 1))
    return _("it counts from white to black; save it as plain grey");
  if (format != 1 && !real) return _("its numbers are of a kind that is not read; save it with 8 or 16 bits");
  if (real ? facts->bits != 16 && facts->bits != 32 && facts->bits != 64
           : facts->bits != 1 && facts->bits != 2 && facts->bits != 4 && facts->bits != 8 && facts->bits != 16 &&
               facts->bits != 32)
    return _("its number of bits is not read; save it with 8 or 16 bits");
  return NULL;
}

const gchar *tiff_check(const guint8 *data, gsize size, Picture *picture, TiffFacts *facts) {
  Tiff t = { data, size, FALSE, FALSE };
  g_autoptr(GArray) entries = read_directory(&t);
  if (!entries) return _("its directory is cut or damaged");
  picture->width = (gint)MIN(find_value(&t, entries, TAG_WIDTH, 0), G_MAXINT32);
  picture->height = (gint)MIN(find_value(&t, entries, TAG_HEIGHT, 0), G_MAXINT32);
  facts->photometric = (guint)find_value(&t, entries, TAG_PHOTOMETRIC, 1);
  facts->bits = (guint)find_value(&t, entries, TAG_BITS, 1);
  facts->samples = (guint)find_value(&t, entries, TAG_SAMPLES, 1);
  facts->inverted = facts->photometric == 0;
  const Entry *extra = find(entries, TAG_EXTRA);
  facts->extra = extra ? (guint)MIN(extra->count, 64) : 0;
  const gchar *fault = check_kind(&t, entries, facts);
  if (fault) return fault;

  guint64 sum = 0;
  gboolean tiled = find(entries, TAG_TILE_OFFSETS) != NULL;
  if (!pieces_fit(&t, find(entries, tiled ? TAG_TILE_OFFSETS : TAG_STRIP_OFFSETS),
                  find(entries, tiled ? TAG_TILE_BYTES : TAG_STRIP_BYTES), &sum))
    return _("it ends before its last pixels");
  gdouble bits = (gdouble)picture->width * picture->height * facts->samples * facts->bits;
  if (find_value(&t, entries, TAG_COMPRESSION, 1) == 1 && (gdouble)sum * 8 < bits)
    return _("it holds fewer pixels than its size tells");
  const Entry *profile = find(entries, TAG_PROFILE);
  if (profile && profile->count && type_bytes(profile->type) == 1)
    picture->icc = g_bytes_new(data + profile->at, profile->count);
  read_density(&t, entries, picture);
  return NULL;
}

/* ------------------------------------------------------------------------------------------- write */

static void put(GByteArray *out, const Tiff *t, guint64 number_, guint bytes) {
  for (guint i = 0; i < bytes; i++) {
    guint8 byte = (guint8)(number_ >> 8 * (t->big_endian ? bytes - 1 - i : i));
    g_byte_array_append(out, &byte, 1);
  }
}

static gint compare_tags(gconstpointer a, gconstpointer b) {
  return (gint)((const Entry *)a)->tag - (gint)((const Entry *)b)->tag;
}

static void drop(GArray *entries, guint tag) {
  for (guint i = 0; i < entries->len;)
    if (g_array_index(entries, Entry, i).tag == tag) g_array_remove_index(entries, i);
    else i++;
}

/* Puts an entry whose value is `length` bytes at the end of `out`. */
static void add(GArray *entries, GByteArray *out, guint tag, guint type, gconstpointer bytes, gsize length) {
  if (out->len & 1) g_byte_array_append(out, (const guint8 *)"", 1);
  Entry e = { tag, type, length / type_bytes(type), out->len };
  g_byte_array_append(out, bytes, (guint)length);
  g_array_append_val(entries, e);
}

static void add_resolution(GArray *entries, GByteArray *out, const Tiff *t, guint tag, gdouble per_metre) {
  g_autoptr(GByteArray) pair = g_byte_array_new();
  put(pair, t, (guint64)llround(per_metre * 0.0254 * 1000), 4); /* a thousandth of a pixel an inch */
  put(pair, t, 1000, 4);
  add(entries, out, tag, RATIONAL, pair->data, pair->len);
}

GByteArray *tiff_splice(const guint8 *data, gsize size, const Picture *like, GBytes *icc) {
  Tiff t = { data, size, FALSE, FALSE };
  g_autoptr(GArray) entries = read_directory(&t);
  if (!entries || t.big || size > G_MAXUINT32 - (1u << 20)) return NULL;
  GByteArray *out = g_byte_array_new();
  g_byte_array_append(out, data, (guint)size);

  drop(entries, TAG_PROFILE); /* GEGL writes one for sRGB too */
  if (icc) add(entries, out, TAG_PROFILE, UNDEFINED, g_bytes_get_data(icc, NULL), g_bytes_get_size(icc));
  if (like && like->x_density > 0) {
    drop(entries, TAG_X_RESOLUTION);
    drop(entries, TAG_Y_RESOLUTION);
    drop(entries, TAG_RESOLUTION_UNIT);
    add_resolution(entries, out, &t, TAG_X_RESOLUTION, like->x_density);
    add_resolution(entries, out, &t, TAG_Y_RESOLUTION, like->y_density);
    g_autoptr(GByteArray) unit = g_byte_array_new();
    put(unit, &t, UNIT_INCH, 2);
    add(entries, out, TAG_RESOLUTION_UNIT, SHORT, unit->data, unit->len);
  }
  g_array_sort(entries, compare_tags);

  /* A new directory at the end; the old one stays behind unused, and so no offset moves. */
  if (out->len & 1) g_byte_array_append(out, (const guint8 *)"", 1);
  guint32 directory = out->len;
  put(out, &t, entries->len, 2);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *e = &g_array_index(entries, Entry, i);
    guint64 length = e->count * type_bytes(e->type);
    put(out, &t, e->tag, 2);
    put(out, &t, e->type, 2);
    put(out, &t, e->count, 4);
    if (length > 4) {
      put(out, &t, e->at, 4);
    } else {
      guint8 inside[4] = { 0 };
      memcpy(inside, out->data + e->at, length);
      g_byte_array_append(out, inside, 4);
    }
  }
  put(out, &t, 0, 4); /* no further directory */
  g_autoptr(GByteArray) head = g_byte_array_new();
  put(head, &t, directory, 4);
  memcpy(out->data + 4, head->data, 4);
  return out;
}
