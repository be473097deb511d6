// SPDX-License-Identifier: GPL-2.0-only
/* Operations of every descriptor: read, write, poll, dup, passing on */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/kipc.h>

#include "worker.h"
#include "arena.h"
#include "perform.h"

/* A call must not block for much longer than an execution takes. */
#define MILLISECONDS_MAX	20

static long result(long ret)
{
	return ret < 0 ? -errno : ret;
}

/* ------------------------------------------------------------------------ */
/* read and write                                                           */
/* ------------------------------------------------------------------------ */

/* Arguments of "read" and "write" */
enum transfer_arg {
	TRANSFER_FD,
	TRANSFER_AT,
	TRANSFER_LENGTH,
	TRANSFER_FLAGS,
	TRANSFER_SPLIT,		/* into two segments */
	TRANSFER_VALUE,		/* write: the first 8 bytes */
};

static unsigned int segments(const __u64 *args, void *at, struct iovec *vector)
{
	size_t length = args[TRANSFER_LENGTH];
	size_t first = args[TRANSFER_SPLIT] && length > 3 ? 3 : length;

	vector[0] = (struct iovec){ at, first };
	vector[1] = (struct iovec){ (char *)at + first, length - first };
	return args[TRANSFER_SPLIT] ? 2 : 1;
}

long perform_read(const struct op_kind *kind, const __u64 *args)
{
	void *at = arena_place(ARENA_DATA, args[TRANSFER_AT], NULL,
			       args[TRANSFER_LENGTH]);
	struct iovec vector[2];
	unsigned int count = segments(args, at, vector);
	long ret = result(preadv2(process_fd(args[TRANSFER_FD]), vector, count,
				  -1, args[TRANSFER_FLAGS]));

	(void)kind;
	arena_release(ARENA_DATA, args[TRANSFER_AT]);
	return ret;
}

long perform_write(const struct op_kind *kind, const __u64 *args)
{
	__u64 value = args[TRANSFER_VALUE];
	void *at = arena_place(ARENA_DATA, args[TRANSFER_AT], &value,
			       sizeof(value));
	struct iovec vector[2];
	unsigned int count = segments(args, at, vector);
	long ret = result(pwritev2(process_fd(args[TRANSFER_FD]), vector, count,
				   -1, args[TRANSFER_FLAGS]));

	(void)kind;
	arena_release(ARENA_DATA, args[TRANSFER_AT]);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* poll and epoll                                                           */
/* ------------------------------------------------------------------------ */

static int milliseconds(__u64 timeout)
{
	int ms = timeout;

	return ms > MILLISECONDS_MAX ? MILLISECONDS_MAX : ms;
}

long perform_poll(const struct op_kind *kind, const __u64 *args)
{
	struct pollfd one = { .fd = process_fd(args[0]), .events = args[1] };

	(void)kind;
	return result(poll(&one, 1, milliseconds(args[2])));
}

long perform_epoll(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	return process_install(args[0], epoll_create1(EPOLL_CLOEXEC));
}

long perform_epoll_control(const struct op_kind *kind, const __u64 *args)
{
	struct epoll_event event = { .events = args[3] };

	(void)kind;
	return result(epoll_ctl(process_fd(args[1]), args[2],
				process_fd(args[0]), &event));
}

long perform_epoll_wait(const struct op_kind *kind, const __u64 *args)
{
	struct epoll_event events[4];

	(void)kind;
	return result(epoll_wait(process_fd(args[0]), events, 4,
				 milliseconds(args[1])));
}

/* ------------------------------------------------------------------------ */
/* The descriptor itself                                                    */
/* ------------------------------------------------------------------------ */

long perform_dup(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	return process_install(args[1], fcntl(process_fd(args[0]),
					      F_DUPFD_CLOEXEC, 0));
}

long perform_close(const struct op_kind *kind, const __u64 *args)
{
	int fd = process_fd(args[0]);

	(void)kind;
	here.fds[args[0]] = -1;
	return result(close(fd));
}

long perform_status(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	return result(fcntl(process_fd(args[0]), F_SETFL, (int)args[1]));
}

long perform_fdinfo(const struct op_kind *kind, const __u64 *args)
{
	char path[64], text[1024];
	long ret;
	int fd;

	(void)kind;
	snprintf(path, sizeof(path), "/proc/thread-self/fdinfo/%d",
		 process_fd(args[0]));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	ret = result(read(fd, text, sizeof(text)));
	close(fd);
	return ret;
}

/* Calls that do nothing useful with such a file, but must do no harm */
long perform_stat(const struct op_kind *kind, const __u64 *args)
{
	int fd = process_fd(args[0]);
	struct stat stat;

	(void)kind;
	lseek(fd, 1, SEEK_SET);
	if (ftruncate(fd, 4096) || fsync(fd))
		errno = 0;
	return result(fstat(fd, &stat));
}

static int reopen_flags(__u64 access)
{
	switch (access & (KIPC_READ | KIPC_WRITE)) {
	case KIPC_READ | KIPC_WRITE:
		return O_RDWR;
	case KIPC_READ:
		return O_RDONLY;
	case KIPC_WRITE:
		return O_WRONLY;
	default:
		return O_PATH;
	}
}

long perform_reopen(const struct op_kind *kind, const __u64 *args)
{
	int flags = reopen_flags(args[2]) | args[3] | O_CLOEXEC;
	char path[64];

	(void)kind;
	snprintf(path, sizeof(path), "/proc/thread-self/fd/%d",
		 process_fd(args[0]));
	return process_install(args[1], open(path, flags));
}

long perform_change_mode(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	return result(fchmod(process_fd(args[0]), args[1]));
}

long perform_change_owner(const struct op_kind *kind, const __u64 *args)
{
	(void)kind;
	return result(fchown(process_fd(args[0]), args[1], args[1]));
}

/* ------------------------------------------------------------------------ */
/* Passing on                                                               */
/* ------------------------------------------------------------------------ */

/* A message of one byte and one descriptor */
struct parcel {
	struct msghdr message;
	struct iovec vector;
	char byte;
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control;
};

static void parcel_init(struct parcel *parcel)
{
	memset(parcel, 0, sizeof(*parcel));
	parcel->vector.iov_base = &parcel->byte;
	parcel->vector.iov_len = 1;
	parcel->message.msg_iov = &parcel->vector;
	parcel->message.msg_iovlen = 1;
	parcel->message.msg_control = &parcel->control;
	parcel->message.msg_controllen = sizeof(parcel->control);
}

long perform_pass(const struct op_kind *kind, const __u64 *args)
{
	int fd = process_fd(args[0]);
	struct parcel parcel;

	(void)kind;
	parcel_init(&parcel);
	parcel.control.header.cmsg_level = SOL_SOCKET;
	parcel.control.header.cmsg_type = SCM_RIGHTS;
	parcel.control.header.cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(&parcel.control.header), &fd, sizeof(fd));
	return result(sendmsg(here.socket[0], &parcel.message, 0));
}

long perform_take(const struct op_kind *kind, const __u64 *args)
{
	struct parcel parcel;
	int fd;

	(void)kind;
	parcel_init(&parcel);
	if (recvmsg(here.socket[1], &parcel.message, MSG_CMSG_CLOEXEC) < 0)
		return -errno;
	if (!CMSG_FIRSTHDR(&parcel.message))
		return -ENODATA;
	memcpy(&fd, CMSG_DATA(&parcel.control.header), sizeof(fd));
	return process_install(args[0], fd);
}

/* Sets RLIMIT_NOFILE a little above the descriptors in use. */
long perform_files(const struct op_kind *kind, const __u64 *args)
{
	struct rlimit limit;
	int next = fcntl(here.socket[0], F_DUPFD_CLOEXEC, 0);

	(void)kind;
	if (next < 0)
		next = 0;
	else
		close(next);
	if (getrlimit(RLIMIT_NOFILE, &limit))
		return -errno;
	limit.rlim_cur = next + args[0] % 1000;
	return result(setrlimit(RLIMIT_NOFILE, &limit));
}
