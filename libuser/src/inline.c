// SPDX-License-Identifier: MIT
/*
 * Exports the inline fast paths of kipc.h as symbols of the library, for
 * languages that can call C but not compile it. Also asserts the offsets that
 * compiled programs contain.
 */
#define KIPC_INLINE extern inline

#include "object.h"

#define ASSERT_OFFSET(type, member, offset) \
	_Static_assert(offsetof(type, member) == (offset), #member " has moved")

#define POINTER	sizeof(void *)

ASSERT_OFFSET(struct kipc_words, base, 0);
ASSERT_OFFSET(struct kipc_words, stride, POINTER);
ASSERT_OFFSET(struct kipc_words, attachment, 3 * POINTER);
_Static_assert(sizeof(struct kipc_words) == (POINTER == 8 ? 64 : 40),
	       "what is behind the words has moved");
ASSERT_OFFSET(struct kipc_semaphore, words, 0);
ASSERT_OFFSET(struct kipc_semaphore, elements, sizeof(struct kipc_words));
ASSERT_OFFSET(struct kipc_semaphore, max, sizeof(struct kipc_words) + 4);
ASSERT_OFFSET(struct kipc_mutex, words, 0);
ASSERT_OFFSET(struct kipc_mutex, elements, sizeof(struct kipc_words));
