/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static stylemap_status cannot_read(stylemap_error *error, const char *path, int number) {
  sm_number n;
  switch (number) {
  case ENOENT:
  case ENOTDIR:
    return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("There is no file %1."), path, NULL);
  case EACCES:
  case EPERM:
    return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("%1 may not be read (permission denied)."), path, NULL);
  default:
    return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("%1 cannot be read (system error %2)."), path,
                   sm_decimal(&n, number), NULL);
  }
}

static stylemap_status cannot_write(stylemap_error *error, const char *path, int number) {
  sm_number n;
  switch (number) {
  case ENOENT:
  case ENOTDIR:
    return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("%1 cannot be written: there is no such folder."), path,
                   NULL);
  case EACCES:
  case EPERM:
  case EROFS:
    return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("%1 may not be written (permission denied)."), path, NULL);
  case ENOSPC:
  case EDQUOT:
  case EFBIG:
    return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("%1 cannot be written: the disk is full."), path, NULL);
  default:
    return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("%1 cannot be written (system error %2)."), path,
                   sm_decimal(&n, number), NULL);
  }
}

static stylemap_status no_file(stylemap_error *error, const char *path) {
  return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("%1 is a folder or a device, not a file."), path, NULL);
}

stylemap_status sm_file_open(const char *path, sm_file *file, stylemap_error *error) {
  struct stat st;
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (fd < 0) return cannot_read(error, path, errno);
  stylemap_status status = STYLEMAP_OK;
  if (fstat(fd, &st) != 0) status = cannot_read(error, path, errno);
  else if (!S_ISREG(st.st_mode) || st.st_size < 0) status = no_file(error, path);
  if (status != STYLEMAP_OK) {
    close(fd);
    return status;
  }
  *file = (sm_file){.fd = fd, .size = (uint64_t)st.st_size, .path = path};
  return STYLEMAP_OK;
}

stylemap_status sm_file_read(const sm_file *file, uint64_t at, void *to, size_t size, stylemap_error *error) {
  char *bytes = to;
  if (at > file->size || size > file->size - at) goto cut;
  while (size) {
    size_t piece = size < (1u << 30) ? size : (1u << 30);
    ssize_t n = pread(file->fd, bytes, piece, (off_t)at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_read(error, file->path, errno);
    if (n == 0) goto cut;
    bytes += n;
    at += (uint64_t)n;
    size -= (size_t)n;
  }
  return STYLEMAP_OK;
cut:
  return sm_fail(error, STYLEMAP_FILE_ERROR, "", SM_TEXT("%1 became shorter while it was read. Try again."), file->path,
                 NULL);
}

void sm_file_close(sm_file *file) {
  if (file->path) close(file->fd);
  *file = (sm_file){0};
}

/* The path that `path` leads to if it is a link, else a copy. */
static char *follow(const char *path) {
  char *real = realpath(path, NULL);
  const char *from = real ? real : path;
  char *copy = sm_alloc(strlen(from) + 1, 1);
  if (copy) strcpy(copy, from);
  free(real);
  return copy;
}

/* The next name beside the target that is not taken yet. */
static void name_beside(const sm_writer *writer, int number) {
  const char *slash = strrchr(writer->target, '/');
  int folder = slash ? (int)(slash - writer->target) + 1 : 0;
  snprintf(writer->beside, writer->room, "%.*s.stylemap-%ld-%d.part", folder, writer->target, (long)getpid(), number);
}

static int open_folder_of(char *path, int flags) {
  char *slash = strrchr(path, '/'), *end = slash ? slash + (slash == path) : NULL, kept = end ? *end : 0;
  if (end) *end = '\0';
  int fd = open(end ? path : ".", flags | O_CLOEXEC, 0666);
  if (end) *end = kept;
  return fd;
}

/* A file without a name, of which nothing is left where this process is killed; -1 where the system has no such thing. */
static int open_nameless(const sm_writer *writer) {
#ifdef O_TMPFILE
  if (access("/proc/self/fd", X_OK) == 0) return open_folder_of(writer->target, O_TMPFILE | O_WRONLY);
#endif
  return -1;
}

/* Gives it the target's name or, where that is taken, one beside it. An errno, or 0. */
static int give_name(sm_writer *writer, int fd) {
  char from[40];
  snprintf(from, sizeof from, "/proc/self/fd/%d", fd);
  if (linkat(AT_FDCWD, from, AT_FDCWD, writer->target, AT_SYMLINK_FOLLOW) == 0) return 0;
  for (int i = 0; i < 100 && errno == EEXIST; i++) {
    name_beside(writer, i);
    if (linkat(AT_FDCWD, from, AT_FDCWD, writer->beside, AT_SYMLINK_FOLLOW) == 0) return 0;
  }
  int number = errno;
  writer->beside[0] = '\0';
  return number;
}

stylemap_status sm_writer_open(const char *path, sm_writer *writer, stylemap_error *error) {
  struct stat st;
  *writer = (sm_writer){.fd = -1, .path = path};
  writer->target = follow(path);
  writer->room = writer->target ? strlen(writer->target) + 64 : 0;
  writer->beside = writer->room ? sm_alloc(writer->room, 1) : NULL;
  if (!writer->beside) {
    const size_t room = writer->room;
    sm_writer_abort(writer);
    return sm_no_memory(error, room);
  }
  writer->beside[0] = '\0';
  int exists = stat(writer->target, &st) == 0;
  const char *slash = strrchr(writer->target, '/');
  if ((exists && !S_ISREG(st.st_mode)) || !(slash ? slash + 1 : writer->target)[0]) {
    sm_writer_abort(writer);
    return no_file(error, path);
  }
  writer->fd = open_nameless(writer);
  for (int i = 0; i < 100 && writer->fd < 0; i++) {
    name_beside(writer, i);
    writer->fd = open(writer->beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (writer->fd < 0 && errno != EEXIST) break;
  }
  if (writer->fd < 0) {
    int number = errno;
    writer->beside[0] = '\0'; /* nothing of ours to remove */
    sm_writer_abort(writer);
    return cannot_write(error, path, number);
  }
  if (exists && fchmod(writer->fd, st.st_mode & 0777) != 0) {
    int number = errno;
    sm_writer_abort(writer);
    return cannot_write(error, path, number);
  }
  return STYLEMAP_OK;
}

stylemap_status sm_writer_put(sm_writer *writer, const void *data, size_t size, stylemap_error *error) {
  const char *bytes = data;
  while (size) {
    size_t piece = size < (1u << 30) ? size : (1u << 30);
    ssize_t n = write(writer->fd, bytes, piece);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return cannot_write(error, writer->path, errno);
    bytes += n;
    size -= (size_t)n;
  }
  return STYLEMAP_OK;
}

/* So that the new name, too, is there after a power cut. Not every file system can; that is no failure. */
static void sync_folder(char *path) {
  int fd = open_folder_of(path, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return;
  (void)fsync(fd);
  close(fd);
}

stylemap_status sm_writer_commit(sm_writer *writer, stylemap_error *error) {
  stylemap_status status = STYLEMAP_OK;
  int fd = writer->fd;
  writer->fd = -1;
  if (fsync(fd) != 0 && errno != EINVAL) status = cannot_write(error, writer->path, errno);
  if (status == STYLEMAP_OK && !writer->beside[0]) {
    int number = give_name(writer, fd);
    if (number) status = cannot_write(error, writer->path, number);
  }
  if (close(fd) != 0 && status == STYLEMAP_OK) status = cannot_write(error, writer->path, errno);
  if (status == STYLEMAP_OK && writer->beside[0] && rename(writer->beside, writer->target) != 0)
    status = cannot_write(error, writer->path, errno);
  if (status == STYLEMAP_OK) {
    writer->beside[0] = '\0';
    sync_folder(writer->target);
  }
  sm_writer_abort(writer);
  return status;
}

void sm_writer_abort(sm_writer *writer) {
  if (!writer->path) return;
  if (writer->fd >= 0) close(writer->fd);
  if (writer->beside && writer->beside[0]) unlink(writer->beside);
  sm_free(writer->beside);
  sm_free(writer->target);
  *writer = (sm_writer){.fd = -1};
}
