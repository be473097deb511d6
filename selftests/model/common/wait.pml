/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmod/wait.c: the waitlist, sleeping, granting and waking. Needs WAITERS and
 * BATCH. A waiter is a number, which stands for the thread and for its record:
 * asleep[] is the thread's state, outcome[] the record's.
 */

/* What a verb returns, and PENDING. */
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
#define NUDGED		10
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

/* Where there are several lists QUEUE and QUEUED say which one is meant. */
#ifndef QUEUE
#define QUEUE(at)	queue[at]
#define QUEUED		queued

byte queue[WAITERS];		/* e->waiters, the first one first */
byte queued;
#endif
byte outcome[WAITERS];
bool asleep[WAITERS];		/* TASK_INTERRUPTIBLE */

/* How many more may come. */
byte signals = SIGNALS;		/* with a handler */
byte kills = KILLS;		/* SIGKILL, for a thread in the kernel */
byte deaths = DEATHS;		/* the same, between two steps in user space */

byte done;			/* processes that have run to their end */

/* What every process has of its own. */
#define LOCALS			\
	short old;		\
	byte ret, wakes, at;	\
	byte tasks[BATCH];	\
	bool more

#define WAITER_LOCALS		\
	LOCALS;			\
	bool pending, killed

/* A participant dies here without a word, if one still may; ends at out. */
#define MAY_DIE						\
	if							\
	:: atomic { deaths > 0 -> deaths--; old = 0; goto out }	\
	:: skip							\
	fi

/* URGENT is the one waiter that is a real-time thread. */
#ifdef URGENT
#define LEADS(id)	(QUEUED == 0 || (id == URGENT && QUEUE(0) != URGENT))
#else
#define LEADS(id)	(QUEUED == 0)	/* kipc_waitlist_leads() */
#endif

/*
 * Where PLACES is defined a waiter that a signal interrupts has its place again
 * (kmod/place.c): place[] is in the thread's record. Tickets begin anew where none is
 * in use, for only their order counts.
 */
#ifdef PLACES
byte tickets;			/* object->tickets */
byte ticket[WAITERS];
byte place[WAITERS];		/* a ticket; 0: none */

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
 * Where ARRIVAL_ORDER is defined, too: whatever the tickets say, a waiter that is
 * granted has begun to wait before all that are in the queue.
 */
#ifdef ARRIVAL_ORDER
byte begun;
byte since[WAITERS];		/* 0: does not wait, and has no place */

#define NOTE_BEGIN(id)						\
	begun = begun + (since[id] -> 0 : 1);			\
	since[id] = (since[id] -> since[id] : begun)
#define FORGET_BEGIN(id)					\
	since[id] = (INTERRUPTED -> since[id] : 0)
#define CHECK_ORDER(id)					\
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

/* The end of a wait that goes on after the handler. */
#define INTERRUPTED	(ret == ERESTARTSYS && !killed)

/* Where RACES is defined a first waiter that was nudged may find that it is too late. */
#ifdef RACES
byte lost_races[WAITERS];	/* of the record, or of the place */

#define HAS_LOST(id)		(lost_races[id] >= 2)
#ifdef URGENT
#define IS_URGENT(id)		(id == URGENT)
#else
#define IS_URGENT(id)		false
#endif

/* kipc_wait_is_due() */
#define IS_DUE(id)		(HAS_LOST(id) || IS_URGENT(id))

/* Runs inside a step of its caller, under the lock */
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

/* kipc_wait_end(), which is the end of the record, too */
#define kipc_wait_end(id)						\
	KEEP_PLACE(id);							\
	KEEP_RACES(id);							\
	outcome[id] = PENDING

/* kipc_wait_begin(); runs inside a step of its caller, under the lock */
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

/* kipc_waitlist_remove(); likewise */
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
 * kipc_grant(), of the first; likewise. The waker keeps the thread alone, or nobody
 * where it looks for itself. That is decided by one compare-and-swap; a granter that
 * has not seen it begin to look wakes it for nothing, as late wake-ups do.
 */
#define NOBODY		WAITERS
#define kipc_grant(result)						\
	CHECK_ORDER(QUEUE(0));					\
	tasks[wakes] = (outcome[QUEUE(0)] == SPINNING -> NOBODY : QUEUE(0)); \
	wakes++;							\
	outcome[QUEUE(0)] = result;					\
	kipc_waitlist_remove(QUEUE(0))

/* kipc_nudge(); likewise */
#define kipc_nudge(id)							\
	tasks[wakes] = (outcome[id] == SPINNING -> NOBODY : id);	\
	wakes++;							\
	outcome[id] = NUDGED

/* kipc_waker_flush(): each wake_up_process() is a step, with no lock held */
inline kipc_waker_flush()
{
	do
	:: d_step {
		wakes > 0 ->
		wakes--;
		if
		:: tasks[wakes] != NOBODY -> asleep[tasks[wakes]] = false
		:: else
		fi;
		tasks[wakes] = 0
	   }
	:: else -> break
	od
}

/*
 * kipc_wait_spin(): it need not look at all, and may cease to at any time. Each
 * compare-and-swap that succeeds is a step, one that fails finds the outcome.
 */
inline kipc_wait_spin(id)
{
	if
	:: skip
	:: d_step { outcome[id] == PENDING -> outcome[id] = SPINNING };
		if
		:: outcome[id] != SPINNING
#ifdef BROKEN_SPIN
		:: outcome[id] == SPINNING	/* and is taken to look still */
#elif defined BROKEN_SPIN_STORE
		:: outcome[id] == SPINNING -> outcome[id] = PENDING
#else
		:: d_step { outcome[id] == SPINNING -> outcome[id] = PENDING }
#endif
		fi
	fi
}

/*
 * kipc_wait_sleep(): the outcome is looked at without the lock. That the
 * deadline passes, a signal or a kill comes is looked at where it is noticed.
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
		/* One that might have come did not. */
		:: atomic { signals > 0 -> signals--; goto end_asleep }
		:: atomic { kills > 0 -> kills--; goto end_asleep }
		fi
	od;
	atomic {
		asleep[id] = false;		/* __set_current_state() */
		pending = false
	}
}
