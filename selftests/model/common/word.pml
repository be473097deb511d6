/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Models kmod/word.c: one element with its lock, its word in the shared page
 * and the kernel's own record of the word. The including model must define
 * SLOW, a bit above every value.
 *
 * Promela steps are sequentially consistent. The code asks for no less: while
 * user space owns the word, the word changes only by read-modify-write
 * operations. All other shared state is protected by the lock or published by
 * release and acquire.
 */
#ifndef START
#define START 0			/* the initial value */
#endif

#ifdef SEALED
short word = SLOW | START;	/* libkipc's substitute: "ask the kernel" */
short value = SLOW | START;
#else
short word = START;		/* in the page */
short value = START;		/* e->value; SLOW: the word is claimed */
#endif
bool locked;			/* e->lock */

#define IS_CLAIMED	((value & SLOW) != 0)

/* The value of the element, independent of the current owner of the word. */
#define CURRENT	(IS_CLAIMED -> (value & ~SLOW) : (word & ~SLOW))

/*
 * Invariants of the protocol. The searches for deliberate mistakes leave them
 * out, since each mistake must also be found by its effect.
 */
#ifdef NO_INVARIANTS
#define INVARIANT(condition)	skip
#else
#define INVARIANT(condition)	assert(condition)
#endif

/*
 * The condition that holds while user space owns the word, and hence under
 * which the kernel may return the word.
 */
#ifndef RETURNABLE
#define RETURNABLE	(queued == 0)
#endif
#ifdef SCRIBBLES
#define INVARIANT_RETURNABLE	skip
#else
#define INVARIANT_RETURNABLE	INVARIANT(RETURNABLE)
#endif

inline lock_element()
{
	atomic { !locked -> locked = true }
}

inline unlock_element()
{
	locked = false
}

/*
 * kipc_word_claim(): the atomic fetch_or is one step. The word in the page
 * keeps its value beside SLOW.
 */
inline kipc_word_claim()
{
	if
	:: !IS_CLAIMED ->
		value = word | SLOW;
		word = value
	:: else
	fi
}

/*
 * Taking the lock, claiming the word and changing the record are one step.
 * Until the word is returned, another process can only find SLOW set and the
 * lock taken, so the intermediate states are not visible.
 */
#ifdef BROKEN_FREEZE
#define LOCKED_STEP
#else
#define LOCKED_STEP	atomic
#endif

/* kipc_word_return() */
inline kipc_word_return()
{
#ifndef SEALED
	INVARIANT_RETURNABLE;
	value = value & ~SLOW;
	word = value
#else
	skip
#endif
}
