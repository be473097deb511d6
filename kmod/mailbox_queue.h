/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: the messages of a mailbox
 *
 * A queue is a fixed number of message records and a fixed number of blocks for
 * their bytes. All of them are allocated when the mailbox is created, so
 * sending allocates nothing. A message takes as many blocks as it needs, in a
 * chain. So there is no fragmentation, and any mix of messages fits that keeps
 * within the bounds for messages and bytes.
 *
 * A record is in one of these states:
 *
 *	spare		The record is on the list of spare records.
 *	reserved	Its bytes and blocks are set aside for a sender, which
 *			fills them in. Only that sender knows the record.
 *	queued		The message can be received.
 *	taken		A receiver copies the message out. Only that receiver
 *			knows the record. Then the record is released, or
 *			inserted again where it was.
 *
 * Queued messages form levels, one for each priority. A level is a ring of its
 * messages in the order of their age. The queue points to the oldest message of
 * the highest level. The other levels form a tree, in which the oldest message
 * of each level represents it. So inserting costs the logarithm of the number
 * of lower priorities in use, and nothing if there is only one priority. All
 * other operations take constant time, except that a message that was taken and
 * is inserted again passes the older ones to which that has happened before.
 *
 * Nothing here takes a lock. The mailbox lock guards everything but the bytes
 * of a message. These belong to the task that has reserved or taken the
 * message, or are read by tasks that hold a reference. Only the functions that
 * copy may sleep, and they are called without the lock.
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

/*
 * The mailbox lock guards references, and guards the rest while the record is
 * spare or queued. In between the rest belongs to the task that has reserved or
 * taken the message.
 */
struct kipc_message {
	struct rb_node level;		/* the oldest of a lower level */
	union {
		struct list_head peers;	/* queued: the ring of its level */
		struct kipc_message *next_spare;
	};
	u64 sequence;			/* age; 0 until inserted once */
	u32 priority;
	u32 length;
	u32 first_block;
	u32 last_block;
	u32 room;			/* bytes of the blocks it has so far */
	u32 references;			/* its owner or the queue, and peeks */
	struct pid *pid;
	kuid_t uid;
	kgid_t gid;
};

/* The mailbox lock guards all fields that are not constant. */
struct kipc_queue {
	struct kipc_message *first;	/* oldest of the highest priority */
	struct rb_root_cached lower;	/* the lower levels */
	u64 sequence;
	u64 bytes;			/* of queued messages */
	u32 count;			/* queued messages */

	struct kipc_message *records;	/* constant; what it points to is not */
	struct kipc_message *spare;	/* first spare record */
	u64 bytes_left;

	u32 *next_block;		/* chains, of messages and free ones */
	u32 free_block;			/* first free block */
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

/* The room that there is, or that there would be after some more messages. */
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

/*
 * Reduces the room by a message of this length. Returns false if it does not
 * fit.
 */
static inline bool kipc_queue_room_take(struct kipc_queue_room *room, u32 length)
{
	if (!room->spare || length > room->bytes)
		return false;
	room->spare = room->spare->next_spare;
	room->bytes -= length;
	return true;
}

/* Returns true if a message of this length fits. */
static inline bool kipc_queue_fits(const struct kipc_queue *queue, u32 length)
{
	return queue->spare && length <= queue->bytes_left;
}

/* Returns true if a reserved message has fewer blocks than it needs. */
static inline bool kipc_message_short(const struct kipc_message *message)
{
	return message->room < message->length;
}

#endif /* KIPC_MAILBOX_QUEUE_H */
