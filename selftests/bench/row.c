// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "row.h"

/* The position of the iteration: subjects change fastest, then parameters. */
struct place {
	const struct pattern *const *pattern;
	unsigned int parameter;
	const struct subject *const *subject;
};

static bool row_fits(const struct pattern *pattern, const struct subject *subject)
{
	if (subject->kind != pattern->kind)
		return false;
	if (pattern->fused && !subject->semaphore.post_wait)
		return false;
	return (subject->able & pattern->needs) == pattern->needs;
}

static bool place_next(struct place *place)
{
	const struct pattern *pattern = *place->pattern;

	if (++place->subject < subjects_stop)
		return true;
	place->subject = subjects_start;
	if (++place->parameter < PATTERN_PARAMETERS &&
	    pattern->parameters[place->parameter])
		return true;
	place->parameter = 0;
	return ++place->pattern < patterns_stop;
}

/* Finds the position of a row, so that row_next() needs no other state. */
static void place_find(struct place *place, const struct row *row)
{
	place->pattern = patterns_start;
	while (*place->pattern != row->pattern)
		place->pattern++;
	place->parameter = 0;
	while (row->pattern->parameters[place->parameter] != row->parameter)
		place->parameter++;
	place->subject = subjects_start;
	while (*place->subject != row->subject)
		place->subject++;
}

bool row_next(struct row *row)
{
	struct place place = {
		.pattern = patterns_start,
		.subject = subjects_start,
	};
	bool more = true;

	if (row->pattern) {
		place_find(&place, row);
		more = place_next(&place);
	}
	while (more && !row_fits(*place.pattern, *place.subject))
		more = place_next(&place);
	if (!more)
		return false;
	row->pattern = *place.pattern;
	row->subject = *place.subject;
	row->parameter = row->pattern->parameters[place.parameter];
	return true;
}

void row_name(const struct row *row, char *name, size_t size)
{
	if (row->parameter)
		snprintf(name, size, "%s-%lu/%s", row->pattern->name,
			 row->parameter, row->subject->name);
	else
		snprintf(name, size, "%s/%s", row->pattern->name,
			 row->subject->name);
}
