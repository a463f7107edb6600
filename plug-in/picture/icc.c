/* SPDX-License-Identifier: GPL-3.0-or-later
 * Colour profiles, before babl sees them: it reads wherever a damaged one points to. */
#include <string.h>

#include "picture/form.h"

enum { HEAD = 128, TABLE = 132, ENTRY = 12, MAX_TAGS = 200 };

static gboolean is(const guint8 *p, const gchar *signature) {
  return memcmp(p, signature, 4) == 0;
}

static gboolean is_one_of(const guint8 *p, const gchar *signatures) {
  for (; *signatures; signatures += 4)
    if (is(p, signatures)) return TRUE;
  return FALSE;
}

/* A curve: `curv` with its samples, or `para` with the parameters of its function. */
static gboolean curve_fits(const guint8 *body, gsize length) {
  static const guint8 parameters[] = { 1, 3, 4, 5, 7 };
  if (length < 12) return FALSE;
  if (is(body, "curv")) return be32(body + 8) <= (length - 12) / 2;
  if (!is(body, "para")) return FALSE;
  guint function = be16(body + 8);
  return function < G_N_ELEMENTS(parameters) && length >= 12 + 4 * (gsize)parameters[function];
}

/* Texts in languages: each record lies inside the tag. */
static gboolean texts_fit(const guint8 *body, gsize length) {
  if (length < 16) return FALSE;
  gsize count = be32(body + 8);
  if (be32(body + 12) != 12 || count > (length - 16) / 12) return FALSE;
  for (gsize i = 0; i < count; i++) {
    gsize bytes = be32(body + 16 + 12 * i + 4), at = be32(body + 16 + 12 * i + 8);
    if (at > length || bytes > length - at) return FALSE;
  }
  return TRUE;
}

static gboolean tag_fits(const guint8 *tag, const guint8 *body, gsize length) {
  if (is_one_of(tag, "rXYZgXYZbXYZwtptbkpt")) return is(body, "XYZ ") && length >= 20;
  if (is_one_of(tag, "rTRCgTRCbTRCkTRC")) return curve_fits(body, length);
  if (is(tag, "chad")) return is(body, "sf32") && length >= 44;
  if (is(body, "mluc")) return texts_fit(body, length);
  if (is(body, "desc")) return length >= 12 && be32(body + 8) <= length - 12;
  return TRUE;
}

gboolean icc_check(GBytes *icc) {
  gsize size;
  const guint8 *data = g_bytes_get_data(icc, &size);
  if (size < TABLE || be32(data) < TABLE || be32(data) > size || !is(data + 36, "acsp")) return FALSE;
  size = be32(data);
  gsize count = be32(data + HEAD);
  if (count > MAX_TAGS || count > (size - TABLE) / ENTRY) return FALSE;
  for (gsize i = 0; i < count; i++) {
    const guint8 *entry = data + TABLE + ENTRY * i;
    gsize at = be32(entry + 4), length = be32(entry + 8);
    if (at < TABLE || at > size || length < 8 || length > size - at || !tag_fits(entry, data + at, length)) return FALSE;
  }
  return TRUE;
}
