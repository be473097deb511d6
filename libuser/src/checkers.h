/* SPDX-License-Identifier: MIT */
/**
 * @file checkers.h
 * DOC: what ThreadSanitizer and valgrind cannot see
 *
 * What happens before what is decided in the kernel where a fast path does not do, and
 * the kernel fills in what a program receives: without a word about it ThreadSanitizer
 * tells of races and valgrind of bytes that nothing has written. Outside of them it
 * costs a test beside a system call.
 */
#ifndef KIPC_CHECKERS_H
#define KIPC_CHECKERS_H

#include <stdbool.h>

#include "object.h"

#if defined(__has_include)
#if __has_include("valgrind/memcheck.h")
#include <valgrind/memcheck.h>
#endif
#endif

/* Of the program's ThreadSanitizer, if it is built with that. */
void kipc_tsan_acquire(void *address)
	__asm__("__tsan_acquire") __attribute__((weak, visibility("default")));
void kipc_tsan_release(void *address)
	__asm__("__tsan_release") __attribute__((weak, visibility("default")));

/** The address of an element: words that are not mapped are the same for all handles. */
static inline const void *kipc_seen_at(const struct kipc_words *words,
				       uint32_t element)
{
	return words->map_size ? (const void *)kipc_words_at(words, element) : words;
}

/** All that other threads did before they gave at the address has happened. */
static inline void kipc_seen_taken(const void *address)
{
	if (kipc_tsan_acquire)
		kipc_tsan_acquire((void *)address);
}

/** Whatever thread takes at the address sees what this one did before. */
static inline void kipc_seen_given(const void *address)
{
	if (kipc_tsan_release)
		kipc_tsan_release((void *)address);
}

/* Is it valgrind that runs this? Set before main(). */
extern bool kipc_valgrind;

static inline bool kipc_valgrind_runs(void)
{
#ifdef RUNNING_ON_VALGRIND
	return RUNNING_ON_VALGRIND;
#else
	return false;
#endif
}

/** The kernel has written there. */
static inline void kipc_seen_filled(const void *data, size_t size)
{
	if (!kipc_valgrind)
		return;
#ifdef VALGRIND_MAKE_MEM_DEFINED
	VALGRIND_MAKE_MEM_DEFINED(data, size);
#else
	(void)data;
	(void)size;
#endif
}

#endif /* KIPC_CHECKERS_H */
