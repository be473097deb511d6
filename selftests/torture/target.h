/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: targets
 *
 * A target is an object that is tortured: a row of the table in target_table.c. Its
 * kind says how to play with it and what has to hold; a new kind is one file and
 * one row.
 */
#ifndef TORTURE_TARGET_H
#define TORTURE_TARGET_H

#include "worker.h"

/* All but play may be NULL. */
struct kind {
	/* What to create; without it there is no object. */
	struct kipc_create_args (*args)(void);
	bool maps;		/* workers map its words */
	bool bytes;		/* and its bytes: it is a region */
	bool nests;		/* may be played at while another one is held */
	size_t share;		/* bytes that the workers share, at first zero */

	/* Before a round: nobody plays. */
	void (*begin)(const struct target *target);
	/* A worker begins or ends to play at it. */
	void (*join)(struct worker *worker, const struct target *target);
	void (*leave)(struct worker *worker, const struct target *target);
	/* Do something to it, once. */
	void (*use)(struct worker *worker, const struct target *target,
		    unsigned int depth);
	/* Who died at that op is gone, and nobody knows of it but us. */
	void (*reap)(const struct target *target, const struct op *op);
	/* The round is over: end waits that only the living could end. */
	void (*stop)(const struct target *target);
	/* All who played have ended. */
	void (*check)(const struct target *target);
};

struct row {
	const char *label;
	const struct kind *kind;
	__u32 flags;
	unsigned int crew;	/* processes that play at nothing else */
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

static inline __s64 patience_deadline(void)
{
	return deadline_in_ms(CLOCK_MONOTONIC, arena->patience * 1000);
}

/* Of the arena with all that the targets share; sets arena->shares. */
size_t targets_size(size_t shares[TARGETS_MAX]);
/* Creates the objects: 0 or a negative errno. */
int targets_create(void);
/* Finds those that are there. */
void targets_find(void);
/* Nobody is attached or waits any more. */
void targets_check_idle(void);
void targets_close(void);

/* Take part, as a process; 0 or a negative errno. */
int seat_take(struct seat *seat, const struct target *target);
void seat_leave(struct seat *seat);

#endif /* TORTURE_TARGET_H */
