// SPDX-License-Identifier: GPL-2.0-only
/*
 * An object is an inode of its own: what fstat() and /proc say of it, what
 * fchmod() and fchown() change, and opening it again through /proc/self/fd.
 */
#include "kipc_test.h"
#include "parameter.h"
#include "user.h"
#include "word.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/personality.h>
#include <sys/stat.h>

#define OWNER		1000
#define STRANGER	1001
#define GROUP		2000

FIXTURE(inode) {
	char name[64];
	int fd;			/* the owner's named object */
	int other;		/* the owner's anonymous object */
};

FIXTURE_VARIANT(inode) {
	__u32 type;
	const char *label;
	off_t size;
};

FIXTURE_VARIANT_ADD(inode, semaphore) {
	.type = KIPC_SEMAPHORE,
	.label = "semaphore",
};

FIXTURE_VARIANT_ADD(inode, barrier) {
	.type = KIPC_BARRIER,
	.label = "barrier",
};

FIXTURE_VARIANT_ADD(inode, mailbox) {
	.type = KIPC_MAILBOX,
	.label = "mailbox",
};

FIXTURE_VARIANT_ADD(inode, mutex) {
	.type = KIPC_MUTEX,
	.label = "mutex",
};

FIXTURE_VARIANT_ADD(inode, region) {
	.type = KIPC_REGION,
	.label = "region",
	.size = 12345,
};

FIXTURE_VARIANT_ADD(inode, ring) {
	.type = KIPC_RING,
	.label = "ring",
};

static struct kipc_create_args args_of(const FIXTURE_VARIANT(inode) *variant)
{
	if (variant->type == KIPC_REGION)
		return region_args(variant->size, 1);
	return any_args(variant->type);
}

/*
 * The user for file system access becomes the owner of the object, as with
 * files.
 */
FIXTURE_SETUP(inode)
{
	if (geteuid())
		SKIP(return, "needs root to become other users");
	unique_name(self->name, "inode");
	ASSERT_EQ(0, setresgid(GROUP, GROUP, 0));
	ASSERT_EQ(0, setresuid(OWNER, OWNER, 0));
	self->fd = create_named(args_of(variant), self->name, KIPC_EXCLUSIVE);
	self->other = create(args_of(variant));
	ASSERT_EQ(0, setresuid(0, 0, 0));
	ASSERT_EQ(0, setresgid(0, 0, 0));
	ASSERT_LE(0, self->fd);
	ASSERT_LE(0, self->other);
}

FIXTURE_TEARDOWN(inode)
{
}

static mode_t mode_of(int fd)
{
	struct stat stat = {};

	return fstat(fd, &stat) ? (mode_t)-1 : stat.st_mode;
}

static int fd_path(char path[64], int fd)
{
	return snprintf(path, 64, "/proc/self/fd/%d", fd);
}

/*
 * Opens the object of a descriptor again. Returns a descriptor or a negative
 * errno.
 */
static int reopen(int fd, int flags)
{
	char path[64];
	int again;

	fd_path(path, fd);
	again = open(path, flags | O_CLOEXEC);
	return again < 0 ? -errno : again;
}

static __u32 access_of(int fd)
{
	struct kipc_info_args info;

	return object_info(fd, &info) ? KIPC_POISON_32 : info.access;
}

TEST_F(inode, identifies_the_object)
{
	struct stat first = {}, second = {}, other = {};
	struct kipc_info_args info;
	int fd = open_named(variant->type, self->name, KIPC_READ);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fstat(self->fd, &first));
	ASSERT_EQ(0, fstat(fd, &second));
	ASSERT_EQ(0, fstat(self->other, &other));
	EXPECT_EQ(first.st_dev, second.st_dev);
	EXPECT_EQ(first.st_ino, second.st_ino);
	EXPECT_EQ(first.st_dev, other.st_dev);
	EXPECT_NE(first.st_ino, other.st_ino);
	ASSERT_EQ(0, object_info(fd, &info));
	EXPECT_EQ(first.st_ino, info.inode);
	/* An inode number is not used again. */
	close(self->other);
	self->other = create(args_of(variant));
	ASSERT_EQ(0, fstat(self->other, &second));
	EXPECT_NE(other.st_ino, second.st_ino);
}

TEST_F(inode, says_owner_mode_and_size)
{
	struct stat stat = {};

	ASSERT_EQ(0, fstat(self->fd, &stat));
	EXPECT_EQ((uid_t)OWNER, stat.st_uid);
	EXPECT_EQ((gid_t)GROUP, stat.st_gid);
	EXPECT_EQ(0600U, stat.st_mode);
	EXPECT_EQ(variant->size, stat.st_size);
}

TEST_F(inode, says_its_name_in_proc)
{
	char path[64], expected[128], text[128] = "";

	fd_path(path, self->fd);
	snprintf(expected, sizeof(expected), "kipc:%s %s", variant->label,
		 self->name);
	ASSERT_LT(0, readlink(path, text, sizeof(text) - 1));
	EXPECT_STREQ(expected, text);
	memset(text, 0, sizeof(text));
	fd_path(path, self->other);
	snprintf(expected, sizeof(expected), "kipc:%s", variant->label);
	ASSERT_LT(0, readlink(path, text, sizeof(text) - 1));
	EXPECT_STREQ(expected, text);
}

TEST_F(inode, says_the_longest_name)
{
	char name[KIPC_NAME_MAX + 1], path[64], text[512] = "";
	const char *end;
	int fd;

	memset(name, 'n', KIPC_NAME_MAX);
	name[KIPC_NAME_MAX] = 0;
	fd = create_named(args_of(variant), name, 0);
	ASSERT_LE(0, fd);
	fd_path(path, fd);
	ASSERT_LT(0, readlink(path, text, sizeof(text) - 1));
	end = strchr(text, ' ');
	ASSERT_NE(NULL, end);
	EXPECT_STREQ(name, end + 1);
	close(fd);
}

/*
 * A new mode shows neither at another object nor at a file of the kernel's
 * anonymous inode.
 */
TEST_F(inode, fchmod_shows_at_no_other)
{
	struct kipc_list_entry entry = {};
	struct kipc_info_args info;
	int event = eventfd(0, 0);
	mode_t before = mode_of(self->other), event_before = mode_of(event);

	ASSERT_EQ(0, fchmod(self->fd, 0641));
	EXPECT_EQ(0641U, mode_of(self->fd));
	EXPECT_EQ(before, mode_of(self->other));
	EXPECT_EQ(event_before, mode_of(event));
	ASSERT_EQ(0, object_info(self->fd, &info));
	EXPECT_EQ(0641U, info.mode);
	ASSERT_EQ(1, list_find(self->name, &entry));
	EXPECT_EQ(0641U, entry.mode);
	close(event);
}

TEST_F(inode, fchown_shows_at_no_other)
{
	struct kipc_list_entry entry = {};
	struct kipc_info_args info;
	struct stat stat = {};

	ASSERT_EQ(0, fchown(self->fd, STRANGER, STRANGER));
	ASSERT_EQ(0, object_info(self->fd, &info));
	EXPECT_EQ((__u32)STRANGER, info.uid);
	EXPECT_EQ((__u32)STRANGER, info.gid);
	ASSERT_EQ(1, list_find(self->name, &entry));
	EXPECT_EQ((__u32)STRANGER, entry.uid);
	EXPECT_EQ((__u32)STRANGER, entry.gid);
	ASSERT_EQ(0, fstat(self->other, &stat));
	EXPECT_EQ((uid_t)OWNER, stat.st_uid);
}

static int open_errno(__u32 type, const char *name, unsigned int access)
{
	int fd = open_named(type, name, access);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* The mode controls OPEN, CREATE and /proc in the same way. */
TEST_F(inode, permissions_follow_fchmod)
{
	pid_t child;

	EXPECT_EQ(0, fchmod(self->fd, 0604));
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(STRANGER, STRANGER));
		EXPECT_EQ(0, open_errno(variant->type, self->name, KIPC_READ));
		EXPECT_EQ(-EACCES, open_errno(variant->type, self->name,
					      KIPC_WRITE));
		EXPECT_LE(0, reopen(self->fd, O_RDONLY));
		EXPECT_EQ(-EACCES, reopen(self->fd, O_WRONLY));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(0, fchmod(self->fd, 0600));
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(STRANGER, STRANGER));
		EXPECT_EQ(-EACCES, open_errno(variant->type, self->name,
					      KIPC_READ));
		EXPECT_EQ(-EACCES, reopen(self->fd, O_RDONLY));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(inode, permissions_follow_fchown)
{
	pid_t child;

	EXPECT_EQ(0, fchown(self->fd, STRANGER, -1));
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(OWNER, OWNER));
		EXPECT_EQ(-EACCES, open_errno(variant->type, self->name,
					      KIPC_READ));
		EXPECT_EQ(-EACCES, unlink_named(self->name));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(STRANGER, STRANGER));
		EXPECT_EQ(0, open_errno(variant->type, self->name, KIPC_READ));
		EXPECT_EQ(0, unlink_named(self->name));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

TEST_F(inode, changes_by_its_owner_alone)
{
	pid_t child;

	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(STRANGER, STRANGER));
		EXPECT_EQ(-1, fchmod(self->fd, 0666));
		EXPECT_EQ(EPERM, errno);
		EXPECT_EQ(-1, fchown(self->fd, STRANGER, -1));
		EXPECT_EQ(EPERM, errno);
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(OWNER, OWNER));
		EXPECT_EQ(-1, fchown(self->fd, STRANGER, -1));
		EXPECT_EQ(EPERM, errno);
		EXPECT_EQ(0, fchmod(self->fd, 0640));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(0640U, mode_of(self->fd));
}

TEST_F(inode, has_no_other_bits)
{
	const mode_t bits[] = { S_ISUID, S_ISGID, S_ISVTX };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bits); i++) {
		EXPECT_EQ(-1, fchmod(self->fd, 0600 | bits[i]));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(0600U, mode_of(self->fd));
}

TEST_F(inode, keeps_its_size)
{
	struct stat stat = {};
	char path[64];

	fd_path(path, self->fd);
	EXPECT_EQ(-1, ftruncate(self->fd, 0));
	EXPECT_EQ(-1, truncate(path, 0));
	EXPECT_LE(0, reopen(self->fd, O_RDWR | O_TRUNC));
	EXPECT_EQ(-1, fallocate(self->fd, 0, 0, 1 << 20));
	ASSERT_EQ(0, fstat(self->fd, &stat));
	EXPECT_EQ(variant->size, stat.st_size);
}

/* Calls a verb that changes the object. */
static int change(__u32 type, int fd)
{
	switch (type) {
	case KIPC_SEMAPHORE:
		return semaphore_post(fd, 0, 1);
	case KIPC_BARRIER:
		return barrier_abort(fd);
	case KIPC_MAILBOX:
		return mailbox_trysend(fd, "m", 1, 0);
	case KIPC_RING:
		return ring_trysend(fd, "m", 1, 0);
	case KIPC_MUTEX:
		return mutex_trylock(fd, 0);
	default:
		return region_seal(fd);
	}
}

TEST_F(inode, opens_with_fewer_rights)
{
	pid_t child;

	child = child_fork();
	if (!child) {
		int fd;

		ASSERT_EQ(0, become_user(OWNER, OWNER));
		fd = reopen(self->fd, O_RDONLY);
		ASSERT_LE(0, fd);
		EXPECT_EQ((__u32)KIPC_READ, access_of(fd));
		EXPECT_EQ(-EBADF, change(variant->type, fd));
		fd = reopen(self->fd, O_WRONLY);
		ASSERT_LE(0, fd);
		EXPECT_EQ((__u32)KIPC_WRITE, access_of(fd));
		fd = reopen(self->fd, O_RDWR);
		ASSERT_LE(0, fd);
		EXPECT_EQ((__u32)(KIPC_READ | KIPC_WRITE), access_of(fd));
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
}

/*
 * An anonymous object can only be opened through a descriptor. A descriptor for
 * reading that was passed on does not allow opening it for writing, even for
 * the owner.
 */
TEST_F(inode, anonymous_opens_for_reading_alone)
{
	pid_t child;

	child = child_fork();
	if (!child) {
		int fd;

		ASSERT_EQ(0, become_user(OWNER, OWNER));
		fd = reopen(self->other, O_RDONLY);
		ASSERT_LE(0, fd);
		EXPECT_EQ((__u32)KIPC_READ, access_of(fd));
		EXPECT_EQ(-EACCES, reopen(fd, O_RDWR));
		EXPECT_EQ(-EACCES, reopen(fd, O_WRONLY));
		EXPECT_EQ(-EACCES, reopen(self->other, O_RDWR));
		EXPECT_EQ(-1, fchmod(fd, 0600));
		EXPECT_EQ(EPERM, errno);
		_exit(_metadata->exit_code);
	}
	EXPECT_EQ(0, child_wait(child));
	EXPECT_EQ(0400U, mode_of(self->other));
}

/* A descriptor that was opened again works like one that CREATE has made. */
TEST_F(inode, opens_alike)
{
	struct pollfd polled[2] = {
		{ .fd = self->fd, .events = POLLIN | POLLOUT },
		{ .events = POLLIN | POLLOUT },
	};
	int fd = reopen(self->fd, O_RDWR | O_NONBLOCK);
	char byte;

	ASSERT_LE(0, fd);
	polled[1].fd = fd;
	EXPECT_LE(0, poll(polled, 2, 0));
	EXPECT_EQ(polled[0].revents, polled[1].revents);
	EXPECT_EQ(lseek(self->fd, 1, SEEK_SET), lseek(fd, 1, SEEK_SET));
	EXPECT_EQ(-1, pread(self->fd, &byte, 1, 0));
	EXPECT_EQ(-1, pread(fd, &byte, 1, 0));
	EXPECT_EQ(-1, pwrite(self->fd, &byte, 1, 0));
	EXPECT_EQ(-1, pwrite(fd, &byte, 1, 0));
}

/*
 * A descriptor of the path alone does not keep the object, but it keeps the
 * module.
 */
TEST_F(inode, outlives_the_object_as_a_path)
{
	long before = module_number("refcnt");
	struct kipc_info_args info;
	struct stat stat = {};
	int path;

	path = reopen(self->other, O_PATH);
	ASSERT_LE(0, path);
	EXPECT_EQ(-EBADF, object_info(path, &info));
	close(self->other);
	EXPECT_EQ(-ENXIO, reopen(path, O_RDONLY));
	EXPECT_EQ(0, fstat(path, &stat));
	EXPECT_EQ(0400U, stat.st_mode);
	EXPECT_EQ(before, module_number("refcnt"));
	close(path);
	EXPECT_EQ(before - 1, module_number("refcnt"));
}

TEST_F(inode, outlives_the_object_while_watched)
{
	long before = module_number("refcnt");
	int watch = inotify_init1(IN_CLOEXEC);
	char path[64];

	if (watch < 0 && errno == ENOSYS)
		SKIP(return, "this kernel has no inotify");
	ASSERT_LE(0, watch);
	fd_path(path, self->other);
	ASSERT_LE(0, inotify_add_watch(watch, path, IN_ALL_EVENTS));
	close(self->other);
	EXPECT_EQ(before, module_number("refcnt"));
	close(watch);
	/* The kernel drops the reference only after some time. */
	wait_until(module_number("refcnt") == before - 1);
}

/*
 * Old 32-bit programs and programs that "setarch -X" starts have this
 * personality.
 */
TEST_F(inode, maps_in_old_programs)
{
	struct kipc_info_args info;
	struct words words;
	char *page;

	ASSERT_EQ(0, object_info(self->fd, &info));
	if (!info.map_size)
		SKIP(return, "has nothing to map");
	ASSERT_LE(0, personality(READ_IMPLIES_EXEC));
	EXPECT_EQ(0, words_map(&words, self->fd));
	personality(0);
	page = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, self->fd, 0);
	EXPECT_TRUE(page == MAP_FAILED);
	EXPECT_EQ(EPERM, errno);
}

TEST_HARNESS_MAIN
