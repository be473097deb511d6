// SPDX-License-Identifier: GPL-2.0-only
/*
 * DOC: barriers
 *
 * The value holds the parties that have arrived, the generation and whether the
 * barrier is broken. How a generation ended can be told from the value alone,
 * by anyone who remembers in which one he arrived: opening adds one to the
 * generation, a reset adds two, and breaking leaves it as it is. So a party
 * that arrived by changing the word and comes to the kernel late learns the
 * same as one that was waiting there.
 *
 * Waiters are served by arrival alone, so those of an ended generation are
 * always before those of the current one.
 */
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "args.h"
#include "object.h"
#include "wait.h"
#include "word.h"

#define BROKEN_FLAGS	(KIPC_BARRIER_BROKEN | KIPC_BARRIER_DIED)

struct kipc_barrier {
	struct kipc_object object;
	struct kipc_words words;	/* of one element */
};

struct barrier_waiter {
	struct kipc_waiter waiter;
	u32 generation;			/* constant; it arrived in */
};

static struct kipc_barrier *barrier_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_barrier, object);
}

static struct barrier_waiter *waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct barrier_waiter, waiter);
}

static struct kipc_element *barrier_element(struct kipc_barrier *barrier)
{
	return barrier->words.elements;
}

static u32 barrier_parties(const struct kipc_barrier *barrier)
{
	return barrier->object.attributes.barrier.parties;
}

static u32 barrier_arrived(const struct kipc_element *e)
{
	return e->value & KIPC_BARRIER_ARRIVED;
}

static u32 barrier_generation(const struct kipc_element *e)
{
	return (e->value >> KIPC_BARRIER_SHIFT) & KIPC_BARRIER_GENERATION;
}

/* What breaking the barrier gives a party: 0 where it is whole. */
static int barrier_broken(const struct kipc_element *e)
{
	if (!(e->value & KIPC_BARRIER_BROKEN))
		return 0;
	return e->value & KIPC_BARRIER_DIED ? -EOWNERDEAD : -ECANCELED;
}

static u64 barrier_value(u32 generation, u64 flags, u32 arrived)
{
	generation &= KIPC_BARRIER_GENERATION;
	return KIPC_SLOW | ((u64)generation << KIPC_BARRIER_SHIFT) | flags |
	       arrived;
}

/* Lock and own the element; the value is made a possible one. */
static struct kipc_element *barrier_enter(struct kipc_barrier *barrier)
	__acquires(&barrier->words.elements->lock)
{
	struct kipc_element *e = barrier_element(barrier);

	spin_lock(&e->lock);
	e->value = kipc_word_freeze(&barrier->words, e, 0);
	e->value = barrier_value(barrier_generation(e), e->value & BROKEN_FLAGS,
				 min(barrier_arrived(e),
				     barrier_parties(barrier) - 1));
	return e;
}

/* How a generation ended, KIPC_PENDING if it has not. */
static int barrier_outcome(const struct kipc_element *e, u32 generation)
{
	u32 since = (barrier_generation(e) - generation) &
		    KIPC_BARRIER_GENERATION;
	int broken = barrier_broken(e);

	if (!since)
		return broken ? broken : KIPC_PENDING;
	return since == 2 ? -ECANCELED : 0;
}

/* Grant those whose generation has ended; true if there are more. */
static bool barrier_serve(struct kipc_element *e, struct kipc_waker *waker)
{
	struct kipc_waiter *first;
	int outcome;

	kipc_assert_held(e);
	while ((first = e->waiters.first)) {
		outcome = barrier_outcome(e, waiter_of(first)->generation);
		if (outcome == KIPC_PENDING)
			return false;
		if (kipc_waker_full(waker))
			return true;
		kipc_grant(waker, &e->waiters, first, outcome);
	}
	return false;
}

/* Serve, give the word back if nobody waits, unlock, and only then wake. */
static void barrier_leave(struct kipc_barrier *barrier, struct kipc_element *e)
	__releases(&barrier->words.elements->lock)
{
	struct kipc_waker waker;
	bool more;

	kipc_waker_init(&waker);
	for (;;) {
		more = barrier_serve(e, &waker);
		if (!e->waiters.first)
			kipc_word_thaw(&barrier->words, e, 0);
		spin_unlock(&e->lock);
		kipc_waker_flush(&waker);
		if (!more)
			break;
		cond_resched();
		barrier_enter(barrier);
	}
}

/* ------------------------------------------------------------------------ */
/* What happens to an element that is entered                               */
/* ------------------------------------------------------------------------ */

/* Returns KIPC_BARRIER_SERIAL, why it is broken, or KIPC_PENDING. */
static int element_arrive(struct kipc_element *e, u32 parties)
{
	int broken = barrier_broken(e);

	kipc_assert_held(e);
	if (broken)
		return broken;
	if (barrier_arrived(e) + 1 < parties) {
		e->value++;
		return KIPC_PENDING;
	}
	e->value = barrier_value(barrier_generation(e) + 1, 0, 0);
	return KIPC_BARRIER_SERIAL;
}

static void element_withdraw(struct kipc_element *e, u32 generation)
{
	kipc_assert_held(e);
	if (barrier_generation(e) == generation && barrier_arrived(e))
		e->value--;
}

static void element_break(struct kipc_element *e, u64 flags)
{
	kipc_assert_held(e);
	if (!barrier_broken(e))
		e->value |= KIPC_BARRIER_BROKEN | flags;
}

static void element_reset(struct kipc_element *e)
{
	kipc_assert_held(e);
	e->value = barrier_value(barrier_generation(e) + 2, 0, 0);
}

/* ------------------------------------------------------------------------ */
/* The verbs                                                                */
/* ------------------------------------------------------------------------ */

/* A wait that failed: look again, then make the others know. */
static int barrier_give_up(struct kipc_barrier *barrier,
			   struct barrier_waiter *self, int ret)
{
	struct kipc_element *e = barrier_enter(barrier);
	int outcome = barrier_outcome(e, self->generation);

	if (kipc_granted(&self->waiter)) {
		ret = self->waiter.outcome;
	} else {
		kipc_waitlist_remove(&e->waiters, &self->waiter);
		if (outcome != KIPC_PENDING)
			ret = outcome;
		else if (fatal_signal_pending(current))
			element_break(e, KIPC_BARRIER_DIED);
		else if (ret == -ETIMEDOUT)
			element_break(e, 0);
	}
	barrier_leave(barrier, e);
	return ret;
}

static int barrier_sleep(struct kipc_barrier *barrier,
			 struct barrier_waiter *self,
			 const struct kipc_deadline *deadline)
{
	int ret = kipc_wait_sleep(&self->waiter, deadline);

	if (ret)
		ret = barrier_give_up(barrier, self, ret);
	else
		ret = self->waiter.outcome;
	kipc_wait_end(&barrier->object);
	return ret;
}

/*
 * Arrive, or with KIPC_ARRIVED look what has come of it. Returns an outcome;
 * KIPC_PENDING where the caller has to wait and self is queued for that.
 */
static int barrier_arrive(struct kipc_barrier *barrier,
			  const struct kipc_barrier_wait_args *args, bool try,
			  struct barrier_waiter *self)
{
	struct kipc_element *e = barrier_enter(barrier);
	u32 parties = barrier_parties(barrier);
	bool arrived = args->flags & KIPC_ARRIVED;
	int ret;

	self->generation = arrived ? args->generation : barrier_generation(e);
	if (arrived)
		ret = barrier_outcome(e, self->generation);
	else if (try && !barrier_broken(e) && barrier_arrived(e) + 1 < parties)
		ret = -EAGAIN;
	else
		ret = element_arrive(e, parties);
	if (ret == KIPC_PENDING) {
		int full = try ? -EAGAIN :
			   kipc_wait_begin(&barrier->object, &e->waiters,
					   &self->waiter, MAX_RT_PRIO);
		if (full) {
			ret = full;
			if (!arrived)
				element_withdraw(e, self->generation);
		}
	}
	barrier_leave(barrier, e);
	return ret;
}

static int barrier_wait(struct kipc_barrier *barrier,
			struct kipc_barrier_wait_args *args,
			const struct kipc_deadline *deadline)
{
	struct barrier_waiter self;
	int ret = barrier_arrive(barrier, args, deadline->try, &self);

	if (ret == KIPC_PENDING)
		ret = barrier_sleep(barrier, &self, deadline);
	if (ret == -ERESTARTSYS) {
		args->flags |= KIPC_ARRIVED;
		args->generation = self.generation;
	}
	return ret;
}

static void barrier_abort(struct kipc_barrier *barrier)
{
	struct kipc_element *e = barrier_enter(barrier);

	element_break(e, 0);
	barrier_leave(barrier, e);
}

static void barrier_reset(struct kipc_barrier *barrier)
{
	struct kipc_element *e = barrier_enter(barrier);

	element_reset(e);
	barrier_leave(barrier, e);
}

static void barrier_withdraw(struct kipc_barrier *barrier, u32 generation)
{
	struct kipc_element *e = barrier_enter(barrier);

	element_withdraw(e, generation);
	barrier_leave(barrier, e);
}

static void barrier_state(struct kipc_barrier *barrier,
			  struct kipc_barrier_state_args *args)
{
	struct kipc_element *e = barrier_enter(barrier);

	args->parties = barrier_parties(barrier);
	args->arrived = barrier_arrived(e);
	args->generation = barrier_generation(e);
	args->broken = -barrier_broken(e);
	args->waiters = atomic_read(&barrier->object.waiters);
	barrier_leave(barrier, e);
}

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int wait_check(const struct kipc_barrier_wait_args *args)
{
	if ((args->flags & ~(KIPC_TRY | KIPC_REALTIME | KIPC_ARRIVED)) ||
	    args->element || args->generation > KIPC_BARRIER_GENERATION)
		return -EINVAL;
	if (args->generation && !(args->flags & KIPC_ARRIVED))
		return -EINVAL;
	return 0;
}

static int ioctl_wait(struct file *file, void __user *arg)
{
	struct kipc_barrier *barrier = barrier_of(kipc_object_of(file));
	struct kipc_barrier_wait_args args;
	struct kipc_deadline deadline;
	bool arrived;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (!ret)
		ret = wait_check(&args);
	if (!ret)
		ret = kipc_deadline_init(&deadline, args.flags, args.deadline,
					 file);
	if (ret)
		return ret;
	arrived = args.flags & KIPC_ARRIVED;
	ret = barrier_wait(barrier, &args, &deadline);
	if (ret != -ERESTARTSYS || !kipc_args_write(arg, &args, sizeof(args)))
		return ret;
	/* The caller cannot be told that it has arrived: then it has not. */
	if (!arrived)
		barrier_withdraw(barrier, args.generation);
	return -EFAULT;
}

static int ioctl_change(struct file *file, void __user *arg,
			void (*change)(struct kipc_barrier *barrier))
{
	struct kipc_barrier_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags || args.element || args.reserved)
		return -EINVAL;
	change(barrier_of(kipc_object_of(file)));
	return 0;
}

static int ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_barrier_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_READ);
	if (ret)
		return ret;
	if (args.flags || args.element)
		return -EINVAL;
	barrier_state(barrier_of(kipc_object_of(file)), &args);
	return kipc_args_write(arg, &args, sizeof(args));
}

static long barrier_ioctl(struct file *file, unsigned int command,
			  void __user *arg)
{
	switch (command) {
	case KIPC_BARRIER_WAIT:
		return ioctl_wait(file, arg);
	case KIPC_BARRIER_ABORT:
		return ioctl_change(file, arg, barrier_abort);
	case KIPC_BARRIER_RESET:
		return ioctl_change(file, arg, barrier_reset);
	case KIPC_BARRIER_STATE:
		return ioctl_state(file, arg);
	default:
		return -ENOTTY;
	}
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int barrier_check(union kipc_attributes *attributes)
{
	u32 parties = attributes->barrier.parties;

	if (parties < 2 || parties > KIPC_PARTIES_MAX ||
	    memchr_inv(&attributes->barrier + 1, 0,
		       sizeof(*attributes) - sizeof(attributes->barrier)))
		return -EINVAL;
	return 0;
}

static int barrier_init(struct kipc_object *object)
{
	return kipc_words_alloc(&barrier_of(object)->words, object, 0);
}

static void barrier_exit(struct kipc_object *object)
{
	kipc_words_free(&barrier_of(object)->words);
}

/* A barrier has nothing to poll: arriving is what makes it ready. */
static __poll_t barrier_poll(struct file *file,
			     struct poll_table_struct *table)
{
	return EPOLLERR;
}

static struct kipc_words *barrier_words(struct kipc_object *object)
{
	return &barrier_of(object)->words;
}

static void barrier_show(struct seq_file *seq, struct kipc_object *object)
{
	struct kipc_barrier_state_args state = {};

	barrier_state(barrier_of(object), &state);
	seq_printf(seq, "kipc-parties:\t%u\n", state.parties);
	seq_printf(seq, "kipc-arrived:\t%u\n", state.arrived);
	seq_printf(seq, "kipc-generation:\t%u\n", state.generation);
	seq_printf(seq, "kipc-broken:\t%u\n", state.broken);
}

const struct kipc_type kipc_barrier_type = {
	.label = "barrier",
	.id = KIPC_BARRIER,
	.flags = KIPC_SEALED,
	.max_elements = 1,
	.size = sizeof(struct kipc_barrier),
	.check = barrier_check,
	.init = barrier_init,
	.exit = barrier_exit,
	.ioctl = barrier_ioctl,
	.poll = barrier_poll,
	.words = barrier_words,
	.show = barrier_show,
};
