// SPDX-License-Identifier: GPL-2.0-only
/*
 * Threads of several processes call every verb of mailboxes at random, so that
 * each verb races with every other one. The threads are disturbed before and
 * after each call. Half of them send and the others receive. Each message is
 * received once and in order.
 */
#include "kipc_test.h"
#include "polling.h"
#include "race.h"

#define SENDERS		(WORKERS / 2)
#define RECEIVERS	(WORKERS - SENDERS)
#define LETTERS		1200	/* of each sender, at most */
#define LEVELS		4
#define LETTER_SIZE	40

static const __u32 priorities[LEVELS] = { 0, 1, 77, KIPC_PRIORITIES - 1 };

struct race_letter {
	__u32 sender;
	__u32 number;
	__u32 level;
	__u8 filling[LETTER_SIZE - 12];
};

struct mailbox_race {
	struct race_shared shared;
	int fd;
	unsigned int letters;		/* of each sender */
	unsigned int finished;		/* senders */
	__u8 times[SENDERS][LETTERS];	/* each was received */
};

static struct mailbox_race *mailbox_race_of(struct race_worker *self)
{
	return (struct mailbox_race *)self->shared;
}

/*
 * Half of the letters have the greatest length, so that shorter ones get past
 * them.
 */
static size_t letter_length(const struct race_letter *letter)
{
	if (letter->number % 2)
		return sizeof(*letter);
	return 12 + (letter->number * 7 + letter->sender) % (LETTER_SIZE - 11);
}

/*
 * Sends a letter. After a call that failed at once the next call waits, so that
 * the other workers can go on.
 */
static int send_letter(struct race_worker *self, const struct race_letter *letter,
		       bool waits)
{
	int fd = mailbox_race_of(self)->fd;
	__u32 priority = priorities[letter->level];
	size_t length = letter_length(letter);

	switch (chance(self, waits ? 3 : 6)) {
	case 0:
		return mailbox_timedsend(fd, letter, length, priority,
			random_deadline(self, CLOCK_MONOTONIC), 0);
	case 1:
		return mailbox_timedsend(fd, letter, length, priority,
			random_deadline(self, CLOCK_REALTIME), KIPC_REALTIME);
	case 3:
		return mailbox_trysend(fd, letter, length, priority);
	case 4:
		poll_for(fd, POLLOUT, chance(self, 3));
		disturb(self);
		return mailbox_trysend(fd, letter, length, priority);
	case 5:
		if (priority)
			return mailbox_send(fd, letter, length, priority);
		return write(fd, letter, length) == (ssize_t)length ? 0 : -errno;
	default:
		return mailbox_send(fd, letter, length, priority);
	}
}

/*
 * Sends an empty message to each receiver, behind all letters, which ends the
 * receiver.
 */
static int send_ends(struct mailbox_race *race)
{
	unsigned int i;
	int ret;

	for (i = 0; i < RECEIVERS; i++) {
		do {
			ret = mailbox_send(race->fd, NULL, 0, 0);
		} while (ret == -EINTR);
		if (ret)
			return ret;
	}
	return 0;
}

static int work_sender(struct race_worker *self)
{
	struct mailbox_race *race = mailbox_race_of(self);
	struct race_letter letter = { .sender = self->number };
	int ret = 0;

	while (letter.number < race->letters) {
		if (!in_vain(ret))
			letter.level = chance(self, LEVELS);
		memset(letter.filling, letter.number, sizeof(letter.filling));
		disturb(self);
		ret = send_letter(self, &letter, in_vain(ret));
		if (!ret)
			letter.number++;
		else if (!in_vain(ret))
			return ret;
	}
	if (__atomic_add_fetch(&race->finished, 1, __ATOMIC_SEQ_CST) < SENDERS)
		return 0;
	return send_ends(race);
}

/*
 * Reads a letter. read() does not tell the priority, but the letter contains
 * it.
 */
static int read_letter(int fd, struct message *message)
{
	ssize_t length = read(fd, message->data, sizeof(message->data));
	struct race_letter letter;

	if (length < 0)
		return -errno;
	memcpy(&letter, message->data, sizeof(letter));
	message->args.length = length;
	message->args.priority = priorities[letter.level % LEVELS];
	return 0;
}

/*
 * Receives into a buffer that is too small for any letter, so the letter stays
 * in the mailbox.
 */
static int receive_too_little(int fd)
{
	struct message message;
	int ret = receive_into(fd, &message.args, message.data, 1, 0, KIPC_TRY);

	/* An empty message does fit and is received. */
	return ret == -EMSGSIZE ? -EAGAIN : ret;
}

/* Receives a letter. Returns 1 if it only peeked. */
static int receive_letter(struct race_worker *self, struct message *message,
			  bool waits)
{
	int fd = mailbox_race_of(self)->fd;
	int ret;

	switch (chance(self, waits ? 3 : 8)) {
	case 0:
		return mailbox_timedreceive(fd, message,
			random_deadline(self, CLOCK_MONOTONIC), 0);
	case 1:
		return mailbox_timedreceive(fd, message,
			random_deadline(self, CLOCK_REALTIME), KIPC_REALTIME);
	case 3:
		return mailbox_tryreceive(fd, message);
	case 4:
		poll_for(fd, POLLIN, chance(self, 3));
		disturb(self);
		return mailbox_tryreceive(fd, message);
	case 5:
		return read_letter(fd, message);
	case 6:
		message->args.length = 0;
		return receive_too_little(fd);
	case 7:
		ret = mailbox_peek(fd, message);
		return ret ? ret : 1;
	default:
		return mailbox_receive(fd, message);
	}
}

static bool letter_is_whole(const struct race_letter *letter,
			    const struct kipc_mailbox_receive_args *args)
{
	size_t i;

	if (letter->sender >= SENDERS || letter->number >= LETTERS ||
	    letter->level >= LEVELS || args->length != letter_length(letter) ||
	    args->priority != priorities[letter->level])
		return false;
	for (i = 12; i < args->length; i++)
		if (letter->filling[i - 12] != (__u8)letter->number)
			return false;
	return true;
}

/*
 * Checks that the letter is newer than all letters of this sender and priority
 * that were received before.
 */
static int accept_letter(struct mailbox_race *race,
			 const struct message *message, bool peeked,
			 __s64 last[SENDERS][LEVELS])
{
	struct race_letter letter;

	memcpy(&letter, message->data, sizeof(letter));
	if (!letter_is_whole(&letter, &message->args))
		return -EBADMSG;
	if (last[letter.sender][letter.level] >= letter.number)
		return -EILSEQ;
	if (peeked)
		return 0;
	last[letter.sender][letter.level] = letter.number;
	__atomic_add_fetch(&race->times[letter.sender][letter.number], 1,
			   __ATOMIC_RELAXED);
	return 0;
}

static int work_receiver(struct race_worker *self)
{
	struct mailbox_race *race = mailbox_race_of(self);
	__s64 last[SENDERS][LEVELS];
	struct message message;
	bool peeked;
	int ret = 0;

	memset(last, 0xff, sizeof(last));
	for (;;) {
		disturb(self);
		ret = receive_letter(self, &message, in_vain(ret));
		if (in_vain(ret))
			continue;
		if (ret < 0)
			return ret;
		peeked = ret;
		if (!message.args.length && !peeked)
			return 0;
		if (!message.args.length)
			continue;
		ret = accept_letter(race, &message, peeked, last);
		if (ret)
			return ret;
	}
}

static int work_mailbox(struct race_worker *self)
{
	return self->number < SENDERS ? work_sender(self) :
					work_receiver(self);
}

FIXTURE(mailbox) {
	struct mailbox_race *race;
};

FIXTURE_VARIANT(mailbox) {
	unsigned int room;
	unsigned int bytes;
	__u32 flags;
};

FIXTURE_VARIANT_ADD(mailbox, one_at_a_time) {
	.room = 1,
};

FIXTURE_VARIANT_ADD(mailbox, few_bytes) {
	.room = 8,
	.bytes = 2 * LETTER_SIZE + 5,
};

FIXTURE_VARIANT_ADD(mailbox, few_bytes_fair) {
	.room = 8,
	.bytes = 2 * LETTER_SIZE + 5,
	.flags = KIPC_FAIR,
};

FIXTURE_SETUP(mailbox)
{
	struct mailbox_race *race = shared_alloc(sizeof(*race));
	struct kipc_create_args args = mailbox_args(LETTER_SIZE, variant->room);

	self->race = race;
	args.attributes.mailbox.bytes = variant->bytes;
	race->fd = create_flags(args, variant->flags);
	ASSERT_LE(0, race->fd);
	race->letters = scaled(LETTERS);
}

FIXTURE_TEARDOWN(mailbox)
{
	close(self->race->fd);
}

TEST_F_TIMEOUT(mailbox, delivers_once_and_in_order, 400)
{
	struct mailbox_race *race = self->race;
	unsigned int i, j, once = 0, more = 0;

	EXPECT_EQ(0, race_run(&race->shared, work_mailbox));
	for (i = 0; i < SENDERS; i++) {
		for (j = 0; j < LETTERS; j++) {
			once += race->times[i][j] == 1;
			more += race->times[i][j] > 1;
		}
	}
	EXPECT_EQ(SENDERS * race->letters, once);
	EXPECT_EQ(0U, more);
	check_mailbox(race->fd, 0, 0);
	EXPECT_EQ(0L, waiters(race->fd));
	EXPECT_GE(variant->flags & KIPC_FAIR ? 0 : 2,
		  fdinfo_number(race->fd, "kipc-most-lost-races:"));
}

TEST_HARNESS_MAIN
