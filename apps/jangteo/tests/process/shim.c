/* Laid over the C library of a shop. What it does is chosen by the environment:
 *
 * JANGTEO_LOG_SYNCS=none     leaves out the syncs of write-ahead logs
 * JANGTEO_LOG_SYNCS=normal   leaves out those that synchronous=NORMAL leaves out: one at a commit, and
 *                            not the one before a checkpoint writes the database, nor a header's
 * JANGTEO_FAILING_SYNC=n     fails the n-th sync of a file; directories are not counted, SQLite does not
 *                            look at what their syncs say
 * JANGTEO_FAILING_WRITE=n    fails the n-th write to a database or its log
 * JANGTEO_CLOCK=file         adds the seconds in the file, eight bytes, to the time of day
 * JANGTEO_DIES_SAYING=words  is killed once it has written the words to standard error
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { LOGS = 1024, LOG_HEADER = 32 };

static const char *log_syncs, *failing_sync, *failing_write, *dies_saying;
static volatile long long *clock_offset;
static atomic_long synced, written;
/* By descriptor: a sync of this log was left out; its last write was a header. */
static atomic_int owed[LOGS], headed[LOGS];

__attribute__((constructor)) static void choose(void) {
    log_syncs = getenv("JANGTEO_LOG_SYNCS");
    failing_sync = getenv("JANGTEO_FAILING_SYNC");
    failing_write = getenv("JANGTEO_FAILING_WRITE");
    dies_saying = getenv("JANGTEO_DIES_SAYING");
    const char *clock = getenv("JANGTEO_CLOCK");
    int file = clock ? open(clock, O_RDONLY) : -1;
    if (file < 0) return;
    void *mapped = mmap(NULL, sizeof *clock_offset, PROT_READ, MAP_SHARED, file, 0);
    if (mapped != MAP_FAILED) clock_offset = mapped;
    close(file);
}

static ssize_t path_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    path[length < 0 ? 0 : length] = 0;
    return length;
}

static int ends(const char *path, const char *end) {
    size_t length = strlen(path), tail = strlen(end);
    return length >= tail && strcmp(path + length - tail, end) == 0;
}

static int is_file(int fd) {
    struct stat about;
    return fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

static int really_sync(const char *name, int fd) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    return real(fd);
}

static int sync_as_told(const char *name, int fd) {
    char path[4096];
    if (log_syncs && fd < LOGS && path_of(fd, path, sizeof path) > 0 && ends(path, "-wal")) {
        int is_normal = strcmp(log_syncs, "normal") == 0;
        if (!(is_normal && atomic_exchange(&headed[fd], 0))) {
            atomic_store(&owed[fd], is_normal);
            return 0;
        }
    }
    if (failing_sync && is_file(fd) && atomic_fetch_add(&synced, 1) + 1 == atol(failing_sync)) {
        errno = EIO;
        return -1;
    }
    return really_sync(name, fd);
}

int fsync(int fd) { return sync_as_told("fsync", fd); }
int fdatasync(int fd) { return sync_as_told("fdatasync", fd); }

/* A checkpoint is about to write a database: its log has to be on the disk. */
static void pay(const char *database) {
    char path[4096];
    size_t length = strlen(database);
    for (int fd = 0; fd < LOGS; fd++) {
        if (!atomic_load(&owed[fd]) || path_of(fd, path, sizeof path) <= 0) continue;
        if (strncmp(path, database, length) == 0 && strcmp(path + length, "-wal") == 0) {
            atomic_store(&owed[fd], 0);
            really_sync("fdatasync", fd);
        }
    }
}

/* False when the write is to fail. */
static int may_write(int fd, size_t size) {
    char path[4096];
    if (!log_syncs && !failing_write) return 1;
    if (path_of(fd, path, sizeof path) <= 0) return 1;
    int is_log = ends(path, "-wal"), is_database = ends(path, ".db");
    if (is_log && fd < LOGS) atomic_store(&headed[fd], size == LOG_HEADER);
    if (is_database && log_syncs) pay(path);
    if (failing_write && (is_log || is_database)
        && atomic_fetch_add(&written, 1) + 1 == atol(failing_write)) {
        errno = EIO;
        return 0;
    }
    return 1;
}

ssize_t write(int fd, const void *bytes, size_t size) {
    ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
    if (!may_write(fd, size)) return -1;
    ssize_t done = real(fd, bytes, size);
    if (fd == STDERR_FILENO && dies_saying
        && memmem(bytes, size, dies_saying, strlen(dies_saying))) {
        kill(getpid(), SIGKILL);
    }
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t at) {
    ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
    return may_write(fd, size) ? real(fd, bytes, size, at) : -1;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at) {
    ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");
    return may_write(fd, size) ? real(fd, bytes, size, at) : -1;
}

int clock_gettime(clockid_t id, struct timespec *now) {
    int (*real)(clockid_t, struct timespec *) = dlsym(RTLD_NEXT, "clock_gettime");
    int done = real(id, now);
    if (id == CLOCK_REALTIME && clock_offset) now->tv_sec += *clock_offset;
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int (*real)(struct timeval *, void *) = dlsym(RTLD_NEXT, "gettimeofday");
    int done = real(now, zone);
    if (clock_offset) now->tv_sec += *clock_offset;
    return done;
}
