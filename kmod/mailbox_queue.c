// SPDX-License-Identifier: GPL-2.0-only
#include <linux/log2.h>
#include <linux/pid.h>
#include <linux/slab.h>

#include "mailbox_queue.h"
#include "object.h"

/* Blocks chained for each time the lock is held. */
#define EXTEND_BATCH	64

/* Blocks chained at creation between two chances for others to run. */
#define INIT_BATCH	65536

/*
 * Short messages fit one block; longer ones lose at most an eighth of their
 * size, and never more than a page.
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

/* What is allocated is charged to the object, which gives it back. */
int kipc_queue_alloc(struct kipc_queue *queue, struct kipc_object *object)
{
	u32 message_size = object->attributes.mailbox.message_size;
	u32 records = object->attributes.mailbox.messages;
	u64 bytes = object->attributes.mailbox.bytes, blocks, total;
	int ret;

	queue->block_shift = ilog2(queue_block_size(message_size));
	/* Each message leaves at most one block that is not full. */
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

/* Blocks are there: the accounting of records and bytes has seen to that. */
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

/* Where the message fits. While it is short of blocks: kipc_queue_extend(). */
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

/* Chain more blocks to a reserved message. */
void kipc_queue_extend(struct kipc_queue *queue, struct kipc_message *message)
{
	u32 i;

	for (i = 0; i < EXTEND_BATCH && kipc_message_short(message); i++)
		queue_message_add_block(queue, message);
}

/* Drop a reference; the last one makes the room free again. */
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
 * Add to the level of that oldest message; true if the new one is older. Only one
 * that was taken and comes back is not the youngest.
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

/* A message of a lower priority than the highest, or a whole such level. */
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

/* The highest level of the tree, which leaves it, or NULL. */
static struct kipc_message *queue_tree_take(struct kipc_queue *queue)
{
	struct rb_node *node = rb_first_cached(&queue->lower);

	if (node)
		rb_erase_cached(node, &queue->lower);
	return rb_entry_safe(node, struct kipc_message, level);
}

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

/* Take the first message. */
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
 * A block lies within one page, whose address the kernel always has: so nothing is
 * to be checked or mapped here. fill is constant.
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

int kipc_message_fill(const struct kipc_queue *queue,
		      const struct kipc_message *message,
		      struct iov_iter *from)
{
	return queue_message_walk(queue, message, from, true);
}

int kipc_message_copy(const struct kipc_queue *queue,
		      const struct kipc_message *message, struct iov_iter *to)
{
	return queue_message_walk(queue, message, to, false);
}
