/* SPDX-License-Identifier: GPL-3.0-or-later
 * stylemap reconstruct, stylemap transplant: edits of a picture, fitted back into it as in GIMP. Their tables of options
 * are those of a manifest's rows, too. */
#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "cli/edit.h"
#include "host/words.h"

#define AS_USUAL G_MININT /* --rounds was not given */

/* -------------------------------------------------------------------------------------- references */

static void add_reference(CliEdit *edit, const gchar *path) {
  edit->references = g_renew(CliReference, edit->references, edit->n_parts + 1);
  edit->references[edit->n_parts++] = (CliReference){ .path = g_strdup(path), .region = -1 };
}

static void set_text(gchar **text, const gchar *value) {
  g_free(*text);
  *text = g_strdup(value);
}

static gboolean set_page(const gchar *option, const gchar *value, gint *page, GError **error) {
  gint64 number;
  if (!g_ascii_string_to_signed(value, 10, G_MININT, G_MAXINT, &number, NULL)) {
    cli_usage(error, _("%s takes a whole number, not \"%s\"."), option, value);
    return FALSE;
  }
  *page = (gint)number;
  return TRUE;
}

/* What stands before the first --reference belongs to the command's own, what follows one to that. */
static gboolean take_of_reference(const gchar *option, const gchar *value, gpointer data, GError **error) {
  CliEdit *edit = data;
  CliReference *last = &edit->references[edit->n_parts - 1];
  if (g_str_equal(option, "--reference")) add_reference(edit, value);
  else if (g_str_equal(option, "--mask")) set_text(&last->mask, value);
  else if (g_str_equal(option, "--mask-region")) set_text(&last->mask_region, value);
  else if (g_str_equal(option, "--reference-placement")) set_text(&last->placement, value);
  else if (g_str_equal(option, "--mirror")) last->place.mirror = TRUE;
  else return set_page(option, value, g_str_equal(option, "--mask-page") ? &last->mask_page : &last->page, error);
  return TRUE;
}

/* ------------------------------------------------------------------------------------------ tables */

#define PLACEMENT(text) \
  { "placement", 0, 0, G_OPTION_ARG_STRING, &(text), \
    N_("Where the model looks: centre and side of its square, in the picture's pixels, and by how many degrees it is turned; " \
       "or centre, bounds (around the whole picture), selection (around the mask), faces (on the face nearest to the mask), " \
       "model (where the model finds its subject), or auto: faces, else model (heal's default); or \"X,Y X,Y\", the eyes, or " \
       "four points, eyes and corners of the mouth (without a model that tells where these lie: the square's corners)"), \
    "X,Y,SIDE[,ANGLE]" }
#define OF_REFERENCE(flags) (flags), G_OPTION_ARG_CALLBACK, (gpointer)take_of_reference
#define RAW_AND_OUTPUT(edit) \
  { "raw", 0, 0, G_OPTION_ARG_NONE, &(edit)->raw, N_("Write the model's own S x S square"), NULL }, \
  { "output", 'o', 0, G_OPTION_ARG_FILENAME, &(edit)->output, N_("The picture"), N_("PICTURE") }

static GOptionEntry *reconstruct_entries(CliEdit *edit) {
  const GOptionEntry entries[] = {
    { "refine", 0, 0, G_OPTION_ARG_INT, &edit->refine, N_("Come nearer to the pictures, in so many steps (slower)"),
      N_("STEPS") },
    { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &edit->detail,
      N_("From 0, the model's drawing alone (default), to 100, all lines and grain of the picture: the model's correction "
         "at full size"), "PERCENT" },
    { "mask-region", 0, OF_REFERENCE(0), N_("A part that the model's file tells, instead of a mask"),
      "eyes|mouth|hair|face|background" },
    PLACEMENT(edit->placement),
    CLI_PAGE(edit->page),
    RAW_AND_OUTPUT(edit),
    G_OPTION_ENTRY_NULL
  };
  return g_memdup2(entries, sizeof entries);
}

static GOptionEntry *transplant_entries(CliEdit *edit) {
  const GOptionEntry entries[] = {
    { "mask", 0, OF_REFERENCE(G_OPTION_FLAG_FILENAME), N_("White where the reference comes in; as large as the target"),
      N_("PICTURE") },
    { "mask-region", 0, OF_REFERENCE(0),
      N_("A part that the model's file tells, instead of a mask; or where the reference is not transparent (alpha)"),
      "eyes|mouth|hair|face|background|alpha" },
    { "reference", 0, OF_REFERENCE(G_OPTION_FLAG_FILENAME),
      N_("One more reference, above the ones before. --mask, --mask-region, --reference-placement, --mirror, --reference-page and "
         "--mask-page after it are its own, and it needs one of the first two"),
      N_("PICTURE") },
    { "method", 0, 0, G_OPTION_ARG_STRING, &edit->way,
      N_("Heal a collage (heal, the default), or blend style maps alone, as in the paper (styles)"), "heal|styles" },
    { "collage", 0, 0, G_OPTION_ARG_STRING, &edit->collage,
      N_("What is healed: the reference as it is, recoloured (match), recoloured part by part (tone), cloned to the target's light, the "
         "mean of copy and clone, or what fits (auto)"),
      "auto|copy|match|tone|clone|mean" },
    { "match-colours", 0, 0, G_OPTION_ARG_NONE, &edit->match_colours,
      N_("Heal the reference in the target's light whatever fits better: for another camera's colours (as --collage clone)"), NULL },
    { "rounds", 0, 0, G_OPTION_ARG_INT, &edit->rounds, N_("How often it is healed at most, 1 to 16; less often where that comes out better"), "N" },
    { "detail", 0, 0, G_OPTION_ARG_DOUBLE, &edit->detail,
      N_("From 0, the model's drawing alone, to 100, all lines and grain of the collage"), "PERCENT" },
    { "mask-rule", 0, 0, G_OPTION_ARG_STRING, &edit->rule,
      N_("Styles: how a style's cell follows the mask: by its part (soft), if touched (any), if half covered (half)"),
      "soft|any|half" },
    { "space", 0, 0, G_OPTION_ARG_STRING, &edit->space, N_("Styles: blend every level (w+) or once (w); default w+"), "w+|w" },
    { "strength", 0, 0, G_OPTION_ARG_DOUBLE, &edit->edit.strength, N_("From 0, nothing, to 1, all (default)"), "X" },
    { "feather", 0, 0, G_OPTION_ARG_STRING, &edit->softness, CLI_FEATHER_HELP, "auto|PX" },
    { "refine", 0, 0, G_OPTION_ARG_INT, &edit->refine,
      N_("Styles: come nearer to the pictures first, in so many steps (slower)"), N_("STEPS") },
    { "extend", 0, 0, G_OPTION_ARG_NONE, &edit->extend,
      N_("Let the reference come in where the target is transparent, too"), NULL },
    PLACEMENT(edit->placement),
    { "reference-placement", 0, OF_REFERENCE(0),
      N_("The same of the reference (faces: the largest one); or as-placed: as the target's"),
      "X,Y,SIDE[,ANGLE]" },
    { "mirror", 0, OF_REFERENCE(G_OPTION_FLAG_NO_ARG), N_("Exchange the reference's left and right"), NULL },
    CLI_PAGE(edit->page),
    { "reference-page", 0, OF_REFERENCE(0), N_("The same of the reference"), "N" },
    { "mask-page", 0, OF_REFERENCE(0), N_("The same of the mask"), "N" },
    RAW_AND_OUTPUT(edit),
    G_OPTION_ENTRY_NULL
  };
  return g_memdup2(entries, sizeof entries);
}

const Command *const cli_edit_commands[] = { &command_transplant, &command_reconstruct, NULL };

gint cli_edit_operands(const Command *command) {
  return command == &command_transplant ? 3 : 2;
}

GOptionEntry *cli_edit_entries(const Command *command, CliEdit *edit) {
  return command == &command_transplant ? transplant_entries(edit) : reconstruct_entries(edit);
}

/* ------------------------------------------------------------------------------------------- parse */

/* The options of one method are wrong with the other. */
static gboolean check_method(const CliEdit *edit, GError **error) {
  if (edit->method == EDIT_HEAL && (edit->rule || edit->space || edit->refine))
    cli_usage(error, _("--mask-rule, --space and --refine belong to --method styles."));
  else if (edit->method == EDIT_STYLES && (edit->collage || edit->match_colours || edit->rounds != AS_USUAL || edit->detail != -1))
    cli_usage(error, _("--collage, --match-colours, --rounds and --detail belong to --method heal."));
  else if (edit->match_colours && edit->collage && edit->heal.start != STYLEMAP_START_CLONE)
    cli_usage(error, _("--match-colours heals the clone, and --collage names another collage."));
  else return TRUE;
  return FALSE;
}

/* What a transplant's table filled, as the edit takes it. */
static gboolean read_transplant(CliEdit *edit, GError **error) {
  gint way = EDIT_HEAL, rule = edit->edit.rule, space = edit->edit.space, start = -1;
  gboolean done = cli_word("--method", edit->way, words_methods, &way, error) &&
                  cli_word("--collage", edit->collage, words_collages, &start, error) &&
                  cli_check_range("--rounds", edit->rounds != AS_USUAL ? edit->rounds : 1, 1, 16, error) &&
                  cli_check_range("--detail", edit->detail == -1 ? 0 : edit->detail, 0, 100, error) &&
                  cli_word("--mask-rule", edit->rule, words_rules, &rule, error) &&
                  cli_word("--space", edit->space, words_spaces, &space, error) &&
                  cli_check_range("--strength", edit->edit.strength, 0, 1, error) &&
                  cli_feather(edit->softness, &edit->feather, error);
  edit->method = (EditMethod)way;
  edit->edit.rule = (stylemap_mask_rule)rule;
  edit->edit.space = (stylemap_space)space;
  stylemap_heal_defaults(&edit->heal);
  if (edit->rounds != AS_USUAL) edit->heal.rounds = edit->rounds;
  if (edit->match_colours && start < 0) start = STYLEMAP_START_CLONE;
  if (start >= 0) edit->heal.start = (stylemap_start)start;
  if (edit->detail >= 0) edit->heal.detail = edit->detail / 100;
  return done && check_method(edit, error);
}

/* The first reference's mask may be the region of a reconstruction, which has no reference. */
static gboolean check_reference(const CliEdit *edit, gint n, CliReference *reference, GError **error) {
  g_autofree gchar *name = reference->path ? g_filename_display_name(reference->path) : NULL;
  reference->alpha = reference->path && reference->mask_region && g_ascii_strcasecmp(reference->mask_region, WORDS_ALPHA) == 0;
  if (reference->mask && reference->mask_region)
    cli_usage(error, _("--mask and --mask-region are two ways to say the same: give one of them."));
  else if (reference->path && !reference->mask && !reference->mask_region)
    n ? cli_usage(error, _("The reference %s has no mask of its own, and would cover what lies below it: name one after it, with "
                           "--mask or --mask-region."), name)
      : cli_usage(error, _("Which part? Name a picture with --mask, white where the reference shall come in, or a part with "
                           "--mask-region."));
  else if (n && reference->mask && is_tensor_path(reference->mask))
    cli_usage(error, _("The mask of the reference %s is a tensor: only the first one's can be, give a mask picture."), name);
  else
    return (reference->alpha || cli_word("--mask-region", reference->mask_region, words_regions, &reference->region, error)) &&
           cli_read_place("--reference-placement", reference->placement, reference->path, TRUE,
                          edit->method == EDIT_HEAL ? PLACE_AUTO : PLACE_CENTRE, &reference->place, error) &&
           (!reference->path || cli_check_page("--reference-page", reference->page, reference->path, error)) &&
           (!reference->mask || cli_check_page("--mask-page", reference->mask_page, reference->mask, error));
  return FALSE;
}

/* Whether the mask pictures can be told to lie somewhere. */
static gboolean has_mask_picture(const CliEdit *edit) {
  gboolean any = FALSE;
  for (gint i = 0; i < edit->n_parts; i++)
    any = any || (edit->references[i].mask && !is_tensor_path(edit->references[i].mask));
  return any;
}

static gboolean check(CliEdit *edit, GError **error) {
  if (!edit->n_references) {
    if (!cli_check_range("--detail", edit->detail == -1 ? 0 : edit->detail, 0, 100, error)) return FALSE;
    edit->heal.detail = edit->detail == -1 ? 0 : edit->detail / 100;
    if (edit->detail > 0 && cli_edit_is_square(edit)) {
      cli_usage(error, _("--detail is what the picture shows beyond the model's own square, which has none."));
      return FALSE;
    }
  }
  for (gint i = 0; i < edit->n_parts; i++)
    if (!check_reference(edit, i, &edit->references[i], error)) return FALSE;
  if (!cli_need_output(edit->output, error) ||
      !cli_check_range("--refine", edit->refine, 0, EDIT_MOST_REFINE, error) ||
      !cli_read_place("--placement", edit->placement, edit->target, FALSE,
                      edit->n_references && edit->method == EDIT_HEAL ? PLACE_AUTO : PLACE_CENTRE, &edit->place, error) ||
      !cli_check_page("--page", edit->page, edit->target, error))
    return FALSE;
  if (edit->place.kind == PLACE_SELECTION && !has_mask_picture(edit))
    cli_usage(error, _("--placement selection is around the mask: give a mask picture with --mask."));
  else if (edit->extend && cli_edit_is_square(edit))
    cli_usage(error, _("--extend changes the target's outline, and the model's own square has none."));
  else if (edit->refine && edit->edit.space == STYLEMAP_SPACE_W)
    cli_usage(error, _("--refine works in w+: leave out --space w."));
  else return TRUE;
  return FALSE;
}

gboolean cli_edit_parse(CliEdit *edit, const Command *command, gchar **arguments, GError **error) {
  const gboolean transplant = command == &command_transplant;
  *edit = (CliEdit){ .method = transplant ? EDIT_HEAL : EDIT_STYLES, .detail = -1, .rounds = AS_USUAL,
                     .edit = { STYLEMAP_MASK_SOFT, STYLEMAP_SPACE_W_PLUS, 1.0 } };
  g_autofree GOptionEntry *entries = cli_edit_entries(command, edit);
  add_reference(edit, NULL);
  edit->given = cli_parse_with(command, arguments, entries, cli_edit_operands(command), edit, error);
  if (edit->given) {
    edit->model = edit->given[0];
    edit->target = edit->given[1];
    if (transplant) {
      edit->references[0].path = g_strdup(edit->given[2]);
      edit->n_references = edit->n_parts;
    }
    if ((!transplant || read_transplant(edit, error)) && check(edit, error)) return TRUE;
  }
  cli_edit_clear(edit);
  return FALSE;
}

void cli_edit_clear(CliEdit *edit) {
  gchar *texts[] = { edit->placement, edit->output, edit->rule, edit->space, edit->way, edit->collage, edit->softness };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) g_free(texts[i]);
  for (gint i = 0; i < edit->n_parts; i++) {
    CliReference *reference = &edit->references[i];
    gchar *own[] = { reference->path, reference->mask, reference->mask_region, reference->placement };
    for (guint k = 0; k < G_N_ELEMENTS(own); k++) g_free(own[k]);
  }
  g_free(edit->references);
  g_strfreev(edit->given);
  *edit = (CliEdit){ 0 };
}

/* ---------------------------------------------------------------------------------------- commands */

/* The whole edit. What is wrong with the pictures is told before the model is opened, unless they need its shapes. */
static gboolean run_edit(const CliEdit *edit, CliPictures *pictures, GError **error) {
  g_autoptr(Engine) engine = NULL;
  if ((cli_edit_is_of_model(edit) && !(output_check(edit->output, error) && cli_open(&engine, edit->model, error))) ||
      !cli_edit_read(edit, engine, pictures, error) ||
      (!engine && !cli_open_for(&engine, edit->model, &pictures->request, error)) ||
      !cli_edit_draw(edit, engine, pictures, error))
    return FALSE;
  cli_edit_say_reason(engine, &pictures->request);
  cli_edit_compose(edit, pictures);
  return cli_edit_write(edit, engine, pictures, error);
}

/* What the command prints beside its notes. */
static void print_numbers(const CliPictures *pictures, gboolean transplant) {
  const EditResult *result = &pictures->result;
  Number a, b;
  progress_end();
  for (gint i = 0; transplant && i < result->n_refined; i++) {
    g_autofree gchar *name = i > 1 ? g_strdup_printf("reference %d", i) : g_strdup(i ? "reference" : "target");
    g_print("%s: MSE before %s, refined %s\n", name, cli_number(&a, "%.6f", result->refined[i].before),
            cli_number(&b, "%.6f", result->refined[i].after));
  }
  if (transplant) return;
  if (result->n_refined) g_print("MSE before %s\n", cli_number(&a, "%.6f", result->refined[0].before));
  g_print("MSE %s  PSNR %s dB\n", cli_number(&a, "%.6f", result->error),
          cli_number(&b, "%.2f", 10 * log10(4 / result->error)));
}

static gboolean run(const Command *command, gchar **arguments, GError **error) {
  CliEdit edit;
  CliPictures pictures;
  if (!cli_edit_parse(&edit, command, arguments, error)) return FALSE;
  cli_pictures_init(&pictures, &edit);
  const gboolean done = run_edit(&edit, &pictures, error);
  if (done) print_numbers(&pictures, command == &command_transplant);
  cli_pictures_clear(&pictures);
  cli_edit_clear(&edit);
  return done;
}

const Command command_reconstruct = {
  "reconstruct", N_("MODEL PICTURE -o PICTURE"), N_("Show what the model makes of a picture, and how near it comes."),
  "  stylemap reconstruct toon-portraits-128 me.png -o again.png\n"
  "  stylemap reconstruct --raw toon-portraits-128 me.png -o square.png\n",
  run,
};

const Command command_transplant = {
  "transplant", N_("MODEL TARGET REFERENCE --mask PICTURE|--mask-region PART [--reference PICTURE --mask PICTURE...] -o PICTURE"),
  N_("Bring a reference's content into the mask of a picture."),
  "  stylemap transplant toon-portraits-128 me.png friend.png --mask eyes.png -o us.png\n"
  "  stylemap transplant \"\" me.png friend.png --mask eyes.png --reference other.png --mask mouth.png -o us.png\n"
  "  stylemap transplant portraits-128 me.jpg friend.jpg --mask-region eyes --feather 8 -o us.jpg\n"
  "  stylemap transplant \"\" me.jpg friend.jpg --mask hair.png --feather 12 --strength 0.8 -o us.jpg\n",
  run,
};
