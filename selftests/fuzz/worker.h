/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: workers
 *
 * Up to WORKERS threads perform the operations of a program. The first worker
 * is a new process for each execution. A program may start the others with
 * "fork" and "start_thread". The dispatcher, which is the fuzzer itself, hands
 * out one operation after another through shared memory, and waits a short time
 * for each. A worker that blocks does not block the dispatcher, and a later
 * operation may wake it.
 *
 * A process has slots for its descriptors and its mappings. Threads of a
 * process share them, and a child gets a copy.
 */
#ifndef FUZZ_WORKER_H
#define FUZZ_WORKER_H

#include <setjmp.h>
#include <stddef.h>
#include <stdnoreturn.h>

#include <linux/types.h>

#include "coverage.h"
#include "program.h"

enum worker_life {
	WORKER_NONE,		/* not started, or known to have ended */
	WORKER_BEGINS,
	WORKER_RUNS,
};

/* Shared by the dispatcher and one worker */
struct worker {
	__u32 asked;		/* operation to perform, from 1; a futex */
	__u32 done;		/* last operation performed; a futex */
	__u32 life;		/* enum worker_life; a futex */
	int pid;		/* in the fuzzer's pid namespace */
	int tid;
	long results[PROGRAM_OPS_MAX];
};

struct shared {
	struct program program;
	struct worker workers[WORKERS];
	struct edges edges;
};

struct mapping {
	void *at;
	size_t bytes;
};

/* State of a process. A child of "fork" has a copy. */
struct process {
	int device;
	int socket[2];			/* for "pass" and "take" */
	int fds[FD_SLOTS];
	struct mapping maps[MAP_SLOTS];
	__u64 cursor;			/* where the last LIST ended */
	struct shared *shared;
	const struct coverage *coverage;	/* or NULL */
};

extern struct process here;

/* State of a thread */
extern __thread unsigned int self;
extern __thread sigjmp_buf *trap;	/* for SIGSEGV and SIGBUS, or NULL */

/* Returns the descriptor that a VALUE_FD stands for, or -1. */
int process_fd(__u64 slot);

/*
 * Puts a new descriptor into the slot and closes the old one. Returns @fd, or
 * -errno if @fd is negative.
 */
long process_install(__u64 slot, int fd);

/* The fuzzer exits at once if argv[0] is this name: "exec" does that. */
#define FUZZER_QUITS	"fuzzer-quits"

/* Performs the operations of a worker until it is killed. */
noreturn void worker_run(unsigned int worker);

/* Sets how this process handles SIGUSR1. */
long worker_handle(enum handler handler);

/* Prepares a new process for its workers. */
void worker_prepare(struct shared *shared, const struct coverage *coverage);

/*
 * Binds the calling thread to the processor of that worker. The fuzzer and
 * worker 0 share a processor, because waking a task on another processor is the
 * most expensive step in an emulated machine. The other workers are spread over
 * the processors, so that they run at the same time.
 */
void worker_pin(unsigned int worker);

/*
 * Returns what touch() returns, or -EFAULT if touch() gets SIGSEGV or SIGBUS.
 */
long worker_try(long (*touch)(void *data), void *data);

#endif /* FUZZ_WORKER_H */
