/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What makes a thread that waits in the kernel leave it, and go on with the same wait
 * after that. Each function returns once the child has left, or NULL; else why it
 * cannot be made to.
 */
#ifndef KIPC_INTERRUPT_H
#define KIPC_INTERRUPT_H

#include "kipc_child.h"

#include <poll.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#include <linux/io_uring.h>

#define CGROUPS		"/sys/fs/cgroup"
#define CGROUP		CGROUPS "/kipc-frozen"

/* Has a handler, for all children to come. */
#define SIGNAL_RESTARTS	SIGUSR1
#define SIGNAL_ENDS	SIGUSR2

static inline void handle_interruptions(void)
{
	struct sigaction action = { .sa_handler = count_signal };

	handle_signal(SIGNAL_RESTARTS, SA_RESTART);
	sigaction(SIGNAL_ENDS, &action, NULL);
}

static inline const char *by_handler(const struct child *child)
{
	interrupt(child, SIGNAL_RESTARTS);
	return NULL;
}

static inline const char *by_handler_without_restart(const struct child *child)
{
	interrupt(child, SIGNAL_ENDS);
	return NULL;
}

static inline const char *by_stop(const struct child *child)
{
	int status;

	kill(child->pid, SIGSTOP);
	waitpid(child->pid, &status, WUNTRACED);
	kill(child->pid, SIGCONT);
	return NULL;
}

/* It stays traced, but is not stopped any more. */
static inline const char *by_tracer(const struct child *child)
{
	int status;

	if (ptrace(PTRACE_SEIZE, child->pid, NULL, NULL))
		return "cannot trace";
	ptrace(PTRACE_INTERRUPT, child->pid, NULL, NULL);
	waitpid(child->pid, &status, __WALL);
	ptrace(PTRACE_CONT, child->pid, NULL, NULL);
	return NULL;
}

/* ------------------------------------------------------------------------ */
/* The freezer of a cgroup                                                  */
/* ------------------------------------------------------------------------ */

static inline bool cgroup_is_frozen(void)
{
	char text[256];
	int fd = open(CGROUP "/cgroup.events", O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, text, sizeof(text) - 1);

	close(fd);
	text[length > 0 ? length : 0] = 0;
	return strstr(text, "frozen 1");
}

static inline const char *cgroup_join(const struct child *child)
{
	char number[32];

	snprintf(number, sizeof(number), "%d", child->pid);
	if (geteuid())
		return "needs root for a cgroup";
	/* Mounted already by another test. */
	if (mount("none", CGROUPS, "cgroup2", 0, NULL) && errno != EBUSY)
		return "cannot mount " CGROUPS;
	if (mkdir(CGROUP, 0700) && errno != EEXIST)
		return "cannot make a cgroup";
	if (write_file(CGROUP "/cgroup.procs", number))
		return "cannot move into a cgroup";
	return NULL;
}

static inline const char *by_freezer(const struct child *child)
{
	const char *problem = cgroup_join(child);

	if (problem)
		return problem;
	if (write_file(CGROUP "/cgroup.freeze", "1"))
		return "this kernel freezes no cgroups";
	wait_until(cgroup_is_frozen() || child_ended(child));
	write_file(CGROUP "/cgroup.freeze", "0");
	return NULL;
}

/* ------------------------------------------------------------------------ */
/* Task work of io_uring                                                    */
/* ------------------------------------------------------------------------ */

/* Made before the child, which polls a pipe by it. */
struct ring {
	int fd;
	int pipe[2];
	unsigned int *tail, *completed, *indices;
	struct io_uring_sqe *entries;
};

static inline void *ring_map(int fd, size_t bytes, off_t offset)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
			    fd, offset);

	return memory == MAP_FAILED ? NULL : memory;
}

static inline const char *ring_make(struct ring *ring)
{
	struct io_uring_params params = {};
	char *submit, *complete;

	ring->fd = syscall(__NR_io_uring_setup, 1, &params);
	if (ring->fd < 0 || pipe(ring->pipe))
		return "this kernel has no io_uring";
	submit = ring_map(ring->fd, params.sq_off.array + sizeof(int),
			  IORING_OFF_SQ_RING);
	complete = ring_map(ring->fd, params.cq_off.cqes +
			    params.cq_entries * sizeof(struct io_uring_cqe),
			    IORING_OFF_CQ_RING);
	ring->entries = ring_map(ring->fd, sizeof(*ring->entries),
				 IORING_OFF_SQES);
	if (!submit || !complete || !ring->entries)
		return "cannot map the ring";
	ring->tail = (void *)(submit + params.sq_off.tail);
	ring->indices = (void *)(submit + params.sq_off.array);
	ring->completed = (void *)(complete + params.cq_off.tail);
	return NULL;
}

/* By the child: what becomes of this is told to the thread that asks for it. */
static inline int ring_poll(struct ring *ring)
{
	memset(ring->entries, 0, sizeof(*ring->entries));
	ring->entries->opcode = IORING_OP_POLL_ADD;
	ring->entries->fd = ring->pipe[0];
	ring->entries->poll32_events = POLLIN;
	ring->indices[0] = 0;
	__atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
	return syscall(__NR_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0) == 1 ?
	       0 : -errno;
}

/* The completion is there once the child has done its work, outside of its wait. */
static inline const char *by_ring(struct ring *ring, const struct child *child)
{
	if (write(ring->pipe[1], "", 1) != 1)
		return "cannot write to a pipe";
	wait_until(__atomic_load_n(ring->completed, __ATOMIC_ACQUIRE) ||
		   child_ended(child));
	return NULL;
}

#endif /* KIPC_INTERRUPT_H */
