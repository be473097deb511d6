// SPDX-License-Identifier: GPL-2.0-only
/* Which users may open an object, create it again, and unlink its name. */
#include "kipc_test.h"
#include "descriptor.h"
#include "user.h"

#include <grp.h>
#include <sys/prctl.h>

#define OWNER		1000
#define GROUP		2000
#define STRANGER	1001

#define BOTH		(KIPC_READ | KIPC_WRITE)

/* The user that does an operation. */
struct user {
	uid_t uid;
	gid_t gid;
	gid_t supplementary;	/* 0: none */
	int capability;		/* 0: none (CAP_CHOWN is not needed) */
};

static const struct user owner = { OWNER, GROUP, 0, 0 };
static const struct user member = { STRANGER, GROUP, 0, 0 };
static const struct user joined = { STRANGER, STRANGER, GROUP, 0 };
static const struct user stranger = { STRANGER, STRANGER, 0, 0 };

/* An operation and its arguments. */
struct op {
	const struct user *user;
	int (*run)(void *data);
	const char *name;
	unsigned int access;
	__u32 mode;
	int socket;
};

static int become(const struct user *user)
{
	int ret;

	if (user->capability)
		return become_user_with(user->uid, user->gid,
					user->capability);
	ret = become_user(0, user->gid);
	if (!ret && user->supplementary &&
	    setgroups(1, &user->supplementary))
		ret = -errno;
	if (!ret && setresuid(user->uid, user->uid, user->uid))
		ret = -errno;
	prctl(PR_SET_DUMPABLE, 1);
	return ret;
}

static int run_as(void *data)
{
	struct op *op = data;
	int ret = become(op->user);

	return ret ? ret : op->run(op);
}

/* Does the operation in a child as that user. Returns its result. */
static int act(struct op op)
{
	struct child child;

	child_start(&child, run_as, &op);
	return child_finish(&child);
}

static int do_create(void *data)
{
	struct op *op = data;
	struct kipc_create_args args = semaphore_args(1, 0, 1);
	int fd;

	args.mode = op->mode;
	fd = create_named(args, op->name, 0);
	if (fd < 0 || op->socket < 0)
		return fd < 0 ? fd : 0;
	return send_descriptor(op->socket, fd);
}

/*
 * Returns a descriptor of the object that this user creates, or opens if it
 * exists.
 */
static int create_as(const struct user *user, const char *name, __u32 mode)
{
	struct op op = {
		.user = user,
		.run = do_create,
		.name = name,
		.mode = mode,
	};
	int sockets[2], ret;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets))
		return -errno;
	op.socket = sockets[0];
	ret = act(op);
	if (!ret)
		ret = receive_descriptor(sockets[1]);
	close(sockets[0]);
	close(sockets[1]);
	return ret;
}

static int create_again_as(const struct user *user, const char *name)
{
	struct op op = {
		.user = user,
		.run = do_create,
		.name = name,
		.mode = 0777,
		.socket = -1,
	};

	return act(op);
}

static int do_open(void *data)
{
	struct op *op = data;
	int fd = open_named(KIPC_SEMAPHORE, op->name, op->access);

	return fd < 0 ? fd : 0;
}

static int open_as(const struct user *user, const char *name,
		   unsigned int access)
{
	struct op op = {
		.user = user,
		.run = do_open,
		.name = name,
		.access = access,
	};

	return act(op);
}

static int do_unlink(void *data)
{
	struct op *op = data;

	return unlink_named(op->name);
}

static int unlink_as(const struct user *user, const char *name)
{
	struct op op = {
		.user = user,
		.run = do_unlink,
		.name = name,
	};

	return act(op);
}

FIXTURE(permissions) {
	char name[64];
};

FIXTURE_SETUP(permissions)
{
	if (geteuid())
		SKIP(return, "needs root to become other users");
	unique_name(self->name, "permissions");
}

FIXTURE_TEARDOWN(permissions)
{
	unlink_named(self->name);
}

/* Checks the result of each access by this user to an object of this mode. */
#define EXPECT_OPEN(mode, user, read, write, both) do { \
	int __fd = create_as(&owner, self->name, mode); \
	ASSERT_LE(0, __fd); \
	EXPECT_EQ(read, open_as(user, self->name, KIPC_READ)); \
	EXPECT_EQ(write, open_as(user, self->name, KIPC_WRITE)); \
	EXPECT_EQ(both, open_as(user, self->name, BOTH)); \
	EXPECT_EQ(both, create_again_as(user, self->name)); \
	close(__fd); \
} while (0)

TEST_F(permissions, belongs_to_its_creator)
{
	int fd = create_as(&owner, self->name, 0600);
	struct kipc_list_entry entry = {};
	struct kipc_info_args info;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, object_info(fd, &info));
	EXPECT_EQ((__u32)OWNER, info.uid);
	EXPECT_EQ((__u32)GROUP, info.gid);
	EXPECT_EQ(1, list_find(self->name, &entry));
	EXPECT_EQ((__u32)OWNER, entry.uid);
	EXPECT_EQ((__u32)GROUP, entry.gid);
}

TEST_F(permissions, another_user)
{
	EXPECT_OPEN(0600, &stranger, -EACCES, -EACCES, -EACCES);
	EXPECT_OPEN(0660, &stranger, -EACCES, -EACCES, -EACCES);
}

TEST_F(permissions, owner_bits)
{
	EXPECT_OPEN(0600, &owner, 0, 0, 0);
	EXPECT_OPEN(0400, &owner, 0, -EACCES, -EACCES);
	EXPECT_OPEN(0200, &owner, -EACCES, 0, -EACCES);
	/* The bits of the group and of others do not help the owner. */
	EXPECT_OPEN(0077, &owner, -EACCES, -EACCES, -EACCES);
}

TEST_F(permissions, group_bits)
{
	EXPECT_OPEN(0060, &member, 0, 0, 0);
	EXPECT_OPEN(0640, &member, 0, -EACCES, -EACCES);
	EXPECT_OPEN(0620, &member, -EACCES, 0, -EACCES);
	EXPECT_OPEN(0707, &member, -EACCES, -EACCES, -EACCES);
}

TEST_F(permissions, supplementary_group)
{
	EXPECT_OPEN(0060, &joined, 0, 0, 0);
	EXPECT_OPEN(0640, &joined, 0, -EACCES, -EACCES);
	EXPECT_OPEN(0707, &joined, -EACCES, -EACCES, -EACCES);
}

TEST_F(permissions, other_bits)
{
	EXPECT_OPEN(0006, &stranger, 0, 0, 0);
	EXPECT_OPEN(0604, &stranger, 0, -EACCES, -EACCES);
	EXPECT_OPEN(0602, &stranger, -EACCES, 0, -EACCES);
}

/* The execute bits mean nothing. */
TEST_F(permissions, execute_bits)
{
	EXPECT_OPEN(0111, &owner, -EACCES, -EACCES, -EACCES);
	EXPECT_OPEN(0111, &stranger, -EACCES, -EACCES, -EACCES);
}

TEST_F(permissions, capability)
{
	const struct user ipc_owner = {
		STRANGER, STRANGER, 0, CAP_IPC_OWNER
	};
	const struct user file_owner = {
		STRANGER, STRANGER, 0, CAP_DAC_OVERRIDE
	};

	EXPECT_OPEN(0000, &ipc_owner, 0, 0, 0);
	EXPECT_OPEN(0000, &file_owner, -EACCES, -EACCES, -EACCES);
}

/*
 * Creates the name with this access and mode. Checks that the descriptor has
 * that access, or both if none was asked for.
 */
static int do_create_for(void *data)
{
	struct op *op = data;
	struct kipc_create_args args = semaphore_args(1, 0, 1);
	struct kipc_info_args info;
	int fd, ret;

	args.mode = op->mode;
	args.access = op->access;
	fd = create_named(args, op->name, 0);
	if (fd < 0)
		return fd;
	ret = object_info(fd, &info);
	if (ret)
		return ret;
	return info.access == (op->access ?: BOTH) ? 0 : -EPROTO;
}

static int create_for(const struct user *user, const char *name,
		      unsigned int access)
{
	struct op op = {
		.user = user,
		.run = do_create_for,
		.name = name,
		.access = access,
		.mode = 0600,
	};

	return act(op);
}

TEST_F(permissions, creation_for_less)
{
	int fd = create_as(&owner, self->name, 0420);

	ASSERT_LE(0, fd);
	EXPECT_EQ(0, create_for(&owner, self->name, KIPC_READ));
	EXPECT_EQ(-EACCES, create_for(&owner, self->name, KIPC_WRITE));
	EXPECT_EQ(-EACCES, create_for(&owner, self->name, BOTH));
	EXPECT_EQ(-EACCES, create_for(&owner, self->name, 0));
	EXPECT_EQ(-EACCES, create_for(&member, self->name, KIPC_READ));
	EXPECT_EQ(0, create_for(&member, self->name, KIPC_WRITE));
	EXPECT_EQ(-EACCES, create_for(&stranger, self->name, KIPC_READ));
}

/*
 * Access to a new object is not checked against the mode: the creator chooses
 * both.
 */
TEST_F(permissions, creation_of_what_is_new)
{
	EXPECT_EQ(0, create_for(&owner, self->name, KIPC_READ));
	EXPECT_EQ(0, create_for(&owner, self->name, KIPC_WRITE));
	EXPECT_EQ(0, create_for(&owner, self->name, BOTH));
	EXPECT_EQ(0, create_for(&owner, self->name, 0));
}

TEST_F(permissions, creation_of_what_has_no_name)
{
	struct kipc_create_args args = semaphore_args(1, 0, 1);
	struct kipc_info_args info;
	__u32 value;
	int fd;

	args.access = KIPC_READ;
	fd = create(args);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, object_info(fd, &info));
	EXPECT_EQ((__u32)KIPC_READ, info.access);
	EXPECT_EQ(-EBADF, semaphore_post(fd, 0, 1));
	args.access = KIPC_WRITE;
	fd = create(args);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, semaphore_post(fd, 0, 1));
	EXPECT_EQ(0, semaphore_value(fd, 0, &value));
	EXPECT_EQ(1U, value);
}

/* Exclusive creation of a name that is taken fails with EEXIST for any user. */
TEST_F(permissions, exclusive_creation)
{
	int fd = create_as(&owner, self->name, 0);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EEXIST, create_named(semaphore_args(1, 0, 1), self->name,
					KIPC_EXCLUSIVE));
}

TEST_F(permissions, unlink)
{
	const struct user ipc_owner = {
		STRANGER, STRANGER, 0, CAP_IPC_OWNER
	};
	int fd = create_as(&owner, self->name, 0777);

	ASSERT_LE(0, fd);
	EXPECT_EQ(-EACCES, unlink_as(&stranger, self->name));
	EXPECT_EQ(-EACCES, unlink_as(&member, self->name));
	EXPECT_EQ(0, unlink_as(&owner, self->name));
	close(fd);
	fd = create_as(&owner, self->name, 0000);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, unlink_as(&owner, self->name));
	close(fd);
	fd = create_as(&owner, self->name, 0000);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, unlink_as(&ipc_owner, self->name));
	EXPECT_EQ(-ENOENT, unlink_named(self->name));
}

/*
 * The descriptor is the capability: a process that has received it needs no
 * permission.
 */
TEST_F(permissions, passed_descriptor)
{
	int fd = create_as(&owner, self->name, 0000);
	pid_t child;

	ASSERT_LE(0, fd);
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become(&stranger));
		EXPECT_EQ(-EACCES, open_named(KIPC_SEMAPHORE, self->name,
					      KIPC_READ));
		EXPECT_EQ(0, semaphore_post(fd, 0, 1));
		check_value(fd, 0, 1);
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

/*
 * The file system uid counts, as it does for files. It follows the effective
 * uid.
 */
TEST_F(permissions, effective_user)
{
	int fd = create_as(&owner, self->name, 0600);
	pid_t child;

	ASSERT_LE(0, fd);
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, setresuid(OWNER, STRANGER, OWNER));
		EXPECT_EQ(-EACCES, open_named(KIPC_SEMAPHORE, self->name,
					      KIPC_READ));
		ASSERT_EQ(0, setresuid(STRANGER, OWNER, STRANGER));
		EXPECT_LE(0, open_named(KIPC_SEMAPHORE, self->name, KIPC_READ));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST_HARNESS_MAIN
