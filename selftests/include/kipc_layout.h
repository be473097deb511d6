/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The layout of <linux/kipc.h>, written down a second time: it is the same for
 * 32 and 64 bit programs and never changes.
 */
#ifndef KIPC_LAYOUT_H
#define KIPC_LAYOUT_H

#include <assert.h>
#include <stddef.h>

#include <linux/kipc.h>

#define CHECK_SIZE(type, size) \
	static_assert(sizeof(type) == (size), "size of " #type)

#define CHECK_FIELD(type, field, offset, size) \
	static_assert(offsetof(type, field) == (offset) && \
		      sizeof(((type *)0)->field) == (size), \
		      #type "." #field)

CHECK_SIZE(union kipc_attributes, 32);
CHECK_FIELD(union kipc_attributes, semaphore.initial, 0, 4);
CHECK_FIELD(union kipc_attributes, semaphore.max, 4, 4);
CHECK_FIELD(union kipc_attributes, barrier.parties, 0, 4);
CHECK_FIELD(union kipc_attributes, mailbox.message_size, 0, 4);
CHECK_FIELD(union kipc_attributes, mailbox.messages, 4, 4);
CHECK_FIELD(union kipc_attributes, mailbox.bytes, 8, 8);
CHECK_FIELD(union kipc_attributes, region.bytes, 0, 8);

CHECK_SIZE(struct kipc_create_args, 80);
CHECK_FIELD(struct kipc_create_args, size, 0, 4);
CHECK_FIELD(struct kipc_create_args, flags, 4, 4);
CHECK_FIELD(struct kipc_create_args, type, 8, 4);
CHECK_FIELD(struct kipc_create_args, elements, 12, 4);
CHECK_FIELD(struct kipc_create_args, name, 16, 8);
CHECK_FIELD(struct kipc_create_args, name_length, 24, 4);
CHECK_FIELD(struct kipc_create_args, mode, 28, 4);
CHECK_FIELD(struct kipc_create_args, attributes, 32, 32);
CHECK_FIELD(struct kipc_create_args, access, 64, 4);
CHECK_FIELD(struct kipc_create_args, reserved, 68, 4);
CHECK_FIELD(struct kipc_create_args, info, 72, 8);

CHECK_SIZE(struct kipc_open_args, 32);
CHECK_FIELD(struct kipc_open_args, size, 0, 4);
CHECK_FIELD(struct kipc_open_args, flags, 4, 4);
CHECK_FIELD(struct kipc_open_args, type, 8, 4);
CHECK_FIELD(struct kipc_open_args, name_length, 12, 4);
CHECK_FIELD(struct kipc_open_args, name, 16, 8);
CHECK_FIELD(struct kipc_open_args, info, 24, 8);

CHECK_SIZE(struct kipc_unlink_args, 24);
CHECK_FIELD(struct kipc_unlink_args, size, 0, 4);
CHECK_FIELD(struct kipc_unlink_args, flags, 4, 4);
CHECK_FIELD(struct kipc_unlink_args, reserved, 8, 4);
CHECK_FIELD(struct kipc_unlink_args, name_length, 12, 4);
CHECK_FIELD(struct kipc_unlink_args, name, 16, 8);

CHECK_SIZE(struct kipc_list_entry, 296);
CHECK_FIELD(struct kipc_list_entry, type, 0, 4);
CHECK_FIELD(struct kipc_list_entry, flags, 4, 4);
CHECK_FIELD(struct kipc_list_entry, elements, 8, 4);
CHECK_FIELD(struct kipc_list_entry, mode, 12, 4);
CHECK_FIELD(struct kipc_list_entry, uid, 16, 4);
CHECK_FIELD(struct kipc_list_entry, gid, 20, 4);
CHECK_FIELD(struct kipc_list_entry, waiters, 24, 4);
CHECK_FIELD(struct kipc_list_entry, descriptors, 28, 4);
CHECK_FIELD(struct kipc_list_entry, owner, 32, 4);
CHECK_FIELD(struct kipc_list_entry, name_length, 36, 4);
CHECK_FIELD(struct kipc_list_entry, name, 40, 256);

CHECK_SIZE(struct kipc_list_args, 32);
CHECK_FIELD(struct kipc_list_args, size, 0, 4);
CHECK_FIELD(struct kipc_list_args, flags, 4, 4);
CHECK_FIELD(struct kipc_list_args, count, 8, 4);
CHECK_FIELD(struct kipc_list_args, entry_size, 12, 4);
CHECK_FIELD(struct kipc_list_args, entries, 16, 8);
CHECK_FIELD(struct kipc_list_args, cursor, 24, 8);

CHECK_SIZE(struct kipc_info_args, 96);
CHECK_FIELD(struct kipc_info_args, size, 0, 4);
CHECK_FIELD(struct kipc_info_args, flags, 4, 4);
CHECK_FIELD(struct kipc_info_args, type, 8, 4);
CHECK_FIELD(struct kipc_info_args, created, 12, 4);
CHECK_FIELD(struct kipc_info_args, elements, 16, 4);
CHECK_FIELD(struct kipc_info_args, stride, 20, 4);
CHECK_FIELD(struct kipc_info_args, map_size, 24, 8);
CHECK_FIELD(struct kipc_info_args, uid, 32, 4);
CHECK_FIELD(struct kipc_info_args, gid, 36, 4);
CHECK_FIELD(struct kipc_info_args, mode, 40, 4);
CHECK_FIELD(struct kipc_info_args, access, 44, 4);
CHECK_FIELD(struct kipc_info_args, attributes, 48, 32);
CHECK_FIELD(struct kipc_info_args, attachment, 80, 4);
CHECK_FIELD(struct kipc_info_args, reserved, 84, 4);
CHECK_FIELD(struct kipc_info_args, inode, 88, 8);

CHECK_SIZE(struct kipc_thread_args, 24);
CHECK_FIELD(struct kipc_thread_args, size, 0, 4);
CHECK_FIELD(struct kipc_thread_args, flags, 4, 4);
CHECK_FIELD(struct kipc_thread_args, thread, 8, 8);
CHECK_FIELD(struct kipc_thread_args, attachment, 16, 4);
CHECK_FIELD(struct kipc_thread_args, reserved, 20, 4);

CHECK_SIZE(struct kipc_semaphore_post_args, 16);
CHECK_FIELD(struct kipc_semaphore_post_args, size, 0, 4);
CHECK_FIELD(struct kipc_semaphore_post_args, flags, 4, 4);
CHECK_FIELD(struct kipc_semaphore_post_args, element, 8, 4);
CHECK_FIELD(struct kipc_semaphore_post_args, count, 12, 4);

CHECK_SIZE(struct kipc_semaphore_wait_args, 24);
CHECK_FIELD(struct kipc_semaphore_wait_args, size, 0, 4);
CHECK_FIELD(struct kipc_semaphore_wait_args, flags, 4, 4);
CHECK_FIELD(struct kipc_semaphore_wait_args, element, 8, 4);
CHECK_FIELD(struct kipc_semaphore_wait_args, count, 12, 4);
CHECK_FIELD(struct kipc_semaphore_wait_args, deadline, 16, 8);

CHECK_SIZE(struct kipc_semaphore_value_args, 16);
CHECK_FIELD(struct kipc_semaphore_value_args, size, 0, 4);
CHECK_FIELD(struct kipc_semaphore_value_args, flags, 4, 4);
CHECK_FIELD(struct kipc_semaphore_value_args, element, 8, 4);
CHECK_FIELD(struct kipc_semaphore_value_args, value, 12, 4);

CHECK_SIZE(struct kipc_semaphore_post_wait_args, 40);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, size, 0, 4);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, flags, 4, 4);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, element, 8, 4);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, count, 12, 4);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, wait_fd, 16, 4);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, wait_element, 20, 4);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, wait_count, 24, 4);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, reserved, 28, 4);
CHECK_FIELD(struct kipc_semaphore_post_wait_args, deadline, 32, 8);

CHECK_SIZE(struct kipc_barrier_wait_args, 32);
CHECK_FIELD(struct kipc_barrier_wait_args, size, 0, 4);
CHECK_FIELD(struct kipc_barrier_wait_args, flags, 4, 4);
CHECK_FIELD(struct kipc_barrier_wait_args, element, 8, 4);
CHECK_FIELD(struct kipc_barrier_wait_args, reserved, 12, 4);
CHECK_FIELD(struct kipc_barrier_wait_args, word, 16, 8);
CHECK_FIELD(struct kipc_barrier_wait_args, deadline, 24, 8);

CHECK_SIZE(struct kipc_barrier_args, 16);
CHECK_FIELD(struct kipc_barrier_args, size, 0, 4);
CHECK_FIELD(struct kipc_barrier_args, flags, 4, 4);
CHECK_FIELD(struct kipc_barrier_args, element, 8, 4);
CHECK_FIELD(struct kipc_barrier_args, reserved, 12, 4);

CHECK_SIZE(struct kipc_barrier_state_args, 40);
CHECK_FIELD(struct kipc_barrier_state_args, size, 0, 4);
CHECK_FIELD(struct kipc_barrier_state_args, flags, 4, 4);
CHECK_FIELD(struct kipc_barrier_state_args, element, 8, 4);
CHECK_FIELD(struct kipc_barrier_state_args, parties, 12, 4);
CHECK_FIELD(struct kipc_barrier_state_args, arrived, 16, 4);
CHECK_FIELD(struct kipc_barrier_state_args, generation, 20, 4);
CHECK_FIELD(struct kipc_barrier_state_args, broken, 24, 4);
CHECK_FIELD(struct kipc_barrier_state_args, waiters, 28, 4);
CHECK_FIELD(struct kipc_barrier_state_args, members, 32, 4);
CHECK_FIELD(struct kipc_barrier_state_args, reserved, 36, 4);

CHECK_SIZE(struct kipc_mailbox_send_args, 40);
CHECK_FIELD(struct kipc_mailbox_send_args, size, 0, 4);
CHECK_FIELD(struct kipc_mailbox_send_args, flags, 4, 4);
CHECK_FIELD(struct kipc_mailbox_send_args, element, 8, 4);
CHECK_FIELD(struct kipc_mailbox_send_args, priority, 12, 4);
CHECK_FIELD(struct kipc_mailbox_send_args, data, 16, 8);
CHECK_FIELD(struct kipc_mailbox_send_args, length, 24, 4);
CHECK_FIELD(struct kipc_mailbox_send_args, reserved, 28, 4);
CHECK_FIELD(struct kipc_mailbox_send_args, deadline, 32, 8);

CHECK_SIZE(struct kipc_mailbox_receive_args, 56);
CHECK_FIELD(struct kipc_mailbox_receive_args, size, 0, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, flags, 4, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, element, 8, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, priority, 12, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, data, 16, 8);
CHECK_FIELD(struct kipc_mailbox_receive_args, capacity, 24, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, length, 28, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, deadline, 32, 8);
CHECK_FIELD(struct kipc_mailbox_receive_args, pid, 40, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, uid, 44, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, gid, 48, 4);
CHECK_FIELD(struct kipc_mailbox_receive_args, reserved, 52, 4);

CHECK_SIZE(struct kipc_mailbox_state_args, 32);
CHECK_FIELD(struct kipc_mailbox_state_args, size, 0, 4);
CHECK_FIELD(struct kipc_mailbox_state_args, flags, 4, 4);
CHECK_FIELD(struct kipc_mailbox_state_args, element, 8, 4);
CHECK_FIELD(struct kipc_mailbox_state_args, messages, 12, 4);
CHECK_FIELD(struct kipc_mailbox_state_args, bytes, 16, 8);
CHECK_FIELD(struct kipc_mailbox_state_args, senders, 24, 4);
CHECK_FIELD(struct kipc_mailbox_state_args, receivers, 28, 4);

CHECK_SIZE(struct kipc_watch_args, 8);
CHECK_FIELD(struct kipc_watch_args, size, 0, 4);
CHECK_FIELD(struct kipc_watch_args, flags, 4, 4);

CHECK_SIZE(struct kipc_notice, 24);
CHECK_FIELD(struct kipc_notice, size, 0, 4);
CHECK_FIELD(struct kipc_notice, flags, 4, 4);
CHECK_FIELD(struct kipc_notice, pid, 8, 4);
CHECK_FIELD(struct kipc_notice, attachment, 12, 4);
CHECK_FIELD(struct kipc_notice, repaired, 16, 4);
CHECK_FIELD(struct kipc_notice, lost, 20, 4);

CHECK_SIZE(struct kipc_mutex_lock_args, 24);
CHECK_FIELD(struct kipc_mutex_lock_args, size, 0, 4);
CHECK_FIELD(struct kipc_mutex_lock_args, flags, 4, 4);
CHECK_FIELD(struct kipc_mutex_lock_args, element, 8, 4);
CHECK_FIELD(struct kipc_mutex_lock_args, attachment, 12, 4);
CHECK_FIELD(struct kipc_mutex_lock_args, deadline, 16, 8);

CHECK_SIZE(struct kipc_mutex_args, 16);
CHECK_FIELD(struct kipc_mutex_args, size, 0, 4);
CHECK_FIELD(struct kipc_mutex_args, flags, 4, 4);
CHECK_FIELD(struct kipc_mutex_args, element, 8, 4);
CHECK_FIELD(struct kipc_mutex_args, attachment, 12, 4);

CHECK_SIZE(struct kipc_mutex_state_args, 32);
CHECK_FIELD(struct kipc_mutex_state_args, size, 0, 4);
CHECK_FIELD(struct kipc_mutex_state_args, flags, 4, 4);
CHECK_FIELD(struct kipc_mutex_state_args, element, 8, 4);
CHECK_FIELD(struct kipc_mutex_state_args, owner, 12, 4);
CHECK_FIELD(struct kipc_mutex_state_args, thread, 16, 4);
CHECK_FIELD(struct kipc_mutex_state_args, depth, 20, 4);
CHECK_FIELD(struct kipc_mutex_state_args, state, 24, 4);
CHECK_FIELD(struct kipc_mutex_state_args, waiters, 28, 4);

CHECK_SIZE(struct kipc_region_seal_args, 16);
CHECK_FIELD(struct kipc_region_seal_args, size, 0, 4);
CHECK_FIELD(struct kipc_region_seal_args, flags, 4, 4);
CHECK_FIELD(struct kipc_region_seal_args, seals, 8, 4);
CHECK_FIELD(struct kipc_region_seal_args, reserved, 12, 4);

CHECK_SIZE(struct kipc_region_state_args, 24);
CHECK_FIELD(struct kipc_region_state_args, size, 0, 4);
CHECK_FIELD(struct kipc_region_state_args, flags, 4, 4);
CHECK_FIELD(struct kipc_region_state_args, seals, 8, 4);
CHECK_FIELD(struct kipc_region_state_args, writers, 12, 4);
CHECK_FIELD(struct kipc_region_state_args, bytes, 16, 8);

/* And the numbers of the commands. */
static_assert(KIPC_CREATE == 0xb900, "KIPC_CREATE");
static_assert(KIPC_OPEN == 0xb901, "KIPC_OPEN");
static_assert(KIPC_UNLINK == 0xb902, "KIPC_UNLINK");
static_assert(KIPC_LIST == 0xb903, "KIPC_LIST");
static_assert(KIPC_INFO == 0xb910, "KIPC_INFO");
static_assert(KIPC_WATCH == 0xb911, "KIPC_WATCH");
static_assert(KIPC_THREAD == 0xb912, "KIPC_THREAD");
static_assert(KIPC_SEMAPHORE_POST == 0xb920, "KIPC_SEMAPHORE_POST");
static_assert(KIPC_SEMAPHORE_WAIT == 0xb921, "KIPC_SEMAPHORE_WAIT");
static_assert(KIPC_SEMAPHORE_VALUE == 0xb922, "KIPC_SEMAPHORE_VALUE");
static_assert(KIPC_SEMAPHORE_POST_WAIT == 0xb923, "KIPC_SEMAPHORE_POST_WAIT");
static_assert(KIPC_BARRIER_WAIT == 0xb930, "KIPC_BARRIER_WAIT");
static_assert(KIPC_BARRIER_ABORT == 0xb931, "KIPC_BARRIER_ABORT");
static_assert(KIPC_BARRIER_RESET == 0xb932, "KIPC_BARRIER_RESET");
static_assert(KIPC_BARRIER_STATE == 0xb933, "KIPC_BARRIER_STATE");
static_assert(KIPC_BARRIER_JOIN == 0xb934, "KIPC_BARRIER_JOIN");
static_assert(KIPC_BARRIER_LEAVE == 0xb935, "KIPC_BARRIER_LEAVE");
static_assert(KIPC_MAILBOX_SEND == 0xb940, "KIPC_MAILBOX_SEND");
static_assert(KIPC_MAILBOX_RECEIVE == 0xb941, "KIPC_MAILBOX_RECEIVE");
static_assert(KIPC_MAILBOX_STATE == 0xb942, "KIPC_MAILBOX_STATE");
static_assert(KIPC_MUTEX_LOCK == 0xb950, "KIPC_MUTEX_LOCK");
static_assert(KIPC_MUTEX_UNLOCK == 0xb951, "KIPC_MUTEX_UNLOCK");
static_assert(KIPC_MUTEX_CONSISTENT == 0xb952, "KIPC_MUTEX_CONSISTENT");
static_assert(KIPC_MUTEX_STATE == 0xb953, "KIPC_MUTEX_STATE");
static_assert(KIPC_REGION_SEAL == 0xb960, "KIPC_REGION_SEAL");
static_assert(KIPC_REGION_STATE == 0xb961, "KIPC_REGION_STATE");

#endif /* KIPC_LAYOUT_H */
