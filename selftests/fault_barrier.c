// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of barriers under faults: with and without a wait, granted and
 * refused. The state consists of the arrivals, the generation, and the reason
 * why the barrier is broken.
 */
#include "fault_verb.h"
#include "fault_call.h"
#include "mutex_word.h"
#include "wait_child.h"
#include "word.h"

#define BARRIER(arrived, generation, broken) \
	((arrived) + 10 * (generation) + 100 * (broken))

static long meeting(struct subject *subject)
{
	struct kipc_barrier_state_args state;
	int ret = barrier_state(subject->fd, &state);

	return ret ? ret : (long)BARRIER(state.arrived, state.generation,
					 state.broken);
}

static void help_arriving(struct subject *subject)
{
	wait_for_a_waiter(subject);
	barrier_wait(subject->fd);
}

static int call_barrier_wait(struct subject *subject)
{
	return barrier_wait(subject->fd);
}

FIXTURE_VARIANT_ADD(verb, barrier_wait) {
	.type = KIPC_BARRIER,
	.operation = {
		.help = help_arriving,
		.call = call_barrier_wait,
		.state = meeting,
		.becomes = BARRIER(0, 1, 0),
	},
};

FIXTURE_VARIANT_ADD(verb, barrier_wait_sealed) {
	.type = KIPC_BARRIER,
	.flags = KIPC_SEALED,
	.operation = {
		.help = help_arriving,
		.call = call_barrier_wait,
		.state = meeting,
		.becomes = BARRIER(0, 1, 0),
	},
};

static int start_party(struct subject *subject)
{
	start_barrier_wait(&subject->helper, subject->fd);
	wait_for_a_waiter(subject);
	return 0;
}

FIXTURE_VARIANT_ADD(verb, barrier_wait_as_the_last) {
	.type = KIPC_BARRIER,
	.operation = {
		.before = start_party,
		.call = call_barrier_wait,
		.ret = KIPC_BARRIER_SERIAL,
		.state = meeting,
		.was = BARRIER(1, 0, 0),
		.becomes = BARRIER(0, 1, 0),
	},
};

static int call_barrier_timedwait(struct subject *subject)
{
	return barrier_timedwait(subject->fd, subject->deadline, 0);
}

FIXTURE_VARIANT_ADD(verb, barrier_wait_in_vain) {
	.type = KIPC_BARRIER,
	.operation = {
		.before = set_deadline,
		.call = call_barrier_timedwait,
		.ret = -ETIMEDOUT,
		.state = meeting,
		.becomes = BARRIER(1, 0, ECANCELED),
	},
};

static int call_barrier_trywait(struct subject *subject)
{
	return barrier_trywait(subject->fd);
}

FIXTURE_VARIANT_ADD(verb, barrier_try_in_vain) {
	.type = KIPC_BARRIER,
	.operation = {
		.call = call_barrier_trywait,
		.ret = -EAGAIN,
		.state = meeting,
	},
};

/* Arrivals by the word, and arrivals that a stop signal has interrupted. */

static int begin_arrival(struct subject *subject)
{
	subject->arrival = (struct kipc_barrier_wait_args) {
		.size = sizeof(subject->arrival),
		.deadline = KIPC_FOREVER,
	};
	return 0;
}

static int arrive_by_word(struct subject *subject)
{
	begin_arrival(subject);
	subject->arrival.flags = KIPC_ARRIVED;
	subject->arrival.word = 1;
	return word_swap(word_at(&subject->words, 0), 0, 1) ? 0 : -EPROTO;
}

static int call_arrival(struct subject *subject)
{
	return kipc_call(subject->fd, KIPC_BARRIER_WAIT, &subject->arrival);
}

/*
 * Returns the state. An arrival that the arguments report does not count as a
 * change, because the caller can continue it. An arrival that the arguments do
 * not report does count, because no call could continue it. A wait whose
 * barrier has opened succeeds even if the arguments cannot be written back.
 */
static long meeting_unknown(struct subject *subject)
{
	long now = meeting(subject);
	bool told = subject->arrival.flags & KIPC_ARRIVED;

	return now == BARRIER(1, 0, 0) && told ? BARRIER(0, 0, 0) : now;
}

FIXTURE_VARIANT_ADD(verb, barrier_wait_arrived) {
	.type = KIPC_BARRIER,
	.operation = {
		.mapped = true,
		.before = arrive_by_word,
		.help = help_arriving,
		.call = call_arrival,
		.state = meeting,
		.was = BARRIER(1, 0, 0),
		.becomes = BARRIER(0, 1, 0),
	},
};

static bool process_stopped(pid_t pid)
{
	const struct child process = { .pid = pid };

	return child_state(&process) == 'T';
}

/*
 * Makes the wait of the caller end, which writes its arguments back, and begin
 * again.
 */
static void help_stopping(struct subject *subject)
{
	wait_for_a_waiter(subject);
	kill(getppid(), SIGSTOP);
	wait_until(process_stopped(getppid()));
	kill(getppid(), SIGCONT);
	help_arriving(subject);
}

FIXTURE_VARIANT_ADD(verb, barrier_wait_interrupted) {
	.type = KIPC_BARRIER,
	.operation = {
		.before = begin_arrival,
		.help = help_stopping,
		.call = call_arrival,
		.state = meeting_unknown,
		.becomes = BARRIER(0, 1, 0),
	},
};

static int call_barrier_abort(struct subject *subject)
{
	return barrier_abort(subject->fd);
}

FIXTURE_VARIANT_ADD(verb, barrier_abort) {
	.type = KIPC_BARRIER,
	.operation = {
		.call = call_barrier_abort,
		.state = meeting,
		.becomes = BARRIER(0, 0, ECANCELED),
	},
};

FIXTURE_VARIANT_ADD(verb, barrier_wait_broken) {
	.type = KIPC_BARRIER,
	.operation = {
		.before = call_barrier_abort,
		.call = call_barrier_wait,
		.ret = -ECANCELED,
		.state = meeting,
		.was = BARRIER(0, 0, ECANCELED),
		.becomes = BARRIER(0, 0, ECANCELED),
	},
};

static int call_barrier_reset(struct subject *subject)
{
	return barrier_reset(subject->fd);
}

FIXTURE_VARIANT_ADD(verb, barrier_reset) {
	.type = KIPC_BARRIER,
	.operation = {
		.before = call_barrier_abort,
		.call = call_barrier_reset,
		.state = meeting,
		.was = BARRIER(0, 0, ECANCELED),
	},
};

static int call_barrier_state(struct subject *subject)
{
	return meeting(subject);
}

FIXTURE_VARIANT_ADD(verb, barrier_state) {
	.type = KIPC_BARRIER,
	.operation = {
		.call = call_barrier_state,
	},
};

static int works_reading(struct subject *subject)
{
	return word_load(word_at(&subject->words, 0)) == KIPC_SLOW ? 0 :
								     -EPROTO;
}

FIXTURE_VARIANT_ADD(verb, barrier_mmap_sealed) {
	.type = KIPC_BARRIER,
	.flags = KIPC_SEALED,
	.operation = {
		.call = call_mmap_page,
		.works = works_reading,
	},
};

static int call_mmap_for_writing(struct subject *subject)
{
	void *base = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ | PROT_WRITE,
			  MAP_SHARED, subject->fd, 0);

	return errno_of(base == MAP_FAILED ? -1 : 0);
}

FIXTURE_VARIANT_ADD(verb, barrier_mmap_sealed_in_vain) {
	.type = KIPC_BARRIER,
	.flags = KIPC_SEALED,
	.operation = {
		.call = call_mmap_for_writing,
		.ret = -EACCES,
	},
};

/*
 * Members: the state consists of the number of members and the number of
 * parties.
 */

#define MEMBERSHIP(members, parties)	((members) + 10 * (parties))

static long membership(struct subject *subject)
{
	struct kipc_barrier_state_args state;
	int ret = barrier_state(subject->fd, &state);

	return ret ? ret : (long)MEMBERSHIP(state.members, state.parties);
}

static int call_barrier_join(struct subject *subject)
{
	return barrier_join(subject->fd);
}

FIXTURE_VARIANT_ADD(verb, barrier_join) {
	.type = KIPC_BARRIER,
	.operation = {
		.mapped = true,
		.call = call_barrier_join,
		.state = membership,
		.was = MEMBERSHIP(0, PARTIES),
		.becomes = MEMBERSHIP(1, PARTIES),
	},
};

static int call_barrier_leave(struct subject *subject)
{
	return barrier_leave(subject->fd);
}

FIXTURE_VARIANT_ADD(verb, barrier_leave) {
	.type = KIPC_BARRIER,
	.operation = {
		.mapped = true,
		.before = call_barrier_join,
		.call = call_barrier_leave,
		.state = membership,
		.was = MEMBERSHIP(1, PARTIES),
		.becomes = MEMBERSHIP(0, PARTIES),
	},
};

static int join_as_all(struct subject *subject)
{
	int i, ret = 0;

	for (i = 0; i < PARTIES && !ret; i++)
		ret = barrier_join(subject->fd);
	return ret;
}

FIXTURE_VARIANT_ADD(verb, barrier_join_drop) {
	.type = KIPC_BARRIER,
	.flags = KIPC_DROP,
	.operation = {
		.mapped = true,
		.before = join_as_all,
		.call = call_barrier_join,
		.state = membership,
		.was = MEMBERSHIP(1, PARTIES),
		.becomes = MEMBERSHIP(1, PARTIES + 1),
	},
};

FIXTURE_VARIANT_ADD(verb, barrier_leave_drop) {
	.type = KIPC_BARRIER,
	.flags = KIPC_DROP,
	.operation = {
		.mapped = true,
		.before = call_barrier_join,
		.call = call_barrier_leave,
		.state = membership,
		.was = MEMBERSHIP(1, PARTIES),
		.becomes = MEMBERSHIP(0, PARTIES - 1),
	},
};

static int join_alone(struct subject *subject)
{
	int i, ret = join_as_all(subject);

	for (i = 1; i < PARTIES && !ret; i++)
		ret = barrier_leave(subject->fd);
	return ret;
}

FIXTURE_VARIANT_ADD(verb, barrier_wait_drop) {
	.type = KIPC_BARRIER,
	.flags = KIPC_DROP,
	.operation = {
		.mapped = true,
		.before = join_alone,
		.call = call_barrier_wait,
		.ret = KIPC_BARRIER_SERIAL,
		.state = meeting,
		.becomes = BARRIER(0, 1, 0),
	},
};

static int works_watch(struct subject *subject)
{
	return works_watch_of(subject, barrier_join);
}

FIXTURE_VARIANT_ADD(verb, barrier_watch) {
	.type = KIPC_BARRIER,
	.operation = {
		.call = call_watch,
		.works = works_watch,
	},
};

int main(int argc, char **argv)
{
	return faults_main(argc, argv);
}
