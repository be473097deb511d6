// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mailboxes. Each message has a number that is unique for its sender, and is received
 * once and in order. A process that is killed while it receives may take one message
 * with it that was reported as sent. Or the message returns to the mailbox and comes
 * after others that were sent later.
 */
#include "target.h"

#define LIVES		4096	/* senders in a round; later ones send nothing */
#define MESSAGES	256	/* of each */
#define CAPACITY	8
#define PRIORITIES	3
#define WAIT_NS		20000000

struct sender {
	pid_t pid;
	__u32 tried;		/* messages that it may have sent */
	__u32 sent;
	__u32 received[MESSAGES / 32];	/* atomic; a bit each */
};

struct mailbox_share {
	/* atomic */
	__u32 doubtful;		/* processes that were killed while they received */
	__u32 late;		/* messages received after later ones */

	struct sender senders[LIVES];
};

struct note {
	__u32 life;
	__u32 number;
};

/* The next number that this thread may receive from each sender, by target. */
static __thread __u16 expected[TARGETS_MAX][LIVES];

static struct kipc_create_args args(void)
{
	return mailbox_args(sizeof(struct note), CAPACITY);
}

static void mailbox_begin(const struct target *target)
{
	struct mailbox_share *share = target->share;

	memset(share, 0, sizeof(*share));
	memset(expected[target->number], 0, sizeof(expected[0]));
}

static void send_one(struct worker *worker, const struct target *target,
		     unsigned int depth, __s64 deadline)
{
	struct mailbox_share *share = target->share;
	struct note note = { .life = worker->record->life };
	struct sender *sender;
	int ret;

	if (note.life >= LIVES)
		return;
	sender = &share->senders[note.life];
	note.number = sender->sent;
	if (note.number == MESSAGES)
		return;
	op_begin(worker, depth, target, 0, 1);
	sender->pid = getpid();
	write_once(sender->tried, note.number + 1);
	op_step(worker, depth, GIVING);
	ret = mailbox_timedsend(target->fd, &note, sizeof(note),
				note.life % PRIORITIES, deadline, 0);
	if (!ret)
		write_once(sender->sent, note.number + 1);
	else if (!in_vain(ret))
		broken("%s: send: %d", label_of(target), ret);
	op_end(worker, depth);
}

/* The kernel reports no pid for a sender that has been reaped. */
static bool names_sender(const struct message *message,
			 const struct sender *sender)
{
	return !message->args.pid || message->args.pid == (__u32)sender->pid;
}

/* Checks that the message was sent, is received once, and comes in order. */
static void check_note(const struct target *target,
		       const struct message *message)
{
	struct mailbox_share *share = target->share;
	struct sender *sender;
	struct note note;
	__u16 *next;
	__u32 bit;

	memcpy(&note, message->data, sizeof(note));
	if (message->args.length != sizeof(note) || note.life >= LIVES ||
	    note.number >= MESSAGES) {
		broken("%s: a message without a sender", label_of(target));
		return;
	}
	sender = &share->senders[note.life];
	bit = 1U << note.number % 32;
	if (__atomic_fetch_or(&sender->received[note.number / 32], bit,
			      __ATOMIC_SEQ_CST) & bit)
		broken("%s: message %u of %u twice", label_of(target),
		       note.number, note.life);
	if (note.number >= read_once(sender->tried) ||
	    !names_sender(message, sender) ||
	    message->args.priority != note.life % PRIORITIES)
		broken("%s: message %u of %u was not sent", label_of(target),
		       note.number, note.life);
	next = &expected[target->number][note.life];
	if (note.number < *next)
		count_up(share->late);
	*next = note.number + 1;
}

static void receive_one(struct worker *worker, const struct target *target,
			unsigned int depth, __s64 deadline)
{
	struct message message;
	int ret;

	op_begin(worker, depth, target, 0, 1);
	ret = mailbox_timedreceive(target->fd, &message, deadline, 0);
	if (!ret)
		check_note(target, &message);
	else if (!in_vain(ret))
		broken("%s: receive: %d", label_of(target), ret);
	op_end(worker, depth);
}

/* There may be no other worker, so every wait has a deadline. */
static void mailbox_use(struct worker *worker, const struct target *target,
			unsigned int depth)
{
	__s64 deadline = now_ns(CLOCK_MONOTONIC) +
			 chance(worker, depth ? WAIT_NS / 20 : WAIT_NS);

	if (chance(worker, 2))
		send_one(worker, target, depth, deadline);
	else
		receive_one(worker, target, depth, deadline);
}

static void mailbox_reap(const struct target *target, const struct op *op)
{
	struct mailbox_share *share = target->share;

	if (op->step == TAKING)
		count_up(share->doubtful);
}

/* Counts the messages that were sent and not received. */
static __u32 missing_of(const struct sender *sender)
{
	__u32 number, missing = 0;

	for (number = 0; number < sender->sent; number++)
		if (!(sender->received[number / 32] & 1U << number % 32))
			missing++;
	return missing;
}

static void mailbox_check(const struct target *target)
{
	struct mailbox_share *share = target->share;
	struct kipc_mailbox_state_args state;
	struct message message;
	__u32 missing = 0, i;

	while (!mailbox_tryreceive(target->fd, &message))
		check_note(target, &message);
	for (i = 0; i < LIVES; i++)
		missing += missing_of(&share->senders[i]);
	if (missing + share->late > share->doubtful)
		broken("%s: %u messages lost and %u late, %u died receiving",
		       label_of(target), missing, share->late,
		       share->doubtful);
	if (mailbox_state(target->fd, &state) || state.messages || state.bytes ||
	    state.senders || state.receivers)
		broken("%s: not empty at the end", label_of(target));
}

const struct kind mailbox_kind = {
	.args = args,
	.nests = true,
	.share = sizeof(struct mailbox_share),
	.begin = mailbox_begin,
	.use = mailbox_use,
	.reap = mailbox_reap,
	.check = mailbox_check,
};
