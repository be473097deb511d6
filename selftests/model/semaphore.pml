/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Models one element of a semaphore: kmod/semaphore.c, the fast paths in
 * libuser/include/kipc.h and their continuation in libuser/src/semaphore.c.
 * Each inline models the C function of the same name, possibly with the prefix
 * kipc_, and each Promela step is one atomic step of that function. The element
 * lock is modelled, too, so that locked and lockless code interleave as in the
 * kernel.
 *
 * kipc_semaphore_post_timedwait() and its ioctl are a post followed by a wait,
 * each with its own critical section. The scenarios in which a process posts
 * and then waits cover them. Spinning in user space before the system call is
 * equivalent to a later call, and is left out. Whether the poster was the last
 * to take a unit (kipc_took_last()) is a nondeterministic choice.
 *
 * The following is shown for each scenario (-DSCENARIO_name) and for every
 * interleaving:
 *
 *	- Units are neither lost nor invented (CONSERVED).
 *	- When no process can continue, no process sleeps that could proceed:
 *	  the first waiter wants more units than there are; no poller sleeps
 *	  while a unit is free and there is no waiter, or while there is the
 *	  room that the poller wants; no granted or kicked waiter is asleep; the
 *	  lock is free.
 *	- While user space owns the word, the word says whether a waiter has to
 *	  be woken, and a post by the word leaves no unit without a waiter that
 *	  is awake for it.
 *	- A thread does not overtake a first waiter that has lost two races, is
 *	  urgent or wants several units, and with FAIR no waiter at all. An
 *	  interrupted waiter keeps its place and the count of its lost races.
 *	- A post does not fail while a waiter could make room for the unit.
 *	- A thread that is killed in the kernel does not take units with it.
 *
 * Together with the search for cycles (see check), the second property means
 * that every waiter gets its units once there are enough of them.
 *
 * The comment after the name of a scenario lists the searches in addition to
 * the search of its states: for infinite runs, of which there must be none
 * (cycles), and for deliberate mistakes, each of which must be found.
 */

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */
/* ------------------------------------------------------------------------ */

/* Options of a waiter. */
#define TIMED	1		/* it has a deadline */
#define POSTS	2		/* it posts what it got, from user space */

/* Events that a poller waits for. */
#define FOR_UNITS	1
#define FOR_ROOM	2

#if defined SCENARIO_fast	/* cycles BROKEN_FREEZE BROKEN_SLEEP BROKEN_BITS */
/* All processes use the word; only a wait without a unit enters the kernel. */
#define WAITERS	1
#define PROCESSES 4
#define RUN	run poster(1, 2); run poster(1, 1); run trier(1); \
		run waiter(0, 1, 1, 0)
#elif defined SCENARIO_races	/* cycles BROKEN_LOST BROKEN_OUTCOME_LOOP */
/* A waiter is overtaken, but only a bounded number of times. */
#define WAITERS	2
#define MAX	1
#define START	1
#define PROCESSES 2
#define NONE_LEFT
#define RUN	run waiter(0, 1, 1, POSTS); run waiter(1, 1, 5, POSTS)
#elif defined SCENARIO_lock	/* cycles BROKEN_BITS */
/* A binary semaphore as a lock. */
#define WAITERS	3
#define MAX	1
#define START	1
#define PROCESSES 3
#define NONE_LEFT
#define RUN	run waiter(0, 1, 2, POSTS); run waiter(1, 1, 1, POSTS); \
		run waiter(2, 1, 1, POSTS + TIMED)
#elif defined SCENARIO_fair	/* cycles BROKEN_ORDER BROKEN_WITHHELD */
/*
 * With KIPC_FAIR no waiter is overtaken, not even while one post grants units
 * to two waiters in two batches.
 */
#define FAIR
#define WAITERS	3
#define PROCESSES 4
#define NONE_LEFT
#define RUN	run poster(2, 1); run waiter(0, 1, 1, POSTS); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, POSTS + TIMED)
#elif defined SCENARIO_timeout	/* cycles BROKEN_TIMEOUT */
/* A deadline passes while a unit is posted. */
#define WAITERS	2
#define PROCESSES 4
#define RUN	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_spin	/* cycles BROKEN_SPIN BROKEN_SPIN_STORE */
/* Units are posted while waiters still spin, or just after. */
#define SPINS
#define WAITERS	2
#define PROCESSES 4
#define NONE_LEFT
#define RUN	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_timeouts
/* A deadline passes, and a waiter without a deadline needs the unit. */
#define WAITERS	3
#define PROCESSES 4
#define RUN	run poster(1, 2); run waiter(0, 1, 1, TIMED); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_again	/* cycles BROKEN_LOOP */
/* Late wake-ups meet the next wait of the same thread. */
#define WAITERS	2
#define PROCESSES 4
#define NONE_LEFT
#define RUN	run poster(1, 2); run poster(1, 1); \
		run waiter(0, 1, 2, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_batch1	/* BROKEN_RELOCK */
/*
 * One post grants units to two waiters in two batches. Another process returns
 * the word between the two.
 */
#define WAITERS	3
#define PROCESSES 4
#define RUN	run poster(2, 1); run waiter(0, 1, 1, TIMED); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_batch1_posters	/* BROKEN_WOKEN */
/* Another process posts between the two batches. */
#define WAITERS	2
#define PROCESSES 4
#define RUN	run poster(2, 1); run poster(1, 1); \
		run waiter(0, 1, 2, 0); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_batch2
/* One post wakes two waiters in one batch, and then a third waiter. */
#define WAITERS	3
#define BATCH	2
#define PROCESSES 4
#define NONE_LEFT
#define RUN	run poster(3, 1); run waiter(0, 1, 1, 0); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_chain	/* BROKEN_BEHIND */
/* One waiter is kicked, and each waiter that looks kicks the next waiter. */
#define WAITERS	3
#define KICKED_MAX 1
#define PROCESSES 4
#define NONE_LEFT
#define RUN	run poster(3, 1); run waiter(0, 1, 1, 0); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_several	/* cycles BROKEN_BEHIND BROKEN_NUDGE_LOOP */
/* One waiter wants two units, the others want one. */
#define WAITERS	3
#define PROCESSES 4
#define RUN	run poster(1, 2); run waiter(0, 2, 1, TIMED); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, TIMED)
#elif defined SCENARIO_order
/* There are enough units for all waiters, so that each wait ends. */
#define WAITERS	2
#define PROCESSES 4
#define NONE_LEFT
#define RUN	run poster(1, 2); run poster(1, 1); \
		run waiter(0, 2, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_overtake	/* BROKEN_ORDER BROKEN_WITHHELD */
/*
 * The first waiter wants more units than there are. No other process may take
 * them.
 */
#define WAITERS	2
#define PROCESSES 4
#define RUN	run poster(1, 3); run trier(1); \
		run waiter(0, 2, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_urgent	/* BROKEN_TURN */
/*
 * The second waiter is urgent and wants two units. It precedes all others, and
 * may time out.
 */
#define WAITERS	3
#define URGENT	1
#define PROCESSES 4
#define RUN	run poster(1, 2); run waiter(0, 1, 1, 0); \
		run waiter(1, 2, 1, TIMED); run waiter(2, 1, 1, TIMED)
#elif defined SCENARIO_signal	/* cycles */
/* A signal interrupts a wait, which continues in the same place. */
#define WAITERS	2
#define PLACES
#define SIGNALS	1
#define PROCESSES 4
#define NONE_LEFT
#define RUN	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_place	/* BROKEN_PLACE */
/*
 * The same with several waiters, of which two were interrupted before the run
 * begins.
 */
#define FAIR
#define WAITERS	3
#define PLACES
#define ARRIVAL_ORDER
#define SIGNALS	1
#define PROCESSES 4
#define NONE_LEFT
#define RUN	tickets = 2; place[0] = 1; place[1] = 2; \
		begun = 2; since[0] = 1; since[1] = 2; \
		run poster(1, 3); run waiter(0, 1, 1, 0); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_place_races	/* BROKEN_RACES */
/* An interrupted waiter keeps the count of the races that it has lost. */
#define WAITERS	2
#define MAX	1
#define START	1
#define PLACES
#define SIGNALS	1
#define PROCESSES 2
#define NONE_LEFT
#define RUN	run waiter(0, 1, 1, 0); run lender(4)
#elif defined SCENARIO_place_due	/* BROKEN_DUE */
/*
 * The second waiter has lost two races and is kicked behind the first waiter.
 * Both have been interrupted before.
 */
#define WAITERS	2
#define MAX	2
#define START	2
#define PLACES
#define PROCESSES 3
#define RUN	tickets = 2; place[0] = 1; place[1] = 2; \
		lost_races[1] = 2; lost_in_call[1] = 2; \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, 0); \
		run lender(5)
#elif defined SCENARIO_return	/* BROKEN_RETURN */
/*
 * There may be enough units for a waiter that is back in its place, but not for
 * the waiter behind it.
 */
#define WAITERS	2
#define PLACES
#define SIGNALS	1
#define PROCESSES 3
#define RUN	run poster(1, 1); run waiter(0, 1, 1, 0); run waiter(1, 2, 1, 0)
#elif defined SCENARIO_kill	/* cycles BROKEN_KILL */
/* The unit of a killed waiter goes to the other waiter. */
#define WAITERS	2
#define KILLS	1
#define PROCESSES 4
#define RUN	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_kill_several
/* The two units of a killed waiter go to the two other waiters. */
#define WAITERS	3
#define KILLS	1
#define PROCESSES 4
#define RUN	run poster(2, 1); run waiter(0, 2, 1, 0); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_death
/* A process dies in user space, possibly with a unit. */
#define WAITERS	2
#define DEATHS	1
#define PROCESSES 4
#define RUN	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, POSTS); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_full	/* BROKEN_ROOM */
/* Posts beyond the maximum; a killed waiter's unit may come back. */
#define WAITERS	2
#define MAX	1
#define KILLS	1
#define PROCESSES 4
#define RUN	run poster(1, 2); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_poll	/* cycles BROKEN_POLL BROKEN_REGISTER */
/* Neither a poller nor a waiter misses a post. */
#define WAITERS	1
#define POLLERS	1
#define PROCESSES 4
#define RUN	run poster(1, 1); run poster(1, 1); \
		run poller(0, FOR_UNITS); run waiter(0, 1, 1, TIMED)
#elif defined SCENARIO_poll_several	/* BROKEN_TELL */
/* A poller is told of a unit that a waiter for two units leaves. */
#define WAITERS	2
#define POLLERS	1
#define PROCESSES 4
#define RUN	run poster(1, 2); run poller(0, FOR_UNITS); \
		run waiter(0, 2, 1, TIMED); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_pollers
/* One poller may leave while the other one polls. */
#define WAITERS	1
#define POLLERS	2
#define PROCESSES 4
#define RUN	run poster(1, 2); run poller(0, FOR_UNITS); \
		run poller(1, FOR_UNITS); run waiter(0, 1, 1, 0)
#elif defined SCENARIO_poll_room	/* BROKEN_TELL_ROOM */
/* There is room again, but possibly not for long. */
#define WAITERS	1
#define POLLERS	1
#define MAX	1
#define PROCESSES 4
#define RUN	run poster(1, 3); run poller(0, FOR_ROOM); run trier(1); \
		run waiter(0, 1, 1, TIMED)
#elif defined SCENARIO_poll_both
/* Each poller is told of the event that it waits for. */
#define WAITERS	1
#define POLLERS	2
#define MAX	2
#define START	1
#define PROCESSES 4
#define RUN	run poster(1, 2); run poller(0, FOR_ROOM); \
		run poller(1, FOR_UNITS); run waiter(0, 2, 1, TIMED)
#elif defined SCENARIO_sealed	/* cycles */
/* The kernel never returns the word. */
#define SEALED
#define WAITERS	2
#define POLLERS	1
#define PROCESSES 4
#define RUN	run poster(2, 1); run poller(0, FOR_UNITS); \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_scribble
/*
 * A process scribbles over the word. The other processes may suffer, but not
 * the kernel.
 */
#define SCRIBBLES 2
#define WAITERS	2
#define PROCESSES 4
#define RUN	run poster(1, 1); run scribbler(); \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, 0)
#else
#error "choose a scenario"
#endif

#ifndef BATCH
#define BATCH	1		/* KIPC_WAKE_BATCH */
#endif
#ifndef KICKED_MAX
#define KICKED_MAX 3
#endif
#ifndef MAX
#define MAX	4
#endif
#ifndef POLLERS
#define POLLERS	0
#endif
#ifdef FAIR
#define IS_FAIR	true
#else
#define IS_FAIR	false
#endif

/* The word. */
#define COUNT	15
#define WOKEN	32		/* KIPC_SEMAPHORE_WOKEN */
#define AWAITED	64		/* KIPC_SEMAPHORE_WAITERS */
#define SLOW	128

#define WORD_TELLS(word)	(queued == 0 || (word & AWAITED) || \
			 (word & WOKEN) && outcome[queue[0]] == KICKED)
#define RETURNABLE		WORD_TELLS(value)
#define RACES

#include "common/wait.pml"
#include "common/word.pml"

/* ------------------------------------------------------------------------ */
/* Properties                                                               */
/* ------------------------------------------------------------------------ */

byte wanted[WAITERS];		/* kipc_waiter.wants */
byte lost_in_call[WAITERS];	/* races lost in this call, at most two */

byte granted;			/* units granted, before the waiter sees them */
short taken;			/* units taken by waits, minus units posted */

#define HELD		((IS_CLAIMED -> value : word) & COUNT)
#ifdef SCRIBBLES
#define CONSERVED	true
#else
#define CONSERVED	(START == HELD + granted + taken)
#endif

/* Called in a step that takes: may another thread take before the waiters? */
#ifdef SCRIBBLES
#define CHECK_OVERTAKING(leads)	skip
#define CHECK_WOKEN		skip
#else
#define MAY_OVERTAKE(first)	(!IS_FAIR && wanted[first] == 1 && \
				 lost_in_call[first] < 2 && !IS_URGENT(first))
#define CHECK_OVERTAKING(leads)	assert(leads || MAY_OVERTAKE(queue[0]))

/*
 * Called in a step that gives: beside the first waiter, which is awake, a
 * second waiter is awake for a second unit.
 */
#define CHECK_WOKEN							\
	assert((word & COUNT) <= 1 || queued < 2 ||			\
	       outcome[queue[1]] == KICKED || wanted[queue[1]] > 1)
#endif

/* The wait queue of pollers, and pwq->triggered of each poller. */
byte registered;
#if POLLERS
byte polling[POLLERS];		/* the awaited event, or 0 for none */
bool triggered[POLLERS];
#endif
#ifdef BROKEN_POLL
#define POLLED		false
#else
#define POLLED		(registered > 0)
#endif

/* Called when no process can continue. */
inline check_end()
{
	d_step {
		assert(!locked);
		assert(CONSERVED);
		assert(granted == 0);
#ifndef SCRIBBLES
		assert(queued == 0 || wanted[queue[0]] > HELD);
		INVARIANT(queued == 0 || IS_CLAIMED || WORD_TELLS(word));
		at = 0;
		do
		:: at < queued -> assert(outcome[queue[at]] == PENDING); at++
		:: else -> break
		od;
#endif
#if POLLERS
		at = 0;
		polls = 0;
		do
		:: at == POLLERS -> break
		:: else ->
			polls = polls + (polling[at] -> 1 : 0);
			assert(!triggered[at]);
			assert(polling[at] != FOR_UNITS || queued > 0 || HELD == 0);
			assert(polling[at] != FOR_ROOM || HELD == MAX);
			at++
		od;
#endif
#ifdef NONE_LEFT
		assert(queued == 0);
#endif
		assert(done + queued + polls == PROCESSES)
	}
}

/* ------------------------------------------------------------------------ */
/* kmod/semaphore.c: which thread may take                                  */
/* ------------------------------------------------------------------------ */

/* All of these are used inside a step of the caller, with the lock held. */
#define UNITS		(value & COUNT)
#define IS_FULL		(UNITS == MAX)
#define FIRST_FITS	(queued > 0 && wanted[queue[0]] <= UNITS)
#define FIRST_KICKED	(outcome[queue[0]] == KICKED)

/* semaphore_first_is_due() */
#ifdef BROKEN_LOST
#define FIRST_IS_DUE	(IS_FAIR || wanted[queue[0]] > 1)
#else
#define FIRST_IS_DUE	(IS_FAIR || wanted[queue[0]] > 1 || IS_DUE(queue[0]))
#endif

/* semaphore_lets() */
#ifdef BROKEN_ORDER
#define LETS(id)	true
#else
#define LETS(id)	(LEADS(id) || !FIRST_IS_DUE)
#endif

/* semaphore_hands_over(), if the caller is not the last taker */
#define MAY_HAND_OVER	(FIRST_IS_DUE || queued == 1 && !FIRST_KICKED)

/* semaphore_waiters_bits() */
#ifdef BROKEN_BITS
#define WAITERS_BITS	0
#elif defined BROKEN_DUE
#define WAITERS_BITS	(queued == 0 -> 0 : (FIRST_KICKED -> WOKEN : AWAITED))
#else
#define WAITERS_BITS	(queued == 0 -> 0 : \
			 (FIRST_KICKED && !FIRST_IS_DUE -> WOKEN : AWAITED))
#endif

/* semaphore_withholds() */
#ifdef BROKEN_WITHHELD
#define WITHHOLDS	false
#else
#define WITHHOLDS	(queued > 0 && UNITS > 0 && FIRST_IS_DUE)
#endif

/* ------------------------------------------------------------------------ */
/* kmod/semaphore.c: locking and unlocking                                  */
/* ------------------------------------------------------------------------ */

/*
 * What the pollers are to be told after the unlock, and whether the semaphore
 * was full. Each process has its own variables.
 */
#if POLLERS
#define NEWS		; bool was_full, units, room
#define NEWS_UNITS(what)	units = what
#define NOTE_FULL	was_full = (was_full || IS_FULL)
#define NOTE_ROOM	room = was_full && !IS_FULL; was_full = false
#else
#define NEWS
#define NEWS_UNITS(what)	skip
#define NOTE_FULL	skip
#define NOTE_ROOM	skip
#endif

/* Always the beginning of LOCKED_STEP { }. */
inline semaphore_lock()
{
	lock_element();
	kipc_word_claim();
	value = SLOW | (UNITS > MAX -> MAX : UNITS);
	assert(CONSERVED)
}

/*
 * Must be called inside an atomic sequence, too. The wait queue of pollers
 * changes under a lock of its own, so a poller may register right after POLLED
 * was read. It then locks the element after this unlock, and claims the word
 * itself.
 */
inline semaphore_unlock_quiet()
{
	if
	:: !POLLED && !WITHHOLDS ->
		value = value | WAITERS_BITS;
		kipc_word_return()
	:: else
	fi;
	assert(CONSERVED);
	unlock_element()
}

/* pollwake() of all registered pollers that wait for that event, in one step */
#define kipc_pollers_wake(what, ready)					\
	d_step {							\
		at = 0;							\
		do							\
		:: at == POLLERS -> break				\
		:: else ->						\
			triggered[at] = triggered[at] ||		\
				(ready && polling[at] == what);		\
			at++						\
		od;							\
		at = 0;							\
		ready = false						\
	}

inline semaphore_tell()
{
#if POLLERS
	kipc_pollers_wake(FOR_UNITS, units);
	kipc_pollers_wake(FOR_ROOM, room)
#else
	skip
#endif
}

/* semaphore_grant_first(); inside a step, with the lock held */
#define semaphore_grant_first()					\
	value = value - wanted[queue[0]];			\
	granted = granted + wanted[queue[0]];			\
	kipc_grant(OK)

/*
 * semaphore_kick(); inside a step, with the lock held. Sets more if there are
 * more waiters to kick than fit in the wake queue.
 */
#ifdef BROKEN_NUDGE_LOOP
#define KICKS		(queued > 0 && UNITS > 0 && at < queued)
#else
#define KICKS		(FIRST_FITS && !FIRST_IS_DUE && at < queued && \
			 wanted[queue[at]] == 1)
#endif
#define semaphore_kick()						\
	at = 0;								\
	do								\
	:: KICKS && at < UNITS && at < KICKED_MAX && !more ->		\
		if							\
		:: outcome[queue[at]] == KICKED -> at++			\
		:: outcome[queue[at]] != KICKED && wakes < BATCH ->	\
			kipc_kick(queue[at]);				\
			at++						\
		:: outcome[queue[at]] != KICKED && wakes == BATCH ->	\
			more = true					\
		fi							\
	:: else -> break						\
	od;								\
	at = 0

#ifdef BROKEN_LOOP
#define MORE_TO_GRANT	(queued > 0)
#else
#define MORE_TO_GRANT	(FIRST_FITS && FIRST_IS_DUE)
#endif

/*
 * semaphore_unlock_waking(). A waiter may see its grant at once, before the
 * unlock and the wake-up, so each grant is a step of its own. A kicked waiter
 * needs the lock to continue, so the kicks and the unlock can be one step. If
 * there were waiters, the pollers are told of all units.
 */
inline semaphore_unlock()
{
	do
	:: d_step {			/* semaphore_grant_waiters() */
		FIRST_FITS && MAY_HAND_OVER && wakes < BATCH ->
#if POLLERS
		room = room || IS_FULL;
		units = true;
#endif
		semaphore_grant_first()
	   }
	:: atomic {
		!FIRST_FITS || !FIRST_IS_DUE || wakes == BATCH ->
		more = MORE_TO_GRANT;
		semaphore_kick();
		NEWS_UNITS(queued == 0 && UNITS > 0 && units);
		semaphore_unlock_quiet()
	   };
		kipc_wake_q_flush();
		if
		:: !more -> break
		:: LOCKED_STEP {
			more ->
			more = false;
			NEWS_UNITS(true);
#ifdef BROKEN_RELOCK
			lock_element()
#else
			semaphore_lock()
#endif
		   }
		fi
	od;
	semaphore_tell()
}

/* ------------------------------------------------------------------------ */
/* kmod/semaphore.c: the verbs                                              */
/* ------------------------------------------------------------------------ */

#ifdef BROKEN_ROOM
#define MAKES_ROOM	false
#else
#define MAKES_ROOM	FIRST_FITS
#endif

/* semaphore_add(); inside a step, with the lock held */
#define semaphore_add(n)						\
	if								\
	:: n <= MAX - UNITS ->						\
		ret = OK;						\
		value = value + n;					\
		taken = taken - n					\
	:: n > MAX - UNITS && MAKES_ROOM -> ret = PENDING		\
	:: else ->							\
		ret = EAGAIN;		/* EOVERFLOW */			\
		assert(!FIRST_FITS)					\
	fi

inline semaphore_post(n)
{
	LOCKED_STEP {
		semaphore_lock();
		NOTE_FULL;
		semaphore_add(n)
	};
	do
	:: atomic {			/* semaphore_make_room() */
		ret == PENDING && wakes < BATCH ->
		semaphore_grant_first();
		semaphore_add(n)
	   }
	:: atomic {
		ret == PENDING && wakes == BATCH ->
		semaphore_unlock_quiet()
	   };
		kipc_wake_q_flush();
		LOCKED_STEP {
			semaphore_lock();
			NOTE_FULL;
			semaphore_add(n)
		}
	:: atomic { ret != PENDING -> NEWS_UNITS(ret == OK); NOTE_ROOM; break }
	od;
	semaphore_unlock()
}

#ifdef BROKEN_TURN
#define MAY_LOOK(id)	true
#else
#define MAY_LOOK(id)	(queue[0] == id || !FIRST_IS_DUE)
#endif
#ifdef BROKEN_OUTCOME_LOOP
#define AFTER_LOST_RACE	KICKED
#else
#define AFTER_LOST_RACE	PENDING
#endif
#ifdef BROKEN_TELL
#define LOOK_NEWS	false
#else
#define LOOK_NEWS	true
#endif

/* semaphore_look(); inside a step, with the lock held */
#define semaphore_look(id)						\
	if								\
	:: outcome[id] == OK ->						\
		NEWS_UNITS(false);					\
		ret = GRANTED						\
	:: outcome[id] != OK && wanted[id] <= UNITS && MAY_LOOK(id) ->	\
		CHECK_OVERTAKING(queue[0] == id);			\
		NEWS_UNITS(true);					\
		value = value - wanted[id];				\
		granted = granted + wanted[id];				\
		ret = OK;						\
		kipc_waitlist_remove(id)				\
	:: else ->							\
		NEWS_UNITS(LOOK_NEWS);					\
		if							\
		:: outcome[id] == KICKED ->				\
			kipc_wait_lost(id);				\
			lost_in_call[id] = lost_in_call[id] +		\
				(queue[0] == id && lost_in_call[id] < 2	\
				 -> 1 : 0)				\
		:: else							\
		fi;							\
		if							\
		:: ret == KICKED ->					\
			outcome[id] = AFTER_LOST_RACE;			\
			ret = PENDING					\
		:: else -> kipc_waitlist_remove(id)			\
		fi							\
	fi

#ifdef BROKEN_TIMEOUT
#define GRANTED		ret
#else
#define GRANTED		OK
#endif

inline semaphore_look_entering(id)
{
	LOCKED_STEP {
		semaphore_lock();
		NOTE_FULL;
		semaphore_look(id);
		NOTE_ROOM
	};
#ifdef BROKEN_BEHIND
	semaphore_unlock_quiet()
#else
	semaphore_unlock()
#endif
}

inline semaphore_sleep(id, n, timed)
{
#ifdef SPINS
	kipc_wait_spin(id);
#endif
	do
	:: skip;
		kipc_wait_sleep(id, timed);
		if
		:: ret == OK -> break
		:: else -> semaphore_look_entering(id)
		fi;
		if
		:: ret != PENDING -> break
		:: else
		fi
	od;
	atomic {
		granted = granted - (ret == OK -> n : 0);
		taken = taken + (ret == OK -> n : 0);
		kipc_wait_end(id);
		wanted[id] = 0;
		/* The kill may also come after the waiter saw its grant. */
		if
		:: ret == OK && kills > 0 -> kills--; killed = true
		:: skip
		fi
	};
#if KILLS && !defined BROKEN_KILL
	if
	:: ret == OK && killed ->
		semaphore_post(n);
		ret = ERESTARTSYS
	:: else
	fi
#endif
}

/*
 * A waiter that is back in its place may want fewer units than the waiters
 * behind it, so there may be enough for it at once. Otherwise
 * semaphore_unlock() does nothing but the unlock.
 */
#ifdef BROKEN_RETURN
#define IS_BACK		false
#else
#define IS_BACK		(ret == PENDING && FIRST_FITS)
#endif

/* semaphore_take() or kipc_wait_begin(), with the lock held */
inline semaphore_wait(id, n, timed, try)
{
	LOCKED_STEP {
		semaphore_lock();
		NOTE_FULL;
		if
		:: n <= UNITS && LETS(id) ->
			CHECK_OVERTAKING(LEADS(id));
			value = value - n;
			taken = taken + n;
			ret = OK
		:: else ->
			if
			:: try -> ret = EAGAIN
			:: else ->
				wanted[id] = n;
				kipc_wait_begin(id);
				ret = PENDING
			fi
		fi;
		NOTE_ROOM
	};
	if
	:: IS_BACK -> semaphore_unlock()
	:: atomic { !IS_BACK -> semaphore_unlock_quiet() };
#ifndef BROKEN_TELL_ROOM
		semaphore_tell()
#endif
	fi
}

/* ------------------------------------------------------------------------ */
/* libuser/include/kipc.h and libuser/src/semaphore.c                       */
/* ------------------------------------------------------------------------ */

/*
 * A load of the word and a successful compare-and-swap after it are equivalent
 * to one step. A load that decides nothing has no effect, and is left out.
 */
#define IN_WORD		(word & COUNT)
#define ASK_TO_TAKE	(word & SLOW)
#ifdef BROKEN_WOKEN
#define ASK_TO_GIVE(n)	(word & (SLOW | AWAITED))
#else
#define ASK_TO_GIVE(n)	((word & (SLOW | AWAITED)) || \
			 (word & WOKEN) && IN_WORD + n > 1)
#endif

/* Takes n units from the word, or gives them to the word. */
#define semaphore_word_take(n)							\
	!ASK_TO_TAKE && IN_WORD >= n ->					\
	CHECK_OVERTAKING(queued == 0);					\
	word = word - n;						\
	taken = taken + n;						\
	ret = OK
#define semaphore_word_give(n)						\
	!ASK_TO_GIVE(n) && IN_WORD + n <= MAX ->			\
	word = word + n;						\
	taken = taken - n;						\
	CHECK_WOKEN

/* kipc_semaphore_post() */
inline fast_post(n)
{
	MAY_DIE;
	if
	:: d_step { semaphore_word_give(n) }
	:: !ASK_TO_GIVE(n) && IN_WORD + n > MAX		/* EOVERFLOW */
	:: ASK_TO_GIVE(n) -> semaphore_post(n); ret = PENDING
	fi
}

/* kipc_semaphore_trywait(); it needs no waiter record */
inline fast_trywait(n)
{
	MAY_DIE;
	if
	:: d_step { semaphore_word_take(n) }
	:: !ASK_TO_TAKE && IN_WORD < n -> ret = EAGAIN
	:: ASK_TO_TAKE -> semaphore_wait(0, n, false, true)
	fi
}

/* kipc_semaphore_timedwait(); sets ret to the result */
inline fast_timedwait(id, n, timed)
{
	MAY_DIE;
	if
	:: d_step { semaphore_word_take(n) }
	:: ASK_TO_TAKE || IN_WORD < n ->
		do		/* the restart after a signal */
		:: skip;
			semaphore_wait(id, n, timed, false);
			if
			:: ret == PENDING -> semaphore_sleep(id, n, timed)
			:: else
			fi;
			if
			:: ret == ERESTARTSYS && !killed -> ret = PENDING
			:: else -> break
			fi
		od;
		lost_in_call[id] = 0
	fi
}

/* ------------------------------------------------------------------------ */
/* Participants                                                             */
/* ------------------------------------------------------------------------ */

proctype poster(byte n; byte times)
{
	LOCALS NEWS;

	do
	:: times > 0 ->
		times--;
		fast_post(n)
	:: else -> break
	od;
out:	done++
}

proctype trier(byte n)
{
	LOCALS NEWS;

	fast_trywait(n);
out:	done++
}

/* Takes units a number of times, without waiting, and posts each of them. */
proctype lender(byte times)
{
	LOCALS NEWS;
	byte held;

	do
	:: times > 0 ->
		times--;
		fast_trywait(1);
		held = held + (ret == OK -> 1 : 0)
	:: held > 0 ->
		held--;
		fast_post(1)
	:: times == 0 && held == 0 -> break
	od;
out:	done++
}

proctype waiter(byte id; byte n; byte times; byte options)
{
	WAITER_LOCALS NEWS;

	do
	:: times > 0 ->
		times--;
		fast_timedwait(id, n, (options & TIMED));
		/* A killed waiter has no unit, whichever event came first. */
		assert(!killed || ret != OK);
		if
		:: killed -> break
		:: !killed && ret == OK && (options & POSTS) ->
			fast_post(n)
		:: else
		fi
	:: else -> break
	od;
out:	done++
}

#if POLLERS
/* poll(2): only the first call of semaphore_poll() registers the poller. */
proctype poller(byte id; byte what)
{
	LOCALS NEWS;
	bool forever, waited;

	if
	:: forever = true
	:: forever = false
	fi;
#ifndef BROKEN_REGISTER
	d_step { polling[id] = what; registered++ };	/* poll_wait() */
#endif
	/* kipc_semaphore_claim() */
	LOCKED_STEP { semaphore_lock(); semaphore_unlock_quiet() };
	do
	:: waited = (queued > 0);		/* kipc_semaphore_ready() */
		if
		:: what == FOR_UNITS && HELD > 0 && !waited -> break
		:: what == FOR_ROOM && HELD < MAX -> break
		:: else
		fi;
#ifdef BROKEN_REGISTER
		d_step {
			registered = registered + (polling[id] -> 0 : 1);
			polling[id] = what
		};
#endif
end_polling:	if
		:: triggered[id] -> triggered[id] = false
		:: !forever -> break
		fi
	od;
	/* poll_freewait(): there is no callback, so the word stays claimed. */
	atomic {
		polling[id] = 0;
		triggered[id] = false;
		registered--;
		done++
	}
}
#endif

#ifdef SCRIBBLES
proctype scribbler()
{
	byte times = SCRIBBLES;

	do
	:: times > 0 -> times--; word = 0
	:: times > 0 -> times--; word = 1
	:: times > 0 -> times--; word = MAX + 1
	:: times > 0 -> times--; word = AWAITED
	:: times > 0 -> times--; word = WOKEN
	:: times > 0 -> times--; word = SLOW
	:: times == 0 -> break
	od;
	done++
}
#endif

init {
	byte at, polls;

	atomic { RUN };
	timeout;
	check_end()
}
