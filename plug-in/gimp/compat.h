/* SPDX-License-Identifier: GPL-3.0-or-later
 * One vocabulary for GIMP 2.10 (items are numbers) and 3.x (items are objects). The only file that asks which
 * GIMP this is: everything in plug-in/gimp/ is written with these names, those of GIMP 3. */
#pragma once
#include <libgimp/gimp.h>

#if GIMP_CHECK_VERSION(2, 99, 0)

typedef GimpImage *ImageRef;
typedef GimpItem *ItemRef;
typedef GimpDrawable *DrawableRef;
typedef GimpLayer *LayerRef;
typedef GimpLayerMask *MaskRef;
#define NO_ITEM NULL
#define AS_ITEM(ref) GIMP_ITEM(ref)
#define AS_DRAWABLE(ref) GIMP_DRAWABLE(ref)
#define AS_LAYER(ref) ((GimpLayer *)(ref))

#else

typedef gint32 ImageRef;
typedef gint32 ItemRef;
typedef gint32 DrawableRef;
typedef gint32 LayerRef;
typedef gint32 MaskRef;
#define NO_ITEM (-1)
#define AS_ITEM(ref) (ref)
#define AS_DRAWABLE(ref) (ref)
#define AS_LAYER(ref) (ref)
#define gimp_drawable_get_width gimp_drawable_width
#define gimp_drawable_get_height gimp_drawable_height
#define gimp_drawable_get_offsets gimp_drawable_offsets
#define gimp_image_get_base_type gimp_image_base_type

#endif
