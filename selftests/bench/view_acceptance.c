// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "view.h"

struct place {
	const char *pattern;
	unsigned long parameter;
	const char *subject;
};

/* At most @most times the peer; without a peer, at most @most itself. */
struct promise {
	const char *about;
	struct place ours;
	struct place peer;
	double most;
};

static const struct promise promises[] = {
	{
		"semaphore, post and wait, uncontended, by sem_t",
		{ "semaphore-uncontended", 0, "kipc" },
		{ "semaphore-uncontended", 0, "sem_t" },
		0.50,
	}, {
		"mutex, lock and unlock, by pthread robust",
		{ "lock-uncontended", 0, "kipc" },
		{ "lock-uncontended", 0, "pthread-robust" },
		0.25,
	}, {
		"semaphore, blocked round trip, by sem_t",
		{ "semaphore-blocked", 0, "kipc" },
		{ "semaphore-blocked", 0, "sem_t" },
		0.80,
	}, {
		"the same, fused post and wait, by sem_t",
		{ "semaphore-fused", 0, "kipc" },
		{ "semaphore-blocked", 0, "sem_t" },
		0.72,
	}, {
		"mailbox, 64 bytes in one process, by POSIX queue",
		{ "mailbox-uncontended", 64, "kipc" },
		{ "mailbox-uncontended", 64, "mq" },
		0.70,
	}, {
		"mailbox, blocked round trip, by POSIX queue",
		{ "mailbox-blocked", 64, "kipc" },
		{ "mailbox-blocked", 64, "mq" },
		0.82,
	}, {
		"barrier of 2, blocked, by pthread barrier",
		{ "barrier-blocked", 2, "kipc" },
		{ "barrier-blocked", 2, "pthread-barrier" },
		0.80,
	}, {
		"semaphore, write and read, by eventfd",
		{ "semaphore-uncontended", 0, "kipc-file" },
		{ "semaphore-uncontended", 0, "eventfd" },
		1.00,
	}, {
		"semaphore, round trip across, by sem_t",
		{ "semaphore-across", 0, "kipc" },
		{ "semaphore-across", 0, "sem_t" },
		0.05,
	}, {
		"mutex, contended, by pthread robust",
		{ "lock-contended", 0, "kipc" },
		{ "lock-contended", 0, "pthread-robust" },
		1.00,
	}, {
		"mutex, contended for 100 ns, by pthread robust",
		{ "lock-contended", 100, "kipc" },
		{ "lock-contended", 100, "pthread-robust" },
		1.00,
	}, {
		"mutex, contended for 1 us, by pthread robust",
		{ "lock-contended", 1000, "kipc" },
		{ "lock-contended", 1000, "pthread-robust" },
		1.00,
	}, {
		"mutex, contended for 10 us, by pthread robust",
		{ "lock-contended", 10000, "kipc" },
		{ "lock-contended", 10000, "pthread-robust" },
		1.00,
	}, {
		"memory of each of 100,000 semaphores",
		{ "memory-semaphore", 100000, "kipc-spaced" },
		{},
		96,
	}, {
		"the same, packed",
		{ "memory-semaphore", 100000, "kipc-packed" },
		{},
		40,
	}, {
		"open by name among 100,000, by among 10",
		{ "open", 100000, "kipc" },
		{ "open", 10, "kipc" },
		1.3,
	}, {
		"waking each of 10,000, by each of 10",
		{ "wake-all", 10000, "kipc" },
		{ "wake-all", 10, "kipc" },
		1.3,
	}, {
		"processor time that a wait of 10 s takes",
		{ "idle-semaphore", 10, "kipc" },
		{},
		1e6,
	},
	{}
};

static const struct result *find(const struct results *results,
				 const struct place *place)
{
	if (!place->pattern)
		return NULL;
	return results_find(results, place->pattern, place->parameter,
			    place->subject);
}

static bool measured(const struct results *results,
		     const struct promise *promise)
{
	return find(results, &promise->ours) &&
	       (!promise->peer.pattern || find(results, &promise->peer));
}

/* True if it was missed. */
static bool print_measured(const struct results *results,
			   const struct promise *promise, FILE *file)
{
	const struct result *ours = find(results, &promise->ours);
	const struct result *peer = find(results, &promise->peer);
	double value = peer ? ours->median / peer->median : ours->median;
	bool missed = value > promise->most;

	fprintf(file, "%10.4g %10.7g  %-6s", value, promise->most,
		missed ? "MISSED" : "met");
	if (peer)
		fprintf(file, "  %.4g by %.4g", ours->median, peer->median);
	fprintf(file, "  %s\n", ours->unit);
	return missed;
}

/* Prints it; true if it was measured and missed. */
static bool print_promise(const struct results *runs, unsigned int count,
			  const struct promise *promise, FILE *file)
{
	fprintf(file, "%-50s ", promise->about);
	for (; count; runs++, count--)
		if (measured(runs, promise))
			return print_measured(runs, promise, file);
	fprintf(file, "%10s %10.7g  not measured\n", "", promise->most);
	return false;
}

unsigned int view_acceptance(const struct results *runs, unsigned int count,
			     FILE *file)
{
	const struct promise *promise;
	unsigned int missed = 0;

	fprintf(file, "%-50s %10s %10s\n", "", "measured", "at most");
	for (promise = promises; promise->about; promise++)
		missed += print_promise(runs, count, promise, file);
	return missed;
}
