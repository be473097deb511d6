// SPDX-License-Identifier: GPL-2.0-only
/* The scribblers and the workers of a test of hostile pages. */
#include "hostile.h"

#include "array.h"
#include "barrier.h"
#include "create.h"
#include "mutex_word.h"
#include "name.h"
#include "shared_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int object_make(struct object *object, struct kipc_create_args args,
		__u32 flags)
{
	char name[64];

	unique_name(name, "hostile");
	object->args = args;
	object->args.flags = flags;
	object->score = shared_alloc(sizeof(*object->score));
	object->fd = create_named(args, name, flags);
	if (object->fd < 0)
		return object->fd;
	object->impatient = open_named(args.type, name, KIPC_READ | KIPC_WRITE);
	if (object->impatient < 0)
		return object->impatient;
	if (fcntl(object->impatient, F_SETFL, O_NONBLOCK))
		return -errno;
	return unlink_named(name);
}

void object_drop(struct object *object)
{
	if (object->words.base)
		words_unmap(&object->words);
	munmap(object->score, sizeof(*object->score));
	close(object->impatient);
	close(object->fd);
}

/* ------------------------------------------------------------------------ */
/* Scribblers                                                               */
/* ------------------------------------------------------------------------ */

static const __u64 hostile_run_words[] = {
	0, 1, UNITS, UNITS + 1, ~0ULL, KIPC_SLOW, ~KIPC_SLOW,
	KIPC_SLOW | UNITS, KIPC_SEMAPHORE_COUNT, KIPC_SEMAPHORE_COUNT + 1,
	KIPC_SEMAPHORE_WAITERS, KIPC_SEMAPHORE_WAITERS | UNITS,
	KIPC_SEMAPHORE_WOKEN, KIPC_SEMAPHORE_WOKEN | UNITS,
	PARTIES - 1, PARTIES, KIPC_BARRIER_ARRIVED,
	KIPC_BARRIER_BROKEN, KIPC_BARRIER_DIED,
	KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED, KIPC_BARRIER_RESETS,
	KIPC_BARRIER_RESETS | (PARTIES - 1), KIPC_BARRIER_GENERATION,
	KIPC_BARRIER_GENERATION | KIPC_BARRIER_RESETS | (PARTIES - 1),
	KIPC_MUTEX_OWNER, KIPC_MUTEX_THREAD, KIPC_MUTEX_ATTACHMENT,
	KIPC_MUTEX_OWNER_DIED, KIPC_MUTEX_NOT_RECOVERABLE, KIPC_MUTEX_WAITERS,
	KIPC_MUTEX_DEPTH, KIPC_MUTEX_DEPTH_ONE,
};

/* Returns a random word, one near to @now, or one that was seen earlier. */
static __u64 hostile_run_evil_word(__u64 now)
{
	static __u64 seen[16];
	__u64 *then = &seen[random() % ARRAY_SIZE(seen)], stale = *then;

	*then = now;
	switch (random() % 11) {
	case 0:
		return random_word();
	case 1:
		return stale;
	case 2:
		return now ^ 1ULL << random() % 64;
	case 3:
		return now ^ KIPC_SLOW;
	case 4:
		return now + (1ULL << KIPC_BARRIER_SHIFT);
	case 5:
		return now + KIPC_BARRIER_RESET_ONE;
	case 6:
		return now + 1;
	case 7:
		return now - 1;
	case 8:
		return now ^ KIPC_MUTEX_WAITERS;
	case 9:
		return now ^ KIPC_MUTEX_OWNER_DIED;
	default:
		return hostile_run_words[random() % ARRAY_SIZE(hostile_run_words)];
	}
}

/*
 * Writes a whole word that is in use, or at times a byte anywhere in the
 * mapping.
 */
static int hostile_run_scribble(struct object *object)
{
	unsigned int element = random() % object->args.elements;
	struct word *word = object_word(object, element);
	__u64 now = word_load(word), evil = hostile_run_evil_word(now);

	/* Words that only the kernel may write cannot be made writable. */
	if (object->args.flags & KIPC_KERNEL_WORDS)
		return mprotect(object->words.base, object->words.size,
				PROT_READ | PROT_WRITE) ? 0 : -EPROTO;
	switch (random() % 4) {
	case 0:
		((volatile char *)object->words.base)[random() %
						      object->words.size] =
			evil;
		break;
	case 1:
		word_swap(word, now, evil);
		break;
	default:
		word_store(word, evil);
	}
	return 0;
}

int run_scribbler(void *data)
{
	struct hostile_run *run = data;
	unsigned int i;
	int ret = 0;

	srandom(run->seed + run->next);
	for (i = 0; i < run->hostile_count; i++) {
		ret = words_attach(&run->hostile_objects[i].words,
				   run->hostile_objects[i].fd);
		if (ret)
			return ret;
	}
	while (!ret && __atomic_load_n(run->done, __ATOMIC_ACQUIRE) < WORKERS) {
		ret = hostile_run_scribble(&run->hostile_objects[random() %
								 run->hostile_count]);
		/*
		 * Let the workers run for some time with words that stay the
		 * same.
		 */
		if (random() % 4 == 0)
			sched_yield();
	}
	return ret;
}

/* ------------------------------------------------------------------------ */
/* Workers                                                                  */
/* ------------------------------------------------------------------------ */

static int hostile_run_map(struct object *object, __u32 flags)
{
	struct mutexes mutexes;
	int ret;

	if (object->args.type == KIPC_MUTEX ||
	    object->args.type == KIPC_REGION) {
		ret = mutexes_attach(&mutexes, object->fd);
		if (ret)
			return ret;
		object->words = mutexes.words;
		object->attachment = mutexes.attachment;
		return 0;
	}
	if (object->args.type == KIPC_MAILBOX || (flags & KIPC_SEALED))
		return 0;
	return words_attach(&object->words, object->fd);
}

static int hostile_run_map_all(struct hostile_run *run)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < run->hostile_count && !ret; i++)
		ret = hostile_run_map(&run->hostile_objects[i],
				      run->hostiles[i].flags);
	for (i = 0; i < run->innocent_count && !ret; i++)
		ret = hostile_run_map(&run->innocent_objects[i],
				      run->innocents[i].flags);
	return ret;
}

static int hostile_run_complain(const char *label, unsigned int verb,
				unsigned int round, int ret)
{
	if (ret)
		fprintf(stderr, "# %s, verb %u, round %u: %d\n", label, verb,
			round, ret);
	return ret;
}

static int hostile_run_use_hostile(struct hostile_run *run, unsigned int round)
{
	unsigned int i = random() % run->hostile_count, count = 0, chosen;
	const struct hostile *hostile = &run->hostiles[i];
	struct object *object = &run->hostile_objects[i];

	while (hostile->verbs[count])
		count++;
	chosen = random() % count;
	return hostile_run_complain(hostile->label, chosen, round,
				    hostile->verbs[chosen](object, random() %
							   object->args.elements));
}

static int hostile_run_use_innocent(struct hostile_run *run, unsigned int i,
				    unsigned int round)
{
	struct object *object = &run->innocent_objects[i];

	return hostile_run_complain(run->innocents[i].label, 0, round,
				    run->innocents[i].use(object, random() %
							  object->args.elements));
}

/*
 * Runs some verbs on hostile objects and one on an innocent object. All workers
 * meet at the objects for that once in so many rounds.
 */
static int hostile_run_round(struct hostile_run *run, unsigned int round)
{
	unsigned int i, chosen = random() % run->innocent_count;
	int ret = 0;

	for (i = 0; i < 3 && !ret; i++)
		ret = hostile_run_use_hostile(run, round);
	if (!ret && !run->innocents[chosen].together)
		ret = hostile_run_use_innocent(run, chosen, round);
	for (i = 0; i < run->innocent_count && !ret; i++)
		if (run->innocents[i].together && !(round % MEETINGS))
			ret = hostile_run_use_innocent(run, i, round);
	return ret;
}

/* The other workers must not wait for a worker that has failed. */
static void hostile_run_abort_meetings(struct hostile_run *run)
{
	unsigned int i;

	for (i = 0; i < run->innocent_count; i++)
		if (run->innocents[i].together)
			barrier_abort(run->innocent_objects[i].fd);
}

/* A barrier would break at the first member that ends without LEAVE. */
static void hostile_run_leave_meetings(struct hostile_run *run)
{
	unsigned int i;

	for (i = 0; i < run->innocent_count; i++)
		if (run->innocents[i].together)
			barrier_leave(run->innocent_objects[i].fd);
}

int run_hostile_worker(void *data)
{
	struct hostile_run *run = data;
	unsigned int round;
	int ret = hostile_run_map_all(run);

	srandom(run->seed + run->next);
	for (round = 0; round < run->rounds && !ret; round++)
		ret = hostile_run_round(run, round);
	if (ret)
		hostile_run_abort_meetings(run);
	hostile_run_leave_meetings(run);
	__atomic_add_fetch(run->done, 1, __ATOMIC_RELEASE);
	return ret;
}
