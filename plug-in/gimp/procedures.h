/* SPDX-License-Identifier: GPL-3.0-or-later
 * What the procedures are called, take and return: the one table that registers, checks and documents them.
 * These signatures are final; whatever comes later gets procedures of its own. */
#pragma once
#include "host/edit.h"
#include <glib.h>

#define PROCEDURES_MENU "<Image>/Filters/StyleMap"

typedef enum {
  ARGUMENT_RUN_MODE,
  ARGUMENT_IMAGE,
  ARGUMENT_DRAWABLE,
  ARGUMENT_REFERENCE,
  ARGUMENT_MODEL,
  ARGUMENT_STRENGTH,
  ARGUMENT_MASK_RULE,
  ARGUMENT_SPACE,
  ARGUMENT_FEATHER,
  ARGUMENT_FRAMES,
  ARGUMENT_FRAME_MS,
  ARGUMENT_REFINE_STEPS,
} ArgumentId;

typedef enum { ARGUMENT_IS_ITEM, ARGUMENT_IS_TEXT, ARGUMENT_IS_INT, ARGUMENT_IS_FLOAT } ArgumentType;

typedef struct {
  ArgumentId id;
  ArgumentType type;
  const gchar *name;
  const gchar *text;                       /* English: the procedure browser of 2.10 does not translate */
  gdouble minimum, maximum, default_value; /* of numbers */
} Argument;

typedef struct {
  EditKind kind;
  const gchar *name;
  const gchar *menu_label; /* to be translated; NULL: for scripts only */
  const gchar *title;      /* of the dialog, the progress and the new layer, to be translated */
  const gchar *blurb;      /* also the entry's tooltip, to be translated */
  const gchar *help;
  const ArgumentId *arguments;
  gint n_arguments;
} Procedure;

const Argument *procedures_argument(ArgumentId id);
gboolean procedures_takes(const Procedure *procedure, ArgumentId id);
/* The procedure of that name, or NULL. */
const Procedure *procedures_find(const gchar *name);
/* 0 .. : all of them, those of the menu first and in its order, then NULL. */
const Procedure *procedures_nth(gint n);
