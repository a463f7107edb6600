/* SPDX-License-Identifier: GPL-3.0-or-later
 * What an image says of itself when it is exported. */
#pragma once
#include "gimp/compat.h"
#include "host/engine.h"

/* That the engine's model drew into it, or, `whole`, all of it: in the image's XMP, as the command's files do (IPTC's
 * DigitalSourceType, AISystemUsed and AISystemVersionUsed), unless the user's settings say otherwise. A step of the image's undo history. */
void origin_write(ImageRef image, const Engine *engine, gboolean whole);
