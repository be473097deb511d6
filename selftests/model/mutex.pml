/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Models one element of a mutex: kmod/mutex.c, the end of an attachment
 * (kmod/attachment.c), the scan for dead owners while threads wait
 * (kmod/scan.c), libuser/src/mutex.c and the fast paths in
 * libuser/include/kipc.h. Each inline models the C function of the same name,
 * possibly with the prefix kipc_, and each Promela step is one atomic step of
 * that function. Recursion, the detection of deadlocks and spinning in the
 * kernel are left out, since they change neither which threads wait nor what
 * they wait for.
 *
 * The following is shown for each scenario (-DSCENARIO_name) and for every
 * interleaving:
 *
 *	- At most one thread is between lock and unlock, and the word names it.
 *	- When no process can continue, there is no waiter and no owner, and the
 *	  element lock is free. So the next waiter is woken whatever happens to
 *	  an owner or to a kicked waiter.
 *	- After the death of an owner whose lock had returned, the next thread
 *	  that locks gets EOWNERDEAD, and no other thread gets it. This includes
 *	  the death of a thread whose process, and hence mapping, stays.
 *	- Once that next owner has unlocked without kipc_mutex_consistent(), all
 *	  later and all waiting lockers get ENOTRECOVERABLE, and none gets it
 *	  before.
 *	- A thread does not lock the mutex before a first waiter that has lost
 *	  two races, and with FAIR before any waiter. An interrupted waiter
 *	  keeps its place.
 *	- While user space owns the word, the word says whether a waiter has to
 *	  be woken.
 *	- Only threads of a process that has unmapped the words get ENXIO.
 *
 * The comment after the name of a scenario lists the searches in addition to
 * the search of its states: for infinite runs, of which there must be none
 * (cycles), and for deliberate mistakes, each of which must be found.
 */

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */
/* ------------------------------------------------------------------------ */

/* Options of a thread. */
#define TIMED	1		/* it has a deadline */
#define TRIES	2		/* it does not wait */
#define RECOVERS 4		/* it repairs the mutex after EOWNERDEAD */
#define UNMAPS	8		/* it unmaps the words, as an owner or at end */

#if defined SCENARIO_two	/* cycles BROKEN_FREEZE BROKEN_SLEEP BROKEN_UNLOCK BROKEN_STORE */
/* A thread overtakes a kicked waiter. */
#define WAITERS	2
#define RUN	run thread(0, 3, 0); run thread(1, 2, 0)
#elif defined SCENARIO_losses	/* cycles BROKEN_LOSSES BROKEN_LOOP */
/* A waiter is overtaken only a bounded number of times. */
#define WAITERS	2
#define RUN	run thread(0, 1, 0); run thread(1, 5, 0)
#elif defined SCENARIO_three	/* BROKEN_THAW */
/* While one waiter is kicked, another one waits behind it. */
#define WAITERS	3
#define RUN	run thread(0, 2, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_timeout	/* cycles BROKEN_NUDGE */
/* A kicked waiter times out. */
#define WAITERS	3
#define RUN	run thread(0, 2, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_try
/* One thread only tries. */
#define WAITERS	3
#define RUN	run thread(0, 2, TRIES); run thread(1, 1, TIMED); \
		run thread(2, 1, 0)
#elif defined SCENARIO_urgent	/* BROKEN_AWAITED */
/*
 * The second waiter is urgent and precedes the others, even a waiter that was
 * kicked already. It may time out.
 */
#define WAITERS	3
#define URGENT	1
#define RUN	run thread(0, 2, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_signal	/* cycles */
/* A signal interrupts a wait, which continues in the same place. */
#define WAITERS	2
#define PLACES
#define SIGNALS	2
#define RUN	run thread(0, 2, 0); run thread(1, 2, TIMED)
#elif defined SCENARIO_signal_fair /* BROKEN_PLACE */
/* The same with several waiters in strict order. */
#define FAIR
#define WAITERS	3
#define PLACES
#define ARRIVAL_ORDER
#define SIGNALS	2
#define RUN	run thread(0, 2, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_fair	/* cycles BROKEN_TIMEOUT */
/* With KIPC_FAIR the waiters get the mutex in order. */
#define FAIR
#define WAITERS	3
#define RUN	run thread(0, 2, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_sealed
/* The kernel never returns the word. */
#define SEALED
#define WAITERS	3
#define RUN	run thread(0, 2, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_kill	/* BROKEN_KILL */
/* A waiter is killed, possibly after it was kicked or became the owner. */
#define WAITERS	3
#define KILLS	1
#define RUN	run thread(0, 2, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_kill_fair
/* The same with KIPC_FAIR, possibly after the waiter was granted the mutex. */
#define FAIR
#define WAITERS	3
#define KILLS	1
#define RUN	run thread(0, 2, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_death	/* cycles BROKEN_REPAIR BROKEN_DIED */
/* A process dies in user space, as the owner or not. */
#define WAITERS	3
#define DEATHS	1
#define RUN	run thread(0, 1, RECOVERS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS)
#elif defined SCENARIO_deaths	/* cycles */
/* The thread that gets EOWNERDEAD dies, too, before or after its repair. */
#define WAITERS	3
#define DEATHS	2
#define RUN	run thread(0, 1, RECOVERS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS)
#elif defined SCENARIO_death_kill
/* The same, or a thread is killed while it waits. */
#define WAITERS	3
#define DEATHS	1
#define KILLS	1
#define RUN	run thread(0, 1, RECOVERS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS)
#elif defined SCENARIO_death_fair
/* With KIPC_FAIR the mutex of a dead owner is handed to the next waiter. */
#define FAIR
#define WAITERS	3
#define DEATHS	2
#define RUN	run thread(0, 1, RECOVERS); run thread(1, 1, RECOVERS + TIMED); \
		run thread(2, 1, RECOVERS)
#elif defined SCENARIO_kept	/* BROKEN_BURY BROKEN_SCAN */
/* A thread dies, but its process does not, so that the mapping stays. */
#define MAPPING_STAYS
#define WAITERS	3
#define DEATHS	2
#define RUN	run thread(0, 1, RECOVERS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS); run scan()
#elif defined SCENARIO_kept_kill	/* BROKEN_REFUSE */
/* The same, or a thread is killed just after it got EOWNERDEAD. */
#define MAPPING_STAYS
#define WAITERS	3
#define DEATHS	1
#define KILLS	1
#define RUN	run thread(0, 1, RECOVERS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS + TIMED); run scan()
#elif defined SCENARIO_kept_fair
/* The same with KIPC_FAIR: the mutex has to be handed to the next waiter. */
#define FAIR
#define MAPPING_STAYS
#define WAITERS	3
#define DEATHS	1
#define KILLS	1
#define RUN	run thread(0, 1, RECOVERS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS); run scan()
#elif defined SCENARIO_lost	/* cycles BROKEN_BATCH BROKEN_LOST */
/*
 * An owner has died already, and no thread makes the mutex consistent. Two
 * waiters get ENOTRECOVERABLE, in two batches.
 */
#define START	DIED
#define WAITERS	3
#define RUN	run thread(0, 1, 0); run thread(1, 2, 0); run thread(2, 1, 0)
#elif defined SCENARIO_lost_batch2
/* The same in one batch. */
#define START	DIED
#define WAITERS	3
#define BATCH	2
#define RUN	run thread(0, 1, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_lost_fair
/* The same with KIPC_FAIR. */
#define FAIR
#define START	DIED
#define WAITERS	3
#define RUN	run thread(0, 1, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_lost_death
/* The first owner dies, or the thread that gets EOWNERDEAD. */
#define WAITERS	3
#define DEATHS	2
#define RUN	run thread(0, 1, 0); run thread(1, 1, 0); run thread(2, 1, TIMED)
#elif defined SCENARIO_unmap	/* BROKEN_GONE BROKEN_LOOK */
/*
 * The first thread unmaps the words of its process while the second thread of
 * that process waits for the mutex or owns it.
 */
#define UNMAPPING
#define WAITERS	3
#define PROCESS(id) ((id) > 1 -> (id) - 1 : 0)
#define RUN	run thread(0, 1, UNMAPS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS)
#elif defined SCENARIO_unmap_fair	/* BROKEN_HANDOVER */
/* With KIPC_FAIR the mutex is not handed to a process that has unmapped it. */
#define FAIR
#define UNMAPPING
#define WAITERS	4
#define PROCESS(id) ((id) > 1 -> (id) - 1 : 0)
#define RUN	run thread(0, 0, UNMAPS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS); run thread(3, 1, RECOVERS)
#elif defined SCENARIO_number	/* BROKEN_NUMBER */
/* The last process attaches late, with the number of a process that died. */
#define WAITERS	3
#define LATE	2
#define DEATHS	1
#define RUN	run thread(0, 1, RECOVERS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS)
#elif defined SCENARIO_number_unmap
/* The same with the number of a process whose other thread still waits. */
#define UNMAPPING
#define WAITERS	4
#define LATE	2
#define PROCESS(id) ((id) > 1 -> (id) - 1 : 0)
#define RUN	run thread(0, 0, UNMAPS); run thread(1, 1, RECOVERS); \
		run thread(2, 1, RECOVERS); run thread(3, 1, RECOVERS)
#else
#error "choose a scenario"
#endif

#ifndef BATCH
#define BATCH	1		/* KIPC_WAKE_BATCH */
#endif
#ifndef PROCESS
#define PROCESS(id)	id	/* the process of a thread */
#endif
#ifdef FAIR
#define IS_FAIR		true
#else
#define IS_FAIR		false
#endif
#define PROCESSES WAITERS	/* an upper bound */
#define NUMBERS	5		/* 0 stands for no attachment */

/* The word. */
#define OWNER		63	/* thread and attachment number */
#define DIED		64	/* KIPC_MUTEX_OWNER_DIED */
#define UNRECOVERABLE	128	/* KIPC_MUTEX_NOT_RECOVERABLE */
#define AWAITED		256	/* KIPC_MUTEX_WAITERS */
#define SLOW		512

#define NUMBER(word)	((word >> 3) & 7)
#define SELF(id)	((number[PROCESS(id)] << 3) | (id + 1))

#ifdef BROKEN_THAW
#define AWAITED_IF_ANY	0
#else
#define AWAITED_IF_ANY	(queued > 0 && !FIRST_KICKED -> AWAITED : 0)
#endif
/* A kicked waiter looks at the mutex itself, so it need not be woken again. */
#ifdef BROKEN_AWAITED
#define FIRST_KICKED	(outcome[queue[0]] == KICKED || \
			 queued > 1 && outcome[queue[1]] == KICKED)
#else
#define FIRST_KICKED	(outcome[queue[0]] == KICKED)
#endif
#define WORD_TELLS(word)	(queued == 0 || FIRST_KICKED || \
			 (word & AWAITED))
#define RETURNABLE		WORD_TELLS(value)

#define RACES
#include "common/wait.pml"
#include "common/word.pml"

/* ------------------------------------------------------------------------ */
/* Properties                                                               */
/* ------------------------------------------------------------------------ */

/* The attachment number of each process, and the process of each number. */
byte number[PROCESSES];
bool mapped[PROCESSES];
bool gone[PROCESSES];
byte holder[NUMBERS];		/* a process, plus one */

bool dead[WAITERS];		/* a dead thread whose mapping stays */

byte inside;			/* the thread that has the lock, plus one */
bool inconsistent = (START & DIED) / DIED;	/* the last owner died */
bool unrecoverable;		/* unlocked while inconsistent */

#define CURRENT_OWNER	(CURRENT & OWNER)

/* mutex_owner_is_dead(); the low bits of the word name the owner's thread */
#ifdef MAPPING_STAYS
#define OWNER_IS_DEAD(value)	((value & OWNER) && dead[(value & 7) - 1])
#else
#define OWNER_IS_DEAD(value)	false
#endif

/* Called in the step in which a thread locks the mutex without a grant. */
#define CHECK_OVERTAKING(id)							\
	assert(queued == 0 || !IS_FAIR);					\
	assert(queued == 0 || queue[0] == id || !IS_DUE(queue[0]))

/* Checks the result of a live thread that has the words mapped. */
inline check_result(id)
{
	d_step {
		if
		:: killed || !mapped[PROCESS(id)]
		:: else ->
			assert(ret != ENXIO);
			assert(unrecoverable == (ret == ENOTRECOVERABLE) ||
			       ret == ETIMEDOUT || ret == EAGAIN);
			if
			:: ret == OK || ret == EOWNERDEAD ->
				assert(inside == 0);
				assert(inconsistent == (ret == EOWNERDEAD));
				assert(CURRENT_OWNER == SELF(id));
				inside = id + 1
			:: else
			fi
		fi
	}
}

/* Called in the step in which the mutex is unlocked. */
#define NOTE_UNLOCK						\
	inside = 0;						\
	unrecoverable = (unrecoverable || inconsistent);	\
	inconsistent = false

/* Called when no process can continue. */
inline check_end()
{
	d_step {
		assert(!locked);
		assert(done == WAITERS);
		assert(queued == 0);
		assert(CURRENT_OWNER == 0 || OWNER_IS_DEAD(CURRENT));
		assert(inconsistent == ((CURRENT & DIED) != 0 || CURRENT_OWNER != 0));
		assert(unrecoverable == ((CURRENT & UNRECOVERABLE) != 0))
	}
}

/* ------------------------------------------------------------------------ */
/* kmod/mutex.c                                                             */
/* ------------------------------------------------------------------------ */

/* Includes mutex_value_checked(): an owner that is not attached any more has died. */
inline mutex_claim()
{
	kipc_word_claim();
	if
	:: (value & OWNER) && holder[NUMBER(value)] == 0 ->
		value = SLOW | (value & (DIED | UNRECOVERABLE)) | DIED
	:: else -> value = value & ~AWAITED
	fi
}

/* Always the beginning of LOCKED_STEP { }. */
inline mutex_lock_element()
{
	lock_element();
	mutex_claim()
}

/* mutex_reap(); inside a step, with the lock held */
#ifdef BROKEN_BURY
#define REAPED		0
#else
#define REAPED		DIED
#endif
#define mutex_reap()						\
	if							\
	:: OWNER_IS_DEAD(value) ->				\
		value = (value & ~OWNER) | REAPED		\
	:: else							\
	fi

/* mutex_outcome() */
#define OUTCOME							\
	((value & UNRECOVERABLE) -> ENOTRECOVERABLE :		\
	 ((value & DIED) -> EOWNERDEAD : OK))

/* mutex_take(); inside a step, with the lock held */
#define mutex_take(id)						\
	if							\
	:: value & UNRECOVERABLE -> got = ENOTRECOVERABLE	\
	:: !(value & UNRECOVERABLE) && (value & OWNER) ->	\
		got = PENDING					\
	:: else ->						\
		CHECK_OVERTAKING(id);				\
		value = value | SELF(id);			\
		got = OUTCOME					\
	fi

#define FREE		(queued > 0 && !(value & OWNER))

#ifdef BROKEN_HANDOVER
#define FIRST_GONE	false
#else
#define FIRST_GONE	gone[PROCESS(queue[0])]
#endif

/* mutex_waiter_is_due() */
#ifdef BROKEN_LOSSES
#define WAITER_IS_DUE	(IS_FAIR || IS_URGENT(queue[0]))
#else
#define WAITER_IS_DUE	(IS_FAIR || IS_DUE(queue[0]))
#endif

#define CAN_GRANT	(FREE && wakes < BATCH && \
			 ((value & UNRECOVERABLE) || FIRST_GONE || WAITER_IS_DUE))

/* Must be called inside an atomic sequence, too. */
inline mutex_return_element()
{
	value = value | AWAITED_IF_ANY;
	if
	:: queued == 0 || !IS_FAIR -> kipc_word_return()
	:: else
	fi;
	unlock_element()
}

/*
 * A waiter may see its grant at once, before the unlock and the wake-up, so
 * each grant is a step of its own. A kicked waiter needs the lock to continue,
 * so the kick and the unlock can be one step.
 */
inline mutex_unlock_element()
{
	do
	:: d_step {			/* mutex_grant_first() */
		CAN_GRANT ->
		value = value | ((FIRST_GONE || (value & UNRECOVERABLE)) ->
				 0 : SELF(queue[0]));
		kipc_grant((FIRST_GONE -> ENXIO : OUTCOME))
	   }
	:: atomic {
		!CAN_GRANT ->
		more = (FREE && wakes == BATCH);
		if
		:: FREE && !more && outcome[queue[0]] == PENDING ->
			kipc_kick(queue[0])
		:: else
		fi;
#ifdef BROKEN_BATCH
		more = false;
#endif
		mutex_return_element()
	   };
		kipc_wake_q_flush();
		if
		:: !more -> break
		:: LOCKED_STEP {
			more ->
			more = false;
			mutex_lock_element()
		   }
		fi
	od
}

#ifdef BROKEN_LOOK
#define SELF_GONE(id)	false
#else
#define SELF_GONE(id)	gone[PROCESS(id)]
#endif

/* mutex_look(); inside a step, with the lock held */
#define mutex_look(id)							\
	if								\
	:: outcome[id] != PENDING && outcome[id] != KICKED ->		\
		ret = GRANTED(id)					\
	:: else ->							\
		mutex_reap();						\
		if							\
		:: SELF_GONE(id) -> got = ENXIO				\
		:: !SELF_GONE(id) && MAY_LOOK -> mutex_take(id)		\
		:: else -> got = PENDING				\
		fi;							\
		if							\
		:: got == PENDING && outcome[id] == KICKED ->		\
			kipc_wait_lost(id)				\
		:: else							\
		fi;							\
		if							\
		:: got == PENDING && ret == KICKED ->			\
			outcome[id] = AFTER_LOST_RACE;			\
			ret = PENDING					\
		:: else ->						\
			kipc_waitlist_remove(id);			\
			ret = (got == PENDING -> ret : got)		\
		fi;							\
		got = 0							\
	fi

#ifdef BROKEN_TIMEOUT
#define GRANTED(id)	(ret == ETIMEDOUT -> ret : outcome[id])
#else
#define GRANTED(id)	outcome[id]
#endif
#ifdef BROKEN_NUDGE
#define MAY_LOOK	(!IS_FAIR && ret == KICKED)
#else
#define MAY_LOOK	!IS_FAIR
#endif
#ifdef BROKEN_LOOP
#define AFTER_LOST_RACE	KICKED
#else
#define AFTER_LOST_RACE	PENDING
#endif

inline mutex_sleep(id, timed)
{
	do
	:: skip;
		kipc_wait_sleep(id, timed);
		if
		:: ret == KICKED || ret == ETIMEDOUT || ret == ERESTARTSYS ->
			LOCKED_STEP {
				mutex_lock_element();
				mutex_look(id)
			};
#ifdef BROKEN_NUDGE
			if
			:: ret == ETIMEDOUT -> mutex_return_element()
			:: else -> mutex_unlock_element()
			fi
#else
			mutex_unlock_element()
#endif
		:: else
		fi;
		if
		:: ret != PENDING -> break
		:: else
		fi
	od;
	atomic { kipc_wait_end(id) }
}

/*
 * kipc_mutex_unlock(). In this model, a caller that is not the owner was the
 * owner until its process unmapped the words.
 */
inline mutex_unlock(id)
{
	LOCKED_STEP {
		mutex_lock_element();
		if
		:: (value & OWNER) == SELF(id) ->
			NOTE_UNLOCK;
#ifdef UNMAPPING
			/* The owner unlocks before the repair does. */
			unrecoverable = (gone[PROCESS(id)] -> (value & DIED) != 0 : unrecoverable);
#endif
#ifdef BROKEN_LOST
			value = value & ~(OWNER | DIED)
#else
			value = ((value & DIED) -> SLOW | UNRECOVERABLE : value & ~OWNER)
#endif
		:: else -> assert(!mapped[PROCESS(id)])
		fi
	};
	mutex_unlock_element()
}

/* mutex_refuse(): returns a granted mutex in the same state. */
inline mutex_refuse(id)
{
	LOCKED_STEP {
		mutex_lock_element();
		if
		:: (value & OWNER) == SELF(id) ->
#ifdef BROKEN_REFUSE
			value = value & ~(OWNER | DIED)
#else
			value = value & ~OWNER
#endif
		:: else
		fi
	};
	mutex_unlock_element()
}

inline mutex_consistent(id)
{
	LOCKED_STEP {
		mutex_lock_element();
		if
		:: (value & OWNER) == SELF(id) ->
			assert(value & DIED);
			value = value & ~DIED;
			inconsistent = gone[PROCESS(id)]
		:: else -> assert(!mapped[PROCESS(id)])
		fi
	};
	mutex_unlock_element()
}

/* kipc_attachment_get() of the number that the caller passes */
#ifdef UNMAPPING
#define ATTACHMENT_GET(id)						\
	if								\
	:: holder[number[PROCESS(id)]] == PROCESS(id) + 1		\
	:: else -> goto out		/* ENXIO */			\
	fi
#else
#define ATTACHMENT_GET(id)	skip
#endif

/* mutex_lock(), and its restart after a signal */
inline mutex_lock(id, timed, try)
{
	do
	:: ATTACHMENT_GET(id);
		LOCKED_STEP {
			mutex_lock_element();		/* and mutex_try() */
			mutex_reap();
			if
			:: SELF_GONE(id) -> got = ENXIO
			:: !SELF_GONE(id) && IS_FAIR && FREE -> got = PENDING
			:: else -> mutex_take(id)
			fi;
			ret = (got == PENDING && try -> EAGAIN : got);
			got = 0;
			if
			:: ret == PENDING -> kipc_wait_begin(id)
			:: else
			fi
		};
		mutex_unlock_element();
		if
		:: ret == PENDING ->
			mutex_sleep(id, timed);
			/* The kill may also come after the outcome. */
			if
			:: atomic {
				(ret == OK || ret == EOWNERDEAD) && !killed &&
				kills > 0 ->
				kills--;
				killed = true
			   }
			:: skip
			fi;
#ifndef BROKEN_KILL
			if
			:: (ret == OK || ret == EOWNERDEAD) && killed ->
				mutex_refuse(id);
				ret = ERESTARTSYS
			:: else
			fi
#endif
		:: else
		fi;
		if
		:: ret == ERESTARTSYS && !killed -> ret = PENDING
		:: else -> break
		fi
	od
}

/* ------------------------------------------------------------------------ */
/* kmod/attachment.c                                                        */
/* ------------------------------------------------------------------------ */

#ifdef MAPPING_STAYS
/* kmod/scan.c: runs whenever threads wait for a dead owner */
proctype scan()
{
	LOCALS;

	do
#ifndef BROKEN_SCAN
	:: LOCKED_STEP {
		queued > 0 && OWNER_IS_DEAD(CURRENT) ->
		mutex_lock_element();
		mutex_reap()
	   };
		mutex_unlock_element()
#endif
	:: done == WAITERS -> break
	od
}
#endif

/*
 * From this step on, the process does not become an owner any more. If it is
 * the owner now, its thread knows that or will know it, so the mutex becomes
 * inconsistent. A thread that was killed in user space has noted that already
 * (MAY_DIE_INSIDE).
 */
#define NOTE_GONE(id)							\
	inconsistent = (inconsistent ||					\
		 (!killed && NUMBER(CURRENT) == number[PROCESS(id)]))

/*
 * Called by a thread that unmaps the words, or by the last thread of a killed
 * process. mutex_repair() first reads the word and then claims it. The word
 * does not change in between, since its owner has no mapping any more, so both
 * are one step.
 */
inline attachment_end(id)
{
#ifdef BROKEN_GONE
	NOTE_GONE(id);
#else
	d_step { NOTE_GONE(id); gone[PROCESS(id)] = true };
#endif
#ifdef BROKEN_NUMBER
	holder[number[PROCESS(id)]] = 0;
#endif
	LOCKED_STEP {
		lock_element();			/* mutex_repair() */
		if
		:: NUMBER(CURRENT) == number[PROCESS(id)] ->
			mutex_claim();
			value = SLOW | (value & UNRECOVERABLE) | DIED;
			got = OK
		:: else ->
			unlock_element();
			got = PENDING
		fi
	};
	if
	:: got == OK ->
		got = 0;
#ifdef BROKEN_REPAIR
		mutex_return_element()
#else
		mutex_unlock_element()
#endif
	:: else
	fi;
#ifdef BROKEN_GONE
	gone[PROCESS(id)] = true;
#endif
	holder[number[PROCESS(id)]] = 0
}

#ifdef LATE
/* kipc_attach(): takes its own number, or the first number if that is free */
inline attach(id)
{
	if
	:: PROCESS(id) == LATE ->
		if
		:: atomic { holder[1] == 0 -> number[LATE] = 1; holder[1] = LATE + 1 }
		:: atomic { number[LATE] = LATE + 1; holder[LATE + 1] = LATE + 1 }
		fi;
		mapped[LATE] = true
	:: else
	fi
}
#endif

/* ------------------------------------------------------------------------ */
/* libuser/src/mutex.c and libuser/include/kipc.h                           */
/* ------------------------------------------------------------------------ */

/*
 * A load of the word and a successful compare-and-swap after it are equivalent
 * to one step. A load that decides nothing has no effect, and is left out, like
 * an inline attempt that fails.
 */
#ifdef BROKEN_DIED
#define ASK_TO_LOCK	(SLOW | UNRECOVERABLE)
#else
#define ASK_TO_LOCK	(SLOW | DIED | UNRECOVERABLE)
#endif
#define LOCKABLE	(!(word & (ASK_TO_LOCK | OWNER)))

#ifdef UNMAPPING
#define MAPPED(id)	mapped[PROCESS(id)]
#define OR_NOT_MAPPED(id) :: !mapped[PROCESS(id)] -> goto out
#else
#define MAPPED(id)	true
#define OR_NOT_MAPPED(id)
#endif

/* kipc_mutex_timedlock() and kipc_mutex_trylock(); sets ret to the result */
inline fast_lock(id, timed, try)
{
	if
	:: d_step {
		MAPPED(id) && LOCKABLE ->
		CHECK_OVERTAKING(id);
		word = word | SELF(id);
		INVARIANT(WORD_TELLS(word));
		ret = OK
	   }
	:: MAPPED(id) && !LOCKABLE && try && !(word & ASK_TO_LOCK) ->
		ret = EAGAIN
	:: MAPPED(id) && !LOCKABLE && (!try || (word & ASK_TO_LOCK)) ->
		mutex_lock(id, timed, try)
	OR_NOT_MAPPED(id)
	fi
}

#ifdef BROKEN_UNLOCK
#define UNLOCKABLE(id)	((word & ~AWAITED) == SELF(id))
#else
#define UNLOCKABLE(id)	(word == SELF(id))
#endif

inline fast_unlock(id)
{
	if
#ifdef BROKEN_STORE
	:: UNLOCKABLE(id) -> d_step { NOTE_UNLOCK; word = 0 }
#else
	:: d_step {
		MAPPED(id) && UNLOCKABLE(id) ->
		NOTE_UNLOCK;
		word = 0;
		INVARIANT(WORD_TELLS(word))
	   }
#endif
	:: MAPPED(id) && !UNLOCKABLE(id) ->
		ATTACHMENT_GET(id);
		mutex_unlock(id)
	OR_NOT_MAPPED(id)
	fi
}

/* kipc_mutex_consistent() */
inline make_consistent(id)
{
	if
	:: MAPPED(id) -> ATTACHMENT_GET(id); mutex_consistent(id)
	OR_NOT_MAPPED(id)
	fi
}

/* ------------------------------------------------------------------------ */
/* Participants                                                             */
/* ------------------------------------------------------------------------ */

/* The process of a thread may die in user space here, if deaths are left. */
#define MAY_DIE_INSIDE							\
	if								\
	:: atomic {							\
		deaths > 0 ->						\
		deaths--;						\
		killed = true;						\
		inside = 0;						\
		inconsistent = true;					\
		goto out						\
	   }								\
	:: skip								\
	fi

#define MAY_DIE_OUTSIDE							\
	if								\
	:: atomic { deaths > 0 -> deaths--; killed = true; goto out }	\
	:: skip								\
	fi

/* munmap(): no thread of the process can rely on the mutex any more */
inline unmap(id)
{
	d_step {
		mapped[PROCESS(id)] = false;
		inside = (inside > 0 && PROCESS(inside - 1) == PROCESS(id) ->
			  0 : inside)
	};
	attachment_end(id)
}

proctype thread(byte id; byte times; byte options)
{
	WAITER_LOCALS;
	byte got;

#ifdef LATE
	attach(id);
#endif
	do
	:: times > 0 ->
		times--;
		MAY_DIE_OUTSIDE;
		fast_lock(id, (options & TIMED), (options & TRIES));
		check_result(id);
		if
		:: killed -> break
		:: !killed && (ret == OK || ret == EOWNERDEAD) ->
			MAY_DIE_INSIDE;
#ifdef UNMAPPING
			if
			:: options & UNMAPS -> times = 0; break
			:: skip
			fi;
#endif
			if
			:: ret == EOWNERDEAD && (options & RECOVERS) ->
				make_consistent(id);
				MAY_DIE_INSIDE
			:: else
			fi;
			fast_unlock(id)
		:: else
		fi;
		ret = PENDING
	:: else -> break
	od;
#ifdef UNMAPPING
	if
	:: options & UNMAPS -> unmap(id)
	:: else
	fi;
#endif
out:	if
#ifdef MAPPING_STAYS
	:: killed -> dead[id] = true
#else
	:: killed -> attachment_end(id)
#endif
	:: else
	fi;
	done++
}

init {
	byte at;

	d_step {
		do
		:: at < PROCESSES ->
			number[at] = at + 1;
			holder[at + 1] = at + 1;
			mapped[at] = true;
			at++
		:: else -> break
		od;
		at = 0;
#ifdef LATE
		number[LATE] = 0;
		holder[LATE + 1] = 0;
		mapped[LATE] = false
#endif
	};
	atomic { RUN };
	timeout;
	check_end()
}
