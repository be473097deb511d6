// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mailboxes as a type of object: ioctl, poll, read and write, and fdinfo. The
 * verbs are in mailbox.c.
 */
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "args.h"
#include "compat.h"
#include "mailbox.h"
#include "poll.h"
#include "process.h"

/*
 * Tells the caller about the message and its sender, in the caller's own user
 * and pid namespace.
 */
static void mailbox_describe(const struct kipc_message *message,
			     struct kipc_mailbox_receive_args *args)
{
	args->priority = message->priority;
	args->length = message->length;
	args->pid = kipc_process_number(message->pid);
	args->uid = from_kuid_munged(current_user_ns(), message->uid);
	args->gid = from_kgid_munged(current_user_ns(), message->gid);
}

static int mailbox_deliver(struct kipc_mailbox *mailbox,
			   const struct kipc_message *message,
			   struct kipc_mailbox_receive_args *args,
			   void __user *arg)
{
	struct iov_iter to;
	int ret;

	/*
	 * A task that was killed cannot look at the message any more, so the
	 * message goes back to the queue.
	 */
	if (fatal_signal_pending(current))
		return -EINTR;
	iov_iter_ubuf(&to, ITER_DEST, u64_to_user_ptr(args->data),
		      args->capacity);
	ret = kipc_message_copy(&mailbox->queue, message, &to);
	if (ret)
		return ret;
	mailbox_describe(message, args);
	return kipc_args_write(arg, args, sizeof(*args));
}

static int mailbox_receive(struct kipc_mailbox *mailbox,
			   struct kipc_mailbox_receive_args *args,
			   void __user *arg,
			   const struct kipc_deadline *deadline)
{
	bool peek = args->flags & KIPC_PEEK;
	struct kipc_message *message;
	u32 size = args->capacity;
	int ret;

	if (peek)
		ret = kipc_mailbox_peek(mailbox, &size, &message);
	else
		ret = kipc_mailbox_take(mailbox, &size, deadline, &message);
	if (ret == -EMSGSIZE) {
		args->length = size;
		return kipc_args_write(arg, args, sizeof(*args)) ? -EFAULT : ret;
	}
	if (ret)
		return ret;
	ret = mailbox_deliver(mailbox, message, args, arg);
	kipc_mailbox_finish(mailbox, message, peek || !ret);
	return ret;
}

/* ------------------------------------------------------------------------ */
/* ioctl                                                                    */
/* ------------------------------------------------------------------------ */

static int mailbox_ioctl_send(struct file *file, void __user *arg)
{
	struct kipc_mailbox_send_args args;
	struct kipc_deadline deadline;
	struct iov_iter from;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_WRITE);
	if (ret)
		return ret;
	if ((args.flags & ~(KIPC_TRY | KIPC_REALTIME)) || args.element ||
	    args.priority >= KIPC_PRIORITIES || args.reserved)
		return -EINVAL;
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline);
	if (ret)
		return ret;
	iov_iter_ubuf(&from, ITER_SOURCE, u64_to_user_ptr(args.data),
		      args.length);
	return kipc_mailbox_send(kipc_mailbox_of(kipc_object_of(file)), &from,
			    args.priority, current_cred(), &deadline);
}

static int mailbox_ioctl_receive(struct file *file, void __user *arg)
{
	const u32 known = KIPC_TRY | KIPC_REALTIME | KIPC_PEEK;
	struct kipc_mailbox_receive_args args;
	struct kipc_deadline deadline;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (!ret)
		ret = kipc_file_check(file, FMODE_READ);
	if (ret)
		return ret;
	if ((args.flags & ~known) || args.element || args.reserved)
		return -EINVAL;
	if ((args.flags & KIPC_PEEK) && !(args.flags & KIPC_TRY))
		return -EINVAL;
	ret = kipc_deadline_init(&deadline, args.flags, args.deadline);
	if (ret)
		return ret;
	return mailbox_receive(kipc_mailbox_of(kipc_object_of(file)), &args, arg,
			       &deadline);
}

static int mailbox_ioctl_state(struct file *file, void __user *arg)
{
	struct kipc_mailbox_state_args args;
	int ret = kipc_args_read(&args, sizeof(args), arg);

	if (ret)
		return ret;
	if (args.flags || args.element)
		return -EINVAL;
	kipc_mailbox_state(kipc_mailbox_of(kipc_object_of(file)), &args);
	return kipc_args_write(arg, &args, sizeof(args));
}

static long mailbox_ioctl(struct file *file, unsigned int command,
			  void __user *arg)
{
	switch (command) {
	case KIPC_MAILBOX_SEND:
		return mailbox_ioctl_send(file, arg);
	case KIPC_MAILBOX_RECEIVE:
		return mailbox_ioctl_receive(file, arg);
	case KIPC_MAILBOX_STATE:
		return mailbox_ioctl_state(file, arg);
	default:
		return -ENOTTY;
	}
}

/* ------------------------------------------------------------------------ */
/* poll, read, write: one message each, of priority 0                       */
/* ------------------------------------------------------------------------ */

static __poll_t mailbox_poll(struct file *file, struct poll_table_struct *table)
{
	struct kipc_mailbox *mailbox = kipc_mailbox_of(kipc_object_of(file));
	__poll_t possible = 0;

	/*
	 * Registers in both queues whatever is asked for now, because epoll may
	 * ask for the other event later without registering again.
	 */
	if (kipc_file_reads(file)) {
		poll_wait(file, &mailbox->object.pollers, table);
		possible |= EPOLLIN | EPOLLRDNORM;
	}
	if (kipc_file_writes(file)) {
		poll_wait(file, &mailbox->writers, table);
		possible |= EPOLLOUT | EPOLLWRNORM;
	}
	return kipc_mailbox_ready(mailbox, possible &
					    poll_requested_events(table)) &
	       possible;
}

static ssize_t mailbox_read(struct file *file, struct iov_iter *to, bool try)
{
	struct kipc_mailbox *mailbox = kipc_mailbox_of(kipc_object_of(file));
	struct kipc_deadline deadline = kipc_file_deadline(file, try);
	u32 size = min_t(size_t, iov_iter_count(to), KIPC_MESSAGE_MAX);
	struct kipc_message *message;
	ssize_t ret = kipc_mailbox_take(mailbox, &size, &deadline, &message);

	if (ret)
		return ret;
	size = message->length;
	ret = fatal_signal_pending(current) ? -EINTR :
	      kipc_message_copy(&mailbox->queue, message, to);
	kipc_mailbox_finish(mailbox, message, !ret);
	return ret ? ret : size;
}

/*
 * A program that writes to a descriptor it was started with may not know that
 * it sends a message. So the message carries the credentials of the task that
 * opened the descriptor.
 */
static ssize_t mailbox_write(struct file *file, struct iov_iter *from, bool try)
{
	struct kipc_deadline deadline = kipc_file_deadline(file, try);
	ssize_t size = iov_iter_count(from);
	int ret = kipc_mailbox_send(kipc_mailbox_of(kipc_object_of(file)), from, 0,
			       file->f_cred, &deadline);

	return ret ? ret : size;
}

/* ------------------------------------------------------------------------ */
/* The type                                                                 */
/* ------------------------------------------------------------------------ */

static int mailbox_check(union kipc_attributes *attributes)
{
	u32 message_size = attributes->mailbox.message_size;
	u32 messages = attributes->mailbox.messages;
	u64 max = (u64)message_size * messages;

	if (!message_size || message_size > KIPC_MESSAGE_MAX || !messages ||
	    messages > KIPC_MESSAGES_MAX ||
	    memchr_inv(&attributes->mailbox + 1, 0,
		       sizeof(*attributes) - sizeof(attributes->mailbox)))
		return -EINVAL;
	if (!attributes->mailbox.bytes)
		attributes->mailbox.bytes = max;
	if (attributes->mailbox.bytes < message_size ||
	    attributes->mailbox.bytes > max)
		return -EINVAL;
	return 0;
}

static int mailbox_init(struct kipc_object *object)
{
	struct kipc_mailbox *mailbox = kipc_mailbox_of(object);

	kipc_mailbox_init(mailbox);
	return kipc_queue_alloc(&mailbox->queue, object);
}

static void mailbox_exit(struct kipc_object *object)
{
	cancel_delayed_work_sync(&kipc_mailbox_of(object)->offer_end);
	kipc_queue_free(&kipc_mailbox_of(object)->queue,
			object->attributes.mailbox.messages);
}

static void mailbox_show(struct seq_file *seq, struct kipc_object *object)
{
	struct kipc_mailbox_state_args state;

	kipc_mailbox_state(kipc_mailbox_of(object), &state);
	seq_printf(seq, "kipc-messages:\t%u\n", state.messages);
	seq_printf(seq, "kipc-message-bytes:\t%llu\n", state.bytes);
	seq_printf(seq, "kipc-senders:\t%u\n", state.senders);
	seq_printf(seq, "kipc-receivers:\t%u\n", state.receivers);
}

const struct kipc_type kipc_mailbox_type = {
	.label = "mailbox",
	.id = KIPC_MAILBOX,
	.flags = KIPC_SEALED | KIPC_FAIR,
	.min_elements = 1,
	.max_elements = 1,
	.size = sizeof(struct kipc_mailbox),
	.check = mailbox_check,
	.init = mailbox_init,
	.exit = mailbox_exit,
	.ioctl = mailbox_ioctl,
	.poll = mailbox_poll,
	.read = mailbox_read,
	.write = mailbox_write,
	.show = mailbox_show,
};
