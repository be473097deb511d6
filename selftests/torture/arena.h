/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the arena
 *
 * The arena is memory that all processes of the torture share. Each process has a
 * *slot* and up to THREADS *workers*, and each worker has a *record*. A worker writes
 * into its record an *op*, that is, what it is going to do to an object, before it
 * does it. It removes the op when it has done it. So the record of a process that was
 * killed says what the process may have held, and therefore what its death must have
 * caused.
 *
 * An op has steps. A worker that died at TAKING or GIVING may have held something or
 * not. A worker that died at HOLDING or MENDING did hold it, and a worker without an
 * op held nothing.
 *
 * A process that calls exec dies as far as objects are concerned, but it keeps its
 * slot. Its *incarnation* is then greater by one, and it has ops of its own. A
 * process that has really ended is reaped by its parent, which accounts for the ops
 * of all incarnations; see reap.h.
 */
#ifndef TORTURE_ARENA_H
#define TORTURE_ARENA_H

#include "array.h"
#include "barrier.h"
#include "call.h"
#include "child.h"
#include "create.h"
#include "deadline.h"
#include "fdinfo.h"
#include "mailbox.h"
#include "mutex.h"
#include "name.h"
#include "object.h"
#include "region.h"
#include "semaphore.h"
#include "shared_memory.h"
#include "until.h"
#include "../fuzz/random.h"

#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>

#define SLOTS		36U	/* always in use */
#define CHILDREN	6	/* by fork, at most */
#define STEPPED		1	/* single-stepped processes, at a time */
#define SLOTS_ALL	(SLOTS + CHILDREN + STEPPED)
#define THREADS		2
#define INCARNATIONS	4
#define DEPTHS		2	/* ops of a worker: a second one while the first is HOLDING */
#define TARGETS_MAX	20

enum step {
	NONE,
	TAKING,		/* locking, waiting, arriving, receiving */
	HOLDING,
	MENDING,	/* like HOLDING, after the death of the previous owner */
	GIVING,		/* unlocking, posting, sending */
	STEPS
};

struct op {
	__u32 step;
	__u32 target;
	__u32 element;
	__u32 count;
};

struct record {
	__u64 operations;
	__u32 life;	/* a number that is unique in the round */
	struct op ops[INCARNATIONS][DEPTHS];
};

struct slot {
	__u32 taken;	/* for slots of children */
	pid_t pid;	/* 0: the slot is free */
	__u32 doomed;	/* SIGKILL was sent */
	__u32 crew;	/* the only target that it uses, or TARGETS_MAX */
	__u32 incarnation;
	struct record records[THREADS];
};

struct arena {
	__u64 seed;
	__u32 wait_limit;	/* seconds after which a wait counts as hung */
	int fds[TARGETS_MAX];
	size_t shares[TARGETS_MAX];	/* offsets */

	/* atomic */
	__u64 births;	/* workers so far */
	__u32 lives;	/* workers of this round */
	__u32 over;	/* the round has ended */
	__u32 broken;	/* invariants that did not hold */
	__u64 attaching[TARGETS_MAX];	/* processes that have begun to attach */
	__u64 attached[TARGETS_MAX];	/* processes that have attached */
	__u64 operations;
	__u64 forks;
	__u64 execs;
	__u64 exits;	/* of workers that held something */

	struct slot slots[SLOTS_ALL];
};

/* The descriptor of the arena, which stays open across exec. */
#define ARENA_FD	100

extern struct arena *arena;

/* Returns the descriptor of a file for arena_map(), or a negative errno. */
int arena_create(size_t size);
int arena_map(int fd);

#define read_once(value)	__atomic_load_n(&(value), __ATOMIC_ACQUIRE)
#define write_once(value, new)	__atomic_store_n(&(value), new, __ATOMIC_RELEASE)
#define count_up(value)		__atomic_fetch_add(&(value), 1, __ATOMIC_SEQ_CST)

/* Reports in one write that an invariant does not hold, and ends the torture. */
#define broken(format, ...) do { \
	dprintf(STDOUT_FILENO, "BROKEN: " format " (process %d)\n", \
		##__VA_ARGS__, getpid()); \
	count_up(arena->broken); \
} while (0)

static inline bool round_is_over(void)
{
	return read_once(arena->over) || read_once(arena->broken);
}

#endif /* TORTURE_ARENA_H */
