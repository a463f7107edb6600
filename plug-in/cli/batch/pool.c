/* SPDX-License-Identifier: GPL-3.0-or-later
 * Messages are packets: to a worker an item's number, or GO; from it what it wants, or its answer. */
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/batch/batch.h"
#include "host/say.h"

enum { TICK = 200 /* ms */, MOST_ANSWER = 1 << 17 /* below what a socket holds, above a line whose names are all escapes */ };
static const guint32 go = G_MAXUINT32;
enum { WANTS = 'w', ANSWERS = 'a' };

typedef struct {
  pid_t id; /* 0: there is none */
  int line;
  gboolean busy, waits, granted;
  guint item;
  guint64 wants; /* or holds, once it is granted */
} Worker;

/* ------------------------------------------------------------------------------------ in a worker */

static int to_parent = -1;

static gboolean receive(guint32 *message) {
  gssize n;
  do n = recv(to_parent, message, sizeof *message, 0);
  while (n < 0 && errno == EINTR && !progress_interrupted());
  return n == sizeof *message;
}

static void answer_parent(gchar kind, gconstpointer data, gsize size) {
  g_autofree gchar *packet = g_malloc(size + 1);
  packet[0] = kind;
  memcpy(packet + 1, data, size);
  if (send(to_parent, packet, size + 1, MSG_NOSIGNAL) != (gssize)size + 1) _exit(CLI_FAILED);
}

void pool_want(guint64 amount) {
  guint32 message;
  answer_parent(WANTS, &amount, sizeof amount);
  if (!receive(&message) || message != go) _exit(CLI_INTERRUPTED);
}

static void G_GNUC_NORETURN work(const Pool *pool, int line, pid_t parent) {
  guint32 item;
  to_parent = line;
  prctl(PR_SET_PDEATHSIG, SIGTERM); /* nothing goes on behind a run that was killed */
  if (getppid() != parent) _exit(CLI_INTERRUPTED);
  while (receive(&item)) {
    g_autoptr(GString) answer = g_string_new(NULL);
    if (!pool->work(pool->work_data, item, answer)) break;
    answer_parent(ANSWERS, answer->str, MIN(answer->len, MOST_ANSWER));
  }
  _exit(CLI_DONE);
}

/* ------------------------------------------------------------------------------------ in the parent */

static gboolean start(const Pool *pool, Worker *workers, guint n, GError **error) {
  int ends[2];
  const pid_t parent = getpid();
  const int failed = socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends);
  fflush(NULL);
  const pid_t id = failed ? -1 : fork();
  if (id < 0) {
    g_set_error(error, HOST_ERROR, HOST_ERROR_FAILED, _("No process can be started: %s."), g_strerror(errno));
    if (!failed) close(ends[0]), close(ends[1]);
    return FALSE;
  }
  if (id == 0) {
    for (guint i = 0; i < pool->workers; i++)
      if (workers[i].id) close(workers[i].line);
    close(ends[0]);
    work(pool, ends[1], parent);
  }
  close(ends[1]);
  workers[n] = (Worker){ .id = id, .line = ends[0] };
  return TRUE;
}

static void tell(Worker *worker, guint32 message) {
  send(worker->line, &message, sizeof message, MSG_NOSIGNAL); /* a dead one is seen when it is listened to */
}

/* Grants what was asked for, the first who asked first. */
static void grant(const Pool *pool, Worker *workers, GQueue *waiting) {
  guint64 held = 0;
  for (guint i = 0; i < pool->workers; i++)
    if (workers[i].granted) held += workers[i].wants;
  for (Worker *first; (first = g_queue_peek_head(waiting)) && (held == 0 || held + first->wants <= pool->budget);) {
    g_queue_pop_head(waiting);
    first->waits = FALSE;
    first->granted = TRUE;
    held += first->wants;
    tell(first, go);
  }
}

static gchar *end_of(pid_t id) {
  int status = 0;
  while (waitpid(id, &status, 0) < 0 && errno == EINTR) {}
  return WIFSIGNALED(status)
           ? g_strdup_printf(_("The program was ended at this picture by signal %d (%s)."), WTERMSIG(status),
                             g_strsignal(WTERMSIG(status)))
           : g_strdup_printf(_("The program ended at this picture with status %d."), WEXITSTATUS(status));
}

/* What a worker has to say. */
static gboolean listen_to(const Pool *pool, Worker *worker, GQueue *waiting, gchar *packet, GError **error) {
  const gssize n = recv(worker->line, packet, MOST_ANSWER + 1, MSG_DONTWAIT);
  guint64 wants;
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return TRUE;
  if (n == 1 + (gssize)sizeof wants && packet[0] == WANTS) {
    memcpy(&wants, packet + 1, sizeof wants);
    worker->wants = wants;
    worker->waits = TRUE;
    g_queue_push_tail(waiting, worker);
    return TRUE;
  }
  const guint item = worker->item;
  const gboolean busy = worker->busy;
  worker->busy = worker->granted = FALSE;
  if (n > 0) {
    packet[n] = '\0';
    return pool->take(pool->data, item, packet + 1, NULL, error);
  }
  if (worker->waits) g_queue_remove(waiting, worker);
  close(worker->line);
  g_autofree gchar *fault = end_of(worker->id);
  *worker = (Worker){ 0 };
  return !busy || progress_interrupted() || pool->take(pool->data, item, NULL, fault, error);
}

static void end_all(const Pool *pool, Worker *workers) {
  for (guint i = 0; i < pool->workers; i++) {
    if (!workers[i].id) continue;
    if (workers[i].busy) kill(workers[i].id, SIGTERM);
    close(workers[i].line); /* an idle one ends by this */
    while (waitpid(workers[i].id, NULL, 0) < 0 && errno == EINTR) {}
  }
}

gboolean pool_run(const Pool *pool, GError **error) {
  g_autofree Worker *workers = g_new0(Worker, pool->workers);
  g_autofree struct pollfd *lines = g_new0(struct pollfd, pool->workers);
  g_autofree gchar *packet = g_malloc(MOST_ANSWER + 2);
  g_autoptr(GQueue) waiting = g_queue_new();
  guint next = 0, busy = 0;
  gboolean ok = TRUE;
  do {
    busy = 0;
    for (guint i = 0; ok && i < pool->workers; i++) {
      Worker *w = &workers[i];
      lines[i] = (struct pollfd){ -1, POLLIN, 0 };
      if (!w->busy && next < pool->count && (w->id || (ok = start(pool, workers, i, error)))) {
        w->busy = TRUE;
        w->item = pool->items[next++];
        tell(w, w->item);
      }
      if (w->busy) lines[i].fd = w->line;
      busy += w->busy;
    }
    grant(pool, workers, waiting);
    if (!ok || !busy) break;
    poll(lines, pool->workers, TICK);
    for (guint i = 0; ok && i < pool->workers; i++)
      if (lines[i].fd >= 0 && lines[i].revents) ok = listen_to(pool, &workers[i], waiting, packet, error);
    if (pool->tick) pool->tick(pool->data);
    ok = ok && progress_go_on(error);
  } while (ok);
  end_all(pool, workers);
  return ok;
}
