// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a participant leaves in a ring that is killed after any step: a message
 * that it was about to send is gone, one that it was receiving or held is
 * received again, its chunks are free, and threads that wait go on.
 */
#include "kipc_test.h"
#include "parameter.h"
#include "waiting_thread.h"

#define SIZE	64
#define SLOTS	2
#define LOANS	2

/* The steps after which a child stops and is killed. */
enum stop {
	CLAIMED_TO_SEND,
	LENT,
	SWAPPED_PLACE_IN,	/* the chunk that comes out is marked */
	SWAPPED_SLOT_IN,	/* and the slot names the other one */
	SWAPPED_IN,
	READY,			/* but the tail has not moved */
	SENT,			/* but no receiver was kicked */
	CLAIMED_TO_RECEIVE,
	SPARE,
	SWAPPED_PLACE_OUT,
	SWAPPED_SLOT_OUT,
	SWAPPED_OUT,
	FREE,			/* but the head has not moved */
	HELD,
	STOPS
};

struct victim {
	int fd;
	enum stop stop;
	int *arrived;
};

static void stop_here(struct victim *victim, enum stop stop)
{
	if (victim->stop != stop)
		return;
	__atomic_store_n(victim->arrived, 1, __ATOMIC_RELEASE);
	for (;;)
		pause();
}

/* Publishes a loan, as kipc_ring_swap_in() does it, and stops between steps. */
static int victim_send(struct victim *victim, struct kipc_ring_map *map)
{
	const __u32 loan = SLOTS;
	struct kipc_ring_slot *slot;
	__u64 position;
	__u32 spare;

	if (!kipc_ring_move(map, loan, KIPC_RING_UNUSED, KIPC_RING_LOAN))
		return -1;
	memcpy(message_ring_chunk(map, loan), "new", 4);
	stop_here(victim, LENT);
	if (kipc_ring_claim_send(map, 0, 9, &position) != KIPC_RING_FOUND)
		return -2;
	stop_here(victim, CLAIMED_TO_SEND);
	slot = kipc_ring_slot(map, 0, position);
	spare = (__u32)slot->content;
	if (victim->stop == SWAPPED_PLACE_IN || victim->stop == SWAPPED_SLOT_IN)
		*kipc_ring_place(map, spare) =
			kipc_ring_place_of(KIPC_RING_SPARE, map->me, 0);
	stop_here(victim, SWAPPED_PLACE_IN);
	if (victim->stop == SWAPPED_SLOT_IN)
		slot->content = kipc_ring_content(loan, 4);
	stop_here(victim, SWAPPED_SLOT_IN);
	if (!kipc_ring_swap_in(map, 0, position, loan, 4, &spare))
		return -3;
	stop_here(victim, SWAPPED_IN);
	slot->state = kipc_ring_state_of(position, map->me, KIPC_RING_READY);
	stop_here(victim, READY);
	kipc_ring_advance(kipc_ring_tail_index(map, 0), position);
	stop_here(victim, SENT);
	return -4;
}

/* Receives and holds, as kipc_ring_swap_out() does it. */
static int victim_receive(struct victim *victim, struct kipc_ring_map *map)
{
	const __u32 spare = SLOTS;
	struct kipc_ring_slot *slot;
	__u64 position, content;
	__u32 sender;
	int bell = 0;

	if (!kipc_ring_move(map, spare, KIPC_RING_UNUSED, KIPC_RING_SPARE))
		return -5;
	stop_here(victim, SPARE);
	if (kipc_ring_claim_receive(map, 0, 9, &position, &sender, &bell) !=
	    KIPC_RING_FOUND)
		return -6;
	stop_here(victim, CLAIMED_TO_RECEIVE);
	slot = kipc_ring_slot(map, 0, position);
	content = slot->content;
	if (victim->stop == SWAPPED_PLACE_OUT || victim->stop == SWAPPED_SLOT_OUT)
		*kipc_ring_place(map, (__u32)content) =
			kipc_ring_place_of(KIPC_RING_HELD, map->me, 4);
	stop_here(victim, SWAPPED_PLACE_OUT);
	if (victim->stop == SWAPPED_SLOT_OUT)
		slot->content = kipc_ring_content(spare, KIPC_RING_EMPTY);
	stop_here(victim, SWAPPED_SLOT_OUT);
	kipc_ring_swap_out(map, 0, position, content, spare);
	stop_here(victim, SWAPPED_OUT);
	slot->state = kipc_ring_next_state(map, position);
	stop_here(victim, FREE);
	kipc_ring_advance(kipc_ring_head_index(map, 0), position);
	stop_here(victim, HELD);
	return -7;
}

static int run_victim(void *data)
{
	struct victim *victim = data;
	struct kipc_ring_map map;
	int ret = message_ring_map(&map, victim->fd);

	if (ret)
		return ret;
	return victim->stop < CLAIMED_TO_RECEIVE ? victim_send(victim, &map) :
						   victim_receive(victim, &map);
}

FIXTURE(ring_repair) {
	int fd;
	int watch;
	long scan_ms;
	struct kipc_ring_map map;
	struct ring_message message;
};

FIXTURE_VARIANT(ring_repair) {
	enum stop stop;
	bool repeated;		/* the old message is received again */
	bool sent;		/* the new one is received */
	__u32 repaired;
	__u32 dead;
};

#define ROW(name, ...) \
	FIXTURE_VARIANT_ADD(ring_repair, name) { .stop = name, __VA_ARGS__ };

ROW(LENT)
ROW(CLAIMED_TO_SEND, .repaired = 1, .dead = 1)
ROW(SWAPPED_PLACE_IN, .repaired = 1, .dead = 1)
ROW(SWAPPED_SLOT_IN, .repaired = 1, .dead = 1)
ROW(SWAPPED_IN, .repaired = 1, .dead = 1)
ROW(READY, .sent = true)
ROW(SENT, .sent = true)
ROW(SPARE)
ROW(CLAIMED_TO_RECEIVE, .repeated = true, .repaired = 1)
ROW(SWAPPED_PLACE_OUT, .repeated = true, .repaired = 1)
ROW(SWAPPED_SLOT_OUT, .repeated = true, .repaired = 2)
ROW(SWAPPED_OUT, .repeated = true, .repaired = 2)
ROW(FREE, .repeated = true, .repaired = 1)
ROW(HELD, .repeated = true, .repaired = 1)

FIXTURE_SETUP(ring_repair)
{
	self->fd = create(ring_args(SIZE, SLOTS, 1, LOANS));
	ASSERT_LE(0, self->fd);
	self->watch = object_watch(self->fd);
	ASSERT_LE(0, self->watch);
	ASSERT_EQ(0, message_ring_map(&self->map, self->fd));
	self->scan_ms = parameter_get("scan_ms");
	ASSERT_LT(0, self->scan_ms);
}

FIXTURE_TEARDOWN(ring_repair)
{
	parameter_set("scan_ms", self->scan_ms);
}

/* Kills a child at the stop. */
static void kill_at(struct __test_metadata *_metadata, int fd, enum stop stop)
{
	struct victim victim = {
		.fd = fd,
		.stop = stop,
		.arrived = shared_alloc(sizeof(int)),
	};
	struct child child;

	child_start(&child, run_victim, &victim);
	wait_until(__atomic_load_n(victim.arrived, __ATOMIC_ACQUIRE) ||
		   child_ended(&child));
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
}

/* Each chunk is in one slot, or unused. */
static void check_chunks(struct __test_metadata *_metadata,
			 const struct kipc_ring_map *map)
{
	unsigned int named[SLOTS + LOANS] = {}, i;
	__u32 chunk;

	for (i = 0; i < SLOTS; i++) {
		chunk = (__u32)kipc_ring_slot_at(map, i)->content;
		ASSERT_LT(chunk, SLOTS + LOANS);
		named[chunk]++;
	}
	for (i = 0; i < SLOTS + LOANS; i++)
		EXPECT_EQ(named[i] ? KIPC_RING_IN_SLOT : KIPC_RING_UNUSED,
			  *kipc_ring_place(map, i));
	for (i = 0; i < SLOTS + LOANS; i++)
		EXPECT_GE(1U, named[i]);
}

TEST_F(ring_repair, after_a_kill)
{
	bool receives = variant->stop >= CLAIMED_TO_RECEIVE;
	struct kipc_ring_state_args state;
	struct kipc_notice notice;
	int i;

	if (receives)
		ASSERT_TRUE(ring_step_send(&self->map, "old", 4, 0));
	kill_at(_metadata, self->fd, variant->stop);
	ASSERT_EQ(1, watch_read(self->watch, &notice));
	EXPECT_EQ(variant->repaired, notice.repaired);
	ASSERT_EQ(0, ring_state(self->fd, &state));
	EXPECT_EQ(variant->repeated ? 1U : 0U, state.returned);
	EXPECT_EQ((__u64)state.returned, kipc_ring_head(&self->map)->returned);
	EXPECT_EQ(variant->dead, state.dead);
	EXPECT_EQ(variant->dead ? notice.attachment : 0, state.dead_sender);
	if (receives || variant->sent) {
		ASSERT_EQ(0, ring_tryreceive(self->fd, &self->message));
		EXPECT_STREQ(receives ? "old" : "new", self->message.data);
		EXPECT_EQ(4U, self->message.args.length);
		EXPECT_EQ(variant->repeated ? KIPC_RING_REPEATED : 0,
			  self->message.args.found);
	}
	EXPECT_EQ(-EAGAIN, ring_tryreceive(self->fd, &self->message));
	/* The ring is whole: it takes as many messages as before. */
	for (i = 0; i < SLOTS; i++)
		EXPECT_EQ(0, ring_trysend(self->fd, "end", 4, 0));
	EXPECT_EQ(-EAGAIN, ring_trysend(self->fd, "end", 4, 0));
	for (i = 0; i < SLOTS; i++) {
		EXPECT_EQ(0, ring_tryreceive(self->fd, &self->message));
		EXPECT_STREQ("end", self->message.data);
	}
	check_ring(self->fd, 0, 0);
	check_chunks(_metadata, &self->map);
}

/*
 * The scan would wake a receiver that the repair has forgotten, and so would the
 * deadline of the receiver, which looks a last time. So the receiver has no
 * deadline, and the scan comes after the test has given up.
 */
#define NO_SCAN_MS	10000
#define LIMIT_MS	4000

static int receive_any(int fd)
{
	struct ring_message message;

	return ring_receive(fd, &message);
}

static bool has_receivers(int fd, unsigned int count)
{
	struct kipc_ring_state_args state;

	return !ring_state(fd, &state) && state.receivers == count;
}

/* Returns false if the receiver is still asleep when the limit has passed. */
static bool is_woken(int fd)
{
	__s64 limit = deadline_in_ms(CLOCK_MONOTONIC, LIMIT_MS);

	wait_until(has_receivers(fd, 0) || now_ns(CLOCK_MONOTONIC) > limit);
	return has_receivers(fd, 0);
}

/*
 * A sender dies that has not kicked, or a receiver that has the message. The
 * receiver that waits gets it.
 */
TEST_F(ring_repair, wakes_who_waits)
{
	struct victim victim = {
		.fd = self->fd,
		.stop = variant->stop,
		.arrived = shared_alloc(sizeof(int)),
	};
	struct waiting_thread thread;
	struct child child;

	if (!variant->sent && !variant->repeated)
		return;
	ASSERT_EQ(0, parameter_set("scan_ms", NO_SCAN_MS));
	if (variant->repeated)
		ASSERT_TRUE(ring_step_send(&self->map, "old", 4, 0));
	if (variant->sent) {
		ASSERT_EQ(0, thread_start(&thread, self->fd, receive_any));
		wait_until(has_receivers(self->fd, 1));
	}
	child_start(&child, run_victim, &victim);
	wait_until(__atomic_load_n(victim.arrived, __ATOMIC_ACQUIRE));
	if (variant->repeated) {
		ASSERT_EQ(0, thread_start(&thread, self->fd, receive_any));
		wait_until(has_receivers(self->fd, 1));
	}
	EXPECT_EQ(CHILD_KILLED, child_kill(&child));
	EXPECT_TRUE(is_woken(self->fd));
	EXPECT_EQ(0, thread_finish(&thread));
	EXPECT_EQ(-EAGAIN, ring_tryreceive(self->fd, &self->message));
}

/*
 * A sender dies after READY. Its message is received before the tail has moved,
 * so the slot is a lap ahead of the tail.
 */
TEST(a_slot_may_be_a_lap_ahead_of_the_tail)
{
	int fd = create(ring_args(SIZE, SLOTS, 1, LOANS));
	struct ring_message message;
	struct kipc_ring_map map;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, message_ring_map(&map, fd));
	kill_at(_metadata, fd, READY);
	EXPECT_EQ(0ULL, *kipc_ring_tail_index(&map, 0));
	EXPECT_EQ(0, ring_tryreceive(fd, &message));
	EXPECT_EQ(0ULL, *kipc_ring_tail_index(&map, 0));
	EXPECT_TRUE(ring_step_send(&map, "x", 2, 0));
	EXPECT_EQ(2ULL, *kipc_ring_tail_index(&map, 0));
	EXPECT_EQ(0, ring_tryreceive(fd, &message));
	EXPECT_EQ('x', message.data[0]);
}

/* ------------------------------------------------------------------------ */
/* Random kills                                                             */
/* ------------------------------------------------------------------------ */

#define SENDERS		2
#define RECEIVERS	2

/* What all processes share. */
struct traffic {
	int fd;
	unsigned int kills;
	unsigned int acknowledged[SENDERS + 1];	/* sent by each */
	unsigned char seen[SENDERS][1 << 20];	/* received */
	unsigned char repeated[SENDERS][1 << 20];
};

struct sender {
	struct traffic *traffic;
	unsigned int number;
};

/* Sends as the participants do, and enters the kernel if there is no room. */
static int run_sender(void *data)
{
	struct sender *sender = data;
	struct traffic *traffic = sender->traffic;
	unsigned int *count = &traffic->acknowledged[sender->number];
	struct kipc_ring_claim_args args;
	__u32 content[2];
	struct kipc_ring_map map;
	__u64 position;
	__u32 chunk;
	int ret = message_ring_map(&map, traffic->fd);

	content[0] = sender->number;
	while (!ret && *count < sizeof(traffic->seen[0])) {
		content[1] = *count;
		if (kipc_ring_claim_send(&map, 0, 100, &position) !=
		    KIPC_RING_FOUND) {
			ret = ring_claim(traffic->fd, &args, KIPC_RING_SENDERS,
					 0, KIPC_FOREVER, 0);
			position = args.position;
		}
		if (ret)
			break;
		chunk = (__u32)kipc_ring_slot(&map, 0, position)->content;
		memcpy(message_ring_chunk(&map, chunk), content,
		       sizeof(content));
		if (kipc_ring_finish_send(&map, 0, position,
					  kipc_ring_content(chunk, 8)))
			ring_kick(traffic->fd, KIPC_RING_RECEIVERS, 0);
		__atomic_store_n(count, *count + 1, __ATOMIC_RELEASE);
	}
	return ret;
}

static void note_received(struct traffic *traffic, const __u32 *content,
			  bool repeated)
{
	traffic->seen[content[0]][content[1]] = 1;
	if (repeated)
		traffic->repeated[content[0]][content[1]] = 1;
}

/*
 * Receives and notes what it has got before it frees the slot, so that a
 * message that is not noted is lost.
 */
static int run_receiver(void *data)
{
	struct traffic *traffic = data;
	struct kipc_ring_claim_args args;
	struct kipc_ring_slot *slot;
	struct kipc_ring_map map;
	int ret = message_ring_map(&map, traffic->fd);
	__u32 content[2];

	while (!ret) {
		ret = ring_claim(traffic->fd, &args, KIPC_RING_RECEIVERS, 0,
				 KIPC_FOREVER, 0);
		if (ret)
			break;
		slot = kipc_ring_slot(&map, 0, args.position);
		memcpy(content, message_ring_chunk(&map, (__u32)slot->content),
		       sizeof(content));
		note_received(traffic, content, args.found);
		if (kipc_ring_finish_receive(&map, 0, args.position))
			ring_kick(traffic->fd, KIPC_RING_SENDERS, 0);
	}
	return ret;
}

/* Every message that its sender has counted is received. */
TEST(loses_nothing_when_participants_are_killed)
{
	const unsigned int kills = scaled(200);
	struct traffic *traffic = shared_alloc(sizeof(*traffic));
	struct sender senders[SENDERS];
	struct child children[SENDERS + RECEIVERS];
	struct kipc_ring_state_args state;
	struct ring_message message;
	unsigned int i, j, before;
	struct kipc_ring_map map;

	traffic->fd = create(ring_args(SIZE, SLOTS, 1, LOANS));
	ASSERT_LE(0, traffic->fd);
	ASSERT_EQ(0, message_ring_map(&map, traffic->fd));
	for (i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender){ traffic, i };
		child_start(&children[i], run_sender, &senders[i]);
	}
	for (i = 0; i < RECEIVERS; i++)
		child_start(&children[SENDERS + i], run_receiver, traffic);
	for (i = 0; i < kills; i++) {
		j = i % (SENDERS + RECEIVERS);
		before = __atomic_load_n(&traffic->acknowledged[j % SENDERS],
					 __ATOMIC_ACQUIRE);
		wait_until(__atomic_load_n(&traffic->acknowledged[j % SENDERS],
					   __ATOMIC_ACQUIRE) != before);
		ASSERT_EQ(CHILD_KILLED, child_kill(&children[j]));
		if (j < SENDERS) {
			/* The message that was not counted may have been sent. */
			traffic->acknowledged[j]++;
			traffic->seen[j][traffic->acknowledged[j] - 1] = 1;
			child_start(&children[j], run_sender, &senders[j]);
		} else {
			child_start(&children[j], run_receiver, traffic);
		}
	}
	for (i = 0; i < SENDERS; i++)
		ASSERT_EQ(CHILD_KILLED, child_kill(&children[i]));
	for (i = 0; i < RECEIVERS; i++)
		ASSERT_EQ(CHILD_KILLED, child_kill(&children[SENDERS + i]));
	while (!ring_tryreceive(traffic->fd, &message))
		note_received(traffic, (const __u32 *)message.data,
			      message.args.found);
	for (i = 0; i < SENDERS; i++)
		for (j = 0; j < traffic->acknowledged[i]; j++)
			ASSERT_EQ(1, traffic->seen[i][j]) {
				TH_LOG("sender %u, message %u of %u is lost",
				       i, j, traffic->acknowledged[i]);
			}
	ASSERT_EQ(0, ring_state(traffic->fd, &state));
	EXPECT_EQ(0U, state.messages);
	EXPECT_EQ(0U, state.returned);
	check_chunks(_metadata, &map);
}

TEST_HARNESS_MAIN
