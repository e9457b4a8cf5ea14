/* A file system that tells no types in its listings, as some do, and that can be made to refuse to describe what has a
   name beginning with "bad": preloaded (LD_PRELOAD) it stands between a process and libc. */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static int failure;

/* Let descriptions fail with an errno from now on; 0 heals. */
void listing_fail(int with) { failure = with; }

static int is_bad(const char *path) {
    const char *name = strrchr(path, '/');
    return !strncmp(name ? name + 1 : path, "bad", 3);
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name))
#define LISTS(name, entry)                                                                                             \
    struct entry *name(DIR *folder) {                                                                                  \
        struct entry *found = REAL(struct entry *, #name, DIR *)(folder);                                              \
        if (found)                                                                                                     \
            found->d_type = DT_UNKNOWN;                                                                                \
        return found;                                                                                                  \
    }
#define DESCRIBES(name, state)                                                                                         \
    int name(const char *path, struct state *into) {                                                                   \
        if (failure && is_bad(path)) {                                                                                 \
            errno = failure;                                                                                           \
            return -1;                                                                                                 \
        }                                                                                                              \
        return REAL(int, #name, const char *, struct state *)(path, into);                                             \
    }

LISTS(readdir, dirent)
LISTS(readdir64, dirent64)
DESCRIBES(lstat, stat)
DESCRIBES(lstat64, stat64)
