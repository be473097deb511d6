// SPDX-License-Identifier: MIT
#include <errno.h>
#include <error.h>
#include <limits.h>
#include <stdlib.h>

#include "team.h"

#define BATCH	64	/* words added while the guard is held once */

/* Counts files until the empty message arrives. */
static int worker_count(struct team *team, struct share *share,
			struct table *table)
{
	char name[PATH_MAX + 1];
	ssize_t length;
	int status;

	for (;;) {
		length = team_receive(team, share, name, PATH_MAX);
		if (length < 0) {
			error(0, -length, "worker: cannot receive a name");
			return length;
		}
		if (!length)
			return 0;
		name[length] = '\0';
		status = count_file(name, table, &share->counted);
		if (status == -ENOSPC)
			error(0, 0, "%s: has grown meanwhile, no room left",
			      name);
		else if (status)
			error(0, -status, "%s", name);
		else
			status = kipc_semaphore_post(team->flight, 0, 1);
		if (status)
			return status;
	}
}

/* Adds some words to the result; returns the entry of the next one. */
static const struct table_entry *worker_merge_batch(struct table *result,
						    const struct table *table,
						    const struct table_entry *entry,
						    int *status)
{
	int left = BATCH;

	for (; entry && left && !*status; left--) {
		*status = table_add(result, entry->word, entry->length,
				    entry->count);
		entry = table_next(table, entry);
	}
	return entry;
}

static int worker_merge(struct team *team, struct share *share,
			const struct table *table)
{
	const struct table_entry *entry = table_next(table, NULL);
	int status = 0, posted;

	while (entry && !status) {
		status = team_take(team, team->guard, 1,
				   &share->tallies[TAKE_GUARD], NULL);
		if (status)
			break;
		entry = worker_merge_batch(team->result, table, entry, &status);
		posted = kipc_semaphore_post(team->guard, 0, 1);
		if (!status)
			status = posted;
	}
	if (status)
		error(0, -status, "worker: cannot add to the result");
	return status;
}

int worker_run(struct team *team, struct share *share)
{
	const struct files *files = team->files;
	struct table *table;
	int status;

	table = table_create(files->bytes, files->count, false);
	if (!table) {
		error(0, errno, "worker: no memory for the words");
		return EXIT_FAILURE;
	}
	status = worker_count(team, share, table);
	if (!status) {
		status = team_arrive(team, share);
		if (status)
			error(0, -status, "worker: at the barrier");
	}
	if (!status)
		status = worker_merge(team, share, table);
	table_destroy(table);
	return status ? EXIT_FAILURE : EXIT_SUCCESS;
}
