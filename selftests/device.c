// SPDX-License-Identifier: GPL-2.0-only
/* The device itself. The rules that hold for every ioctl are in verb.c. */
#include "kipc_test.h"
#include "kipc_abi.h"
#include "user.h"

FIXTURE(device) {
	int fd;
};

FIXTURE_SETUP(device)
{
	self->fd = device_open();
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(device)
{
	close(self->fd);
}

/* The device and each type refuse every number that is not a command. */
TEST_F(device, unknown_commands)
{
	__u32 args[64] = { sizeof(args) };
	int fd[KIPC_ABI_FILES] = { self->fd };
	unsigned int number, type;

	for (type = 1; type < KIPC_ABI_TYPES_END; type++) {
		fd[type] = create(any_args(type));
		ASSERT_LE(0, fd[type]);
	}
	for (number = 0; number < 256; number++) {
		if (kipc_abi_number_known(number))
			continue;
		for (type = 0; type < ARRAY_SIZE(fd); type++)
			EXPECT_EQ(-ENOTTY,
				  kipc_call(fd[type],
					    _IO(KIPC_IOCTL, number), args));
	}
}

TEST_F(device, anybody_may_open_it)
{
	pid_t child = child_fork();

	if (!child) {
		int fd;

		ASSERT_EQ(0, become_user(1000, 1000));
		fd = create(semaphore_args(1, 0, 1));
		EXPECT_LE(0, fd);
		EXPECT_EQ(0, semaphore_post(fd, 0, 1));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(device, cannot_be_mapped_or_read)
{
	char byte;

	EXPECT_TRUE(mmap(NULL, 4096, PROT_READ, MAP_SHARED, self->fd, 0) ==
		    MAP_FAILED);
	EXPECT_EQ(-1, read(self->fd, &byte, 1));
	EXPECT_EQ(-1, write(self->fd, &byte, 1));
}

/* An object keeps the module loaded even if the device is closed. */
TEST_F(device, module_stays_while_an_object_lives)
{
	int fd = create(semaphore_args(1, 1, 1));
	int ret;

	if (access("/sys/module/kipc/refcnt", R_OK))
		SKIP(return, "kipc is not a module");
	ASSERT_LE(0, fd);
	close(self->fd);
	ret = syscall(SYS_delete_module, "kipc", O_NONBLOCK) ? errno : 0;
	EXPECT_TRUE(ret == EWOULDBLOCK || ret == EBUSY) {
		TH_LOG("delete_module: %s", strerror(ret));
	}
	EXPECT_EQ(0, semaphore_trywait(fd, 0, 1));
	self->fd = device_open();
	EXPECT_LE(0, self->fd);
}

/* A persistent name keeps its object, and the object keeps the module. */
TEST_F(device, module_stays_while_a_name_persists)
{
	char name[64];
	int fd, ret;

	if (access("/sys/module/kipc/refcnt", R_OK))
		SKIP(return, "kipc is not a module");
	unique_name(name, "persistent");
	fd = create_named(semaphore_args(1, 1, 1), name, KIPC_PERSIST);
	ASSERT_LE(0, fd);
	close(fd);
	close(self->fd);
	ret = syscall(SYS_delete_module, "kipc", O_NONBLOCK) ? errno : 0;
	EXPECT_TRUE(ret == EWOULDBLOCK || ret == EBUSY);
	self->fd = device_open();
	EXPECT_LE(0, self->fd);
	EXPECT_EQ(0, unlink_named(name));
}

TEST_HARNESS_MAIN
