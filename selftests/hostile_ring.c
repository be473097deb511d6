// SPDX-License-Identifier: GPL-2.0-only
/*
 * A participant writes nonsense into a ring while others use it by the kernel.
 * They may get wrong messages and errors, but all of them return by their
 * deadlines, and another ring is not harmed.
 */
#include "kipc_test.h"
#include "polling.h"
#include "seed.h"

#define SIZE	64
#define SLOTS	4
#define LANES	2
#define LOANS	2
#define CHUNKS	(LANES * SLOTS + LOANS)

struct hostility {
	int fd;
	unsigned long long seed;
	int *stop;
	unsigned int calls;
};

static unsigned long long next(unsigned long long *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 11;
}

/* A state, an index, a content or a place that is somewhat likely to be valid. */
static __u64 nonsense(unsigned long long *random, unsigned long long position)
{
	switch (next(random) % 8) {
	case 0:
		return next(random) << 32 | next(random);
	case 1:
		return KIPC_RING_BELL | position;
	case 2:
		return kipc_ring_content(next(random) % (CHUNKS + 2),
					 next(random) % (SIZE + 2));
	case 3:
		return kipc_ring_content(next(random) % CHUNKS, KIPC_RING_EMPTY);
	case 4:
		return kipc_ring_place_of(next(random) % 8, next(random) % 4,
					  next(random) % (SIZE + 2));
	case 5:
		return position;
	default:
		return kipc_ring_state_of(position + next(random) % 9 - 4,
					  next(random) % 4, next(random) % 8);
	}
}

static int run_scribbler(void *data)
{
	struct hostility *hostility = data;
	unsigned long long random = hostility->seed, position;
	struct kipc_ring_map map;
	__u64 *word;
	int ret = message_ring_map(&map, hostility->fd);

	while (!ret && !__atomic_load_n(hostility->stop, __ATOMIC_RELAXED)) {
		position = next(&random) % 4 ? *kipc_ring_tail_index(&map, 0) :
					      next(&random);
		position &= KIPC_RING_POSITION;
		word = (__u64 *)((char *)map.memory +
				 next(&random) % (map.layout->chunks_at / 8) * 8);
		switch (next(&random) % 4) {
		case 0:
			word = kipc_ring_tail_index(&map, next(&random) % LANES);
			break;
		case 1:
			word = kipc_ring_head_index(&map, next(&random) % LANES);
			break;
		}
		__atomic_store_n(word, nonsense(&random, position),
				 __ATOMIC_RELAXED);
		sched_yield();
	}
	return ret;
}

/* Calls everything that a participant can call, until it is killed. */
static int run_caller(void *data)
{
	struct hostility *hostility = data;
	unsigned long long random = hostility->seed;
	struct kipc_ring_claim_args claim;
	struct kipc_ring_state_args state;
	struct ring_message message;
	struct kipc_ring_map map;
	__s64 deadline;
	int ret = message_ring_map(&map, hostility->fd);

	while (!ret && !__atomic_load_n(hostility->stop, __ATOMIC_RELAXED)) {
		deadline = now_ns(CLOCK_MONOTONIC) + next(&random) % 200000;
		switch (next(&random) % 8) {
		case 0:
			ring_claim(hostility->fd, &claim, KIPC_RING_SENDERS,
				   next(&random) % LANES, deadline, 0);
			break;
		case 1:
			ring_claim(hostility->fd, &claim, KIPC_RING_RECEIVERS, 0,
				   deadline, 0);
			break;
		case 2:
			ring_timedreceive(hostility->fd, &message, deadline, 0);
			break;
		case 3:
			ring_kick(hostility->fd, next(&random) % 2,
				  next(&random) % LANES);
			break;
		case 4:
			poll_now(hostility->fd, POLLIN | POLLOUT);
			break;
		case 5:
			ring_state(hostility->fd, &state);
			break;
		default:
			ring_timedsend(hostility->fd, "text", 5,
				       next(&random) % LANES, deadline, 0);
		}
		__atomic_fetch_add(&hostility->calls, 1, __ATOMIC_RELAXED);
	}
	return ret;
}

TEST(strangers_are_unharmed)
{
	const unsigned int rounds = scaled(20), each = 300;
	struct hostility *hostility = shared_alloc(3 * sizeof(*hostility));
	int stranger = create(ring_args(SIZE, SLOTS, LANES, LOANS));
	struct ring_message message;
	struct child children[3];
	unsigned int round, i;

	ASSERT_LE(0, stranger);
	for (round = 0; round < rounds; round++) {
		int fd = create(ring_args(SIZE, SLOTS, LANES, LOANS));
		int *stop = shared_alloc(sizeof(*stop));

		ASSERT_LE(0, fd);
		for (i = 0; i < 3; i++) {
			hostility[i] = (struct hostility){
				.fd = fd,
				.seed = test_seed() + round * 3 + i,
				.stop = stop,
			};
			child_start(&children[i], i ? run_caller : run_scribbler,
				    &hostility[i]);
		}
		for (i = 1; i < 3; i++)
			wait_until(__atomic_load_n(&hostility[i].calls,
						   __ATOMIC_RELAXED) >= each ||
				   child_ended(&children[i]));
		EXPECT_EQ(0, ring_trysend(stranger, "fine", 5, 0));
		EXPECT_EQ(0, ring_tryreceive(stranger, &message));
		EXPECT_STREQ("fine", message.data);
		/* One is killed, so that nonsense is repaired, too. */
		EXPECT_EQ(CHILD_KILLED, child_kill(&children[1]));
		__atomic_store_n(stop, 1, __ATOMIC_RELAXED);
		EXPECT_EQ(0, child_finish(&children[0]));
		EXPECT_EQ(0, child_finish(&children[2]));
		close(fd);
	}
}

TEST_HARNESS_MAIN
