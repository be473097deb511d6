/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: a run
 *
 * A row is measured in a process group of its own. It consists of the leader, which
 * creates the object, and of the workers that the leader forks, which inherit the
 * object. A failure ends only that row, and leaves no processes behind.
 *
 * struct run is in memory that all these processes share.
 */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

struct row;

#define RUN_SAMPLES	4096
#define RUN_WORKERS	64
#define CACHE_LINE	64

/* The counters of a worker. Only the worker writes them. */
struct share {
	unsigned long done;
	__u64 longest;		/* ticks of its longest wait */
	__u64 begin, end;	/* ticks when it worked */
} __attribute__((aligned(CACHE_LINE)));

struct run {
	/* the request */
	const struct row *row;
	unsigned int samples;
	unsigned int batch;		/* operations in a sample */
	unsigned int limit;		/* seconds that it may take */
	bool quick;

	/* shared by the processes of the run */
	void *object;
	bool created;			/* from now on an error is a failure */
	bool impossible;		/* on this machine */
	bool timed_out;
	unsigned int gate;
	unsigned int stop;
	struct share shares[RUN_WORKERS];

	/* results */
	unsigned int taken;		/* samples */
	__u64 elapsed;			/* ticks that its workers worked */
	double jain;			/* NAN if there is no contest */
	double longest;			/* NAN if waits are not timed */
	char why[160];			/* it failed; empty on success */
	double values[RUN_SAMPLES];
};

enum outcome {
	OUTCOME_OK,
	OUTCOME_SKIPPED,		/* not available on this machine */
	OUTCOME_FAILED,
	OUTCOME_TIMED_OUT,
};

/* Allocates zeroed memory that is shared with children. */
void *shared_alloc(size_t size);

struct run *run_alloc(void);

/**
 * run_once() - measure a row
 * @run: contains the request, and gets the results
 */
enum outcome run_once(struct run *run);

/* In the run: create the row's object. On failure the row is skipped. */
struct shape;
void run_create(struct run *run, const struct shape *shape);

/* In the run: add a sample of @operations that took @ticks. */
void run_sample(struct run *run, __u64 ticks, double operations);

/* In the run: add a value that is not a time. */
void run_value(struct run *run, double value);

/* In the run: end it with a reason, to which errno is added unless it is 0. */
void give_up(const char *why) __attribute__((noreturn, cold));

/* In the run: end it as impossible on this machine. */
void cannot(const char *why) __attribute__((noreturn, cold));

/* In the run: end it unless @condition is true. A false one has set errno. */
#define must(condition) do { \
	if (__builtin_expect(!(condition), 0)) \
		give_up(#condition); \
} while (0)

/* The same for an expression that returns 0 or a negative errno. */
#define must_be_zero(expression) do { \
	int __error = (expression); \
	\
	if (__builtin_expect(__error, 0)) { \
		errno = -__error; \
		give_up(#expression); \
	} \
} while (0)

#endif /* BENCH_RUN_H */
