// SPDX-License-Identifier: GPL-2.0-only
#include "reap.h"

static bool reap_record(struct record *record, struct deaths *deaths)
{
	const struct target *target;
	bool found = false;
	struct op *op;
	unsigned int i;

	for (i = 0; i < INCARNATIONS * DEPTHS; i++) {
		op = &record->ops[i / DEPTHS][i % DEPTHS];
		if (op->step == NONE)
			continue;
		found = true;
		target = &targets[op->target];
		deaths->by_step[op->target][op->step]++;
		if (target->row->kind->reap)
			target->row->kind->reap(target, op);
	}
	__atomic_fetch_add(&arena->operations, record->operations,
			   __ATOMIC_SEQ_CST);
	memset(record, 0, sizeof(*record));
	return found;
}

void reap(struct slot *slot, struct deaths *deaths)
{
	bool found = false;
	unsigned int i;

	for (i = 0; i < THREADS; i++)
		found |= reap_record(&slot->records[i], deaths);
	if (!found)
		deaths->by_step[target_count][NONE]++;
	slot->incarnation = 0;
	slot->doomed = 0;
	slot->pid = 0;
}

static __u64 row_sum(const struct deaths *deaths, unsigned int target)
{
	__u64 sum = 0;
	int step;

	for (step = NONE; step < STEPS; step++)
		sum += deaths->by_step[target][step];
	return sum;
}

void deaths_print(const struct deaths *deaths)
{
	unsigned int i;
	int step;

	printf("%-18s %8s %8s %8s %8s\n", "died at", "taking", "holding",
	       "mending", "giving");
	for (i = 0; i < target_count; i++) {
		if (!row_sum(deaths, i))
			continue;
		printf("%-18s", rows[i].label);
		for (step = TAKING; step < STEPS; step++)
			printf(" %8llu", deaths->by_step[i][step]);
		printf("\n");
	}
	printf("%-18s %8llu\n", "nothing", row_sum(deaths, target_count));
}
