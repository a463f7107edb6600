/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gimp/recipe.h"
#include "gimp/kept.h"
#include "gimp/layer-mark.h"
#include "gimp/mask-text.h"
#include "gimp/references.h"
#include "host/find.h"
#include "host/learned.h"
#include "host/models.h"
#include "host/place.h"
#include "host/say.h"
#include "host/weights.h"
#include <glib/gi18n-lib.h>

#define PARASITE "stylemap-edit"
#define GROUP "edit"
#define VERSION 1
#define MARK_BYTES (1 << 20) /* of a model's beginning and end */

/* -------------------------------------------------------------------------------------------- models */

/* Tells one model's file from another without reading all of it: its size, and what it begins and ends with. */
static gchar *model_mark(const gchar *path) {
  GMappedFile *file = g_mapped_file_new(path, FALSE, NULL);
  GChecksum *sum;
  gchar *mark;

  if (!file)
    return g_strdup("");
  const gchar *bytes = g_mapped_file_get_contents(file);
  gsize size = g_mapped_file_get_length(file), part = MIN(size, MARK_BYTES);

  sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(sum, (const guchar *)bytes, part);
  g_checksum_update(sum, (const guchar *)bytes + size - part, part);
  mark = g_strdup_printf("%" G_GSIZE_FORMAT "-%s", size, g_checksum_get_string(sum));
  g_checksum_free(sum);
  g_mapped_file_unref(file);
  return mark;
}

/* The name of an installed model, or its path. */
static gchar *model_name(const gchar *path) {
  gchar *name = g_path_get_basename(path), *end = strrchr(name, '.'), *found;

  if (end)
    *end = '\0';
  found = models_find(name, NULL);
  if (g_strcmp0(found, path) != 0) {
    g_free(name);
    name = g_strdup(path);
  }
  g_free(found);
  return name;
}

/* ------------------------------------------------------------------------------------------- writing */

static void write_place(GKeyFile *file, const gchar *key, const stylemap_placement *place) {
  gchar *text = place_text(place, 6);

  g_key_file_set_string(file, GROUP, key, text);
  g_free(text);
}

/* "reference" of the first, "reference-2" of the second; to be freed. */
static gchar *key_of(const gchar *name, gint n) { return n ? g_strdup_printf("%s-%d", name, n + 1) : g_strdup(name); }

/* The keys of a layer's LayerTrace: `base` of its tattoo, "base-name" and "base-mark", of the second "base-2" and so on. */
typedef struct {
  gchar *tattoo, *name, *mark;
} TraceKeys;

static TraceKeys trace_keys(const gchar *base, gint n) {
  gchar *name = g_strconcat(base, "-name", NULL), *mark = g_strconcat(base, "-mark", NULL);
  TraceKeys keys = {key_of(base, n), key_of(name, n), key_of(mark, n)};

  g_free(name);
  g_free(mark);
  return keys;
}

static void trace_keys_clear(TraceKeys *keys) {
  g_free(keys->tattoo);
  g_free(keys->name);
  g_free(keys->mark);
}

static void write_trace(GKeyFile *file, const gchar *base, gint n, LayerRef layer) {
  TraceKeys keys = trace_keys(base, n);
  gchar *name = gimp_item_get_name(AS_ITEM(layer)), *mark = layer_mark(layer);

  g_key_file_set_uint64(file, GROUP, keys.tattoo, gimp_item_get_tattoo(AS_ITEM(layer)));
  g_key_file_set_string(file, GROUP, keys.name, name);
  g_key_file_set_string(file, GROUP, keys.mark, mark);
  trace_keys_clear(&keys);
  g_free(name);
  g_free(mark);
}

static void write_reference(GKeyFile *file, const Reference *reference, gint n, DrawableRef target) {
  gchar *here_key = key_of("reference-here", n), *pairs_key = key_of("reference-pairs", n), *pairs = references_pairs(reference);

  if (reference->layer != NO_ITEM && gimp_item_is_valid(AS_ITEM(reference->layer))) {
    write_trace(file, "reference", n, AS_LAYER(reference->layer));
    g_key_file_set_boolean(file, GROUP, here_key,
                           gimp_item_get_image(AS_ITEM(reference->layer)) == gimp_item_get_image(AS_ITEM(target)));
  }
  if (n)
    g_key_file_set_string(file, GROUP, pairs_key, pairs);
  g_free(here_key);
  g_free(pairs_key);
  g_free(pairs);
}

static void write_references(GKeyFile *file, const FlowOptions *options, DrawableRef target) {
  GArray *all = references_read(options, NULL);

  for (guint i = 0; all && i < all->len; i++)
    write_reference(file, references_nth(all, i), (gint)i, target);
  g_clear_pointer(&all, g_array_unref);
}

void recipe_write(LayerRef layer, const Procedure *procedure, const FlowOptions *options, const ResultPlan *plan,
                  const EditRequest *request, const EditResult *made) {
  GKeyFile *file = g_key_file_new();
  const MaskSource *mask = &request->mask;
  gchar *text = options_text(procedure, options), *selected = mask->selection ? mask_text(mask->selection, mask->x, mask->y) : NULL;
  gsize length;

  g_key_file_set_integer(file, GROUP, "version", VERSION);
  g_key_file_set_string(file, GROUP, "procedure", procedure->name);
  g_key_file_set_string(file, GROUP, "options", text);
  write_trace(file, "target", 0, plan->target);
  g_free(text);
  if (options->refine)
    g_key_file_set_integer(file, GROUP, "refine", options->refine_steps);
  if (options->engine) {
    gchar *name = model_name(options->engine->path), *mark = model_mark(options->engine->path);

    g_key_file_set_string(file, GROUP, "model", name);
    g_key_file_set_string(file, GROUP, "model-mark", mark);
    g_key_file_set_string(file, GROUP, "model-weights", engine_weights(options->engine));
    g_free(name);
    g_free(mark);
  }
  if (options->engine && procedures_takes(procedure, ARGUMENT_DIRECTIONS)) {
    gchar *marks = learned_marks(options->engine->model, options->directions);

    g_key_file_set_string(file, GROUP, "directions", marks);
    g_free(marks);
  }
  if (procedures_takes(procedure, ARGUMENT_REFERENCE))
    write_references(file, options, AS_DRAWABLE(plan->target));
  if (made->target_by != FIND_NOTHING)
    write_place(file, "found-target", &made->placement);
  for (gint i = 0; i < made->n_found; i++) {
    gchar *key = key_of("found", made->found_of[i]);

    write_place(file, key, &made->found[i]);
    g_free(key);
  }
  if (selected)
    g_key_file_set_string(file, GROUP, "selection", selected);
  g_free(selected);

  kept_write(file, layer, plan->target, plan->why_copy != NULL, request, made);
  text = g_key_file_to_data(file, &length, NULL);
  GimpParasite *parasite = gimp_parasite_new(PARASITE, GIMP_PARASITE_PERSISTENT | GIMP_PARASITE_UNDOABLE, length + 1, text);
  gimp_item_attach_parasite(AS_ITEM(layer), parasite);
  gimp_parasite_free(parasite);
  g_free(text);
  g_key_file_free(file);
}

void recipe_forget(LayerRef layer) { gimp_item_detach_parasite(AS_ITEM(layer), PARASITE); }

/* ------------------------------------------------------------------------------------------- reading */

static GKeyFile *open_recipe(DrawableRef layer) {
  GimpParasite *parasite = gimp_item_get_parasite(AS_ITEM(layer), PARASITE);
  GKeyFile *file;
  gchar *text;

  if (!parasite)
    return NULL;
  file = g_key_file_new();
  text = compat_parasite_text(parasite);
  gimp_parasite_free(parasite);
  if (!g_key_file_load_from_data(file, text, strlen(text), G_KEY_FILE_NONE, NULL) ||
      g_key_file_get_integer(file, GROUP, "version", NULL) != VERSION)
    g_clear_pointer(&file, g_key_file_free);
  g_free(text);
  return file;
}

static void read_trace(GKeyFile *file, const gchar *base, gint n, LayerTrace *trace) {
  TraceKeys keys = trace_keys(base, n);

  trace->tattoo = (guint)g_key_file_get_uint64(file, GROUP, keys.tattoo, NULL);
  trace->name = g_key_file_get_string(file, GROUP, keys.name, NULL);
  trace->mark = g_key_file_get_string(file, GROUP, keys.mark, NULL);
  trace_keys_clear(&keys);
}

static void warn(Recipe *recipe, gchar *sentence) {
  gchar *before = recipe->warning;

  recipe->warning = before ? g_strconcat(before, "\n", sentence, NULL) : g_strdup(sentence);
  g_free(before);
  g_free(sentence);
}

static void warn_changed(Recipe *recipe, const LayerTrace *trace) {
  warn(recipe, g_strdup_printf(_("The layer \"%s\" is not as it was then: the result may differ."), trace->name));
}

/* In another open image: by what it shows, or, where an older version did not keep that, by its number and name there. */
static LayerRef find_elsewhere(const LayerTrace *trace, ImageRef image, gboolean *changed) {
  LayerRef found = NO_ITEM;
  gint n_images;
  ImageRef *images = compat_images(&n_images);

  for (gint i = 0; i < n_images && found == NO_ITEM; i++) {
    LayerRef layer = images[i] != image ? layer_trace_find(trace, images[i], NO_ITEM, changed) : NO_ITEM;
    gchar *its = layer != NO_ITEM && !trace->mark ? gimp_item_get_name(AS_ITEM(layer)) : NULL;

    if (layer != NO_ITEM && (trace->mark || g_strcmp0(its, trace->name) == 0))
      found = layer;
    g_free(its);
  }
  g_free(images);
  return found;
}

/* Where it was then; else, if it is known what it shows, wherever that is shown, since the image may be a copy; else where it was, painted
 * on meanwhile. */
static LayerRef find_reference(ImageRef image, const LayerTrace *trace, gboolean here, gboolean *changed) {
  LayerRef found = NO_ITEM;

  *changed = FALSE;
  for (gint look = 0; look < (trace->mark ? 3 : 1) && found == NO_ITEM; look++) {
    gboolean *painted = look == 2 ? changed : NULL;

    found = here == (look != 1) ? layer_trace_find(trace, image, NO_ITEM, painted) : find_elsewhere(trace, image, painted);
  }
  return found;
}

/* NO_ITEM, and an error if `strict`, else a warning, where it is not there any more. */
static DrawableRef read_layer(ImageRef image, GKeyFile *file, gint n, gboolean strict, Recipe *recipe, GError **error) {
  gchar *here_key = key_of("reference-here", n), *sentence;
  LayerTrace trace;
  LayerRef layer;
  gboolean changed;

  read_trace(file, "reference", n, &trace);
  layer = find_reference(image, &trace, g_key_file_get_boolean(file, GROUP, here_key, NULL), &changed);
  if (changed)
    warn_changed(recipe, &trace);
  if (layer == NO_ITEM) {
    sentence = g_strdup_printf(_("The reference layer \"%s\" is not there any more."), trace.name ? trace.name : "?");
    if (strict) {
      g_set_error_literal(error, HOST_ERROR, HOST_ERROR_FAILED, sentence);
      g_free(sentence);
    } else {
      warn(recipe, sentence);
    }
  }
  layer_trace_clear(&trace);
  g_free(here_key);
  return AS_DRAWABLE(layer);
}

/* NO_ITEM and an error where it is not in the image any more. */
static LayerRef read_target(ImageRef image, GKeyFile *file, DrawableRef layer, Recipe *recipe, GError **error) {
  LayerTrace trace;
  LayerRef target;
  gboolean changed;

  read_trace(file, "target", 0, &trace);
  target = layer_trace_find(&trace, image, AS_LAYER(layer), &changed);
  if (target == NO_ITEM)
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The layer \"%s\", which this one was made of, is not in this image. If this one was copied from another image, copy "
                  "that layer here, too."),
                trace.name ? trace.name : "?");
  if (changed)
    warn_changed(recipe, &trace);
  layer_trace_clear(&trace);
  return target;
}

/* Those above the first, each with the place that was found then. */
static gboolean read_more(ImageRef image, GKeyFile *file, gboolean strict, FlowOptions *options, Recipe *recipe, GError **error) {
  GString *text = g_string_new(NULL);
  gboolean ok = TRUE;

  for (gint n = 1; ok && n < OPTIONS_REFERENCES; n++) {
    gchar *pairs_key = key_of("reference-pairs", n), *key = key_of("reference", n), *found_key = key_of("found", n);
    gchar *pairs = g_key_file_get_string(file, GROUP, pairs_key, NULL), *found = g_key_file_get_string(file, GROUP, found_key, NULL);
    gboolean layer = pairs && g_key_file_has_key(file, GROUP, key, NULL);
    DrawableRef its = layer ? read_layer(image, file, n, strict, recipe, error) : NO_ITEM;

    ok = !layer || its != NO_ITEM || !strict;
    if (pairs && (!layer || its != NO_ITEM)) {
      references_append(text, its, pairs);
      if (found)
        g_string_append_printf(text, " placement=%s", found);
    }
    g_free(pairs_key);
    g_free(key);
    g_free(found_key);
    g_free(pairs);
    g_free(found);
  }
  g_free(options->references);
  options->references = g_string_free(text, FALSE);
  return ok;
}

static gboolean read_references(ImageRef image, GKeyFile *file, gboolean strict, FlowOptions *options, Recipe *recipe,
                                GError **error) {
  options->reference = NO_ITEM;
  if (!options->visible || g_key_file_has_key(file, GROUP, "reference", NULL))
    options->reference = read_layer(image, file, 0, strict && !options->visible, recipe, error);
  return (options->visible || options->reference != NO_ITEM || !strict) && read_more(image, file, strict, options, recipe, error);
}

/* Is the model in `path`, whose file is `now`, the one of the recipe? If the file is another, its weights may be the same; older recipes
 * know only the file. */
static gboolean is_same_model(GKeyFile *file, const gchar *path, const gchar *now) {
  gchar *mark = g_key_file_get_string(file, GROUP, "model-mark", NULL);
  gchar *weights = g_key_file_get_string(file, GROUP, "model-weights", NULL), *its = NULL;
  stylemap_model *model = NULL;
  gboolean same = g_strcmp0(mark, now) == 0;

  if (!same && weights && weights_examine(path, &model, &its, NULL))
    same = g_strcmp0(weights, its) == 0;
  stylemap_close(model);
  g_free(mark);
  g_free(weights);
  g_free(its);
  return same;
}

/* Which of the recipe's directions the model in `path`, with what was learnt, has as another one, in one text; NULL: none. Those that it
 * lacks are none of them, nor are there any in recipes of older versions. */
static gchar *other_directions(GKeyFile *file, const gchar *path) {
  gchar *then = g_key_file_get_string(file, GROUP, "directions", NULL), *now = NULL, **marks, **its;
  stylemap_model *model = NULL;
  stylemap_error core;
  GString *names = g_string_new(NULL);

  if (then && *then && stylemap_inspect(path, &model, &core) == STYLEMAP_OK) {
    learned_read(model, path);
    now = learned_marks(model, then);
  }
  marks = g_strsplit(then && now ? then : "", ",", -1);
  its = g_strsplit(now ? now : "", ",", -1);
  for (gchar **mark = marks; *mark; mark++)
    for (gchar **one = its; *one; one++) {
      gsize length = (gsize)(strcspn(*mark, "=") + 1); /* of its name */

      if (strncmp(*mark, *one, length) == 0 && !g_str_equal(*mark, *one))
        g_string_append_printf(names, "%s%.*s", names->len ? ", " : "", (gint)length - 1, *mark);
    }
  stylemap_close(model);
  g_strfreev(marks);
  g_strfreev(its);
  g_free(then);
  g_free(now);
  return g_string_free(names, names->len == 0);
}

/* What of the model is not as it was then: it was found in `path`, whose file is `now`. */
static void warn_model(GKeyFile *file, const gchar *model, const gchar *path, const gchar *now, Recipe *recipe) {
  gchar *others;

  if (!is_same_model(file, path, now)) {
    warn(recipe, g_strdup_printf(_("The model %s is another one than it was then: the result may differ."), model));
  } else if ((others = other_directions(file, path)) != NULL) {
    warn(recipe, g_strdup_printf(_("A direction is another one than it was then, as after it was learnt anew: %s. The result may differ."),
                                 others));
    g_free(others);
  }
}

static gboolean read_model(GKeyFile *file, gboolean strict, FlowOptions *options, Recipe *recipe, GError **error) {
  gchar *model = g_key_file_get_string(file, GROUP, "model", NULL);
  gchar *path, *now = NULL;
  GError *fault = NULL;

  if (!model)
    return TRUE;
  path = models_find(model, &fault);
  if (path)
    now = model_mark(path);
  if (!path || !*now) {
    if (strict) {
      if (fault)
        g_propagate_error(error, g_steal_pointer(&fault));
      else
        g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("The model %s is not there any more."), model);
    } else {
      warn(recipe, g_strdup_printf(_("The model %s is not there any more."), model));
    }
  } else {
    warn_model(file, model, path, now, recipe);
  }
  gboolean ok = (path && *now) || !strict;
  if (ok) { /* also where it is gone: another one takes its place once the user chooses it */
    g_free(options->model);
    options->model = g_strdup(model);
  }
  g_clear_error(&fault);
  g_free(model);
  g_free(path);
  g_free(now);
  return ok;
}

/* Where it was then; what was not found stays as it was asked for. */
static void read_found(GKeyFile *file, const gchar *key, gchar **field) {
  gchar *found = g_key_file_get_string(file, GROUP, key, NULL);

  if (!found)
    return;
  g_free(*field);
  *field = found;
}

static void read_rest(GKeyFile *file, FlowOptions *options, DrawableRef target) {
  gint steps = g_key_file_get_integer(file, GROUP, "refine", NULL);
  gchar *selected = g_key_file_get_string(file, GROUP, "selection", NULL);

  options->refine = steps > 0;
  if (steps > 0)
    options->refine_steps = MIN(steps, EDIT_MOST_REFINE);
  read_found(file, "found-target", &options->placement);
  read_found(file, "found", &options->reference_placement);
  options->remembered = TRUE;
  g_clear_object(&options->selection);
  if (selected)
    options->selection = mask_of_text(selected, gimp_drawable_get_width(target), gimp_drawable_get_height(target));
  g_free(selected);
}

gboolean recipe_read(ImageRef image, DrawableRef layer, gboolean strict, FlowOptions *options, Recipe *recipe,
                     GError **error) {
  GKeyFile *file = open_recipe(layer);
  gchar *name = file ? g_key_file_get_string(file, GROUP, "procedure", NULL) : NULL;
  gchar *text = file ? g_key_file_get_string(file, GROUP, "options", NULL) : NULL;
  gboolean ok = FALSE;

  *recipe = (Recipe){.procedure = name ? procedures_find(name) : NULL, .target = NO_ITEM};
  if (!recipe->procedure || !text) {
    g_set_error_literal(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
                        _("This layer is no result of a transplant, a reconstruction or an adjustment, or one of an older version: nothing "
                          "tells how it was made. Click a layer that StyleMap made."));
  } else if ((recipe->target = read_target(image, file, layer, recipe, error)) != NO_ITEM) {
    options_clear(options);
    *options = (FlowOptions){.reference = NO_ITEM};
    options_defaults(recipe->procedure, options);
    ok = options_parse(recipe->procedure, text, options, error) &&
         (!procedures_takes(recipe->procedure, ARGUMENT_REFERENCE) || read_references(image, file, strict, options, recipe, error)) &&
         read_model(file, strict, options, recipe, error);
  }
  if (ok) {
    read_rest(file, options, AS_DRAWABLE(recipe->target));
    options->replaces = AS_LAYER(layer);
  } else {
    g_clear_pointer(&recipe->warning, g_free);
  }
  g_clear_pointer(&file, g_key_file_free);
  g_free(name);
  g_free(text);
  return ok;
}

/* Is there either the model of the recipe, and its directions with it, or none of its name? */
static gboolean is_no_other_model(GKeyFile *file) {
  gchar *model = g_key_file_get_string(file, GROUP, "model", NULL), *path = model ? models_find(model, NULL) : NULL;
  gchar *now = path ? model_mark(path) : g_strdup(""), *others = NULL;
  gboolean ok = !*now || (is_same_model(file, path, now) && (others = other_directions(file, path)) == NULL);

  g_free(model);
  g_free(path);
  g_free(now);
  g_free(others);
  return ok;
}

gboolean recipe_kept(LayerRef layer, LayerRef target, const FlowPlaces *places, GeglBuffer *pixels, GeglBuffer *const *references,
                     GeglBuffer **picture, GeglBuffer **weights) {
  GKeyFile *file = open_recipe(AS_DRAWABLE(layer));
  gboolean ok = file && is_no_other_model(file) && kept_read(file, layer, target, places, pixels, references, picture, weights);

  g_clear_pointer(&file, g_key_file_free);
  return ok;
}
