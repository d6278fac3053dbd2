/* Makes system calls of a program fail, or ends the program right behind one of them.

   Preloaded into the daemon by tools/faults (LD_PRELOAD). It counts the calls below that concern files under FAULT_PATH,
   in all threads together, and at the call number FAULT_AT does what FAULT_MODE says:

     count   nothing: only the number of calls is wanted
     kill    the call is made, then the process is killed (SIGKILL)
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
static int error_number, mode; /* 0 count, 1 kill, 2 fail, 3 lie */
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
  mode = !strcmp(text, "kill") ? 1 : !strcmp(text, "fail") ? 2 : !strcmp(text, "lie") ? 3 : 0;
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
  if (mode == 0 || number < hit_at || number > hit_last) return 0;
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

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

/* The call is `expression`; its result goes to the caller unless it is to be hit. */
#define HIT(type, is_hit, expression)                  \
  do {                                                 \
    if (!(is_hit)) return expression;                  \
    if (mode == 2) { errno = error_number; return -1; } \
    type result = expression;                          \
    if (mode == 1) die();                              \
    (void)result;                                      \
    errno = error_number;                              \
    return -1;                                         \
  } while (0)

/* An open that "failed although done" leaves the file behind, not the descriptor. */
#define HIT_OPEN(is_hit, expression)                   \
  do {                                                 \
    if (!(is_hit)) return expression;                  \
    if (mode == 2) { errno = error_number; return -1; } \
    int result = expression;                           \
    if (mode == 1) die();                              \
    if (result >= 0) close(result);                    \
    errno = error_number;                              \
    return -1;                                         \
  } while (0)

#define WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC)

static mode_t creation_mode(int flags, va_list list) {
  return flags & (O_CREAT | __O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

#define OPEN(name)                                                                  \
  int name(const char *path, int flags, ...) {                                      \
    static int (*real)(const char *, int, ...);                                     \
    if (!real) real = next(#name);                                                  \
    va_list list;                                                                   \
    va_start(list, flags);                                                          \
    mode_t bits = creation_mode(flags, list);                                       \
    va_end(list);                                                                   \
    HIT_OPEN(flags & WRITES && concerns_path("open", path), real(path, flags, bits)); \
  }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                                                    \
  int name(int folder, const char *path, int flags, ...) {                                              \
    static int (*real)(int, const char *, int, ...);                                                    \
    if (!real) real = next(#name);                                                                      \
    va_list list;                                                                                       \
    va_start(list, flags);                                                                              \
    mode_t bits = creation_mode(flags, list);                                                           \
    va_end(list);                                                                                       \
    int is_hit = flags & WRITES && (*path == '/' ? concerns_path("open", path) : concerns_file("open", folder)); \
    HIT_OPEN(is_hit, real(folder, path, flags, bits));                                                  \
  }
OPENAT(openat)
OPENAT(openat64)

ssize_t write(int descriptor, const void *bytes, size_t count) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = next("write");
  HIT(ssize_t, concerns_file("write", descriptor), real(descriptor, bytes, count));
}

#define PWRITE(name, offset_type)                                                            \
  ssize_t name(int descriptor, const void *bytes, size_t count, offset_type offset) {        \
    static ssize_t (*real)(int, const void *, size_t, offset_type);                          \
    if (!real) real = next(#name);                                                           \
    HIT(ssize_t, concerns_file("write", descriptor), real(descriptor, bytes, count, offset)); \
  }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define PLAIN(name, call, parameters, arguments, is_hit) \
  int name parameters {                                  \
    static int(*real) parameters;                        \
    if (!real) real = next(#name);                       \
    HIT(int, is_hit, real arguments);                    \
  }
PLAIN(fdatasync, "fdatasync", (int descriptor), (descriptor), concerns_file("fdatasync", descriptor))
PLAIN(fsync, "fsync", (int descriptor), (descriptor), concerns_file("fsync", descriptor))
PLAIN(ftruncate, "ftruncate", (int descriptor, off_t size), (descriptor, size), concerns_file("ftruncate", descriptor))
PLAIN(ftruncate64, "ftruncate", (int descriptor, off64_t size), (descriptor, size),
      concerns_file("ftruncate", descriptor))
PLAIN(rename, "rename", (const char *from, const char *to), (from, to), concerns_path("rename", to))
PLAIN(renameat, "rename", (int a, const char *from, int b, const char *to), (a, from, b, to), concerns_path("rename", to))
PLAIN(link, "link", (const char *from, const char *to), (from, to), concerns_path("link", to))
PLAIN(unlink, "unlink", (const char *path), (path), concerns_path("unlink", path))
PLAIN(rmdir, "unlink", (const char *path), (path), concerns_path("unlink", path))
PLAIN(mkdir, "mkdir", (const char *path, mode_t bits), (path, bits), concerns_path("mkdir", path))
PLAIN(chmod, "chmod", (const char *path, mode_t bits), (path, bits), concerns_path("chmod", path))
