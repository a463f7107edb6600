/* SPDX-License-Identifier: GPL-3.0-or-later
 * For the tests only, loaded into the command by LD_PRELOAD: reading, writing and memory as a bad disk, a full one, a file
 * that is cut meanwhile, or a machine without memory would have them. STYLEMAP_FAULT is a kind and a number N:
 *   read-short 0     each read gives at most 509 bytes        read-again 0    each other read is interrupted (EINTR)
 *   read-error N     the N-th read and all later ones: EIO    read-end N      from the N-th on: the file ends here
 *   write-short 0, write-again 0, write-error N               the same of writing
 *   write-full N     the N-th write, fsync, ... : no space    write-kill N    the process is killed before that
 *   memory N         the N-th large-aligned block of core cannot be had
 *   kill N           the process is killed after N microseconds
 * Only files in the folder STYLEMAP_FAULT_IN count. The file STYLEMAP_FAULT_COUNT gets how many reads, writes and blocks there
 * were: where STYLEMAP_FAULT is not set nothing fails. */
#undef _FILE_OFFSET_BITS /* pread and pread64 by their own names */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { READ, WRITE, BLOCK, KINDS };
enum { SHORT = 509 };
static atomic_long calls[KINDS];
static char kind[32], folder[512], count_file[512];
static long number;

static int is(const char *name) { return strcmp(kind, name) == 0; }

__attribute__((constructor)) static void begin(void) {
  const char *fault = getenv("STYLEMAP_FAULT"), *in = getenv("STYLEMAP_FAULT_IN"), *count = getenv("STYLEMAP_FAULT_COUNT");
  if (fault) sscanf(fault, "%31s %ld", kind, &number);
  if (in) snprintf(folder, sizeof folder, "%s/", in);
  if (count) snprintf(count_file, sizeof count_file, "%s", count);
  if (is("kill")) {
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
    struct itimerspec when = {.it_value = {number / 1000000, number % 1000000 * 1000 + 1}};
    timer_t timer;
    if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0 || timer_settime(timer, 0, &when, NULL) != 0) abort();
  }
}

__attribute__((destructor)) static void end(void) {
  char line[100];
  int n = snprintf(line, sizeof line, "%ld %ld %ld\n", (long)calls[READ], (long)calls[WRITE], (long)calls[BLOCK]);
  int fd = count_file[0] ? (int)syscall(SYS_openat, AT_FDCWD, count_file, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
  if (fd >= 0) syscall(SYS_write, fd, line, n), close(fd);
}

static int is_ours(int fd) {
  char link[64], path[512];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t n = readlink(link, path, sizeof path - 1);
  return folder[0] && n > 0 && (path[n] = '\0', strncmp(path, folder, strlen(folder)) == 0);
}

/* 1: the call fails with errno, or ends the file (*size is 0); else it goes on with *size bytes. */
static int fails(int which, const char *prefix, size_t *size) {
  char name[32];
  long n = atomic_fetch_add(&calls[which], 1);
  snprintf(name, sizeof name, "%s-", prefix);
  if (strncmp(kind, name, strlen(name)) != 0) return 0;
  const char *what = kind + strlen(name);
  if (!strcmp(what, "short") && size && *size > SHORT) *size = SHORT;
  if (!strcmp(what, "end") && n >= number) *size = 0;
  if (!strcmp(what, "kill") && n == number) kill(getpid(), SIGKILL);
  errno = !strcmp(what, "again") && size && n % 2 == 0 ? EINTR
          : !strcmp(what, "error") && n >= number ? EIO
          : !strcmp(what, "full") && n >= number ? ENOSPC : 0;
  return errno != 0;
}

#pragma GCC visibility push(default)
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t read(int fd, void *to, size_t size) {
  return is_ours(fd) && fails(READ, "read", &size) ? -1 : REAL(read)(fd, to, size);
}
ssize_t pread(int fd, void *to, size_t size, off_t at) {
  return is_ours(fd) && fails(READ, "read", &size) ? -1 : REAL(pread)(fd, to, size, at);
}
ssize_t pread64(int fd, void *to, size_t size, off64_t at) {
  return is_ours(fd) && fails(READ, "read", &size) ? -1 : REAL(pread64)(fd, to, size, at);
}
ssize_t write(int fd, const void *from, size_t size) {
  return is_ours(fd) && fails(WRITE, "write", &size) ? -1 : REAL(write)(fd, from, size);
}
ssize_t pwrite(int fd, const void *from, size_t size, off_t at) {
  return is_ours(fd) && fails(WRITE, "write", &size) ? -1 : REAL(pwrite)(fd, from, size, at);
}
int fsync(int fd) { return is_ours(fd) && fails(WRITE, "write", NULL) ? -1 : REAL(fsync)(fd); }
int ftruncate(int fd, off_t size) { return is_ours(fd) && fails(WRITE, "write", NULL) ? -1 : REAL(ftruncate)(fd, size); }
int fchmod(int fd, mode_t mode) { return is_ours(fd) && fails(WRITE, "write", NULL) ? -1 : REAL(fchmod)(fd, mode); }
int rename(const char *from, const char *to) { return fails(WRITE, "write", NULL) ? -1 : REAL(rename)(from, to); }
int linkat(int a, const char *from, int b, const char *to, int flags) {
  return fails(WRITE, "write", NULL) ? -1 : REAL(linkat)(a, from, b, to, flags);
}
void *aligned_alloc(size_t align, size_t size) { /* core/base/memory.c's alone */
  long n = atomic_fetch_add(&calls[BLOCK], 1);
  return is("memory") && n == number ? NULL : REAL(aligned_alloc)(align, size);
}
