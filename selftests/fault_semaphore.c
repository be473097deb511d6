// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of semaphores under faults: with and without a wait, granted and
 * refused. The state is the number of units.
 */
#include "fault_verb.h"
#include "fault_call.h"
#include "wait_child.h"

#include <poll.h>

static long units(struct subject *subject)
{
	__u32 value = 0;
	int ret = semaphore_value(subject->fd, 0, &value);

	return ret ? ret : (long)value;
}

static int take_all(struct subject *subject)
{
	return semaphore_trywait(subject->fd, 0, INITIAL);
}

static void help_posting(struct subject *subject)
{
	wait_for_a_waiter(subject);
	semaphore_post(subject->fd, 0, 1);
}

static int call_post(struct subject *subject)
{
	return semaphore_post(subject->fd, 0, 1);
}

FIXTURE_VARIANT_ADD(verb, semaphore_post) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_post,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL + 1,
	},
};

static int call_post_too_many(struct subject *subject)
{
	return semaphore_post(subject->fd, 0, MAX);
}

FIXTURE_VARIANT_ADD(verb, semaphore_post_too_many) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_post_too_many,
		.ret = -EOVERFLOW,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL,
	},
};

static int start_taker(struct subject *subject)
{
	int ret = take_all(subject);

	if (ret)
		return ret;
	start_semaphore_wait(&subject->helper, subject->fd, 0, 1);
	wait_for_a_waiter(subject);
	return 0;
}

FIXTURE_VARIANT_ADD(verb, semaphore_post_to_a_waiter) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.before = start_taker,
		.call = call_post,
		.state = units,
	},
};

static int call_wait(struct subject *subject)
{
	return semaphore_wait(subject->fd, 0, 1);
}

FIXTURE_VARIANT_ADD(verb, semaphore_wait) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_wait,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL - 1,
	},
};

FIXTURE_VARIANT_ADD(verb, semaphore_wait_and_get) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.before = take_all,
		.help = help_posting,
		.call = call_wait,
		.state = units,
	},
};

FIXTURE_VARIANT_ADD(verb, semaphore_wait_and_get_sealed) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_SEALED,
	.operation = {
		.before = take_all,
		.help = help_posting,
		.call = call_wait,
		.state = units,
	},
};

/*
 * Makes the caller leave its wait and go on. Its place in the queue is
 * remembered, or not, if that fails.
 */
static void help_stopping(struct subject *subject)
{
	struct child caller = { .pid = getppid() };

	wait_for_a_waiter(subject);
	kill(caller.pid, SIGSTOP);
	wait_until(child_state(&caller) == 'T');
	kill(caller.pid, SIGCONT);
	help_posting(subject);
}

FIXTURE_VARIANT_ADD(verb, semaphore_wait_interrupted) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.before = take_all,
		.help = help_stopping,
		.call = call_wait,
		.state = units,
	},
};

static int call_timedwait(struct subject *subject)
{
	return semaphore_timedwait(subject->fd, 0, MAX, subject->deadline, 0);
}

FIXTURE_VARIANT_ADD(verb, semaphore_wait_in_vain) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.before = set_deadline,
		.call = call_timedwait,
		.ret = -ETIMEDOUT,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL,
	},
};

static int call_trywait(struct subject *subject)
{
	return semaphore_trywait(subject->fd, 0, MAX);
}

FIXTURE_VARIANT_ADD(verb, semaphore_try_in_vain) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_trywait,
		.ret = -EAGAIN,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL,
	},
};

/*
 * Posts and waits. The state is that of the posted element, which is also the
 * awaited one.
 */
static int call_post_wait(struct subject *subject)
{
	struct kipc_semaphore_post_wait_args args = post_wait_args(0, 0);

	return semaphore_post_wait(subject->fd, &args);
}

FIXTURE_VARIANT_ADD(verb, semaphore_post_wait) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_post_wait,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL,
	},
};

/*
 * Posts and waits. The post is done even if the arguments cannot be written
 * back.
 */
static int call_post_wait_in_vain(struct subject *subject)
{
	struct kipc_semaphore_post_wait_args args = post_wait_args(0, 1);

	args.wait_count = MAX;
	args.deadline = subject->deadline;
	return semaphore_post_wait(subject->fd, &args);
}

FIXTURE_VARIANT_ADD(verb, semaphore_post_wait_in_vain) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.before = set_deadline,
		.call = call_post_wait_in_vain,
		.ret = -ETIMEDOUT,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL + 1,
	},
};

static int call_value(struct subject *subject)
{
	return units(subject);
}

FIXTURE_VARIANT_ADD(verb, semaphore_value) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_value,
		.ret = INITIAL,
	},
};

static int call_read_unit(struct subject *subject)
{
	__u64 read_units = 0;
	ssize_t ret = read(subject->fd, &read_units, sizeof(read_units));

	if (ret < 0)
		return -errno;
	return ret == sizeof(read_units) && read_units == 1 ? 0 : -EPROTO;
}

FIXTURE_VARIANT_ADD(verb, semaphore_read) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_read_unit,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL - 1,
	},
};

/* A unit that could not be delivered stays in the semaphore. */
FIXTURE_VARIANT_ADD(verb, semaphore_read_and_wait) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.before = take_all,
		.help = help_posting,
		.call = call_read_unit,
		.state = units,
		.was = 1,
	},
};

static int call_write_unit(struct subject *subject)
{
	__u64 written = 1;
	ssize_t ret = write(subject->fd, &written, sizeof(written));

	return ret < 0 ? -errno : (int)ret;
}

FIXTURE_VARIANT_ADD(verb, semaphore_write) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_write_unit,
		.ret = sizeof(__u64),
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL + 1,
	},
};

FIXTURE_VARIANT_ADD(verb, semaphore_poll) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.call = call_poll,
		.ret = POLLIN,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL,
	},
};

/*
 * Returns 0 if the registered poller is told of a unit. The kernel does not
 * keep the word claimed for a poller that is not registered.
 */
static int works_epoll_unit(struct subject *subject)
{
	int ret = take_all(subject);

	if (!ret)
		ret = call_epoll_wait(subject);
	if (!ret)
		ret = semaphore_post(subject->fd, 0, 1);
	return ret ? ret : call_epoll_wait(subject) - 1;
}

FIXTURE_VARIANT_ADD(verb, semaphore_epoll_add) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.before = make_epoll,
		.call = call_epoll_add,
		.works = works_epoll_unit,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL,
	},
};

static int make_epoll_added(struct subject *subject)
{
	int ret = make_epoll(subject);

	return ret ? ret : call_epoll_add(subject);
}

/* The copy of the events cannot be made to fail. */
FIXTURE_VARIANT_ADD(verb, semaphore_epoll_wait) {
	.type = KIPC_SEMAPHORE,
	.operation = {
		.before = make_epoll_added,
		.call = call_epoll_wait,
		.ret = 1,
		.may_not_fail = true,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL,
	},
};

FIXTURE_VARIANT_ADD(verb, semaphore_mmap_sealed) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_SEALED,
	.operation = {
		.call = call_mmap_page,
		.ret = -EACCES,
	},
};

/* Units that the kernel counts for each participant. */

FIXTURE_VARIANT_ADD(verb, semaphore_wait_undo) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_UNDO,
	.operation = {
		.mapped = true,
		.call = call_wait,
		.state = units,
		.was = INITIAL,
		.becomes = INITIAL - 1,
	},
};

FIXTURE_VARIANT_ADD(verb, semaphore_post_undo) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_UNDO,
	.operation = {
		.mapped = true,
		.before = call_wait,
		.call = call_post,
		.state = units,
		.was = INITIAL - 1,
		.becomes = INITIAL,
	},
};

static int take_unit(int fd)
{
	return semaphore_trywait(fd, 0, 1);
}

static int works_watch(struct subject *subject)
{
	return works_watch_of(subject, take_unit);
}

FIXTURE_VARIANT_ADD(verb, semaphore_watch) {
	.type = KIPC_SEMAPHORE,
	.flags = KIPC_UNDO,
	.operation = {
		.call = call_watch,
		.works = works_watch,
	},
};

int main(int argc, char **argv)
{
	return faults_main(argc, argv);
}
