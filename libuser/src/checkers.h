/* SPDX-License-Identifier: MIT */
/**
 * @file checkers.h
 * DOC: what ThreadSanitizer and valgrind cannot see
 *
 * Where the fast path does not complete, the order between threads is made in
 * the kernel, and the kernel writes the bytes that a program receives. Without
 * annotations ThreadSanitizer would report races and valgrind uninitialised
 * bytes. Without these tools an annotation costs one test beside a system call.
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

/* Functions of ThreadSanitizer; NULL unless the program is built with it. */
void kipc_tsan_acquire(void *address)
	__asm__("__tsan_acquire") __attribute__((weak, visibility("default")));
void kipc_tsan_release(void *address)
	__asm__("__tsan_release") __attribute__((weak, visibility("default")));

/**
 * Returns an address that stands for an element. Unmapped words are shared by
 * all handles, so the address is then that of the handle's own structure.
 */
static inline const void *kipc_checker_address(const struct kipc_words *words,
					       uint32_t element)
{
	return words->map_size ? (const void *)kipc_words_at(words, element) : words;
}

/**
 * Acquire: what other threads did before kipc_checker_release() at this address
 * happened before what the calling thread does from now on.
 */
static inline void kipc_checker_acquire(const void *address)
{
	if (kipc_tsan_acquire)
		kipc_tsan_acquire((void *)address);
}

/**
 * Release: what the calling thread did until now happens before what a thread
 * does after kipc_checker_acquire() at this address.
 */
static inline void kipc_checker_release(const void *address)
{
	if (kipc_tsan_release)
		kipc_tsan_release((void *)address);
}

/* Whether the program runs under valgrind. Set before main(). */
extern bool kipc_valgrind;

static inline bool kipc_valgrind_running(void)
{
#ifdef RUNNING_ON_VALGRIND
	return RUNNING_ON_VALGRIND;
#else
	return false;
#endif
}

/** Declares that the kernel has written these bytes. */
static inline void kipc_checker_written(const void *data, size_t size)
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
