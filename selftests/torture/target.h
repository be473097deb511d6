/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: targets
 *
 * A target is an object that is tortured, a row of the table in target_table.c. Its
 * kind says how workers use it and which invariants hold. A new kind needs one file
 * and one row.
 */
#ifndef TORTURE_TARGET_H
#define TORTURE_TARGET_H

#include "worker.h"

/* Every member but use may be NULL. */
struct kind {
	/* Arguments of the object; NULL if there is none. */
	struct kipc_create_args (*args)(void);
	bool maps;		/* workers map its words */
	bool bytes;		/* and its bytes: it is a region */
	bool nests;		/* may be used while another target is held */
	size_t share;		/* bytes that the workers share, zeroed at first */

	/* Before a round, when no worker runs. */
	void (*begin)(const struct target *target);
	/* A worker begins or ceases to use it. */
	void (*join)(struct worker *worker, const struct target *target);
	void (*leave)(struct worker *worker, const struct target *target);
	/* Uses it once. */
	void (*use)(struct worker *worker, const struct target *target,
		    unsigned int depth);
	/*
	 * The worker that did the op has died. Only the process that reaps
	 * it knows of that yet.
	 */
	void (*reap)(const struct target *target, const struct op *op);
	/* The round is over: ends waits that only running workers could end. */
	void (*stop)(const struct target *target);
	/* All workers have ended. */
	void (*check)(const struct target *target);
};

struct row {
	const char *label;
	const struct kind *kind;
	__u32 flags;
	unsigned int crew;	/* processes that use no other target */
};

struct target {
	const struct row *row;
	unsigned int number;
	int fd;
	void *share;
};

extern const struct row rows[];
extern const unsigned int target_count;
extern struct target targets[TARGETS_MAX];

extern const struct kind mutex_kind, region_kind, semaphore_kind,
	barrier_kind, mailbox_kind, name_kind, onlooker_kind;

static inline const char *label_of(const struct target *target)
{
	return target->row->label;
}

static inline __s64 wait_deadline(void)
{
	return deadline_in_ms(CLOCK_MONOTONIC, arena->wait_limit * 1000);
}

/*
 * Returns the size of the arena with the shared bytes of all targets, and fills in
 * the offsets of these.
 */
size_t targets_size(size_t shares[TARGETS_MAX]);
/* Creates the objects. Returns 0 or a negative errno. */
int targets_create(void);
/* Finds the objects that have been created, also after exec. */
void targets_find(void);
/* Checks that no process is attached and no thread waits. */
void targets_check_idle(void);
void targets_close(void);

/* Attaches the process to a target. Returns 0 or a negative errno. */
int seat_take(struct seat *seat, const struct target *target);
void seat_leave(struct seat *seat);

#endif /* TORTURE_TARGET_H */
