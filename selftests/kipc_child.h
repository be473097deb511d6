/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes for kipc selftests: children with a result, what they share, the
 * signals they get, users and namespaces they run as, descriptors they pass.
 */
#ifndef KIPC_CHILD_H
#define KIPC_CHILD_H

#include "kipc_test.h"

#include <grp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#include <linux/capability.h>

#define NS_PER_MS		1000000LL
#define NS_PER_SEC		1000000000LL

/* What child_finish() says of a child that did not end by itself. */
#define CHILD_KILLED		(-100000)

/* Time. */

static inline __s64 now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

static inline __s64 deadline_in_ms(clockid_t clock, unsigned int ms)
{
	return now_ns(clock) + ms * NS_PER_MS;
}

/*
 * Zeroed memory that this process shares with the children it will have; it
 * goes with them.
 */
static inline void *shared_alloc(size_t bytes)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		abort();
	return memory;
}

/* Children. */

/* fork(), but no child outlives a test that failed. */
static inline pid_t child_fork(void)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* Not so in a new pid namespace, where the parent is 0. */
		if (getppid() && getppid() != parent)
			_exit(1);
	}
	return pid;
}

/* Waits for a child: 0 where it ended well. */
static inline int child_wait(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		return -ECHILD;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CHILD_KILLED;
}

/* A child that runs one function, and what that returned. */
struct child {
	pid_t pid;
	int *result;
};

static inline void child_start(struct child *child, int (*run)(void *data),
			       void *data)
{
	child->result = shared_alloc(sizeof(*child->result));
	child->pid = child_fork();
	if (!child->pid) {
		*child->result = run(data);
		_exit(0);
	}
}

static inline int child_finish(struct child *child)
{
	int ret = child_wait(child->pid);

	if (!ret)
		ret = *child->result;
	munmap(child->result, sizeof(*child->result));
	return ret;
}

static inline int child_kill(struct child *child)
{
	kill(child->pid, SIGKILL);
	return child_finish(child);
}

/* Has it ended? It stays to be waited for. */
static inline bool child_ended(const struct child *child)
{
	siginfo_t info = { .si_pid = 0 };

	waitid(P_PID, child->pid, &info, WEXITED | WNOHANG | WNOWAIT);
	return info.si_pid == child->pid;
}

/* What /proc/PID/stat says of it, from its state on; "" if there is none. */
static inline const char *child_stat(const struct child *child, char *text,
				     size_t size)
{
	const char *name_end;
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/stat", child->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return "";
	length = read(fd, text, size - 1);
	close(fd);
	text[length > 0 ? length : 0] = 0;
	name_end = strrchr(text, ')');
	return name_end && name_end[1] ? name_end + 2 : "";
}

/* The letter there that says what it does, 0 if there is none. */
static inline char child_state(const struct child *child)
{
	char text[512];

	return child_stat(child, text, sizeof(text))[0];
}

/* Does it sleep in the kernel? So does one that waits, polls or reads. */
static inline bool child_sleeps(const struct child *child)
{
	return child_state(child) == 'S';
}

/* Waiters: a child that runs one blocking verb on an object. */

struct wait_request {
	int fd;
	unsigned int element;
	unsigned int count;
	unsigned int flags;
	__s64 deadline;
};

static inline int run_semaphore_wait(void *data)
{
	const struct wait_request *request = data;

	return semaphore_timedwait(request->fd, request->element,
				   request->count, request->deadline,
				   request->flags);
}

static inline void start_semaphore_wait(struct child *child, int fd,
					unsigned int element,
					unsigned int count)
{
	struct wait_request request = {
		.fd = fd,
		.element = element,
		.count = count,
		.deadline = KIPC_FOREVER,
	};

	child_start(child, run_semaphore_wait, &request);
}

static inline int run_barrier_wait(void *data)
{
	const struct wait_request *request = data;

	return barrier_timedwait(request->fd, request->deadline,
				 request->flags);
}

static inline void start_barrier_wait(struct child *child, int fd)
{
	struct wait_request request = {
		.fd = fd,
		.deadline = KIPC_FOREVER,
	};

	child_start(child, run_barrier_wait, &request);
}

/* Signals. */

/* How often the handler ran, in whichever process: shared with children. */
static volatile unsigned int *handled;

static void count_signal(int signal)
{
	(void)signal;
	__atomic_add_fetch(handled, 1, __ATOMIC_SEQ_CST);
}

/* Before fork(). @flags is SA_RESTART or 0. */
static inline void handle_signal(int signal, int flags)
{
	struct sigaction action = {
		.sa_handler = count_signal,
		.sa_flags = flags,
	};

	handled = shared_alloc(sizeof(*handled));
	sigaction(signal, &action, NULL);
}

/* Sends a signal and waits until the child has handled it or has ended. */
static inline void interrupt(const struct child *child, int signal)
{
	unsigned int before = *handled;

	kill(child->pid, signal);
	wait_until(*handled != before || child_ended(child));
}

/* Users. */

/* Become another user for good: no groups but @gid, no capabilities. */
static inline int become_user(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) || setresgid(gid, gid, gid) ||
	    setresuid(uid, uid, uid))
		return -errno;
	/* What changing the user has taken away. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_DUMPABLE, 1);
	return 0;
}

/* Become another user, but keep one capability. */
static inline int become_user_with(uid_t uid, gid_t gid, int capability)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};
	int ret;

	prctl(PR_SET_KEEPCAPS, 1);
	ret = become_user(uid, gid);
	if (ret)
		return ret;
	data[CAP_TO_INDEX(capability)].permitted = CAP_TO_MASK(capability);
	data[CAP_TO_INDEX(capability)].effective = CAP_TO_MASK(capability);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* Files and descriptors. */

static inline int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t written;
	int ret;

	if (fd < 0)
		return -errno;
	written = write(fd, text, strlen(text));
	ret = written < 0 ? -errno : 0;
	close(fd);
	return ret;
}

/* A number in the module's folder of /sys, or a negative errno. */
static inline long module_number(const char *file)
{
	char path[96], text[32] = "";
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/sys/module/kipc/%s", file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	return length > 0 ? strtol(text, NULL, 10) : -EIO;
}

/* A module parameter that is a number, or a negative errno. */
static inline long parameter_get(const char *name)
{
	char file[64];

	snprintf(file, sizeof(file), "parameters/%s", name);
	return module_number(file);
}

static inline int parameter_set(const char *name, long value)
{
	char path[96], text[32];

	snprintf(path, sizeof(path), "/sys/module/kipc/parameters/%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	return write_file(path, text);
}

/* Open descriptors below 1024, without help from /proc. */
static inline int count_descriptors(void)
{
	int fd, count = 0;

	for (fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			count++;
	return count;
}

static inline int send_descriptor(int socket, int fd)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	char byte = 0;
	struct iovec vector = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};

	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
	return sendmsg(socket, &message, 0) == 1 ? 0 : -errno;
}

static inline int receive_descriptor(int socket)
{
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(int))];
	} control = {};
	char byte;
	struct iovec vector = { .iov_base = &byte, .iov_len = 1 };
	struct msghdr message = {
		.msg_iov = &vector,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	int fd;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) != 1)
		return -errno;
	if (control.header.cmsg_type != SCM_RIGHTS)
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(&control.header), sizeof(fd));
	return fd;
}

/* Names. */

/* A name that no other test program uses now. */
static inline const char *unique_name(char name[64], const char *suffix)
{
	snprintf(name, 64, "kipc-test-%d-%s", getpid(), suffix);
	return name;
}

#endif /* KIPC_CHILD_H */
