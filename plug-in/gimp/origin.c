/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/origin.h"
#include "host/import.h"
#include "host/settings.h"
#include <gexiv2/gexiv2.h>

#define KINDS "http://cv.iptc.org/newscodes/digitalsourcetype/"

void origin_write(ImageRef image, const Engine *engine, gboolean whole) {
  GimpMetadata *metadata;
  GExiv2Metadata *texts;
  gchar *name, *version;

  if (!engine || !settings_provenance())
    return;
  metadata = gimp_image_get_metadata(image);
  if (!metadata)
    metadata = gimp_metadata_new();
  name = import_name(engine->path);
  version = g_strdup_printf("%s (SHA-256 %s)", name, engine_weights(engine));
  texts = GEXIV2_METADATA(metadata);
  gexiv2_metadata_try_set_tag_string(texts, "Xmp.iptcExt.DigitalSourceType",
                                     whole ? KINDS "trainedAlgorithmicMedia" : KINDS "compositeWithTrainedAlgorithmicMedia", NULL);
  gexiv2_metadata_try_set_tag_string(texts, "Xmp.iptcExt.AISystemUsed", "StyleMap " STYLEMAP_VERSION, NULL);
  gexiv2_metadata_try_set_tag_string(texts, "Xmp.iptcExt.AISystemVersionUsed", version, NULL);
  gimp_image_set_metadata(image, metadata);
  g_object_unref(metadata);
  g_free(name);
  g_free(version);
}
