/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmod/barrier.c, kmod/barrier_member.c and libuser/src/barrier.c. Each inline is the C function of
 * that name; each Promela step is one atomic step of it.
 *
 * An epoch is what lies between two openings or resets. Shown for each scenario
 * (-DSCENARIO_name) and every interleaving:
 *
 *	- it opens once every party has arrived in it, each once;
 *	- a party passes only if the epoch it arrived in opened, and exactly
 *	  one of them is the serial one;
 *	- ETIMEDOUT goes to who broke it, EOWNERDEAD to who was there when a
 *	  party had died; ECANCELED means broken, or a reset since the arrival;
 *	- when nothing can move any more, everybody who sleeps does so in an
 *	  epoch that is not over, and no lock is held;
 *	- nobody is killed while waiting in an epoch and leaves it whole, nor as a
 *	  member wherever it is: nobody waits for it any more;
 *	- with KIPC_NO_MEMBERS the arrival of one that is killed counts as any;
 *	- with KIPC_DROP (DROPS) the epoch opens without those who have gone, and
 *	  one of the others is the serial party;
 *	- while user space owns the word nobody waits.
 *
 * A reset right after the opening may tell ECANCELED to a party that has not
 * looked yet, and does not wait in the kernel: the word cannot tell it from an
 * opening after the reset, and that is the side to err on. -DSTRICT finds how.
 *
 * The comment after a scenario's name lists what is searched beside its states:
 * runs without an end, of which there must be none (cycles), and deliberate
 * mistakes, each of which must be found.
 */

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */
/* ------------------------------------------------------------------------ */

/* What a party does. */
#define TIMED	1		/* has a deadline */
#define MENDS	2		/* resets the barrier where a wait fails */
#define TRIES	4		/* arrives only if that opens the barrier */
#define MEMBER	8		/* has joined, and leaves at its end */

#if defined SCENARIO_two	/* cycles BROKEN_FREEZE BROKEN_SLEEP */
/* Nothing but arrivals, and the generation wraps. */
#define WAITERS	2
#define PROCESSES 2
#define ALL_SERVED
#define CAST	run party(0, 3, 0); run party(1, 3, 0)
#elif defined SCENARIO_three	/* cycles BROKEN_THAW BROKEN_LOOP BROKEN_PRIORITY */
/* The last one wakes two in two goes; others may be back already. */
#define WAITERS	3
#define PROCESSES 3
#define ALL_SERVED
#define CAST	run party(0, 2, 0); run party(1, 2, 0); run party(2, 2, 0)
#elif defined SCENARIO_three_batch2
/* ... or in one go. */
#define WAITERS	3
#define BATCH	2
#define PROCESSES 3
#define ALL_SERVED
#define CAST	run party(0, 2, 0); run party(1, 2, 0); run party(2, 2, 0)
#elif defined SCENARIO_pool	/* cycles */
/* More threads than parties: two and two of them meet. */
#define WAITERS	3
#define PARTIES	2
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, 0)
#elif defined SCENARIO_pool_reset	/* BROKEN_OUTCOME */
/* A reset, and then an opening without the party that is late. */
#define WAITERS	3
#define PARTIES	2
#define PROCESSES 4
#define CAST	run party(0, 1, 0); run party(1, 1, 0); run party(2, 1, 0); \
		run resetter(1)
#elif defined SCENARIO_timeout	/* BROKEN_RELOCK BROKEN_TIMEOUT BROKEN_LATE */
/* A deadline passes while the barrier opens: it breaks for all or none. */
#define WAITERS	3
#define PROCESSES 3
#define CAST	run party(0, 2, TIMED); run party(1, 2, 0); run party(2, 2, 0)
#elif defined SCENARIO_timeouts	/* cycles */
/* Both may be the one who breaks it. */
#define WAITERS	2
#define PROCESSES 2
#define ALL_SERVED
#define CAST	run party(0, 3, TIMED); run party(1, 3, TIMED)
#elif defined SCENARIO_mend	/* cycles */
/* Who times out resets the barrier and tries again. */
#define WAITERS	2
#define PROCESSES 2
#define CAST	run party(0, 3, TIMED + MENDS); run party(1, 2, 0)
#elif defined SCENARIO_abort
/* All who wait in the kernel are told, in more than one go. */
#define SEALED
#define WAITERS	3
#define PROCESSES 4
#define CAST	run party(0, 1, 0); run party(1, 1, 0); run party(2, 1, 0); \
		run aborter(1)
#elif defined SCENARIO_abort_open	/* cycles */
/* An abort meets an opening. */
#define WAITERS	2
#define PROCESSES 3
#define CAST	run party(0, 3, 0); run party(1, 3, 0); run aborter(1)
#elif defined SCENARIO_abort_reset
/* An abort and a reset come in either order. */
#define WAITERS	2
#define PROCESSES 4
#define CAST	run party(0, 2, 0); run party(1, 1, 0); run aborter(1); \
		run resetter(1)
#elif defined SCENARIO_reset	/* BROKEN_RESET BROKEN_SETTLE */
/* Who waits in the kernel hears of the opening, not of the reset after it. */
#define SEALED
#define WAITERS	3
#define PROCESSES 4
#define CAST	run party(0, 1, 0); run party(1, 1, 0); run party(2, 1, 0); \
		run resetter(1)
#elif defined SCENARIO_resets	/* BROKEN_SPIN STRICT */
/* A late party meets two resets, and more. */
#define WAITERS	2
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 2, 0); run resetter(3)
#elif defined SCENARIO_signal	/* cycles BROKEN_RESTART */
/* A signal ends the wait, which goes on with the word that was left. */
#define WAITERS	2
#define SIGNALS	3
#define PROCESSES 2
#define ALL_SERVED
#define CAST	run party(0, 2, 0); run party(1, 2, 0)
#elif defined SCENARIO_signal_three
/* ... while two others wait. */
#define WAITERS	3
#define SIGNALS	1
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, 0)
#elif defined SCENARIO_signal_reset
/* ... while a deadline passes and the barrier is reset. */
#define WAITERS	2
#define SIGNALS	2
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 1, TIMED); run resetter(2)
#elif defined SCENARIO_kill	/* BROKEN_DEATH */
/* A killed waiter breaks the barrier for all. */
#define WAITERS	3
#define KILLS	1
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, 0)
#elif defined SCENARIO_kill_mend	/* cycles */
/* ... until somebody resets it. */
#define WAITERS	2
#define KILLS	1
#define PROCESSES 3
#define CAST	run party(0, 2, MENDS); run party(1, 2, 0); run aborter(1)
#elif defined SCENARIO_death
/*
 * A party that is no member dies in user space, perhaps between a signal and the
 * restart: nobody is told, nothing else goes wrong.
 */
#define WAITERS	3
#define DEATHS	1
#define SIGNALS	1
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, TIMED)
#elif defined SCENARIO_member	/* BROKEN_DETACH */
/* A member dies, by the word or in the kernel: all others are told. */
#define WAITERS	3
#define DEATHS	1
#define PROCESSES 3
#define ALL_SERVED
#define CAST	run party(0, 2, MEMBER); run party(1, 2, MEMBER); \
		run party(2, 2, MEMBER)
#elif defined SCENARIO_member_signal	/* cycles */
/* ... perhaps between a signal and the restart, or while it waits. */
#define WAITERS	2
#define DEATHS	1
#define KILLS	1
#define SIGNALS	1
#define PROCESSES 2
#define ALL_SERVED
#define CAST	run party(0, 2, MEMBER); run party(1, 2, MEMBER)
#elif defined SCENARIO_drop	/* cycles BROKEN_OPEN BROKEN_CLAIM */
/* Members leave, and one dies before that: the others go on without it. */
#define DROPS
#define WAITERS	3
#define DEATHS	1
#define PROCESSES 3
#define ALL_SERVED
#define CAST	run party(0, 3, MEMBER); run party(1, 2, MEMBER); \
		run party(2, 2, MEMBER)
#elif defined SCENARIO_drop_kill	/* BROKEN_DROP */
/* ... while it waits, or two do; woken in one go. */
#define DROPS
#define WAITERS	3
#define BATCH	2
#define KILLS	2
#define PROCESSES 3
#define ALL_SERVED
#define CAST	run party(0, 2, MEMBER); run party(1, 2, MEMBER); \
		run party(2, 1, MEMBER)
#elif defined SCENARIO_drop_break
/* ... while a deadline passes, or a reset mends it. */
#define DROPS
#define WAITERS	2
#define DEATHS	1
#define KILLS	1
#define PROCESSES 3
#define CAST	run party(0, 2, MEMBER + TIMED); run party(1, 2, MEMBER); \
		run resetter(1)
#elif defined SCENARIO_no_members	/* BROKEN_STAND */
/* Only arrivals count: that of a killed waiter stands, and breaks nothing. */
#define NO_MEMBERS
#define WAITERS	3
#define KILLS	1
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, 0)
#elif defined SCENARIO_fault	/* BROKEN_WITHDRAW */
/* The kernel cannot write back that the party has arrived: it withdraws. */
#define WAITERS	2
#define SIGNALS	2
#define FAULTS	1
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 2, 0); run resetter(1)
#elif defined SCENARIO_refuse
/* Too many wait already. */
#define WAITERS	3
#define REFUSALS 1
#define PROCESSES 3
#define CAST	run party(0, 2, 0); run party(1, 2, 0); run party(2, 1, 0)
#elif defined SCENARIO_try	/* cycles */
/* Who only tries never leaves an arrival behind. */
#define WAITERS	2
#define PROCESSES 2
#define CAST	run party(0, 2, TRIES); run party(1, 2, TIMED)
#elif defined SCENARIO_sealed
/* The kernel keeps the word for ever. */
#define SEALED
#define WAITERS	3
#define PROCESSES 3
#define CAST	run party(0, 2, TIMED); run party(1, 2, 0); run party(2, 2, 0)
#else
#error "choose a scenario"
#endif

#ifndef PARTIES
#define PARTIES	WAITERS
#endif
#ifdef DROPS			/* then the word is the kernel's for ever */
#define SEALED
#define NEEDED	parties
#else
#define NEEDED	PARTIES
#endif
#ifndef BATCH
#define BATCH	1		/* KIPC_WAKE_BATCH */
#endif
#ifndef FAULTS
#define FAULTS	0
#endif
#ifndef REFUSALS
#define REFUSALS 0
#endif

/* The word; both counts begin where they are about to wrap. */
#define ARRIVALS	3
#define BROKEN		4
#define DIED		8
#define RESET_ONE	16
#define RESETS		48
#define GENERATION_ONE	64
#define GENERATION	192
#define SLOW		256

#define START		(RESETS | GENERATION)
#define COUNTS		(RESETS | GENERATION)

#define OPENED(word)	((word & RESETS) | ((word + GENERATION_ONE) & GENERATION))

#ifdef BROKEN_PRIORITY
#define URGENT	0
#endif

#include "common/word.pml"
#include "common/wait.pml"

/* ------------------------------------------------------------------------ */
/* What must hold                                                           */
/* ------------------------------------------------------------------------ */

#define EPOCHS		9

short left[WAITERS];		/* barrier_waiter.word */
byte faults = FAULTS;
byte refusals = REFUSALS;
byte parties = PARTIES;		/* kipc_barrier's */
short serial = SLOW;		/* likewise; SLOW is KIPC_BARRIER_NOBODY */
byte result;			/* within a step */

byte epoch;			/* now */
byte here;			/* a bit for each party that has arrived in it */
byte arrivals;			/* how many that are */
bool opened[EPOCHS];		/* how each epoch ended */
bool broke[EPOCHS];
bool lost[EPOCHS];		/* broke because a party died */
byte last_reset;		/* the epoch it ended, plus one */
bool served[EPOCHS];		/* somebody was the serial party */
bool passed[EPOCHS];		/* somebody was told that it opened */
byte mine[WAITERS];		/* the epoch a waiter arrived in */

#define NEXT_EPOCH	epoch++; here = 0; arrivals = 0

/* Runs in the step in which a party arrives and does not open the barrier. */
#define NOTE_ARRIVAL(id)			\
	mine[id] = epoch;			\
	assert((here & (1 << id)) == 0);	\
	here = here | (1 << id);		\
	arrivals++;				\
	assert(arrivals < NEEDED)

/* In the step in which the last party arrives. */
#define NOTE_OPENING(id)			\
	mine[id] = epoch;			\
	assert((here & (1 << id)) == 0);	\
	assert(arrivals + 1 == NEEDED);		\
	assert(!broke[epoch]);			\
	opened[epoch] = true;			\
	NEXT_EPOCH

/* Who waits in the kernel when the barrier opens never hears of a reset. */
#define CHECK_ENDED(id)	\
	assert(OUTCOME(left[id]) != ECANCELED || !opened[mine[id]])

/* What a party was told. */
inline check_result(id)
{
	d_step {
		if
		:: ret == OK ->
			assert(opened[mine[id]]);
			passed[mine[id]] = true
		:: ret == SERIAL ->
			assert(opened[mine[id]]);
			assert(!served[mine[id]]);
			served[mine[id]] = true
		:: ret == ETIMEDOUT ->
			assert(!opened[mine[id]]);
			assert(broke[mine[id]] && !lost[mine[id]])
		:: ret == EOWNERDEAD ->
#ifdef NO_MEMBERS
			assert(false);
#endif
			assert(lost[mine[id]])
		:: ret == ECANCELED ->
#ifdef STRICT
			assert(!opened[mine[id]]);
#endif
			assert(last_reset > mine[id] ||
			       (broke[mine[id]] && !lost[mine[id]]))
		:: else
		fi;
		mine[id] = 0
	}
}

/* Nobody waits in that epoch any more. */
#define IS_OVER(epoch)	(opened[epoch] || broke[epoch] || last_reset > epoch)

/* Nothing moves any more. */
inline check_end()
{
	d_step {
		assert(!locked);
		INVARIANT(queued == 0 || FROZEN);
		assert(done + queued == PROCESSES);
#ifdef ALL_SERVED
		assert(queued == 0);
#endif
		at = 0;
		do
		:: at == queued -> break
		:: else ->
			assert(!IS_OVER(mine[queue[at]]));
			at++
		od;
		at = 0;
		do
		:: at == EPOCHS -> break
#ifdef DROPS
		/* The one chosen may be killed before it knows. */
		:: else ->
			assert(!passed[at] || served[at] || KILLS + DEATHS > deaths + kills);
			at++
#else
		:: else -> assert(opened[at] == served[at]); at++
#endif
		od;
		at = 0
	}
}

/* ------------------------------------------------------------------------ */
/* kmod/barrier.c                                                           */
/* ------------------------------------------------------------------------ */

#define BROKEN_RESULT(word)	((word & DIED) -> EOWNERDEAD : ECANCELED)

/* Always the beginning of ENTERING { }. */
inline barrier_enter()
{
	lock_element();
	kipc_word_freeze();
#ifndef DROPS
	value = (value & ~ARRIVALS) |
		((value & ARRIVALS) < PARTIES - 1 ->
		 (value & ARRIVALS) : PARTIES - 1);
#endif
	INVARIANT((value & ARRIVALS) == arrivals)
}

/* barrier_outcome() */
#ifdef BROKEN_OUTCOME
#define OUTCOME(left)							\
	(((value ^ left) & GENERATION) -> OK :				\
	 (((value ^ left) & RESETS) -> ECANCELED :			\
	  ((value & BROKEN) -> BROKEN_RESULT(value) : PENDING)))
#else
#define OUTCOME(left)							\
	(((value ^ left) & RESETS) -> ECANCELED :			\
	 (((value ^ left) & GENERATION) -> OK :				\
	  ((value & BROKEN) -> BROKEN_RESULT(value) : PENDING)))
#endif

/* kipc_barrier_claim() */
#ifdef BROKEN_CLAIM
#define CLAIMED(left)	OUTCOME(left)
#else
#define CLAIMED(left)							\
	(OUTCOME(left) == OK && (left & COUNTS) == serial -> SERIAL : OUTCOME(left))
#endif

#define FIRST_ENDED	(queued > 0 && OUTCOME(left[queue[0]]) != PENDING)
#define CAN_GRANT	(FIRST_ENDED && wakes < BATCH)

/* A waiter may see its grant at once, before the unlock and the wake-up. */
inline barrier_leave()
{
	do
	:: d_step {			/* barrier_serve() */
		CAN_GRANT ->
		CHECK_ENDED(queue[0]);
		result = CLAIMED(left[queue[0]]);
		serial = (result == SERIAL -> SLOW : serial);
		kipc_grant(result);
		result = 0
	   }
	:: atomic {
		!CAN_GRANT ->
#ifdef BROKEN_LOOP
		more = (queued > 0);
#else
		more = FIRST_ENDED;
#endif
		if
#ifdef BROKEN_THAW
		:: kipc_word_thaw()
#else
		:: queued == 0 -> kipc_word_thaw()
		:: else
#endif
		fi;
		unlock_element()
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
			barrier_enter()
#endif
		   }
		fi
	od
}

/* element_withdraw(); inside a step, under the lock */
#ifdef BROKEN_WITHDRAW
#define MAY_WITHDRAW(left)	((value & ARRIVALS) > 0)
#else
#define MAY_WITHDRAW(left)	(OUTCOME(left) == PENDING && (value & ARRIVALS) > 0)
#endif

#define element_withdraw(id, left)			\
	if						\
	:: MAY_WITHDRAW(left) ->			\
		assert((here & (1 << id)) != 0);	\
		value--;				\
		arrivals--;				\
		here = here & ~(1 << id)		\
	:: else						\
	fi

/* element_break(); likewise */
#define element_break(died)				\
	if						\
	:: !(value & BROKEN) ->				\
		value = value | BROKEN | (died -> DIED : 0);	\
		broke[epoch] = true;			\
		lost[epoch] = died			\
	:: else						\
	fi

/* element_reset(); likewise */
#ifdef BROKEN_RESET
#define AFTER_RESET	OPENED(value)
#else
#define AFTER_RESET	((value & GENERATION) | ((value + RESET_ONE) & RESETS))
#endif

#define element_reset()					\
	value = SLOW | AFTER_RESET;			\
	last_reset = epoch + 1;				\
	serial = SLOW;					\
	NEXT_EPOCH

/*
 * member_drop() of a member that is one party, and barrier_open_if_all_came(),
 * which opens where nobody's arrival does; likewise.
 */
#ifdef BROKEN_DROP
#define DROP_ARRIVAL	skip
#else
#define DROP_ARRIVAL	value--
#endif
#ifdef BROKEN_OPEN
#define ALL_CAME	false
#else
#define ALL_CAME	(!(value & BROKEN) && (value & ARRIVALS) > 0 && \
			 (value & ARRIVALS) >= parties)
#endif

#define member_drop(id)							\
	parties--;							\
	if								\
	:: here & (1 << id) ->						\
		DROP_ARRIVAL;						\
		arrivals--;						\
		here = here & ~(1 << id)				\
	:: else								\
	fi;								\
	if								\
	:: ALL_CAME ->							\
		assert(arrivals == parties);				\
		serial = value & COUNTS;				\
		value = SLOW | OPENED(value);				\
		opened[epoch] = true;					\
		NEXT_EPOCH						\
	:: else								\
	fi

/* kipc_member_die(); likewise */
#ifdef DROPS
#define member_die(id)	member_drop(id)
#elif defined BROKEN_DETACH
#define member_die(id)	skip
#else
#define member_die(id)	element_break(true)
#endif

/* element_arrive(); likewise */
#define element_arrive(id)				\
	if						\
	:: value & BROKEN ->				\
		mine[id] = epoch;			\
		ret = BROKEN_RESULT(value)		\
	:: !(value & BROKEN) && (value & ARRIVALS) + 1 < NEEDED ->	\
		value++;				\
		NOTE_ARRIVAL(id);			\
		ret = PENDING				\
	:: else ->					\
		NOTE_OPENING(id);			\
		value = SLOW | OPENED(value);		\
		serial = SLOW;				\
		ret = SERIAL				\
	fi

inline barrier_give_up(id)
{
	ENTERING {
		barrier_enter();
		if
		:: outcome[id] != PENDING ->
#ifndef BROKEN_TIMEOUT
			ret = outcome[id]
#endif
		:: else ->
			kipc_waitlist_remove(id);
			if
#ifndef BROKEN_LATE
			:: OUTCOME(left[id]) != PENDING ->
				CHECK_ENDED(id);
				ret = CLAIMED(left[id]);
				serial = (ret == SERIAL -> SLOW : serial)
#endif
			:: else ->
				if
#ifdef BROKEN_STAND
				:: killed -> value--
#elif defined NO_MEMBERS
				:: killed -> skip
#elif defined DROPS			/* barrier_killed(): nobody else has its memory */
				:: killed -> member_die(id); member = false
#elif !defined BROKEN_DEATH
				:: killed -> element_break(true)
#endif
				:: !killed && ret == ETIMEDOUT ->
					element_break(false)
				:: else
				fi
			fi
		fi
	};
	barrier_leave()
}

inline barrier_sleep(id, timed)
{
	kipc_wait_spin(id);
	kipc_wait_sleep(id, timed);
	if
	:: ret == ETIMEDOUT || ret == ERESTARTSYS -> barrier_give_up(id)
	:: else
	fi;
	outcome[id] = PENDING				/* the stack is gone */
}

/* The caller's flags are in args: arrived says KIPC_ARRIVED, old the word. */
inline barrier_arrive(id, try)
{
	ENTERING {
		barrier_enter();
		if
		:: arrived ->
			left[id] = old;
			ret = OUTCOME(left[id]);
			ret = (try && ret == PENDING -> EAGAIN : ret)
		:: !arrived && try && !(value & BROKEN) &&
		   (value & ARRIVALS) + 1 < NEEDED ->
			ret = EAGAIN
		:: else ->
			element_arrive(id);
			left[id] = value & ~SLOW
		fi;
		if
		:: ret == PENDING ->
			if
			:: refusals > 0 ->
				refusals--;
				element_withdraw(id, left[id]);
				ret = EFAULT		/* ENOSPC */
			:: kipc_wait_begin(id)
			fi
		:: else
		fi
	};
	barrier_leave()
}

/* ioctl_wait(), and the restart after a signal of kernel and library alike */
inline barrier_wait(id, timed, try)
{
	do
	:: skip;
		barrier_arrive(id, try);
		if
		:: ret == PENDING -> barrier_sleep(id, timed)
		:: else
		fi;
		if
		:: ret != ERESTARTSYS || killed -> break
		:: else
		fi;
		/* kipc_args_write() */
		if
		:: atomic { faults > 0 -> faults--; ret = EFAULT }
		:: ret = PENDING
		fi;
		if
		:: ret == EFAULT && !arrived ->
			ENTERING {		/* barrier_withdraw() */
				barrier_enter();
				element_withdraw(id, left[id])
			};
			barrier_leave();
			break
		:: else		/* who had arrived before knows how to go on */
		fi;
		MAY_DIE;
		d_step {
#ifndef BROKEN_RESTART
			arrived = true;
#endif
			old = left[id]
		}
	od;
	atomic { arrived = false; old = 0; left[id] = 0 }
}

/* Whose generation has opened already is not to hear of the reset. */
inline barrier_reset()
{
	do
	:: ENTERING {
		barrier_enter();
		if
#ifndef BROKEN_SETTLE
		:: FIRST_ENDED -> ret = EAGAIN
#endif
		:: else -> ret = PENDING; element_reset()
		fi
	   };
		barrier_leave();
		if
		:: ret == PENDING -> break
		:: else
		fi
	od
}

inline barrier_abort()
{
	ENTERING { barrier_enter(); element_break(false) };
	barrier_leave()
}

/* ------------------------------------------------------------------------ */
/* libuser/src/barrier.c                                                    */
/* ------------------------------------------------------------------------ */

/* word_arrive(); old is what it left in the word. No CAS fails for nothing. */
inline word_arrive(id, last_only)
{
	d_step { old = word; mine[id] = epoch };
	do
	:: old & SLOW -> ret = UNARRIVED; old = 0; break
	:: atomic {
		!(old & SLOW) && (old & BROKEN) ->
		/* The load is what tells; the word may have moved on since. */
		ret = BROKEN_RESULT(old);
		old = 0
	   };
		break
	:: !(old & (SLOW | BROKEN)) && last_only &&
	   (old & ARRIVALS) + 1 < PARTIES ->
		ret = EAGAIN;
		old = 0;
		break
	:: else ->
		if
		:: d_step {
			word == old && (old & ARRIVALS) + 1 == PARTIES ->
			INVARIANT_THAWED;
			NOTE_OPENING(id);
			word = OPENED(old);
			old = 0;
			ret = SERIAL
		   };
			break
		:: d_step {
			word == old && (old & ARRIVALS) + 1 < PARTIES ->
			INVARIANT_THAWED;
			NOTE_ARRIVAL(id);
			word = old + 1;
			old = word;
			ret = PENDING
		   };
			break
		:: d_step { word != old -> old = word; mine[id] = epoch }
		fi
	od
}

/*
 * word_opens(): a look that decides nothing is as good as none, and it may give
 * up at any time.
 */
inline word_opens()
{
	if
#ifdef BROKEN_SPIN
	:: !(word & SLOW) && ((word ^ old) & (GENERATION | RESETS)) ->
		ret = OK
#else
	:: !(word & SLOW) && !((word ^ old) & RESETS) &&
	   ((word ^ old) & GENERATION) ->
		ret = OK
#endif
	:: arrived = true
	fi
}

/* ------------------------------------------------------------------------ */
/* Participants                                                             */
/* ------------------------------------------------------------------------ */

proctype party(byte id; byte times; byte habits)
{
	WAITER_LOCALS;
	bool arrived, member = ((habits & MEMBER) != 0);

	do
	:: times > 0 ->
		times--;
		MAY_DIE;
		word_arrive(id, (habits & TRIES));
		if
		:: ret == PENDING -> MAY_DIE; word_opens()
		:: else
		fi;
		if
		:: arrived || ret == UNARRIVED ->
			barrier_wait(id, (habits & TIMED), (habits & TRIES))
		:: else -> old = 0
		fi;
		if
#if defined DROPS || defined NO_MEMBERS
		:: killed -> break
#else
		:: killed -> assert(IS_OVER(mine[id])); break
#endif
		:: else -> check_result(id)
		fi;
		if
		:: (habits & MENDS) && ret >= ETIMEDOUT -> barrier_reset()
		:: else
		fi;
		ret = PENDING
#ifdef DROPS
	:: else -> break			/* to leave is as to die */
#else
	:: else -> member = false; break	/* it has left */
#endif
	od;
out:	if
	:: member ->				/* barrier_detach() */
		ENTERING { barrier_enter(); member_die(id) };
		barrier_leave()
	:: else
	fi;
	done++
}

proctype resetter(byte times)
{
	LOCALS;

	do
	:: times > 0 -> times--; barrier_reset()
	:: else -> break
	od;
	done++
}

proctype aborter(byte times)
{
	LOCALS;

	do
	:: times > 0 -> times--; barrier_abort()
	:: else -> break
	od;
	done++
}

init {
	byte at;

	atomic { CAST };
	timeout;
	check_end()
}
