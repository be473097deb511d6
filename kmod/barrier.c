// SPDX-License-Identifier: GPL-2.0-only
/*
 * DOC: barriers
 *
 * The value holds the parties that have arrived, the generation, how often the
 * barrier was reset and whether it is broken. What became of an arrival can be
 * told from the value alone by anyone who remembers the one he left: opening
 * counts in the generation, a reset in the resets, and breaking in neither. So
 * a party that arrived by changing the word and comes to the kernel late learns
 * the same as one that was waiting there.
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
#define COUNTS		(KIPC_BARRIER_GENERATION | KIPC_BARRIER_RESETS)

struct kipc_barrier {
	struct kipc_object object;
	struct kipc_words words;	/* of one element */
};

struct barrier_waiter {
	struct kipc_waiter waiter;
	u64 word;			/* constant; what its arrival left */
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

/* What breaking the barrier gives a party: 0 where it is whole. */
static int barrier_broken(const struct kipc_element *e)
{
	if (!(e->value & KIPC_BARRIER_BROKEN))
		return 0;
	return e->value & KIPC_BARRIER_DIED ? -EOWNERDEAD : -ECANCELED;
}

/* Lock and own the element; the value is made a possible one. */
static struct kipc_element *barrier_enter(struct kipc_barrier *barrier)
	__acquires(&barrier->words.elements->lock)
{
	struct kipc_element *e = barrier_element(barrier);
	u64 value, arrived;

	spin_lock(&e->lock);
	value = kipc_word_freeze(&barrier->words, e, 0);
	arrived = min_t(u64, value & KIPC_BARRIER_ARRIVED,
			barrier_parties(barrier) - 1);
	e->value = KIPC_SLOW | (value & (COUNTS | BROKEN_FLAGS)) | arrived;
	return e;
}

/* What became of an arrival that left this word; KIPC_PENDING if nothing yet. */
static int barrier_outcome(const struct kipc_element *e, u64 word)
{
	u64 changed = e->value ^ word;
	int broken = barrier_broken(e);

	if (changed & KIPC_BARRIER_RESETS)
		return -ECANCELED;
	if (changed & KIPC_BARRIER_GENERATION)
		return 0;
	return broken ? broken : KIPC_PENDING;
}

/* Grant those whose wait has ended; true if there are more. */
static bool barrier_serve(struct kipc_element *e, struct kipc_waker *waker)
{
	struct kipc_waiter *first;
	int outcome;

	kipc_assert_held(e);
	while ((first = e->waiters.first)) {
		outcome = barrier_outcome(e, waiter_of(first)->word);
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
	e->value = KIPC_SLOW | (e->value & KIPC_BARRIER_RESETS) |
		   ((e->value + (1ULL << KIPC_BARRIER_SHIFT)) &
		    KIPC_BARRIER_GENERATION);
	return KIPC_BARRIER_SERIAL;
}

/* Undo an arrival of which nothing has become. */
static void element_withdraw(struct kipc_element *e, u64 word)
{
	kipc_assert_held(e);
	if (barrier_outcome(e, word) == KIPC_PENDING && barrier_arrived(e))
		e->value--;
}

static void element_break(struct kipc_element *e, u64 flags)
{
	kipc_assert_held(e);
	if (!barrier_broken(e))
		e->value |= KIPC_BARRIER_BROKEN | flags;
}

/* Has everybody been granted whose wait has ended? */
static bool element_settled(const struct kipc_element *e)
{
	struct kipc_waiter *first = e->waiters.first;

	kipc_assert_held(e);
	return !first ||
	       barrier_outcome(e, waiter_of(first)->word) == KIPC_PENDING;
}

static void element_reset(struct kipc_element *e)
{
	kipc_assert_held(e);
	e->value = KIPC_SLOW | (e->value & KIPC_BARRIER_GENERATION) |
		   ((e->value + KIPC_BARRIER_RESET_ONE) & KIPC_BARRIER_RESETS);
}

/* ------------------------------------------------------------------------ */
/* The verbs                                                                */
/* ------------------------------------------------------------------------ */

/* A wait that failed: look again, then make the others know. */
static int barrier_give_up(struct kipc_barrier *barrier,
			   struct barrier_waiter *self, int ret)
{
	struct kipc_element *e = barrier_enter(barrier);
	int outcome = barrier_outcome(e, self->word);

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

/* Would this arrival have to wait? */
static bool element_must_wait(const struct kipc_element *e, u32 parties)
{
	return !barrier_broken(e) && barrier_arrived(e) + 1 < parties;
}

/*
 * Arrive, or with KIPC_ARRIVED look what has become of it. Returns an outcome;
 * KIPC_PENDING where the caller has to wait and self is queued for that.
 */
static int barrier_arrive(struct kipc_barrier *barrier,
			  const struct kipc_barrier_wait_args *args, bool try,
			  struct barrier_waiter *self)
{
	struct kipc_element *e = barrier_enter(barrier);
	u32 parties = barrier_parties(barrier);
	int full, ret;

	self->word = args->word;
	if (args->flags & KIPC_ARRIVED) {
		ret = barrier_outcome(e, self->word);
		if (try && ret == KIPC_PENDING)
			ret = -EAGAIN;
	} else if (try && element_must_wait(e, parties)) {
		ret = -EAGAIN;
	} else {
		ret = element_arrive(e, parties);
		self->word = e->value & ~KIPC_SLOW;
	}
	if (ret == KIPC_PENDING) {
		full = kipc_wait_begin(&barrier->object, &e->waiters,
				       &self->waiter, MAX_RT_PRIO);
		if (full) {
			element_withdraw(e, self->word);
			ret = full;
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
	args->word = self.word;
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

	/* Whose generation has opened already is not to hear of the reset. */
	while (!element_settled(e)) {
		barrier_leave(barrier, e);
		barrier_enter(barrier);
	}
	element_reset(e);
	barrier_leave(barrier, e);
}

static void barrier_withdraw(struct kipc_barrier *barrier, u64 word)
{
	struct kipc_element *e = barrier_enter(barrier);

	element_withdraw(e, word);
	barrier_leave(barrier, e);
}

static void barrier_state(struct kipc_barrier *barrier,
			  struct kipc_barrier_state_args *args)
{
	struct kipc_element *e = barrier_enter(barrier);

	args->parties = barrier_parties(barrier);
	args->arrived = barrier_arrived(e);
	args->generation = (e->value & KIPC_BARRIER_GENERATION) >>
			   KIPC_BARRIER_SHIFT;
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
	    args->element || args->reserved || (args->word & KIPC_SLOW))
		return -EINVAL;
	if (args->word && !(args->flags & KIPC_ARRIVED))
		return -EINVAL;
	return 0;
}

/*
 * The caller continues a wait that a signal ended with the same arguments, and
 * begins the next one with them too: they say whether an arrival stands.
 */
static int wait_write_back(struct kipc_barrier *barrier, void __user *arg,
			   struct kipc_barrier_wait_args *args, int ret)
{
	bool arrived = args->flags & KIPC_ARRIVED;

	if (ret == -ERESTARTSYS) {
		args->flags |= KIPC_ARRIVED;
	} else if (arrived && ret != -EAGAIN) {
		args->flags &= ~KIPC_ARRIVED;
		args->word = 0;
	} else {
		return ret;
	}
	if (!kipc_args_write(arg, args, sizeof(*args)) || ret != -ERESTARTSYS)
		return ret;
	/* The caller cannot be told that it has arrived: then it has not. */
	if (!arrived)
		barrier_withdraw(barrier, args->word);
	return -EFAULT;
}

static int ioctl_wait(struct file *file, void __user *arg)
{
	struct kipc_barrier *barrier = barrier_of(kipc_object_of(file));
	struct kipc_barrier_wait_args args;
	struct kipc_deadline deadline;
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
	ret = barrier_wait(barrier, &args, &deadline);
	return wait_write_back(barrier, arg, &args, ret);
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
	.words = barrier_words,
	.show = barrier_show,
};
