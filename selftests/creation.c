// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names are created at the same time. No creator waits for the memory of
 * another creator, and none fails because another creator creates the same
 * name.
 */
#include "kipc_test.h"
#include "parameter.h"
#include "user.h"

#include <sys/mount.h>
#include <sys/stat.h>

#define NAMES		64
#define USER		1000

#define CGROUPS		"/sys/fs/cgroup"
#define CGROUP		CGROUPS "/kipc-creation"

/*
 * Makes a memory cgroup in which allocations take very long, because above
 * memory.high a task sleeps after every few pages. Returns NULL, or the reason
 * why this is impossible.
 */
static const char *cgroup_make(void)
{
	if (geteuid())
		return "needs root";
	if (unshare(CLONE_NEWNS) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("none", CGROUPS, "cgroup2", 0, NULL))
		return "cannot mount " CGROUPS;
	if (write_file(CGROUPS "/cgroup.subtree_control", "+memory"))
		return "this kernel has no memory cgroups";
	if (mkdir(CGROUP, 0700) || write_file(CGROUP "/memory.high", "1M"))
		return "cannot make a memory cgroup";
	return NULL;
}

/* Returns true if a task in the cgroup has exceeded memory.high. */
static bool cgroup_is_high(void)
{
	char text[512] = "";
	const char *high;
	int fd = open(CGROUP "/memory.events", O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, text, sizeof(text) - 1);

	close(fd);
	high = length > 0 ? strstr(text, "high ") : NULL;
	return high && atol(high + 5) > 0;
}

static int run_slow_creator(void *data)
{
	const char *name = data;
	int ret = write_file(CGROUP "/cgroup.procs", "0");

	if (ret)
		return ret;
	return create_named(region_args(100 << 20, 0), name, 0);
}

FIXTURE(slow_creation) {
	char name[64];
	struct child slow;
};

FIXTURE_SETUP(slow_creation)
{
	const char *why = cgroup_make();

	if (why)
		SKIP(return, "%s", why);
	unique_name(self->name, "slow");
	child_start(&self->slow, run_slow_creator, self->name);
	wait_until(cgroup_is_high() || child_ended(&self->slow));
	ASSERT_FALSE(child_ended(&self->slow));
}

FIXTURE_TEARDOWN(slow_creation)
{
	if (self->slow.pid) {
		child_kill(&self->slow);
		wait_until(!rmdir(CGROUP) || errno != EBUSY);
	}
}

/*
 * There are so many names that no hash of few values separates all of them from
 * the slow one.
 */
TEST_F(slow_creation, keeps_no_name_waiting)
{
	char name[64], suffix[16];
	int i, fd;

	for (i = 0; i < NAMES; i++) {
		snprintf(suffix, sizeof(suffix), "fast%d", i);
		fd = create_named(any_args(1 + i % 5),
				  unique_name(name, suffix), KIPC_EXCLUSIVE);
		ASSERT_LE(0, fd);
		close(fd);
	}
	EXPECT_FALSE(child_ended(&self->slow));
}

/* The slow creator comes too late for its name. */
TEST_F(slow_creation, keeps_its_own_name_from_no_other)
{
	struct kipc_list_entry entry = {};
	int fd = create_named(region_args(4096, 0), self->name, KIPC_EXCLUSIVE);

	ASSERT_LE(0, fd);
	EXPECT_FALSE(child_ended(&self->slow));
	ASSERT_EQ(1, list_find(self->name, &entry));
	EXPECT_EQ(1U, entry.descriptors);
}

/* A creator that waits for memory can be killed. */
TEST_F(slow_creation, ends_when_killed)
{
	EXPECT_EQ(CHILD_KILLED, child_kill(&self->slow));
	EXPECT_EQ(-ENOENT, open_named(KIPC_REGION, self->name, KIPC_READ));
	self->slow.pid = 0;
	wait_until(!rmdir(CGROUP) || errno != EBUSY);
}

/* Races for the last object of a quota, and for its last bytes. */

#define RACERS		4
#define ROUNDS		50

FIXTURE(creation_race) {
	long max_objects;
	long max_bytes;
};

FIXTURE_VARIANT(creation_race) {
	long objects;
	unsigned int message_size;
	unsigned int spare;	/* quota of bytes beyond one object */
};

FIXTURE_VARIANT_ADD(creation_race, objects) {
	.objects = 1,
	.message_size = 64,
};

FIXTURE_VARIANT_ADD(creation_race, bytes) {
	.objects = 100,
	.message_size = 64 << 10,
	.spare = 32 << 10,
};

/* Two creators that have begun can keep each other from going on. */
FIXTURE_VARIANT_ADD(creation_race, last_bytes) {
	.objects = 100,
	.message_size = 64 << 10,
};

static struct kipc_create_args race_args(unsigned int message_size)
{
	return mailbox_args(message_size, 1);
}

/* Returns the quota of bytes that one object needs. */
static long race_charge(unsigned int message_size)
{
	int fd = create(race_args(message_size));
	long bytes = fdinfo_number(fd, "kipc-bytes:");

	close(fd);
	return bytes;
}

FIXTURE_SETUP(creation_race)
{
	long charge = race_charge(variant->message_size);

	if (geteuid())
		SKIP(return, "needs root to become other users");
	ASSERT_LT(0, charge);
	self->max_objects = parameter_get("max_objects");
	self->max_bytes = parameter_get("max_bytes");
	ASSERT_EQ(0, parameter_set("max_objects", variant->objects));
	ASSERT_EQ(0, parameter_set("max_bytes", charge + variant->spare));
}

FIXTURE_TEARDOWN(creation_race)
{
	parameter_set("max_objects", self->max_objects);
	parameter_set("max_bytes", self->max_bytes);
}

struct creation_race {
	char name[64];
	unsigned int message_size;
	unsigned int here;	/* creators that have begun a round */
	unsigned int done;	/* creators that have created */
	unsigned int gone;	/* creators that have closed */
};

static void meet(unsigned int *count, unsigned int round)
{
	__atomic_add_fetch(count, 1, __ATOMIC_SEQ_CST);
	wait_until(__atomic_load_n(count, __ATOMIC_SEQ_CST) >= RACERS * round);
}

static int run_racer(void *data)
{
	struct creation_race *race = data;
	int fd, ret = become_user(USER, USER);
	unsigned int i;

	for (i = 1; i <= ROUNDS && !ret; i++) {
		meet(&race->here, i);
		fd = create_named(race_args(race->message_size), race->name, 0);
		if (fd < 0)
			ret = fd;
		meet(&race->done, i);
		close(fd);
		meet(&race->gone, i);
	}
	/* Do not keep the other racers waiting. */
	__atomic_add_fetch(&race->here, RACERS * ROUNDS, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&race->done, RACERS * ROUNDS, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&race->gone, RACERS * ROUNDS, __ATOMIC_SEQ_CST);
	return ret;
}

TEST_F(creation_race, gives_all_the_same_object)
{
	struct creation_race *race = shared_alloc(sizeof(*race));
	struct child children[RACERS];
	size_t i;

	unique_name(race->name, "race");
	race->message_size = variant->message_size;
	for (i = 0; i < RACERS; i++)
		child_start(&children[i], run_racer, race);
	for (i = 0; i < RACERS; i++)
		EXPECT_EQ(0, child_finish(&children[i]));
	EXPECT_EQ(-ENOENT, open_named(KIPC_MAILBOX, race->name, KIPC_READ));
}

TEST_HARNESS_MAIN
