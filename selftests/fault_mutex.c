// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of mutexes under faults, attaching and detaching, and watches. The
 * state is the owner of the mutex and whether an owner died.
 */
#include "fault_verb.h"
#include "fault_call.h"
#include "lock_child.h"
#include "mutex_word.h"
#include "word.h"

#define FREE	0
#define OURS	0x1
#define THEIRS	0x2
#define AGAIN	0x10		/* for each further lock */
#define DIRTY	(KIPC_MUTEX_STATE_OWNER_DIED << 8)
#define LOST	(KIPC_MUTEX_STATE_NOT_RECOVERABLE << 8)

static long owner(struct subject *subject)
{
	struct kipc_mutex_state_args state;
	long ret = mutex_state(subject->fd, 0, &state);

	if (ret)
		return ret;
	if (state.depth)
		ret = state.owner == (__u32)getpid() ? OURS : THEIRS;
	if (state.depth > 1)
		ret += AGAIN * (state.depth - 1);
	return ret | state.state << 8;
}

/*
 * Attaches and remembers the attachment, so that the calls below make no other
 * system call.
 */
static int attach(struct subject *subject)
{
	struct mutexes mutexes;
	int ret = mutexes_attach(&mutexes, subject->fd);

	if (ret)
		return ret;
	subject->words = mutexes.words;
	subject->attachment = mutexes.attachment;
	return 0;
}

static int lock_for(struct subject *subject, __s64 deadline, __u32 flags)
{
	return mutex_timedlock_as(subject->fd, 0, subject->attachment,
				  deadline, flags);
}

static int call_lock(struct subject *subject)
{
	return lock_for(subject, KIPC_FOREVER, 0);
}

static int call_unlock(struct subject *subject)
{
	return mutex_call_as(subject->fd, KIPC_MUTEX_UNLOCK, 0,
			     subject->attachment);
}

static int attach_and_lock(struct subject *subject)
{
	int ret = attach(subject);

	return ret ? ret : call_lock(subject);
}

/*
 * Attaches while another process owns the mutex, as long as the subject exists.
 */
static int attach_behind(struct subject *subject)
{
	start_lock(&subject->helper, run_lock_and_hold, subject->fd, 0);
	wait_for_owner(subject->fd, 0);
	return attach(subject);
}

/*
 * Waits until another process sleeps for the mutex. This process must sleep
 * too, because waiters spin while the owner runs.
 */
static void sleep_until_awaited(struct subject *subject)
{
	while (!waiters(subject->fd))
		poll(NULL, 0, 1);
}

static int run_owner(void *data)
{
	struct subject *subject = data;
	int ret = attach_and_lock(subject);

	if (ret)
		return ret;
	sleep_until_awaited(subject);
	return call_unlock(subject);
}

static int attach_behind_one_who_unlocks(struct subject *subject)
{
	child_start(&subject->helper, run_owner, subject);
	wait_for_owner(subject->fd, 0);
	return attach(subject);
}

static int attach_after_a_death(struct subject *subject)
{
	struct child dead;

	start_lock(&dead, run_lock_and_die, subject->fd, 0);
	if (child_finish(&dead))
		return -EPROTO;
	return attach(subject);
}

static int inherit(struct subject *subject)
{
	int ret = attach_after_a_death(subject);

	if (!ret && call_lock(subject) != -EOWNERDEAD)
		ret = -EPROTO;
	return ret;
}

FIXTURE_VARIANT_ADD(verb, mutex_lock) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach,
		.call = call_lock,
		.state = owner,
		.was = FREE,
		.becomes = OURS,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_lock_sealed) {
	.type = KIPC_MUTEX,
	.flags = KIPC_SEALED,
	.operation = {
		.before = attach,
		.call = call_lock,
		.state = owner,
		.was = FREE,
		.becomes = OURS,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_lock_again) {
	.type = KIPC_MUTEX,
	.flags = KIPC_RECURSIVE,
	.operation = {
		.before = attach_and_lock,
		.call = call_lock,
		.state = owner,
		.was = OURS,
		.becomes = OURS + AGAIN,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_lock_again_in_vain) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_and_lock,
		.call = call_lock,
		.ret = -EDEADLK,
		.state = owner,
		.was = OURS,
		.becomes = OURS,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_lock_and_wait) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_behind_one_who_unlocks,
		.call = call_lock,
		.state = owner,
		.was = THEIRS,
		.becomes = OURS,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_lock_and_wait_sealed) {
	.type = KIPC_MUTEX,
	.flags = KIPC_SEALED,
	.operation = {
		.before = attach_behind_one_who_unlocks,
		.call = call_lock,
		.state = owner,
		.was = THEIRS,
		.becomes = OURS,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_lock_and_wait_detected) {
	.type = KIPC_MUTEX,
	.flags = KIPC_DETECT,
	.operation = {
		.before = attach_behind_one_who_unlocks,
		.call = call_lock,
		.state = owner,
		.was = THEIRS,
		.becomes = OURS,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_lock_after_a_death) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_after_a_death,
		.call = call_lock,
		.ret = -EOWNERDEAD,
		.state = owner,
		.was = DIRTY,
		.becomes = DIRTY | OURS,
	},
};

static int call_timedlock(struct subject *subject)
{
	return lock_for(subject, subject->deadline, 0);
}

static int attach_behind_for_a_while(struct subject *subject)
{
	int ret = attach_behind(subject);

	return ret ? ret : set_deadline(subject);
}

FIXTURE_VARIANT_ADD(verb, mutex_lock_in_vain) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_behind_for_a_while,
		.call = call_timedlock,
		.ret = -ETIMEDOUT,
		.state = owner,
		.was = THEIRS,
		.becomes = THEIRS,
	},
};

static int call_trylock(struct subject *subject)
{
	return lock_for(subject, 0, KIPC_TRY);
}

FIXTURE_VARIANT_ADD(verb, mutex_try_in_vain) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_behind,
		.call = call_trylock,
		.ret = -EAGAIN,
		.state = owner,
		.was = THEIRS,
		.becomes = THEIRS,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_unlock) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_and_lock,
		.call = call_unlock,
		.state = owner,
		.was = OURS,
		.becomes = FREE,
	},
};

static int lock_and_be_awaited(struct subject *subject)
{
	int ret = attach_and_lock(subject);

	if (ret)
		return ret;
	start_lock(&subject->helper, run_lock_and_hold, subject->fd, 0);
	sleep_until_awaited(subject);
	return 0;
}

/* Only a fair mutex is handed over by the call itself. */
FIXTURE_VARIANT_ADD(verb, mutex_unlock_to_a_waiter) {
	.type = KIPC_MUTEX,
	.flags = KIPC_FAIR,
	.operation = {
		.before = lock_and_be_awaited,
		.call = call_unlock,
		.state = owner,
		.was = OURS,
		.becomes = THEIRS,
	},
};

FIXTURE_VARIANT_ADD(verb, mutex_unlock_inconsistent) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = inherit,
		.call = call_unlock,
		.state = owner,
		.was = DIRTY | OURS,
		.becomes = LOST,
	},
};

static int call_consistent(struct subject *subject)
{
	return mutex_call_as(subject->fd, KIPC_MUTEX_CONSISTENT, 0,
			     subject->attachment);
}

FIXTURE_VARIANT_ADD(verb, mutex_consistent) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = inherit,
		.call = call_consistent,
		.state = owner,
		.was = DIRTY | OURS,
		.becomes = OURS,
	},
};

static int call_state(struct subject *subject)
{
	return (int)owner(subject);
}

FIXTURE_VARIANT_ADD(verb, mutex_state) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_and_lock,
		.call = call_state,
		.ret = OURS,
	},
};

/* Attaching and detaching. */

static long attached(struct subject *subject)
{
	return fdinfo_number(subject->fd, "kipc-attachments:");
}

static int works_lock(struct subject *subject)
{
	return mutex_lock(subject->fd, 0);
}

FIXTURE_VARIANT_ADD(verb, mutex_mmap) {
	.type = KIPC_MUTEX,
	.operation = {
		.call = call_mmap_page,
		.works = works_lock,
		.state = attached,
		.was = 0,
		.becomes = 1,
	},
};

/*
 * Attaches. The buffer of the subject holds the first mapping while there is a
 * second one.
 */
static int attach_once(struct subject *subject)
{
	int ret = attach(subject);

	memcpy(subject->buffer, &subject->words, sizeof(subject->words));
	return ret;
}

/*
 * Returns 0 if a second mapping makes no second attachment and keeps the
 * attachment without the first one.
 */
static int works_in_second(struct subject *subject)
{
	struct words first;

	memcpy(&first, subject->buffer, sizeof(first));
	words_unmap(&first);
	return attached(subject) == 1 ? works_lock(subject) : -EPROTO;
}

FIXTURE_VARIANT_ADD(verb, mutex_mmap_again) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_once,
		.call = call_mmap_page,
		.works = works_in_second,
		.state = attached,
		.was = 1,
		.becomes = 1,
	},
};

static int call_munmap(struct subject *subject)
{
	if (munmap(subject->words.base, subject->words.size))
		return -errno;
	subject->words.base = NULL;
	return 0;
}

FIXTURE_VARIANT_ADD(verb, mutex_munmap) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_and_lock,
		.call = call_munmap,
		.state = owner,
		.was = OURS,
		.becomes = DIRTY,
	},
};

/*
 * Unmaps one page of several. The attachment stays, whether the call splits the
 * mapping or fails.
 */
static int call_munmap_page(struct subject *subject)
{
	size_t page = sysconf(_SC_PAGESIZE);

	return errno_of(munmap(subject->words.base + page, page));
}

FIXTURE_VARIANT_ADD(verb, mutex_munmap_page) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = attach_and_lock,
		.call = call_munmap_page,
		.state = owner,
		.was = OURS,
		.becomes = OURS,
	},
};

/* Watches. */

static int works_watch(struct subject *subject)
{
	struct child dead;

	start_lock(&dead, run_lock_and_die, subject->fd, 0);
	return child_finish(&dead) ?: call_watch_read(subject);
}

FIXTURE_VARIANT_ADD(verb, mutex_watch) {
	.type = KIPC_MUTEX,
	.operation = {
		.call = call_watch,
		.works = works_watch,
	},
};

static int watch_a_death(struct subject *subject)
{
	int ret = call_watch(subject);

	return ret ? ret : attach_after_a_death(subject);
}

FIXTURE_VARIANT_ADD(verb, mutex_watch_read) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = watch_a_death,
		.call = call_watch_read,
		.state = readable,
		.was = POLLIN,
		.becomes = 0,
	},
};

static int call_watch_poll(struct subject *subject)
{
	return readable(subject);
}

FIXTURE_VARIANT_ADD(verb, mutex_watch_poll) {
	.type = KIPC_MUTEX,
	.operation = {
		.before = watch_a_death,
		.call = call_watch_poll,
		.ret = POLLIN,
		.works = call_watch_read,
	},
};

int main(int argc, char **argv)
{
	return faults_main(argc, argv);
}
