/* SPDX-License-Identifier: GPL-3.0-or-later
 * For the tests only, loaded into a GIMP without a window by LD_PRELOAD, and with it into the plug-in: what no script can do.
 * All of it is asked for and told by files in GIMP's working folder.
 *
 * In GIMP:
 *   undo-ID     how many steps the undo history of image ID got since it was made; where there is none 0
 *   undo-now    is removed, and gimp-image-undo-thaw undoes a step
 *   meanwhile   "MS ACTION ID LAYER": is removed once the plug-in has read its layers and begun to work, and so many milliseconds
 *               later the user does that to image ID: "delete"s the layer of that name, "undo"es a step, "close"s the image
 *   gimp-pid    GIMP's process
 * In the plug-in:
 *   kill-after  is removed, and the process gets SIGKILL after so many microseconds
 *   working     is made when its thread begins
 *   lived       how many microseconds the last one lived that came to its own end */
#include <dlfcn.h>
#include <errno.h>
#include <glib-object.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------------------------ GIMP */

enum { PUSHED = 0, THAW = 7 }; /* GIMP's own GimpUndoEvent; a group of steps is pushed as one */

static GSList *images; /* those that had a step, while they live */

static void forget(gpointer unused, GObject *image) { images = g_slist_remove(images, image); }

static gint id_of(GObject *image) {
  gint id;

  g_object_get(image, "id", &id, NULL);
  return id;
}

static void count(GObject *image) {
  gint steps = GPOINTER_TO_INT(g_object_get_data(image, "test-undo-steps")) + 1;
  gchar *name;
  FILE *file;

  g_object_set_data(image, "test-undo-steps", GINT_TO_POINTER(steps));
  name = g_strdup_printf("undo-%d", id_of(image));
  if ((file = fopen(name, "w"))) {
    fprintf(file, "%d\n", steps);
    fclose(file);
  }
  g_free(name);
  if (!g_slist_find(images, image)) {
    images = g_slist_prepend(images, image);
    g_object_weak_ref(image, forget, NULL);
  }
}

static void undo(GObject *image) { ((gboolean(*)(GObject *))dlsym(RTLD_DEFAULT, "gimp_image_undo"))(image); }

static gboolean on_undo_event(GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer unused) {
  GObject *image = g_value_get_object(values);
  gint event = g_value_get_enum(values + 1);

  if (event == PUSHED)
    count(image);
  else if (event == THAW && remove("undo-now") == 0)
    undo(image);
  return TRUE;
}

typedef struct {
  gint ms, id;
  gchar action[16], layer[64];
} Wish;

static gboolean fulfil(gpointer data) {
  Wish *wish = data;
  GObject *image = NULL;

  for (GSList *l = images; l; l = l->next)
    if (id_of(l->data) == wish->id)
      image = l->data;
  if (!image) {
    g_printerr("there is no image %d to %s\n", wish->id, wish->action);
  } else if (!strcmp(wish->action, "undo")) {
    undo(image);
  } else if (!strcmp(wish->action, "close")) {
    g_object_unref(image); /* as gimp-image-delete does to one without a window */
  } else if (!strcmp(wish->action, "delete")) {
    gpointer (*find)(GObject *, const gchar *) =
        (gpointer(*)(GObject *, const gchar *))dlsym(RTLD_DEFAULT, "gimp_image_get_layer_by_name");
    void (*drop)(GObject *, gpointer, gboolean, gpointer) =
        (void (*)(GObject *, gpointer, gboolean, gpointer))dlsym(RTLD_DEFAULT, "gimp_image_remove_layer");

    drop(image, find(image, wish->layer), TRUE, NULL);
  }
  g_free(wish);
  return FALSE;
}

static gboolean look(gpointer unused) {
  FILE *file = access("working", F_OK) == 0 ? fopen("meanwhile", "r") : NULL;
  Wish *wish;

  if (!file)
    return TRUE;
  wish = g_new0(Wish, 1);
  if (fscanf(file, "%d %15s %d %63s", &wish->ms, wish->action, &wish->id, wish->layer) == 4 && remove("meanwhile") == 0)
    g_timeout_add((guint)wish->ms, fulfil, wish);
  else
    g_free(wish);
  fclose(file);
  return TRUE;
}

/* GIMP's types are there when its main loop runs. */
static gboolean begin(gpointer unused) {
  GType type = g_type_from_name("GimpImage");
  FILE *file;

  if (!type)
    return TRUE;
  g_type_class_unref(g_type_class_ref(type)); /* which makes its signals */
  g_signal_add_emission_hook(g_signal_lookup("undo-event", type), 0, on_undo_event, NULL, NULL);
  g_timeout_add(5, look, NULL);
  if ((file = fopen("gimp-pid", "w"))) {
    fprintf(file, "%d\n", (int)getpid());
    fclose(file);
  }
  return FALSE;
}

/* --------------------------------------------------------------------------------------------- plug-in */

static struct timespec born;

/* GLib gives every thread its name by this; host/worker.c's begins when all layers are read. */
#pragma GCC visibility push(default)
int pthread_setname_np(pthread_t thread, const char *name) {
  FILE *file = strcmp(name, "stylemap") ? NULL : fopen("working", "w");

  if (file)
    fclose(file);
  return ((int (*)(pthread_t, const char *))dlsym(RTLD_NEXT, "pthread_setname_np"))(thread, name);
}
#pragma GCC visibility pop

static void tell_life(void) {
  struct timespec now;
  FILE *file = fopen("lived.new", "w");

  clock_gettime(CLOCK_MONOTONIC, &now);
  if (file) {
    fprintf(file, "%ld\n", (now.tv_sec - born.tv_sec) * 1000000 + (now.tv_nsec - born.tv_nsec) / 1000);
    fclose(file);
    rename("lived.new", "lived"); /* a script may be reading it: GIMP 3 goes on before the plug-in has ended */
  }
}

static void limit_life(void) {
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
  struct itimerspec when = {{0}, {0}};
  FILE *file = fopen("kill-after", "r");
  timer_t timer;
  long after;

  clock_gettime(CLOCK_MONOTONIC, &born);
  atexit(tell_life);
  if (!file)
    return;
  if (fscanf(file, "%ld", &after) == 1 && remove("kill-after") == 0) {
    when.it_value = (struct timespec){after / 1000000, after % 1000000 * 1000 + 1};
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 || timer_settime(timer, 0, &when, NULL) != 0)
      abort();
  }
  fclose(file);
}

__attribute__((constructor)) static void when_loaded(void) {
  if (g_str_has_prefix(program_invocation_short_name, "gimp-console"))
    g_idle_add_full(G_PRIORITY_HIGH, begin, NULL, NULL);
  else if (!strcmp(program_invocation_short_name, "gimp-stylemap"))
    limit_life();
}
