// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quotas: how many objects, and how many bytes in them, a user may have. Quotas
 * do not bind root, so children that become other users create the objects.
 */
#include "kipc_test.h"
#include "descriptor.h"
#include "parameter.h"
#include "user.h"

#include <sys/resource.h>

#define USER		1000
#define OTHER_USER	1001
#define OBJECTS		4
#define BYTES		(256L << 10)

FIXTURE(quota) {
	long max_objects;
	long max_bytes;
	char name[64];
};

FIXTURE_SETUP(quota)
{
	if (geteuid())
		SKIP(return, "needs root to become other users");
	unique_name(self->name, "quota");
	self->max_objects = parameter_get("max_objects");
	self->max_bytes = parameter_get("max_bytes");
	ASSERT_LT(0, self->max_objects);
	ASSERT_LT(0, self->max_bytes);
	ASSERT_EQ(0, parameter_set("max_objects", OBJECTS));
	ASSERT_EQ(0, parameter_set("max_bytes", BYTES));
}

/*
 * Runs in the process that reaches the end of the test. A child that has become
 * another user exits before.
 */
FIXTURE_TEARDOWN(quota)
{
	parameter_set("max_objects", self->max_objects);
	parameter_set("max_bytes", self->max_bytes);
}

/*
 * Returns how many objects can be created in addition to what there is, up to
 * @limit, or a negative errno.
 */
static int count_creatable(unsigned int limit)
{
	int fds[64], ret = 0;
	unsigned int i;

	for (i = 0; i < limit; i++) {
		fds[i] = create(any_args(1 + i % 3));
		if (fds[i] < 0) {
			ret = fds[i];
			break;
		}
	}
	limit = i;
	for (i = 0; i < limit; i++)
		close(fds[i]);
	return ret && ret != -ENOSPC ? ret : (int)limit;
}

static int run_count_creatable(void *data)
{
	uid_t *uid = data;
	int ret = become_user(*uid, *uid);

	return ret ? ret : count_creatable(2 * OBJECTS);
}

/* Does count_creatable() as this user, in a child. */
static int creatable_for(uid_t uid)
{
	struct child child;

	child_start(&child, run_count_creatable, &uid);
	return child_finish(&child);
}

TEST_F(quota, objects)
{
	pid_t child = child_fork();

	if (!child) {
		int fds[OBJECTS], i;

		ASSERT_EQ(0, become_user(USER, USER));
		for (i = 0; i < OBJECTS; i++) {
			fds[i] = create(any_args(1 + i % 3));
			EXPECT_LE(0, fds[i]);
		}
		for (i = KIPC_SEMAPHORE; i <= KIPC_MAILBOX; i++)
			EXPECT_EQ(-ENOSPC, create(any_args(i)));
		close(fds[1]);
		fds[1] = create(any_args(KIPC_MAILBOX));
		EXPECT_LE(0, fds[1]);
		EXPECT_EQ(-ENOSPC, create(any_args(KIPC_BARRIER)));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	/* The objects of the child are gone. */
	EXPECT_EQ(OBJECTS, creatable_for(USER));
}

TEST_F(quota, bytes_of_semaphores)
{
	pid_t child = child_fork();

	if (!child) {
		ASSERT_EQ(0, become_user(USER, USER));
		/*
		 * 65536 words take four MiB, also if they are sealed or packed.
		 */
		EXPECT_EQ(-ENOSPC, create(semaphore_args(65536, 0, 1)));
		EXPECT_EQ(-ENOSPC, create_flags(semaphore_args(65536, 0, 1),
						KIPC_PACKED));
		EXPECT_EQ(-ENOSPC, create_flags(semaphore_args(65536, 0, 1),
						KIPC_SEALED));
		EXPECT_EQ(OBJECTS, count_creatable(2 * OBJECTS));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(quota, bytes_of_mailboxes)
{
	pid_t child = child_fork();

	if (!child) {
		struct kipc_create_args args = mailbox_args(BYTES, 1);
		int fd;

		ASSERT_EQ(0, become_user(USER, USER));
		EXPECT_EQ(-ENOSPC, create(args));
		EXPECT_EQ(-ENOSPC, create(mailbox_args(BYTES / 8, 8)));
		EXPECT_EQ(-ENOSPC, create(mailbox_args(1, 65536)));
		/*
		 * An explicit bound on bytes is charged instead of the product.
		 */
		args = mailbox_args(BYTES / 8, 8);
		args.attributes.mailbox.bytes = BYTES / 8;
		fd = create(args);
		EXPECT_LE(0, fd);
		/* A message costs nothing: its room was charged at creation. */
		EXPECT_EQ(0, mailbox_send(fd, "message", 7, 0));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(OBJECTS, creatable_for(USER));
}

TEST_F(quota, bytes_add_up)
{
	pid_t child = child_fork();

	if (!child) {
		struct kipc_create_args args = mailbox_args(BYTES / 3, 1);
		int one, two;

		ASSERT_EQ(0, become_user(USER, USER));
		one = create(args);
		two = create(args);
		EXPECT_LE(0, one);
		EXPECT_LE(0, two);
		EXPECT_EQ(-ENOSPC, create(args));
		close(one);
		EXPECT_LE(0, create(args));
		EXPECT_EQ(-ENOSPC, create(args));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(quota, of_each_user)
{
	pid_t child = child_fork();

	if (!child) {
		int i;

		for (i = 0; i < OBJECTS; i++)
			EXPECT_LE(0, create(any_args(KIPC_SEMAPHORE)));
		ASSERT_EQ(0, become_user(USER, USER));
		for (i = 0; i < OBJECTS; i++)
			EXPECT_LE(0, create(any_args(KIPC_SEMAPHORE)));
		EXPECT_EQ(-ENOSPC, create(any_args(KIPC_SEMAPHORE)));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(OBJECTS, creatable_for(OTHER_USER));
}

/*
 * The creator is charged for an object. A process that opens it is not, even if
 * it opens it by CREATE.
 */
TEST_F(quota, of_the_creator)
{
	struct kipc_create_args args = any_args(KIPC_SEMAPHORE);
	pid_t child;
	int i, fd;

	args.mode = 0666;
	fd = create_named(args, self->name, 0);
	ASSERT_LE(0, fd);
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(USER, USER));
		for (i = 0; i < 3 * OBJECTS; i++)
			EXPECT_LE(0, create_named(args, self->name, 0));
		EXPECT_EQ(OBJECTS, count_creatable(2 * OBJECTS));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

/*
 * The creator stays charged until the last descriptor is closed, by whatever
 * process.
 */
TEST_F(quota, outlives_the_creator)
{
	int sockets[2], i, fd = -1;
	pid_t child;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, sockets));
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(USER, USER));
		for (i = 0; i < OBJECTS; i++)
			EXPECT_EQ(0, send_descriptor(sockets[0],
						     create(any_args(1))));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	for (i = 0; i < OBJECTS; i++) {
		fd = receive_descriptor(sockets[1]);
		EXPECT_LE(0, fd);
	}
	EXPECT_EQ(0, creatable_for(USER));
	close(fd);
	EXPECT_EQ(1, creatable_for(USER));
}

TEST_F(quota, of_persistent_names)
{
	pid_t child = child_fork();

	if (!child) {
		ASSERT_EQ(0, become_user(USER, USER));
		EXPECT_LE(0, create_named(any_args(KIPC_MAILBOX), self->name,
					  KIPC_PERSIST));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(OBJECTS - 1, creatable_for(USER));
	EXPECT_EQ(0, unlink_named(self->name));
	EXPECT_EQ(OBJECTS, creatable_for(USER));
}

/* A namespace that ends releases its persistent objects. */
TEST_F(quota, of_vanished_namespaces)
{
	pid_t child = child_fork();

	if (!child) {
		ASSERT_EQ(0, become_user(USER, USER));
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
			SKIP(_exit(_metadata->exit_code), "no user namespaces for users");
		EXPECT_LE(0, create_named(any_args(KIPC_MAILBOX), self->name,
					  KIPC_PERSIST));
		_exit(0);
	}
	EXPECT_EQ(0, child_wait(child));
	wait_until(creatable_for(USER) == OBJECTS);
}

/*
 * Root of a user namespace has no more quota than the user that created the
 * namespace.
 */
TEST_F(quota, of_a_user_namespace)
{
	pid_t child = child_fork();

	if (!child) {
		ASSERT_EQ(0, become_user(USER, USER));
		if (unshare(CLONE_NEWUSER))
			SKIP(_exit(_metadata->exit_code), "no user namespaces for users");
		EXPECT_EQ(OBJECTS, count_creatable(2 * OBJECTS));
		_exit(0);
	}
	EXPECT_EQ(0, child_wait(child));
}

/* A user with a range of subordinate ids. */
#define SUBORDINATES	4
#define FIRST_ID	100000

struct landlord {
	const char *name;	/* prefix of the persistent names */
	pid_t pid;
	unsigned int ready;	/* it has entered its namespace */
	unsigned int mapped;	/* its ids have been mapped */
	unsigned int nested;	/* subordinates unshare once more */
	unsigned int created;
	int error;		/* why no more were created */
};

/*
 * Becomes a subordinate user (id 0 is root of the namespace) and creates
 * persistent objects until that fails.
 */
static int run_subordinate(struct landlord *landlord, int id)
{
	char name[80];
	int fd, i;

	if (setresgid(id, id, id) || setresuid(id, id, id))
		return -errno;
	if (landlord->nested && unshare(CLONE_NEWUSER))
		return -errno;
	for (i = 0; i < 2 * OBJECTS; i++) {
		snprintf(name, sizeof(name), "%s-%d-%d", landlord->name, id, i);
		fd = create_named(any_args(KIPC_SEMAPHORE), name, KIPC_PERSIST);
		if (fd < 0)
			return fd;
		landlord->created++;
		close(fd);
	}
	return 0;
}

static int run_landlord(void *data)
{
	struct landlord *landlord = data;
	int id, ret = become_user(USER, USER);
	pid_t child;

	if (!ret && unshare(CLONE_NEWUSER))
		ret = -errno;
	landlord->pid = getpid();
	__atomic_store_n(&landlord->ready, 1, __ATOMIC_RELEASE);
	wait_until(__atomic_load_n(&landlord->mapped, __ATOMIC_ACQUIRE));
	for (id = 0; id < SUBORDINATES && !ret; id++) {
		child = fork();
		if (!child) {
			landlord->error = run_subordinate(landlord, id);
			_exit(0);
		}
		ret = child_wait(child);
	}
	/* The subordinates have used up the quota of their owner. */
	if (!ret && create(any_args(KIPC_SEMAPHORE)) != -ENOSPC)
		ret = 1;
	return ret;
}

/* Does what newuidmap does for a user with a range in /etc/subuid. */
static int map_ids(pid_t pid)
{
	char path[64], text[64];
	int ret;

	snprintf(text, sizeof(text), "0 %d %d", FIRST_ID, SUBORDINATES);
	snprintf(path, sizeof(path), "/proc/%d/uid_map", pid);
	ret = write_file(path, text);
	snprintf(path, sizeof(path), "/proc/%d/gid_map", pid);
	return ret ? ret : write_file(path, text);
}

static void unlink_subordinates(const struct landlord *landlord)
{
	char name[80];
	int id, i;

	for (id = 0; id < SUBORDINATES; id++) {
		for (i = 0; i < 2 * OBJECTS; i++) {
			snprintf(name, sizeof(name), "%s-%d-%d", landlord->name,
				 id, i);
			unlink_named(name);
		}
	}
}

static void check_subordinates(struct __test_metadata *_metadata,
			       const char *name, unsigned int nested)
{
	struct landlord *landlord = shared_alloc(sizeof(*landlord));
	struct child child;

	landlord->name = name;
	landlord->nested = nested;
	child_start(&child, run_landlord, landlord);
	wait_until(__atomic_load_n(&landlord->ready, __ATOMIC_ACQUIRE));
	EXPECT_EQ(0, map_ids(landlord->pid));
	__atomic_store_n(&landlord->mapped, 1, __ATOMIC_RELEASE);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(-ENOSPC, landlord->error);
	EXPECT_EQ((unsigned int)OBJECTS, landlord->created);
	/* All processes have gone, but their objects and charges have not. */
	EXPECT_EQ(0, creatable_for(USER));
	EXPECT_EQ(OBJECTS, creatable_for(OTHER_USER));
	EXPECT_EQ(OBJECTS, creatable_for(FIRST_ID));
	unlink_subordinates(landlord);
	EXPECT_EQ(OBJECTS, creatable_for(USER));
}

/*
 * Subordinate users, however many, share the quota of the user that owns them.
 */
TEST_F(quota, of_subordinate_users)
{
	check_subordinates(_metadata, self->name, 0);
}

TEST_F(quota, of_users_in_nested_namespaces)
{
	check_subordinates(_metadata, self->name, 1);
}

TEST_F(quota, capability)
{
	pid_t child = child_fork();

	EXPECT_EQ(2 * OBJECTS, count_creatable(2 * OBJECTS));
	EXPECT_LE(0, create(semaphore_args(65536, 0, 1)));
	if (!child) {
		ASSERT_EQ(0, become_user_with(USER, USER, CAP_SYS_RESOURCE));
		EXPECT_EQ(2 * OBJECTS, count_creatable(2 * OBJECTS));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

/* Creations that fail are not charged, whatever the reason. */
TEST_F(quota, of_failed_creations)
{
	pid_t child = child_fork();

	if (!child) {
		struct kipc_create_args bad = any_args(KIPC_SEMAPHORE);
		struct rlimit limit = {};
		int i, device, fd;

		ASSERT_EQ(0, become_user(USER, USER));
		fd = create_named(any_args(KIPC_SEMAPHORE), self->name, 0);
		ASSERT_LE(0, fd);
		device = device_open();
		ASSERT_LE(0, device);
		ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &limit));
		limit.rlim_cur = device + 1;
		bad.attributes.semaphore.initial = 2;
		for (i = 0; i < 3 * OBJECTS; i++) {
			EXPECT_EQ(-EINVAL, create(bad));
			EXPECT_EQ(-EEXIST,
				  create_named(any_args(KIPC_SEMAPHORE),
					       self->name, KIPC_EXCLUSIVE));
			EXPECT_EQ(-EPROTOTYPE,
				  create_named(any_args(KIPC_MAILBOX),
					       self->name, 0));
			EXPECT_EQ(-ENOSPC, create(mailbox_args(BYTES, 2)));
		}
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
		for (i = 0; i < 3 * OBJECTS; i++) {
			bad = any_args(1 + i % 3);
			EXPECT_EQ(-EMFILE, kipc_call(device, KIPC_CREATE,
						     &bad));
		}
		limit.rlim_cur = limit.rlim_max;
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
		EXPECT_EQ(OBJECTS - 1, count_creatable(2 * OBJECTS));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

#define RACES	50

struct quota_race {
	const char *name;
	unsigned int here;	/* creators that reached a round */
	unsigned int done;	/* creators that have created */
};

static int run_creator(void *data)
{
	struct quota_race *race = data;
	int fd, i, ret = become_user(USER, USER);

	for (i = 1; i <= RACES && !ret; i++) {
		__atomic_add_fetch(&race->here, 1, __ATOMIC_SEQ_CST);
		wait_until(__atomic_load_n(&race->here, __ATOMIC_SEQ_CST) >=
			   2U * i);
		fd = create_named(mailbox_args(BYTES / 2, 1), race->name, 0);
		if (fd < 0)
			ret = fd;
		__atomic_add_fetch(&race->done, 1, __ATOMIC_SEQ_CST);
		wait_until(__atomic_load_n(&race->done, __ATOMIC_SEQ_CST) >=
			   2U * i);
		close(fd);
	}
	/* Lets the other creator run on. */
	__atomic_add_fetch(&race->here, 2 * RACES, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(&race->done, 2 * RACES, __ATOMIC_SEQ_CST);
	return ret;
}

/*
 * Two processes create one name at once, and the quota has room for one of the
 * objects. Both get the object.
 */
TEST_F(quota, of_racing_creators)
{
	struct quota_race *race = shared_alloc(sizeof(*race));
	struct child children[2];
	size_t i;

	race->name = self->name;
	for (i = 0; i < ARRAY_SIZE(children); i++)
		child_start(&children[i], run_creator, race);
	for (i = 0; i < ARRAY_SIZE(children); i++)
		EXPECT_EQ(0, child_finish(&children[i]));
}

TEST_HARNESS_MAIN
