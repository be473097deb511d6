// SPDX-License-Identifier: GPL-2.0-only
/*
 * Regions of all sizes: what they cost, which user is charged, and until when.
 */
#include "kipc_test.h"
#include "bytes.h"
#include "descriptor.h"
#include "leaks.h"
#include "mutex_word.h"
#include "parameter.h"
#include "user.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/time.h>

#define PAGE		4096UL
#define MIB		0x100000UL
#define USER		1000

TEST(region_sizes)
{
	const size_t sizes[] = { 1, PAGE - 1, PAGE, PAGE + 1, 2 * MIB - 1,
				 2 * MIB, 2 * MIB + 1, 4 * MIB + PAGE,
				 32 * MIB - 1 };
	struct bytes bytes;
	size_t i, at, whole;
	int fd;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		whole = (sizes[i] + PAGE - 1) / PAGE * PAGE;
		fd = create(region_args(sizes[i], 0));
		ASSERT_LE(0, fd);
		ASSERT_EQ(0, bytes_map(&bytes, fd));
		ASSERT_TRUE(all_zero(bytes.base, whole));
		for (at = 0; at < whole; at += PAGE)
			*(size_t *)(bytes.base + at) = at ^ i;
		for (at = 0; at < whole; at += PAGE)
			ASSERT_EQ(at ^ i, *(size_t *)(bytes.base + at));
		bytes_unmap(&bytes);
		close(fd);
	}
}

/*
 * Sizes that no machine has memory for, and numbers that are not a valid size.
 */
TEST(region_absurd_sizes)
{
	unsigned int descriptors = count_descriptors();
	int ret;

	EXPECT_EQ(-EINVAL, create(region_args(0, 1)));
	EXPECT_EQ(-EINVAL, create(region_args(KIPC_REGION_MAX + 1, 1)));
	EXPECT_EQ(-EINVAL, create(region_args(1ULL << 63, 0)));
	EXPECT_EQ(-EINVAL, create(region_args(-1ULL, 0)));
	EXPECT_EQ(-EINVAL, create(region_args(-4096ULL, 0)));
	EXPECT_EQ(-EINVAL, create(region_args(1, KIPC_ELEMENTS_MAX + 1)));
	ret = create(region_args(KIPC_REGION_MAX, 0));
	EXPECT_TRUE(ret == -ENOMEM || ret == -ENOSPC);
	EXPECT_EQ(descriptors, count_descriptors());
}

/*
 * A region that is a page larger than the memory of the machine is refused at
 * once.
 */
TEST(region_of_all_memory)
{
	const __u64 bytes = (sysconf(_SC_PHYS_PAGES) + 1ULL) * PAGE;

	if (geteuid())
		SKIP(return, "needs root, which has no quota");
	EXPECT_EQ(-ENOMEM, create(region_args(bytes, 0)));
	EXPECT_EQ(0, quota_check());
}

/*
 * Makes a memory cgroup of 16 MiB. Returns NULL, or the reason why it cannot.
 */
#define CGROUPS		"/sys/fs/cgroup"
#define CGROUP		CGROUPS "/kipc-region"

static const char *cgroup_make(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", CGROUPS, "cgroup2", 0, NULL))
		return "cannot mount " CGROUPS;
	if (write_file(CGROUPS "/cgroup.subtree_control", "+memory"))
		return "this kernel has no memory cgroups";
	if (mkdir(CGROUP, 0700) || write_file(CGROUP "/memory.max", "16M"))
		return "cannot make a memory cgroup";
	return NULL;
}

/*
 * Creates regions that exceed the cgroup, which must fail without killing a
 * process, and regions that fit, repeatedly.
 */
static int run_create_in_cgroup(void *data)
{
	int fd, i, ret = write_file(CGROUP "/cgroup.procs", "0");

	(void)data;
	if (ret)
		return ret;
	fd = create(region_args(64 * MIB, 0));
	if (fd != -ENOMEM)
		return fd;
	for (i = 0; i < 10; i++) {
		fd = create(region_args(8 * MIB, 0));
		if (fd < 0)
			return fd;
		if (create(region_args(12 * MIB, 0)) != -ENOMEM)
			return -EPROTO;
		close(fd);
	}
	return 0;
}

TEST(region_in_a_memory_cgroup)
{
	const char *why = geteuid() ? "needs root" : cgroup_make();
	struct child child;

	if (why)
		SKIP(return, "%s", why);
	child_start(&child, run_create_in_cgroup, NULL);
	EXPECT_EQ(0, child_finish(&child));
	wait_until(!rmdir(CGROUP) || errno != EBUSY);
}

static void handle_alarm(int signal)
{
	(void)signal;
}

/* Only a fatal signal interrupts the creation of a region. */
TEST(region_created_among_signals)
{
	const struct itimerval often = { { 0, 500 }, { 0, 500 } };
	unsigned int i;
	int fd;

	signal(SIGALRM, handle_alarm);
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &often, NULL));
	for (i = 0; i < 4; i++) {
		fd = create(region_args(16 * MIB, 0));
		EXPECT_LE(0, fd);
		close(fd);
	}
	ASSERT_EQ(0, setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL));
}

struct offer {
	__u64 bytes;
	unsigned int mutexes;
};

/* Creates a region as a user with a quota. Returns 0 or a negative errno. */
static int run_create_as_user(void *data)
{
	const struct offer *offer = data;
	int ret = become_user(USER, USER);

	if (!ret)
		ret = create(region_args(offer->bytes, offer->mutexes));
	return ret < 0 ? ret : 0;
}

static int create_as_user(__u64 bytes, unsigned int mutexes)
{
	struct offer offer = { bytes, mutexes };
	struct child child;

	child_start(&child, run_create_as_user, &offer);
	return child_finish(&child);
}

TEST(region_quota)
{
	long max_bytes = parameter_get("max_bytes"), charge;
	unsigned int mutexes;
	int fd;

	if (geteuid())
		SKIP(return, "needs root to set quotas");
	for (mutexes = 0; mutexes < 1000; mutexes += 300) {
		fd = create(region_args(10 * PAGE, mutexes));
		ASSERT_LE(0, fd);
		charge = fdinfo_number(fd, "kipc-bytes:");
		close(fd);
		EXPECT_LT((long)(10 * PAGE), charge);
		EXPECT_EQ(0, parameter_set("max_bytes", charge));
		EXPECT_EQ(0, create_as_user(10 * PAGE, mutexes));
		EXPECT_EQ(0, create_as_user(9 * PAGE + 1, mutexes));
		EXPECT_EQ(-ENOSPC, create_as_user(10 * PAGE + 1, mutexes));
		EXPECT_EQ(-ENOSPC, create_as_user(KIPC_REGION_MAX, mutexes));
		EXPECT_EQ(0, parameter_set("max_bytes", charge - 1));
		EXPECT_EQ(-ENOSPC, create_as_user(10 * PAGE, mutexes));
		EXPECT_EQ(0, parameter_set("max_bytes", max_bytes));
	}
}

static int run_create_for_ever(void *data)
{
	unsigned int *created = data;
	int fd;

	for (;;) {
		fd = create(region_args(32 * MIB, 1));
		if (fd < 0)
			return fd;
		close(fd);
		__atomic_add_fetch(created, 1, __ATOMIC_SEQ_CST);
	}
}

/*
 * A process is killed during a creation, each time at a different point. It
 * leaves nothing behind.
 */
TEST(region_killed_while_created)
{
	unsigned int *created = shared_alloc(sizeof(*created)), i, j;
	struct holdings before = holdings_now();
	struct child child;

	for (i = 0; i < scaled(20) + 1; i++) {
		*created = 0;
		child_start(&child, run_create_for_ever, created);
		wait_until(__atomic_load_n(created, __ATOMIC_SEQ_CST) ||
			   child_ended(&child));
		for (j = 0; j < i * 500; j++)
			sched_yield();
		EXPECT_EQ(CHILD_KILLED, child_kill(&child));
		check_holdings(before);
	}
	if (!geteuid())
		EXPECT_EQ(0, quota_check());
}

static int run_map_and_hold(void *data)
{
	int fd = *(int *)data, ret;
	struct mutexes mutexes;
	struct bytes bytes;

	ret = bytes_map(&bytes, fd);
	if (!ret)
		ret = mutexes_attach(&mutexes, fd);
	if (!ret)
		ret = mutex_trylock(fd, 0);
	if (ret && ret != -EAGAIN)
		return ret;
	for (;;)
		pause();
}

/* The memory is released when the last process that has mapped it is killed. */
TEST(region_goes_with_the_killed)
{
	struct holdings before = holdings_now();
	int fd = create(region_args(4 * MIB, 1));
	struct child children[2];
	size_t i;

	ASSERT_LE(0, fd);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		child_start(&children[i], run_map_and_hold, &fd);
	wait_until(fdinfo_number(fd, "kipc-attachments:") == 2);
	close(fd);
	/*
	 * One reference for the words, and one for each mapping of the bytes.
	 */
	EXPECT_EQ(before.references + 3, module_number("refcnt"));
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(CHILD_KILLED, child_kill(&children[i]));
	check_holdings(before);
}

TEST_HARNESS_MAIN
