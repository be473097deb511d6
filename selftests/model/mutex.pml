/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmod/mutex.c, the end of an attachment (kmod/attachment.c) and looking after those
 * that wait for the dead (kmod/scan.c), libuser/src/mutex.c
 * and the fast paths in libuser/include/kipc.h, one element. Each inline is the C
 * function of that name; each Promela step is one atomic step of it. Recursion,
 * detection of deadlocks and spinning in the kernel are left out: none of them
 * changes who waits, or for what.
 *
 * Shown for each scenario (-DSCENARIO_name) and every interleaving:
 *
 *	- at most one thread is between lock and unlock, and the word names it;
 *	- when nothing can move any more nobody waits, nobody owns the mutex, no
 *	  lock is held: whatever becomes of an owner or of a nudged waiter, the
 *	  next one is woken;
 *	- after the death of an owner who knew that he was one, the next one to
 *	  lock is told EOWNERDEAD, and no other one is, also where only the thread
 *	  is dead and its mapping stays;
 *	- once he has unlocked without kipc_mutex_consistent() all who come or
 *	  wait are told ENOTRECOVERABLE, and nobody is before;
 *	- nobody gets a mutex before a waiter that has lost it twice, or with FAIR
 *	  before any waiter; an interrupted waiter loses no place;
 *	- while user space owns the word it says whether anybody has to be woken;
 *	- ENXIO goes to those alone whose process has unmapped the words.
 *
 * The comment after a scenario's name lists what is searched beside its states:
 * runs without an end, of which there must be none (cycles), and deliberate
 * mistakes, each of which must be found.
 */

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */
/* ------------------------------------------------------------------------ */

/* What a thread does. */
#define TIMED	1		/* has a deadline */
#define TRIES	2		/* does not wait */
#define MENDS	4		/* says that all is well after EOWNERDEAD */
#define UNMAPS	8		/* the words, as an owner or in the end */

#if defined SCENARIO_two	/* cycles BROKEN_FREEZE BROKEN_SLEEP BROKEN_UNLOCK BROKEN_STORE */
/* Newcomers go first, while it is the waiter's turn. */
#define WAITERS	2
#define CAST	run thread(0, 3, 0); run thread(1, 2, 0)
#elif defined SCENARIO_losses	/* cycles BROKEN_LOSSES BROKEN_LOOP */
/* ... but not for long. */
#define WAITERS	2
#define CAST	run thread(0, 1, 0); run thread(1, 5, 0)
#elif defined SCENARIO_three	/* BROKEN_THAW */
/* While one is nudged another one waits behind it. */
#define WAITERS	3
#define CAST	run thread(0, 2, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_timeout	/* cycles BROKEN_NUDGE */
/* The nudged one gives up just then. */
#define WAITERS	3
#define CAST	run thread(0, 2, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_try
/* Somebody only tries. */
#define WAITERS	3
#define CAST	run thread(0, 2, TRIES); run thread(1, 1, TIMED); \
		run thread(2, 1, 0)
#elif defined SCENARIO_urgent	/* BROKEN_AWAITED */
/* The second one goes before the others, also one that was nudged, and gives up. */
#define WAITERS	3
#define URGENT	1
#define CAST	run thread(0, 2, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_signal	/* cycles */
/* A signal ends the wait, which goes on in its place. */
#define WAITERS	2
#define PLACES
#define SIGNALS	2
#define CAST	run thread(0, 2, 0); run thread(1, 2, TIMED)
#elif defined SCENARIO_signal_fair /* BROKEN_PLACE */
/* ... between the others. */
#define FAIR
#define WAITERS	3
#define PLACES
#define ARRIVAL_ORDER
#define SIGNALS	2
#define CAST	run thread(0, 2, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_fair	/* cycles BROKEN_TIMEOUT */
/* Each in his turn. */
#define FAIR
#define WAITERS	3
#define CAST	run thread(0, 2, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_sealed
/* The kernel keeps the word for ever. */
#define SEALED
#define WAITERS	3
#define CAST	run thread(0, 2, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_kill	/* BROKEN_KILL */
/* A waiter is killed, perhaps one that was nudged or is the owner by now. */
#define WAITERS	3
#define KILLS	1
#define CAST	run thread(0, 2, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_kill_fair
/* ... or one that has been handed it. */
#define FAIR
#define WAITERS	3
#define KILLS	1
#define CAST	run thread(0, 2, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_death	/* cycles BROKEN_REPAIR BROKEN_DIED */
/* A participant dies in user space, as the owner or not. */
#define WAITERS	3
#define DEATHS	1
#define CAST	run thread(0, 1, MENDS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS)
#elif defined SCENARIO_deaths	/* cycles */
/* The one who is told dies too, before or after he could mend it. */
#define WAITERS	3
#define DEATHS	2
#define CAST	run thread(0, 1, MENDS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS)
#elif defined SCENARIO_death_kill
/* ... or while he waits. */
#define WAITERS	3
#define DEATHS	1
#define KILLS	1
#define CAST	run thread(0, 1, MENDS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS)
#elif defined SCENARIO_death_fair
/* A fair one is handed to the next. */
#define FAIR
#define WAITERS	3
#define DEATHS	2
#define CAST	run thread(0, 1, MENDS); run thread(1, 1, MENDS + TIMED); \
		run thread(2, 1, MENDS)
#elif defined SCENARIO_kept	/* BROKEN_BURY BROKEN_SCAN */
/* A thread dies and its process does not, so that the mapping stays. */
#define MAPPING_STAYS
#define WAITERS	3
#define DEATHS	2
#define CAST	run thread(0, 1, MENDS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS); run scan()
#elif defined SCENARIO_kept_kill	/* BROKEN_REFUSE */
/* ... or it is killed when it has just been told of the death of another one. */
#define MAPPING_STAYS
#define WAITERS	3
#define DEATHS	1
#define KILLS	1
#define CAST	run thread(0, 1, MENDS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS + TIMED); run scan()
#elif defined SCENARIO_kept_fair
/* ... or a fair one has to be handed on. */
#define FAIR
#define MAPPING_STAYS
#define WAITERS	3
#define DEATHS	1
#define KILLS	1
#define CAST	run thread(0, 1, MENDS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS); run scan()
#elif defined SCENARIO_lost	/* cycles BROKEN_BATCH BROKEN_LOST */
/* An owner has died already. Nobody mends it: two are told in two goes. */
#define START	DIED
#define WAITERS	3
#define CAST	run thread(0, 1, 0); run thread(1, 2, 0); run thread(2, 1, 0)
#elif defined SCENARIO_lost_batch2
/* ... or in one go. */
#define START	DIED
#define WAITERS	3
#define BATCH	2
#define CAST	run thread(0, 1, 0); run thread(1, 1, TIMED); run thread(2, 1, 0)
#elif defined SCENARIO_lost_fair
/* ... or of a fair one. */
#define FAIR
#define START	DIED
#define WAITERS	3
#define CAST	run thread(0, 1, 0); run thread(1, 1, 0); run thread(2, 1, 0)
#elif defined SCENARIO_lost_death
/* The first owner dies, or the one who is told. */
#define WAITERS	3
#define DEATHS	2
#define CAST	run thread(0, 1, 0); run thread(1, 1, 0); run thread(2, 1, TIMED)
#elif defined SCENARIO_unmap	/* BROKEN_GONE BROKEN_LOOK */
/* The first thread's process unmaps while its second one waits or owns. */
#define UNMAPPING
#define WAITERS	3
#define PROCESS(id) ((id) > 1 -> (id) - 1 : 0)
#define CAST	run thread(0, 1, UNMAPS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS)
#elif defined SCENARIO_unmap_fair	/* BROKEN_HANDOVER */
/* A fair one is not handed to those who have gone. */
#define FAIR
#define UNMAPPING
#define WAITERS	4
#define PROCESS(id) ((id) > 1 -> (id) - 1 : 0)
#define CAST	run thread(0, 0, UNMAPS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS); run thread(3, 1, MENDS)
#elif defined SCENARIO_number	/* BROKEN_NUMBER */
/* The last one attaches late, with the number of one who died. */
#define WAITERS	3
#define LATE	2
#define DEATHS	1
#define CAST	run thread(0, 1, MENDS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS)
#elif defined SCENARIO_number_unmap
/* ... or of one whose other thread still waits. */
#define UNMAPPING
#define WAITERS	4
#define LATE	2
#define PROCESS(id) ((id) > 1 -> (id) - 1 : 0)
#define CAST	run thread(0, 0, UNMAPS); run thread(1, 1, MENDS); \
		run thread(2, 1, MENDS); run thread(3, 1, MENDS)
#else
#error "choose a scenario"
#endif

#ifndef BATCH
#define BATCH	1		/* KIPC_WAKE_BATCH */
#endif
#ifndef PROCESS
#define PROCESS(id)	id	/* of a thread */
#endif
#ifdef FAIR
#define IS_FAIR		true
#else
#define IS_FAIR		false
#endif
#define PROCESSES WAITERS	/* at the most */
#define NUMBERS	5		/* 0 is nobody's */

/* The word. */
#define OWNER		63	/* thread, and number of the attachment */
#define DIED		64
#define LOST		128	/* KIPC_MUTEX_NOT_RECOVERABLE */
#define AWAITED		256	/* KIPC_MUTEX_WAITERS */
#define SLOW		512

#define NUMBER(word)	((word >> 3) & 7)
#define SELF(id)	((number[PROCESS(id)] << 3) | (id + 1))

#ifdef BROKEN_THAW
#define AWAITED_IF_ANY	0
#else
#define AWAITED_IF_ANY	(queued > 0 && !FIRST_NUDGED -> AWAITED : 0)
#endif
/* Whoever is nudged looks for itself. */
#ifdef BROKEN_AWAITED
#define FIRST_NUDGED	(outcome[queue[0]] == NUDGED || \
			 queued > 1 && outcome[queue[1]] == NUDGED)
#else
#define FIRST_NUDGED	(outcome[queue[0]] == NUDGED)
#endif
#define SAYS_SO(word)	(queued == 0 || FIRST_NUDGED || \
			 (word & AWAITED))
#define THAWED		SAYS_SO(value)

#define RACES
#include "common/wait.pml"
#include "common/word.pml"

/* ------------------------------------------------------------------------ */
/* What must hold                                                           */
/* ------------------------------------------------------------------------ */

/* The attachment of each process, and who has which number. */
byte number[PROCESSES];
bool mapped[PROCESSES];
bool gone[PROCESSES];
byte holder[NUMBERS];		/* a process, plus one */

bool dead[WAITERS];		/* a thread, whose mapping is there */

byte inside;			/* the thread that may rely on it, plus one */
bool dirty = (START & DIED) / DIED;		/* an owner died, and nobody has mended it */
bool lost;			/* it was unlocked like that */

#define CURRENT_OWNER	(CURRENT & OWNER)

/* owner_is_dead(); the owner's thread is in the low bits */
#ifdef MAPPING_STAYS
#define OWNER_IS_DEAD(value)	((value & OWNER) && dead[(value & 7) - 1])
#else
#define OWNER_IS_DEAD(value)	false
#endif

/* In the step in which somebody locks it who was not handed it. */
#define CHECK_TURN(id)							\
	assert(queued == 0 || !IS_FAIR);				\
	assert(queued == 0 || queue[0] == id || !IS_DUE(queue[0]))

/* What a thread was told that is alive, and its words mapped. */
inline check_result(id)
{
	d_step {
		if
		:: killed || !mapped[PROCESS(id)]
		:: else ->
			assert(ret != ENXIO);
			assert(lost == (ret == ENOTRECOVERABLE) ||
			       ret == ETIMEDOUT || ret == EAGAIN);
			if
			:: ret == OK || ret == EOWNERDEAD ->
				assert(inside == 0);
				assert(dirty == (ret == EOWNERDEAD));
				assert(CURRENT_OWNER == SELF(id));
				inside = id + 1
			:: else
			fi
		fi
	}
}

/* In the step in which it is unlocked. */
#define NOTE_UNLOCK		\
	inside = 0;		\
	lost = (lost || dirty);	\
	dirty = false

/* Nothing moves any more. */
inline check_end()
{
	d_step {
		assert(!locked);
		assert(done == WAITERS);
		assert(queued == 0);
		assert(CURRENT_OWNER == 0 || OWNER_IS_DEAD(CURRENT));
		assert(dirty == ((CURRENT & DIED) != 0 || CURRENT_OWNER != 0));
		assert(lost == ((CURRENT & LOST) != 0))
	}
}

/* ------------------------------------------------------------------------ */
/* kmod/mutex.c                                                             */
/* ------------------------------------------------------------------------ */

/* With value_checked(): who is not attached any more has died. */
inline mutex_freeze()
{
	kipc_word_freeze();
	if
	:: (value & OWNER) && holder[NUMBER(value)] == 0 ->
		value = SLOW | (value & (DIED | LOST)) | DIED
	:: else -> value = value & ~AWAITED
	fi
}

/* Always the beginning of ENTERING { }. */
inline mutex_enter()
{
	lock_element();
	mutex_freeze()
}

/* mutex_bury(); inside a step, under the lock */
#ifdef BROKEN_BURY
#define BURIED		0
#else
#define BURIED		DIED
#endif
#define mutex_bury()						\
	if							\
	:: OWNER_IS_DEAD(value) ->				\
		value = (value & ~OWNER) | BURIED		\
	:: else							\
	fi

/* element_outcome() */
#define OUTCOME							\
	((value & LOST) -> ENOTRECOVERABLE :			\
	 ((value & DIED) -> EOWNERDEAD : OK))

/* element_lock(); inside a step, under the lock */
#define element_lock(id)				\
	if						\
	:: value & LOST -> got = ENOTRECOVERABLE	\
	:: !(value & LOST) && (value & OWNER) ->	\
		got = PENDING				\
	:: else ->					\
		CHECK_TURN(id);				\
		value = value | SELF(id);		\
		got = OUTCOME				\
	fi

#define FREE		(queued > 0 && !(value & OWNER))

#ifdef BROKEN_HANDOVER
#define FIRST_GONE	false
#else
#define FIRST_GONE	gone[PROCESS(queue[0])]
#endif

/* waiter_has_waited() */
#ifdef BROKEN_LOSSES
#define HAS_WAITED	(IS_FAIR || IS_URGENT(queue[0]))
#else
#define HAS_WAITED	(IS_FAIR || IS_DUE(queue[0]))
#endif

#define CAN_SERVE	(FREE && wakes < BATCH && \
			 ((value & LOST) || FIRST_GONE || HAS_WAITED))

/* Part of an atomic sequence too. */
inline mutex_unlock_element()
{
	value = value | AWAITED_IF_ANY;
	if
	:: queued == 0 || !IS_FAIR -> kipc_word_thaw()
	:: else
	fi;
	unlock_element()
}

/*
 * A waiter may see its grant at once, before the unlock and the wake-up; one
 * that sees that it was nudged needs the lock, so that may be one step.
 */
inline mutex_leave()
{
	do
	:: d_step {			/* serve_first() */
		CAN_SERVE ->
		value = value | ((FIRST_GONE || (value & LOST)) ->
				 0 : SELF(queue[0]));
		kipc_grant((FIRST_GONE -> ENXIO : OUTCOME))
	   }
	:: atomic {
		!CAN_SERVE ->
		more = (FREE && wakes == BATCH);
		if
		:: FREE && !more && outcome[queue[0]] == PENDING ->
			kipc_nudge(queue[0])
		:: else
		fi;
#ifdef BROKEN_BATCH
		more = false;
#endif
		mutex_unlock_element()
	   };
		kipc_waker_flush();
		if
		:: !more -> break
		:: ENTERING {
			more ->
			more = false;
			mutex_enter()
		   }
		fi
	od
}

#ifdef BROKEN_LOOK
#define SELF_GONE(id)	false
#else
#define SELF_GONE(id)	gone[PROCESS(id)]
#endif

/* mutex_look(); inside a step, under the lock */
#define mutex_look(id)							\
	if								\
	:: outcome[id] != PENDING && outcome[id] != NUDGED ->		\
		ret = GRANTED(id)					\
	:: else ->							\
		mutex_bury();						\
		if							\
		:: SELF_GONE(id) -> got = ENXIO				\
		:: !SELF_GONE(id) && MAY_LOOK -> element_lock(id)	\
		:: else -> got = PENDING				\
		fi;							\
		if							\
		:: got == PENDING && outcome[id] == NUDGED ->		\
			kipc_wait_lost(id)				\
		:: else							\
		fi;							\
		if							\
		:: got == PENDING && ret == NUDGED ->			\
			outcome[id] = AFTER_LOSS;			\
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
#define MAY_LOOK	(!IS_FAIR && ret == NUDGED)
#else
#define MAY_LOOK	!IS_FAIR
#endif
#ifdef BROKEN_LOOP
#define AFTER_LOSS	NUDGED
#else
#define AFTER_LOSS	PENDING
#endif

inline mutex_sleep(id, timed)
{
	do
	:: skip;
		kipc_wait_sleep(id, timed);
		if
		:: ret == NUDGED || ret == ETIMEDOUT || ret == ERESTARTSYS ->
			ENTERING {
				mutex_enter();
				mutex_look(id)
			};
#ifdef BROKEN_NUDGE
			if
			:: ret == ETIMEDOUT -> mutex_unlock_element()
			:: else -> mutex_leave()
			fi
#else
			mutex_leave()
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

/* Whoever is not the owner was it until his process unmapped the words. */
inline mutex_unlock(id)
{
	ENTERING {
		mutex_enter();
		if
		:: (value & OWNER) == SELF(id) ->
			NOTE_UNLOCK;
#ifdef UNMAPPING
			/* He has done it himself, before the repair. */
			lost = (gone[PROCESS(id)] -> (value & DIED) != 0 : lost);
#endif
#ifdef BROKEN_LOST
			value = value & ~(OWNER | DIED)
#else
			value = ((value & DIED) -> SLOW | LOST : value & ~OWNER)
#endif
		:: else -> assert(!mapped[PROCESS(id)])
		fi
	};
	mutex_leave()
}

/* What it was given it returns as it was. */
inline mutex_refuse(id)
{
	ENTERING {
		mutex_enter();
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
	mutex_leave()
}

inline mutex_consistent(id)
{
	ENTERING {
		mutex_enter();
		if
		:: (value & OWNER) == SELF(id) ->
			assert(value & DIED);
			value = value & ~DIED;
			dirty = gone[PROCESS(id)]
		:: else -> assert(!mapped[PROCESS(id)])
		fi
	};
	mutex_leave()
}

/* kipc_attachment_get() of the number that the caller believes to have */
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
		ENTERING {
			mutex_enter();		/* and mutex_try() */
			mutex_bury();
			if
			:: SELF_GONE(id) -> got = ENXIO
			:: !SELF_GONE(id) && IS_FAIR && FREE -> got = PENDING
			:: else -> element_lock(id)
			fi;
			ret = (got == PENDING && try -> EAGAIN : got);
			got = 0;
			if
			:: ret == PENDING -> kipc_wait_begin(id)
			:: else
			fi
		};
		mutex_leave();
		if
		:: ret == PENDING ->
			mutex_sleep(id, timed);
			/* The kill may also have come after the outcome. */
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
/* kmod/scan.c: as often as threads wait for a dead one */
proctype scan()
{
	LOCALS;

	do
#ifndef BROKEN_SCAN
	:: ENTERING {
		queued > 0 && OWNER_IS_DEAD(CURRENT) ->
		mutex_enter();
		mutex_bury()
	   };
		mutex_leave()
#endif
	:: done == WAITERS -> break
	od
}
#endif

/*
 * From here on nobody makes that process an owner. If it is one its thread knows
 * it, or will; one that was killed in user space has said so (MAY_DIE_INSIDE).
 */
#define NOTE_GONE(id)							\
	dirty = (dirty ||						\
		 (!killed && NUMBER(CURRENT) == number[PROCESS(id)]))

/*
 * By a thread that unmaps the words, or the last one of a process that was
 * killed. Between the look of mutex_repair() and its freeze the word does not
 * change, for its owner cannot reach it any more.
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
	ENTERING {
		lock_element();			/* mutex_repair() */
		if
		:: NUMBER(CURRENT) == number[PROCESS(id)] ->
			mutex_freeze();
			value = SLOW | (value & LOST) | DIED;
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
		mutex_unlock_element()
#else
		mutex_leave()
#endif
	:: else
	fi;
#ifdef BROKEN_GONE
	gone[PROCESS(id)] = true;
#endif
	holder[number[PROCESS(id)]] = 0
}

#ifdef LATE
/* kipc_attach(): with its own number, or the first one's if that is free */
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
 * A look and a compare-and-swap that succeeds afterwards do what one step does,
 * and a look that decides nothing is as good as none. So is the inline attempt.
 */
#ifdef BROKEN_DIED
#define ASK_TO_LOCK	(SLOW | LOST)
#else
#define ASK_TO_LOCK	(SLOW | DIED | LOST)
#endif
#define LOCKABLE	(!(word & (ASK_TO_LOCK | OWNER)))

#ifdef UNMAPPING
#define MAPPED(id)	mapped[PROCESS(id)]
#define OR_NOT_MAPPED(id) :: !mapped[PROCESS(id)] -> goto out
#else
#define MAPPED(id)	true
#define OR_NOT_MAPPED(id)
#endif

/* kipc_mutex_timedlock() and kipc_mutex_trylock(); ret says what came of it */
inline fast_lock(id, timed, try)
{
	if
	:: d_step {
		MAPPED(id) && LOCKABLE ->
		CHECK_TURN(id);
		word = word | SELF(id);
		INVARIANT(SAYS_SO(word));
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
		INVARIANT(SAYS_SO(word))
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

/* The process of a thread dies in user space, if one still may. */
#define MAY_DIE_INSIDE							\
	if								\
	:: atomic {							\
		deaths > 0 ->						\
		deaths--;						\
		killed = true;						\
		inside = 0;						\
		dirty = true;						\
		goto out						\
	   }								\
	:: skip								\
	fi

#define MAY_DIE_OUTSIDE							\
	if								\
	:: atomic { deaths > 0 -> deaths--; killed = true; goto out }	\
	:: skip								\
	fi

/* munmap(), which leaves the process's threads nothing to rely on */
inline unmap(id)
{
	d_step {
		mapped[PROCESS(id)] = false;
		inside = (inside > 0 && PROCESS(inside - 1) == PROCESS(id) ->
			  0 : inside)
	};
	attachment_end(id)
}

proctype thread(byte id; byte times; byte habits)
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
		fast_lock(id, (habits & TIMED), (habits & TRIES));
		check_result(id);
		if
		:: killed -> break
		:: !killed && (ret == OK || ret == EOWNERDEAD) ->
			MAY_DIE_INSIDE;
#ifdef UNMAPPING
			if
			:: habits & UNMAPS -> times = 0; break
			:: skip
			fi;
#endif
			if
			:: ret == EOWNERDEAD && (habits & MENDS) ->
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
	:: habits & UNMAPS -> unmap(id)
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
	atomic { CAST };
	timeout;
	check_end()
}
