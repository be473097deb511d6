/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Models kmod/wait.c: the waitlist, sleeping, granting and waking. The
 * including model must define WAITERS and BATCH. A waiter is a number, which
 * identifies both the thread and its waiter record: asleep[] is the state of
 * the thread, outcome[] the state of the record.
 */

/* The results of an operation, and the states of a waiter record. */
#define PENDING		0
#define OK		1
#define SERIAL		2
#define EAGAIN		3
#define ETIMEDOUT	4
#define ERESTARTSYS	5
#define ECANCELED	6
#define EOWNERDEAD	7
#define EFAULT		8
#define UNARRIVED	9
#define KICKED		10
#define ENOTRECOVERABLE	11
#define ENXIO		12
#define SPINNING	13

#ifndef SIGNALS
#define SIGNALS	0
#endif
#ifndef KILLS
#define KILLS	0
#endif
#ifndef DEATHS
#define DEATHS	0
#endif

/* A model with several lists defines QUEUE and QUEUED to select one. */
#ifndef QUEUE
#define QUEUE(at)	queue[at]
#define QUEUED		queued

byte queue[WAITERS];		/* e->waiters, in order */
byte queued;
#endif
byte outcome[WAITERS];
bool asleep[WAITERS];		/* TASK_INTERRUPTIBLE */

/* How many more of these events may happen. */
byte signals = SIGNALS;		/* signals with a handler */
byte kills = KILLS;		/* SIGKILL of a thread in the kernel */
byte deaths = DEATHS;		/* SIGKILL between two steps in user space */

byte done;			/* number of processes that have ended */

/* The local variables of every process. */
#define LOCALS			\
	short old;		\
	byte ret, wakes, at;	\
	byte tasks[BATCH];	\
	bool more

#define WAITER_LOCALS		\
	LOCALS;			\
	bool pending, killed

/* The process may die here and goes to its label "out", if deaths are left. */
#define MAY_DIE							\
	if							\
	:: atomic { deaths > 0 -> deaths--; old = 0; goto out }	\
	:: skip							\
	fi

/* URGENT is the only waiter that is a real-time thread. */
#ifdef URGENT
#define LEADS(id)	(QUEUED == 0 || (id == URGENT && QUEUE(0) != URGENT))
#else
#define LEADS(id)	(QUEUED == 0)	/* kipc_waitlist_leads() */
#endif

/*
 * With PLACES, a waiter that is interrupted by a signal gets its place back
 * (kmod/place.c). place[] is part of the thread's record. Tickets restart at 0
 * when none is in use; this bounds the state space, and only the order of the
 * tickets matters.
 */
#ifdef PLACES
byte tickets;			/* object->tickets */
byte ticket[WAITERS];
byte place[WAITERS];		/* a ticket, or 0 for none */

#define NO_TICKET(id)		(ticket[id] == 0 && place[id] == 0)
#define NO_TICKETS		(NO_TICKET(0) && NO_TICKET(1) && \
				 NO_TICKET(WAITERS - 1))
#define PRECEDES(id, other)	(ticket[id] < ticket[other])
#define TAKE_PLACE(id)						\
	tickets = (NO_TICKETS -> 0 : tickets);			\
	if							\
	:: place[id] -> ticket[id] = place[id]; place[id] = 0	\
	:: else -> tickets++; ticket[id] = tickets		\
	fi;							\
	NOTE_BEGIN(id)
#define KEEP_PLACE(id)						\
	place[id] = (INTERRUPTED -> KEPT(ticket[id]) : 0);	\
	FORGET_BEGIN(id);					\
	ticket[id] = 0
#else
#define PRECEDES(id, other)	LEADS(id)
#define TAKE_PLACE(id)		skip
#define KEEP_PLACE(id)		skip
#endif

/*
 * With ARRIVAL_ORDER, the model checks without looking at tickets that a
 * granted waiter began to wait before all waiters that are still queued.
 */
#ifdef ARRIVAL_ORDER
byte begun;
byte since[WAITERS];		/* 0: not waiting, and without a place */

#define NOTE_BEGIN(id)						\
	begun = begun + (since[id] -> 0 : 1);			\
	since[id] = (since[id] -> since[id] : begun)
#define FORGET_BEGIN(id)					\
	since[id] = (INTERRUPTED -> since[id] : 0)
#define CHECK_ORDER(id)						\
	at = 0;							\
	do							\
	:: at < QUEUED ->					\
		assert(since[QUEUE(at)] >= since[id]);		\
		at++						\
	:: else -> break					\
	od;							\
	at = 0
#else
#define NOTE_BEGIN(id)	skip
#define FORGET_BEGIN(id)	skip
#define CHECK_ORDER(id)	skip
#endif

#ifdef BROKEN_PLACE
#define KEPT(ticket)	0
#else
#define KEPT(ticket)	ticket
#endif

/* The wait ends because of a signal, and continues after the handler. */
#define INTERRUPTED	(ret == ERESTARTSYS && !killed)

/*
 * With RACES, a kicked first waiter may find that another thread has taken the
 * unit in the meantime.
 */
#ifdef RACES
byte lost_races[WAITERS];	/* of the record, later of the place */

#define HAS_LOST(id)		(lost_races[id] >= 2)
#ifdef URGENT
#define IS_URGENT(id)		(id == URGENT)
#else
#define IS_URGENT(id)		false
#endif

/* kipc_wait_is_due() */
#define IS_DUE(id)		(HAS_LOST(id) || IS_URGENT(id))

/* Must be called inside a step of the caller, with the lock held. */
#define kipc_wait_lost(id)						\
	lost_races[id] = lost_races[id] +				\
		(QUEUE(0) == id && !IS_DUE(id) -> 1 : 0)

#if defined PLACES && !defined BROKEN_RACES
#define KEEP_RACES(id)							\
	lost_races[id] = (INTERRUPTED -> lost_races[id] : 0)
#else
#define KEEP_RACES(id)	lost_races[id] = 0
#endif
#else
#define KEEP_RACES(id)	skip
#endif

/* kipc_wait_end(); the waiter record ends here, too. */
#define kipc_wait_end(id)						\
	KEEP_PLACE(id);							\
	KEEP_RACES(id);							\
	outcome[id] = PENDING

/* kipc_wait_begin(); inside a step of the caller, with the lock held. */
#define kipc_wait_begin(id)			\
	outcome[id] = PENDING;			\
	TAKE_PLACE(id);				\
	at = QUEUED;				\
	do					\
	:: at > 0 && PRECEDES(id, QUEUE(at - 1)) -> \
		QUEUE(at) = QUEUE(at - 1);	\
		at--				\
	:: else -> break			\
	od;					\
	QUEUE(at) = id;				\
	QUEUED++;				\
	at = 0

/* kipc_waitlist_remove(); inside a step, with the lock held. */
#define kipc_waitlist_remove(id)				\
	at = 0;							\
	do							\
	:: QUEUE(at) != id -> at++				\
	:: else -> break					\
	od;							\
	do							\
	:: at + 1 < QUEUED -> QUEUE(at) = QUEUE(at + 1); at++	\
	:: else -> break					\
	od;							\
	QUEUED--;						\
	QUEUE(QUEUED) = 0;					\
	at = 0

/*
 * kipc_grant() of the first waiter; inside a step, with the lock held. The wake
 * queue holds the thread, or NO_TASK if the waiter is spinning: a spinning
 * waiter sees its outcome without a wake-up. One compare-and-swap decides which
 * of the two it is. If the granter does not see that the waiter has begun to
 * spin, the wake-up is spurious, like any late wake-up.
 */
#define NO_TASK		WAITERS
#define kipc_grant(result)						\
	CHECK_ORDER(QUEUE(0));						\
	tasks[wakes] = (outcome[QUEUE(0)] == SPINNING -> NO_TASK : QUEUE(0)); \
	wakes++;							\
	outcome[QUEUE(0)] = result;					\
	kipc_waitlist_remove(QUEUE(0))

/* kipc_kick(); inside a step, with the lock held. */
#define kipc_kick(id)							\
	tasks[wakes] = (outcome[id] == SPINNING -> NO_TASK : id);	\
	wakes++;							\
	outcome[id] = KICKED

/* kipc_wake_q_flush(): each wake_up_process() is one step, without the lock. */
inline kipc_wake_q_flush()
{
	do
	:: d_step {
		wakes > 0 ->
		wakes--;
		if
		:: tasks[wakes] != NO_TASK -> asleep[tasks[wakes]] = false
		:: else
		fi;
		tasks[wakes] = 0
	   }
	:: else -> break
	od
}

/*
 * kipc_wait_spin(): the waiter need not spin at all, and may stop spinning at
 * any time. Each successful compare-and-swap is one step; a failed
 * compare-and-swap means that the outcome is there.
 */
inline kipc_wait_spin(id)
{
	if
	:: skip
	:: d_step { outcome[id] == PENDING -> outcome[id] = SPINNING };
		if
		:: outcome[id] != SPINNING
#ifdef BROKEN_SPIN
		:: outcome[id] == SPINNING	/* still counts as spinning */
#elif defined BROKEN_SPIN_STORE
		:: outcome[id] == SPINNING -> outcome[id] = PENDING
#else
		:: d_step { outcome[id] == SPINNING -> outcome[id] = PENDING }
#endif
		fi
	fi
}

/*
 * kipc_wait_sleep(): the outcome is read without the lock. A deadline, a signal
 * and a kill are modelled at the point where the thread notices them.
 *
 *	sleeper				granter
 *	asleep = true			outcome = result
 *	read outcome			asleep = false (the wake-up)
 *
 * Whatever the interleaving, the sleeper either reads the outcome or is woken
 * after it. BROKEN_SLEEP exchanges the two steps of the sleeper.
 */
inline kipc_wait_sleep(id, timed)
{
	do
	:: skip;
#ifndef BROKEN_SLEEP
		asleep[id] = true;		/* set_current_state() */
#endif
		if
		:: outcome[id] != PENDING && outcome[id] != SPINNING ->
			ret = outcome[id]; break
		:: else
		fi;
		if
		:: pending -> ret = ERESTARTSYS; break
		:: else
		fi;
#ifdef BROKEN_SLEEP
		asleep[id] = true;
#endif
end_asleep:	if				/* wait_expired() */
		:: !asleep[id]
		:: timed -> ret = ETIMEDOUT; break
		:: atomic { signals > 0 -> signals--; pending = true }
		:: atomic { kills > 0 -> kills--; pending = true; killed = true }
		/* An event that could have come did not come. */
		:: atomic { signals > 0 -> signals--; goto end_asleep }
		:: atomic { kills > 0 -> kills--; goto end_asleep }
		fi
	od;
	atomic {
		asleep[id] = false;		/* __set_current_state() */
		pending = false
	}
}
