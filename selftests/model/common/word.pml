/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmod/word.c: one element, its lock, its word in the page and the kernel's
 * own record of it. Needs SLOW, a bit above every value.
 *
 * Promela steps are sequentially consistent. That is what the code asks for:
 * the word is changed by read-modify-write alone while user space owns it, and
 * all else that is shared is under the lock or published by release/acquire.
 */
#ifndef START
#define START 0			/* the value to begin with */
#endif

#ifdef SEALED
short word = SLOW | START;	/* libkipc's stand-in for "ask the kernel" */
short value = SLOW | START;
#else
short word = START;		/* in the page */
short value = START;		/* e->value; SLOW: frozen */
#endif
bool locked;			/* e->lock */

#define FROZEN	((value & SLOW) != 0)

/* What the element holds, whoever owns it just now. */
#define CURRENT	(FROZEN -> (value & ~SLOW) : (word & ~SLOW))

/* What keeps the protocol sound; broken variants must be seen to do harm. */
#ifdef NO_INVARIANTS
#define INVARIANT(condition)	skip
#else
#define INVARIANT(condition)	assert(condition)
#endif

/* What user space may rely on while it owns the word. */
#ifdef SCRIBBLES
#define INVARIANT_THAWED	skip
#else
#define INVARIANT_THAWED	INVARIANT(queued == 0)
#endif

inline lock_element()
{
	atomic { !locked -> locked = true }
}

inline unlock_element()
{
	locked = false
}

/* kipc_word_freeze(): the fetch_or is one step. The page keeps the value. */
inline kipc_word_freeze()
{
	if
	:: !FROZEN ->
		value = word | SLOW;
		word = value
	:: else
	fi
}

/*
 * To take the lock, to freeze and to change the record is one step: until the
 * thaw nobody else can do more than find SLOW and the lock taken.
 */
#ifdef BROKEN_FREEZE
#define ENTERING
#else
#define ENTERING	atomic
#endif

/* kipc_word_thaw() */
inline kipc_word_thaw()
{
#ifndef SEALED
	INVARIANT_THAWED;
	value = value & ~SLOW;
	word = value
#else
	skip
#endif
}
