/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host/learn.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/wait.h>
#include <unistd.h>

#include "host/find.h"
#include "host/layer.h"
#include "host/learned.h"
#include "host/say.h"

#define PROGRAM "stylemap-measure"
#define LOOKING 0.7   /* of the whole, at the pictures; the rest is the program's */
#define RESTING 50000 /* microseconds between looks at whether it has ended */

gboolean learn_check_name(const gchar *name, GError **error) {
  if (*name && *name != '.' && strlen(name) <= 64 && !strpbrk(name, "=,/") && g_utf8_validate(name, -1, NULL)) return TRUE;
  g_set_error(error, HOST_ERROR, HOST_ERROR_ARGUMENT,
              _("\"%s\" cannot be a direction's name: it has 1 to 64 letters, does not begin with a dot, and has none of = , and /."),
              name);
  return FALSE;
}

/* -------------------------------------------------------------------------------------------- pictures */

static gboolean save_square(const gfloat *square, gint size, const gchar *path, GError **error) {
  GeglBuffer *buffer = layer_buffer_of_square(square, size, babl_format("R'G'B' float"));
  GeglNode *graph = gegl_node_new();
  GeglNode *source = gegl_node_new_child(graph, "operation", "gegl:buffer-source", "buffer", buffer, NULL);
  GeglNode *sink = gegl_node_new_child(graph, "operation", "gegl:png-save", "path", path, "bitdepth", 16, NULL);
  gegl_node_link(source, sink);
  gegl_node_process(sink);
  g_object_unref(graph);
  g_object_unref(buffer);
  if (g_file_test(path, G_FILE_TEST_IS_REGULAR)) return TRUE;
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("%s cannot be written."), path);
  return FALSE;
}

/* The squares of the pictures as files of a new folder, each told as a part of the whole. */
static gboolean save_squares(Engine *engine, const GPtrArray *pictures, const gchar *folder, guint before, guint all, GError **error) {
  g_autofree gfloat *square = engine_new_image(engine);
  gboolean done = g_mkdir(folder, 0700) == 0;
  if (!done) g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("The folder %s cannot be made: %s."), folder, g_strerror(errno));
  for (guint i = 0; done && i < pictures->len; i++) {
    g_autofree gchar *file = g_strdup_printf("%05u.png", i), *path = g_build_filename(folder, file, NULL);
    EditPicture picture = { .buffer = pictures->pdata[i], .find = FIND_AUTO };
    stylemap_placement at;
    Find by;
    const gdouble from = LOOKING * (before + i) / all, to = LOOKING * (before + i + 1) / all;
    done = engine_part(engine, STYLEMAP_PHASE_SAMPLE, from, to, error) &&
           find_subject(engine, &picture, NULL, TRUE, &by, &at, error);
    picture.placement = &at;
    done = done && edit_sample(engine, &picture, square, error) && save_square(square, engine->info->size, path, error);
  }
  return done;
}

/* A folder of a moment for files. A shell waits until nobody holds the other end of its input any more, and removes it then:
 * users' pictures do not stay where this process is killed, as GIMP does to one that is cancelled. */
typedef struct {
  gchar *path;
  GPid guard;
  gint held;
} Folder;

static gboolean open_folder(Folder *folder, GError **error) {
  gchar *arguments[] = { "/bin/sh", "-c", "trap '' INT TERM HUP; read none; rm -rf \"$0\"", NULL, NULL };
  *folder = (Folder){ .path = g_dir_make_tmp("stylemap-XXXXXX", error) };
  if (!folder->path) return FALSE;
  arguments[3] = folder->path;
  if (g_spawn_async_with_pipes(NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &folder->guard, &folder->held, NULL, NULL,
                               error))
    return TRUE;
  g_rmdir(folder->path);
  g_clear_pointer(&folder->path, g_free);
  return FALSE;
}

static void close_folder(Folder *folder) {
  close(folder->held);
  while (waitpid(folder->guard, NULL, 0) < 0 && errno == EINTR) {}
  g_spawn_close_pid(folder->guard);
  g_clear_pointer(&folder->path, g_free);
}

/* --------------------------------------------------------------------------------------------- program */

/* As it is installed with us, or where programs are. */
static gchar *find_program(GError **error) {
  gchar *program = g_build_filename(STYLEMAP_PROGRAM_DIR, PROGRAM, NULL);
  if (!g_file_test(program, G_FILE_TEST_IS_EXECUTABLE)) {
    g_free(program);
    program = g_find_program_in_path(PROGRAM);
  }
  if (!program)
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED,
                _("The program %s, which does this, is not installed: it is in the package of that name."), PROGRAM);
  return program;
}

/* In the program's process, before it is it: it ends with the thread that started it. */
static void end_with_us(gpointer unused) {
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
}

/* Starts it with files for what it says. */
static gboolean start(gchar **arguments, const gchar *out, const gchar *err, GPid *pid, GError **error) {
  g_auto(GStrv) environment = g_get_environ();
  const int said = g_open(out, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), complained = g_open(err, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (!g_environ_getenv(environment, "OMP_NUM_THREADS") && !g_environ_getenv(environment, "GOTO_NUM_THREADS"))
    environment = g_environ_setenv(environment, "OPENBLAS_NUM_THREADS", "1", FALSE);
  const gboolean done = g_spawn_async_with_fds(NULL, arguments, environment, G_SPAWN_DO_NOT_REAP_CHILD, end_with_us, NULL, pid, -1,
                                               said, complained, error);
  if (said >= 0) close(said);
  if (complained >= 0) close(complained);
  return done;
}

/* Waits until it has ended, or ends it where the user wants that. */
static gboolean wait_for(Engine *engine, GPid pid, gboolean *well, GError **error) {
  int status = 0;
  gboolean done = TRUE;
  pid_t ended;
  for (;;) {
    ended = waitpid(pid, &status, done ? WNOHANG : 0);
    if (ended > 0 || (ended < 0 && errno != EINTR)) break;
    if (!done) continue;
    done = engine_part(engine, STYLEMAP_PHASE_MAP, LOOKING, 1, error);
    if (done) g_usleep(RESTING);
    else kill(pid, SIGTERM);
  }
  g_spawn_close_pid(pid);
  *well = ended > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  return done;
}

/* The last line of what it complained of, without its name. */
static void say_complaint(const gchar *err, GError **error) {
  g_autofree gchar *text = NULL;
  g_file_get_contents(err, &text, NULL, NULL);
  const gchar *line = text ? strrchr(g_strchomp(text), '\n') : NULL;
  line = line ? line + 1 : text ? text : "";
  if (g_str_has_prefix(line, "stylemap: ")) line += strlen("stylemap: ");
  g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, "%s", *line ? line : _("The program ended without a word."));
}

/* What the program says, to be freed, or NULL. */
static gchar *run(Engine *engine, const gchar *program, const LearnRequest *request, const gchar *work, const gchar *with,
                  const gchar *without, GError **error) {
  g_autofree gchar *folder = learned_folder(engine->path), *file = g_strconcat(request->name, LEARNED_ENDING, NULL);
  g_autofree gchar *output = g_build_filename(folder, file, NULL), *name = g_strconcat("--name=", request->name, NULL);
  g_autofree gchar *out = g_build_filename(work, "out", NULL), *err = g_build_filename(work, "err", NULL);
  g_autofree gchar *threads = g_strdup_printf("--threads=%d", engine_threads());
  gchar *arguments[] = { (gchar *)program, "direction", "learn", engine->path, (gchar *)with, (gchar *)without,
                         "-o",             output,      name,    threads,      "--quiet",     NULL };
  gchar *said = NULL;
  GPid pid;
  gboolean well;
  if (g_mkdir_with_parents(folder, 0755) != 0) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("The folder %s cannot be made: %s."), folder, g_strerror(errno));
    return NULL;
  }
  if (!start(arguments, out, err, &pid, error) || !wait_for(engine, pid, &well, error)) return NULL;
  if (!well) say_complaint(err, error);
  else if (g_file_get_contents(out, &said, NULL, error)) g_strchomp(said);
  return said;
}

gchar *learn_direction(Engine **engine, const LearnRequest *request, stylemap_progress tell, gpointer data, GError **error) {
  if (!learn_check_name(request->name, error)) return NULL;
  g_autofree gchar *program = find_program(error);
  Folder work;
  gchar *said = NULL;
  if (!program || !open_folder(&work, error)) return NULL;
  g_autofree gchar *with = g_build_filename(work.path, "with", NULL), *without = g_build_filename(work.path, "without", NULL);
  const guint all = request->with->len + request->without->len;
  if (engine_open(engine, request->model, 0, tell, data, error) &&
      save_squares(*engine, request->with, with, 0, all, error) &&
      save_squares(*engine, request->without, without, request->with->len, all, error))
    said = run(*engine, program, request, work.path, with, without, error);
  if (*engine) engine_watch(*engine, NULL, NULL); /* the worker ends */
  close_folder(&work);
  return said;
}
