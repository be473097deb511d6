// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names belong to a network namespace, users to a user namespace.
 */
#include "kipc_test.h"
#include "descriptor.h"
#include "parameter.h"
#include "user.h"
#include "wait_child.h"

#define USER		1000
#define OVERFLOW_ID	65534U

FIXTURE(namespaces) {
	char name[64];
	int fd;
	int sockets[2];
};

FIXTURE_SETUP(namespaces)
{
	if (geteuid())
		SKIP(return, "needs root to enter other namespaces");
	unique_name(self->name, "namespaces");
	self->fd = create_named(semaphore_args(1, 5, 9), self->name,
				KIPC_EXCLUSIVE);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, self->sockets));
}

FIXTURE_TEARDOWN(namespaces)
{
	close(self->fd);
}

TEST_F(namespaces, hide_names)
{
	struct kipc_list_entry entry;
	__u64 cursor = 0;
	pid_t child = child_fork();

	if (!child) {
		ASSERT_EQ(0, unshare(CLONE_NEWNET));
		EXPECT_EQ(-ENOENT, open_named(KIPC_SEMAPHORE, self->name,
					      KIPC_READ));
		EXPECT_EQ(-ENOENT, unlink_named(self->name));
		EXPECT_EQ(0, list_names(&cursor, &entry, 1));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

/*
 * The namespace of the caller counts, not the one in which the device was
 * opened.
 */
TEST_F(namespaces, are_those_of_the_caller)
{
	struct kipc_open_args args = {
		.size = sizeof(args),
		.flags = KIPC_READ,
		.type = KIPC_SEMAPHORE,
		.name_length = strlen(self->name),
		.name = (uintptr_t)self->name,
	};
	int device = device_open();
	pid_t child;

	ASSERT_LE(0, device);
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, unshare(CLONE_NEWNET));
		EXPECT_EQ(-ENOENT, kipc_call(device, KIPC_OPEN, &args));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_LE(0, kipc_call(device, KIPC_OPEN, &args));
}

TEST_F(namespaces, have_the_same_name_each)
{
	struct kipc_list_entry entry = {};
	__u64 cursor = 0;
	pid_t child = child_fork();

	if (!child) {
		int fd;

		ASSERT_EQ(0, unshare(CLONE_NEWNET));
		fd = create_named(barrier_args(2), self->name, KIPC_EXCLUSIVE);
		EXPECT_LE(0, fd);
		EXPECT_EQ(1, list_names(&cursor, &entry, 1));
		EXPECT_EQ((__u32)KIPC_BARRIER, entry.type);
		EXPECT_EQ(0, list_names(&cursor, &entry, 1));
		EXPECT_EQ(0, unlink_named(self->name));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(1, list_find(self->name, &entry));
	EXPECT_EQ((__u32)KIPC_SEMAPHORE, entry.type);
}

/* A descriptor works in any namespace. */
TEST_F(namespaces, do_not_bound_descriptors)
{
	struct child child;

	start_semaphore_wait(&child, self->fd, 0, 6);
	wait_for_waiters(self->fd, 1);
	ASSERT_EQ(0, unshare(CLONE_NEWNET));
	EXPECT_EQ(0, semaphore_post(self->fd, 0, 1));
	EXPECT_EQ(0, child_finish(&child));
	/* The name is not visible here, but it still goes with the object. */
	EXPECT_EQ(-ENOENT, open_named(KIPC_SEMAPHORE, self->name, KIPC_READ));
}

/*
 * A namespace that ends removes its names, including persistent ones. An object
 * that still has descriptors survives.
 */
TEST_F(namespaces, take_their_names_along)
{
	pid_t child = child_fork();
	int fd;

	if (!child) {
		ASSERT_EQ(0, unshare(CLONE_NEWNET));
		fd = create_named(semaphore_args(1, 2, 9), "vanishing",
				  KIPC_PERSIST);
		EXPECT_EQ(0, send_descriptor(self->sockets[0], fd));
		_exit(_metadata->exit_code);
	}
	fd = receive_descriptor(self->sockets[1]);
	ASSERT_LE(0, fd);
	EXPECT_EQ(0, child_wait(child));
	/* The kernel ends a namespace asynchronously. */
	wait_until(fdinfo_number(fd, "kipc-name:") == -ENOENT);
	EXPECT_EQ(0, semaphore_post(fd, 0, 1));
	check_value(fd, 0, 3);
}

/* Root of a user namespace has no privilege outside of it. */
TEST_F(namespaces, have_their_own_root)
{
	pid_t child = child_fork();

	if (!child) {
		ASSERT_EQ(0, become_user(USER, USER));
		if (unshare(CLONE_NEWUSER))
			SKIP(_exit(_metadata->exit_code), "no user namespaces for users");
		EXPECT_EQ(-EACCES, open_named(KIPC_SEMAPHORE, self->name,
					      KIPC_READ));
		EXPECT_EQ(-EACCES, unlink_named(self->name));
		_exit(0);
	}
	EXPECT_EQ(0, child_wait(child));
}

/* Root of a user namespace has privilege in a network namespace of its own. */
TEST_F(namespaces, obey_their_own_root)
{
	pid_t child = child_fork();

	if (!child) {
		struct kipc_create_args args = semaphore_args(1, 1, 1);
		int fd;

		ASSERT_EQ(0, become_user(USER, USER));
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
			SKIP(_exit(_metadata->exit_code), "no user namespaces for users");
		args.mode = 0;
		fd = create_named(args, self->name, KIPC_EXCLUSIVE);
		EXPECT_LE(0, fd);
		EXPECT_LE(0, open_named(KIPC_SEMAPHORE, self->name,
					KIPC_READ | KIPC_WRITE));
		EXPECT_EQ(0, unlink_named(self->name));
		_exit(0);
	}
	EXPECT_EQ(0, child_wait(child));
}

/*
 * A user without a mapping in the user namespace of the caller is shown as the
 * overflow user.
 */
TEST_F(namespaces, translate_users)
{
	struct kipc_list_entry entry = {};
	struct kipc_info_args info;
	pid_t child = child_fork();

	if (!child) {
		ASSERT_EQ(0, unshare(CLONE_NEWUSER));
		EXPECT_EQ(0, object_info(self->fd, &info));
		EXPECT_EQ(OVERFLOW_ID, info.uid);
		EXPECT_EQ(OVERFLOW_ID, info.gid);
		EXPECT_EQ(1, list_find(self->name, &entry));
		EXPECT_EQ(OVERFLOW_ID, entry.uid);
		/* From here on, root outside is user 7 inside. */
		EXPECT_EQ(0, write_file("/proc/self/uid_map", "7 0 1"));
		EXPECT_EQ(0, object_info(self->fd, &info));
		EXPECT_EQ(7U, info.uid);
		EXPECT_EQ(1, list_find(self->name, &entry));
		EXPECT_EQ(7U, entry.uid);
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(0, object_info(self->fd, &info));
	EXPECT_EQ(0U, info.uid);
}

TEST_HARNESS_MAIN
