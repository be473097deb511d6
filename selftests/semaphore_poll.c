// SPDX-License-Identifier: GPL-2.0-only
/*
 * When a semaphore wakes its pollers, and what a descriptor may poll for. For
 * units, an eventfd with EFD_SEMAPHORE reports the same events.
 */
#include "kipc_test.h"
#include "epoll.h"
#include "polling.h"
#include "wait_child.h"
#include "word.h"

#include <pthread.h>
#include <sys/eventfd.h>

#define MAX		10
#define WORKERS		6

FIXTURE(poll) {
	int fd;
	int set;
	char name[64];
	struct words words;
	struct word *first;	/* NULL if sealed */
};

FIXTURE_VARIANT(poll) {
	__u32 flags;
};

FIXTURE_VARIANT_ADD(poll, plain) {
};

FIXTURE_VARIANT_ADD(poll, sealed) {
	.flags = KIPC_SEALED,
};

FIXTURE_SETUP(poll)
{
	self->set = -1;
	unique_name(self->name, "poll");
	self->fd = create_named(semaphore_args(2, 0, MAX), self->name,
				variant->flags);
	ASSERT_LE(0, self->fd);
	if (variant->flags & KIPC_SEALED)
		return;
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->first = word_at(&self->words, 0);
}

FIXTURE_TEARDOWN(poll)
{
	close(self->set);
	close(self->fd);
}

static int take_by_read(int fd)
{
	__u64 units;

	return read(fd, &units, sizeof(units)) == sizeof(units) ? 0 : -errno;
}

/* ------------------------------------------------------------------------ */
/* Units                                                                    */
/* ------------------------------------------------------------------------ */

/* Taking a unit produces no event, whatever call takes it. */
TEST_F(poll, a_take_is_no_news)
{
	struct kipc_semaphore_post_wait_args both = post_wait_args(1, 0);

	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX));
	self->set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	ASSERT_LE(0, self->set);
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(self->set));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, semaphore_wait(self->fd, 0, 1));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, take_by_read(self->fd));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, semaphore_post_wait(self->fd, &both));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(self->set));
	check_value(self->fd, 0, MAX - 3);
}

/*
 * Taking a unit does not even wake a level-triggered poller, which would find
 * the unit that is left. An outer set that watches the poller's set gets an
 * event for each wake-up.
 */
TEST_F(poll, a_take_wakes_nobody)
{
	int outer;

	EXPECT_EQ(0, semaphore_post(self->fd, 0, 3));
	self->set = epoll_of(self->fd, EPOLLIN);
	ASSERT_LE(0, self->set);
	outer = epoll_of(self->set, EPOLLIN | EPOLLET);
	ASSERT_LE(0, outer);
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(outer));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(0U, epoll_news(outer));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(outer));
	close(outer);
}

/* Each step produces the same events as on an eventfd. */
TEST_F(poll, news_as_of_an_eventfd)
{
	static const int steps[] = { 2, -1, 1, -1, -1, 3, 1, -1, -1, -1, -1, 1 };
	int peer = eventfd(0, EFD_SEMAPHORE | EFD_NONBLOCK | EFD_CLOEXEC);
	__u64 units;
	int peers;
	size_t i;

	ASSERT_LE(0, peer);
	peers = epoll_of(peer, EPOLLIN | EPOLLET);
	self->set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	ASSERT_LE(0, peers);
	ASSERT_LE(0, self->set);
	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		units = steps[i];
		if (steps[i] < 0) {
			EXPECT_EQ(0, take_by_read(peer));
			EXPECT_EQ(0, take_by_read(self->fd));
		} else {
			EXPECT_EQ((ssize_t)8, write(peer, &units, 8));
			EXPECT_EQ((ssize_t)8, write(self->fd, &units, 8));
		}
		EXPECT_EQ(epoll_news(peers), epoll_news(self->set));
	}
	close(peers);
	close(peer);
}

/*
 * A unit that is granted to a waiter produces no event. A unit that is left
 * over does.
 */
TEST_F(poll, a_grant_is_no_news)
{
	struct child waiter;

	self->set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	ASSERT_LE(0, self->set);
	start_semaphore_wait(&waiter, self->fd, 0, 2);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&waiter));
	EXPECT_EQ(0U, epoll_news(self->set));
	start_semaphore_wait(&waiter, self->fd, 0, 2);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 3));
	EXPECT_EQ(0, child_finish(&waiter));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(self->set));
}

/*
 * Units that were reserved for a waiter produce an event when the waiter
 * leaves.
 */
TEST_F(poll, a_waiter_that_leaves)
{
	struct child waiter;

	self->set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	ASSERT_LE(0, self->set);
	start_semaphore_wait(&waiter, self->fd, 0, 3);
	wait_for_waiters(self->fd, 1);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 2));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(CHILD_KILLED, child_kill(&waiter));
	EXPECT_EQ((__u32)EPOLLIN, epoll_news(self->set));
	/* A waiter that leaves an element without units produces no event. */
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 2));
	EXPECT_EQ(-ETIMEDOUT, semaphore_timedwait(self->fd, 0, 1, 1, 0));
	EXPECT_EQ(0U, epoll_news(self->set));
}

/* ------------------------------------------------------------------------ */
/* Exclusive pollers                                                        */
/* ------------------------------------------------------------------------ */

/* Sleeps in an epoll set of its own until it is woken. Takes no unit. */
static int run_worker(void *data)
{
	int *fd = data;
	int set = epoll_of(*fd, EPOLLIN | EPOLLEXCLUSIVE);

	return set < 0 ? set : (int)epoll_events(set, -1);
}

static int sleepers(const struct child *workers)
{
	int i, count = 0;

	for (i = 0; i < WORKERS; i++)
		count += child_sleeps(&workers[i]);
	return count;
}

/*
 * A post wakes as many exclusive pollers as it adds units, even before any of
 * these has been taken.
 */
TEST_F_TIMEOUT(poll, wakes_an_exclusive_poller_a_unit, 60)
{
	struct child workers[WORKERS];
	int i;

	for (i = 0; i < WORKERS; i++)
		child_start(&workers[i], run_worker, &self->fd);
	wait_until(sleepers(workers) == WORKERS);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, WORKERS));
	for (i = 0; i < WORKERS; i++)
		EXPECT_EQ(EPOLLIN, child_finish(&workers[i]));
	check_value(self->fd, 0, WORKERS);
}

/* One unit wakes exactly one exclusive poller. */
TEST_F_TIMEOUT(poll, wakes_one_exclusive_poller, 60)
{
	struct child workers[WORKERS];
	int i, ended = 0;

	for (i = 0; i < WORKERS; i++)
		child_start(&workers[i], run_worker, &self->fd);
	wait_until(sleepers(workers) == WORKERS);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	wait_until(sleepers(workers) < WORKERS);
	/* The others would be awake by the time that this one has ended. */
	do {
		for (i = 0, ended = 0; i < WORKERS; i++)
			ended += child_ended(&workers[i]);
	} while (!ended);
	EXPECT_EQ(1, ended);
	EXPECT_EQ(WORKERS - 1, sleepers(workers));
	for (i = 0; i < WORKERS; i++)
		child_kill(&workers[i]);
}

/* ------------------------------------------------------------------------ */
/* Races                                                                    */
/* ------------------------------------------------------------------------ */

struct poster {
	int fd;
	struct word *first;
	unsigned int units;
};

/* Posts the next unit as soon as the last one has been taken. */
static int run_poster(void *data)
{
	const struct poster *poster = data;
	unsigned int i;
	__u32 value;
	int ret = 0;

	for (i = 0; i < poster->units && !ret; i++) {
		do {
			ret = semaphore_value(poster->fd, 0, &value);
		} while (!ret && value);
		if (!ret && !(poster->first && word_give(poster->first, MAX)))
			ret = semaphore_post(poster->fd, 0, 1);
	}
	return ret;
}

/*
 * Checks that the poller misses no unit that is posted while it looks for a
 * second time, or while it is armed again.
 */
static void race_with_posts(struct __test_metadata *_metadata, int fd,
			    struct word *first, int set, __u32 mode)
{
	struct epoll_event again = { .events = EPOLLIN | mode };
	struct poster poster = { fd, first, scaled(2000) };
	struct child child;
	unsigned int i;

	child_start(&child, run_poster, &poster);
	for (i = 0; i < poster.units; i++) {
		ASSERT_EQ((__u32)EPOLLIN, epoll_events(set, -1));
		ASSERT_EQ(0, take_by_read(fd));
		if (mode & EPOLLONESHOT)
			ASSERT_EQ(0, epoll_ctl(set, EPOLL_CTL_MOD, fd, &again));
	}
	EXPECT_EQ(0, child_finish(&child));
	check_value(fd, 0, 0);
}

TEST_F(poll, by_level_races_with_posts)
{
	self->set = epoll_of(self->fd, EPOLLIN);
	race_with_posts(_metadata, self->fd, self->first, self->set, 0);
}

TEST_F(poll, by_edge_races_with_posts)
{
	self->set = epoll_of(self->fd, EPOLLIN | EPOLLET);
	race_with_posts(_metadata, self->fd, self->first, self->set, EPOLLET);
}

TEST_F(poll, once_races_with_posts)
{
	self->set = epoll_of(self->fd, EPOLLIN | EPOLLONESHOT);
	race_with_posts(_metadata, self->fd, self->first, self->set, EPOLLONESHOT);
}

/*
 * In each round there is one unit for each of several waiters and pollers, and
 * each of them must get one. The maximum of the semaphore is less than their
 * number.
 */

#define CROWD_WAITERS	4
#define CROWD_POLLERS	4
#define CROWD		(CROWD_WAITERS + CROWD_POLLERS)
#define CROWD_MAX	3

struct poll_crowd {
	int fd;
	struct word *first;
	unsigned int rounds;
	pthread_barrier_t round;
};

static void *run_crowd_waiter(void *data)
{
	struct poll_crowd *crowd = data;
	unsigned int i;
	long ret = 0;

	for (i = 0; i < crowd->rounds; i++) {
		pthread_barrier_wait(&crowd->round);
		if (i % 3 == 0 && crowd->first && word_take(crowd->first))
			continue;
		do {
			ret = semaphore_timedwait(crowd->fd, 0, 1, i % 2 ?
						  KIPC_FOREVER :
						  deadline_in_ms(CLOCK_MONOTONIC, 1),
						  0);
		} while (ret == -ETIMEDOUT);
		if (ret)
			return (void *)ret;
	}
	return NULL;
}

static void *crowd_poll(struct poll_crowd *crowd, __u32 mode)
{
	int set = epoll_of(crowd->fd, EPOLLIN | mode);
	unsigned int i;
	long ret = 0;

	for (i = 0; i < crowd->rounds; i++) {
		pthread_barrier_wait(&crowd->round);
		while ((ret = semaphore_trywait(crowd->fd, 0, 1)) == -EAGAIN)
			epoll_events(set, -1);
		if (ret)
			break;
	}
	close(set);
	return (void *)ret;
}

static void *run_crowd_poller(void *data)
{
	return crowd_poll(data, 0);
}

static void *run_crowd_exclusive(void *data)
{
	return crowd_poll(data, EPOLLEXCLUSIVE);
}

static void crowd_post(struct poll_crowd *crowd, unsigned int count)
{
	if (count == 1 && crowd->first && word_give(crowd->first, CROWD_MAX))
		return;
	wait_until(semaphore_post(crowd->fd, 0, count) != -EOVERFLOW);
}

TEST_F(poll, a_unit_for_each_waiter_and_poller)
{
	struct poll_crowd crowd = { .rounds = scaled(3000) };
	pthread_t threads[CROWD];
	struct words words = {};
	unsigned int i, j, count;
	void *result;

	crowd.fd = create_flags(semaphore_args(1, 0, CROWD_MAX), variant->flags);
	ASSERT_LE(0, crowd.fd);
	if (!(variant->flags & KIPC_SEALED)) {
		ASSERT_EQ(0, words_map(&words, crowd.fd));
		crowd.first = word_at(&words, 0);
	}
	pthread_barrier_init(&crowd.round, NULL, CROWD + 1);
	for (i = 0; i < CROWD; i++)
		ASSERT_EQ(0, pthread_create(&threads[i], NULL,
					    i < CROWD_WAITERS ? run_crowd_waiter :
					    i % 2 ? run_crowd_poller :
						    run_crowd_exclusive, &crowd));
	for (i = 0; i < crowd.rounds; i++) {
		pthread_barrier_wait(&crowd.round);
		for (j = 0; j < CROWD; j += count) {
			count = 1 + (i + j) % CROWD_MAX;
			if (count > CROWD - j)
				count = CROWD - j;
			crowd_post(&crowd, count);
		}
	}
	for (i = 0; i < CROWD; i++) {
		ASSERT_EQ(0, pthread_join(threads[i], &result));
		EXPECT_EQ(NULL, result);
	}
	check_value(crowd.fd, 0, 0);
	close(crowd.fd);
}

/* ------------------------------------------------------------------------ */
/* Room                                                                     */
/* ------------------------------------------------------------------------ */

/* A semaphore that is full is not writable: write() fails with EOVERFLOW. */
TEST_F(poll, room)
{
	__u64 unit = 1;

	EXPECT_EQ(POLLOUT, poll_now(self->fd, POLLOUT));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX));
	EXPECT_EQ(0, poll_now(self->fd, POLLOUT));
	EXPECT_EQ((ssize_t)-1, write(self->fd, &unit, 8));
	EXPECT_EQ(EOVERFLOW, errno);
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(POLLOUT, poll_now(self->fd, POLLOUT));
	EXPECT_EQ((ssize_t)8, write(self->fd, &unit, 8));
}

TEST_F_TIMEOUT(poll, wakes_for_room, 60)
{
	struct child poller;

	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX));
	start_poll(&poller, self->fd, POLLOUT);
	EXPECT_FALSE(child_ended(&poller));
	if (self->first)
		EXPECT_FALSE(word_take(self->first));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 2));
	EXPECT_EQ(POLLOUT, child_finish(&poller));
}

TEST_F(poll, room_is_news_where_there_was_none)
{
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX));
	self->set = epoll_of(self->fd, EPOLLOUT | EPOLLET);
	ASSERT_LE(0, self->set);
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ((__u32)EPOLLOUT, epoll_news(self->set));
	EXPECT_EQ(0, semaphore_trywait(self->fd, 0, 1));
	EXPECT_EQ(0U, epoll_news(self->set));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0U, epoll_news(self->set));
}

/* ------------------------------------------------------------------------ */
/* What a descriptor may do                                                 */
/* ------------------------------------------------------------------------ */

/*
 * A read-only descriptor may neither take nor post units, so it gets no events.
 * Polling it claims no word.
 */
TEST_F(poll, of_a_reader)
{
	int reader = open_named(KIPC_SEMAPHORE, self->name, KIPC_READ);

	ASSERT_LE(0, reader);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, poll_now(reader, POLLIN | POLLOUT));
	self->set = epoll_of(reader, EPOLLIN | EPOLLOUT);
	ASSERT_LE(0, self->set);
	EXPECT_EQ(0U, epoll_news(self->set));
	if (self->first)
		EXPECT_TRUE(word_give(self->first, MAX));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	if (self->first)
		EXPECT_FALSE(word_is_slow(self->first));
	EXPECT_EQ(0U, epoll_news(self->set));
	close(reader);
}

/*
 * A descriptor for writing gets events only for room. It may post, and may take
 * units by a verb, but not by read().
 */
TEST_F(poll, of_a_writer)
{
	int writer = open_named(KIPC_SEMAPHORE, self->name, KIPC_WRITE);

	ASSERT_LE(0, writer);
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(POLLOUT, poll_now(writer, POLLIN | POLLOUT));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, MAX - 1));
	EXPECT_EQ(0, poll_now(writer, POLLIN | POLLOUT));
	close(writer);
}

TEST_HARNESS_MAIN
