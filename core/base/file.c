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

stylemap_status sm_writer_open(const char *path, sm_writer *writer, stylemap_error *error) {
  struct stat st;
  *writer = (sm_writer){.fd = -1, .path = path};
  writer->target = follow(path);
  size_t room = writer->target ? strlen(writer->target) + 64 : 0;
  writer->beside = room ? sm_alloc(room, 1) : NULL;
  if (!writer->beside) {
    sm_writer_abort(writer);
    return sm_no_memory(error, room);
  }
  int exists = stat(writer->target, &st) == 0;
  const char *slash = strrchr(writer->target, '/');
  int folder = slash ? (int)(slash - writer->target) + 1 : 0;
  if ((exists && !S_ISREG(st.st_mode)) || !writer->target[folder]) {
    writer->beside[0] = '\0';
    sm_writer_abort(writer);
    return no_file(error, path);
  }
  for (int i = 0; i < 100 && writer->fd < 0; i++) {
    snprintf(writer->beside, room, "%.*s.stylemap-%ld-%d.part", folder, writer->target, (long)getpid(), i);
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
  char *slash = strrchr(path, '/');
  if (slash) slash[slash == path] = '\0';
  int fd = open(slash ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  (void)fsync(fd);
  close(fd);
}

stylemap_status sm_writer_commit(sm_writer *writer, stylemap_error *error) {
  stylemap_status status = STYLEMAP_OK;
  int fd = writer->fd;
  writer->fd = -1;
  if (fsync(fd) != 0 && errno != EINVAL) status = cannot_write(error, writer->path, errno);
  if (close(fd) != 0 && status == STYLEMAP_OK) status = cannot_write(error, writer->path, errno);
  if (status == STYLEMAP_OK && rename(writer->beside, writer->target) != 0)
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
