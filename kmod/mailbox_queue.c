// SPDX-License-Identifier: GPL-2.0-only
#include <linux/log2.h>
#include <linux/pid.h>
#include <linux/slab.h>

#include "mailbox_queue.h"
#include "object.h"

/* How many blocks are chained each time that the lock is held. */
#define EXTEND_BATCH	64

/* How many blocks are initialised between two chances to reschedule. */
#define INIT_BATCH	65536

/*
 * Returns the size of a block. A short message fits into one block. A longer
 * one wastes at most an eighth of its size, and never more than a page.
 */
static u32 queue_block_size(u32 message_size)
{
	u32 whole = roundup_pow_of_two(message_size);

	if (whole <= 1024)
		return max(whole, 64U);
	return clamp_t(u32, whole / 8, 1024, PAGE_SIZE);
}

/* ------------------------------------------------------------------------ */
/* Allocation                                                               */
/* ------------------------------------------------------------------------ */

static void queue_spare_add(struct kipc_queue *queue, struct kipc_message *message)
{
	message->next_spare = queue->spare;
	queue->spare = message;
}

static void queue_init(struct kipc_queue *queue, u32 records, u32 blocks)
{
	u32 i;

	queue->lower = RB_ROOT_CACHED;
	for (i = records; i--; )
		queue_spare_add(queue, &queue->records[i]);
	for (i = 0; i < blocks; i++) {
		queue->next_block[i] = i + 1;
		if (!(i % INIT_BATCH))
			cond_resched();
	}
}

/**
 * kipc_queue_alloc() - allocate the records and blocks of a queue
 * @queue: part of a mailbox, zeroed
 * @object: the mailbox, whose attributes are set; the memory is charged to it
 *
 * What is allocated is given back by kipc_queue_free(), also after an error.
 * The charge is given back with the object.
 *
 * Context: may sleep
 * Return: 0, -ENOMEM, or the error of kipc_object_charge()
 */
int kipc_queue_alloc(struct kipc_queue *queue, struct kipc_object *object)
{
	u32 message_size = object->attributes.mailbox.message_size;
	u32 records = object->attributes.mailbox.messages;
	u64 bytes = object->attributes.mailbox.bytes, blocks, total;
	int ret;

	queue->block_shift = ilog2(queue_block_size(message_size));
	/* Each message has at most one block that is not full. */
	blocks = (bytes >> queue->block_shift) + records;
	if (blocks > U32_MAX ||
	    blocks << queue->block_shift > (u64)totalram_pages() << PAGE_SHIFT)
		return -ENOMEM;
	total = records * sizeof(*queue->records) +
		blocks * sizeof(*queue->next_block) +
		PAGE_ALIGN(blocks << queue->block_shift);
	ret = kipc_object_charge(object, total);
	if (ret)
		return ret;
	queue->bytes_left = bytes;
	queue->records = kvcalloc(records, sizeof(*queue->records), KIPC_GFP);
	queue->next_block = kvcalloc(blocks, sizeof(*queue->next_block),
				     KIPC_GFP);
	if (!queue->records || !queue->next_block)
		return -ENOMEM;
	ret = kipc_memory_alloc(&queue->memory, blocks << queue->block_shift);
	if (ret)
		return ret;
	queue_init(queue, records, blocks);
	return 0;
}

/**
 * kipc_queue_free() - free what kipc_queue_alloc() has allocated
 * @queue: perhaps allocated only in part
 * @records: how many messages the mailbox may hold
 *
 * Context: may sleep
 */
void kipc_queue_free(struct kipc_queue *queue, u32 records)
{
	u32 i;

	for (i = 0; queue->records && i < records; i++)
		put_pid(queue->records[i].pid);
	kipc_memory_free(&queue->memory);
	kvfree(queue->next_block);
	kvfree(queue->records);
}

/* ------------------------------------------------------------------------ */
/* Room                                                                     */
/* ------------------------------------------------------------------------ */

/*
 * Chains a free block to a message. There is one, because reserving counts
 * records and bytes, and there are blocks enough for both.
 */
static void queue_message_add_block(struct kipc_queue *queue,
				    struct kipc_message *message)
{
	u32 block = queue->free_block;

	queue->free_block = queue->next_block[block];
	if (message->room)
		queue->next_block[message->last_block] = block;
	else
		message->first_block = block;
	message->last_block = block;
	message->room += 1U << queue->block_shift;
}

/**
 * kipc_queue_reserve() - reserve room for a message
 * @queue: kipc_queue_fits() is true for @length
 * @length: how many bytes
 *
 * kipc_queue_extend() is called afterwards while kipc_message_short() is true.
 *
 * Context: the mailbox lock is held
 * Return: the message
 */
struct kipc_message *kipc_queue_reserve(struct kipc_queue *queue, u32 length)
{
	struct kipc_message *message = queue->spare;

	queue->spare = message->next_spare;
	queue->bytes_left -= length;
	message->length = length;
	message->sequence = 0;
	message->room = 0;
	message->references = 1;
	if (length)
		queue_message_add_block(queue, message);
	return message;
}

/**
 * kipc_queue_extend() - chain some more blocks to a reserved message
 * @queue: the queue
 * @message: reserved by the caller
 *
 * The number of blocks is bounded, because the mailbox lock is held.
 *
 * Context: the mailbox lock is held
 */
void kipc_queue_extend(struct kipc_queue *queue, struct kipc_message *message)
{
	u32 i;

	for (i = 0; i < EXTEND_BATCH && kipc_message_short(message); i++)
		queue_message_add_block(queue, message);
}

/**
 * kipc_queue_release() - drop a reference to a message
 * @queue: the queue
 * @message: not queued any more, if this is the last reference
 *
 * The last reference makes the record, the bytes and the blocks free again.
 *
 * Context: the mailbox lock is held
 */
void kipc_queue_release(struct kipc_queue *queue,
			struct kipc_message *message)
{
	if (--message->references)
		return;
	if (message->room) {
		queue->next_block[message->last_block] = queue->free_block;
		queue->free_block = message->first_block;
	}
	queue->bytes_left += message->length;
	put_pid(message->pid);
	message->pid = NULL;
	queue_spare_add(queue, message);
}

/* ------------------------------------------------------------------------ */
/* Order                                                                    */
/* ------------------------------------------------------------------------ */

/*
 * Adds a message to the level of this oldest message. Returns true if the new
 * one is older. A message that was taken and comes back may not be the
 * youngest; only then the walk is needed.
 */
static bool queue_level_insert(struct kipc_message *oldest,
			       struct kipc_message *message)
{
	struct kipc_message *next = oldest;
	bool returns =
		message->sequence < list_prev_entry(oldest, peers)->sequence;

	while (returns && next->sequence < message->sequence)
		next = list_next_entry(next, peers);
	list_add_tail(&message->peers, &next->peers);
	return returns && next == oldest;
}

/*
 * Inserts a message of a lower priority than the highest one, or a whole level
 * that has just become a lower one.
 */
static void queue_tree_insert(struct kipc_queue *queue, struct kipc_message *message)
{
	struct rb_node **link = &queue->lower.rb_root.rb_node;
	struct rb_node *parent = NULL;
	bool highest = true;

	while (*link) {
		struct kipc_message *oldest =
			rb_entry(*link, struct kipc_message, level);

		if (message->priority == oldest->priority) {
			if (queue_level_insert(oldest, message))
				rb_replace_node_cached(&oldest->level,
						       &message->level,
						       &queue->lower);
			return;
		}
		parent = *link;
		if (message->priority > oldest->priority) {
			link = &parent->rb_left;
		} else {
			link = &parent->rb_right;
			highest = false;
		}
	}
	rb_link_node(&message->level, parent, link);
	rb_insert_color_cached(&message->level, &queue->lower, highest);
}

/*
 * Removes the highest of the lower levels from the tree. Returns its oldest
 * message, or NULL.
 */
static struct kipc_message *queue_tree_take(struct kipc_queue *queue)
{
	struct rb_node *node = rb_first_cached(&queue->lower);

	if (node)
		rb_erase_cached(node, &queue->lower);
	return rb_entry_safe(node, struct kipc_message, level);
}

/**
 * kipc_queue_insert() - make a message available to receivers
 * @queue: the queue
 * @message: filled in, or taken and not delivered; the latter goes back to
 *	where it was
 *
 * Context: the mailbox lock is held
 */
void kipc_queue_insert(struct kipc_queue *queue, struct kipc_message *message)
{
	struct kipc_message *first = queue->first;

	if (!message->sequence)
		message->sequence = ++queue->sequence;
	queue->count++;
	queue->bytes += message->length;
	if (first && message->priority == first->priority) {
		if (queue_level_insert(first, message))
			queue->first = message;
		return;
	}
	INIT_LIST_HEAD(&message->peers);
	if (first && message->priority < first->priority) {
		queue_tree_insert(queue, message);
		return;
	}
	if (first)
		queue_tree_insert(queue, first);
	queue->first = message;
}

/**
 * kipc_queue_take() - take the first message out of the queue
 * @queue: has a first message
 *
 * The caller has read @first before and owns the message from here on.
 *
 * Context: the mailbox lock is held
 */
void kipc_queue_take(struct kipc_queue *queue)
{
	struct kipc_message *message = queue->first;

	queue->count--;
	queue->bytes -= message->length;
	if (list_empty(&message->peers)) {
		queue->first = queue_tree_take(queue);
	} else {
		queue->first = list_next_entry(message, peers);
		list_del(&message->peers);
	}
}

/* ------------------------------------------------------------------------ */
/* Bytes                                                                    */
/* ------------------------------------------------------------------------ */

/*
 * Copies between a block and an iterator. A block lies within one page, which
 * the kernel has mapped permanently, so there is nothing to check or to map.
 * @fill is a constant, so that each caller gets only one of the two functions.
 */
static __always_inline int queue_block_copy(const struct kipc_queue *queue, u32 block,
					    size_t bytes, struct iov_iter *iter,
					    bool fill)
{
	void *at = kipc_memory_at(&queue->memory,
				  (unsigned long)block << queue->block_shift);
	size_t copied = fill ? _copy_from_iter(at, bytes, iter) :
			       _copy_to_iter(at, bytes, iter);

	return copied == bytes ? 0 : -EFAULT;
}

static __always_inline int queue_message_walk(const struct kipc_queue *queue,
					      const struct kipc_message *message,
					      struct iov_iter *iter, bool fill)
{
	const size_t size = 1UL << queue->block_shift;
	size_t left = message->length;
	u32 block = message->first_block;

	for (; left > size; left -= size) {
		if (queue_block_copy(queue, block, size, iter, fill))
			return -EFAULT;
		block = queue->next_block[block];
		cond_resched();
	}
	return left ? queue_block_copy(queue, block, left, iter, fill) : 0;
}

/**
 * kipc_message_fill() - copy the bytes of a message in
 * @queue: the queue
 * @message: reserved by the caller, with all its blocks
 * @from: has as many bytes as the message
 *
 * Context: may sleep
 * Return: 0, or -EFAULT if the bytes cannot be read
 */
int kipc_message_fill(const struct kipc_queue *queue,
		      const struct kipc_message *message,
		      struct iov_iter *from)
{
	return queue_message_walk(queue, message, from, true);
}

/**
 * kipc_message_copy() - copy the bytes of a message out
 * @queue: the queue
 * @message: taken by the caller, or with a reference
 * @to: has room for the message
 *
 * Context: may sleep
 * Return: 0, or -EFAULT if the bytes cannot be written
 */
int kipc_message_copy(const struct kipc_queue *queue,
		      const struct kipc_message *message, struct iov_iter *to)
{
	return queue_message_walk(queue, message, to, false);
}
