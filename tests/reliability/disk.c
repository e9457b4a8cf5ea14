/* A disk that fails, and one that remembers: preloaded (LD_PRELOAD) it stands between a process and libc for every
   change below one folder, makes the n-th of them fail, and records all of them for replay.

   Counted are opens, writes, truncations, syncs, renames, removals and new folders. Calls go one at a time, so that the
   record has the order in which they happened. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE = 1, WRITE, TRUNCATE, SYNC, RENAME, UNLINK, MKDIR, RMDIR, MARK };

static pthread_mutex_t turn = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static char root[PATH_MAX];
static size_t root_length;
static int record = -1;
static long counted, failing_at, failed;
static int failure, lasting;

/* Watch changes below `folder`; record them in a file unless `path` is NULL. */
void disk_watch(const char *folder, const char *path) {
    root_length = strlen(folder);
    memcpy(root, folder, root_length + 1);
    record = path ? syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
    counted = failed = failing_at = 0;
}

/* Let the n-th change from now on fail with an errno, and all after it if `forever`; n of 0 heals the disk. */
void disk_fail(long nth, int with, int forever) {
    pthread_mutex_lock(&turn);
    failing_at = nth ? counted + nth : 0;
    failure = with;
    lasting = forever;
    pthread_mutex_unlock(&turn);
}

long disk_counted(void) { return counted; }
long disk_failed(void) { return failed; }

static void put(enum kind kind, const char *path, const char *other, uint64_t offset, const void *data, uint64_t size) {
    if (record < 0)
        return;
    struct { uint32_t kind, path, other, filler; uint64_t offset, size; } head = {
        kind, path ? strlen(path) : 0, other ? strlen(other) : 0, 0, offset, size};
    struct iovec parts[4] = {{&head, sizeof head}, {(void *)path, head.path}, {(void *)other, head.other}, {(void *)data, size}};
    syscall(SYS_writev, record, parts, 4);
}

/* Record that an operation was acknowledged. */
void disk_mark(long number) {
    pthread_mutex_lock(&turn);
    put(MARK, NULL, NULL, number, NULL, 0);
    pthread_mutex_unlock(&turn);
}

static const char *below(const char *path) {
    return root_length && !strncmp(path, root, root_length) && (path[root_length] == '/' || !path[root_length])
               ? path + root_length
               : NULL;
}

static const char *of_descriptor(int descriptor, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, buffer, PATH_MAX - 1);
    if (size < 0)
        return NULL;
    buffer[size] = 0;
    return below(buffer);
}

static const char *of_path(int folder, const char *path, char *buffer) {
    if (path[0] == '/' || folder == AT_FDCWD)
        return below(path);
    char name[PATH_MAX];
    if (!of_descriptor(folder, name))
        return NULL;
    if (snprintf(buffer, PATH_MAX, "%s/%s", name, path) >= PATH_MAX)
        return NULL;
    return below(buffer);
}

/* Count a change; return whether it is to fail, with errno set. A full disk refuses only what takes space. */
static int fails(int takes_space) {
    if (failing_at && failure == ENOSPC && !takes_space)
        return 0;
    counted++;
    if (!failing_at || counted < failing_at || (counted > failing_at && !lasting))
        return 0;
    failed++;
    errno = failure;
    return 1;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))
#define BEGIN(expression, takes_space)                                                                                 \
    char buffer[PATH_MAX];                                                                                             \
    (void)buffer;                                                                                                      \
    pthread_mutex_lock(&turn);                                                                                         \
    const char *path = (expression);                                                                                   \
    long result = path && fails(takes_space) ? -1 : 0;
#define END                                                                                                            \
    int kept = errno;                                                                                                  \
    pthread_mutex_unlock(&turn);                                                                                       \
    errno = kept;                                                                                                      \
    return result;

static long open_watched(int folder, const char *name, int flags, int mode) {
    int fresh = (flags & O_CREAT) && syscall(SYS_faccessat, folder, name, F_OK);
    BEGIN(of_path(folder, name, buffer), fresh)
    if (!result) {
        result = REAL(int, "openat", int, const char *, int, ...)(folder, name, flags, mode);
        int kept_errno = errno;
        if (path && result >= 0 && fresh)
            put(CREATE, path, NULL, 0, NULL, 0);
        else if (path && result >= 0 && (flags & O_TRUNC))
            put(TRUNCATE, path, NULL, 0, NULL, 0);
        errno = kept_errno;
    }
    END
}

#define MODE                                                                                                           \
    va_list arguments;                                                                                                 \
    va_start(arguments, flags);                                                                                        \
    int mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, int) : 0;                                           \
    va_end(arguments);

int open(const char *name, int flags, ...) { MODE return open_watched(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE return open_watched(AT_FDCWD, name, flags, mode); }
int openat(int folder, const char *name, int flags, ...) { MODE return open_watched(folder, name, flags, mode); }
int openat64(int folder, const char *name, int flags, ...) { MODE return open_watched(folder, name, flags, mode); }

ssize_t write(int descriptor, const void *data, size_t size) {
    if (!root_length)
        return REAL(ssize_t, "write", int, const void *, size_t)(descriptor, data, size);
    BEGIN(of_descriptor(descriptor, buffer), 1)
    if (!result) {
        result = REAL(ssize_t, "write", int, const void *, size_t)(descriptor, data, size);
        if (path && result > 0)
            put(WRITE, path, NULL, lseek(descriptor, 0, SEEK_CUR) - result, data, result);
    }
    END
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t offset) {
    BEGIN(of_descriptor(descriptor, buffer), 1)
    if (!result) {
        result = REAL(ssize_t, "pwrite64", int, const void *, size_t, off64_t)(descriptor, data, size, offset);
        if (path && result > 0)
            put(WRITE, path, NULL, offset, data, result);
    }
    END
}
ssize_t pwrite(int descriptor, const void *data, size_t size, off_t offset) { return pwrite64(descriptor, data, size, offset); }

int ftruncate64(int descriptor, off64_t length) {
    BEGIN(of_descriptor(descriptor, buffer), 0)
    if (!result) {
        result = REAL(int, "ftruncate64", int, off64_t)(descriptor, length);
        if (path && !result)
            put(TRUNCATE, path, NULL, length, NULL, 0);
    }
    END
}
int ftruncate(int descriptor, off_t length) { return ftruncate64(descriptor, length); }

static int sync_watched(const char *name, int descriptor) {
    BEGIN(of_descriptor(descriptor, buffer), 1)
    if (!result) {
        result = REAL(int, name, int)(descriptor);
        if (path && !result)
            put(SYNC, path, NULL, 0, NULL, 0);
    }
    END
}
int fsync(int descriptor) { return sync_watched("fsync", descriptor); }
int fdatasync(int descriptor) { return sync_watched("fdatasync", descriptor); }

int renameat(int from, const char *old, int to, const char *new) {
    char other[PATH_MAX];
    BEGIN(of_path(from, old, buffer), 1)
    const char *target = of_path(to, new, other);
    if (!result) {
        result = REAL(int, "renameat", int, const char *, int, const char *)(from, old, to, new);
        if (path && target && !result)
            put(RENAME, path, target, 0, NULL, 0);
    }
    END
}
int rename(const char *old, const char *new) { return renameat(AT_FDCWD, old, AT_FDCWD, new); }

int unlinkat(int folder, const char *name, int flags) {
    BEGIN(of_path(folder, name, buffer), 0)
    if (!result) {
        result = REAL(int, "unlinkat", int, const char *, int)(folder, name, flags);
        if (path && !result)
            put(flags & AT_REMOVEDIR ? RMDIR : UNLINK, path, NULL, 0, NULL, 0);
    }
    END
}
int unlink(const char *name) { return unlinkat(AT_FDCWD, name, 0); }
int rmdir(const char *name) { return unlinkat(AT_FDCWD, name, AT_REMOVEDIR); }

int mkdirat(int folder, const char *name, mode_t mode) {
    BEGIN(of_path(folder, name, buffer), 1)
    if (!result) {
        result = REAL(int, "mkdirat", int, const char *, mode_t)(folder, name, mode);
        if (path && !result)
            put(MKDIR, path, NULL, 0, NULL, 0);
    }
    END
}
int mkdir(const char *name, mode_t mode) { return mkdirat(AT_FDCWD, name, mode); }
