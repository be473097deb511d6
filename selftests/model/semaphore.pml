/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmod/semaphore.c and the fast paths in libuser/include/kipc.h, one element.
 * Each inline is the C function of that name; each Promela step is one atomic
 * step of it. The lock is modelled, so what needs it and what does not meet as
 * they do in the kernel.
 * kipc_semaphore_post_timedwait() and the verb under it are a post and then a wait,
 * which hold the lock one after the other: for these the scenarios in which
 * somebody posts and then waits speak.
 *
 * Shown for each scenario (-DSCENARIO_name) and every interleaving:
 *
 *	- units are neither lost nor invented (CONSERVED);
 *	- when nothing can move any more, nobody sleeps who could be served: the
 *	  first waiter wants more units than there are, no poller sleeps while a
 *	  unit is free, nobody is granted and asleep, no lock is held;
 *	- while user space owns the word nobody waits;
 *	- nobody overtakes the first waiter, and an interrupted waiter loses no place;
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

#if defined SCENARIO_fast	/* cycles BROKEN_FREEZE BROKEN_SLEEP */
/* Everybody in user space; the kernel only for who finds nothing. */
#define WAITERS	1
#define PROCESSES 4
#define CAST	run poster(1, 2); run poster(1, 1); run trier(1); \
		run waiter(0, 1, 1, 0)
#elif defined SCENARIO_timeout	/* cycles BROKEN_TIMEOUT */
/* A deadline passes while a unit comes. */
#define WAITERS	2
#define PROCESSES 4
#define CAST	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, TIMED); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_spin	/* cycles BROKEN_SPIN BROKEN_SPIN_STORE */
/* Units come while waiters still look for them, or just after. */
#define WAITERS	2
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_timeouts
/* ... and somebody without a deadline needs the unit. */
#define WAITERS	3
#define PROCESSES 4
#define CAST	run poster(1, 2); run waiter(0, 1, 1, TIMED); \
		run waiter(1, 1, 1, TIMED); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_again	/* cycles BROKEN_THAW BROKEN_LOOP */
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
#elif defined SCENARIO_batch1_posters
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
#elif defined SCENARIO_several	/* BROKEN_BEHIND */
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
#elif defined SCENARIO_overtake	/* BROKEN_ORDER */
/* The first wants more units than there are: nobody else takes them. */
#define WAITERS	2
#define PROCESSES 4
#define CAST	run poster(1, 3); run trier(1); \
		run waiter(0, 2, 1, 0); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_urgent
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
#define SIGNALS	2
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(1, 1); run poster(1, 1); \
		run waiter(0, 1, 1, 0); run waiter(1, 1, 1, TIMED)
#elif defined SCENARIO_place	/* BROKEN_PLACE */
/* ... between the others, whoever of them is interrupted too. */
#define WAITERS	3
#define PLACES
#define ARRIVAL_ORDER
#define SIGNALS	2
#define PROCESSES 4
#define ALL_SERVED
#define CAST	run poster(1, 3); run waiter(0, 1, 1, 0); \
		run waiter(1, 1, 1, 0); run waiter(2, 1, 1, 0)
#elif defined SCENARIO_return	/* BROKEN_RETURN */
/* ... where there may be units enough for it, but not for the one behind it. */
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
#elif defined SCENARIO_lock	/* cycles */
/* A binary semaphore as a lock. */
#define WAITERS	3
#define MAX	1
#define START	1
#define PROCESSES 3
#define ALL_SERVED
#define CAST	run waiter(0, 1, 2, POSTS); run waiter(1, 1, 1, POSTS); \
		run waiter(2, 1, 1, POSTS + TIMED)
#elif defined SCENARIO_full
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
#define CAST	run poster(1, 1); run poster(1, 1); run poller(0); \
		run waiter(0, 1, 1, TIMED)
#elif defined SCENARIO_poll_several
/* A unit that a waiter for two lets go is the poller's. */
#define WAITERS	2
#define POLLERS	1
#define PROCESSES 4
#define CAST	run poster(1, 2); run poller(0); \
		run waiter(0, 2, 1, TIMED); run waiter(1, 1, 1, 0)
#elif defined SCENARIO_pollers
/* While one polls the other may go. */
#define WAITERS	1
#define POLLERS	2
#define PROCESSES 4
#define CAST	run poster(1, 2); run poller(0); run poller(1); \
		run waiter(0, 1, 1, 0)
#elif defined SCENARIO_sealed	/* cycles */
/* The kernel keeps the word for ever. */
#define SEALED
#define WAITERS	2
#define POLLERS	1
#define PROCESSES 4
#define CAST	run poster(2, 1); run poller(0); \
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
#ifndef MAX
#define MAX	4
#endif
#ifndef POLLERS
#define POLLERS	0
#endif

#define SLOW	128
#define COUNT	127

#include "common/word.pml"
#include "common/wait.pml"

/* ------------------------------------------------------------------------ */
/* What must hold                                                           */
/* ------------------------------------------------------------------------ */

byte wanted[WAITERS];		/* semaphore_waiter.count */

/* pollers, the waitqueue, and pwq->triggered of each */
byte registered;
#if POLLERS
bool polling[POLLERS], triggered[POLLERS];
#define LOOK_READY	ready = (UNITS > 0 && queued == 0)
#else
#define LOOK_READY	skip
#endif
#ifdef BROKEN_POLL
#define POLLED		false
#else
#define POLLED		(registered > 0)
#endif

byte posted;			/* units that posts said they gave */
byte granted;			/* on their way to a waiter that was granted */
byte taken;			/* that waits said they got */
byte dropped;			/* given back by the killed beyond the maximum */

#ifdef SCRIBBLES
#define CONSERVED	true
#else
#define CONSERVED	(START + posted == \
			 CURRENT + granted + taken + dropped)
#endif

#define UNITS		(value & COUNT)

/* Nothing moves any more. */
inline check_end()
{
	d_step {
		assert(!locked);
		assert(CONSERVED);
		assert(granted == 0);
		assert(queued == 0 || wanted[queue[0]] > CURRENT);
		INVARIANT(queued == 0 || FROZEN);
#if POLLERS
		at = 0;
		polls = 0;
		do
		:: at == POLLERS -> break
		:: else ->
			if
			:: polling[at] ->
				polls++;
				assert(!triggered[at]);
				assert(queued > 0 || CURRENT == 0)
			:: else
			fi;
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
/* kmod/semaphore.c                                                         */
/* ------------------------------------------------------------------------ */

/* Always the beginning of ENTERING { }. */
inline semaphore_enter()
{
	lock_element();
	kipc_word_freeze();
	if
	:: UNITS > MAX -> value = SLOW | MAX
	:: else
	fi;
	assert(CONSERVED)
}

#define FIRST_FITS	(queued > 0 && wanted[queue[0]] <= UNITS)
#define CAN_GRANT	(FIRST_FITS && wakes < BATCH)

/*
 * Part of an atomic sequence too. The waitqueue changes under a lock of its
 * own, but a poller who registers after the look enters after the unlock.
 */
inline semaphore_unlock()
{
	if
#ifdef BROKEN_THAW
	:: !POLLED -> kipc_word_thaw()
#else
	:: queued == 0 && !POLLED -> kipc_word_thaw()
#endif
	:: else
	fi;
	assert(CONSERVED);
	unlock_element()
}

/* A waiter may see its grant at once, before the unlock and the wake-up. */
inline semaphore_leave()
{
	do
	:: d_step {			/* semaphore_serve() */
		CAN_GRANT ->
		value = value - wanted[queue[0]];
		granted = granted + wanted[queue[0]];
		kipc_grant(OK)
	   }
	:: atomic {
		!CAN_GRANT ->
#ifdef BROKEN_LOOP
		more = (queued > 0);
#else
		more = FIRST_FITS;
#endif
		LOOK_READY;
		semaphore_unlock()
	   };
		kipc_waker_flush();
		if
		:: !more -> break
		:: ENTERING {
			more ->
			more = false;
#ifdef BROKEN_RELOCK
			lock_element()
#else
			semaphore_enter()
#endif
		   }
		fi
	od;
	kipc_object_wake_pollers()
}

/* pollwake() of everyone registered */
inline kipc_object_wake_pollers()
{
#if POLLERS
	d_step {
		at = 0;
		do
		:: at == POLLERS -> break
		:: else ->
			triggered[at] = triggered[at] ||
					(ready && polling[at]);
			at++
		od;
		at = 0;
		ready = false
	}
#else
	skip
#endif
}

/*
 * A change is of use to others, and a place perhaps to the waiter that returns to it.
 * Where it is not, semaphore_leave() does no more than to unlock.
 */
#ifdef BROKEN_RETURN
#define IS_OF_USE	(ret == OK)
#else
#define IS_OF_USE	(ret == OK || ret == PENDING && FIRST_FITS)
#endif

/* The end of post and wait */
inline semaphore_finish()
{
	if
	:: IS_OF_USE -> semaphore_leave()
	:: atomic { !IS_OF_USE -> semaphore_unlock() }
	fi
}

/* back: units of a thread that was killed, not a user's */
inline semaphore_post(n, back)
{
	ENTERING {
		semaphore_enter();	/* and element_add() */
		if
		:: n > MAX - UNITS ->
			ret = EAGAIN;	/* EOVERFLOW */
			dropped = dropped + (back -> n : 0)
		:: else ->
			ret = OK;
			value = value + n;
			posted = posted + (back -> 0 : n)
		fi;
		taken = taken - (back -> n : 0)
	};
	semaphore_finish()
}

inline semaphore_sleep(id, n, timed)
{
	kipc_wait_spin(id);
	kipc_wait_sleep(id, timed);
	if
	:: ret != OK ->
		ENTERING {
			semaphore_enter();
			if
			:: outcome[id] != PENDING ->
#ifndef BROKEN_TIMEOUT
				ret = OK
#endif
			:: else ->
				kipc_waitlist_remove(id)
			fi
		};
#ifdef BROKEN_BEHIND
		semaphore_unlock()
#else
		semaphore_leave()
#endif
	:: else
	fi;
	d_step {
		if
		:: ret == OK ->
			granted = granted - n;
			taken = taken + n
		:: else
		fi;
		KEEP_PLACE(id);			/* kipc_wait_end() */
		outcome[id] = PENDING;		/* the stack is gone */
		wanted[id] = 0
	};
	/* The kill may also have come after the grant was seen. */
	if
	:: atomic { ret == OK && kills > 0 -> kills--; killed = true }
	:: skip
	fi;
#ifndef BROKEN_KILL
	if
	:: ret == OK && killed ->
		semaphore_post(n, true);
		ret = ERESTARTSYS
	:: else
	fi
#endif
}

/* element_take() and kipc_wait_begin() of semaphore_wait(), under the lock */
inline semaphore_wait(id, n, timed, try)
{
	ENTERING {
		semaphore_enter();
		if
#ifdef BROKEN_ORDER
		:: n <= UNITS ->
#else
		:: n <= UNITS && LEADS(id) ->
#endif
			assert(LEADS(id));
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
		fi
	};
	semaphore_finish()
}

/* ------------------------------------------------------------------------ */
/* libuser/include/kipc.h                                                   */
/* ------------------------------------------------------------------------ */

/*
 * A compare-and-swap that fails without cause reads what a later load would:
 * that is no behaviour of its own.
 */
#define COMPARE_AND_SWAP(new, ghost)					\
	if								\
	:: d_step {							\
		word == old ->						\
		word = new; ghost; old = 0; INVARIANT_THAWED		\
	   }								\
		break							\
	:: d_step { word != old -> old = word }				\
	fi

/* kipc_semaphore_post() */
inline fast_post(n)
{
	old = word;
	do
	:: old & SLOW ->
		MAY_DIE;
		old = 0;
		semaphore_post(n, false);
		break
	:: !(old & SLOW) && old + n > MAX -> old = 0; break
	:: else ->
		MAY_DIE;
		COMPARE_AND_SWAP(old + n, posted = posted + n)
	od
}

/* kipc_semaphore_trywait() */
inline fast_trywait(n)
{
	old = word;
	do
	:: old & SLOW ->
		MAY_DIE;
		old = 0;
		semaphore_wait(0, n, false, true);
		break
	:: old < n -> old = 0; break
	:: else ->
		MAY_DIE;
		COMPARE_AND_SWAP(old - n, taken = taken + n)
	od
}

/* kipc_semaphore_timedwait(); ret says what came of it */
inline fast_timedwait(id, n, timed)
{
	ret = OK;
	old = word;
	do
	:: (old & SLOW) || old < n ->
		MAY_DIE;
		old = 0;
		do		/* the restart after a signal */
		:: skip;
			semaphore_wait(id, n, timed, false);
			if
			:: ret == PENDING -> semaphore_sleep(id, n, timed)
			:: else
			fi;
			if
			:: ret == ERESTARTSYS && !killed -> ret = 0
			:: else -> break
			fi
		od;
		break
	:: else ->
		MAY_DIE;
		COMPARE_AND_SWAP(old - n, taken = taken + n)
	od
}

/* ------------------------------------------------------------------------ */
/* Participants                                                             */
/* ------------------------------------------------------------------------ */

proctype poster(byte n; byte times)
{
	LOCALS;
	bool ready;

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
	LOCALS;
	bool ready;

	fast_trywait(n);
out:	done++
}

proctype waiter(byte id; byte n; byte times; byte habits)
{
	WAITER_LOCALS;
	bool ready;

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
proctype poller(byte id)
{
	LOCALS;
	bool ready, patient;

	if
	:: patient = true
	:: patient = false
	fi;
#ifndef BROKEN_REGISTER
	d_step { polling[id] = true; registered++ };	/* poll_wait() */
#endif
	do
	:: skip;
		ENTERING {
			semaphore_enter();
			LOOK_READY;
			semaphore_unlock()
		};
#ifdef BROKEN_REGISTER
		d_step {
			if
			:: !polling[id] -> polling[id] = true; registered++
			:: else
			fi
		};
#endif
		if
		:: ready -> break
		:: else
		fi;
end_polling:	if
		:: triggered[id] -> triggered[id] = false
		:: !patient -> break
		fi
	od;
	/* poll_freewait(): it tells nobody, and the word stays frozen. */
	atomic {
		polling[id] = false;
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
