/* A model of what is on the disk and not only in the page cache, for files that faults.c watches. When the power is cut,
 * what was never synced is put back to what it was: all of it, or a random part, since a system may write early. After an
 * fsync that failed, the pages count as written although they are not, as Linux does it, and a later fsync does not help.
 *
 * Blocks have 4 KiB. New, renamed and removed names last after an fsync of the file or of the folder; until then the
 * newest of them may be undone, in order. Compiled in front of faults.c.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BLOCK = 4096, BUCKETS = 1 << 14, DISK_FILES_MAX = 1024, NAMES_MAX = 1024, PATH_BYTES = 512, DISK_FDS_MAX = 4096 };

/* What the disk holds of a block that has been written to since. */
struct image {
  struct image *next;
  int file;
  uint64_t block;
  int is_forgotten; /* an fsync failed: no later one will write this content */
  char bytes[BLOCK];
};

struct disk_file {
  dev_t device;
  ino_t inode;
  int fd; /* our own, never closed: closing would drop the program's locks */
  off_t durable_size;
  char path[PATH_BYTES];
};

struct name_change {
  enum { NAME_CREATED, NAME_CHANGED, NAME_REMOVED } what;
  char from[PATH_BYTES], to[PATH_BYTES];
  char kept[PATH_BYTES]; /* a link to what was removed or replaced */
};

static pthread_mutex_t disk_lock = PTHREAD_MUTEX_INITIALIZER;
static const char *limbo; /* folder of those links; NULL: no model */
static struct image *images[BUCKETS];
static struct disk_file disk_files[DISK_FILES_MAX];
static int disk_file_count;
static short disk_file_of_fd[DISK_FDS_MAX]; /* index + 1 */
static struct name_change names[NAMES_MAX];
static int name_count, limbo_count;

static int real_open(const char *path, int flags) { return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_CLOEXEC, 0); }
static long real_pwrite(int fd, const void *bytes, size_t count, off_t at) { return syscall(SYS_pwrite64, fd, bytes, count, at); }
static int real_truncate(int fd, off_t size) { return (int)syscall(SYS_ftruncate, fd, size); }
static int real_unlink(const char *path) { return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0); }
static int real_rename(const char *from, const char *to) { return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0); }
static int real_link(const char *from, const char *to) { return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0); }

static void copy_path(char *to, const char *from) { snprintf(to, PATH_BYTES, "%s", from); }

static off_t size_of(int fd) {
  struct stat state;
  return fstat(fd, &state) == 0 ? state.st_size : 0;
}

static struct name_change *new_name(int what, const char *from, const char *to) {
  if (name_count == NAMES_MAX) { /* the oldest has surely reached the disk */
    if (names[0].kept[0] != 0) real_unlink(names[0].kept);
    memmove(names, names + 1, sizeof *names * (NAMES_MAX - 1));
    name_count--;
  }
  struct name_change *change = &names[name_count++];
  memset(change, 0, sizeof *change);
  change->what = what;
  copy_path(change->from, from);
  copy_path(change->to, to);
  return change;
}

static void keep(struct name_change *change, const char *path) {
  snprintf(change->kept, PATH_BYTES, "%s/%d-%d", limbo, (int)getpid(), limbo_count++);
  if (real_link(path, change->kept) != 0) change->kept[0] = 0;
}

/* Names in a folder, or of one file, have reached the disk. */
static void names_are_durable(const char *folder, const char *file) {
  int left = 0;
  size_t length = folder == NULL ? 0 : strlen(folder);
  for (int at = 0; at < name_count; at++) {
    const char *slash = strrchr(names[at].to, '/');
    int in_folder = folder != NULL && slash != NULL && (size_t)(slash - names[at].to) == length &&
                    strncmp(names[at].to, folder, length) == 0;
    int is_file = file != NULL && names[at].what == NAME_CREATED && strcmp(names[at].to, file) == 0;
    if (in_folder || is_file) {
      if (names[at].kept[0] != 0) real_unlink(names[at].kept);
    } else {
      names[left++] = names[at];
    }
  }
  name_count = left;
}

static void disk_opened(int fd, const char *path, int is_new) {
  struct stat state;
  if (fd < 0 || fd >= DISK_FDS_MAX || fstat(fd, &state) != 0 || !S_ISREG(state.st_mode)) return;
  int at = 0;
  while (at < disk_file_count && (disk_files[at].inode != state.st_ino || disk_files[at].device != state.st_dev)) at++;
  if (at == disk_file_count) {
    if (at == DISK_FILES_MAX) return;
    int own = real_open(path, O_RDWR);
    if (own < 0) return;
    disk_files[at] = (struct disk_file){.device = state.st_dev, .inode = state.st_ino, .fd = own};
    disk_files[at].durable_size = is_new ? 0 : state.st_size;
    copy_path(disk_files[at].path, path);
    disk_file_count++;
  }
  if (is_new) new_name(NAME_CREATED, path, path);
  disk_file_of_fd[fd] = (short)(at + 1);
}

static int disk_file(int fd) { return fd >= 0 && fd < DISK_FDS_MAX ? disk_file_of_fd[fd] - 1 : -1; }

static struct image **bucket_of(int file, uint64_t block) {
  return &images[((uint64_t)file * 2654435761u + block * 40503u) % BUCKETS];
}

/* Before blocks change in the page cache. */
static void disk_changes(int file, off_t at, off_t end) {
  for (uint64_t block = (uint64_t)at / BLOCK; file >= 0 && (off_t)(block * BLOCK) < end; block++) {
    struct image **bucket = bucket_of(file, block), *image = *bucket;
    while (image != NULL && (image->file != file || image->block != block)) image = image->next;
    if (image == NULL) {
      image = calloc(1, sizeof *image);
      if (image == NULL) return;
      image->file = file;
      image->block = block;
      (void)!pread(disk_files[file].fd, image->bytes, BLOCK, (off_t)(block * BLOCK));
      image->next = *bucket;
      *bucket = image;
    }
    image->is_forgotten = 0; /* dirty again: the next fsync writes it */
  }
}

static void disk_synced(int file, int is_ok) {
  for (int at = 0; file >= 0 && at < BUCKETS; at++) {
    struct image **link = &images[at];
    while (*link != NULL) {
      struct image *image = *link;
      if (image->file != file || (is_ok && image->is_forgotten)) {
        link = &image->next;
      } else if (is_ok) {
        *link = image->next;
        free(image);
      } else {
        image->is_forgotten = 1;
        link = &image->next;
      }
    }
  }
  if (file >= 0 && is_ok) {
    disk_files[file].durable_size = size_of(disk_files[file].fd);
    names_are_durable(NULL, disk_files[file].path);
  }
}

static void folder_synced(int fd) {
  char link[64], folder[PATH_BYTES];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, folder, sizeof folder - 1);
  if (length <= 0) return;
  folder[length] = 0;
  names_are_durable(folder, NULL);
}

static void disk_renames(const char *from, const char *to) {
  struct name_change *change = new_name(NAME_CHANGED, from, to);
  if (access(to, F_OK) == 0) keep(change, to);
  for (int at = 0; at < disk_file_count; at++)
    if (strcmp(disk_files[at].path, from) == 0) copy_path(disk_files[at].path, to);
}

static void disk_unlinks(const char *path) {
  if (access(path, F_OK) == 0) keep(new_name(NAME_REMOVED, path, path), path);
}

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

/* Puts the files into a state in which a power cut may leave them. The lock is held, and is never released. */
static void cut_power(uint64_t seed) {
  uint64_t random = seed | 1;
  for (int warm_up = 0; warm_up < 8; warm_up++) next_random(&random);
  int loses_all = next_random(&random) % 2 == 0;
  for (int at = 0; at < BUCKETS; at++)
    for (struct image *image = images[at]; image != NULL; image = image->next)
      if (loses_all || image->is_forgotten || next_random(&random) % 2 == 0)
        real_pwrite(disk_files[image->file].fd, image->bytes, BLOCK, (off_t)(image->block * BLOCK));
  for (int at = 0; at < disk_file_count; at++) {
    struct disk_file *file = &disk_files[at];
    /* a block that was put back may lie behind the end that it had; one in the middle of a longer file stays */
    off_t size = size_of(file->fd);
    if (size > file->durable_size && (loses_all || next_random(&random) % 2 == 0)) real_truncate(file->fd, file->durable_size);
    if (size < file->durable_size) real_truncate(file->fd, file->durable_size);
  }
  int lasting = loses_all || name_count == 0 ? 0 : (int)(next_random(&random) % ((uint64_t)name_count + 1));
  for (int at = name_count - 1; at >= lasting; at--) {
    struct name_change *change = &names[at];
    if (change->what == NAME_CREATED) real_unlink(change->to);
    if (change->what == NAME_CHANGED) real_rename(change->to, change->from);
    if (change->kept[0] != 0) real_rename(change->kept, change->to);
  }
}
