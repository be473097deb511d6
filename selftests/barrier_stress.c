// SPDX-License-Identifier: GPL-2.0-only
/*
 * Barriers under load: 2, 3 and 64 parties, in processes and in threads, meet
 * again and again. No party goes on before all parties have arrived, and each
 * generation has exactly one serial party.
 */
#include "kipc_test.h"
#include "word.h"

#include <pthread.h>

#define MOST_PARTIES	64

FIXTURE(parties) {
	int fd;
	struct shared *shared;
};

FIXTURE_VARIANT(parties) {
	unsigned int parties;
	unsigned int generations;
	bool threads;
	bool by_word;		/* arrive by the word whenever possible */
};

FIXTURE_VARIANT_ADD(parties, two_processes) {
	.parties = 2,
	.generations = 5000,
};

FIXTURE_VARIANT_ADD(parties, two_processes_by_word) {
	.parties = 2,
	.generations = 5000,
	.by_word = true,
};

FIXTURE_VARIANT_ADD(parties, two_threads) {
	.parties = 2,
	.generations = 5000,
	.threads = true,
};

FIXTURE_VARIANT_ADD(parties, three_processes) {
	.parties = 3,
	.generations = 3000,
};

FIXTURE_VARIANT_ADD(parties, three_threads_by_word) {
	.parties = 3,
	.generations = 3000,
	.threads = true,
	.by_word = true,
};

FIXTURE_VARIANT_ADD(parties, sixty_four_processes) {
	.parties = 64,
	.generations = 400,
};

FIXTURE_VARIANT_ADD(parties, sixty_four_processes_by_word) {
	.parties = 64,
	.generations = 400,
	.by_word = true,
};

FIXTURE_VARIANT_ADD(parties, sixty_four_threads) {
	.parties = 64,
	.generations = 400,
	.threads = true,
};

/*
 * State that all parties write. The barrier keeps them within one generation.
 */
struct shared {
	int fd;
	unsigned int generations;	/* constant */
	unsigned int parties;		/* constant */
	bool by_word;			/* constant; else by the kernel only */
	unsigned int next;		/* number for the next party */
	unsigned int came[MOST_PARTIES];	/* arrivals of each party */
	unsigned int serial[8192];	/* serial parties, by generation */
};

FIXTURE_SETUP(parties)
{
	self->fd = create(barrier_args(variant->parties));
	ASSERT_LE(0, self->fd);
	self->shared = shared_alloc(sizeof(*self->shared));
	self->shared->fd = self->fd;
	self->shared->generations = scaled(variant->generations);
	self->shared->parties = variant->parties;
	self->shared->by_word = variant->by_word;
}

FIXTURE_TEARDOWN(parties)
{
	close(self->fd);
}

/*
 * The word as this process has mapped it. NULL means to arrive only by the
 * kernel.
 */
static struct word *word;

/* Arrives by the word while user space owns it, otherwise by the kernel. */
static int meet(const struct shared *shared)
{
	int ret = -EAGAIN;
	__u64 left;

	if (word)
		ret = word_arrive(word, shared->parties, &left);
	if (ret == -EAGAIN)
		return barrier_wait(shared->fd);
	return ret ? ret : barrier_wait_arrived(shared->fd, left);
}

/* Returns true if each party has arrived this many times or once more. */
static bool all_have_come(const struct shared *shared, unsigned int times)
{
	unsigned int i, came;

	for (i = 0; i < shared->parties; i++) {
		came = __atomic_load_n(&shared->came[i], __ATOMIC_SEQ_CST);
		if (came != times && came != times + 1)
			return false;
	}
	return true;
}

static int run_party(void *data)
{
	struct shared *shared = data;
	unsigned int self, i;
	int ret;

	self = __atomic_fetch_add(&shared->next, 1, __ATOMIC_SEQ_CST);
	for (i = 0; i < shared->generations; i++) {
		__atomic_store_n(&shared->came[self], i + 1, __ATOMIC_SEQ_CST);
		ret = meet(shared);
		if (ret < 0)
			return ret;
		if (ret == KIPC_BARRIER_SERIAL)
			__atomic_add_fetch(&shared->serial[i], 1,
					   __ATOMIC_SEQ_CST);
		if (!all_have_come(shared, i + 1))
			return -EPROTO;
	}
	return 0;
}

/*
 * Runs as a member by the word. The member leaves when it has run all
 * generations.
 */
static int run_member(void *data)
{
	struct shared *shared = data;
	struct words words = {};
	int ret;

	if (!shared->by_word)
		return run_party(shared);
	ret = words_map(&words, shared->fd);
	if (!ret)
		ret = barrier_join(shared->fd);
	if (ret)
		return ret;
	word = word_at(&words, 0);
	ret = run_party(shared);
	return ret ? ret : barrier_leave(shared->fd);
}

static void *run_thread(void *data)
{
	return (void *)(intptr_t)run_party(data);
}

static void run_threads(struct __test_metadata *_metadata,
			struct shared *shared)
{
	pthread_t threads[MOST_PARTIES];
	struct words words = {};
	unsigned int i;
	void *ret;

	if (shared->by_word) {
		ASSERT_EQ(0, words_map(&words, shared->fd));
		word = word_at(&words, 0);
	}
	for (i = 0; i < shared->parties; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, run_thread,
					    shared));
	for (i = 0; i < shared->parties; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], &ret));
		EXPECT_EQ((intptr_t)0, (intptr_t)ret);
	}
}

static void run_processes(struct __test_metadata *_metadata,
			  struct shared *shared)
{
	struct child children[MOST_PARTIES];
	unsigned int i;

	for (i = 0; i < shared->parties; i++)
		child_start(&children[i], run_member, shared);
	for (i = 0; i < shared->parties; i++)
		EXPECT_EQ(0, child_finish(&children[i]));
}

TEST_F_TIMEOUT(parties, meet, 200)
{
	unsigned int i, serial = 0, generations = self->shared->generations;

	if (variant->threads)
		run_threads(_metadata, self->shared);
	else
		run_processes(_metadata, self->shared);
	for (i = 0; i < generations; i++)
		serial += self->shared->serial[i] == 1;
	EXPECT_EQ(generations, serial);
	check_barrier(self->fd, 0, generations, 0);
	EXPECT_EQ(0L, waiters(self->fd));
}

/*
 * Resets at arbitrary times: all parties are told of them, and no party is left
 * waiting.
 */

#define RESETTERS_PARTIES	4

struct reset_party {
	int fd;
	unsigned int done;	/* parties that have seen enough */
	unsigned int opened;
	unsigned int cancelled;
};

static int run_until_done(void *data)
{
	struct reset_party *party = data;
	int ret;

	while (!__atomic_load_n(&party->done, __ATOMIC_ACQUIRE)) {
		ret = barrier_wait(party->fd);
		if (ret >= 0)
			__atomic_add_fetch(&party->opened, 1, __ATOMIC_RELAXED);
		else if (ret == -ECANCELED)
			__atomic_add_fetch(&party->cancelled, 1,
					   __ATOMIC_RELAXED);
		else
			return ret;
	}
	return 0;
}

FIXTURE(resets) {
	struct reset_party *party;
};

FIXTURE_SETUP(resets)
{
	self->party = shared_alloc(sizeof(*self->party));
	self->party->fd = create(barrier_args(RESETTERS_PARTIES));
	ASSERT_LE(0, self->party->fd);
}

FIXTURE_TEARDOWN(resets)
{
}

TEST_F_TIMEOUT(resets, cancel_or_not, 100)
{
	struct child children[RESETTERS_PARTIES];
	struct reset_party *party = self->party;
	unsigned int i, enough = scaled(1000);

	for (i = 0; i < RESETTERS_PARTIES; i++)
		child_start(&children[i], run_until_done, party);
	while (party->opened < enough || party->cancelled < enough)
		EXPECT_EQ(0, barrier_reset(party->fd));
	__atomic_store_n(&party->done, 1, __ATOMIC_RELEASE);
	/*
	 * A party that waits now may wait for a party that has ended already.
	 */
	for (i = 0; i < RESETTERS_PARTIES; i++) {
		while (!child_ended(&children[i]))
			EXPECT_EQ(0, barrier_abort(party->fd));
		EXPECT_EQ(0, child_finish(&children[i]));
	}
	EXPECT_EQ(0L, waiters(party->fd));
}

TEST_HARNESS_MAIN
