// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shared memory and busy loops, for low latency at any price: a waiting process
 * uses a whole processor.
 */
#include <sched.h>
#include <stdalign.h>

#include "subject.h"

#define SPINS		1000	/* iterations between two yields */

/* Spins until @condition is true. */
#define spin_until(condition) do { \
	unsigned int __iterations = 0; \
	\
	while (!(condition)) { \
		if (++__iterations % SPINS) \
			cpu_relax(); \
		else \
			sched_yield(); \
	} \
} while (0)

static void *spin_create_semaphore(const struct shape *shape)
{
	return shared_create(shape->elements, sizeof(unsigned int));
}

static bool spin_take(unsigned int *value)
{
	unsigned int old = __atomic_load_n(value, __ATOMIC_RELAXED);

	return old && __atomic_compare_exchange_n(value, &old, old - 1, false,
						  __ATOMIC_ACQUIRE,
						  __ATOMIC_RELAXED);
}

static void spin_post(void *object, unsigned int element, unsigned int count)
{
	unsigned int *value = shared_at(object, element);

	__atomic_add_fetch(value, count, __ATOMIC_RELEASE);
}

static void spin_wait(void *object, unsigned int element)
{
	unsigned int *value = shared_at(object, element);

	spin_until(spin_take(value));
}

static void spin_pairs(void *object, unsigned int count)
{
	while (count--) {
		spin_post(object, 0, 1);
		spin_wait(object, 0);
	}
}

static const struct subject spin_semaphore = {
	.name = "spin",
	.about = "a word in shared memory, and a loop that waits",
	.kind = KIND_SEMAPHORE,
	.able = ABLE_TO_SPIN,
	.create = spin_create_semaphore,
	.destroy = shared_destroy,
	.semaphore = {
		.post = spin_post,
		.wait = spin_wait,
		.pairs = spin_pairs,
	},
};

SUBJECT(spin_semaphore);

/* A ring with one sender and one receiver. */

struct ring {
	alignas(CACHE_LINE) unsigned long sent;
	alignas(CACHE_LINE) unsigned long received;
	alignas(CACHE_LINE) unsigned long depth;
	alignas(CACHE_LINE) char slots[];
};

static void *spin_create_ring(const struct shape *shape)
{
	struct shared *rings = shared_create(shape->elements,
					     sizeof(struct ring) +
					     shape->depth * shape->size);
	unsigned int i;

	for (i = 0; i < shape->elements; i++)
		((struct ring *)shared_at(rings, i))->depth = shape->depth;
	return rings;
}

static char *spin_slot(struct ring *ring, unsigned long position, size_t size)
{
	return ring->slots + position % ring->depth * size;
}

static void spin_send(void *object, unsigned int element, void *data, size_t size)
{
	struct ring *ring = shared_at(object, element);
	unsigned long sent = ring->sent;

	spin_until(sent - __atomic_load_n(&ring->received, __ATOMIC_ACQUIRE) <
		   ring->depth);
	memcpy(spin_slot(ring, sent, size), data, size);
	__atomic_store_n(&ring->sent, sent + 1, __ATOMIC_RELEASE);
}

static void spin_receive(void *object, unsigned int element, void *buffer,
			 size_t size)
{
	struct ring *ring = shared_at(object, element);
	unsigned long received = ring->received;

	spin_until(__atomic_load_n(&ring->sent, __ATOMIC_ACQUIRE) != received);
	memcpy(buffer, spin_slot(ring, received, size), size);
	__atomic_store_n(&ring->received, received + 1, __ATOMIC_RELEASE);
}

static const struct subject spin_ring = {
	.name = "spin-ring",
	.about = "a ring in shared memory for one sender and one receiver",
	.kind = KIND_MAILBOX,
	.able = ABLE_TO_SPIN,
	.create = spin_create_ring,
	.destroy = shared_destroy,
	.mailbox = { .send = spin_send, .receive = spin_receive },
};

SUBJECT(spin_ring);
