// SPDX-License-Identifier: GPL-2.0-only
/*
 * The steps of a ring, in memory that no kernel knows of: the library's verbs that
 * do not wait, positions that wrap, and many threads at once. ThreadSanitizer
 * checks the order of all accesses.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "ring_handle.h"

#define SIZE	64
#define SLOTS	8
#define LOANS	4

/* Makes a ring as the module does, with all indices at a position. */
static void ring_make(struct kipc_ring *ring, uint32_t lanes, __u64 position)
{
	struct kipc_ring_map map;
	uint32_t i, slots = lanes * SLOTS;
	__u64 at;

	memset(ring, 0, sizeof(*ring));
	kipc_ring_layout_init(&ring->layout, SIZE, SLOTS, lanes, LOANS);
	ring->words.map_size = kipc_ring_round_up(ring->layout.bytes, 4096);
	ring->words.base = aligned_alloc(4096, ring->words.map_size);
	memset(ring->words.base, 0, ring->words.map_size);
	ring->words.attachment = 1;
	ring->copy_max = SIZE;
	ring->words.fd = -1;
	map = ring_map(ring);
	for (i = 0; i < slots; i++) {
		at = (position + i % SLOTS) & KIPC_RING_POSITION;
		kipc_ring_slot(&map, i / SLOTS, at)->state =
			kipc_ring_state_of(at, 0, KIPC_RING_FREE);
		kipc_ring_slot_at(&map, i)->content =
			kipc_ring_content(i, KIPC_RING_EMPTY);
	}
	for (i = 0; i < lanes; i++) {
		*kipc_ring_tail_index(&map, i) = position;
		*kipc_ring_head_index(&map, i) = position;
	}
	for (i = 0; i < ring->layout.chunks; i++)
		*kipc_ring_place(&map, i) = kipc_ring_place_of(i < slots ?
			KIPC_RING_IN_SLOT : KIPC_RING_UNUSED, 0, 0);
}

FIXTURE(ring) {
	struct kipc_ring ring;
	struct kipc_ring_map map;
	char buffer[SIZE];
};

FIXTURE_VARIANT(ring) {
	__u64 position;
};

FIXTURE_VARIANT_ADD(ring, first) {
	.position = 0,
};

FIXTURE_VARIANT_ADD(ring, half) {
	.position = (KIPC_RING_POSITION >> 1) - 3,
};

FIXTURE_VARIANT_ADD(ring, last) {
	.position = KIPC_RING_POSITION - 3,
};

FIXTURE_SETUP(ring)
{
	ring_make(&self->ring, 1, variant->position);
	self->map = ring_map(&self->ring);
}

FIXTURE_TEARDOWN(ring)
{
	free(self->ring.words.base);
}

TEST_F(ring, is_full_and_empty_after_any_number_of_laps)
{
	int i, lap;

	for (lap = 0; lap < 3; lap++) {
		for (i = 0; i < SLOTS; i++)
			EXPECT_EQ(0, kipc_ring_trysend(&self->ring, &i,
						       sizeof(i), 0));
		EXPECT_EQ(-EAGAIN, kipc_ring_trysend(&self->ring, &i, 4, 0));
		for (i = 0; i < SLOTS; i++) {
			EXPECT_EQ(4, kipc_ring_tryreceive(&self->ring,
							  self->buffer, SIZE,
							  NULL));
			EXPECT_EQ(0, memcmp(&i, self->buffer, sizeof(i)));
		}
		EXPECT_EQ(-EAGAIN, kipc_ring_tryreceive(&self->ring,
							self->buffer, SIZE,
							NULL));
	}
}

TEST_F(ring, moves_chunks)
{
	const void *held[LOANS];
	void *loan;
	int i, lap;

	for (lap = 0; lap < 20; lap++) {
		for (i = 0; i < LOANS; i++) {
			ASSERT_EQ(0, kipc_ring_loan(&self->ring, &loan));
			memcpy(loan, &i, sizeof(i));
			EXPECT_EQ(0, kipc_ring_trypublish(&self->ring, loan,
							  sizeof(i), 0));
		}
		for (i = 0; i < LOANS; i++) {
			EXPECT_EQ(4, kipc_ring_tryhold(&self->ring, &held[i],
						       NULL));
			EXPECT_EQ(0, memcmp(&i, held[i], sizeof(i)));
		}
		EXPECT_EQ(-ENOBUFS, kipc_ring_loan(&self->ring, &loan));
		for (i = 0; i < LOANS; i++)
			kipc_ring_give_back(&self->ring, held[i]);
	}
}

/* A participant is stopped between any two steps; another one goes on. */
TEST_F(ring, goes_on_when_an_index_is_behind)
{
	__u64 position = variant->position;
	struct kipc_ring_slot *slot = kipc_ring_slot(&self->map, 0, position);
	struct kipc_ring_map other = self->map;
	__u64 index;

	other.me = 2;
	/* READY, and the tail is behind. */
	ASSERT_EQ(KIPC_RING_FOUND,
		  kipc_ring_claim_send(&other, 0, 1, &position));
	slot->content = kipc_ring_content((uint32_t)slot->content, 0);
	slot->state = kipc_ring_state_of(position, 2, KIPC_RING_READY);
	EXPECT_EQ(0, kipc_ring_trysend(&self->ring, "", 0, 0));
	EXPECT_EQ(0, kipc_ring_tryreceive(&self->ring, self->buffer, SIZE, NULL));
	/* The one that was stopped goes on, and moves nothing twice. */
	index = *kipc_ring_tail_index(&self->map, 0);
	EXPECT_FALSE(kipc_ring_advance(kipc_ring_tail_index(&other, 0),
				       position));
	EXPECT_EQ(index, *kipc_ring_tail_index(&self->map, 0));
	EXPECT_EQ(0, kipc_ring_tryreceive(&self->ring, self->buffer, SIZE, NULL));
	EXPECT_EQ(-EAGAIN, kipc_ring_tryreceive(&self->ring, self->buffer, SIZE,
						NULL));
}

/* A participant that was helped still sees the bell. */
TEST_F(ring, sees_the_bell)
{
	__u64 *tail = kipc_ring_tail_index(&self->map, 0), position;

	ASSERT_EQ(KIPC_RING_FOUND,
		  kipc_ring_claim_send(&self->map, 0, 1, &position));
	kipc_ring_or(tail, KIPC_RING_BELL);
	kipc_ring_help(tail, *tail);
	EXPECT_EQ(KIPC_RING_BELL | ((position + 1) & KIPC_RING_POSITION), *tail);
	EXPECT_TRUE(kipc_ring_advance(tail, position));
	kipc_ring_or(kipc_ring_head_index(&self->map, 0), KIPC_RING_BELL);
	EXPECT_TRUE(kipc_ring_finish_receive(&self->map, 0, position));
}

/* ------------------------------------------------------------------------ */
/* Many threads                                                             */
/* ------------------------------------------------------------------------ */

#define SENDERS		4
#define RECEIVERS	4
#define EACH		20000	/* messages of each sender */

struct crowd {
	struct kipc_ring ring;
	uint32_t lanes;
	uint32_t next;			/* number of the next sender */
	uint32_t received;
	uint32_t disorder;
	uint64_t sum;
};

struct letter {
	uint32_t sender;
	uint32_t number;
	char rest[SIZE - 8];
};

static int crowd_send(struct crowd *crowd, const struct letter *letter)
{
	uint32_t lane = letter->sender % crowd->lanes;
	void *loan;
	int error;

	if (letter->number % 2)
		return kipc_ring_trysend(&crowd->ring, letter, SIZE, lane);
	error = kipc_ring_loan(&crowd->ring, &loan);
	if (error)
		return error;
	memcpy(loan, letter, SIZE);
	error = kipc_ring_trypublish(&crowd->ring, loan, SIZE, lane);
	if (error)
		kipc_ring_discard(&crowd->ring, loan);
	return error;
}

static void *crowd_sender(void *data)
{
	struct crowd *crowd = data;
	struct letter letter = {
		.sender = __atomic_fetch_add(&crowd->next, 1, __ATOMIC_RELAXED),
	};

	for (letter.number = 1; letter.number <= EACH; letter.number++)
		while (crowd_send(crowd, &letter))
			sched_yield();
	return NULL;
}

static int crowd_receive(struct crowd *crowd, struct letter *letter, int hold)
{
	const void *held;

	if (!hold)
		return kipc_ring_tryreceive(&crowd->ring, letter, SIZE, NULL) < 0;
	if (kipc_ring_tryhold(&crowd->ring, &held, NULL) < 0)
		return 1;
	memcpy(letter, held, SIZE);
	return kipc_ring_give_back(&crowd->ring, held);
}

static void *crowd_receiver(void *data)
{
	struct crowd *crowd = data;
	uint32_t last[SENDERS] = {}, turn = 0;
	struct letter letter;

	while (__atomic_load_n(&crowd->received, __ATOMIC_RELAXED) <
	       SENDERS * EACH) {
		if (crowd_receive(crowd, &letter, turn++ % 2)) {
			sched_yield();
			continue;
		}
		if (letter.number <= last[letter.sender])
			__atomic_fetch_add(&crowd->disorder, 1,
					   __ATOMIC_RELAXED);
		last[letter.sender] = letter.number;
		__atomic_fetch_add(&crowd->sum, letter.number, __ATOMIC_RELAXED);
		__atomic_fetch_add(&crowd->received, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

/* Each chunk is in one slot or unused. */
static void check_chunks(struct __test_metadata *_metadata,
			 const struct kipc_ring_map *map)
{
	uint32_t slots = map->layout->lanes * map->layout->slots, i;
	uint32_t named[4 * SLOTS + LOANS] = {};

	for (i = 0; i < slots; i++)
		named[(uint32_t)kipc_ring_slot_at(map, i)->content]++;
	for (i = 0; i < map->layout->chunks; i++) {
		EXPECT_GE(1, named[i]);
		EXPECT_EQ(named[i] ? KIPC_RING_IN_SLOT : KIPC_RING_UNUSED,
			  *kipc_ring_place(map, i));
	}
}

FIXTURE(crowd) {
	struct crowd crowd;
};

FIXTURE_VARIANT(crowd) {
	uint32_t lanes;
};

FIXTURE_VARIANT_ADD(crowd, one_lane) {
	.lanes = 1,
};

FIXTURE_VARIANT_ADD(crowd, four_lanes) {
	.lanes = 4,
};

FIXTURE_SETUP(crowd)
{
	ring_make(&self->crowd.ring, variant->lanes, KIPC_RING_POSITION - 1000);
	self->crowd.lanes = variant->lanes;
}

FIXTURE_TEARDOWN(crowd)
{
	free(self->crowd.ring.words.base);
}

TEST_F(crowd, loses_and_repeats_nothing)
{
	pthread_t senders[SENDERS], receivers[RECEIVERS];
	struct kipc_ring_map map = ring_map(&self->crowd.ring);
	int i;

	for (i = 0; i < SENDERS; i++)
		ASSERT_EQ(0, pthread_create(&senders[i], NULL, crowd_sender,
					    &self->crowd));
	for (i = 0; i < RECEIVERS; i++)
		ASSERT_EQ(0, pthread_create(&receivers[i], NULL, crowd_receiver,
					    &self->crowd));
	for (i = 0; i < SENDERS; i++)
		pthread_join(senders[i], NULL);
	for (i = 0; i < RECEIVERS; i++)
		pthread_join(receivers[i], NULL);
	EXPECT_EQ(SENDERS * EACH, self->crowd.received);
	EXPECT_EQ(0, self->crowd.disorder);
	EXPECT_EQ((uint64_t)SENDERS * EACH * (EACH + 1) / 2, self->crowd.sum);
	check_chunks(_metadata, &map);
}

TEST_HARNESS_MAIN
