// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <error.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "measure.h"
#include "statistics.h"

#define TRIAL_SAMPLES	5
#define LEAST_SAMPLES	11
#define LEAST_SAMPLE	1000.0	/* nanoseconds or instructions */
#define STEP		10	/* limit of the growth from trial to trial */
#define ENOUGH		3	/* a trial may be this factor too short */
#define REPETITIONS	32	/* upper limit */

/* A row while it is being measured. */
struct measuring {
	const struct row *row;
	enum outcome outcome;
	char why[160];
	unsigned int samples, batch;	/* of a repetition */
	unsigned int repetitions;
	double medians[REPETITIONS];
	double *values;			/* of all repetitions */
	size_t count;
	double jain, longest;		/* the worst of all repetitions */
};

static struct run *run;

static double measure_clamp(double value, double least, double most)
{
	return value < least ? least : value > most ? most : value;
}

/* Runs the row once, and keeps the reason of a failure. */
static bool measure_try_once(struct measuring *measuring)
{
	run->row = measuring->row;
	run->samples = measuring->samples;
	run->batch = measuring->batch;
	measuring->outcome = run_once(run);
	if (measuring->outcome == OUTCOME_OK)
		return true;
	memcpy(measuring->why, run->why, sizeof(measuring->why));
	return false;
}

/* Returns the factor by which more samples would fill the time. */
static double measure_room(const struct effort *effort)
{
	return effort->budget / measure_clamp(clock_cost(run->elapsed, 1), 1, INFINITY);
}

/*
 * Finds the number of samples in several trials, each longer than the last, since
 * senders and receivers need some time until their rate is steady.
 */
static void measure_find_samples(struct measuring *measuring,
				 const struct effort *effort)
{
	while (measuring->samples < RUN_SAMPLES && measure_room(effort) > ENOUGH) {
		measuring->samples = measure_clamp(measuring->samples *
						   measure_clamp(measure_room(effort), 1, STEP),
						   1, RUN_SAMPLES);
		if (!measure_try_once(measuring))
			return;
	}
	measuring->samples = measure_clamp(measuring->samples * measure_room(effort),
					   LEAST_SAMPLES, RUN_SAMPLES);
}

static void measure_trial(struct measuring *measuring, const struct effort *effort)
{
	const struct pattern *pattern = measuring->row->pattern;
	double cost;

	measuring->batch = 1;
	measuring->samples = effort->quick ? 1 : pattern->samples;
	if (measuring->samples)
		return;
	measuring->samples = TRIAL_SAMPLES;
	if (!measure_try_once(measuring))
		return;
	cost = measure_clamp(statistics_median(run->values, run->taken), 1, INFINITY);
	measuring->batch = measure_clamp(LEAST_SAMPLE / cost, 1, LEAST_SAMPLE);
	measure_find_samples(measuring, effort);
}

static double measure_worse(double old, double new, bool more)
{
	if (isnan(old) || isnan(new))
		return isnan(old) ? new : old;
	return more == (new > old) ? new : old;
}

static void measure_keep(struct measuring *measuring)
{
	size_t size = sizeof(*measuring->values);

	measuring->values = reallocarray(measuring->values,
					 measuring->count + run->taken, size);
	if (!measuring->values)
		error(EXIT_FAILURE, errno, "no memory for samples");
	memcpy(measuring->values + measuring->count, run->values,
	       run->taken * size);
	measuring->count += run->taken;
	measuring->medians[measuring->repetitions++] =
		statistics_median(run->values, run->taken);
	measuring->jain = measure_worse(measuring->jain, run->jain, false);
	measuring->longest = measure_worse(measuring->longest, run->longest, true);
}

static void measure_repeat(struct measuring *measuring, const struct effort *effort)
{
	unsigned int most = effort->repetitions;

	if (measuring->row->pattern->once || effort->quick)
		most = 1;
	if (measuring->outcome != OUTCOME_OK || measuring->repetitions >= most)
		return;
	if (measure_try_once(measuring))
		measure_keep(measuring);
}

/* A row that failed has no numbers, rather than wrong ones. */
static void measure_no_numbers(struct result *result)
{
	result->median = NAN;
	result->p99 = NAN;
	result->min = NAN;
	result->spread = NAN;
}

static void measure_numbers(struct result *result, struct measuring *measuring)
{
	result->median = statistics_median(measuring->values, measuring->count);
	result->p99 = statistics_percentile(measuring->values, measuring->count,
					    99);
	result->min = measuring->values[0];
	result->spread = NAN;
	if (measuring->repetitions > 1)
		result->spread = statistics_spread(measuring->medians,
						   measuring->repetitions);
}

static void measure_put(char word[RESULT_WORD], const char *text)
{
	snprintf(word, RESULT_WORD, "%s", text);
}

static void measure_report(struct result *result, struct measuring *measuring)
{
	const struct row *row = measuring->row;

	measure_put(result->pattern, row->pattern->name);
	measure_put(result->subject, row->subject->name);
	measure_put(result->unit, row->pattern->unit ?: clock_unit());
	memcpy(result->why, measuring->why, sizeof(result->why));
	result->parameter = row->parameter;
	result->role = row->subject->role;
	result->outcome = measuring->outcome;
	result->samples = measuring->count;
	result->batch = measuring->batch;
	result->jain = measuring->jain;
	result->longest = measuring->longest;
	if (measuring->outcome == OUTCOME_OK)
		measure_numbers(result, measuring);
	else
		measure_no_numbers(result);
}

static void measure_begin(struct measuring *measuring, const struct row *row)
{
	memset(measuring, 0, sizeof(*measuring));
	measuring->row = row;
	measuring->jain = NAN;
	measuring->longest = NAN;
}

void measure(struct results *results, const struct row *rows,
	     unsigned int count, const struct effort *effort)
{
	struct measuring measuring[count];
	unsigned int i, repetition;

	if (!run)
		run = run_alloc();
	run->quick = effort->quick;
	run->limit = effort->limit;
	for (i = 0; i < count; i++) {
		measure_begin(&measuring[i], &rows[i]);
		measure_trial(&measuring[i], effort);
	}
	for (repetition = 0; repetition < effort->repetitions; repetition++)
		for (i = 0; i < count; i++)
			measure_repeat(&measuring[i], effort);
	for (i = 0; i < count; i++) {
		measure_report(results_add(results), &measuring[i]);
		free(measuring[i].values);
	}
}
