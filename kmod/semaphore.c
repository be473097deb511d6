// SPDX-License-Identifier: GPL-2.0-only
/*
 * DOC: semaphores
 *
 * The value of an element is its units. A unit never passes through the count
 * on its way to a waiter: a post with waiters gives it to the first of them,
 * who finds it granted. Nobody overtakes a first waiter who wants more units
 * than there are. Poll, read and write are about element 0.
 *
 * With KIPC_UNDO the kernel alone moves units, and counts for each participant
 * how many it holds. Whoever gives units to a participant does that, count
 * included, while the element is locked and the participant not gone; the repair
 * takes each lock after that, so it finds every unit there is to give back. A
 * waiter whose attachment is gone gets none, and is told so when its turn comes.
 */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "args.h"
#include "attachment.h"
#include "compat.h"
#include "object.h"
#include "undo.h"
#include "wait.h"
#include "word.h"

#define HOLDERS_SHOWN	64	/* in fdinfo */

struct kipc_semaphore {
	struct kipc_object object;
	struct kipc_words words;
};

/* A participant of a KIPC_UNDO semaphore; there are none of others: NULL. */
struct semaphore_holder {
	struct kipc_attachment attachment;
	struct kipc_undo *undo;		/* see undo.h */
};

struct semaphore_waiter {
	struct kipc_waiter waiter;
	struct semaphore_holder *holder;	/* constant */
	u32 count;				/* constant */
};

static struct kipc_semaphore *semaphore_of(struct kipc_object *object)
{
	return container_of(object, struct kipc_semaphore, object);
}

static struct semaphore_holder *
holder_of(struct kipc_attachment *attachment)
{
	return container_of(attachment, struct semaphore_holder, attachment);
}

static struct semaphore_waiter *waiter_of(struct kipc_waiter *waiter)
{
	return container_of(waiter, struct semaphore_waiter, waiter);
}

static u32 semaphore_max(const struct kipc_semaphore *semaphore)
{
	return semaphore->object.attributes.semaphore.max;
}

/* Could an element ever hold so many units? */
static bool semaphore_counts(const struct kipc_semaphore *semaphore, u32 count)
{
	return count && count <= semaphore_max(semaphore);
}

static u32 semaphore_units(const struct kipc_element *e)
{
	return e->value & KIPC_SEMAPHORE_COUNT;
}

/* ------------------------------------------------------------------------ */
/* What happens to an element that is entered                               */
/* ------------------------------------------------------------------------ */

static bool holder_is_gone(const struct semaphore_holder *holder)
{
	return holder && kipc_attachment_gone(&holder->attachment);
}

/* Could the first waiter have the units? KIPC_PENDING where it has to wait. */
static int element_may_take(const struct kipc_element *e,
			    const struct semaphore_holder *holder, u32 count)
{
	kipc_assert_held(e);
	if (holder_is_gone(holder))
		return -ENXIO;
	return count <= semaphore_units(e) ? 0 : KIPC_PENDING;
}

static void element_move(struct kipc_element *e, u32 index,
			 struct semaphore_holder *holder, u32 count)
{
	kipc_assert_held(e);
	e->value -= count;
	if (holder)
		kipc_undo_take(holder->undo, index, count);
}

/* Take, if it is the caller's turn; KIPC_PENDING where he has to wait. */
static int element_take(struct kipc_element *e, u32 index,
			struct semaphore_holder *holder, u32 count,
			int priority)
{
	int ret = element_may_take(e, holder, count);

	if (!ret && !kipc_waitlist_leads(&e->waiters, priority))
		ret = KIPC_PENDING;
	if (!ret)
		element_move(e, index, holder, count);
	return ret;
}

static int element_add(struct kipc_element *e, u32 index,
		       struct semaphore_holder *holder, u32 count, u32 max)
{
	kipc_assert_held(e);
	if (holder_is_gone(holder))
		return -ENXIO;
	if (count > max - semaphore_units(e))
		return -EOVERFLOW;
	e->value += count;
	if (holder)
		kipc_undo_give(holder->undo, index, count);
	return 0;
}

/* What the dead held, as far as there is room for it; false: nothing. */
static bool element_undo(struct kipc_element *e, u32 index,
			 struct semaphore_holder *holder, u32 max)
{
	u32 held = kipc_undo_held(holder->undo, index);

	kipc_assert_held(e);
	e->value += min(held, max - semaphore_units(e));
	kipc_undo_give(holder->undo, index, held);
	return held;
}

/* ------------------------------------------------------------------------ */
/* Entering and leaving an element                                          */
/* ------------------------------------------------------------------------ */

/* Lock the element and own it; what a scribbler left is made a possible value. */
static void semaphore_enter(struct kipc_semaphore *semaphore,
			    struct kipc_element *e, u32 index)
	__acquires(&e->lock)
{
	u64 value;

	spin_lock(&e->lock);
	value = kipc_word_freeze(&semaphore->words, e, index);
	e->value = min_t(u64, value, semaphore_max(semaphore)) | KIPC_SLOW;
}

/* Grant what can be granted; true where more can be than fit in the waker. */
static bool semaphore_serve(struct kipc_element *e, u32 index,
			    struct kipc_waker *waker)
{
	struct semaphore_waiter *first;
	int outcome;

	kipc_assert_held(e);
	while (e->waiters.first) {
		first = waiter_of(e->waiters.first);
		outcome = element_may_take(e, first->holder, first->count);
		if (outcome == KIPC_PENDING)
			return false;
		if (kipc_waker_full(waker))
			return true;
		if (!outcome)
			element_move(e, index, first->holder, first->count);
		kipc_grant(waker, &e->waiters, &first->waiter, outcome);
	}
	return false;
}

/* Give the word back if nobody needs the kernel any more, and unlock. */
static void semaphore_unlock(struct kipc_semaphore *semaphore,
			     struct kipc_element *e, u32 index)
	__releases(&e->lock)
{
	bool polled = !index && kipc_object_polled(&semaphore->object);

	if (!e->waiters.first && !polled)
		kipc_word_thaw(&semaphore->words, e, index);
	spin_unlock(&e->lock);
}

/* Unlock after a change: serve the waiters and the pollers. */
static void semaphore_leave_waking(struct kipc_semaphore *semaphore,
				   struct kipc_element *e, u32 index,
				   struct kipc_waker *waker)
	__releases(&e->lock)
{
	bool more, ready;

	for (;;) {
		more = semaphore_serve(e, index, waker);
		ready = !index && semaphore_units(e) && !e->waiters.first;
		semaphore_unlock(semaphore, e, index);
		kipc_waker_flush(waker);
		if (!more)
			break;
		cond_resched();
		semaphore_enter(semaphore, e, index);
	}
	if (ready)
		kipc_object_wake_pollers(&semaphore->object,
					 EPOLLIN | EPOLLRDNORM);
}

static void semaphore_leave(struct kipc_semaphore *semaphore,
			    struct kipc_element *e, u32 index)
	__releases(&e->lock)
{
	struct kipc_waker waker __uninitialized;

	kipc_waker_init(&waker, false);
	semaphore_leave_waking(semaphore, e, index, &waker);
}

/* ------------------------------------------------------------------------ */
/* The verbs                                                                */
/* ------------------------------------------------------------------------ */

static int semaphore_post_waking(struct kipc_semaphore *semaphore, u32 index,
				 u32 count, struct semaphore_holder *holder,
				 struct kipc_waker *waker)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);
	int ret;

	if (!e || !count)
		return -EINVAL;
	semaphore_enter(semaphore, e, index);
	ret = element_add(e, index, holder, count, semaphore_max(semaphore));
	if (ret)
		semaphore_unlock(semaphore, e, index);
	else
		semaphore_leave_waking(semaphore, e, index, waker);
	return ret;
}

static int semaphore_post(struct kipc_semaphore *semaphore, u32 index,
			  u32 count, struct semaphore_holder *holder)
{
	struct kipc_waker waker __uninitialized;

	kipc_waker_init(&waker, false);
	return semaphore_post_waking(semaphore, index, count, holder, &waker);
}

/* Queued and unlocked: sleep, and if that fails leave the queue. */
static int semaphore_sleep(struct kipc_semaphore *semaphore,
			   struct kipc_element *e, u32 index,
			   struct semaphore_waiter *self,
			   const struct kipc_deadline *deadline)
{
	int ret;

	if (deadline->spin)
		kipc_wait_spin(&semaphore->object, &self->waiter, &e->patience);
	ret = kipc_wait_sleep(&self->waiter, deadline);
	if (ret) {
		semaphore_enter(semaphore, e, index);
		if (kipc_granted(&self->waiter))
			ret = 0;
		else
			kipc_waitlist_remove(&e->waiters, &self->waiter);
		/* Those behind may want fewer units than this one did. */
		semaphore_leave(semaphore, e, index);
	}
	kipc_wait_end(&semaphore->object);
	if (!ret)
		ret = self->waiter.outcome;
	/*
	 * Units granted to a thread that is killed would be nobody's. With
	 * KIPC_UNDO they go back with its memory, but others may use that for
	 * longer; where it has gone already, this does nothing.
	 */
	if (!ret && fatal_signal_pending(current)) {
		semaphore_post(semaphore, index, self->count, self->holder);
		ret = -EINTR;
	}
	return ret;
}

static int semaphore_wait(struct kipc_semaphore *semaphore, u32 index,
			  u32 count, struct semaphore_holder *holder,
			  const struct kipc_deadline *deadline)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);
	struct semaphore_waiter self = { .count = count, .holder = holder };
	int priority = kipc_priority();
	int ret;

	if (!e || !semaphore_counts(semaphore, count))
		return -EINVAL;
	semaphore_enter(semaphore, e, index);
	ret = element_take(e, index, holder, count, priority);
	if (ret != KIPC_PENDING) {
		semaphore_leave(semaphore, e, index);
		return ret;
	}
	ret = -EAGAIN;
	if (!deadline->try)
		ret = kipc_wait_begin(&semaphore->object, &e->waiters,
				      &self.waiter, priority);
	semaphore_unlock(semaphore, e, index);
	if (!ret)
		ret = semaphore_sleep(semaphore, e, index, &self, deadline);
	return ret;
}

/* The caller as a participant: NULL where nobody counts, or not attached. */
static int holder_get(struct kipc_semaphore *semaphore,
		      struct semaphore_holder **holder)
{
	struct kipc_attachment *attachment;

	*holder = NULL;
	if (!semaphore->object.tracks)
		return 0;
	attachment = kipc_attachment_get_current(&semaphore->object);
	if (!attachment)
		return -ENXIO;
	*holder = holder_of(attachment);
	return 0;
}

static void holder_put(struct semaphore_holder *holder)
{
	if (holder)
		kipc_attachment_put(&holder->attachment);
}

static int caller_post(struct kipc_semaphore *semaphore, u32 index, u32 count)
{
	struct semaphore_holder *holder;
	int ret = holder_get(semaphore, &holder);

	if (!ret)
		ret = semaphore_post(semaphore, index, count, holder);
	holder_put(holder);
	return ret;
}

static int caller_wait(struct kipc_semaphore *semaphore, u32 index, u32 count,
		       const struct kipc_deadline *deadline)
{
	struct semaphore_holder *holder;
	int ret = holder_get(semaphore, &holder);

	if (!ret)
		ret = semaphore_wait(semaphore, index, count, holder, deadline);
	holder_put(holder);
	return ret;
}

/* Who is woken is not to wait for this processor while we spin on it. */
static int post_before_wait(struct kipc_semaphore *semaphore,
			    struct semaphore_holder *holder,
			    struct kipc_semaphore_post_wait_args *args,
			    struct kipc_deadline *deadline)
{
	struct kipc_waker waker __uninitialized;
	int ret;

	kipc_waker_init(&waker, true);
	ret = semaphore_post_waking(semaphore, args->element, args->count,
				    holder, &waker);
	if (ret)
		return ret;
	deadline->spin = !waker.woken;
	args->flags |= KIPC_POSTED;
	return 0;
}

/* Post, and wait for the other; the flags say KIPC_POSTED once that is done. */
static int caller_post_wait(struct kipc_semaphore *semaphore,
			    struct kipc_semaphore *other,
			    struct kipc_semaphore_post_wait_args *args,
			    struct kipc_deadline *deadline)
{
	struct semaphore_holder *poster, *waiter = NULL;
	int ret;

	if (args->wait_element >= other->words.count ||
	    !semaphore_counts(other, args->wait_count))
		return -EINVAL;
	ret = holder_get(semaphore, &poster);
	if (!ret)
		ret = holder_get(other, &waiter);
	if (!ret && !(args->flags & KIPC_POSTED))
		ret = post_before_wait(semaphore, poster, args, deadline);
	if (!ret)
		ret = semaphore_wait(other, args->wait_element,
				     args->wait_count, waiter, deadline);
	holder_put(waiter);
	holder_put(poster);
	return ret;
}

static int semaphore_value(struct kipc_semaphore *semaphore, u32 index,
			   u32 *value)
{
	struct kipc_element *e = kipc_words_at(&semaphore->words, &index);

	if (!e)
		return -EINVAL;
	semaphore_enter(semaphore, e, index);
	*value = semaphore_units(e);
	semaphore_unlock(semaphore, e, index);
	return 0;
}

/* ------------------------------------------------------------------------ */
/* Participants                                                             */
/* ------------------------------------------------------------------------ */

static int semaphore_attach(struct kipc_object *object,
			    struct kipc_attachment *attachment)
{
	struct kipc_undo *undo = kipc_undo_alloc(object->elements);

	if (IS_ERR(undo))
		return PTR_ERR(undo);
	holder_of(attachment)->undo = undo;
	return 0;
}

static u32 semaphore_detach(struct kipc_object *object,
			    struct kipc_attachment *attachment)
{
	struct kipc_semaphore *semaphore = semaphore_of(object);
	struct semaphore_holder *holder = holder_of(attachment);
	u32 i, repaired = 0;

	for (i = 0; i < semaphore->words.count; i++) {
		struct kipc_element *e = &semaphore->words.elements[i];

		semaphore_enter(semaphore, e, i);
		repaired += element_undo(e, i, holder,
					 semaphore_max(semaphore));
		semaphore_leave(semaphore, e, i);
		cond_resched();
	}
	holder->undo = kipc_undo_free(holder->undo);
	return repaired;
}

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int ioctl_post(struct file *file, void __user *arg)
{
	struct kipc_semaphore_post_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	return caller_post(semaphore_of(kipc_object_of(file)), args.element,
			   args.count);
}

static int ioctl_wait(struct file *file, void __user *arg)
{
	struct kipc_semaphore_wait_args args;
	struct kipc_deadline deadline;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.flags & ~(KIPC_TRY | KIPC_REALTIME))
		return -EINVAL;
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline, file);
	if (ret)
		return ret;
	return caller_wait(semaphore_of(kipc_object_of(file)), args.element,
			   args.count, &deadline);
}

/*
 * After a failure the caller is told whether it was posted, and calls again with
 * the same arguments; after success he begins anew with them.
 */
static int post_wait_write_back(struct kipc_semaphore_post_wait_args __user *arg,
				u32 given, u32 flags, int ret)
{
	if (!ret)
		flags &= ~KIPC_POSTED;
	if (flags == given || !put_user(flags, &arg->flags))
		return ret;
	/* To restart would be to post once more. */
	return ret == -ERESTARTSYS ? -EINTR : ret;
}

static int post_wait_in(struct file *file, struct file *other,
			struct kipc_semaphore_post_wait_args *args,
			void __user *arg)
{
	const u32 known = KIPC_TRY | KIPC_REALTIME | KIPC_POSTED;
	struct kipc_object *object;
	struct kipc_deadline deadline;
	u32 given = args->flags;
	int ret;

	if ((args->flags & ~known) || args->reserved)
		return -EINVAL;
	object = kipc_object_of_type(other, &kipc_semaphore_type);
	if (!object)
		return -EINVAL;
	ret = kipc_file_check(other, FMODE_WRITE);
	if (!ret)
		ret = kipc_deadline_init(&deadline, args->flags,
					 args->deadline, other);
	if (ret)
		return ret;
	ret = caller_post_wait(semaphore_of(kipc_object_of(file)),
			       semaphore_of(object), args, &deadline);
	return post_wait_write_back(arg, given, args->flags, ret);
}

static int ioctl_post_wait(struct file *file, void __user *arg)
{
	struct kipc_semaphore_post_wait_args args;
	struct fd other;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if (args.wait_fd == -1)
		return post_wait_in(file, file, &args, arg);
	other = fdget(args.wait_fd);
	if (!fd_file(other))
		return -EBADF;
	ret = post_wait_in(file, fd_file(other), &args, arg);
	fdput(other);
	return ret;
}

static int ioctl_value(struct file *file, void __user *arg)
{
	struct kipc_semaphore_value_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_READ);
	if (ret)
		return ret;
	if (args.flags)
		return -EINVAL;
	ret = semaphore_value(semaphore_of(kipc_object_of(file)), args.element,
			      &args.value);
	return ret ? ret : kipc_args_write(arg, &args, sizeof(args));
}

static long semaphore_ioctl(struct file *file, unsigned int command,
			    void __user *arg)
{
	switch (command) {
	case KIPC_SEMAPHORE_POST:
		return ioctl_post(file, arg);
	case KIPC_SEMAPHORE_WAIT:
		return ioctl_wait(file, arg);
	case KIPC_SEMAPHORE_VALUE:
		return ioctl_value(file, arg);
	case KIPC_SEMAPHORE_POST_WAIT:
		return ioctl_post_wait(file, arg);
	default:
		return -ENOTTY;
	}
}

/* ------------------------------------------------------------------------ */
/* poll, read, write: as an EFD_SEMAPHORE eventfd                           */
/* ------------------------------------------------------------------------ */

static __poll_t semaphore_poll(struct file *file,
			       struct poll_table_struct *table)
{
	struct kipc_semaphore *semaphore = semaphore_of(kipc_object_of(file));
	struct kipc_element *e = semaphore->words.elements;
	__poll_t ready = EPOLLOUT | EPOLLWRNORM;

	poll_wait(file, &semaphore->object.pollers, table);
	semaphore_enter(semaphore, e, 0);
	if (semaphore_units(e) && !e->waiters.first)
		ready |= EPOLLIN | EPOLLRDNORM;
	/* Whoever polls is registered by now: this leaves the word frozen. */
	semaphore_unlock(semaphore, e, 0);
	return ready;
}

/* Take as user space does; false where the kernel has to see to it. */
static bool semaphore_take_shared(struct kipc_semaphore *semaphore, u32 count)
{
	atomic64_t *word = kipc_word_shared(&semaphore->words, 0);
	s64 old;

	if (!word)
		return false;
	old = atomic64_read(word);
	do {
		/* With KIPC_SLOW it is negative. */
		if (old < count)
			return false;
	} while (!atomic64_try_cmpxchg(word, &old, old - count));
	return true;
}

static bool semaphore_add_shared(struct kipc_semaphore *semaphore, u32 count)
{
	atomic64_t *word = kipc_word_shared(&semaphore->words, 0);
	s64 most = (s64)semaphore_max(semaphore) - count;
	s64 old;

	if (!word)
		return false;
	old = atomic64_read(word);
	do {
		if (old < 0 || old > most)
			return false;
	} while (!atomic64_try_cmpxchg(word, &old, old + count));
	return true;
}

/* Take a unit, but not for a caller who cannot be told. */
static int semaphore_read_unit(struct kipc_semaphore *semaphore,
			       struct semaphore_holder *holder,
			       const struct kipc_deadline *deadline,
			       struct iov_iter *to)
{
	u64 units = 1;
	int ret = 0;

	if (!semaphore_take_shared(semaphore, units))
		ret = semaphore_wait(semaphore, 0, units, holder, deadline);
	if (ret)
		return ret;
	if (copy_to_iter(&units, sizeof(units), to) == sizeof(units))
		return sizeof(units);
	semaphore_post(semaphore, 0, units, holder);
	return -EFAULT;
}

static ssize_t semaphore_read(struct file *file, struct iov_iter *to, bool try)
{
	struct kipc_semaphore *semaphore = semaphore_of(kipc_object_of(file));
	struct kipc_deadline deadline = kipc_file_deadline(file, try);
	struct semaphore_holder *holder;
	int ret = kipc_file_check(file, FMODE_WRITE);

	if (ret)
		return ret;
	if (iov_iter_count(to) < sizeof(u64))
		return -EINVAL;
	ret = holder_get(semaphore, &holder);
	if (!ret)
		ret = semaphore_read_unit(semaphore, holder, &deadline, to);
	holder_put(holder);
	return ret;
}

static ssize_t semaphore_write(struct file *file, struct iov_iter *from,
			       bool try)
{
	struct kipc_semaphore *semaphore = semaphore_of(kipc_object_of(file));
	u64 units;
	int ret;

	if (iov_iter_count(from) < sizeof(units))
		return -EINVAL;
	if (!copy_from_iter_full(&units, sizeof(units), from))
		return -EFAULT;
	if (units > KIPC_SEMAPHORE_MAX)
		return -EOVERFLOW;
	if (units && semaphore_add_shared(semaphore, units))
		return sizeof(units);
	ret = caller_post(semaphore, 0, units);
	return ret ? ret : sizeof(units);
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int semaphore_check(union kipc_attributes *attributes)
{
	u32 max = attributes->semaphore.max;

	if (!max || attributes->semaphore.initial > max ||
	    memchr_inv(&attributes->semaphore + 1, 0,
		       sizeof(*attributes) - sizeof(attributes->semaphore)))
		return -EINVAL;
	return 0;
}

static int semaphore_init(struct kipc_object *object)
{
	object->tracks = object->flags & KIPC_UNDO;
	return kipc_words_alloc(&semaphore_of(object)->words, object,
				object->attributes.semaphore.initial);
}

static void semaphore_exit(struct kipc_object *object)
{
	kipc_words_free(&semaphore_of(object)->words);
}

static struct kipc_words *semaphore_words(struct kipc_object *object)
{
	return &semaphore_of(object)->words;
}

/* Units of element 0; what is gone holds nothing, and its counts may be too. */
static u32 semaphore_held(struct kipc_semaphore *semaphore,
			  struct semaphore_holder *holder)
{
	struct kipc_element *e = semaphore->words.elements;
	u32 held = 0;

	spin_lock(&e->lock);
	if (!holder_is_gone(holder))
		held = kipc_undo_held(holder->undo, 0);
	spin_unlock(&e->lock);
	return held;
}

/* The first ones that hold any. */
static void semaphore_show_holders(struct seq_file *seq,
				   struct kipc_semaphore *semaphore)
{
	struct kipc_attachment *attachment;
	u32 held, shown = 0;
	unsigned long id;

	rcu_read_lock();
	xa_for_each(&semaphore->object.attachments.table, id, attachment) {
		held = semaphore_held(semaphore, holder_of(attachment));
		if (!held)
			continue;
		seq_printf(seq, "kipc-holder:\tprocess %u units %u\n",
			   pid_vnr(attachment->process), held);
		if (++shown == HOLDERS_SHOWN)
			break;
	}
	rcu_read_unlock();
}

static void semaphore_show(struct seq_file *seq, struct kipc_object *object)
{
	u32 value;

	semaphore_value(semaphore_of(object), 0, &value);
	seq_printf(seq, "kipc-value:\t%u\n", value);
	seq_printf(seq, "kipc-max:\t%u\n", semaphore_max(semaphore_of(object)));
	if (object->tracks)
		semaphore_show_holders(seq, semaphore_of(object));
}

const struct kipc_type kipc_semaphore_type = {
	.label = "semaphore",
	.id = KIPC_SEMAPHORE,
	.flags = KIPC_SEALED | KIPC_PACKED | KIPC_UNDO,
	.min_elements = 1,
	.max_elements = KIPC_ELEMENTS_MAX,
	.size = sizeof(struct kipc_semaphore),
	.check = semaphore_check,
	.init = semaphore_init,
	.exit = semaphore_exit,
	.ioctl = semaphore_ioctl,
	.poll = semaphore_poll,
	.read = semaphore_read,
	.write = semaphore_write,
	.words = semaphore_words,
	.attachment_size = sizeof(struct semaphore_holder),
	.attach = semaphore_attach,
	.detach = semaphore_detach,
	.show = semaphore_show,
};
