// SPDX-License-Identifier: GPL-2.0-only
/*
 * Barriers as a type of object: ioctl, attachments and fdinfo. The verbs are in
 * barrier.c.
 */
#include "args.h"
#include "barrier.h"
#include "scan.h"

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int barrier_wait_check(const struct kipc_barrier_wait_args *args)
{
	if ((args->flags & ~(KIPC_TRY | KIPC_REALTIME | KIPC_ARRIVED)) ||
	    args->element || args->reserved || (args->word & KIPC_SLOW))
		return -EINVAL;
	if (args->word && !(args->flags & KIPC_ARRIVED))
		return -EINVAL;
	return 0;
}

/*
 * Tells the caller whether an arrival stands, and returns the result of the
 * verb. A caller continues a wait that a signal ended by using the same
 * arguments again, and also begins its next wait with them. So KIPC_ARRIVED and
 * the word are set after a signal, and cleared when the wait has ended.
 */
static int barrier_wait_write_back(struct kipc_barrier *barrier,
				   struct kipc_barrier_member *member, void __user *arg,
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
	/* The caller cannot be told of its arrival, so that is undone. */
	if (!arrived)
		kipc_barrier_unwait(barrier, member, args->word);
	return -EFAULT;
}

/*
 * Returns the caller as a participant, with a reference. Returns NULL if it is
 * not attached or the barrier does not track participants.
 */
static struct kipc_barrier_member *barrier_member_get(struct kipc_barrier *barrier)
{
	struct kipc_attachment *attachment = NULL;

	if (barrier->object.tracks)
		attachment = kipc_attachment_get_current(&barrier->object);
	return attachment ? kipc_barrier_member_of(attachment) : NULL;
}

static void barrier_member_put(struct kipc_barrier_member *member)
{
	if (member)
		kipc_attachment_put(&member->attachment);
}

static int barrier_ioctl_wait(struct file *file, void __user *arg)
{
	struct kipc_barrier *barrier = kipc_barrier_of(kipc_object_of(file));
	struct kipc_barrier_member *member;
	struct kipc_barrier_wait_args args;
	struct kipc_deadline deadline;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (!ret)
		ret = barrier_wait_check(&args);
	if (!ret)
		ret = kipc_deadline_init(&deadline, args.flags, args.deadline);
	if (ret)
		return ret;
	kipc_attachments_check(&barrier->object);
	member = barrier_member_get(barrier);
	ret = kipc_barrier_wait(barrier, member, &args, &deadline);
	ret = barrier_wait_write_back(barrier, member, arg, &args, ret);
	barrier_member_put(member);
	return ret;
}

static int barrier_change_check(struct file *file, void __user *arg)
{
	struct kipc_barrier_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	return args.flags || args.element || args.reserved ? -EINVAL : 0;
}

static int barrier_ioctl_change(struct file *file, void __user *arg,
				void (*change)(struct kipc_barrier *barrier))
{
	int ret = barrier_change_check(file, arg);

	if (!ret)
		change(kipc_barrier_of(kipc_object_of(file)));
	return ret;
}

static int barrier_ioctl_member(struct file *file, void __user *arg,
				int (*change)(struct kipc_barrier *barrier,
					      struct kipc_barrier_member *member))
{
	struct kipc_barrier *barrier = kipc_barrier_of(kipc_object_of(file));
	struct kipc_barrier_member *member;
	int ret = barrier_change_check(file, arg);

	if (ret)
		return ret;
	if (!barrier->object.tracks)
		return -EINVAL;
	member = barrier_member_get(barrier);
	if (!member)
		return -ENXIO;
	ret = kipc_barrier_change_member(barrier, member, change);
	barrier_member_put(member);
	return ret;
}

static int barrier_ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_barrier_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags || args.element || args.reserved)
		return -EINVAL;
	kipc_barrier_state(kipc_barrier_of(kipc_object_of(file)), &args);
	return kipc_args_write(arg, &args, sizeof(args));
}

static long barrier_ioctl(struct file *file, unsigned int command,
			  void __user *arg)
{
	switch (command) {
	case KIPC_BARRIER_WAIT:
		return barrier_ioctl_wait(file, arg);
	case KIPC_BARRIER_ABORT:
		return barrier_ioctl_change(file, arg, kipc_barrier_abort);
	case KIPC_BARRIER_RESET:
		return barrier_ioctl_change(file, arg, kipc_barrier_reset);
	case KIPC_BARRIER_STATE:
		return barrier_ioctl_state(file, arg);
	case KIPC_BARRIER_JOIN:
		return barrier_ioctl_member(file, arg, kipc_member_join);
	case KIPC_BARRIER_LEAVE:
		return barrier_ioctl_member(file, arg, kipc_member_leave);
	default:
		return -ENOTTY;
	}
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static u32 barrier_detach(struct kipc_object *object,
			  struct kipc_attachment *attachment)
{
	return kipc_barrier_end_member(kipc_barrier_of(object),
				       kipc_barrier_member_of(attachment));
}

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
	struct kipc_barrier *barrier = kipc_barrier_of(object);

	object->tracks = !(object->flags & KIPC_NO_MEMBERS);
	barrier->parties = object->attributes.barrier.parties;
	if (kipc_barrier_drops(barrier))
		barrier->vacant = barrier->parties;
	barrier->serial = KIPC_BARRIER_NO_SERIAL;
	return kipc_words_alloc(&barrier->words, object, 0);
}

static void barrier_exit(struct kipc_object *object)
{
	kipc_scan_forget(object);
	kipc_words_free(&kipc_barrier_of(object)->words);
}

static struct kipc_words *barrier_words(struct kipc_object *object)
{
	return &kipc_barrier_of(object)->words;
}

static void barrier_show(struct seq_file *seq, struct kipc_object *object)
{
	struct kipc_barrier_state_args state = {};

	kipc_barrier_state(kipc_barrier_of(object), &state);
	seq_printf(seq, "kipc-parties:\t%u\n", state.parties);
	seq_printf(seq, "kipc-arrived:\t%u\n", state.arrived);
	seq_printf(seq, "kipc-generation:\t%u\n", state.generation);
	seq_printf(seq, "kipc-members:\t%u\n", state.members);
	seq_printf(seq, "kipc-broken:\t%u\n", state.broken);
}

const struct kipc_type kipc_barrier_type = {
	.label = "barrier",
	.id = KIPC_BARRIER,
	.flags = KIPC_SEALED | KIPC_DROP | KIPC_NO_MEMBERS,
	.alternatives = KIPC_DROP | KIPC_NO_MEMBERS,
	.min_elements = 1,
	.max_elements = 1,
	.size = sizeof(struct kipc_barrier),
	.check = barrier_check,
	.init = barrier_init,
	.exit = barrier_exit,
	.ioctl = barrier_ioctl,
	.words = barrier_words,
	.attachment_size = sizeof(struct kipc_barrier_member),
	.detach = barrier_detach,
	.settle = barrier_detach,
	.show = barrier_show,
};
