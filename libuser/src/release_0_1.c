// SPDX-License-Identifier: MIT
/*
 * The functions that programs compiled with version 0.1 call and that are
 * inline functions in the header now.
 *
 * The structures of these programs end with the last member that they had then,
 * which is followed by padding on some machines.
 *
 * The fast paths of these programs take all bits of a semaphore word except
 * KIPC_SLOW for units. So they would post units without waking the waiters.
 * They get unmapped words, which always say KIPC_SLOW, so that each operation
 * is a system call.
 */
#include "attachment.h"
#include "sized.h"

/* Defines the symbol kipc_NAME, which is an inline function in this source. */
#define RELEASE_0_1(result, name, ...) \
	__attribute__((visibility("default"))) \
	result name ## _0_1(__VA_ARGS__) __asm__("kipc_" #name); \
	result name ## _0_1(__VA_ARGS__)

/* The last member was learnt, of four bytes, in the place of reserved. */
#define SPINS_SIZE	(offsetof(struct kipc_spins, reserved) + sizeof(uint32_t))

#define MESSAGE_SIZE	SIZE_UP_TO(struct kipc_message, gid)

/*
 * Replaces the words of a semaphore by unmapped ones. A KIPC_UNDO semaphore
 * keeps its mapping, which attaches the process and always says KIPC_SLOW
 * anyway.
 */
static int release_0_1_unmap(struct kipc_semaphore *semaphore, int error)
{
	struct kipc_words *words;

	if (error)
		return error;
	words = &semaphore->words;
	if (!words->attachment) {
		kipc_words_unmap(words);
		kipc_words_set_unmapped(words);
	}
	return 0;
}

RELEASE_0_1(int, semaphore_create, struct kipc_semaphore **semaphore, const char *name,
	    const struct kipc_semaphore_options *options)
{
	int error = kipc_semaphore_create_sized(semaphore, name, options,
			SIZE_UP_TO(struct kipc_semaphore_options, access));

	return release_0_1_unmap(*semaphore, error);
}

RELEASE_0_1(int, semaphore_open, struct kipc_semaphore **semaphore, const char *name,
	    unsigned int access)
{
	int error = kipc_semaphore_open_words(semaphore, name, access);

	return release_0_1_unmap(*semaphore, error);
}

RELEASE_0_1(int, semaphore_import, struct kipc_semaphore **semaphore, int fd)
{
	int error = kipc_semaphore_import_words(semaphore, fd);

	return release_0_1_unmap(*semaphore, error);
}

RELEASE_0_1(void, semaphore_spins, const struct kipc_semaphore *semaphore,
	    struct kipc_spins *spins)
{
	kipc_semaphore_spins_sized(semaphore, spins, SPINS_SIZE);
}

RELEASE_0_1(int, barrier_create, struct kipc_barrier **barrier, const char *name,
	    const struct kipc_barrier_options *options)
{
	return kipc_barrier_create_sized(barrier, name, options,
			SIZE_UP_TO(struct kipc_barrier_options, access));
}

RELEASE_0_1(int, barrier_state, struct kipc_barrier *barrier,
	    struct kipc_barrier_state_args *state)
{
	return kipc_barrier_state_sized(barrier, state,
			SIZE_UP_TO(struct kipc_barrier_state_args, reserved));
}

RELEASE_0_1(void, barrier_spins, const struct kipc_barrier *barrier,
	    struct kipc_spins *spins)
{
	kipc_barrier_spins_sized(barrier, spins, SPINS_SIZE);
}

RELEASE_0_1(int, mailbox_create, struct kipc_mailbox **mailbox, const char *name,
	    const struct kipc_mailbox_options *options)
{
	return kipc_mailbox_create_sized(mailbox, name, options,
			SIZE_UP_TO(struct kipc_mailbox_options, access));
}

RELEASE_0_1(ssize_t, mailbox_timedreceive, struct kipc_mailbox *mailbox, void *buffer,
	    size_t capacity, struct kipc_message *message, int64_t deadline,
	    unsigned int flags)
{
	if (flags & ~KIPC_REALTIME)
		return -EINVAL;
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  MESSAGE_SIZE, deadline, flags);
}

RELEASE_0_1(ssize_t, mailbox_receive, struct kipc_mailbox *mailbox, void *buffer,
	    size_t capacity, struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  MESSAGE_SIZE, KIPC_FOREVER, 0);
}

RELEASE_0_1(ssize_t, mailbox_tryreceive, struct kipc_mailbox *mailbox, void *buffer,
	    size_t capacity, struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  MESSAGE_SIZE, 0, KIPC_TRY);
}

RELEASE_0_1(ssize_t, mailbox_peek, struct kipc_mailbox *mailbox, void *buffer,
	    size_t capacity, struct kipc_message *message)
{
	return kipc_mailbox_receive_sized(mailbox, buffer, capacity, message,
					  MESSAGE_SIZE, 0, KIPC_TRY | KIPC_PEEK);
}

RELEASE_0_1(int, mailbox_state, struct kipc_mailbox *mailbox,
	    struct kipc_mailbox_state_args *state)
{
	return kipc_mailbox_state_sized(mailbox, state,
			SIZE_UP_TO(struct kipc_mailbox_state_args, receivers));
}

RELEASE_0_1(int, mutex_create, struct kipc_mutex **mutex, const char *name,
	    const struct kipc_mutex_options *options)
{
	return kipc_mutex_create_sized(mutex, name, options,
			SIZE_UP_TO(struct kipc_mutex_options, access));
}

RELEASE_0_1(int, mutex_state, struct kipc_mutex *mutex, uint32_t element,
	    struct kipc_mutex_state_args *state)
{
	return kipc_mutex_state_sized(mutex, element, state,
			SIZE_UP_TO(struct kipc_mutex_state_args, waiters));
}

RELEASE_0_1(void, mutex_spins, const struct kipc_mutex *mutex, struct kipc_spins *spins)
{
	kipc_mutex_spins_sized(mutex, spins, SPINS_SIZE);
}

RELEASE_0_1(int, region_create, struct kipc_region **region, const char *name,
	    const struct kipc_region_options *options)
{
	return kipc_region_create_sized(region, name, options,
			SIZE_UP_TO(struct kipc_region_options, access));
}

RELEASE_0_1(int, region_state, struct kipc_region *region,
	    struct kipc_region_state_args *state)
{
	return kipc_region_state_sized(region, state,
			SIZE_UP_TO(struct kipc_region_state_args, bytes));
}

RELEASE_0_1(int, list, uint64_t *cursor, struct kipc_list_entry *entries,
	    unsigned int count)
{
	return kipc_list_sized(cursor, entries, count,
			       SIZE_UP_TO(struct kipc_list_entry, name));
}
