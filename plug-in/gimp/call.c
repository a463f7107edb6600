/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/call.h"
#include "gimp/check.h"
#include "gimp/dialog.h"
#include "gimp/frames.h"
#include "gimp/places.h"
#include "gimp/recipe.h"
#include "gimp/references.h"
#include "host/start.h"
#include <glib/gi18n-lib.h>
#include <stdio.h>

void call_start(void) {
  gint threads = 0;

  start_gegl();
  g_object_get(gegl_config(), "threads", &threads, NULL); /* libgimp has told it GIMP's preference */
  engine_set_threads(threads);
}

/* ---------------------------------------------------------------------------------------- last values */

/* The numbers of the last places are this session's, and those of the layers that they were told for: a parasite of GIMP itself, in no
 * file, "TARGET REFERENCE IMAGE" (the numbers of both layers and of the target's image), and below that a line for each one's place, empty
 * where a word says it. */
static gchar *places_key(const Procedure *procedure) { return g_strconcat(procedure->name, "-places", NULL); }

/* Of what the image shows -1. */
static gint reference_id(const FlowOptions *options) { return options->visible ? -1 : compat_item_id(options->reference); }

static void remember_places(const Procedure *procedure, ImageRef image, DrawableRef target, const FlowOptions *options) {
  const gchar *place = options->placement, *reference_place = options->reference_placement;
  gchar *key = places_key(procedure);
  gchar *text = g_strdup_printf("%d %d %d\n%s\n%s", compat_item_id(target), reference_id(options), compat_image_id(image),
                                places_is_word(place) ? "" : place, places_is_word(reference_place) ? "" : reference_place);
  GimpParasite *parasite = gimp_parasite_new(key, 0, strlen(text) + 1, text);

  gimp_attach_parasite(parasite);
  gimp_parasite_free(parasite);
  g_free(text);
  g_free(key);
}

/* In the place of numbers what was remembered, or the default; words stay where nothing was. */
static void take_place(gchar **field, const gchar *remembered) {
  if (places_is_word(*field) && !*remembered)
    return;
  g_free(*field);
  *field = g_strdup(remembered);
}

/* What was remembered; to be freed. */
static gchar *places_text(const Procedure *procedure) {
  gchar *key = places_key(procedure);
  GimpParasite *parasite = gimp_get_parasite(key);
  gchar *text = parasite ? compat_parasite_text(parasite) : g_strdup("");

  g_clear_pointer(&parasite, gimp_parasite_free);
  g_free(key);
  return text;
}

/* Whether this was called for the image last. Its layer may be gone, as every frame's is whose place another one took. */
static gboolean was_here(const Procedure *procedure, ImageRef image) {
  gchar *text = places_text(procedure);
  gint id = -1;
  gboolean here = sscanf(text, "%*d %*d %d", &id) == 1 && id == compat_image_id(image);

  g_free(text);
  return here;
}

static void recall_places(const Procedure *procedure, DrawableRef target, FlowOptions *options) {
  gchar *text = places_text(procedure);
  gchar **lines = g_strsplit(text, "\n", 3);
  gint of_target, of_reference;
  gboolean same_target = FALSE, same_reference = FALSE;

  if (g_strv_length(lines) == 3 && sscanf(lines[0], "%d %d", &of_target, &of_reference) == 2) {
    same_target = of_target == compat_item_id(target);
    same_reference = of_reference == reference_id(options) && (of_reference != -1 || same_target);
  }
  take_place(&options->placement, same_target ? lines[1] : "");
  take_place(&options->reference_placement, same_reference ? lines[2] : "");
  g_strfreev(lines);
  g_free(text);
}

/* For a new image its own layers come before what was taken for another one; and what that one showed is of that image alone. */
static void propose_of_here(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options) {
  DrawableRef last = options->reference, own;

  if (was_here(procedure, image))
    return;
  references_forget_visible(options);
  if (last == NO_ITEM || !gimp_item_is_valid(AS_ITEM(last)) || gimp_item_get_image(AS_ITEM(last)) == image)
    return;
  own = check_propose_reference(image, target, NO_ITEM, procedure->returns == RETURNS_FRAMES);
  if (own != NO_ITEM && gimp_item_get_image(AS_ITEM(own)) == image)
    options->reference = own;
}

/* What was taken from the last time, as far as that can be taken from once more, and where the squares lay, if these are the same
 * layers. A result that is made once more knows all that itself. */
static void propose(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options) {
  if (options->replaces == NO_ITEM)
    propose_of_here(procedure, image, target, options);
  options->reference = check_propose_reference(image, target, options->reference, procedure->returns == RETURNS_FRAMES);
  references_keep_usable(options, target);
  if (options->replaces == NO_ITEM)
    recall_places(procedure, target, options);
}

/* --------------------------------------------------------------------------------------------- calls */

gboolean call_choose(const Procedure *procedure, GimpRunMode mode, ImageRef image, DrawableRef *target,
                     FlowOptions *options, GError **error) {
  gboolean frames = procedure->returns == RETURNS_FRAMES;

  if (frames)
    frames_take_target(image, target, options);
  switch (mode) {
  case GIMP_RUN_NONINTERACTIVE:
    return (options->remembered || options_check_method(procedure, options, error)) &&
           flow_check(procedure, image, *target, options, error) &&
           (!frames || frames_check(image, *target, options, error) > 0);

  case GIMP_RUN_INTERACTIVE:
    if (!check_target(image, *target, error))
      return FALSE;
    propose(procedure, image, frames ? *target : check_first_target(image, *target, options), options);
    if (dialog_run(procedure, image, target, options)) {
      if (options->replaces == NO_ITEM)
        remember_places(procedure, image, *target, options);
      return TRUE;
    }
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_CANCELLED, _("Cancelled."));
    return FALSE;

  case GIMP_RUN_WITH_LAST_VALS:
    if (!check_target(image, *target, error))
      return FALSE;
    propose(procedure, image, *target, options);
    return flow_check(procedure, image, *target, options, error);

  default:
    g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT, _("The argument '%s' is %g; it must lie in %g to %g."),
                "run-mode", (gdouble)mode, 0.0, 2.0);
    return FALSE;
  }
}

/* What is there is the result. */
static gboolean leave(const FlowOptions *options, FlowResult *result) {
  result->n_layers = 1;
  result->layers = g_memdup2(&options->replaces, sizeof options->replaces);
  result->notes = g_new0(gchar *, 2);
  result->notes[0] = g_strdup(_("Nothing was changed: the layer stays as it is."));
  result->findings = g_new0(gchar *, 1);
  return TRUE;
}

gboolean call_run(const Procedure *procedure, ImageRef image, DrawableRef target, FlowOptions *options, FlowResult *result,
                  GError **error) {
  result->film = NO_ITEM;
  if (options->unchanged)
    return leave(options, result);
  return procedure->returns == RETURNS_FRAMES ? frames_run(procedure, image, target, options, result, error)
                                              : flow_run(procedure, image, target, options, result, error);
}

GimpPDBStatusType call_status(const GError *error) {
  if (g_error_matches(error, HOST_ERROR, HOST_ERROR_CANCELLED))
    return GIMP_PDB_CANCEL;
  if (g_error_matches(error, HOST_ERROR, HOST_ERROR_ARGUMENT))
    return GIMP_PDB_CALLING_ERROR;
  return GIMP_PDB_EXECUTION_ERROR;
}

static void tell(GimpRunMode mode, const gchar *text) {
  if (mode == GIMP_RUN_NONINTERACTIVE)
    g_printerr("%s\n", text); /* a script is not interrupted by a window */
  else
    gimp_message(text);
}

static void tell_whole(GimpRunMode mode, const FlowResult *result) {
  gchar *text = g_strdup_printf(_("There was no selection, so the whole square that the model sees was edited (%d × %d "
                                  "pixels)."),
                                result->width, result->height);

  tell(mode, text);
  g_free(text);
}

static void tell_refined(const FlowResult *result) {
  const stylemap_refine_report *target = &result->refined[0], *reference = &result->refined[1];
  gchar *text;

  if (result->n_refined == 1)
    text = g_strdup_printf(_("Refined: MSE %.6f → %.6f"), target->before, target->after);
  else
    text = g_strdup_printf(_("Refined: MSE %.6f → %.6f, reference %.6f → %.6f"), target->before, target->after,
                           reference->before, reference->after);
  tell(GIMP_RUN_NONINTERACTIVE, text);
  g_free(text);
}

void call_show(GimpRunMode mode, const FlowResult *result) {
  if (mode == GIMP_RUN_NONINTERACTIVE)
    return;
  if (result->film != NO_ITEM)
    gimp_display_new(result->film);
  gimp_displays_flush();
}

void call_tell(GimpRunMode mode, const FlowResult *result) {
  for (gchar **note = result->notes; *note; note++)
    tell(mode, *note);
  for (gchar **finding = result->findings; *finding && mode == GIMP_RUN_NONINTERACTIVE; finding++)
    tell(mode, *finding);
  /* the dialog says the one before, and the layer's name the other */
  if (result->whole && mode != GIMP_RUN_INTERACTIVE)
    tell_whole(mode, result);
  if (result->n_refined && mode == GIMP_RUN_NONINTERACTIVE)
    tell_refined(result);
}

gboolean call_again(const Procedure **procedure, GimpRunMode mode, ImageRef image, DrawableRef *target,
                    FlowOptions *options, GError **error) {
  Recipe recipe;

  if (!recipe_read(image, *target, mode != GIMP_RUN_INTERACTIVE, options, &recipe, error))
    return FALSE;
  *procedure = recipe.procedure;
  *target = AS_DRAWABLE(recipe.target);
  if (recipe.warning)
    tell(mode, recipe.warning);
  g_free(recipe.warning);
  return TRUE;
}
