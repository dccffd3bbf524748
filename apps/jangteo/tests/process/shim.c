/* Leaves out the syncs of write-ahead logs, as synchronous=NORMAL does at a commit; or, with
 * JANGTEO_FAILING_SYNC=n, fails the n-th sync of a file. Directories are not counted: SQLite does
 * not look at what their syncs say. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static atomic_long synced;

static int is_log(int fd) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path);
    return length >= 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

static int is_file(int fd) {
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

static int sync_as_told(const char *name, int fd) {
    const char *failing = getenv("JANGTEO_FAILING_SYNC");
    if (!failing && is_log(fd)) return 0;
    if (failing && is_file(fd) && atomic_fetch_add(&synced, 1) + 1 == atol(failing)) {
        errno = EIO;
        return -1;
    }
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}

int fsync(int fd) { return sync_as_told("fsync", fd); }
int fdatasync(int fd) { return sync_as_told("fdatasync", fd); }
