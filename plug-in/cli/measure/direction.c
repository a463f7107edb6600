/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap direction learn, stylemap direction find. */
#include <glib/gi18n-lib.h>
#include <string.h>

#include "cli/measure/measure.h"
#include "cli/train/train.h"
#include "host/say.h"
#include "stylemap-measure.h"

enum { MOST_PICTURES = 4000, MOST_FOUND = 4096 };
static const gchar *const methods[] = { "svm", "ridge", "means", NULL }; /* stylemap_method */

static gboolean check_output(const gchar *output, GError **error) {
  if (!cli_need_output(output, error)) return FALSE;
  if (is_tensor_path(output)) return output_check(output, error);
  cli_usage(error, _("The output must end in .safetensors."));
  return FALSE;
}

/* The file's name without folder and ending. */
static gchar *name_of(const gchar *path) {
  gchar *base = g_path_get_basename(path), *dot = strrchr(base, '.');
  if (dot && dot != base) *dot = '\0';
  return base;
}

/* ------------------------------------------------------------------------------------------- learn */

typedef struct {
  gchar *output, *name, *table, **labels, *method, **orthogonal;
  gint most;
  stylemap_method how;
  GPtrArray *others; /* that `orthogonal` names */
} Learning;

/* "[NAME:]COLUMN[=VALUE[/AGAINST]]": what is before the colon, or else the last word of what is meant. */
static gchar *name_of_label(const gchar *label, const gchar **rest) {
  const gchar *colon = strchr(label, ':'), *equals = strchr(label, '=');
  *rest = colon && (!equals || colon < equals) ? colon + 1 : label;
  if (*rest != label) return g_strndup(label, (gsize)(colon - label));
  g_autofree gchar *word = g_strdup(equals ? equals + 1 : label);
  gchar *slash = equals ? strchr(word, '/') : NULL;
  if (slash) *slash = '\0';
  return g_steal_pointer(&word);
}

/* What --orthogonal-to names, copied, since what is learnt may take the place of one. */
static GPtrArray *read_others(gchar **names, Engine *engine, GError **error) {
  const gsize bytes = engine->stylemap_count * sizeof(gfloat);
  g_autoptr(GPtrArray) others = g_ptr_array_new_with_free_func(g_free);
  stylemap_error core;
  for (; names && *names; names++) {
    const gboolean file = is_tensor_path(*names);
    int count = stylemap_direction_count(engine->model);
    if (file && !say_status(stylemap_directions_read(engine->model, *names, &count, &core), &core, error)) return NULL;
    const gint all = stylemap_direction_count(engine->model);
    const guint before = others->len;
    for (gint i = all - count; i < all; i++)
      if (file || g_str_equal(stylemap_direction_name(engine->model, i), *names))
        g_ptr_array_add(others, g_memdup2(stylemap_direction_values(engine->model, i), bytes));
    if (others->len > before) continue;
    cli_usage(error, _("The model has no direction \"%s\"."), *names);
    return NULL;
  }
  return g_steal_pointer(&others);
}

/* Takes the others out of `direction`, whose length becomes that of the classes' distance along it again. */
static gboolean orthogonalise(const GPtrArray *others, const Stylemaps *maps, const guint8 *classes, gsize width,
                              gfloat *direction, GError **error) {
  stylemap_error core;
  gdouble across = 0, square = 0;
  guint counts[2] = { 0 };
  if (!others->len) return TRUE;
  if (!say_status(stylemap_orthogonalise(direction, (const float *const *)others->pdata, (gint)others->len, (gint)width, &core),
                  &core, error))
    return FALSE;
  for (guint n = 0; n < maps->count; n++) counts[classes[n]]++;
  for (guint n = 0; n < maps->count; n++)
    for (gsize k = 0; k < width; k++)
      across += (gdouble)maps->values[n * width + k] * direction[k] / (classes[n] ? counts[1] : -(gdouble)counts[0]);
  for (gsize k = 0; k < width; k++) square += (gdouble)direction[k] * direction[k];
  for (gsize k = 0; k < width; k++) direction[k] = (gfloat)(direction[k] * across / square);
  return TRUE;
}

static gdouble percent(gint right, gint count) { return 100.0 * right / count; }

/* Adds the direction `name` from class 0 to class 1 to the model's. */
static gboolean separate(const Learning *learning, Engine *engine, const gchar *name, const Stylemaps *maps,
                         const guint8 *classes, GError **error) {
  g_autofree gfloat *direction = engine_new_stylemap(engine);
  stylemap_separation found;
  stylemap_error core;
  if (!say_status(stylemap_separate(maps->values, classes, (gint)maps->count, (gint)engine->stylemap_count, learning->how,
                                    progress_show, NULL, direction, &found, &core), &core, error) ||
      !orthogonalise(learning->others, maps, classes, engine->stylemap_count, direction, error))
    return FALSE;
  Number all, one, none, apart;
  const gdouble both = (percent(found.right[0], found.count[0]) + percent(found.right[1], found.count[1])) / 2;
  g_autofree gchar *said = g_strdup_printf("%s of %d and %d pictures, %s %% right (%s, %s)", methods[learning->how], found.count[1],
                                           found.count[0], cli_number(&all, "%.1f", both),
                                           cli_number(&one, "%.1f", percent(found.right[1], found.count[1])),
                                           cli_number(&none, "%.1f", percent(found.right[0], found.count[0])));
  if (!say_status(stylemap_direction_add(engine->model, name, said, direction, &core), &core, error)) return FALSE;
  progress_end();
  g_print(_("%s: %d pictures with it, %d without\n"), name, found.count[1], found.count[0]);
  g_print(_("told rightly when left out: %s %% (with it %s %%, without %s %%)\n"), all.text, one.text, none.text);
  g_print(_("the two lie %s standard deviations apart\n"), cli_number(&apart, "%.2f", found.apart));
  return TRUE;
}

/* Of folder A, of class 1, and B. */
static gboolean learn_folders(const Learning *learning, Engine *engine, gchar **folders, GError **error) {
  g_autoptr(GPtrArray) with = pictures_of(folders[0], (guint)learning->most / 2, error);
  g_autoptr(GPtrArray) without = with ? pictures_of(folders[1], (guint)learning->most / 2, error) : NULL;
  if (!without) return FALSE;
  const guint first = with->len;
  g_autofree gchar *name = learning->name ? g_strdup(learning->name) : name_of(learning->output);
  g_autofree guint8 *classes = g_new(guint8, first + without->len);
  Stylemaps maps;
  g_ptr_array_extend_and_steal(with, g_steal_pointer(&without));
  gboolean done = stylemaps_make(&maps, engine, with, error);
  for (guint i = 0; done && i < maps.count; i++) classes[i] = maps.which[i] < first;
  done = done && separate(learning, engine, name, &maps, classes, error);
  stylemaps_clear(&maps);
  return done;
}

/* One label: the stylemaps of its classes are moved together for it. */
static gboolean learn_label(const Learning *learning, Engine *engine, const gchar *label, const GPtrArray *files,
                            const Stylemaps *maps, GError **error) {
  const gsize width = engine->stylemap_count;
  const gchar *what;
  g_autofree gchar *name = name_of_label(label, &what);
  g_autofree gint *of_files = labels_read(learning->table, what, files, error);
  g_autofree guint8 *classes = g_new(guint8, maps->count);
  Stylemaps chosen = { .values = g_try_malloc_n(MAX(maps->count, 1), width * sizeof(gfloat)) };
  gboolean done = of_files && chosen.values;
  if (of_files && !done)
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("There is no memory for the style maps of %u pictures."), maps->count);
  for (guint i = 0; done && i < maps->count; i++) {
    const gint class = of_files[maps->which[i]];
    if (class < 0) continue;
    classes[chosen.count] = (guint8)class;
    memcpy(chosen.values + chosen.count++ * width, maps->values + i * width, width * sizeof(gfloat));
  }
  done = done && separate(learning, engine, name, &chosen, classes, error);
  stylemaps_clear(&chosen);
  return done;
}

static gboolean learn_labels(const Learning *learning, Engine *engine, const gchar *folder, GError **error) {
  g_autoptr(GPtrArray) files = pictures_of(folder, (guint)learning->most, error);
  Stylemaps maps = { 0 };
  gboolean done = files != NULL;
  g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  for (gchar **label = learning->labels; done && *label; label++) { /* a wrong one is told before the work */
    const gchar *what;
    gchar *name = name_of_label(*label, &what);
    g_autofree gint *classes = labels_read(learning->table, what, files, error);
    done = classes != NULL;
    if (g_hash_table_add(names, name) || !done) continue;
    cli_usage(error, _("Two directions would be called \"%s\": write a name and a colon before the label."), name);
    done = FALSE;
  }
  done = done && stylemaps_make(&maps, engine, files, error);
  for (gchar **label = learning->labels; done && *label; label++)
    done = learn_label(learning, engine, *label, files, &maps, error);
  stylemaps_clear(&maps);
  return done;
}

static gboolean learn(Learning *learning, gchar **given, GError **error) {
  g_autoptr(Engine) engine = NULL;
  stylemap_error core;
  const gint count = learning->labels ? (gint)g_strv_length(learning->labels) : 1;
  return cli_open(&engine, given[0], error) && (learning->others = read_others(learning->orthogonal, engine, error)) &&
         (learning->table ? learn_labels(learning, engine, given[1], error) : learn_folders(learning, engine, given + 1, error)) &&
         say_status(stylemap_directions_write(engine->model, count, learning->output, &core), &core, error);
}

/* Whether --labels is among the arguments, which decides how many others there are. */
static gboolean names_table(gchar **arguments) {
  for (; *arguments; arguments++)
    if (g_str_has_prefix(*arguments, "--labels")) return TRUE;
  return FALSE;
}

static gboolean run_learn(const Command *command, gchar **arguments, GError **error) {
  Learning learning = { .most = MOST_PICTURES };
  gint how = STYLEMAP_MEANS;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &learning.output, N_("The direction's file"), "D.safetensors" },
    { "name", 0, 0, G_OPTION_ARG_STRING, &learning.name, N_("What it is called (the file's name)"), "NAME" },
    { "labels", 0, 0, G_OPTION_ARG_FILENAME, &learning.table,
      N_("A table in place of the second folder: its first column names pictures, the others say what they show"), "TABLE.csv" },
    { "label", 0, 0, G_OPTION_ARG_STRING_ARRAY, &learning.labels,
      N_("Which column, and which of its values if they are no numbers, against all others or one; several may be given"),
      "[NAME:]COLUMN[=VALUE[/AGAINST]]" },
    { "method", 0, 0, G_OPTION_ARG_STRING, &learning.method,
      N_("The means' difference where it is more than chance (means, the default), a support vector machine's normal (svm, as "
         "published), or a regression's (ridge)"),
      "means|svm|ridge" },
    { "orthogonal-to", 0, 0, G_OPTION_ARG_STRING_ARRAY, &learning.orthogonal,
      N_("Leaves out what it has in common with this one, of the model or of a file; may be given more than once"),
      "NAME|D.safetensors" },
    { "count", 0, 0, G_OPTION_ARG_INT, &learning.most, N_("Look at so many pictures at most (4000)"), "N" },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, names_table(arguments) ? 2 : 3, error);
  gboolean done = given && check_output(learning.output, error) && cli_word("--method", learning.method, methods, &how, error) &&
                  cli_check_range("--count", learning.most, 10, STYLEMAP_MOST_VECTORS, error);
  if (done && (!learning.labels != !learning.table || (learning.labels && learning.name))) {
    cli_usage(error, _("--labels names a table and --label a column of it, with its direction's name before a colon: they go "
                       "together, without --name."));
    done = FALSE;
  }
  learning.how = (stylemap_method)how;
  done = done && learn(&learning, given, error);
  g_free(learning.output);
  g_free(learning.name);
  g_free(learning.table);
  g_strfreev(learning.labels);
  g_free(learning.method);
  g_strfreev(learning.orthogonal);
  if (learning.others) g_ptr_array_unref(learning.others);
  return done;
}

const Command command_direction_learn = {
  "direction learn", N_("MODEL WITH_FOLDER WITHOUT_FOLDER -o D.safetensors"),
  N_("Learn the way from pictures without a thing to those with it."),
  "  stylemap direction learn portraits-128 smiling serious -o smile.safetensors\n"
  "  stylemap direction learn toon-portraits-128 heads --labels heads.csv --label mouth=smile/sad --label hair-length -o toon.safetensors\n",
  run_learn,
};

/* -------------------------------------------------------------------------------------------- find */

static gboolean find(Engine *engine, const Stylemaps *maps, gint wanted, const gchar *output, GError **error) {
  const gsize width = engine->stylemap_count;
  g_autofree gfloat *directions = g_new(gfloat, (gsize)wanted * width);
  g_autofree gdouble *shares = g_new(gdouble, wanted);
  stylemap_error core;
  progress_bar(_("finding directions"), 0.5);
  if (!say_status(stylemap_principal(maps->values, (gint)maps->count, (gint)width, wanted, directions, shares, &core), &core, error))
    return FALSE;
  progress_end();
  for (gint i = 0; i < wanted; i++) {
    Number share;
    g_autofree gchar *name = g_strdup_printf("principal-%d", i + 1);
    g_autofree gchar *said = g_strdup_printf("%s %% of what %u pictures differ in", cli_number(&share, "%.1f", 100 * shares[i]),
                                             maps->count);
    if (!say_status(stylemap_direction_add(engine->model, name, said, directions + (gsize)i * width, &core), &core, error))
      return FALSE;
    g_print("%-14s %5s %%\n", name, share.text);
  }
  return say_status(stylemap_directions_write(engine->model, wanted, output, &core), &core, error);
}

static gboolean run_find(const Command *command, gchar **arguments, GError **error) {
  g_autofree gchar *output = NULL;
  gint wanted = 20, most = 2000;
  const GOptionEntry entries[] = {
    { "output", 'o', 0, G_OPTION_ARG_FILENAME, &output, N_("The directions' file"), "D.safetensors" },
    { "number", 'n', 0, G_OPTION_ARG_INT, &wanted, N_("How many, the strongest first (20)"), "N" },
    { "count", 0, 0, G_OPTION_ARG_INT, &most, N_("Look at so many pictures at most (2000)"), "N" },
    G_OPTION_ENTRY_NULL
  };
  g_auto(GStrv) given = cli_parse(command, arguments, entries, 2, error);
  if (!given || !check_output(output, error) || !cli_check_range("--number", wanted, 1, 1000, error) ||
      !cli_check_range("--count", most, 10, MOST_FOUND, error))
    return FALSE;
  g_autoptr(Engine) engine = NULL;
  g_autoptr(GPtrArray) files = pictures_of(given[1], (guint)most, error);
  Stylemaps maps = { 0 };
  gboolean done = files && cli_open(&engine, given[0], error) && stylemaps_make(&maps, engine, files, error);
  if (done && maps.count <= (guint)wanted) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("%d directions need more than %d pictures; there are %u."), wanted, wanted,
                maps.count);
    done = FALSE;
  }
  done = done && find(engine, &maps, wanted, output, error);
  stylemaps_clear(&maps);
  return done;
}

const Command command_direction_find = {
  "direction find", N_("MODEL FOLDER [-n N] -o D.safetensors"),
  N_("Find the ways in which pictures differ most, without labels."),
  "  stylemap direction find toon-portraits-128 heads -n 20 -o found.safetensors\n",
  run_find,
};
