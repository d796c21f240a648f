/* WASI preview 1 for one module that wasm2c wrote as C: its standard streams, arguments,
 * environment, clocks and random bytes; no files. Where a pointer of the module's leads out of its
 * memory, the call says EFAULT. A trap is one line and the exit code 134, as wasmtime has it. */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "module.h"

#define IMPORT(name) w2c_wasi__snapshot__preview1_##name
#define HOST struct w2c_wasi__snapshot__preview1 *host

/* WASI's numbers of what can go wrong here. */
enum { DONE = 0, BADF = 8, FAULT = 21, INVAL = 28, IO = 29, NOSPC = 51, PIPE = 64 };

struct w2c_wasi__snapshot__preview1;
static w2c_module module;
static char **arguments;

static _Noreturn void fail(const char *why) {
  char before[] = "error: ", after[] = "\n";
  struct iovec line[] = {{before, 7}, {(char *)why, strlen(why)}, {after, 1}};
  /* Nothing else, also where it runs out of stack: a signal's handler calls this. */
  (void)!writev(STDERR_FILENO, line, 3);
  _exit(134);
}

void trapped(wasm_rt_trap_t trap) { fail(wasm_rt_strerror(trap)); }

/* Where bytes of the module's memory lie; NULL where they are not all in it. */
static void *at(u32 address, u64 length) {
  wasm_rt_memory_t *memory = w2c_module_memory(&module);
  return length <= memory->size && address <= memory->size - length ? memory->data + address : NULL;
}

static u32 give(u32 address, const void *value, size_t length) {
  void *place = at(address, length);
  if (!place) return FAULT;
  memcpy(place, value, length);
  return DONE;
}

static u32 give_count(u32 address, u32 count) { return give(address, &count, sizeof count); }

static u32 failure(void) {
  switch (errno) {
    case EBADF: return BADF;
    case EINVAL: return INVAL;
    case ENOSPC: return NOSPC;
    case EPIPE: return PIPE;
    default: return IO;
  }
}

/* Reads into, or writes, the first buffer that is not empty: a short count is no error to WASI. */
static u32 transfer(ssize_t (*call)(int, const struct iovec *, int), int fd, short event,
                    u32 buffers, u32 count, u32 moved) {
  u32 buffer[2] = {0, 0};
  char *entry = at(buffers, count * (u64)sizeof buffer);
  if (!entry || !at(moved, sizeof(u32))) return FAULT;
  for (; count && !buffer[1]; count--, entry += sizeof buffer) memcpy(buffer, entry, sizeof buffer);
  struct iovec bytes = {at(buffer[0], buffer[1]), buffer[1]};
  if (!bytes.iov_base) return FAULT;
  ssize_t done;
  while ((done = call(fd, &bytes, 1)) < 0 && (errno == EINTR || errno == EAGAIN)) {
    /* Whoever shares the stream made it return at once; a module cannot wait for it. */
    if (errno == EAGAIN) poll(&(struct pollfd){.fd = fd, .events = event}, 1, -1);
  }
  return done < 0 ? failure() : give_count(moved, (u32)done);
}

u32 IMPORT(fd_read)(HOST, u32 fd, u32 buffers, u32 count, u32 moved) {
  if (fd != STDIN_FILENO) return BADF;
  return transfer(readv, (int)fd, POLLIN, buffers, count, moved);
}

u32 IMPORT(fd_write)(HOST, u32 fd, u32 buffers, u32 count, u32 moved) {
  if (fd != STDOUT_FILENO && fd != STDERR_FILENO) return BADF;
  return transfer(writev, (int)fd, POLLOUT, buffers, count, moved);
}

static u32 sizes(char **strings, u32 count, u32 bytes) {
  u32 found = 0, length = 0;
  for (; strings[found]; found++) length += (u32)strlen(strings[found]) + 1;
  u32 error = give_count(count, found);
  return error ? error : give_count(bytes, length);
}

static u32 copies(char **strings, u32 pointers, u32 bytes) {
  for (; *strings; strings++, pointers += sizeof(u32)) {
    u32 length = (u32)strlen(*strings) + 1;
    u32 error = give(bytes, *strings, length);
    if (!error) error = give_count(pointers, bytes);
    if (error) return error;
    bytes += length;
  }
  return DONE;
}

u32 IMPORT(args_sizes_get)(HOST, u32 count, u32 bytes) { return sizes(arguments, count, bytes); }

u32 IMPORT(args_get)(HOST, u32 pointers, u32 bytes) { return copies(arguments, pointers, bytes); }

u32 IMPORT(environ_sizes_get)(HOST, u32 count, u32 bytes) { return sizes(environ, count, bytes); }

u32 IMPORT(environ_get)(HOST, u32 pointers, u32 bytes) { return copies(environ, pointers, bytes); }

u32 IMPORT(clock_time_get)(HOST, u32 clock, u64 precision, u32 place) {
  struct timespec now;
  /* WASI has these four, by the kernel's numbers. */
  if (clock > CLOCK_THREAD_CPUTIME_ID || clock_gettime((clockid_t)clock, &now)) return INVAL;
  u64 nanoseconds = (u64)now.tv_sec * 1000000000 + (u64)now.tv_nsec;
  return give(place, &nanoseconds, sizeof nanoseconds);
}

u32 IMPORT(random_get)(HOST, u32 place, u32 length) {
  char *next = at(place, length);
  if (!next) return FAULT;
  while (length) {
    ssize_t got = getrandom(next, length, 0);
    if (got < 0 && errno != EINTR) return IO;
    if (got > 0) next += got, length -= (u32)got;
  }
  return DONE;
}

u32 IMPORT(sched_yield)(HOST) {
  sched_yield();
  return DONE;
}

void IMPORT(proc_exit)(HOST, u32 code) {
  /* The kernel keeps eight bits: 256 would be success. */
  if (code > 255) fail("the module's exit code is none: it is above 255");
  _exit((int)code);
}

int main(int argc, char **argv) {
  arguments = argv;
  /* A pipe that nobody reads is an error that the module is told. */
  signal(SIGPIPE, SIG_IGN);
  wasm_rt_init();
#ifdef HAS_IMPORTS
  wasm2c_module_instantiate(&module, NULL);
#else
  wasm2c_module_instantiate(&module);
#endif
  w2c_module_0x5Fstart(&module);
  return 0;
}
