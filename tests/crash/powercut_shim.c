// A power cut for tests: an LD_PRELOAD library that notes what a process has made durable.
//
//   POWERCUT_DIR      absolute path of the folder to watch; must exist
//   POWERCUT_JOURNAL  absolute path, outside of POWERCUT_DIR and on the same file system: a folder
//                     that must exist, for the journal and for what was removed but may come back
//   POWERCUT_CONTROL  optional path of a file that says which calls below POWERCUT_DIR fail while
//                     it exists: words of "write=ENOSPC", "write=EIO", "sync=EIO" (not writes of
//                     stdio)
//
// A killed process leaves everything it wrote in the page cache; a power cut leaves what was
// synced. Run the program with this library, end it with SIGKILL, then run powercut_apply: it cuts
// each file back to the size it had when it was last synced and takes back each creation, renaming
// and removal whose folder was not synced afterwards. That is the worst a POSIX file system may do,
// with these limits: octets overwritten in place keep their newest value, a file that shrank stays
// short, and writes through mmap, O_SYNC or direct system calls are not seen
// (sync_file_range and msync are rightly taken for nothing). Space taken ahead by fallocate is not
// size.
//
// The journal is text, one operation a line, appended with single writes so that it survives the
// SIGKILL. Paths with newlines are not supported. An operation on names is noted before it is done
// (a kill in between leaves something to take back that is not there, which is fine), a sync after
// it is done, and so is what mkstemp and fopen make. The threads of one process are put in order;
// several processes must watch different folders.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static char watched[PATH_MAX];
static size_t watched_size;
static char journal_folder[PATH_MAX];
static const char* control;
static int journal = -1;
static unsigned removals;
// Orders operations on names among the threads, and with the syncs of their folders.
static pthread_mutex_t names = PTHREAD_MUTEX_INITIALIZER;

__attribute__((constructor)) static void Start(void) {
  const char* folder = getenv("POWERCUT_DIR");
  const char* notes = getenv("POWERCUT_JOURNAL");
  control = getenv("POWERCUT_CONTROL");
  if (folder == NULL || notes == NULL) {
    return;
  }
  char path[PATH_MAX + 16];
  if (realpath(folder, watched) == NULL || realpath(notes, journal_folder) == NULL ||
      strlen(journal_folder) > PATH_MAX - 64) {
    fprintf(stderr, "powercut: POWERCUT_DIR and POWERCUT_JOURNAL must be folders\n");
    abort();
  }
  watched_size = strlen(watched);
  snprintf(path, sizeof(path), "%s/journal", journal_folder);
  journal =
      (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (journal < 0) {
    perror("powercut: journal");
    abort();
  }
}

static void Note(const char* format, ...) {
  char line[3 * PATH_MAX];
  va_list arguments;
  va_start(arguments, format);
  const int size = vsnprintf(line, sizeof(line), format, arguments);
  va_end(arguments);
  if (size <= 0 || size >= (int)sizeof(line) ||
      syscall(SYS_write, journal, line, (size_t)size) != size) {
    fprintf(stderr, "powercut: the journal cannot be written\n");
    abort();
  }
}

static int Below(const char* path) {
  return journal >= 0 && strncmp(path, watched, watched_size) == 0 && path[watched_size] == '/';
}

// The absolute path of `path`, whose last part need not exist, if it is below the watched folder.
static int Watched(int folder, const char* path, char* absolute) {
  if (journal < 0 || path == NULL || strlen(path) >= PATH_MAX) {
    return 0;
  }
  const int error = errno;
  char parent[PATH_MAX];
  const char* slash = strrchr(path, '/');
  const char* name = slash == NULL ? path : slash + 1;
  char start[PATH_MAX + 32];
  if (slash == NULL) {
    strcpy(parent, ".");
  } else {
    memcpy(parent, path, (size_t)(slash - path) + 1);
    parent[slash - path + 1] = '\0';
  }
  if (path[0] != '/' && folder != AT_FDCWD) {
    snprintf(start, sizeof(start), "/proc/self/fd/%d/%s", folder, parent);
  } else {
    snprintf(start, sizeof(start), "%s", parent);
  }
  char real[PATH_MAX];
  const int found = realpath(start, real) != NULL && strlen(real) + strlen(name) + 2 < PATH_MAX;
  if (found) {
    snprintf(absolute, PATH_MAX + 2, "%s/%s", real, name);
  }
  errno = error;
  return found && Below(absolute);
}

static int WatchedFile(int fd, char* path) {
  if (journal < 0 || fd == journal) {
    return 0;
  }
  const int error = errno;
  char link[32];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, PATH_MAX - 1);
  errno = error;
  if (size <= 0) {
    return 0;
  }
  path[size] = '\0';
  return Below(path) || strcmp(path, watched) == 0;
}

// Whether the control file says so; then errno is set.
static int Fails(int fd, const char* call) {
  char path[PATH_MAX];
  if (control == NULL || !WatchedFile(fd, path)) {
    return 0;
  }
  const int error = errno;
  const int file = (int)syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    errno = error;
    return 0;
  }
  char text[256];
  const ssize_t size = syscall(SYS_read, file, text, sizeof(text) - 1);
  syscall(SYS_close, file);
  errno = error;
  if (size <= 0) {
    return 0;
  }
  text[size] = '\0';
  char wanted[32];
  snprintf(wanted, sizeof(wanted), "%s=ENOSPC", call);
  if (strstr(text, wanted) != NULL) {
    errno = ENOSPC;
    return 1;
  }
  snprintf(wanted, sizeof(wanted), "%s=EIO", call);
  if (strstr(text, wanted) != NULL) {
    errno = EIO;
    return 1;
  }
  return 0;
}

static unsigned long long Inode(const char* path) {
  struct stat info;
  return lstat(path, &info) == 0 ? (unsigned long long)info.st_ino : 0;
}

// --- files: made and opened -------------------------------------------------------------------

static int Open(int folder, const char* path, int flags, mode_t mode) {
  char absolute[PATH_MAX + 2];
  const int error = errno;
  const int is_watched = Watched(folder, path, absolute);
  if (!is_watched || (flags & (O_CREAT | O_ACCMODE)) == 0 || (flags & O_TMPFILE) == O_TMPFILE) {
    return (int)syscall(SYS_openat, folder, path, flags, mode);
  }
  pthread_mutex_lock(&names);
  const int is_new = (flags & O_CREAT) != 0 && access(absolute, F_OK) != 0;
  errno = error;
  if (is_new) {
    Note("create %s\n", absolute);
  }
  const int fd = (int)syscall(SYS_openat, folder, path, flags, mode);
  struct stat info;
  if (fd >= 0 && fstat(fd, &info) == 0 && S_ISREG(info.st_mode)) {
    if (is_new) {
      Note("new %llu\n", (unsigned long long)info.st_ino);
    } else {
      Note("open %llu %lld\n", (unsigned long long)info.st_ino, (long long)info.st_size);
    }
  }
  pthread_mutex_unlock(&names);
  return fd;
}

static mode_t ModeOf(int flags, va_list arguments) {
  return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE
             ? (mode_t)va_arg(arguments, unsigned)
             : 0;
}

int open(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return Open(AT_FDCWD, path, flags, mode);
}

int open64(const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return Open(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return Open(folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
  va_list arguments;
  va_start(arguments, flags);
  const mode_t mode = ModeOf(flags, arguments);
  va_end(arguments);
  return Open(folder, path, flags, mode);
}

int creat(const char* path, mode_t mode) {
  return Open(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

int creat64(const char* path, mode_t mode) { return creat(path, mode); }

// These open within libc, so the real one is called, and what it did is noted.
static void NoteOpened(int fd, int is_new) {
  char path[PATH_MAX];
  struct stat info;
  if (fd < 0 || !WatchedFile(fd, path) || fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) {
    return;
  }
  if (is_new) {
    Note("create %s\nnew %llu\n", path, (unsigned long long)info.st_ino);
  } else {
    Note("open %llu %lld\n", (unsigned long long)info.st_ino, (long long)info.st_size);
  }
}

int mkostemp(char* path, int flags) {
  static int (*real)(char*, int);
  if (real == NULL) {
    *(void**)(&real) = dlsym(RTLD_NEXT, "mkostemp");
  }
  pthread_mutex_lock(&names);
  const int fd = real(path, flags);
  NoteOpened(fd, 1);
  pthread_mutex_unlock(&names);
  return fd;
}

int mkostemp64(char* path, int flags) { return mkostemp(path, flags); }
int mkstemp(char* path) { return mkostemp(path, 0); }
int mkstemp64(char* path) { return mkostemp(path, 0); }

FILE* fopen(const char* path, const char* mode) {
  static FILE* (*real)(const char*, const char*);
  if (real == NULL) {
    *(void**)(&real) = dlsym(RTLD_NEXT, "fopen");
  }
  const int error = errno;
  pthread_mutex_lock(&names);
  const int is_new = access(path, F_OK) != 0;
  errno = error;
  FILE* file = real(path, mode);
  if (file != NULL && mode[0] != 'r') {
    NoteOpened(fileno(file), is_new);
  }
  pthread_mutex_unlock(&names);
  return file;
}

FILE* fopen64(const char* path, const char* mode) { return fopen(path, mode); }

// --- files: written (only to fail on demand: what is not synced needs no note)
// --------------------

ssize_t write(int fd, const void* data, size_t size) {
  return Fails(fd, "write") ? -1 : syscall(SYS_write, fd, data, size);
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  return Fails(fd, "write") ? -1 : syscall(SYS_pwrite64, fd, data, size, at);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t at) {
  return pwrite(fd, data, size, at);
}

ssize_t writev(int fd, const struct iovec* parts, int count) {
  return Fails(fd, "write") ? -1 : syscall(SYS_writev, fd, parts, count);
}

int fallocate(int fd, int mode, off_t at, off_t size) {
  return Fails(fd, "write") ? -1 : (int)syscall(SYS_fallocate, fd, mode, at, size);
}

int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  return fallocate(fd, mode, at, size);
}

int posix_fallocate(int fd, off_t at, off_t size) {
  return fallocate(fd, 0, at, size) == 0 ? 0 : errno;
}

int posix_fallocate64(int fd, off64_t at, off64_t size) { return posix_fallocate(fd, at, size); }

// --- synced -------------------------------------------------------------------------------------

static int Sync(int fd, long call) {
  if (Fails(fd, "sync")) {
    return -1;
  }
  char path[PATH_MAX];
  struct stat info;
  if (!WatchedFile(fd, path) || fstat(fd, &info) != 0) {
    return (int)syscall(call, fd);
  }
  if (S_ISDIR(info.st_mode)) {
    pthread_mutex_lock(&names);
    const int result = (int)syscall(call, fd);
    if (result == 0) {
      Note("syncdir %s\n", path);
    }
    pthread_mutex_unlock(&names);
    return result;
  }
  // The size from before: what is written meanwhile may or may not be included.
  const int result = (int)syscall(call, fd);
  if (result == 0 && S_ISREG(info.st_mode)) {
    Note("sync %llu %lld\n", (unsigned long long)info.st_ino, (long long)info.st_size);
  }
  return result;
}

int fsync(int fd) { return Sync(fd, SYS_fsync); }
int fdatasync(int fd) { return Sync(fd, SYS_fdatasync); }

// --- names --------------------------------------------------------------------------------------

enum { kKeptSize = PATH_MAX + 64 };

// Keeps a second name of what is about to go, so that it can come back.
static int Keep(const char* path, char* kept) {
  struct stat info;
  if (lstat(path, &info) != 0 || !(S_ISREG(info.st_mode) || S_ISLNK(info.st_mode))) {
    return 0;
  }
  snprintf(kept, kKeptSize, "%s/kept.%d.%u", journal_folder, (int)getpid(), removals++);
  return syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, kept, 0) == 0;
}

// What is there already is not made, and must not be taken back.
static void NoteNew(const char* path) {
  struct stat info;
  const int error = errno;
  if (lstat(path, &info) != 0) {
    Note("create %s\n", path);
  }
  errno = error;
}

static int Unlink(int folder, const char* path, int flags) {
  char absolute[PATH_MAX + 2];
  char kept[kKeptSize];
  if (!Watched(folder, path, absolute)) {
    return (int)syscall(SYS_unlinkat, folder, path, flags);
  }
  pthread_mutex_lock(&names);
  if ((flags & AT_REMOVEDIR) != 0) {
    Note("removedir %s\n", absolute);
  } else if (Keep(absolute, kept)) {
    Note("remove %s\n", absolute);
    Note("kept %s\n", kept);
  }
  const int result = (int)syscall(SYS_unlinkat, folder, path, flags);
  pthread_mutex_unlock(&names);
  return result;
}

int unlink(const char* path) { return Unlink(AT_FDCWD, path, 0); }
int unlinkat(int folder, const char* path, int flags) { return Unlink(folder, path, flags); }
int rmdir(const char* path) { return Unlink(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char* path) {
  const int result = Unlink(AT_FDCWD, path, 0);
  return result != 0 && errno == EISDIR ? Unlink(AT_FDCWD, path, AT_REMOVEDIR) : result;
}

static int Rename(int from_folder, const char* from, int to_folder, const char* to,
                  unsigned flags) {
  char from_absolute[PATH_MAX + 2];
  char to_absolute[PATH_MAX + 2];
  char kept[kKeptSize];
  const int from_watched = Watched(from_folder, from, from_absolute);
  if (!Watched(to_folder, to, to_absolute) || !from_watched) {
    return (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
  }
  pthread_mutex_lock(&names);
  const int replaces = Keep(to_absolute, kept);
  Note("rename %llu\n", Inode(from_absolute));
  Note("from %s\n", from_absolute);
  Note("to %s\n", to_absolute);
  if (replaces) {
    Note("kept %s\n", kept);
  }
  const int result = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
  pthread_mutex_unlock(&names);
  return result;
}

int rename(const char* from, const char* to) { return Rename(AT_FDCWD, from, AT_FDCWD, to, 0); }
int renameat(int from_folder, const char* from, int to_folder, const char* to) {
  return Rename(from_folder, from, to_folder, to, 0);
}
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  return Rename(from_folder, from, to_folder, to, flags);
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) {
  char absolute[PATH_MAX + 2];
  if (!Watched(to_folder, to, absolute)) {
    return (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
  }
  pthread_mutex_lock(&names);
  NoteNew(absolute);
  const int result = (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
  pthread_mutex_unlock(&names);
  return result;
}

int link(const char* from, const char* to) { return linkat(AT_FDCWD, from, AT_FDCWD, to, 0); }

int symlinkat(const char* target, int folder, const char* path) {
  char absolute[PATH_MAX + 2];
  if (!Watched(folder, path, absolute)) {
    return (int)syscall(SYS_symlinkat, target, folder, path);
  }
  pthread_mutex_lock(&names);
  NoteNew(absolute);
  const int result = (int)syscall(SYS_symlinkat, target, folder, path);
  pthread_mutex_unlock(&names);
  return result;
}

int symlink(const char* target, const char* path) { return symlinkat(target, AT_FDCWD, path); }

int mkdirat(int folder, const char* path, mode_t mode) {
  char absolute[PATH_MAX + 2];
  if (!Watched(folder, path, absolute)) {
    return (int)syscall(SYS_mkdirat, folder, path, mode);
  }
  pthread_mutex_lock(&names);
  NoteNew(absolute);
  const int result = (int)syscall(SYS_mkdirat, folder, path, mode);
  pthread_mutex_unlock(&names);
  return result;
}

int mkdir(const char* path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
