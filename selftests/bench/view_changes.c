// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <error.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "statistics.h"
#include "view.h"

/* Two steady runs of the same code differ by this much. */
#define NOISE	0.005

/* This percentage of the peers' changes is noise. The largest ones are outliers. */
#define PEERS	90

static double changes_larger(double a, double b)
{
	return isnan(a) || b > a ? b : a;
}

static double changes_change(const struct result *base, const struct result *now)
{
	return base->median ? now->median / base->median - 1 : 0;
}

/* Returns the old result of the row, or NULL if either was not measured. */
static const struct result *changes_before(const struct results *base,
					   const struct result *now)
{
	const struct result *then;

	if (now->outcome != OUTCOME_OK)
		return NULL;
	then = results_find(base, now->pattern, now->parameter, now->subject);
	return then && !strcmp(then->unit, now->unit) ? then : NULL;
}

/* Returns the noise between the runs, taken from the peers, which are unchanged. */
static double changes_noise_between(const struct results *base,
				    const struct results *results)
{
	double *changes = calloc(results->count + 1, sizeof(*changes));
	const struct result *now, *then;
	double noise = 0;
	size_t i, count = 0;

	if (!changes)
		error(EXIT_FAILURE, errno, "no memory");
	for (i = 0; i < results->count; i++) {
		now = &results->list[i];
		then = changes_before(base, now);
		if (then && now->role != ROLE_OURS)
			changes[count++] = fabs(changes_change(then, now));
	}
	if (count)
		noise = statistics_percentile(changes, count, PEERS);
	free(changes);
	return noise;
}

/* Returns the difference of two measurements that is not significant. */
static double changes_noise_of(const struct result *a, const struct result *b,
			       double between)
{
	return changes_larger(changes_larger(a->spread, b->spread), changes_larger(NOISE, between));
}

static void changes_print_change(const struct result *then, const struct result *now,
				 double noise, FILE *file)
{
	char name[128];

	result_name(now, name, sizeof(name));
	fprintf(file, "%-50s %12.1f %12.1f %+8.1f%% %7.1f%%\n", name,
		then->median, now->median, 100 * changes_change(then, now),
		100 * noise);
}

unsigned int view_changes(const struct results *base,
			  const struct results *results, FILE *file)
{
	unsigned int compared = 0, changed = 0, slower = 0;
	double between = changes_noise_between(base, results), noise;
	const struct result *now, *then;
	size_t i;

	fprintf(file, "%-50s %12s %12s %9s %8s\n", "", "then", "now", "change",
		"noise");
	for (i = 0; i < results->count; i++) {
		now = &results->list[i];
		then = changes_before(base, now);
		if (!then)
			continue;
		compared++;
		noise = changes_noise_of(then, now, between);
		if (fabs(changes_change(then, now)) <= noise)
			continue;
		changed++;
		if (now->role == ROLE_OURS && changes_change(then, now) > 0)
			slower++;
		changes_print_change(then, now, noise, file);
	}
	fprintf(file, "%u rows in both, %u changed by more than the noise, ",
		compared, changed);
	fprintf(file, "%u of kipc's to the worse\n", slower);
	return slower;
}
