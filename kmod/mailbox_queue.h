/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the messages of a queue-kind mailbox
 *
 * A queue is a fixed number of message records and a fixed number of blocks
 * for their bytes, all allocated when the mailbox is created; sending allocates
 * nothing. A message takes as many blocks as it needs, in a chain, so there is
 * no fragmentation and room for any mix of messages within both bounds.
 *
 * A record is in one of these states:
 *
 *	spare		on the list of spares
 *	reserved	its bytes and blocks are set aside for a sender, who fills
 *			them in; only he knows it
 *	queued		to be received
 *	taken		a receiver copies it out; only he knows it. Then it is
 *			released, or inserted again where it was
 *
 * Queued messages form levels, one for each priority: a ring of its messages in
 * order of age. The highest level is at hand; the others form a tree, in which the
 * oldest message of each stands for it. So inserting costs the logarithm of the
 * lower priorities in use, and where there is but one nothing; the rest is
 * constant.
 *
 * Nothing here locks. The mailbox's lock guards everything but the bytes of a
 * message, which belong to whoever reserved or took it, or looks at it with a
 * reference. Only the copying functions may sleep; they are called unlocked.
 */
#ifndef KIPC_MAILBOX_QUEUE_H
#define KIPC_MAILBOX_QUEUE_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/uidgid.h>
#include <linux/uio.h>

#include "memory.h"

struct kipc_object;
struct pid;

struct kipc_message {
	struct rb_node level;		/* where it is the oldest of a lower one */
	union {
		struct list_head peers;
		struct kipc_message *next_spare;
	};
	u64 sequence;			/* age; 0 until first inserted */
	u32 priority;
	u32 length;
	u32 first_block;
	u32 last_block;
	u32 room;			/* bytes of its blocks so far */
	u32 references;			/* owner or queue, and who peeks */
	struct pid *pid;
	kuid_t uid;
	kgid_t gid;
};

struct kipc_queue {
	struct kipc_message *first;	/* the oldest of the highest priority */
	struct rb_root_cached lower;	/* the other levels */
	u64 sequence;
	u64 bytes;			/* queued */
	u32 count;			/* queued */

	struct kipc_message *records;	/* constant, what they hold is not */
	struct kipc_message *spare;	/* begins the list of spares */
	u64 bytes_left;

	u32 *next_block;		/* chains, free ones and messages' */
	u32 free_block;			/* begins the free chain */
	u32 block_shift;		/* constant */
	struct kipc_memory memory;	/* constant */
};

int kipc_queue_alloc(struct kipc_queue *queue, struct kipc_object *object);
void kipc_queue_free(struct kipc_queue *queue, u32 records);

struct kipc_message *kipc_queue_reserve(struct kipc_queue *queue, u32 length);
void kipc_queue_extend(struct kipc_queue *queue, struct kipc_message *message);
void kipc_queue_insert(struct kipc_queue *queue, struct kipc_message *message);
void kipc_queue_take(struct kipc_queue *queue);
void kipc_queue_release(struct kipc_queue *queue,
			struct kipc_message *message);

int kipc_message_fill(const struct kipc_queue *queue,
		      const struct kipc_message *message,
		      struct iov_iter *from);
int kipc_message_copy(const struct kipc_queue *queue,
		      const struct kipc_message *message, struct iov_iter *to);

/* The room that there is, or would be after some messages. */
struct kipc_queue_room {
	const struct kipc_message *spare;
	u64 bytes;
};

static inline struct kipc_queue_room
kipc_queue_room(const struct kipc_queue *queue)
{
	return (struct kipc_queue_room) {
		.spare = queue->spare,
		.bytes = queue->bytes_left,
	};
}

/* Make it smaller by a message of that length, if that fits. */
static inline bool kipc_queue_room_take(struct kipc_queue_room *room, u32 length)
{
	if (!room->spare || length > room->bytes)
		return false;
	room->spare = room->spare->next_spare;
	room->bytes -= length;
	return true;
}

static inline bool kipc_queue_fits(const struct kipc_queue *queue, u32 length)
{
	return queue->spare && length <= queue->bytes_left;
}

/* Does a reserved message still lack blocks? */
static inline bool kipc_message_short(const struct kipc_message *message)
{
	return message->room < message->length;
}

#endif /* KIPC_MAILBOX_QUEUE_H */
