/* Faults at chosen file operations of a process: it dies at the k-th one, in the middle of it, or the operation fails.
 * Loaded with LD_PRELOAD into the real server by crates/test_support/src/faults/mod.rs, which also writes the control
 * page. Linux only. It never touches sockets, and only looks at files whose name it knows.
 *
 * Control page (shared memory, little-endian u64):
 *   0 mask of operations that count, bit = operation number    1 how many of them go by first
 *   2 what then happens (ACTION_*)                             3 errno for ACTION_FAIL, seed for ACTION_CUT
 *   4 how many operations fail (ACTION_FAIL)                   5 faults that happened
 *   6 operation number of the last fault                       8.. operations so far, by operation number
 * Operation number = 8 * file + operation. Compiled behind disk.c, in one unit.
 */
enum { MASK, SKIP, ACTION, ERRNO, TIMES, HITS, HIT, COUNTS = 8, PAGE_SLOTS = 512 };
enum { ACTION_NONE, ACTION_KILL_BEFORE, ACTION_KILL_AFTER, ACTION_KILL_INSIDE, ACTION_FAIL, ACTION_CUT };
enum { FILE_NONE, FILE_WAL_LOG, FILE_WAL, FILE_INDEX_LOG, FILE_INDEX, FILE_ARCHIVE, FILE_APP_LOG, FILE_APP };
enum { OP_WRITE = 1, OP_SYNC, OP_TRUNCATE, OP_RENAME, OP_UNLINK, OP_CREATE };
enum { FDS_MAX = DISK_FDS_MAX };

static _Atomic uint64_t *control;
static _Atomic unsigned char kind_of_fd[FDS_MAX];
/* the server that started this process (its probe of the index), which dies with it */
static pid_t parent;

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

static int kind_of(const char *path) {
  if (path == NULL) return FILE_NONE;
  if (ends_with(path, "/wal.db-wal")) return FILE_WAL_LOG;
  if (ends_with(path, "/wal.db")) return FILE_WAL;
  if (strstr(path, "/index.duckdb.wal")) return FILE_INDEX_LOG;
  if (ends_with(path, "/index.duckdb")) return FILE_INDEX;
  if (strstr(path, "/archive/")) return FILE_ARCHIVE;
  if (ends_with(path, "/app.db-wal")) return FILE_APP_LOG;
  if (ends_with(path, "/app.db")) return FILE_APP;
  return FILE_NONE;
}

__attribute__((constructor)) static void start(void) {
  const char *path = getenv("JUNJO_FAULTS");
  int fd = path == NULL ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *page = mmap(NULL, PAGE_SLOTS * 8, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (page != MAP_FAILED) control = page;
  limbo = getenv("JUNJO_FAULTS_LIMBO");
  const char *starter = getenv("JUNJO_FAULTS_PARENT");
  if (starter != NULL) parent = (pid_t)atoi(starter);
  char own[16];
  snprintf(own, sizeof own, "%d", (int)getpid());
  setenv("JUNJO_FAULTS_PARENT", own, 1);
}

static void die(void) {
  if (parent > 0) kill(parent, SIGKILL);
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* Counts an operation; the action that is due for it, if any. Dying before it is done here. With a model of the disk its
 * lock is held. */
static int action_of(int file, int operation) {
  if (control == NULL || file == FILE_NONE) return ACTION_NONE;
  int number = 8 * file + operation;
  atomic_fetch_add(&control[COUNTS + number], 1);
  if ((atomic_load(&control[MASK]) >> number & 1) == 0) return ACTION_NONE;
  uint64_t skip = atomic_load(&control[SKIP]);
  while (skip > 0)
    if (atomic_compare_exchange_weak(&control[SKIP], &skip, skip - 1)) return ACTION_NONE;
  uint64_t times = atomic_load(&control[TIMES]);
  do {
    if (times == 0) return ACTION_NONE;
  } while (!atomic_compare_exchange_weak(&control[TIMES], &times, times - 1));
  atomic_fetch_add(&control[HITS], 1);
  atomic_store(&control[HIT], (uint64_t)number);
  int action = (int)atomic_load(&control[ACTION]);
  if (action == ACTION_CUT && limbo != NULL) cut_power(atomic_load(&control[ERRNO]));
  if (action == ACTION_KILL_BEFORE || action == ACTION_CUT) die();
  return action;
}

static int file_of(int fd) { return fd >= 0 && fd < FDS_MAX ? atomic_load(&kind_of_fd[fd]) : FILE_NONE; }

#define NEXT(result, name, ...)                                                   \
  static result (*next)(__VA_ARGS__);                                             \
  if (next == NULL) next = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

/* Between these two the model and the real operation are one step. */
static int enter(int file) {
  int is_modelled = limbo != NULL && file != FILE_NONE;
  if (is_modelled) pthread_mutex_lock(&disk_lock);
  return is_modelled;
}

static void leave(int is_modelled) {
  int error = errno;
  if (is_modelled) pthread_mutex_unlock(&disk_lock);
  errno = error;
}

/* Runs `call` unless a fault says otherwise; dies after it if that is asked for. `before` and `after` tell the model. */
#define PLAIN(file, operation, before, call, after) \
  int is_modelled = enter(file);                    \
  int action = action_of(file, operation);          \
  if (action == ACTION_KILL_INSIDE) die();          \
  long done = -1;                                   \
  if (action == ACTION_FAIL) {                      \
    errno = (int)atomic_load(&control[ERRNO]);      \
  } else {                                          \
    if (is_modelled) { before; }                    \
    done = (call);                                  \
  }                                                 \
  if (is_modelled) { after; }                       \
  if (action == ACTION_KILL_AFTER) die();           \
  leave(is_modelled);                               \
  return done

/* The same for a write of `count` bytes at `at`, which can be cut short. */
#define WRITE(file, count, at, call, half)          \
  int is_modelled = enter(file);                    \
  int action = action_of(file, OP_WRITE);           \
  ssize_t done = -1;                                \
  if (action == ACTION_FAIL) {                      \
    errno = (int)atomic_load(&control[ERRNO]);      \
  } else {                                          \
    if (is_modelled) {                              \
      off_t from = (at);                            \
      disk_changes(disk_file(fd), from, from + (off_t)(count)); \
    }                                               \
    if (action == ACTION_KILL_INSIDE) {             \
      size_t part = (count) / 2;                    \
      if (part > 0) (void)!(half);                  \
      die();                                        \
    }                                               \
    done = (call);                                  \
  }                                                 \
  if (action == ACTION_KILL_AFTER) die();           \
  leave(is_modelled);                               \
  return done

/* Where a write without a place goes. */
static off_t place_of(int fd) {
  return fcntl(fd, F_GETFL) & O_APPEND ? size_of(fd) : lseek(fd, 0, SEEK_CUR);
}

static size_t bytes_of(const struct iovec *parts, int count) {
  size_t bytes = 0;
  for (int at = 0; at < count; at++) bytes += parts[at].iov_len;
  return bytes;
}

/* What opening `path` does: nothing special, a creation, or a creation that has to fail. */
enum { OPENS, CREATES, REFUSES };

static int before_open(const char *path, int flags) {
  int file = (flags & O_CREAT) ? kind_of(path) : FILE_NONE;
  if (file == FILE_NONE || access(path, F_OK) == 0) return OPENS;
  int is_modelled = enter(file);
  int action = action_of(file, OP_CREATE);
  leave(is_modelled);
  if (action == ACTION_KILL_INSIDE || action == ACTION_KILL_AFTER) die();
  if (action == ACTION_FAIL) errno = (int)atomic_load(&control[ERRNO]);
  return action == ACTION_FAIL ? REFUSES : CREATES;
}

static int opened(int fd, const char *path, int how) {
  if (fd < 0 || fd >= FDS_MAX) return fd;
  int file = kind_of(path);
  atomic_store(&kind_of_fd[fd], (unsigned char)file);
  int is_modelled = enter(file);
  if (is_modelled) disk_opened(fd, path, how == CREATES);
  leave(is_modelled);
  return fd;
}

#define OPEN(path, flags, call)            \
  int how = before_open(path, flags);      \
  return how == REFUSES ? -1 : opened((call), path, how)

#define OPEN_MODE(flags)                      \
  mode_t mode = 0;                            \
  if ((flags) & (O_CREAT | O_TMPFILE)) {      \
    va_list more;                             \
    va_start(more, flags);                    \
    mode = (mode_t)va_arg(more, int);         \
    va_end(more);                             \
  }

int open(const char *path, int flags, ...) {
  NEXT(int, "open", const char *, int, ...);
  OPEN_MODE(flags);
  OPEN(path, flags, next(path, flags, mode));
}

int open64(const char *path, int flags, ...) {
  NEXT(int, "open64", const char *, int, ...);
  OPEN_MODE(flags);
  OPEN(path, flags, next(path, flags, mode));
}

int openat(int dir, const char *path, int flags, ...) {
  NEXT(int, "openat", int, const char *, int, ...);
  OPEN_MODE(flags);
  OPEN(path, flags, next(dir, path, flags, mode));
}

int openat64(int dir, const char *path, int flags, ...) {
  NEXT(int, "openat64", int, const char *, int, ...);
  OPEN_MODE(flags);
  OPEN(path, flags, next(dir, path, flags, mode));
}

int close(int fd) {
  NEXT(int, "close", int);
  if (fd >= 0 && fd < FDS_MAX) {
    atomic_store(&kind_of_fd[fd], FILE_NONE);
    disk_file_of_fd[fd] = 0;
  }
  return next(fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
  NEXT(ssize_t, "write", int, const void *, size_t);
  WRITE(file_of(fd), count, place_of(fd), next(fd, bytes, count), next(fd, bytes, part));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  NEXT(ssize_t, "pwrite", int, const void *, size_t, off_t);
  WRITE(file_of(fd), count, at, next(fd, bytes, count, at), next(fd, bytes, part, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  NEXT(ssize_t, "pwrite64", int, const void *, size_t, off64_t);
  WRITE(file_of(fd), count, at, next(fd, bytes, count, at), next(fd, bytes, part, at));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  NEXT(ssize_t, "writev", int, const struct iovec *, int);
  WRITE(file_of(fd), bytes_of(parts, count), place_of(fd), next(fd, parts, count), next(fd, parts, count > 1 ? count / 2 : 1));
}

/* An fsync of a file, or of a folder, whose names then last. */
#define SYNC(call)                                                                              \
  struct stat state;                                                                            \
  if (limbo != NULL && fstat(fd, &state) == 0 && S_ISDIR(state.st_mode)) {                      \
    pthread_mutex_lock(&disk_lock);                                                             \
    folder_synced(fd);                                                                          \
    pthread_mutex_unlock(&disk_lock);                                                           \
  }                                                                                             \
  PLAIN(file_of(fd), OP_SYNC, (void)0, call, disk_synced(disk_file(fd), done == 0))

int fsync(int fd) {
  NEXT(int, "fsync", int);
  SYNC(next(fd));
}

int fdatasync(int fd) {
  NEXT(int, "fdatasync", int);
  SYNC(next(fd));
}

int ftruncate(int fd, off_t length) {
  NEXT(int, "ftruncate", int, off_t);
  PLAIN(file_of(fd), OP_TRUNCATE, disk_changes(disk_file(fd), length, size_of(fd)), next(fd, length), (void)0);
}

int ftruncate64(int fd, off64_t length) {
  NEXT(int, "ftruncate64", int, off64_t);
  PLAIN(file_of(fd), OP_TRUNCATE, disk_changes(disk_file(fd), length, size_of(fd)), next(fd, length), (void)0);
}

int rename(const char *from, const char *to) {
  NEXT(int, "rename", const char *, const char *);
  PLAIN(kind_of(from), OP_RENAME, disk_renames(from, to), next(from, to), (void)0);
}

int unlink(const char *path) {
  NEXT(int, "unlink", const char *);
  PLAIN(kind_of(path), OP_UNLINK, disk_unlinks(path), next(path), (void)0);
}
