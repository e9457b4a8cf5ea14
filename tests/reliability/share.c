/* A folder of another machine's disk that knows no locks and syncs no directories, as some do: preloaded (LD_PRELOAD) it
   stands between a process and libc for all whose path has "/share/" in it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_shared(int descriptor) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, path, sizeof path - 1);
    if (size < 0)
        return 0;
    path[size] = 0;
    return strstr(path, "/share/") != NULL;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))
#define LOCKS(name)                                                                                                    \
    int name(int descriptor, int command, ...) {                                                                       \
        va_list rest;                                                                                                  \
        va_start(rest, command);                                                                                       \
        void *argument = va_arg(rest, void *);                                                                         \
        va_end(rest);                                                                                                  \
        if ((command == F_SETLK || command == F_SETLKW || command == F_GETLK) && is_shared(descriptor)) {              \
            errno = ENOLCK;                                                                                            \
            return -1;                                                                                                 \
        }                                                                                                              \
        return REAL(int, #name, int, int, ...)(descriptor, command, argument);                                         \
    }

LOCKS(fcntl)
LOCKS(fcntl64)

int flock(int descriptor, int operation) {
    if (is_shared(descriptor)) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return REAL(int, "flock", int, int)(descriptor, operation);
}

int fsync(int descriptor) {
    struct stat state;
    if (is_shared(descriptor) && !fstat(descriptor, &state) && S_ISDIR(state.st_mode)) {
        errno = EINVAL;
        return -1;
    }
    return REAL(int, "fsync", int)(descriptor);
}
