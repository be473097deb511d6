/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the arena
 *
 * Memory that all processes of the torture share. A process sits in a *slot* and
 * has up to THREADS *workers*, each with a *record*. There a worker writes what it
 * is going to do to an object, a *op*, before it does it, and that it is done
 * only afterwards. So whatever a process is killed at, its record tells what it may
 * have held, and by that what its death must have caused.
 *
 * A op has steps. Between TAKING and HOLDING, and between GIVING and the end of
 * the op, the dead may have held something or not; who was HOLDING did, and who
 * has no op did not.
 *
 * A process that becomes another program by exec dies as far as objects are
 * concerned, and lives on in its slot: it is one *incarnation* further then, with
 * ops of its own. Who has really died is reaped by the one process whose child it
 * was, which accounts for the ops of all its incarnations, see reap.h.
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

#define SLOTS		36U	/* that are always occupied */
#define CHILDREN	6	/* at most, of those who fork */
#define STEPPED		1	/* processes stepped through, at a time */
#define SLOTS_ALL	(SLOTS + CHILDREN + STEPPED)
#define THREADS		2
#define INCARNATIONS	4
#define DEPTHS		2	/* ops at once: one while another is HOLDING */
#define TARGETS_MAX	20

enum step {
	NONE,
	TAKING,		/* locking, waiting, arriving, receiving */
	HOLDING,
	MENDING,	/* like HOLDING, after another one's death */
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
	__u32 life;	/* a number of this round's that no other worker has */
	struct op ops[INCARNATIONS][DEPTHS];
};

struct slot {
	__u32 taken;	/* of children */
	pid_t pid;	/* 0: nobody sits here */
	__u32 doomed;	/* killed; it may not have noticed yet */
	__u32 crew;	/* target that it plays at alone, or TARGETS_MAX */
	__u32 incarnation;
	struct record records[THREADS];
};

struct arena {
	__u64 seed;
	__u32 patience;	/* seconds until a wait is one for ever */
	int fds[TARGETS_MAX];
	size_t shares[TARGETS_MAX];	/* offsets */

	/* atomic */
	__u64 births;	/* workers so far */
	__u32 lives;	/* workers of this round */
	__u32 over;	/* the round is */
	__u32 broken;	/* invariants */
	__u64 attaching[TARGETS_MAX];	/* processes that began to attach */
	__u64 attached[TARGETS_MAX];	/* and those that had when they lived */
	__u64 operations;
	__u64 forks;
	__u64 execs;
	__u64 exits;	/* of workers who hold something */

	struct slot slots[SLOTS_ALL];
};

/* The descriptor by which those who exec find it. */
#define ARENA_FD	100

extern struct arena *arena;

/* A file that arena_map() maps, also after exec; or a negative errno. */
int arena_create(size_t size);
int arena_map(int fd);

#define read_once(value)	__atomic_load_n(&(value), __ATOMIC_ACQUIRE)
#define write_once(value, new)	__atomic_store_n(&(value), new, __ATOMIC_RELEASE)
#define count_up(value)		__atomic_fetch_add(&(value), 1, __ATOMIC_SEQ_CST)

/* An invariant does not hold: says so, in one piece, and all ends. */
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
