/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Models kmod/barrier.c, kmod/barrier_member.c and libuser/src/barrier.c. Each
 * inline models the C function of the same name, possibly with the prefix
 * kipc_, and each Promela step is one atomic step of that function.
 *
 * An epoch is the time between two openings or resets. The following is shown
 * for each scenario (-DSCENARIO_name) and for every interleaving:
 *
 *	- An epoch opens once all parties have arrived in it, each of them once.
 *	- A party passes only if the epoch opened in which the party arrived.
 *	  Exactly one of the parties that pass is the serial party.
 *	- The party that breaks the barrier because of its deadline gets
 *	  ETIMEDOUT. The parties of an epoch in which a party died get
 *	  EOWNERDEAD. ECANCELED means that the barrier is broken, or was reset
 *	  after the arrival.
 *	- When no process can continue, every sleeping process waits in an epoch
 *	  that has not ended, and the lock is free.
 *	- A party that is killed while it waits breaks its epoch, and a member
 *	  that is killed breaks the current epoch wherever the member was. So no
 *	  party waits for a dead one.
 *	- With KIPC_NO_MEMBERS the arrival of a killed party counts.
 *	- With KIPC_DROP (DROPS) the epoch opens without the members that have
 *	  gone, and one of the others is the serial party.
 *	- While user space owns the word, there is no waiter.
 *
 * If a reset follows an opening, a party that neither has read the word yet nor
 * waits in the kernel may get ECANCELED: it cannot distinguish this word from
 * an opening after the reset, and to report a false failure is the safe choice.
 * -DSTRICT finds such a run.
 *
 * The comment after the name of a scenario lists the searches in addition to
 * the search of its states: for infinite runs, of which there must be none
 * (cycles), and for deliberate mistakes, each of which must be found.
 */

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */
/* ------------------------------------------------------------------------ */

/* Options of a party. */
#define TIMED	1		/* it has a deadline */
#define RECOVERS 2		/* it resets the barrier if a wait fails */
#define TRIES	4		/* it arrives only if that opens the barrier */
#define MEMBER	8		/* it has joined, and leaves at its end */

#if defined SCENARIO_two	/* cycles BROKEN_FREEZE BROKEN_SLEEP */
/* There are only arrivals, and the generation wraps. */
#define WAITERS	2
#define PROCESSES 2
#define NONE_LEFT
#define RUN	run party(0, 3, 0); run party(1, 3, 0)
#elif defined SCENARIO_three	/* cycles BROKEN_THAW BROKEN_LOOP BROKEN_PRIORITY */
/*
 * The last party wakes two others in two batches. A woken party may already
 * arrive again before the second batch.
 */
#define WAITERS	3
#define PROCESSES 3
#define NONE_LEFT
#define RUN	run party(0, 2, 0); run party(1, 2, 0); run party(2, 2, 0)
#elif defined SCENARIO_three_batch2
/* The same in one batch. */
#define WAITERS	3
#define BATCH	2
#define PROCESSES 3
#define NONE_LEFT
#define RUN	run party(0, 2, 0); run party(1, 2, 0); run party(2, 2, 0)
#elif defined SCENARIO_pool	/* cycles */
/* There are more threads than parties: any two of them open the barrier. */
#define WAITERS	3
#define PARTIES	2
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, 0)
#elif defined SCENARIO_pool_reset	/* BROKEN_OUTCOME */
/* A reset is followed by an opening without the party that is late. */
#define WAITERS	3
#define PARTIES	2
#define PROCESSES 4
#define RUN	run party(0, 1, 0); run party(1, 1, 0); run party(2, 1, 0); \
		run resetter(1)
#elif defined SCENARIO_timeout	/* BROKEN_RELOCK BROKEN_TIMEOUT BROKEN_LATE */
/*
 * A deadline passes while the barrier opens. It breaks for all parties or for
 * none.
 */
#define WAITERS	3
#define PROCESSES 3
#define RUN	run party(0, 2, TIMED); run party(1, 2, 0); run party(2, 2, 0)
#elif defined SCENARIO_timeouts	/* cycles */
/* Either party may break the barrier. */
#define WAITERS	2
#define PROCESSES 2
#define NONE_LEFT
#define RUN	run party(0, 3, TIMED); run party(1, 3, TIMED)
#elif defined SCENARIO_mend	/* cycles */
/* A party that times out resets the barrier and tries again. */
#define WAITERS	2
#define PROCESSES 2
#define RUN	run party(0, 3, TIMED + RECOVERS); run party(1, 2, 0)
#elif defined SCENARIO_abort
/* An abort wakes all waiters in the kernel, in several batches. */
#define SEALED
#define WAITERS	3
#define PROCESSES 4
#define RUN	run party(0, 1, 0); run party(1, 1, 0); run party(2, 1, 0); \
		run aborter(1)
#elif defined SCENARIO_abort_open	/* cycles */
/* An abort races with an opening. */
#define WAITERS	2
#define PROCESSES 3
#define RUN	run party(0, 3, 0); run party(1, 3, 0); run aborter(1)
#elif defined SCENARIO_abort_reset
/* An abort and a reset come in either order. */
#define WAITERS	2
#define PROCESSES 4
#define RUN	run party(0, 2, 0); run party(1, 1, 0); run aborter(1); \
		run resetter(1)
#elif defined SCENARIO_reset	/* BROKEN_RESET BROKEN_SETTLE */
/*
 * Waiters in the kernel see the opening of their epoch, even if a reset follows
 * at once.
 */
#define SEALED
#define WAITERS	3
#define PROCESSES 4
#define RUN	run party(0, 1, 0); run party(1, 1, 0); run party(2, 1, 0); \
		run resetter(1)
#elif defined SCENARIO_resets	/* BROKEN_SPIN STRICT */
/* There are two or more resets before a party reads the word again. */
#define WAITERS	2
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 2, 0); run resetter(3)
#elif defined SCENARIO_signal	/* cycles BROKEN_RESTART */
/*
 * A signal interrupts a wait. The wait continues with the word that the arrival
 * left.
 */
#define WAITERS	2
#define SIGNALS	3
#define PROCESSES 2
#define NONE_LEFT
#define RUN	run party(0, 2, 0); run party(1, 2, 0)
#elif defined SCENARIO_signal_three
/* The same while two other parties wait. */
#define WAITERS	3
#define SIGNALS	1
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, 0)
#elif defined SCENARIO_signal_reset
/* The same while a deadline passes and the barrier is reset. */
#define WAITERS	2
#define SIGNALS	2
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 1, TIMED); run resetter(2)
#elif defined SCENARIO_kill	/* BROKEN_DEATH */
/* A killed waiter breaks the barrier for all parties. */
#define WAITERS	3
#define KILLS	1
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, 0)
#elif defined SCENARIO_kill_mend	/* cycles */
/* The same, and another party resets the barrier. */
#define WAITERS	2
#define KILLS	1
#define PROCESSES 3
#define RUN	run party(0, 2, RECOVERS); run party(1, 2, 0); run aborter(1)
#elif defined SCENARIO_death
/*
 * A party that is not a member dies in user space, possibly between a signal
 * and the restart. The other parties do not notice it, and nothing else goes
 * wrong.
 */
#define WAITERS	3
#define DEATHS	1
#define SIGNALS	1
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, TIMED)
#elif defined SCENARIO_member	/* BROKEN_DETACH */
/*
 * A member dies after an arrival by the word or in the kernel. All other
 * parties get EOWNERDEAD.
 */
#define WAITERS	3
#define DEATHS	1
#define PROCESSES 3
#define NONE_LEFT
#define RUN	run party(0, 2, MEMBER); run party(1, 2, MEMBER); \
		run party(2, 2, MEMBER)
#elif defined SCENARIO_member_signal	/* cycles */
/* The same, possibly between a signal and the restart, or in a wait. */
#define WAITERS	2
#define DEATHS	1
#define KILLS	1
#define SIGNALS	1
#define PROCESSES 2
#define NONE_LEFT
#define RUN	run party(0, 2, MEMBER); run party(1, 2, MEMBER)
#elif defined SCENARIO_drop	/* cycles BROKEN_OPEN BROKEN_CLAIM */
/*
 * Members leave, and a member may die before it leaves. The others continue
 * without them.
 */
#define DROPS
#define WAITERS	3
#define DEATHS	1
#define PROCESSES 3
#define NONE_LEFT
#define RUN	run party(0, 3, MEMBER); run party(1, 2, MEMBER); \
		run party(2, 2, MEMBER)
#elif defined SCENARIO_drop_kill	/* BROKEN_DROP */
/* The same for one or two members that wait; wake-ups in one batch. */
#define DROPS
#define WAITERS	3
#define BATCH	2
#define KILLS	2
#define PROCESSES 3
#define NONE_LEFT
#define RUN	run party(0, 2, MEMBER); run party(1, 2, MEMBER); \
		run party(2, 1, MEMBER)
#elif defined SCENARIO_drop_break
/* The same while a deadline passes, or a reset repairs the barrier. */
#define DROPS
#define WAITERS	2
#define DEATHS	1
#define KILLS	1
#define PROCESSES 3
#define RUN	run party(0, 2, MEMBER + TIMED); run party(1, 2, MEMBER); \
		run resetter(1)
#elif defined SCENARIO_no_members	/* BROKEN_STAND */
/* Only arrivals count. That of a killed waiter stays and breaks nothing. */
#define NO_MEMBERS
#define WAITERS	3
#define KILLS	1
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 1, 0); run party(2, 1, 0)
#elif defined SCENARIO_fault	/* BROKEN_WITHDRAW */
/*
 * The kernel cannot write back to user space that the party has arrived, so it
 * withdraws the arrival.
 */
#define WAITERS	2
#define SIGNALS	2
#define FAULTS	1
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 2, 0); run resetter(1)
#elif defined SCENARIO_refuse
/* There are too many waiters already. */
#define WAITERS	3
#define REFUSALS 1
#define PROCESSES 3
#define RUN	run party(0, 2, 0); run party(1, 2, 0); run party(2, 1, 0)
#elif defined SCENARIO_try	/* cycles */
/* A party that only tries never leaves an arrival behind. */
#define WAITERS	2
#define PROCESSES 2
#define RUN	run party(0, 2, TRIES); run party(1, 2, TIMED)
#elif defined SCENARIO_sealed
/* The kernel never returns the word. */
#define SEALED
#define WAITERS	3
#define PROCESSES 3
#define RUN	run party(0, 2, TIMED); run party(1, 2, 0); run party(2, 2, 0)
#else
#error "choose a scenario"
#endif

#ifndef PARTIES
#define PARTIES	WAITERS
#endif
#ifdef DROPS			/* the kernel never returns the word */
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

/* The word. Both counts begin at their maximum, so that they wrap soon. */
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
/* Properties                                                               */
/* ------------------------------------------------------------------------ */

#define EPOCHS		9

short left[WAITERS];		/* barrier_waiter.word */
byte faults = FAULTS;
byte refusals = REFUSALS;
byte parties = PARTIES;		/* of struct kipc_barrier */
short serial = SLOW;		/* the same; SLOW is KIPC_BARRIER_NO_SERIAL */
byte result;			/* used within a step */

byte epoch;			/* the current epoch */
byte here;			/* a bit for each party that has arrived */
byte arrivals;			/* the number of these bits */
bool opened[EPOCHS];		/* how each epoch ended */
bool broke[EPOCHS];
bool lost[EPOCHS];		/* broke because a party died */
byte last_reset;		/* the epoch that it ended, plus one */
bool had_serial[EPOCHS];	/* a party was the serial party */
bool passed[EPOCHS];		/* a party was told that it opened */
byte mine[WAITERS];		/* the epoch in which a waiter arrived */

#define NEXT_EPOCH	epoch++; here = 0; arrivals = 0

/* Called in the step in which a party arrives without opening the barrier. */
#define NOTE_ARRIVAL(id)			\
	mine[id] = epoch;			\
	assert((here & (1 << id)) == 0);	\
	here = here | (1 << id);		\
	arrivals++;				\
	assert(arrivals < NEEDED)

/* Called in the step in which the last party arrives. */
#define NOTE_OPENING(id)			\
	mine[id] = epoch;			\
	assert((here & (1 << id)) == 0);	\
	assert(arrivals + 1 == NEEDED);		\
	assert(!broke[epoch]);			\
	opened[epoch] = true;			\
	NEXT_EPOCH

/* A waiter in the kernel never gets ECANCELED if its epoch opened. */
#define CHECK_ENDED(id)	\
	assert(OUTCOME(left[id]) != ECANCELED || !opened[mine[id]])

/* Checks the result of a party. */
inline check_result(id)
{
	d_step {
		if
		:: ret == OK ->
			assert(opened[mine[id]]);
			passed[mine[id]] = true
		:: ret == SERIAL ->
			assert(opened[mine[id]]);
			assert(!had_serial[mine[id]]);
			had_serial[mine[id]] = true
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

/* True if no party waits in that epoch any more. */
#define IS_OVER(epoch)	(opened[epoch] || broke[epoch] || last_reset > epoch)

/* Called when no process can continue. */
inline check_end()
{
	d_step {
		assert(!locked);
		INVARIANT(queued == 0 || IS_CLAIMED);
		assert(done + queued == PROCESSES);
#ifdef NONE_LEFT
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
		/* The serial party may be killed before it is told. */
		:: else ->
			assert(!passed[at] || had_serial[at] || KILLS + DEATHS > deaths + kills);
			at++
#else
		:: else -> assert(opened[at] == had_serial[at]); at++
#endif
		od;
		at = 0
	}
}

/* ------------------------------------------------------------------------ */
/* kmod/barrier.c                                                           */
/* ------------------------------------------------------------------------ */

#define BROKEN_RESULT(word)	((word & DIED) -> EOWNERDEAD : ECANCELED)

/* Always the beginning of LOCKED_STEP { }. */
inline barrier_lock()
{
	lock_element();
	kipc_word_claim();
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

/* kipc_barrier_take_serial() */
#ifdef BROKEN_CLAIM
#define TAKE_SERIAL(left)	OUTCOME(left)
#else
#define TAKE_SERIAL(left)							\
	(OUTCOME(left) == OK && (left & COUNTS) == serial -> SERIAL : OUTCOME(left))
#endif

#define FIRST_ENDED	(queued > 0 && OUTCOME(left[queue[0]]) != PENDING)
#define CAN_GRANT	(FIRST_ENDED && wakes < BATCH)

/*
 * A waiter may see its grant at once, before the unlock and the wake-up, so
 * each grant is a step of its own.
 */
inline barrier_unlock()
{
	do
	:: d_step {			/* barrier_grant_waiters() */
		CAN_GRANT ->
		CHECK_ENDED(queue[0]);
		result = TAKE_SERIAL(left[queue[0]]);
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
		:: kipc_word_return()
#else
		:: queued == 0 -> kipc_word_return()
		:: else
#endif
		fi;
		unlock_element()
	   };
		kipc_wake_q_flush();
		if
		:: !more -> break
		:: LOCKED_STEP {
			more ->
			more = false;
#ifdef BROKEN_RELOCK
			lock_element()
#else
			barrier_lock()
#endif
		   }
		fi
	od
}

/* member_withdraw(); inside a step, with the lock held */
#ifdef BROKEN_WITHDRAW
#define MAY_WITHDRAW(left)	((value & ARRIVALS) > 0)
#else
#define MAY_WITHDRAW(left)	(OUTCOME(left) == PENDING && (value & ARRIVALS) > 0)
#endif

#define member_withdraw(id, left)			\
	if						\
	:: MAY_WITHDRAW(left) ->			\
		assert((here & (1 << id)) != 0);	\
		value--;				\
		arrivals--;				\
		here = here & ~(1 << id)		\
	:: else						\
	fi

/* barrier_break(); inside a step, with the lock held */
#define barrier_break(died)					\
	if							\
	:: !(value & BROKEN) ->					\
		value = value | BROKEN | (died -> DIED : 0);	\
		broke[epoch] = true;				\
		lost[epoch] = died				\
	:: else							\
	fi

/* barrier_reset_value(); inside a step, with the lock held */
#ifdef BROKEN_RESET
#define AFTER_RESET	OPENED(value)
#else
#define AFTER_RESET	((value & GENERATION) | ((value + RESET_ONE) & RESETS))
#endif

#define barrier_reset_value()				\
	value = SLOW | AFTER_RESET;			\
	last_reset = epoch + 1;				\
	serial = SLOW;					\
	NEXT_EPOCH

/*
 * barrier_member_drop() of a member with one party, and barrier_open_if_complete(),
 * which opens the barrier without an arrival; inside a step, with the lock
 * held.
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

#define barrier_member_drop(id)						\
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

/* kipc_member_die(); inside a step, with the lock held */
#ifdef DROPS
#define member_die(id)	barrier_member_drop(id)
#elif defined BROKEN_DETACH
#define member_die(id)	skip
#else
#define member_die(id)	barrier_break(true)
#endif

/* member_arrive(); inside a step, with the lock held */
#define member_arrive(id)						\
	if								\
	:: value & BROKEN ->						\
		mine[id] = epoch;					\
		ret = BROKEN_RESULT(value)				\
	:: !(value & BROKEN) && (value & ARRIVALS) + 1 < NEEDED ->	\
		value++;						\
		NOTE_ARRIVAL(id);					\
		ret = PENDING						\
	:: else ->							\
		NOTE_OPENING(id);					\
		value = SLOW | OPENED(value);				\
		serial = SLOW;						\
		ret = SERIAL						\
	fi

inline barrier_give_up(id)
{
	LOCKED_STEP {
		barrier_lock();
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
				ret = TAKE_SERIAL(left[id]);
				serial = (ret == SERIAL -> SLOW : serial)
#endif
			:: else ->
				if
#ifdef BROKEN_STAND
				:: killed -> value--
#elif defined NO_MEMBERS
				:: killed -> skip
#elif defined DROPS	/* barrier_killed(), without other users of the mm */
				:: killed -> member_die(id); member = false
#elif !defined BROKEN_DEATH
				:: killed -> barrier_break(true)
#endif
				:: !killed && ret == ETIMEDOUT ->
					barrier_break(false)
				:: else
				fi
			fi
		fi
	};
	barrier_unlock()
}

inline barrier_sleep(id, timed)
{
	kipc_wait_spin(id);
	kipc_wait_sleep(id, timed);
	if
	:: ret == ETIMEDOUT || ret == ERESTARTSYS -> barrier_give_up(id)
	:: else
	fi;
	outcome[id] = PENDING				/* the record ends */
}

/* The caller's arguments: arrived is KIPC_ARRIVED, old is the word. */
inline barrier_arrive(id, try)
{
	LOCKED_STEP {
		barrier_lock();
		if
		:: arrived ->
			left[id] = old;
			ret = OUTCOME(left[id]);
			ret = (try && ret == PENDING -> EAGAIN : ret)
		:: !arrived && try && !(value & BROKEN) &&
		   (value & ARRIVALS) + 1 < NEEDED ->
			ret = EAGAIN
		:: else ->
			member_arrive(id);
			left[id] = value & ~SLOW
		fi;
		if
		:: ret == PENDING ->
			if
			:: refusals > 0 ->
				refusals--;
				member_withdraw(id, left[id]);
				ret = EFAULT		/* ENOSPC */
			:: kipc_wait_begin(id)
			fi
		:: else
		fi
	};
	barrier_unlock()
}

/* barrier_ioctl_wait(), and the restart after a signal of kernel and library alike */
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
			LOCKED_STEP {		/* barrier_withdraw() */
				barrier_lock();
				member_withdraw(id, left[id])
			};
			barrier_unlock();
			break
		:: else		/* user space already has the word to go on */
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

/*
 * Waiters whose generation has opened must not see the reset, so the reset
 * waits until they are all granted.
 */
inline barrier_reset()
{
	do
	:: LOCKED_STEP {
		barrier_lock();
		if
#ifndef BROKEN_SETTLE
		:: FIRST_ENDED -> ret = EAGAIN
#endif
		:: else -> ret = PENDING; barrier_reset_value()
		fi
	   };
		barrier_unlock();
		if
		:: ret == PENDING -> break
		:: else
		fi
	od
}

inline barrier_abort()
{
	LOCKED_STEP { barrier_lock(); barrier_break(false) };
	barrier_unlock()
}

/* ------------------------------------------------------------------------ */
/* libuser/src/barrier.c                                                    */
/* ------------------------------------------------------------------------ */

/*
 * barrier_word_arrive(); leaves the new word in old. Spurious failures of the
 * compare-and-swap are left out.
 */
inline barrier_word_arrive(id, last_only)
{
	d_step { old = word; mine[id] = epoch };
	do
	:: old & SLOW -> ret = UNARRIVED; old = 0; break
	:: atomic {
		!(old & SLOW) && (old & BROKEN) ->
		/* The load decides; the word may have changed since. */
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
			INVARIANT_RETURNABLE;
			NOTE_OPENING(id);
			word = OPENED(old);
			old = 0;
			ret = SERIAL
		   };
			break
		:: d_step {
			word == old && (old & ARRIVALS) + 1 < PARTIES ->
			INVARIANT_RETURNABLE;
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
 * barrier_word_opens(): a load that decides nothing has no effect, and is left out. The
 * party may stop spinning at any time.
 */
inline barrier_word_opens()
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

proctype party(byte id; byte times; byte options)
{
	WAITER_LOCALS;
	bool arrived, member = ((options & MEMBER) != 0);

	do
	:: times > 0 ->
		times--;
		MAY_DIE;
		barrier_word_arrive(id, (options & TRIES));
		if
		:: ret == PENDING -> MAY_DIE; barrier_word_opens()
		:: else
		fi;
		if
		:: arrived || ret == UNARRIVED ->
			barrier_wait(id, (options & TIMED), (options & TRIES))
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
		:: (options & RECOVERS) && ret >= ETIMEDOUT -> barrier_reset()
		:: else
		fi;
		ret = PENDING
#ifdef DROPS
	:: else -> break	/* leaving has the effect of dying */
#else
	:: else -> member = false; break
#endif
	od;
out:	if
	:: member ->				/* barrier_detach() */
		LOCKED_STEP { barrier_lock(); member_die(id) };
		barrier_unlock()
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

	atomic { RUN };
	timeout;
	check_end()
}
