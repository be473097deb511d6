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
static u32 block_size(u32 message_size)
{
	u32 whole = roundup_pow_of_two(message_size);

	if (whole <= 1024)
		return max(whole, 64U);
	return clamp_t(u32, whole / 8, 1024, PAGE_SIZE);
}

/* ------------------------------------------------------------------------ */
/* Allocation                                                               */
/* ------------------------------------------------------------------------ */

static void spare_add(struct kipc_queue *queue, struct kipc_message *message)
{
	message->next_spare = queue->spare;
	queue->spare = message;
}

static void queue_init(struct kipc_queue *queue, u32 records, u32 blocks)
{
	u32 i;

	queue->levels = RB_ROOT_CACHED;
	for (i = records; i--; )
		spare_add(queue, &queue->records[i]);
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

	queue->block_shift = ilog2(block_size(message_size));
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

/* Where the message fits. While it lacks blocks: kipc_queue_extend(). */
struct kipc_message *kipc_queue_reserve(struct kipc_queue *queue, u32 length)
{
	struct kipc_message *message = queue->spare;

	queue->spare = message->next_spare;
	queue->bytes_left -= length;
	message->length = length;
	message->sequence = 0;
	message->room = 0;
	message->references = 1;
	kipc_queue_extend(queue, message);
	return message;
}

/*
 * Chain more blocks to a reserved message. They are there: the accounting of
 * records and bytes has seen to that.
 */
void kipc_queue_extend(struct kipc_queue *queue, struct kipc_message *message)
{
	u32 i;

	for (i = 0; i < EXTEND_BATCH && kipc_message_short(message); i++) {
		u32 block = queue->free_block;

		queue->free_block = queue->next_block[block];
		if (message->room)
			queue->next_block[message->last_block] = block;
		else
			message->first_block = block;
		message->last_block = block;
		message->room += 1U << queue->block_shift;
	}
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
	spare_add(queue, message);
}

/* ------------------------------------------------------------------------ */
/* Order                                                                    */
/* ------------------------------------------------------------------------ */

/* Only a message that was taken and comes back is not the youngest. */
static void level_insert(struct kipc_queue *queue, struct kipc_message *oldest,
			 struct kipc_message *message)
{
	struct kipc_message *next = oldest;

	if (message->sequence < list_prev_entry(oldest, peers)->sequence) {
		while (next->sequence < message->sequence)
			next = list_next_entry(next, peers);
		if (next == oldest)
			rb_replace_node_cached(&oldest->level, &message->level,
					       &queue->levels);
	}
	list_add_tail(&message->peers, &next->peers);
}

void kipc_queue_insert(struct kipc_queue *queue, struct kipc_message *message)
{
	struct rb_node **link = &queue->levels.rb_root.rb_node;
	struct rb_node *parent = NULL;
	bool highest = true;

	if (!message->sequence)
		message->sequence = ++queue->sequence;
	queue->count++;
	queue->bytes += message->length;
	while (*link) {
		struct kipc_message *oldest =
			rb_entry(*link, struct kipc_message, level);

		if (message->priority == oldest->priority) {
			level_insert(queue, oldest, message);
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
	INIT_LIST_HEAD(&message->peers);
	rb_link_node(&message->level, parent, link);
	rb_insert_color_cached(&message->level, &queue->levels, highest);
}

/* Take what kipc_queue_first() returned. */
void kipc_queue_take(struct kipc_queue *queue, struct kipc_message *message)
{
	queue->count--;
	queue->bytes -= message->length;
	if (list_empty(&message->peers)) {
		rb_erase_cached(&message->level, &queue->levels);
	} else {
		struct kipc_message *next = list_next_entry(message, peers);

		rb_replace_node_cached(&message->level, &next->level,
				       &queue->levels);
		list_del(&message->peers);
	}
}

/* ------------------------------------------------------------------------ */
/* Bytes                                                                    */
/* ------------------------------------------------------------------------ */

/* A block lies within one page. */
static __always_inline int
message_walk(const struct kipc_queue *queue, const struct kipc_message *message,
	     struct iov_iter *iter,
	     size_t (*copy)(struct page *page, size_t offset, size_t bytes,
			    struct iov_iter *iter))
{
	const size_t size = 1UL << queue->block_shift;
	size_t left = message->length;
	u32 block = message->first_block;

	while (left) {
		unsigned long at = (unsigned long)block << queue->block_shift;
		size_t bytes = min(left, size);

		if (copy(kipc_memory_page(&queue->memory, at),
			 offset_in_page(at), bytes, iter) != bytes)
			return -EFAULT;
		left -= bytes;
		if (!left)
			break;
		block = queue->next_block[block];
		cond_resched();
	}
	return 0;
}

int kipc_message_fill(const struct kipc_queue *queue,
		      const struct kipc_message *message,
		      struct iov_iter *from)
{
	return message_walk(queue, message, from, copy_page_from_iter);
}

int kipc_message_copy(const struct kipc_queue *queue,
		      const struct kipc_message *message, struct iov_iter *to)
{
	return message_walk(queue, message, to, copy_page_to_iter);
}
