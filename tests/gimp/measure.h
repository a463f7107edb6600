/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the tests' own plug-in does, for each GIMP's way of calling it: measure-2.10.c and measure-3.c. */
#pragma once
#include "gimp/compat.h"

typedef enum { MEASURE_NONE, MEASURE_IMAGE, MEASURE_DRAWABLE, MEASURE_INT, MEASURE_FLOAT } MeasureType;

typedef struct {
  MeasureType type;
  const gchar *name;
} MeasureSlot;

typedef union {
  ImageRef image;
  DrawableRef drawable;
  gdouble number; /* of both kinds */
} MeasureValue;

#define MEASURE_MOST 5
typedef struct {
  const gchar *name;
  void (*run)(const MeasureValue *in, MeasureValue *out);
  MeasureSlot arguments[MEASURE_MOST + 1], values[MEASURE_MOST + 1]; /* end with MEASURE_NONE */
} Measure;

/* 0 .. : all, then NULL */
const Measure *measures_nth(gint n);
/* The measure of that name, and GEGL ready for it. */
const Measure *measures_begin(const gchar *name);
