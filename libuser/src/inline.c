// SPDX-License-Identifier: MIT
/*
 * The inline functions of kipc.h once more, as symbols of the library: for
 * languages that call C but cannot compile it. And what programs have compiled in.
 */
#define KIPC_INLINE extern inline

#include "object.h"

SINCE(KIPC_0.2, kipc_semaphore_create);

#define AT(type, member, offset) \
	_Static_assert(offsetof(type, member) == (offset), #member " has moved")
#define SIZE(type, size) \
	_Static_assert(sizeof(type) == (size), #type " has another size")

#define POINTER	sizeof(void *)

/* What the inline functions read. */
AT(struct kipc_words, base, 0);
AT(struct kipc_words, stride, POINTER);
AT(struct kipc_words, attachment, 3 * POINTER);
SIZE(struct kipc_words, POINTER == 8 ? 64 : 40);
AT(struct kipc_semaphore, words, 0);
AT(struct kipc_semaphore, elements, sizeof(struct kipc_words));
AT(struct kipc_semaphore, max, sizeof(struct kipc_words) + 4);
AT(struct kipc_mutex, words, 0);
AT(struct kipc_mutex, elements, sizeof(struct kipc_words));

/*
 * Which sizes the functions above pass. Where a structure grows, keep a function that
 * passes the former size for programs that have the symbol of that release, as
 * release_0_1.c keeps what version 0.1 had.
 */
SIZE(struct kipc_semaphore_options, 24);
SIZE(struct kipc_barrier_options, 16);
SIZE(struct kipc_mailbox_options, 32);
SIZE(struct kipc_mutex_options, 16);
SIZE(struct kipc_region_options, POINTER == 8 ? 32 : 28);
SIZE(struct kipc_message, 20);
SIZE(struct kipc_spins, 32);
SIZE(struct kipc_list_entry, 296);
SIZE(struct kipc_barrier_state_args, 40);
SIZE(struct kipc_mailbox_state_args, 32);
SIZE(struct kipc_mutex_state_args, 32);
SIZE(struct kipc_region_state_args, 24);
