// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sending and receiving by copying, for those that have not mapped the ring.
 *
 * A page fault in user memory can last for ever. So a slot is not claimed before
 * a message has been read from user memory, and while one is written to user
 * memory page faults are disabled. If one is needed the message goes back, the
 * memory is touched without holding anything, and the message is received anew.
 */
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "args.h"
#include "ring.h"

#define SMALL		256	/* bytes of a message that the stack has room for */
#define COPY_TRIES	16	/* how often a message is received anew */

/* Calls this for each piece of a chunk that is in one page. */
static bool ring_for_pieces(const struct kipc_ring_map *map, u32 chunk,
			    u32 length,
			    bool (*each)(void *piece, size_t size, void *with),
			    void *with)
{
	u64 at = kipc_ring_chunk_at(map, chunk);
	size_t size;

	for (; length; length -= size, at += size) {
		size = min_t(size_t, length, PAGE_SIZE - offset_in_page(at));
		if (!each(kipc_memory_at(map->memory, at), size, with))
			return false;
		cond_resched();
	}
	return true;
}

static bool ring_piece_fill(void *piece, size_t size, void *with)
{
	const void **from = with;

	memcpy(piece, *from, size);
	*from += size;
	return true;
}

static bool ring_piece_copy(void *piece, size_t size, void *with)
{
	return copy_to_iter(piece, size, with) == size;
}

/* Sends what is in the kernel's memory already. */
static int ring_send_copy(struct kipc_ring *ring, u32 lane, const void *copy,
			  u32 length, const struct kipc_deadline *deadline)
{
	struct kipc_ring_claim claim = { .attachment = NULL };
	const struct kipc_ring_map *map = &ring->map;
	struct kipc_ring_slot *slot;
	u32 chunk;
	int ret;

	ret = kipc_ring_claim(ring, &ring->senders[lane], deadline, &claim);
	if (ret)
		return ret;
	slot = kipc_ring_slot(map, lane, claim.position);
	chunk = kipc_ring_content_chunk(kipc_ring_load(&slot->content));
	if (chunk >= map->layout->chunks) {
		kipc_ring_unclaim(ring, &ring->senders[lane], &claim);
		return -EIO;
	}
	ring_for_pieces(map, chunk, length, ring_piece_fill, &copy);
	if (kipc_ring_finish_send(map, lane, claim.position,
				  kipc_ring_content(chunk, length)))
		kipc_ring_kick(ring, &ring->receivers);
	return 0;
}

/**
 * kipc_ring_send() - send a message
 * @ring: the ring
 * @lane: a lane of it
 * @from: the bytes of the message
 * @deadline: when to give up waiting for a slot
 *
 * Context: may sleep
 * Return: 0; -EMSGSIZE if the message is too long; -EFAULT; -ENOMEM; -EIO if a
 * participant has written nonsense; an error of kipc_ring_claim()
 */
int kipc_ring_send(struct kipc_ring *ring, u32 lane, struct iov_iter *from,
		   const struct kipc_deadline *deadline)
{
	size_t length = iov_iter_count(from);
	u8 small[SMALL], *copy = small;
	int ret = -EFAULT;

	if (length > ring->map.layout->message_size)
		return -EMSGSIZE;
	if (length > SMALL)
		copy = kvmalloc(length, GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!copy)
		return -ENOMEM;
	if (copy_from_iter_full(copy, length, from))
		ret = ring_send_copy(ring, lane, copy, length, deadline);
	if (copy != small)
		kvfree(copy);
	return ret;
}

/*
 * Copies a message to user space, and then the answer to an ioctl if there is
 * one. Returns false if that needs a page fault.
 */
static bool ring_deliver(const struct kipc_ring_map *map, u32 chunk, u32 length,
			 struct iov_iter *to,
			 const struct kipc_ring_receive_args *args,
			 void __user *arg)
{
	bool done;

	pagefault_disable();
	done = ring_for_pieces(map, chunk, length, ring_piece_copy, to) &&
	       (!arg || !kipc_args_write(arg, args, sizeof(*args)));
	pagefault_enable();
	return done;
}

/* Finishes what was received, and frees its slot or its chunk. */
static void ring_finish(struct kipc_ring *ring,
			const struct kipc_ring_claim *claim)
{
	const u64 unused = kipc_ring_place_of(KIPC_RING_UNUSED, 0, 0);
	const struct kipc_ring_map *map = &ring->map;

	if (claim->found & KIPC_RING_OUTSIDE)
		kipc_ring_store_release(kipc_ring_place(map, claim->chunk),
					unused);
	else if (kipc_ring_finish_receive(map, claim->lane, claim->position))
		kipc_ring_kick(ring, &ring->senders[claim->lane]);
}

/* Returns chunk and length of a claimed message, as the pages say. */
static u64 ring_content(const struct kipc_ring_map *map,
			const struct kipc_ring_claim *claim)
{
	u64 place;

	if (!(claim->found & KIPC_RING_OUTSIDE))
		return kipc_ring_load(&kipc_ring_slot(map, claim->lane,
						claim->position)->content);
	place = kipc_ring_load(kipc_ring_place(map, claim->chunk));
	return kipc_ring_content(claim->chunk, kipc_ring_place_length(place));
}

/*
 * Receives a message if its bytes can be copied without a page fault. -EFAULT
 * says that they cannot; the message goes back.
 */
static int ring_receive_once(struct kipc_ring *ring, struct iov_iter *to,
			     const struct kipc_deadline *deadline,
			     struct kipc_ring_receive_args *args,
			     void __user *arg)
{
	struct kipc_ring_claim claim = { .attachment = NULL };
	int ret = kipc_ring_claim(ring, &ring->receivers, deadline, &claim);
	u64 content;

	if (ret)
		return ret;
	content = ring_content(&ring->map, &claim);
	if (!kipc_ring_content_valid(&ring->map, content)) {
		ring_finish(ring, &claim);
		return -EIO;
	}
	args->length = kipc_ring_content_length(content);
	args->sender = claim.sender;
	args->found = claim.found & KIPC_RING_REPEATED;
	args->lane = claim.found & KIPC_RING_OUTSIDE ? 0 : claim.lane;
	/* A task that was killed cannot look at the message any more. */
	if (fatal_signal_pending(current))
		ret = -EINTR;
	else if (!ring_deliver(&ring->map, kipc_ring_content_chunk(content),
			       args->length, to, args, arg))
		ret = -EFAULT;
	if (ret)
		kipc_ring_unclaim(ring, &ring->receivers, &claim);
	else
		ring_finish(ring, &claim);
	return ret;
}

/**
 * kipc_ring_receive() - receive a message
 * @ring: the ring
 * @to: where the bytes go; has room for the longest message
 * @deadline: when to give up waiting for a message
 * @args: the fields about the message are filled in
 * @arg: where @args is written to in user space; NULL for nowhere
 *
 * Context: may sleep
 * Return: 0; -EMSGSIZE if there is too little room; -EFAULT; -EIO if a
 * participant has written nonsense; an error of kipc_ring_claim()
 */
int kipc_ring_receive(struct kipc_ring *ring, struct iov_iter *to,
		      const struct kipc_deadline *deadline,
		      struct kipc_ring_receive_args *args, void __user *arg)
{
	const u32 size = ring->map.layout->message_size;
	const struct iov_iter begin = *to;
	int ret = -EFAULT, tries;

	if (iov_iter_count(to) < size)
		return -EMSGSIZE;
	for (tries = 0; ret == -EFAULT && tries < COPY_TRIES; tries++) {
		*to = begin;
		if (fault_in_iov_iter_writeable(to, size) ||
		    (arg && fault_in_writeable((char __user *)arg,
					       sizeof(*args))))
			return -EFAULT;
		ret = ring_receive_once(ring, to, deadline, args, arg);
	}
	return ret;
}
