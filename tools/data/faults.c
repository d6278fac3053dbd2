/* Makes system calls of a program fail, or ends the program right behind one of them.

   Preloaded into the daemon by tools/faults (LD_PRELOAD). It counts the calls below that concern files under FAULT_PATH,
   in all threads together, and at the call number FAULT_AT does what FAULT_MODE says:

     count   nothing: only the number of calls is wanted
     kill    the call is made, then the process is killed (SIGKILL)
     power   as kill, and everything is undone that was not synced: written, cut, created, renamed and removed
     names   as power, but what was created, renamed and removed stays, with the contents of what is left
     fail    the call is not made and returns FAULT_ERRNO
     lie     the call is made and returns FAULT_ERRNO all the same

   With FAULT_CALLS, a list of names separated by commas, only these calls are counted; FAULT_LAST says how many calls in a
   row are concerned (1 without it). The calls counted so far stand in the file FAULT_COUNT, eight bytes, mapped, and behind
   them the name of the one that was hit. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

struct shared {
  _Atomic unsigned long count;
  char hit[56 + PATH_MAX];
};

static struct shared *shared;
static unsigned long hit_at, hit_last;
static int error_number;
static enum { COUNT, KILL, FAIL, LIE, POWER, NAMES } mode;
static char prefix[PATH_MAX];
static const char *calls;

static void *next(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void prepare(void) {
  const char *path = getenv("FAULT_PATH"), *file = getenv("FAULT_COUNT"), *text = getenv("FAULT_MODE");
  if (!path || !file || !text || !realpath(path, prefix)) return;
  int descriptor = open(file, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return;
  void *map = mmap(NULL, sizeof(struct shared), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  close(descriptor);
  if (map == MAP_FAILED) return;
  static const char *const modes[] = {"count", "kill", "fail", "lie", "power", "names"};
  for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++)
    if (!strcmp(text, modes[i])) mode = i;
  hit_at = strtoul(getenv("FAULT_AT") ? getenv("FAULT_AT") : "0", NULL, 10);
  hit_last = hit_at + strtoul(getenv("FAULT_LAST") ? getenv("FAULT_LAST") : "1", NULL, 10) - 1;
  error_number = atoi(getenv("FAULT_ERRNO") ? getenv("FAULT_ERRNO") : "5");
  calls = getenv("FAULT_CALLS");
  shared = map;
}

static int is_wanted(const char *call) {
  if (!calls) return 1;
  size_t length = strlen(call);
  for (const char *found = calls; (found = strstr(found, call)); found += length)
    if ((found == calls || found[-1] == ',') && (!found[length] || found[length] == ',')) return 1;
  return 0;
}

/* Whether this call is one of those to be hit. */
static int concerns(const char *call, const char *path) {
  if (!shared || !path || strncmp(path, prefix, strlen(prefix)) || !is_wanted(call)) return 0;
  unsigned long number = atomic_fetch_add(&shared->count, 1) + 1;
  if (mode == COUNT || number < hit_at || number > hit_last) return 0;
  snprintf(shared->hit, sizeof shared->hit, "%s %s", call, path + strlen(prefix));
  return 1;
}

static int concerns_file(const char *call, int descriptor) {
  if (!shared) return 0;
  char name[64], path[PATH_MAX];
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return concerns(call, path);
}

static int concerns_path(const char *call, const char *path) {
  if (!shared) return 0;
  char folder[PATH_MAX], whole[2 * PATH_MAX];
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
  char *known = realpath(folder, NULL);
  if (!known) return 0;
  snprintf(whole, sizeof whole, "%s/%s", known, slash ? slash + 1 : path);
  free(known);
  return concerns(call, whole);
}

/* -- What is not synced yet ------------------------------------------------------------------------------------------

   Data counts as lost until its file is synced, a name until its folder is. Calls run one at a time then. What mmap
   writes is not seen. */

struct undo {
  enum { DATA, CREATED, RENAMED, REMOVED, MADE } kind;
  dev_t device; /* of the file, or of the folder that has the name */
  ino_t number;
  int descriptor; /* DATA: the file, whatever its name may be by then */
  off_t size, offset; /* DATA: the file's size, and where `bytes` were */
  size_t length;
  char *bytes, *path, *other, *kept; /* kept: a second name of what the call took away */
};

static struct undo *undos;
static size_t undo_count, undo_room;
static unsigned kept_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static int is_watching(void) { return shared && (mode == POWER || mode == NAMES); }

static struct undo *add(int kind, const struct stat *place) {
  if (undo_count == undo_room) undos = realloc(undos, (undo_room = undo_room * 2 + 64) * sizeof *undos);
  struct undo *entry = &undos[undo_count++];
  *entry = (struct undo){.kind = kind, .device = place->st_dev, .number = place->st_ino, .descriptor = -1};
  return entry;
}

static int real_open(const char *path, int flags) {
  static int (*real)(const char *, int, ...);
  if (!real) real = next("open");
  return real(path, flags | O_CLOEXEC);
}

/* The path without links in its folder, if it is one of those watched. */
static char *watched(const char *path) {
  char folder[PATH_MAX], *whole = NULL;
  const char *slash = strrchr(path, '/');
  snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + (slash == path) : 1, slash ? path : ".");
  char *known = realpath(folder, NULL);
  if (!known) return NULL;
  if (asprintf(&whole, "%s/%s", known, slash ? slash + 1 : path) < 0) abort();
  free(known);
  if (!strncmp(whole, prefix, strlen(prefix))) return whole;
  free(whole);
  return NULL;
}

static int folder_of(const char *path, struct stat *place) {
  char folder[PATH_MAX];
  snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
  return stat(folder, place);
}

/* Before `count` bytes at `offset` are written, or, with count 0, what lies behind `offset` is cut off. */
static void keep_data(const char *name, off_t offset, size_t count) {
  struct stat place;
  int descriptor = real_open(name, O_RDWR);
  if (descriptor < 0 || fstat(descriptor, &place) || !S_ISREG(place.st_mode)) {
    if (descriptor >= 0) close(descriptor);
    return;
  }
  struct undo *entry = add(DATA, &place);
  off_t end = count && offset + (off_t)count < place.st_size ? offset + (off_t)count : place.st_size;
  entry->descriptor = descriptor;
  entry->size = place.st_size;
  entry->offset = offset;
  if (end <= offset) return;
  entry->bytes = malloc(end - offset);
  ssize_t length = pread(descriptor, entry->bytes, end - offset, offset);
  entry->length = length > 0 ? length : 0;
}

static void keep_descriptor(int descriptor, off_t offset, size_t count) {
  char name[64], path[PATH_MAX];
  snprintf(name, sizeof name, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(name, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (strncmp(path, prefix, strlen(prefix))) return;
  if (offset < 0) {
    struct stat place;
    int flags = fcntl(descriptor, F_GETFL);
    offset = flags & O_APPEND && !fstat(descriptor, &place) ? place.st_size : lseek(descriptor, 0, SEEK_CUR);
  }
  keep_data(name, offset, count);
}

/* Before the name `path` is taken away: a second name outside of the folder that is watched. */
static char *keep_name(const char *path) {
  static int (*real)(const char *, const char *);
  if (!real) real = next("link");
  char *kept = NULL;
  if (asprintf(&kept, "%s.lost-%u", prefix, kept_count++) < 0) abort();
  if (!real(path, kept)) return kept;
  free(kept);
  return NULL;
}

static void add_name(int kind, char *path, char *other, char *kept) {
  struct stat place;
  if (folder_of(path, &place)) return;
  struct undo *entry = add(kind, &place);
  entry->path = path;
  entry->other = other;
  entry->kept = kept;
}

/* The file, or the names in the folder, are on the disk. */
static void forget(int descriptor) {
  struct stat place;
  if (fstat(descriptor, &place)) return;
  size_t left = 0;
  for (size_t i = 0; i < undo_count; i++) {
    struct undo *entry = &undos[i];
    int is_synced = entry->device == place.st_dev && entry->number == place.st_ino
      && (entry->kind == DATA) == !S_ISDIR(place.st_mode);
    if (!is_synced) {
      undos[left++] = *entry;
      continue;
    }
    if (entry->descriptor >= 0) close(entry->descriptor);
    if (entry->kept) {
      static int (*real)(const char *);
      if (!real) real = next("unlink");
      real(entry->kept);
    }
    free(entry->bytes), free(entry->path), free(entry->other), free(entry->kept);
  }
  undo_count = left;
}

/* The power is gone. */
static void lose(void) {
  int (*cut)(int, off_t) = next("ftruncate"), (*move)(const char *, const char *) = next("rename");
  int (*remove_file)(const char *) = next("unlink"), (*remove_folder)(const char *) = next("rmdir");
  ssize_t (*put)(int, const void *, size_t, off_t) = next("pwrite");
  while (undo_count) {
    struct undo *entry = &undos[--undo_count];
    if (entry->kind == DATA) {
      if (entry->length && put(entry->descriptor, entry->bytes, entry->length, entry->offset) < 0) abort();
      if (cut(entry->descriptor, entry->size)) abort();
    } else if (mode == POWER) {
      if (entry->kind == CREATED) remove_file(entry->path);
      if (entry->kind == MADE) remove_folder(entry->path);
      if (entry->kind == RENAMED) move(entry->path, entry->other);
      if (entry->kept) move(entry->kept, entry->path);
    }
  }
}

static void die(void) {
  if (is_watching()) lose();
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* -- The calls ---------------------------------------------------------------------------------------------------------

   Each says what must be kept before it is made, and what is known after it. */

/* The call is `expression`; its result goes to the caller unless it is to be hit. */
#define HIT(type, is_hit, before, expression, after)                    \
  do {                                                                  \
    int hit = is_hit;                                                   \
    char *path_to = NULL, *path_from = NULL, *kept = NULL;              \
    (void)path_to, (void)path_from, (void)kept;                         \
    if (hit && mode == FAIL) { errno = error_number; return -1; }       \
    if (is_watching()) { pthread_mutex_lock(&lock); before; }           \
    type result = expression;                                           \
    int code = errno;                                                   \
    if (is_watching() && result >= 0) { after; }                        \
    if (hit && (mode == KILL || is_watching())) die();                  \
    if (is_watching()) pthread_mutex_unlock(&lock);                     \
    errno = hit ? error_number : code;                                  \
    return hit ? -1 : result;                                           \
  } while (0)

#define WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

static mode_t creation_mode(int flags, va_list list) {
  return flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

/* What opening the file will empty is kept. Returns its path if it will be created. */
static char *before_open(const char *path, int flags) {
  struct stat place;
  char *whole = flags & WRITES ? watched(path) : NULL;
  if (!whole) return NULL;
  int is_there = !lstat(whole, &place);
  if (is_there && flags & O_TRUNC) keep_data(whole, 0, 0);
  if (!is_there && flags & O_CREAT) return whole;
  free(whole);
  return NULL;
}

/* An open that "failed although done" leaves the file behind, not the descriptor. */
static int opened(int hit, char *created, int result) {
  int code = errno;
  if (created && result >= 0) add_name(CREATED, created, NULL, NULL);
  if (hit && (mode == KILL || is_watching())) die();
  if (is_watching()) pthread_mutex_unlock(&lock);
  if (hit && result >= 0) close(result);
  errno = hit ? error_number : code;
  return hit ? -1 : result;
}

#define OPEN_BODY(hit_expression, call)                                     \
  va_list list;                                                             \
  va_start(list, flags);                                                    \
  mode_t bits = creation_mode(flags, list);                                 \
  va_end(list);                                                             \
  int hit = flags & WRITES && (hit_expression);                             \
  if (hit && mode == FAIL) { errno = error_number; return -1; }             \
  char *created = NULL;                                                     \
  if (is_watching()) { pthread_mutex_lock(&lock); created = before_open(path, flags); } \
  return opened(hit, created, call);

#define OPEN(name)                                                \
  int name(const char *path, int flags, ...) {                    \
    static int (*real)(const char *, int, ...);                   \
    if (!real) real = next(#name);                                \
    OPEN_BODY(concerns_path("open", path), real(path, flags, bits)) \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                   \
  int name(int folder, const char *path, int flags, ...) {                                             \
    static int (*real)(int, const char *, int, ...);                                                   \
    if (!real) real = next(#name);                                                                     \
    OPEN_BODY(*path == '/' || folder == AT_FDCWD ? concerns_path("open", path) : concerns_file("open", folder), \
              real(folder, path, flags, bits))                                                         \
  }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int descriptor, const void *bytes, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = next("write");
  HIT(ssize_t, concerns_file("write", descriptor), keep_descriptor(descriptor, -1, count),
      real(descriptor, bytes, count), );
}

#define PWRITE(name, offset_type)                                                     \
  ssize_t name(int descriptor, const void *bytes, size_t count, offset_type offset) { \
    static ssize_t (*real)(int, const void *, size_t, offset_type);                   \
    if (!real) real = next(#name);                                                    \
    HIT(ssize_t, concerns_file("write", descriptor), keep_descriptor(descriptor, offset, count), \
        real(descriptor, bytes, count, offset), );                                    \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PLAIN(name, parameters, arguments, is_hit, before, after) \
  int name parameters {                                           \
    static int(*real) parameters;                                 \
    if (!real) real = next(#name);                                \
    HIT(int, is_hit, before, real arguments, after);              \
  }
PLAIN(fdatasync, (int file), (file), concerns_file("fdatasync", file), , forget(file))
PLAIN(fsync, (int file), (file), concerns_file("fsync", file), , forget(file))
PLAIN(ftruncate, (int file, off_t size), (file, size), concerns_file("ftruncate", file), keep_descriptor(file, size, 0), )
PLAIN(ftruncate64, (int file, off64_t size), (file, size), concerns_file("ftruncate", file),
      keep_descriptor(file, size, 0), )

/* `to` is renamed over; what it was is kept under another name. */
static char *before_rename(const char *from, const char *to, char **path_from, char **kept) {
  char *whole = watched(to);
  *path_from = watched(from);
  *kept = whole ? keep_name(whole) : NULL;
  return whole;
}

#define RENAME(name, parameters, arguments)                                             \
  PLAIN(name, parameters, arguments, concerns_path("rename", to),                         \
        path_to = before_rename(from, to, &path_from, &kept),                             \
        if (path_to && path_from) add_name(RENAMED, path_to, path_from, kept))
#define PARAMETERS (const char *from, const char *to)
RENAME(rename, PARAMETERS, (from, to))
RENAME(renameat, (int a, const char *from, int b, const char *to), (a, from, b, to))
PLAIN(link, PARAMETERS, (from, to), concerns_path("link", to), path_to = watched(to),
      if (path_to) add_name(CREATED, path_to, NULL, NULL))
PLAIN(unlink, (const char *path), (path), concerns_path("unlink", path),
      path_to = watched(path); kept = path_to ? keep_name(path_to) : NULL,
      if (path_to) add_name(REMOVED, path_to, NULL, kept))
PLAIN(rmdir, (const char *path), (path), concerns_path("unlink", path), , )
PLAIN(mkdir, (const char *path, mode_t bits), (path, bits), concerns_path("mkdir", path), path_to = watched(path),
      if (path_to) add_name(MADE, path_to, NULL, NULL))
PLAIN(chmod, (const char *path, mode_t bits), (path, bits), concerns_path("chmod", path), , )
