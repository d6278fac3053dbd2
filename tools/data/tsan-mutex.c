/* Tells Thread Sanitizer of `Synchronization.Mutex` where two threads meet at it. A free mutex is taken and left in code that
   the sanitizer sees; a contended one by the kernel (futex), called from the Swift library, which it does not see. Without
   this, what such a mutex guards is reported as a race.

   Preloaded by `tools/test --sanitize` (LD_PRELOAD). A process without the sanitizer is left as it is. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

/* _MutexHandle._lockSlow(_: UInt32), ._tryLockSlow() and ._unlockSlow(); the handle is at the address of its futex. */
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock(uint32_t thread, SELF void *handle) __asm__(LOCK);
SWIFT _Bool try_lock(SELF void *handle) __asm__(TRY);
SWIFT void unlock(SELF void *handle) __asm__(UNLOCK);

static __typeof__(lock) *really_lock;
static __typeof__(try_lock) *really_try;
static __typeof__(unlock) *really_unlock;
static void (*acquire)(void *), (*release)(void *);

__attribute__((constructor)) static void prepare(void) {
  really_lock = (__typeof__(lock) *)dlsym(RTLD_NEXT, LOCK);
  really_try = (__typeof__(try_lock) *)dlsym(RTLD_NEXT, TRY);
  really_unlock = (__typeof__(unlock) *)dlsym(RTLD_NEXT, UNLOCK);
  acquire = (void (*)(void *))dlsym(RTLD_DEFAULT, "__tsan_acquire");
  release = (void (*)(void *))dlsym(RTLD_DEFAULT, "__tsan_release");
}

SWIFT void lock(uint32_t thread, SELF void *handle) {
  really_lock(thread, handle);
  if (acquire) acquire(handle);
}

SWIFT _Bool try_lock(SELF void *handle) {
  _Bool taken = really_try(handle);
  if (taken && acquire) acquire(handle);
  return taken;
}

SWIFT void unlock(SELF void *handle) {
  if (release) release(handle);
  really_unlock(handle);
}
