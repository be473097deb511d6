/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmod/semaphore.c, and the fast paths in libuser/include/kipc.h with what
 * libuser/src/semaphore.c adds, one element. Each inline is the C function of that
 * name; each Promela step is one atomic step of it. The lock is modelled, so what
 * needs it and what does not meet as they do in the kernel.
 * kipc_semaphore_post_timedwait() and the verb under it are a post and then a wait,
 * which hold the lock one after the other: for these the scenarios in which
 * somebody posts and then waits speak. To look again in user space before asking the
 * kernel is to begin later. Whether a poster was served last is a free choice.
 *
 * Shown for each scenario (-DSCENARIO_name) and every interleaving:
 *
 *	- units are neither lost nor invented (CONSERVED);
 *	- when nothing can move any more, nobody sleeps who could be served: the
 *	  first waiter wants more units than there are, no poller sleeps while a
 *	  unit is free and nobody waits, or while there is the room that it wants,
 *	  nobody is granted or nudged and asleep, no lock is held;
 *	- while user space owns the word it says whether anybody has to be woken, and
 *	  giving by the word leaves no unit without a waiter that is up for it;
 *	- nobody takes before a first waiter that has lost two races, is urgent, wants
 *	  several units or, with FAIR, waits at all; an interrupted waiter loses
 *	  neither its place nor the races it has lost;
 *	- no unit is refused while a waiter could make room for it;
 *	- a thread that was killed in the kernel leaves no units with the dead.
 *
 * Together with the search for cycles (see check) the second means that every
 * waiter is served once there are units enough for it.
 *
 * The comment after a scenario's name lists what is searched beside its states:
 * runs without an end, of which there must be none (cycles), and deliberate
 * mistakes, each of which must be found.
 */

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */
/* ------------------------------------------------------------------------ */

/* What a waiter does. */
#define TIMED	1		/* has a deadline */
#define POSTS	2		/* gives back what it got, from user space */

/* What a poller waits for. */
#define FOR_UNITS	1
#define FOR_ROOM	2

#if defined SCENARIO_fast	/* cycles BROKEN_FREEZE BROKEN_SLEEP BROKEN_BITS */
/* Everybody in user space; the kernel only for who finds nothing. */
#define WAITERS	1
#define PROCESSES 4
#define CAST	run poster(1, 2); run poster(1, 1); run trier(1); \
		run waiter(0, 1, 1, 0)
#elif defined SCENARIO_races	/* cycles BROKEN_LOST BROKEN_OUTCOME_LOOP */
/* Newcomers go first, but not for long. */
#define WAITERS	2
#define MAX	1
#define START	1
#define PROCESSES 2
#define ALL_SERVED
#define CAST	run waiter(0, 1, 1, POSTS); run waiter(1, 1, 5, POSTS)
#elif defined SCENARIO_lock	/* cycles BROKEN_BITS */
/* A binary semaphore as a lock. */
#define WAITERS	3
#define MAX	1
#define START	1
#define PROCESSES 3
#define ALL_SERVED
#define CAST	run waiter(0, 1, 2, POSTS); run waiter(1, 1, 1, POSTS); \
		run waiter(2, 1, 1, POSTS + TIMED)
#elif defined SCENARIO_fair	/* cycles BROKEN_ORDER BROKEN_WITHHELD */
/* ... by which nobody overtakes, not even while one post serves two in two goes. */
#define FAIR
#define WAITERS	3
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(2, 1); run waiter(0, 1, 1, POSTS); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, POSTS + TIMED)
#elif defined SCENARIO_timeout	/* cycles BROKEN_TIMEOUT */
/* A deadline passes while a unit comes. */
#define WAITERS	2
#define PROCESSES 4
#define CAST	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_spin	/* cycles BROKEN_SPIN BROKEN_SPIN_STORE */
/* Units come while waiters still look for them, or just after. */
#define SPINS
#define WAITERS	2
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_timeouts
/* A deadline passes, and somebody without one needs the unit. */
#define WAITERS	3
#define PROCESSES 4
#define CAST	run poster(1, 2); run waiter(0, 1, 1, TIMED); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_again	/* cycles BROKEN_LOOP */
/* Late wake-ups meet the next wait of the same thread. */
#define WAITERS	2
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(1, 2); run poster(1, 1); \
		run waiter(0, 1, 2, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_batch1	/* BROKEN_RELOCK */
/* One post serves two, in two goes; a third party thaws in between. */
#define WAITERS	3
#define PROCESSES 4
#define CAST	run poster(2, 1); run waiter(0, 1, 1, TIMED); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_batch1_posters	/* BROKEN_WOKEN */
/* ... or another post is served meanwhile. */
#define WAITERS	2
#define PROCESSES 4
#define CAST	run poster(2, 1); run poster(1, 1); \
		run waiter(0, 1, 2, 0); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_batch2
/* One post wakes two in one go, and then a third. */
#define WAITERS	3
#define BATCH	2
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(3, 1); run waiter(0, 1, 1, 0); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_chain	/* BROKEN_BEHIND */
/* One is woken, and each that looks wakes the next one. */
#define WAITERS	3
#define NUDGED_MAX 1
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(3, 1); run waiter(0, 1, 1, 0); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_several	/* cycles BROKEN_BEHIND BROKEN_NUDGE_LOOP */
/* A waiter for two units, and others for one. */
#define WAITERS	3
#define PROCESSES 4
#define CAST	run poster(1, 2); run waiter(0, 2, 1, TIMED); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, TIMED)
#elif defined SCENARIO_order
/* As many units as they want: each is served in the end. */
#define WAITERS	2
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(1, 2); run poster(1, 1); \
		run waiter(0, 2, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_overtake	/* BROKEN_ORDER BROKEN_WITHHELD */
/* The first wants more units than there are: nobody else takes them. */
#define WAITERS	2
#define PROCESSES 4
#define CAST	run poster(1, 3); run trier(1); \
		run waiter(0, 2, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_urgent	/* BROKEN_TURN */
/* The second waiter, for two units, goes before all others and gives up. */
#define WAITERS	3
#define URGENT	1
#define PROCESSES 4
#define CAST	run poster(1, 2); run waiter(0, 1, 1, 0); \
		run waiter(1, 2, 1, TIMED); run waiter(2, 1, 1, TIMED)
#elif defined SCENARIO_signal	/* cycles */
/* A signal ends the wait, which goes on in its place. */
#define WAITERS	2
#define PLACES
#define SIGNALS	1
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_place	/* BROKEN_PLACE */
/* ... between the others; two have been interrupted before it begins. */
#define FAIR
#define WAITERS	3
#define PLACES
#define ARRIVAL_ORDER
#define SIGNALS	1
#define PROCESSES 4
#define ALL_SERVED
#define CAST	tickets = 2; place[0] = 1; place[1] = 2; \
		begun = 2; since[0] = 1; since[1] = 2; \
		run poster(1, 3); run waiter(0, 1, 1, 0); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_place_races	/* BROKEN_RACES */
/* ... with the races that it has lost. */
#define WAITERS	2
#define MAX	1
#define START	1
#define PLACES
#define SIGNALS	1
#define PROCESSES 2
#define ALL_SERVED
#define CAST	run waiter(0, 1, 1, 0); run lender(4)
#elif defined SCENARIO_place_due	/* BROKEN_DUE */
/* One that has lost two is nudged behind the first; both have been interrupted. */
#define WAITERS	2
#define MAX	2
#define START	2
#define PLACES
#define PROCESSES 3
#define CAST	tickets = 2; place[0] = 1; place[1] = 2; \
		lost_races[1] = 2; beaten[1] = 2; \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, 0); \
		run lender(5)
#elif defined SCENARIO_return	/* BROKEN_RETURN */
/* There may be units enough for one that is back, but not for the one behind it. */
#define WAITERS	2
#define PLACES
#define SIGNALS	1
#define PROCESSES 3
#define CAST	run poster(1, 1); run waiter(0, 1, 1, 0); run waiter(1, 2, 1, 0)
#elif defined SCENARIO_kill	/* cycles BROKEN_KILL */
/* The unit of a killed waiter is the other's. */
#define WAITERS	2
#define KILLS	1
#define PROCESSES 4
#define CAST	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_kill_several
/* The two units of a killed waiter are two others'. */
#define WAITERS	3
#define KILLS	1
#define PROCESSES 4
#define CAST	run poster(2, 1); run waiter(0, 2, 1, 0); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_death
/* A participant dies in user space, perhaps with a unit. */
#define WAITERS	2
#define DEATHS	1
#define PROCESSES 4
#define CAST	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, POSTS); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_full	/* BROKEN_ROOM */
/* Posts beyond the maximum, and a unit that comes back from the dead. */
#define WAITERS	2
#define MAX	1
#define KILLS	1
#define PROCESSES 4
#define CAST	run poster(1, 2); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_poll	/* cycles BROKEN_POLL BROKEN_REGISTER */
/* Neither a poller nor a waiter misses a post. */
#define WAITERS	1
#define POLLERS	1
#define PROCESSES 4
#define CAST	run poster(1, 1); run poster(1, 1); \
		run poller(0, FOR_UNITS); run waiter(0, 1, 1, TIMED)
#elif defined SCENARIO_poll_several	/* BROKEN_TELL */
/* A unit that a waiter for two lets go is the poller's. */
#define WAITERS	2
#define POLLERS	1
#define PROCESSES 4
#define CAST	run poster(1, 2); run poller(0, FOR_UNITS); \
		run waiter(0, 2, 1, TIMED); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_pollers
/* While one polls the other may go. */
#define WAITERS	1
#define POLLERS	2
#define PROCESSES 4
#define CAST	run poster(1, 2); run poller(0, FOR_UNITS); \
		run poller(1, FOR_UNITS); run waiter(0, 1, 1, 0)
#elif defined SCENARIO_poll_room	/* BROKEN_TELL_ROOM */
/* There is room again, and perhaps not for long. */
#define WAITERS	1
#define POLLERS	1
#define MAX	1
#define PROCESSES 4
#define CAST	run poster(1, 3); run poller(0, FOR_ROOM); run trier(1); \
		run waiter(0, 1, 1, TIMED)
#elif defined SCENARIO_poll_both
/* Each poller is told of what it waits for. */
#define WAITERS	1
#define POLLERS	2
#define MAX	2
#define START	1
#define PROCESSES 4
#define CAST	run poster(1, 2); run poller(0, FOR_ROOM); \
		run poller(1, FOR_UNITS); run waiter(0, 2, 1, TIMED)
#elif defined SCENARIO_sealed	/* cycles */
/* The kernel keeps the word for ever. */
#define SEALED
#define WAITERS	2
#define POLLERS	1
#define PROCESSES 4
#define CAST	run poster(2, 1); run poller(0, FOR_UNITS); \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_scribble
/* Somebody writes nonsense: it is for the others to suffer, not the kernel. */
#define SCRIBBLES 2
#define WAITERS	2
#define PROCESSES 4
#define CAST	run poster(1, 1); run scribbler(); \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, 0)
#else
#error "choose a scenario"
#endif

#ifndef BATCH
#define BATCH	1		/* KIPC_WAKE_BATCH */
#endif
#ifndef NUDGED_MAX
#define NUDGED_MAX 3
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

#define SAYS_SO(word)	(queued == 0 || (word & AWAITED) || \
			 (word & WOKEN) && outcome[queue[0]] == NUDGED)
#define THAWED		SAYS_SO(value)
#define RACES

#include "common/wait.pml"
#include "common/word.pml"

/* ------------------------------------------------------------------------ */
/* What must hold                                                           */
/* ------------------------------------------------------------------------ */

byte wanted[WAITERS];		/* kipc_waiter.wants */
byte beaten[WAITERS];		/* races lost since the call began, at most two */

byte granted;			/* on their way to a waiter that was granted */
short taken;			/* that waits said they got, less what was posted */

#define HELD		((FROZEN -> value : word) & COUNT)
#ifdef SCRIBBLES
#define CONSERVED	true
#else
#define CONSERVED	(START == HELD + granted + taken)
#endif

/* May anybody else take? In a step that takes. */
#ifdef SCRIBBLES
#define CHECK_TURN(leads)	skip
#define CHECK_WOKEN		skip
#else
#define MAY_OVERTAKE(first)	(!IS_FAIR && wanted[first] == 1 && \
				 beaten[first] < 2 && !IS_URGENT(first))
#define CHECK_TURN(leads)	assert(leads || MAY_OVERTAKE(queue[0]))

/* Beside one that is up there is another one for a second unit. In a step that gives. */
#define CHECK_WOKEN							\
	assert((word & COUNT) <= 1 || queued < 2 ||			\
	       outcome[queue[1]] == NUDGED || wanted[queue[1]] > 1)
#endif

/* pollers, the waitqueue, and pwq->triggered of each */
byte registered;
#if POLLERS
byte polling[POLLERS];		/* for what, 0: not */
bool triggered[POLLERS];
#endif
#ifdef BROKEN_POLL
#define POLLED		false
#else
#define POLLED		(registered > 0)
#endif

/* Nothing moves any more. */
inline check_end()
{
	d_step {
		assert(!locked);
		assert(CONSERVED);
		assert(granted == 0);
#ifndef SCRIBBLES
		assert(queued == 0 || wanted[queue[0]] > HELD);
		INVARIANT(queued == 0 || FROZEN || SAYS_SO(word));
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
#ifdef ALL_SERVED
		assert(queued == 0);
#endif
		assert(done + queued + polls == PROCESSES)
	}
}

/* ------------------------------------------------------------------------ */
/* kmod/semaphore.c: whose turn it is                                       */
/* ------------------------------------------------------------------------ */

/* All of these run inside a step of their caller, under the lock. */
#define UNITS		(value & COUNT)
#define IS_FULL		(UNITS == MAX)
#define FIRST_FITS	(queued > 0 && wanted[queue[0]] <= UNITS)
#define FIRST_NUDGED	(outcome[queue[0]] == NUDGED)

/* first_is_due() */
#ifdef BROKEN_LOST
#define FIRST_IS_DUE	(IS_FAIR || wanted[queue[0]] > 1)
#else
#define FIRST_IS_DUE	(IS_FAIR || wanted[queue[0]] > 1 || IS_DUE(queue[0]))
#endif

/* element_lets() */
#ifdef BROKEN_ORDER
#define ELEMENT_LETS(id)	true
#else
#define ELEMENT_LETS(id)	(LEADS(id) || !FIRST_IS_DUE)
#endif

/* first_is_handed(), if the caller is not who was served last */
#define FIRST_MAY_BE_HANDED	(FIRST_IS_DUE || queued == 1 && !FIRST_NUDGED)

/* element_bits() */
#ifdef BROKEN_BITS
#define ELEMENT_BITS	0
#elif defined BROKEN_DUE
#define ELEMENT_BITS	(queued == 0 -> 0 : (FIRST_NUDGED -> WOKEN : AWAITED))
#else
#define ELEMENT_BITS	(queued == 0 -> 0 : \
			 (FIRST_NUDGED && !FIRST_IS_DUE -> WOKEN : AWAITED))
#endif

/* element_is_withheld() */
#ifdef BROKEN_WITHHELD
#define IS_WITHHELD	false
#else
#define IS_WITHHELD	(queued > 0 && UNITS > 0 && FIRST_IS_DUE)
#endif

/* ------------------------------------------------------------------------ */
/* kmod/semaphore.c: entering and leaving                                   */
/* ------------------------------------------------------------------------ */

/* struct semaphore_news, and whether it was full; of each process */
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

/* Always the beginning of ENTERING { }. */
inline semaphore_enter()
{
	lock_element();
	kipc_word_freeze();
	value = SLOW | (UNITS > MAX -> MAX : UNITS);
	assert(CONSERVED)
}

/*
 * Part of an atomic sequence too. The waitqueue changes under a lock of its
 * own, but a poller who registers after the look enters after the unlock.
 */
inline semaphore_unlock()
{
	if
	:: !POLLED && !IS_WITHHELD ->
		value = value | ELEMENT_BITS;
		kipc_word_thaw()
	:: else
	fi;
	assert(CONSERVED);
	unlock_element()
}

/* pollwake() of everyone registered who waits for that; each wake-up is a step */
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

/* serve_first(); inside a step, under the lock */
#define serve_first()						\
	value = value - wanted[queue[0]];			\
	granted = granted + wanted[queue[0]];			\
	kipc_grant(OK)

/* semaphore_nudge(); likewise. More can be served than fit in the waker? */
#ifdef BROKEN_NUDGE_LOOP
#define NUDGES		(queued > 0 && UNITS > 0 && at < queued)
#else
#define NUDGES		(FIRST_FITS && !FIRST_IS_DUE && at < queued && \
			 wanted[queue[at]] == 1)
#endif
#define semaphore_nudge()						\
	at = 0;								\
	do								\
	:: NUDGES && at < UNITS && at < NUDGED_MAX && !more ->		\
		if							\
		:: outcome[queue[at]] == NUDGED -> at++			\
		:: outcome[queue[at]] != NUDGED && wakes < BATCH ->	\
			kipc_nudge(queue[at]);				\
			at++						\
		:: outcome[queue[at]] != NUDGED && wakes == BATCH ->	\
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
 * semaphore_leave_waking(). A waiter may see its grant at once, before the unlock and
 * the wake-up; one that sees that it was nudged needs the lock, so that may be one
 * step. The news are of all units where anybody has waited.
 */
inline semaphore_leave()
{
	do
	:: d_step {			/* semaphore_serve() */
		FIRST_FITS && FIRST_MAY_BE_HANDED && wakes < BATCH ->
#if POLLERS
		room = room || IS_FULL;
		units = true;
#endif
		serve_first()
	   }
	:: atomic {
		!FIRST_FITS || !FIRST_IS_DUE || wakes == BATCH ->
		more = MORE_TO_GRANT;
		semaphore_nudge();
		NEWS_UNITS(queued == 0 && UNITS > 0 && units);
		semaphore_unlock()
	   };
		kipc_waker_flush();
		if
		:: !more -> break
		:: ENTERING {
			more ->
			more = false;
			NEWS_UNITS(true);
#ifdef BROKEN_RELOCK
			lock_element()
#else
			semaphore_enter()
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

/* element_add(); likewise */
#define element_add(n)						\
	if								\
	:: n <= MAX - UNITS ->						\
		ret = OK;						\
		value = value + n;					\
		taken = taken - n						\
	:: n > MAX - UNITS && MAKES_ROOM -> ret = PENDING		\
	:: else ->							\
		ret = EAGAIN;		/* EOVERFLOW */			\
		assert(!FIRST_FITS)					\
	fi

inline semaphore_post(n)
{
	ENTERING {
		semaphore_enter();
		NOTE_FULL;
		element_add(n)
	};
	do
	:: atomic {			/* semaphore_make_room() */
		ret == PENDING && wakes < BATCH ->
		serve_first();
		element_add(n)
	   }
	:: atomic {
		ret == PENDING && wakes == BATCH ->
		semaphore_unlock()
	   };
		kipc_waker_flush();
		ENTERING {
			semaphore_enter();
			NOTE_FULL;
			element_add(n)
		}
	:: atomic { ret != PENDING -> NEWS_UNITS(ret == OK); NOTE_ROOM; break }
	od;
	semaphore_leave()
}

#ifdef BROKEN_TURN
#define MAY_LOOK(id)	true
#else
#define MAY_LOOK(id)	(queue[0] == id || !FIRST_IS_DUE)
#endif
#ifdef BROKEN_OUTCOME_LOOP
#define AFTER_LOSS	NUDGED
#else
#define AFTER_LOSS	PENDING
#endif
#ifdef BROKEN_TELL
#define LOOK_NEWS	false
#else
#define LOOK_NEWS	true
#endif

/* semaphore_look(); inside a step, under the lock */
#define semaphore_look(id)						\
	if								\
	:: outcome[id] == OK ->						\
		NEWS_UNITS(false);					\
		ret = GRANTED						\
	:: outcome[id] != OK && wanted[id] <= UNITS && MAY_LOOK(id) ->	\
		CHECK_TURN(queue[0] == id);				\
		NEWS_UNITS(true);					\
		value = value - wanted[id];				\
		granted = granted + wanted[id];				\
		ret = OK;						\
		kipc_waitlist_remove(id)				\
	:: else ->							\
		NEWS_UNITS(LOOK_NEWS);					\
		if							\
		:: outcome[id] == NUDGED ->				\
			kipc_wait_lost(id);				\
			beaten[id] = beaten[id] +			\
				(queue[0] == id && beaten[id] < 2 -> 1 : 0) \
		:: else							\
		fi;							\
		if							\
		:: ret == NUDGED ->					\
			outcome[id] = AFTER_LOSS;			\
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
	ENTERING {
		semaphore_enter();
		NOTE_FULL;
		semaphore_look(id);
		NOTE_ROOM
	};
#ifdef BROKEN_BEHIND
	semaphore_unlock()
#else
	semaphore_leave()
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
		/* The kill may also have come after the grant was seen. */
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
 * Back in its place it may want fewer units than those behind it. Where it does not,
 * semaphore_leave() does no more than to unlock.
 */
#ifdef BROKEN_RETURN
#define IS_BACK		false
#else
#define IS_BACK		(ret == PENDING && FIRST_FITS)
#endif

/* element_take() or kipc_wait_begin(), under the lock */
inline semaphore_wait(id, n, timed, try)
{
	ENTERING {
		semaphore_enter();
		NOTE_FULL;
		if
		:: n <= UNITS && ELEMENT_LETS(id) ->
			CHECK_TURN(LEADS(id));
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
	:: IS_BACK -> semaphore_leave()
	:: atomic { !IS_BACK -> semaphore_unlock() };
#ifndef BROKEN_TELL_ROOM
		semaphore_tell()
#endif
	fi
}

/* ------------------------------------------------------------------------ */
/* libuser/include/kipc.h and libuser/src/semaphore.c                       */
/* ------------------------------------------------------------------------ */

/*
 * A look and a compare-and-swap that succeeds afterwards do what one step does,
 * and a look that decides nothing is as good as none.
 */
#define IN_WORD		(word & COUNT)
#define ASK_TO_TAKE	(word & SLOW)
#ifdef BROKEN_WOKEN
#define ASK_TO_GIVE(n)	(word & (SLOW | AWAITED))
#else
#define ASK_TO_GIVE(n)	((word & (SLOW | AWAITED)) || \
			 (word & WOKEN) && IN_WORD + n > 1)
#endif

/* Taken by the word; likewise for one who gives. */
#define word_take(n)							\
	!ASK_TO_TAKE && IN_WORD >= n ->					\
	CHECK_TURN(queued == 0);					\
	word = word - n;						\
	taken = taken + n;							\
	ret = OK
#define word_give(n)							\
	!ASK_TO_GIVE(n) && IN_WORD + n <= MAX ->			\
	word = word + n;						\
	taken = taken - n;							\
	CHECK_WOKEN

/* kipc_semaphore_post() */
inline fast_post(n)
{
	MAY_DIE;
	if
	:: d_step { word_give(n) }
	:: !ASK_TO_GIVE(n) && IN_WORD + n > MAX		/* EOVERFLOW */
	:: ASK_TO_GIVE(n) -> semaphore_post(n); ret = PENDING
	fi
}

/* kipc_semaphore_trywait(); who tries has no record */
inline fast_trywait(n)
{
	MAY_DIE;
	if
	:: d_step { word_take(n) }
	:: !ASK_TO_TAKE && IN_WORD < n -> ret = EAGAIN
	:: ASK_TO_TAKE -> semaphore_wait(0, n, false, true)
	fi
}

/* kipc_semaphore_timedwait(); ret says what came of it */
inline fast_timedwait(id, n, timed)
{
	MAY_DIE;
	if
	:: d_step { word_take(n) }
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
		beaten[id] = 0
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

/* Takes what is there, some times, and gives it back, each unit by itself. */
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

proctype waiter(byte id; byte n; byte times; byte habits)
{
	WAITER_LOCALS NEWS;

	do
	:: times > 0 ->
		times--;
		fast_timedwait(id, n, (habits & TIMED));
		/* Whoever was killed has nothing, whatever came first. */
		assert(!killed || ret != OK);
		if
		:: killed -> break
		:: !killed && ret == OK && (habits & POSTS) ->
			fast_post(n)
		:: else
		fi
	:: else -> break
	od;
out:	done++
}

#if POLLERS
/* poll(2): semaphore_poll() registers with the first look, not with others. */
proctype poller(byte id; byte what)
{
	LOCALS NEWS;
	bool patient, waited;

	if
	:: patient = true
	:: patient = false
	fi;
#ifndef BROKEN_REGISTER
	d_step { polling[id] = what; registered++ };	/* poll_wait() */
#endif
	/* kipc_semaphore_claim() */
	ENTERING { semaphore_enter(); semaphore_unlock() };
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
		:: !patient -> break
		fi
	od;
	/* poll_freewait(): it tells nobody, and the word stays frozen. */
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

	atomic { CAST };
	timeout;
	check_end()
}
