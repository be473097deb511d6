// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings as a type of object: ioctl, poll, read and write, and fdinfo. The verbs
 * are in ring.c and ring_copy.c.
 */
#include <linux/log2.h>
#include <linux/nospec.h>
#include <linux/uio.h>

#include "args.h"
#include "compat.h"
#include "poll.h"
#include "ring.h"

/* Returns the side that these arguments name, or NULL. */
static struct kipc_ring_side *ring_side(struct kipc_ring *ring, u32 side,
					u32 lane)
{
	if (lane >= ring->map.layout->lanes)
		return NULL;
	if (side == KIPC_RING_RECEIVERS)
		return &ring->receivers;
	if (side != KIPC_RING_SENDERS)
		return NULL;
	return &ring->senders[array_index_nospec(lane, KIPC_RING_LANES_MAX)];
}

/* What a descriptor needs to receive. A receiver writes to the ring, too. */
static bool ring_may_receive(const struct file *file)
{
	return kipc_file_reads(file) && kipc_file_writes(file);
}

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

/* Claims for the attachment of the caller, and tells what was claimed. */
static int ring_claim_for(struct kipc_ring *ring, struct kipc_ring_side *side,
			  struct kipc_attachment *attachment,
			  const struct kipc_deadline *deadline,
			  struct kipc_ring_claim_args *args, void __user *arg)
{
	struct kipc_ring_claim claim = { .attachment = attachment };
	bool outside;
	int ret = kipc_ring_claim(ring, side, deadline, &claim);

	if (ret)
		return ret;
	outside = claim.found & KIPC_RING_OUTSIDE;
	args->position = outside ? 0 : claim.position;
	args->found = claim.found;
	args->from = outside ? 0 : claim.lane;
	args->chunk = claim.chunk;
	args->sender = claim.sender;
	ret = kipc_args_write(arg, args, sizeof(*args));
	if (ret)
		kipc_ring_unclaim(ring, side, &claim);
	return ret;
}

static int ring_ioctl_claim(struct file *file, void __user *arg)
{
	struct kipc_ring *ring = kipc_ring_of(kipc_object_of(file));
	struct kipc_attachment *attachment;
	struct kipc_ring_claim_args args;
	struct kipc_deadline deadline;
	struct kipc_ring_side *side;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, args.side == KIPC_RING_RECEIVERS ?
				      FMODE_READ | FMODE_WRITE : FMODE_WRITE);
	if (ret)
		return ret;
	side = ring_side(ring, args.side, args.lane);
	if ((args.flags & ~(KIPC_TRY | KIPC_REALTIME)) || !side ||
	    (args.side == KIPC_RING_RECEIVERS && args.lane))
		return -EINVAL;
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline);
	if (ret)
		return ret;
	attachment = kipc_attachment_get_current(&ring->object);
	if (!attachment)
		return -ENXIO;
	ret = ring_claim_for(ring, side, attachment, &deadline, &args, arg);
	kipc_attachment_put(attachment);
	return ret;
}

static int ring_ioctl_kick(struct file *file, void __user *arg)
{
	struct kipc_ring *ring = kipc_ring_of(kipc_object_of(file));
	struct kipc_ring_kick_args args;
	struct kipc_ring_side *side;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	side = ring_side(ring, args.side, args.lane);
	if (args.flags || !side)
		return -EINVAL;
	kipc_ring_kick(ring, side);
	return 0;
}

static int ring_ioctl_send(struct file *file, void __user *arg)
{
	struct kipc_ring *ring = kipc_ring_of(kipc_object_of(file));
	struct kipc_ring_send_args args;
	struct kipc_deadline deadline;
	struct iov_iter from;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if ((args.flags & ~(KIPC_TRY | KIPC_REALTIME)) ||
	    args.lane >= ring->map.layout->lanes)
		return -EINVAL;
	args.lane = array_index_nospec(args.lane, KIPC_RING_LANES_MAX);
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline);
	if (ret)
		return ret;
	iov_iter_ubuf(&from, ITER_SOURCE, u64_to_user_ptr(args.data),
		      args.length);
	return kipc_ring_send(ring, args.lane, &from, &deadline);
}

static int ring_ioctl_receive(struct file *file, void __user *arg)
{
	struct kipc_ring_receive_args args;
	struct kipc_deadline deadline;
	struct iov_iter to;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_READ | FMODE_WRITE);
	if (ret)
		return ret;
	if ((args.flags & ~(KIPC_TRY | KIPC_REALTIME)) || args.reserved)
		return -EINVAL;
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline);
	if (ret)
		return ret;
	iov_iter_ubuf(&to, ITER_DEST, u64_to_user_ptr(args.data),
		      args.capacity);
	return kipc_ring_receive(kipc_ring_of(kipc_object_of(file)), &to,
				 &deadline, &args, arg);
}

static int ring_ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_ring_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags || args.element)
		return -EINVAL;
	kipc_ring_state_get(kipc_ring_of(kipc_object_of(file)), &args);
	return kipc_args_write(arg, &args, sizeof(args));
}

static long ring_ioctl(struct file *file, unsigned int command,
		       void __user *arg)
{
	switch (command) {
	case KIPC_RING_CLAIM:
		return ring_ioctl_claim(file, arg);
	case KIPC_RING_KICK:
		return ring_ioctl_kick(file, arg);
	case KIPC_RING_SEND:
		return ring_ioctl_send(file, arg);
	case KIPC_RING_RECEIVE:
		return ring_ioctl_receive(file, arg);
	case KIPC_RING_STATE:
		return ring_ioctl_state(file, arg);
	default:
		return -ENOTTY;
	}
}

/* ------------------------------------------------------------------------ */
/* poll, read, write                                                        */
/* ------------------------------------------------------------------------ */

static __poll_t ring_poll(struct file *file, struct poll_table_struct *table)
{
	struct kipc_ring *ring = kipc_ring_of(kipc_object_of(file));
	__poll_t possible = 0;

	/* As for mailboxes, whatever is asked for now. */
	if (ring_may_receive(file)) {
		poll_wait(file, &ring->object.pollers, table);
		possible |= EPOLLIN | EPOLLRDNORM;
	}
	if (kipc_file_writes(file)) {
		poll_wait(file, &ring->writers, table);
		possible |= EPOLLOUT | EPOLLWRNORM;
	}
	if (!possible)
		return 0;
	return kipc_ring_ready(ring, possible & poll_requested_events(table));
}

static ssize_t ring_read(struct file *file, struct iov_iter *to, bool try)
{
	struct kipc_deadline deadline = kipc_file_deadline(file, try);
	struct kipc_ring_receive_args args;
	int ret = kipc_file_check(file, FMODE_READ | FMODE_WRITE);

	if (!ret)
		ret = kipc_ring_receive(kipc_ring_of(kipc_object_of(file)), to,
					&deadline, &args, NULL);
	if (ret)
		return ret;
	return args.length;
}

static ssize_t ring_write(struct file *file, struct iov_iter *from, bool try)
{
	struct kipc_deadline deadline = kipc_file_deadline(file, try);
	ssize_t length = iov_iter_count(from);
	int ret = kipc_ring_send(kipc_ring_of(kipc_object_of(file)), 0, from,
				 &deadline);

	return ret ? ret : length;
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int ring_check(union kipc_attributes *attributes)
{
	u32 message_size = attributes->ring.message_size;
	u32 slots = attributes->ring.slots, lanes = attributes->ring.lanes;

	if (!message_size || message_size > KIPC_MESSAGE_MAX ||
	    !lanes || lanes > KIPC_RING_LANES_MAX ||
	    !is_power_of_2(slots) || slots > KIPC_RING_SLOTS_MAX / lanes ||
	    attributes->ring.loans > KIPC_RING_LOANS_MAX ||
	    memchr_inv(&attributes->ring + 1, 0,
		       sizeof(*attributes) - sizeof(attributes->ring)))
		return -EINVAL;
	return 0;
}

static int ring_init(struct kipc_object *object)
{
	return kipc_ring_init(kipc_ring_of(object));
}

static void ring_exit(struct kipc_object *object)
{
	kipc_ring_exit(kipc_ring_of(object));
}

static struct kipc_words *ring_words(struct kipc_object *object)
{
	return &kipc_ring_of(object)->words;
}

static void ring_scan(struct kipc_object *object)
{
	kipc_attachments_settle(object);
	kipc_ring_kick_all(kipc_ring_of(object), true);
}

static void ring_show(struct seq_file *seq, struct kipc_object *object)
{
	struct kipc_ring_state_args state;

	kipc_ring_state_get(kipc_ring_of(object), &state);
	seq_printf(seq, "kipc-messages:\t%u\n", state.messages);
	seq_printf(seq, "kipc-returned:\t%u\n", state.returned);
	seq_printf(seq, "kipc-dead-messages:\t%u\n", state.dead);
	seq_printf(seq, "kipc-senders:\t%u\n", state.senders);
	seq_printf(seq, "kipc-receivers:\t%u\n", state.receivers);
}

const struct kipc_type kipc_ring_type = {
	.label = "ring",
	.id = KIPC_RING,
	.min_elements = 1,
	.max_elements = 1,
	.size = sizeof(struct kipc_ring),
	.check = ring_check,
	.init = ring_init,
	.exit = ring_exit,
	.ioctl = ring_ioctl,
	.poll = ring_poll,
	.read = ring_read,
	.write = ring_write,
	.words = ring_words,
	.detach = kipc_ring_repair,
	.settle = kipc_ring_repair,
	.scan = ring_scan,
	.show = ring_show,
};
