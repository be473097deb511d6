/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: actors
 *
 * The operations of a program are performed by up to ACTORS threads. The first
 * one is a fresh process for each execution; a program may start the others with
 * "fork" and "thread". The dispatcher, in the fuzzer itself, hands out one
 * operation after another through shared memory and waits for each a little: an
 * actor that blocks keeps nobody up, and may be set free by a later operation.
 *
 * Slots of descriptors and mappings belong to a process, as those do.
 */
#ifndef FUZZ_ACTOR_H
#define FUZZ_ACTOR_H

#include <setjmp.h>
#include <stddef.h>
#include <stdnoreturn.h>

#include <linux/types.h>

#include "coverage.h"
#include "program.h"

enum actor_life {
	ACTOR_NONE,		/* never begun, or known to have ended */
	ACTOR_BEGINS,
	ACTOR_RUNS,
};

/* What the dispatcher and an actor share. */
struct actor {
	__u32 asked;		/* number of an operation, from 1; a futex */
	__u32 done;		/* the last one that has ended; a futex */
	__u32 life;		/* enum actor_life; a futex */
	int pid;		/* in the fuzzer's pid namespace */
	int tid;
	long results[PROGRAM_OPS_MAX];
};

struct stage {
	struct program program;
	struct actor actors[ACTORS];
	struct edges edges;
};

struct mapping {
	void *at;
	size_t bytes;
};

/* What a process has; its copy after a fork. */
struct process {
	int device;
	int socket[2];			/* for "pass" and "take" */
	int fds[FD_SLOTS];
	struct mapping maps[MAP_SLOTS];
	__u64 cursor;			/* where LIST ended */
	struct stage *stage;
	const struct coverage *coverage;	/* NULL: there is none */
};

extern struct process here;

/* What of it an actor needs for itself. */
extern __thread unsigned int self;
extern __thread sigjmp_buf *trap;	/* where to go on SIGSEGV or SIGBUS */

/* The descriptor that a VALUE_FD stands for, -1 if there is none. */
int process_fd(__u64 slot);

/* A new descriptor becomes that of the slot, which loses its old one. */
long process_install(__u64 slot, int fd);

/* Whoever is called by this name exits at once: for "exec". */
#define FUZZER_QUITS	"fuzzer-quits"

/* Perform operations until killed. */
noreturn void actor_run(unsigned int actor);

/* Install a handler for SIGUSR1, or ignore it. */
long actor_handle(enum handler handler);

/* Before a process is made of the fuzzer: what all actors need. */
void actor_prepare(struct stage *stage, const struct coverage *coverage);

/*
 * Keep the calling thread on the processor of that actor: the fuzzer and actor 0
 * share one, as changing between processors is what costs most in a machine that
 * is emulated; the others are spread, so that they run at the same time.
 */
void actor_pin(unsigned int actor);

/* 0, or -EFAULT where touch() hits memory that is not there. */
long actor_try(long (*touch)(void *data), void *data);

#endif /* FUZZ_ACTOR_H */
