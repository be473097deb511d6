/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: a run
 *
 * A row is measured in a process group of its own: the process that creates the
 * object, and the workers that it forks, which inherit the object. Whatever goes
 * wrong in there ends that row and no other, and leaves nothing behind.
 *
 * struct run lies in memory that all of them share.
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

/* Counters of a worker, which only it writes. */
struct share {
	unsigned long done;
	__u64 longest;		/* ticks of its longest wait */
	__u64 begin, end;	/* ticks when it worked */
} __attribute__((aligned(CACHE_LINE)));

struct run {
	/* asked for */
	const struct row *row;
	unsigned int samples;
	unsigned int batch;		/* operations in a sample */
	unsigned int limit;		/* seconds that it may take */
	bool quick;

	/* between those who run it */
	void *object;
	bool created;			/* what fails from now on is a failure */
	bool impossible;		/* on this machine */
	bool timed_out;
	unsigned int gate;
	unsigned int stop;
	struct share shares[RUN_WORKERS];

	/* results */
	unsigned int taken;		/* samples */
	__u64 elapsed;			/* ticks that its workers worked */
	double jain;			/* NAN where nobody competes */
	double longest;			/* NAN where waits are not timed */
	char why[160];			/* empty where all went well */
	double values[RUN_SAMPLES];
};

enum outcome {
	OUTCOME_OK,
	OUTCOME_SKIPPED,		/* cannot be had on this machine */
	OUTCOME_FAILED,
	OUTCOME_TIMED_OUT,
};

/* Shared memory, zeroed. */
void *shared_alloc(size_t size);

struct run *run_alloc(void);

/**
 * run_once() - measure a row with the samples, batch and limit that @run says
 * @run: the results in there are this run's
 */
enum outcome run_once(struct run *run);

/* In the run: create the row's object, or end the run as one to be skipped. */
struct shape;
void run_create(struct run *run, const struct shape *shape);

/* In the run: a sample of @operations that took so many ticks. */
void run_sample(struct run *run, __u64 ticks, double operations);

/* In the run: a sample that is none of time. */
void run_value(struct run *run, double value);

/* In the run: end it, and say why. errno says more, unless it is 0. */
void give_up(const char *why) __attribute__((noreturn, cold));

/* In the run: end it as one that this machine cannot do. */
void cannot(const char *why) __attribute__((noreturn, cold));

/* In the run: end it unless that is true; errno is set where it is not. */
#define must(condition) do { \
	if (__builtin_expect(!(condition), 0)) \
		give_up(#condition); \
} while (0)

/* The same for what returns 0 or a negative errno. */
#define must_be_zero(expression) do { \
	int __error = (expression); \
	\
	if (__builtin_expect(__error, 0)) { \
		errno = -__error; \
		give_up(#expression); \
	} \
} while (0)

#endif /* BENCH_RUN_H */
