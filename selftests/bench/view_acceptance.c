// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "view.h"

#define CELL	24

enum verdict {
	MET,
	MISSED,
	UNKNOWN,
	VERDICTS,
};

struct place {
	const char *pattern;
	unsigned long parameter;
	const char *subjects;	/* words; the cheapest subject counts */
};

/* Ours is at most @max times the peer, or at most @max if there is no peer. */
struct promise {
	const char *about;
	struct place ours;
	struct place peer;
	double max;
	const char *mode;	/* of the run; NULL: the first with both rows */
};

static const struct promise promises[] = {
	{
		.about = "semaphore, post and wait, uncontended, by sem_t",
		.ours = { "semaphore-uncontended", 0, "kipc" },
		.peer = { "semaphore-uncontended", 0, "sem_t" },
		.max = 0.50,
	}, {
		.about = "mutex, lock and unlock, by pthread robust",
		.ours = { "lock-uncontended", 0, "kipc" },
		.peer = { "lock-uncontended", 0, "pthread-robust" },
		.max = 0.25,
	}, {
		.about = "semaphore, blocked round trip, by sem_t",
		.ours = { "semaphore-blocked", 0, "kipc" },
		.peer = { "semaphore-blocked", 0, "sem_t" },
		.max = 0.90,
	}, {
		.about = "the same, fused post and wait, by sem_t",
		.ours = { "semaphore-fused", 0, "kipc" },
		.peer = { "semaphore-blocked", 0, "sem_t" },
		.max = 0.84,
	}, {
		.about = "mailbox, 64 bytes in one process, by POSIX queue",
		.ours = { "mailbox-uncontended", 64, "kipc" },
		.peer = { "mailbox-uncontended", 64, "mq" },
		.max = 0.70,
	}, {
		.about = "mailbox, blocked round trip, by POSIX queue",
		.ours = { "mailbox-blocked", 64, "kipc" },
		.peer = { "mailbox-blocked", 64, "mq" },
		.max = 1.02,
	}, {
		.about = "barrier of 2, blocked, by pthread barrier",
		.ours = { "barrier-blocked", 2, "kipc" },
		.peer = { "barrier-blocked", 2, "pthread-barrier" },
		.max = 1.01,
	}, {
		.about = "semaphore, write and read, by eventfd",
		.ours = { "semaphore-uncontended", 0, "kipc-file" },
		.peer = { "semaphore-uncontended", 0, "eventfd" },
		.max = 1.00,
	}, {
		.about = "semaphore, round trip across, by sem_t",
		.ours = { "semaphore-across", 0, "kipc" },
		.peer = { "semaphore-across", 0, "sem_t" },
		.max = 0.05,
	}, {
		.about = "mutex, contended, by pthread robust",
		.ours = { "lock-contended", 0, "kipc" },
		.peer = { "lock-contended", 0, "pthread-robust" },
		.max = 1.00,
	}, {
		.about = "mutex, contended for 100 ns, by pthread robust",
		.ours = { "lock-contended", 100, "kipc" },
		.peer = { "lock-contended", 100, "pthread-robust" },
		.max = 1.00,
	}, {
		.about = "mutex, contended for 1 us, by pthread robust",
		.ours = { "lock-contended", 1000, "kipc" },
		.peer = { "lock-contended", 1000, "pthread-robust" },
		.max = 1.00,
	}, {
		.about = "mutex, contended for 10 us, by pthread robust",
		.ours = { "lock-contended", 10000, "kipc" },
		.peer = { "lock-contended", 10000, "pthread-robust" },
		.max = 1.00,
	}, {
		.about = "semaphore as a lock, uncontended, by sem_t",
		.ours = { "lock-uncontended", 0, "kipc-semaphore" },
		.peer = { "lock-uncontended", 0, "sem_t" },
		.max = 0.50,
	}, {
		.about = "the same, 10 threads that all wait at first, by sem_t",
		.ours = { "lock-crowd", 10, "kipc-semaphore" },
		.peer = { "lock-crowd", 10, "sem_t" },
		.max = 1.00,
		.mode = "time",
	}, {
		.about = "the same, both fair, by kipc's mutex",
		.ours = { "lock-crowd", 10, "kipc-semaphore-fair" },
		.peer = { "lock-crowd", 10, "kipc-fair" },
		.max = 0.87,
		.mode = "instructions",
	}, {
		.about = "the same, 4 processes that hold it for 1 us, by sem_t",
		.ours = { "lock-again", 4, "kipc-semaphore" },
		.peer = { "lock-again", 4, "sem_t" },
		.max = 1.00,
	}, {
		.about = "semaphores watched by epoll, 64, by eventfds",
		.ours = { "any", 64, "kipc-epoll" },
		.peer = { "any", 64, "eventfd-epoll" },
		.max = 1.00,
	}, {
		.about = "semaphore created and destroyed, by sem_open",
		.ours = { "create-semaphore", 0, "kipc-named" },
		.peer = { "create-semaphore", 0, "sem_open" },
		.max = 0.50,
	}, {
		.about = "semaphore opened by name among 1000, by sem_open",
		.ours = { "open", 1000, "kipc" },
		.peer = { "open", 1000, "sem_open" },
		.max = 0.50,
	}, {
		.about = "mailbox, 4 processes to one, by POSIX queue",
		.ours = { "mailbox-gather", 4, "kipc" },
		.peer = { "mailbox-gather", 4, "mq" },
		.max = 1.00,
	}, {
		.about = "mailbox, one process to 4, by POSIX queue",
		.ours = { "mailbox-share", 4, "kipc" },
		.peer = { "mailbox-share", 4, "mq" },
		.max = 1.00,
	}, {
		.about = "mailbox, 4 processes to 4, by the best of mq, msg, pipe",
		.ours = { "mailbox-mesh", 4, "kipc" },
		.peer = { "mailbox-mesh", 4, "mq msg pipe" },
		.max = 1.00,
	}, {
		.about = "memory of each of 100,000 semaphores",
		.ours = { "memory-semaphore", 100000, "kipc-spaced" },
		.max = 96,
	}, {
		.about = "the same, packed",
		.ours = { "memory-semaphore", 100000, "kipc-packed" },
		.max = 40,
	}, {
		.about = "open by name among 100,000, by among 10",
		.ours = { "open", 100000, "kipc" },
		.peer = { "open", 10, "kipc" },
		.max = 1.3,
	}, {
		.about = "waking each of 10,000, by each of 10",
		.ours = { "wake-all", 10000, "kipc" },
		.peer = { "wake-all", 10, "kipc" },
		.max = 1.3,
	}, {
		.about = "processor time that a wait of 10 s takes",
		.ours = { "idle-semaphore", 10, "kipc" },
		.max = 1e6,
	},
	{}
};

/* Copies the first word of @words, and returns the rest. */
static const char *acceptance_first_word(const char *words, char word[RESULT_WORD])
{
	int length = strcspn(words, " ");

	snprintf(word, RESULT_WORD, "%.*s", length, words);
	words += length;
	return words + strspn(words, " ");
}

static const struct result *acceptance_find(const struct results *results,
					    const struct place *place)
{
	const struct result *best = NULL, *result;
	const char *subjects = place->subjects;
	char subject[RESULT_WORD];

	while (subjects && *subjects) {
		subjects = acceptance_first_word(subjects, subject);
		result = results_find(results, place->pattern, place->parameter,
				      subject);
		if (result && (!best || result->median < best->median))
			best = result;
	}
	return best;
}

static bool acceptance_measured(const struct results *results,
				const struct promise *promise)
{
	if (promise->mode && strcmp(results_noted(results, "mode"), promise->mode))
		return false;
	return acceptance_find(results, &promise->ours) &&
	       (!promise->peer.pattern || acceptance_find(results, &promise->peer));
}

/* Prints four significant digits, without an exponent. */
static const char *acceptance_figure(char cell[CELL], double value)
{
	double scaled = value;
	int decimals = 0;

	while (decimals < 6 && scaled > 0 && scaled < 1000) {
		scaled *= 10;
		decimals++;
	}
	snprintf(cell, CELL, "%.*f", decimals, value);
	return cell;
}

/* Prints both values, and the name of the peer if there are several. */
static void acceptance_print_sides(const struct result *ours, const struct result *peer,
				   const struct promise *promise, FILE *file)
{
	char cells[2][CELL];

	fprintf(file, "  %s by %s", acceptance_figure(cells[0], ours->median),
		acceptance_figure(cells[1], peer->median));
	if (strchr(promise->peer.subjects, ' '))
		fprintf(file, " (%s)", peer->subject);
}

static enum verdict acceptance_print_measured(const struct results *results,
					      const struct promise *promise, FILE *file)
{
	const struct result *ours = acceptance_find(results, &promise->ours);
	const struct result *peer = acceptance_find(results, &promise->peer);
	double value = peer ? ours->median / peer->median : ours->median;
	enum verdict verdict = value > promise->max ? MISSED : MET;
	char cell[CELL];

	fprintf(file, "%10s %10.7g  %-6s", acceptance_figure(cell, value), promise->max,
		verdict == MISSED ? "MISSED" : "met");
	if (peer)
		acceptance_print_sides(ours, peer, promise, file);
	fprintf(file, "  %s\n", ours->unit);
	return verdict;
}

static enum verdict acceptance_print_promise(const struct results *runs,
					     unsigned int count,
					     const struct promise *promise, FILE *file)
{
	fprintf(file, "%-58s ", promise->about);
	for (; count; runs++, count--)
		if (acceptance_measured(runs, promise))
			return acceptance_print_measured(runs, promise, file);
	fprintf(file, "%10s %10.7g  not measured\n", "", promise->max);
	return UNKNOWN;
}

unsigned int view_acceptance(const struct results *runs, unsigned int count,
			     FILE *file)
{
	unsigned int verdicts[VERDICTS] = {};
	const struct promise *promise;

	fprintf(file, "%-58s %10s %10s\n", results_noted(runs, "kernel"),
		"measured", "at most");
	for (promise = promises; promise->about; promise++)
		verdicts[acceptance_print_promise(runs, count, promise, file)]++;
	fprintf(file, "%u met, %u missed, %u not measured\n", verdicts[MET],
		verdicts[MISSED], verdicts[UNKNOWN]);
	return verdicts[MISSED];
}
