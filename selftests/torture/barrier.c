// SPDX-License-Identifier: GPL-2.0-only
/*
 * Barriers. The processes of a crew use no other target, so that the others do not
 * wait for them in vain. A plain barrier breaks with every death. A party that is told
 * so resets it, and all begin anew. A barrier with KIPC_DROP never breaks.
 *
 * A party that has joined reads the generation before it arrives. That generation
 * cannot end without the party. So after the barrier has opened the generation is
 * exactly the next one, as long as the party does not arrive again.
 */
#include "target.h"

#define SERIALS		1024	/* generations in which a second serial party is seen */

struct barrier_share {
	/* atomic */
	__u32 joins;
	__u32 deaths;		/* of processes that had or may have arrived */
	__u32 serials;		/* waits that returned KIPC_BARRIER_SERIAL */
	__u32 serial[SERIALS];	/* the generation after that of the serial party */
	__u32 arriving[SLOTS_ALL];	/* the generation that the arrival leads to */

	__u32 generation;	/* at the beginning of the round */
};

static struct kipc_create_args args(void)
{
	/* One party for each process of the crew of the plain barrier. */
	return barrier_args(3);
}

static bool drops(const struct target *target)
{
	return target->row->flags & KIPC_DROP;
}

static void look(const struct target *target,
		 struct kipc_barrier_state_args *state)
{
	int ret = barrier_state(target->fd, state);

	if (ret)
		broken("%s: state: %d", label_of(target), ret);
}

/* The barrier may have opened since the last round, because members left. */
static void barrier_begin(const struct target *target)
{
	struct barrier_share *share = target->share;
	struct kipc_barrier_state_args state;

	if (!drops(target))
		barrier_reset(target->fd);
	look(target, &state);
	share->generation = state.generation;
	share->serials = 0;
	share->deaths = 0;
}

static void barrier_join_worker(struct worker *worker,
				const struct target *target)
{
	struct barrier_share *share = target->share;
	int ret = barrier_join(target->fd);

	(void)worker;
	if (ret)
		broken("%s: join: %d", label_of(target), ret);
	count_up(share->joins);
}

static void barrier_leave_worker(struct worker *worker,
				 const struct target *target)
{
	int ret = barrier_leave(target->fd);

	(void)worker;
	if (ret)
		broken("%s: leave: %d", label_of(target), ret);
}

/* Arrives in user space if the word allows it, else in the kernel. */
static int arrive(const struct seat *seat, const struct target *target)
{
	struct word *word = word_at(&seat->words, 0);
	__u64 left = 0;
	int ret;

	ret = word_arrive(word, target->row->crew, &left);
	if (!ret)
		return barrier_timedwait_arrived(seat->fd, left,
						 wait_deadline());
	if (ret == -EAGAIN)
		ret = barrier_timedwait(seat->fd, wait_deadline(), 0);
	return ret;
}

static void check_serial(const struct target *target, __u32 generation)
{
	struct barrier_share *share = target->share;
	__u32 before;

	count_up(share->serials);
	before = __atomic_exchange_n(&share->serial[generation % SERIALS],
				     generation + 1, __ATOMIC_SEQ_CST);
	if (before == generation + 1)
		broken("%s: two are serial in generation %u", label_of(target),
		       generation);
}

/* Checks that every process of the crew had arrived in that generation. */
static void check_arrived(const struct target *target, __u32 generation)
{
	struct barrier_share *share = target->share;
	unsigned int i;

	for (i = 0; i < SLOTS; i++)
		if (arena->slots[i].crew == target->number &&
		    read_once(share->arriving[i]) < generation + 1)
			broken("%s: generation %u opened without slot %u",
			       label_of(target), generation, i);
}

static void check_opened(const struct target *target, __u32 generation)
{
	struct kipc_barrier_state_args state;

	look(target, &state);
	if (state.generation != generation + 1)
		broken("%s: from generation %u to %u", label_of(target),
		       generation, state.generation);
	if (!drops(target))
		check_arrived(target, generation);
}

static void barrier_use(struct worker *worker, const struct target *target,
			unsigned int depth)
{
	struct barrier_share *share = target->share;
	struct kipc_barrier_state_args state;
	int ret;

	look(target, &state);
	write_once(share->arriving[worker->slot - arena->slots],
		   state.generation + 1);
	op_begin(worker, depth, target, 0, 1);
	ret = arrive(&worker->seats[target->number], target);
	if (ret == KIPC_BARRIER_SERIAL)
		check_serial(target, state.generation);
	op_end(worker, depth);
	if (!ret || ret == KIPC_BARRIER_SERIAL) {
		check_opened(target, state.generation);
		worker_meanwhile(worker, target);
		return;
	}
	if (drops(target) || (ret != -EOWNERDEAD && ret != -ECANCELED)) {
		broken("%s: wait: %d", label_of(target), ret);
		return;
	}
	look(target, &state);
	if (state.broken && !round_is_over())
		barrier_reset(target->fd);
}

static void barrier_reap(const struct target *target, const struct op *op)
{
	struct barrier_share *share = target->share;

	(void)op;
	count_up(share->deaths);
}

/* Workers may wait for a worker that has ended because the round is over. */
static void barrier_stop(const struct target *target)
{
	if (!drops(target))
		barrier_abort(target->fd);
}

static void barrier_check(const struct target *target)
{
	struct barrier_share *share = target->share;
	struct kipc_barrier_state_args state;
	__u32 opened;

	look(target, &state);
	if (state.members || state.waiters)
		broken("%s: %u members and %u waiting at the end",
		       label_of(target), state.members, state.waiters);
	/* Three joins have filled the vacancies that it had at first. */
	if (drops(target) && share->joins >= 3 &&
	    (state.parties || state.arrived || state.broken))
		broken("%s: %u parties, %u arrived, broken %u at the end",
		       label_of(target), state.parties, state.arrived,
		       state.broken);
	opened = state.generation - share->generation;
	if (share->serials > opened || opened - share->serials > share->deaths)
		broken("%s: opened %u times, %u serial, %u died",
		       label_of(target), opened, share->serials, share->deaths);
}

const struct kind barrier_kind = {
	.args = args,
	.maps = true,
	.share = sizeof(struct barrier_share),
	.begin = barrier_begin,
	.join = barrier_join_worker,
	.leave = barrier_leave_worker,
	.use = barrier_use,
	.reap = barrier_reap,
	.stop = barrier_stop,
	.check = barrier_check,
};
