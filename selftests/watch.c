// SPDX-License-Identifier: GPL-2.0-only
/*
 * Watches: the notices of the kernel about participants of an object that have
 * died or left.
 */
#include "kipc_test.h"
#include "leaks.h"
#include "mutex_word.h"
#include "parameter.h"
#include "polling.h"
#include "user.h"
#include "watch.h"
#include "word.h"

#include <sys/resource.h>

#define ELEMENTS	4
#define USER		1000

FIXTURE(watch) {
	int fd;
	int watch;
};

FIXTURE_SETUP(watch)
{
	self->fd = create(mutex_args(ELEMENTS));
	ASSERT_LE(0, self->fd);
	self->watch = object_watch(self->fd);
	ASSERT_LE(0, self->watch);
	ASSERT_EQ(0, fcntl(self->watch, F_SETFL, O_NONBLOCK));
}

FIXTURE_TEARDOWN(watch)
{
	close(self->watch);
	close(self->fd);
}

TEST_F(watch, tells_of_a_kill)
{
	struct participant *dead = participant_start(self->fd, 3);

	check_no_notice(self->watch);
	EXPECT_EQ(CHILD_KILLED, child_kill(dead->child));
	check_notice(self->watch, dead->child->pid, dead->attachment, 3, 0);
	check_no_notice(self->watch);
}

TEST_F(watch, tells_of_an_exit)
{
	struct participant *dead = participant_make(self->fd, 1);

	child_start(dead->child, run_brief_participant, dead);
	EXPECT_EQ(0, child_finish(dead->child));
	check_notice(self->watch, dead->child->pid, dead->attachment, 1, 0);
	check_no_notice(self->watch);
}

TEST_F(watch, tells_of_an_unmapping)
{
	struct mutexes mutexes;

	ASSERT_EQ(0, mutexes_attach(&mutexes, self->fd));
	ASSERT_EQ(0, mutex_lock(self->fd, 0));
	ASSERT_EQ(0, mutex_lock(self->fd, 2));
	check_no_notice(self->watch);
	mutexes_detach(&mutexes);
	check_notice(self->watch, getpid(), mutexes.attachment, 2, 0);
	check_no_notice(self->watch);
}

/* The end of one of two mappings does not end the attachment. */
TEST_F(watch, tells_of_the_last_unmapping)
{
	struct mutexes first, second;

	ASSERT_EQ(0, mutexes_attach(&first, self->fd));
	ASSERT_EQ(0, mutexes_attach(&second, self->fd));
	mutexes_detach(&first);
	check_no_notice(self->watch);
	mutexes_detach(&second);
	check_notice(self->watch, getpid(), second.attachment, 0, 0);
}

TEST_F(watch, tells_in_order)
{
	struct participant *first = participant_start(self->fd, 0);
	struct participant *second = participant_start(self->fd, 1);

	child_kill(second->child);
	child_kill(first->child);
	check_notice(self->watch, second->child->pid, second->attachment, 1, 0);
	check_notice(self->watch, first->child->pid, first->attachment, 0, 0);
	check_no_notice(self->watch);
}

TEST_F(watch, tells_every_watch_of_what_it_has_seen)
{
	__u32 before = come_and_go(self->fd), after;
	int second = object_watch(self->fd);

	ASSERT_LE(0, second);
	ASSERT_EQ(0, fcntl(second, F_SETFL, O_NONBLOCK));
	after = come_and_go(self->fd);
	check_notice(second, getpid(), after, 0, 0);
	check_no_notice(second);
	check_notice(self->watch, getpid(), before, 0, 0);
	check_notice(self->watch, getpid(), after, 0, 0);
	close(second);
	come_and_go(self->fd);
}

/* A mapping that failed never attached, so there is no notice of its end. */
TEST_F(watch, tells_of_no_mapping_that_failed)
{
	struct kipc_info_args info;

	ASSERT_EQ(0, object_info(self->fd, &info));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, 2 * info.map_size, PROT_READ,
				   MAP_SHARED, self->fd, 0));
	EXPECT_EQ(MAP_FAILED, mmap(NULL, info.map_size, PROT_READ, MAP_SHARED,
				   self->fd, info.map_size));
	EXPECT_EQ(0U, attachment_of(self->fd));
	check_no_notice(self->watch);
}

/* The kernel owns all words of a sealed object, and also knows their owners. */
TEST(watch_of_a_sealed_object)
{
	int fd = create_flags(mutex_args(ELEMENTS), KIPC_SEALED);
	int watch = object_watch(fd);
	struct participant *dead;

	ASSERT_LE(0, watch);
	dead = participant_start(fd, 2);
	EXPECT_EQ(CHILD_KILLED, child_kill(dead->child));
	check_notice(watch, dead->child->pid, dead->attachment, 2, 0);
	close(watch);
	close(fd);
}

/* Participants of other types. */

/* A participant that takes part in some way and then waits to be killed. */
struct watch_guest {
	int fd;
	int (*take_part)(int fd);
	__u32 attachment;	/* valid once it is attached */
	unsigned int done;	/* set once it has taken part */
};

static int run_guest(void *data)
{
	struct watch_guest *guest = data;
	struct words words;
	int ret = words_attach(&words, guest->fd);

	if (ret)
		return ret;
	guest->attachment = attachment_of(guest->fd);
	ret = guest->take_part(guest->fd);
	__atomic_store_n(&guest->done, 1, __ATOMIC_RELEASE);
	if (!ret)
		for (;;)
			pause();
	return ret;
}

/*
 * Kills a guest once it has taken part or waits in doing so, and checks the
 * notice.
 */
#define check_repaired(object, expected_repaired, how) do { \
	struct watch_guest *__guest = shared_alloc(sizeof(*__guest)); \
	int __watch = object_watch(object); \
	struct child __child; \
	ASSERT_LE(0, __watch); \
	__guest->fd = object; \
	__guest->take_part = how; \
	child_start(&__child, run_guest, __guest); \
	wait_until(__atomic_load_n(&__guest->done, __ATOMIC_ACQUIRE) || \
		   waiters(object) || child_ended(&__child)); \
	EXPECT_EQ(CHILD_KILLED, child_kill(&__child)); \
	check_notice(__watch, __child.pid, __guest->attachment, \
		     expected_repaired, 0); \
	close(__watch); \
} while (0)

static int take_no_part(int fd)
{
	(void)fd;
	return 0;
}

static int take_units(int fd)
{
	return semaphore_trywait(fd, 0, 1) ?: semaphore_trywait(fd, 2, 3);
}

static int take_and_give_units(int fd)
{
	return take_units(fd) ?: semaphore_post(fd, 0, 1) ?:
	       semaphore_post(fd, 2, 2);
}

/*
 * A notice counts semaphores and not units. A semaphore that the guest waits
 * for does not count.
 */
static int take_units_and_wait(int fd)
{
	return take_units(fd) ?: semaphore_wait(fd, 2, 2);
}

TEST(watch_of_semaphores)
{
	int fd = create_flags(semaphore_args(ELEMENTS, 4, 4), KIPC_UNDO);

	ASSERT_LE(0, fd);
	check_repaired(fd, 0, take_no_part);
	check_repaired(fd, 2, take_units);
	check_repaired(fd, 1, take_and_give_units);
	check_repaired(fd, 2, take_units_and_wait);
	check_value(fd, 0, 4);
	check_value(fd, 2, 4);
	close(fd);
}

static int join_and_leave(int fd)
{
	return barrier_join(fd) ?: barrier_leave(fd);
}

static int join_twice(int fd)
{
	return barrier_join(fd) ?: barrier_join(fd);
}

/* A membership counts as one repair, however many joins it stands for. */
TEST(watch_of_a_barrier)
{
	int fd = create(barrier_args(3));

	ASSERT_LE(0, fd);
	check_repaired(fd, 0, take_no_part);
	check_repaired(fd, 0, join_and_leave);
	check_barrier(fd, 0, 0, 0);
	check_repaired(fd, 1, barrier_join);
	check_barrier(fd, 0, 0, EOWNERDEAD);
	ASSERT_EQ(0, barrier_reset(fd));
	check_repaired(fd, 1, join_twice);
	ASSERT_EQ(0, barrier_reset(fd));
	/* The death of a party that waits is known before its memory goes. */
	check_repaired(fd, 1, barrier_wait);
	check_barrier(fd, 1, 0, EOWNERDEAD);
	close(fd);
}

TEST(watch_of_a_barrier_that_drops)
{
	int fd = create_flags(barrier_args(3), KIPC_DROP);

	ASSERT_LE(0, fd);
	check_repaired(fd, 0, take_no_part);
	check_repaired(fd, 1, barrier_join);
	check_membership(fd, 0, 2);
	check_repaired(fd, 1, barrier_wait);
	check_membership(fd, 0, 1);
	check_repaired(fd, 0, join_and_leave);
	close(fd);
}

/* The end of the object. */

/*
 * A watch does not keep the object. Earlier notices can still be read after its
 * end.
 */
TEST(watch_ends_with_its_object)
{
	struct holdings before = holdings_now();
	int fd = create(mutex_args(1)), watch = object_watch(fd);
	struct kipc_notice notice;
	__u32 attachment;

	ASSERT_LE(0, watch);
	attachment = come_and_go(fd);
	EXPECT_EQ(POLLIN, poll_now(watch, POLLIN));
	close(fd);
	EXPECT_EQ(POLLIN | POLLHUP, poll_now(watch, POLLIN));
	check_notice(watch, getpid(), attachment, 0, 0);
	EXPECT_EQ(POLLHUP, poll_now(watch, POLLIN));
	EXPECT_EQ(0, watch_read(watch, &notice));
	EXPECT_EQ(0, watch_read(watch, &notice));
	close(watch);
	check_holdings(before);
}

/*
 * Without descriptors the object lives on while it is mapped. The end of the
 * last mapping is still reported.
 */
TEST(watch_ends_with_the_last_mapping)
{
	int fd = create(mutex_args(1)), watch = object_watch(fd);
	struct kipc_notice notice;
	struct mutexes mutexes;

	ASSERT_LE(0, watch);
	ASSERT_EQ(0, mutexes_attach(&mutexes, fd));
	ASSERT_EQ(0, mutex_lock(fd, 0));
	close(fd);
	EXPECT_EQ(0, poll_now(watch, POLLIN));
	mutexes_detach(&mutexes);
	EXPECT_EQ(POLLIN | POLLHUP, poll_now(watch, POLLIN));
	check_notice(watch, getpid(), mutexes.attachment, 1, 0);
	EXPECT_EQ(0, watch_read(watch, &notice));
	close(watch);
}

/* Bounds. */

TEST_F(watch, no_more_than_the_most)
{
	struct rlimit limit = {
		.rlim_cur = KIPC_WATCHES_MAX + 64,
		.rlim_max = KIPC_WATCHES_MAX + 64,
	};
	static int watches[KIPC_WATCHES_MAX];
	int i, fd;

	if (geteuid())
		SKIP(return, "needs root to have so many descriptors");
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	watches[0] = self->watch;
	for (i = 1; i < KIPC_WATCHES_MAX; i++) {
		watches[i] = object_watch(self->fd);
		ASSERT_LE(0, watches[i]);
	}
	EXPECT_EQ(-EUSERS, object_watch(self->fd));
	/* The limit is one for each object. */
	fd = create(mutex_args(1));
	EXPECT_LE(0, object_watch(fd));
	close(watches[7]);
	watches[7] = object_watch(self->fd);
	EXPECT_LE(0, watches[7]);
	EXPECT_EQ(-EUSERS, object_watch(self->fd));
	come_and_go(self->fd);
	for (i = 0; i < KIPC_WATCHES_MAX; i++)
		EXPECT_EQ(POLLIN, poll_now(watches[i], POLLIN));
}

/* A user that may only read, and that takes as many watches as it can get. */
struct watcher {
	const char *name;
	uid_t uid;
	unsigned int watches;
	int error;
	unsigned int done;
};

static int run_watcher(void *data)
{
	struct watcher *watcher = data;
	int fd, ret = become_user(watcher->uid, watcher->uid);

	if (ret)
		return ret;
	fd = open_named(KIPC_MUTEX, watcher->name, KIPC_READ);
	while (!ret) {
		ret = object_watch(fd);
		if (ret >= 0) {
			watcher->watches++;
			ret = 0;
		}
	}
	watcher->error = ret;
	__atomic_store_n(&watcher->done, 1, __ATOMIC_RELEASE);
	for (;;)
		pause();
}

#define WATCHERS	(KIPC_WATCHES_OTHERS / KIPC_WATCHES_USER + 2)

/*
 * Other users cannot take the watches that the creator needs, and one of them
 * cannot take those of the rest.
 */
TEST(watches_of_other_users)
{
	struct rlimit limit = {
		.rlim_cur = KIPC_WATCHES_MAX + 64,
		.rlim_max = KIPC_WATCHES_MAX + 64,
	};
	struct watcher *watchers = shared_alloc(WATCHERS * sizeof(*watchers));
	struct kipc_create_args args = mutex_args(ELEMENTS);
	struct child children[WATCHERS];
	unsigned int all = 0;
	char name[64];
	int i, fd;

	if (geteuid())
		SKIP(return, "needs root to become other users");
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	args.mode = 0644;
	unique_name(name, "watches");
	fd = create_named(args, name, 0);
	ASSERT_LE(0, fd);
	for (i = 0; i < WATCHERS; i++) {
		watchers[i].name = name;
		watchers[i].uid = USER + i;
		child_start(&children[i], run_watcher, &watchers[i]);
		wait_until(__atomic_load_n(&watchers[i].done, __ATOMIC_ACQUIRE) ||
			   child_ended(&children[i]));
		EXPECT_EQ(-EUSERS, watchers[i].error);
		EXPECT_GE((unsigned int)KIPC_WATCHES_USER, watchers[i].watches);
		all += watchers[i].watches;
	}
	EXPECT_EQ((unsigned int)KIPC_WATCHES_USER, watchers[0].watches);
	EXPECT_EQ((unsigned int)KIPC_WATCHES_OTHERS, all);
	for (; all < KIPC_WATCHES_MAX; all++)
		ASSERT_LE(0, object_watch(fd));
	EXPECT_EQ(-EUSERS, object_watch(fd));
	for (i = 0; i < WATCHERS; i++)
		child_kill(&children[i]);
	/* The watches of the killed processes are free again. */
	EXPECT_LE(0, object_watch(fd));
	close(fd);
}

static int run_bounded(void *data)
{
	int fd, first, second, third, ret = become_user(USER, USER);

	(void)data;
	if (ret)
		return ret;
	fd = create(mutex_args(1));
	first = object_watch(fd);
	second = object_watch(fd);
	if (fd < 0 || first < 0 || second < 0)
		return 1;
	if (object_watch(fd) != -ENOSPC ||
	    create(any_args(KIPC_MAILBOX)) != -ENOSPC)
		return 2;
	close(second);
	third = object_watch(fd);
	if (third < 0 || object_watch(fd) != -ENOSPC)
		return 3;
	/* The object is charged as long as its descriptor is open. */
	close(fd);
	if (create(any_args(KIPC_MAILBOX)) < 0)
		return 4;
	return create(any_args(KIPC_MAILBOX)) == -ENOSPC ? 0 : 5;
}

TEST(watch_counts_as_an_object)
{
	long max_objects = parameter_get("max_objects");
	struct child child;

	if (geteuid())
		SKIP(return, "needs root to become another user");
	ASSERT_EQ(0, parameter_set("max_objects", 3));
	child_start(&child, run_bounded, NULL);
	EXPECT_EQ(0, child_finish(&child));
	parameter_set("max_objects", max_objects);
}

TEST_F(watch, without_descriptors)
{
	struct rlimit limit = { .rlim_cur = 0, .rlim_max = 0 };

	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(-EMFILE, object_watch(self->fd));
}

/* What can be watched. */

TEST(watch_of_an_object_that_tracks_nobody)
{
	const int types[] = { KIPC_SEMAPHORE, KIPC_MAILBOX };
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		fd = create(any_args(types[i]));
		ASSERT_LE(0, fd);
		EXPECT_EQ(-EINVAL, object_watch(fd));
		close(fd);
	}
}

/* Processes of other namespaces. */

struct abroad {
	int fd;
	int watch;			/* read in the other namespace */
	struct participant *dead;	/* runs in the other namespace */
};

/*
 * Runs as the first process of a pid namespace. A process outside of the
 * namespace has the number 0 here.
 */
static int run_first_process(void *data)
{
	struct abroad *abroad = data;
	struct kipc_notice notice;

	if (getpid() != 1)
		return 1;
	if (watch_read(abroad->watch, &notice) != 1 || notice.pid)
		return 2;
	child_start(abroad->dead->child, run_brief_participant, abroad->dead);
	if (child_finish(abroad->dead->child))
		return 3;
	if (watch_read(abroad->watch, &notice) != 1 || notice.repaired != 1)
		return 4;
	if (abroad->dead->child->pid == abroad->dead->outer_pid)
		return 5;
	return notice.pid == (__u32)abroad->dead->child->pid ? 0 : 6;
}

static int run_abroad(void *data)
{
	struct child first;

	if (unshare(CLONE_NEWPID))
		return -errno;
	child_start(&first, run_first_process, data);
	return child_finish(&first);
}

TEST_F(watch, pids_are_those_of_the_readers_namespace)
{
	struct abroad abroad = {
		.fd = self->fd,
		.dead = participant_make(self->fd, 1),
	};
	struct child child;
	__u32 before;

	if (geteuid())
		SKIP(return, "needs root to enter another namespace");
	abroad.watch = object_watch(self->fd);
	ASSERT_LE(0, abroad.watch);
	before = come_and_go(self->fd);
	child_start(&child, run_abroad, &abroad);
	EXPECT_EQ(0, child_finish(&child));
	check_notice(self->watch, getpid(), before, 0, 0);
	check_notice(self->watch, abroad.dead->outer_pid,
		     abroad.dead->attachment, 1, 0);
	close(abroad.watch);
}

TEST_HARNESS_MAIN
