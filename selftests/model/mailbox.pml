/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Models kmod/mailbox.c and kmod/mailbox_room.[ch]. Each inline models the C
 * function of the same name, possibly with the prefix kipc_. All shared state
 * changes under one lock, and only outcomes are read without it, so a critical
 * section is one step. Messages have a length and no priority. There are always
 * enough message records, so room means bytes.
 *
 * The following is shown for each scenario (-DSCENARIO_name) and for every
 * interleaving:
 *
 *	- Messages and room are neither lost nor invented (check_conserved()).
 *	- When no process can continue, no process sleeps that could proceed: no
 *	  receiver while there is a message; no sender while there is room for
 *	  its message; no poller while there is a message that is not for a
 *	  waiting receiver, or while the longest message fits and the waiting
 *	  senders do not come first.
 *	- A thread does not overtake a first waiter that has lost two races, and
 *	  with FAIR no waiter at all. A shorter message does not overtake a
 *	  first sender whose message does not fit yet.
 *
 * The comment after the name of a scenario lists the searches in addition to
 * the search of its states: for infinite runs, of which there must be none
 * (cycles), and for deliberate mistakes, each of which must be found.
 */

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */
/* ------------------------------------------------------------------------ */

/* Options of a sender or receiver. */
#define TIMED	1		/* it has a deadline */
#define TRIES	2		/* it does not wait */
#define FAILS	4		/* its copy fails, so that it undoes its take */

/* Events that a poller waits for. */
#define FOR_MESSAGE	1
#define FOR_ROOM	2

#if defined SCENARIO_receivers	/* cycles BROKEN_BEHIND BROKEN_SLEEP */
/* Messages for two waiting receivers; the first one kicks the second. */
#define WAITERS	3
#define KICKED_MAX 1
#define BYTES	3
#define PROCESSES 4
#define RUN	run sender(2, 1, 2, TRIES); run receiver(0, 1, 1, 0); \
		run receiver(1, 1, 1, 0); run receiver(2, 1, 1, TRIES)
#elif defined SCENARIO_races	/* cycles BROKEN_LOST BROKEN_OUTCOME_LOOP */
/* A receiver that only tries overtakes, but only a bounded number of times. */
#define WAITERS	1
#define BYTES	1
#define PROCESSES 3
#define RUN	run sender(0, 1, 5, TRIES); run receiver(0, 1, 1, 0); \
		run receiver(0, 1, 4, TRIES)
#elif defined SCENARIO_fair	/* BROKEN_ORDER */
/*
 * With KIPC_FAIR no waiter is overtaken, not even while one message ends the
 * waits of two receivers in two batches.
 */
#define FAIR
#define WAITERS	3
#define BYTES	2
#define PROCESSES 4
#define RUN	run sender(2, 1, 3, 0); run receiver(0, 1, 1, TIMED); \
		run receiver(1, 0, 1, 0); run receiver(1, 1, 2, TRIES)
#elif defined SCENARIO_short	/* BROKEN_BEHIND */
/* The first receiver's buffer is too short; another one gets the message. */
#define WAITERS	3
#define BYTES	2
#define PROCESSES 4
#define RUN	run sender(2, 2, 1, 0); run receiver(0, 1, 1, 0); \
		run receiver(1, 2, 1, 0); run receiver(2, 2, 1, TRIES)
#elif defined SCENARIO_senders	/* cycles BROKEN_RELEASE */
/* Room for waiting senders, of which one may time out. */
#define WAITERS	3
#define BYTES	1
#define PROCESSES 4
#define RUN	run sender(0, 1, 1, 0); run sender(1, 1, 1, TIMED); \
		run sender(2, 1, 1, 0); run receiver(0, 1, 3, TRIES)
#elif defined SCENARIO_long	/* BROKEN_LONG */
/* Short messages do not overtake a long message for ever. */
#define WAITERS	3
#define BYTES	2
#define PROCESSES 4
#define RUN	run sender(0, 2, 1, 0); run sender(1, 1, 1, TIMED); \
		run sender(2, 1, 2, TRIES); run receiver(0, 2, 2, TRIES)
#elif defined SCENARIO_both	/* cycles */
/* Senders and receivers wait for each other. */
#define WAITERS	4
#define BYTES	1
#define PROCESSES 4
#define RUN	run sender(0, 1, 1, 0); run sender(1, 1, 1, TIMED); \
		run receiver(2, 1, 1, 0); run receiver(3, 1, 1, TIMED)
#elif defined SCENARIO_back	/* BROKEN_BACK */
/* The copies fail: the message is queued again, the room is free again. */
#define WAITERS	4
#define BYTES	1
#define PROCESSES 4
#define RUN	run sender(0, 1, 1, FAILS); run sender(1, 1, 1, 0); \
		run receiver(2, 1, 1, FAILS); run receiver(3, 1, 1, 0)
#elif defined SCENARIO_kill	/* cycles BROKEN_KILL */
/* A killed waiter takes nothing, and the next waiter gets it. */
#define WAITERS	3
#define BYTES	1
#define KILLS	1
#define PROCESSES 3
#define RUN	run sender(0, 1, 2, 0); \
		run receiver(1, 1, 1, 0); run receiver(2, 1, 1, 0)
#elif defined SCENARIO_signal	/* cycles BROKEN_RETURN */
/* An interrupted wait continues in the same place. */
#define WAITERS	3
#define BYTES	2
#define PLACES
#define SIGNALS	1
#define PROCESSES 4
#define RUN	run sender(0, 1, 1, 0); run sender(1, 2, 1, 0); \
		run sender(2, 1, 2, TRIES); run receiver(2, 2, 1, TRIES)
#elif defined SCENARIO_poll	/* cycles BROKEN_NEWS */
/* A poller is told of a message that a receiver leaves. */
#define WAITERS	3
#define BYTES	2
#define POLLERS	1
#define PROCESSES 4
#define RUN	run sender(0, 1, 2, 0); run poller(0, FOR_MESSAGE); \
		run receiver(1, 1, 1, TIMED); run receiver(2, 0, 1, 0)
#elif defined SCENARIO_poll_due	/* BROKEN_SERVED */
/* The same if the receiver is due, but its buffer is too short. */
#define WAITERS	3
#define BYTES	3
#define POLLERS	1
#define PLACES
#define PROCESSES 5
#define RUN	tickets = 2; place[1] = 1; place[2] = 2; lost_races[2] = 2; \
		lost_in_call[2] = 2; run poller(0, FOR_MESSAGE); \
		run receiver(1, 1, 1, 0); run receiver(2, 1, 1, 0); \
		run sender(0, 1, 1, TRIES); run sender(0, 2, 1, TRIES)
#elif defined SCENARIO_poll_room	/* cycles BROKEN_WANTED */
/* A poller for room and waiting senders get room alternately. */
#define WAITERS	2
#define BYTES	2
#define POLLERS	1
#define PROCESSES 4
#define RUN	run sender(0, 1, 1, TIMED); run sender(1, 2, 1, 0); \
		run poller(0, FOR_ROOM); run receiver(0, 2, 2, TRIES)
#else
#error "choose a scenario"
#endif

#ifndef BATCH
#define BATCH	1		/* KIPC_WAKE_BATCH */
#endif
#ifndef KICKED_MAX
#define KICKED_MAX 3
#endif
#ifndef POLLERS
#define POLLERS	0
#endif
#define LONGEST	2		/* bytes of the longest message */
#ifdef FAIR
#define IS_FAIR	true
#else
#define IS_FAIR	false
#endif

#define EMSGSIZE	14

/* The two sides. The local variable side of each process selects one. */
#define RECEIVERS	0
#define SENDERS		1
#define QUEUE(at)	queue[side * WAITERS + at]
#define QUEUED		queued[side]

byte queue[WAITERS + WAITERS];
byte queued[2];

#define RACES
#include "common/wait.pml"

/* ------------------------------------------------------------------------ */
/* Properties                                                               */
/* ------------------------------------------------------------------------ */

byte left = BYTES;		/* queue->bytes_left */
byte messages;
byte length[BYTES + 1];		/* of each message, in order */

byte wanted[WAITERS];		/* mailbox_waiter.size */
byte message[WAITERS];		/* the length of its message; 0: none */
byte lost_in_call[WAITERS];	/* races lost in this call, at most two */

byte held;			/* bytes that a process fills or copies */
byte granted;			/* bytes granted, before the waiter sees them */
byte undelivered;		/* messages sent and not yet received */

/* struct kipc_mailbox_sharing, and whether offer_end is scheduled */
bool room_wanted, offered, senders_turn, timer;

byte writers;			/* pollers for room */
byte readers;			/* pollers for a message */
#if POLLERS
byte polling[POLLERS];		/* the awaited event, or 0 for none */
bool triggered[POLLERS];
#endif

#define SURPLUS_BEFORE	(messages + WAITERS - queued[RECEIVERS])
#define SURPLUS		(messages > queued[RECEIVERS])

#define MAY_OVERTAKE(first)	(!IS_FAIR && lost_in_call[first] < 2 && HAS(first))
#define CHECK_OVERTAKING(leads)	assert(leads || MAY_OVERTAKE(QUEUE(0)))

inline check_conserved()
{
	sum = left + held + granted;
	at = 0;
	do
	:: at < messages -> sum = sum + length[at]; at++
	:: else -> break
	od;
	at = 0;
	assert(sum == BYTES);
	sum = 0
}

/* ------------------------------------------------------------------------ */
/* kmod/mailbox_room.[ch]; all of it is used inside a step                  */
/* ------------------------------------------------------------------------ */

#define HAS_ROOM	(left >= LONGEST)	/* kipc_mailbox_has_room() */

/* kipc_mailbox_keeps_room() */
#define KEEPS_ROOM	(offered || room_wanted && !senders_turn && writers > 0)

/* kipc_mailbox_room() */
#define ROOM		(KEEPS_ROOM -> (HAS_ROOM -> left - LONGEST : 0) : left)

/* kipc_mailbox_refuse_room() */
#ifdef BROKEN_WANTED
#define kipc_mailbox_refuse_room()	skip
#else
#define kipc_mailbox_refuse_room()	room_wanted = (room_wanted || writers > 0)
#endif

#define kipc_mailbox_end_offer()		\
	offered = false;			\
	senders_turn = true

#define kipc_mailbox_offer_room()					\
	if								\
	:: queued[SENDERS] == 0 -> offered = false; senders_turn = false \
	:: else								\
	fi;								\
	room = (room_wanted && !senders_turn && HAS_ROOM);		\
	if								\
	:: room ->							\
		room_wanted = false;					\
		offered = (queued[SENDERS] > 0)				\
	:: else								\
	fi;								\
	offers = offered

/* ------------------------------------------------------------------------ */
/* kmod/mailbox.c: granting                                                 */
/* ------------------------------------------------------------------------ */

/* The amount available to a side, and how much a waiter takes; mailbox_has() */
#define THERE_IS	(side == RECEIVERS -> messages : ROOM)
#define COST(id)	(side == RECEIVERS -> 1 : wanted[id])
#define HAS(id)		(COST(id) <= THERE_IS)

/* mailbox_first_is_due() */
#ifdef BROKEN_LOST
#define FIRST_IS_DUE	IS_FAIR
#else
#define FIRST_IS_DUE	(IS_FAIR || IS_DUE(QUEUE(0)))
#endif

/* mailbox_first_may_lose() */
#ifdef BROKEN_LONG
#define FIRST_MAY_LOSE	!FIRST_IS_DUE
#else
#define FIRST_MAY_LOSE	(!FIRST_IS_DUE && HAS(QUEUE(0)))
#endif

/* mailbox_lets() */
#ifdef BROKEN_ORDER
#define LETS		true
#else
#define LETS		(QUEUED == 0 || FIRST_MAY_LOSE)
#endif

/* mailbox_hands_over(), if the caller is not the last taker */
#define MAY_HAND_OVER	(FIRST_IS_DUE || \
				 QUEUED == 1 && outcome[QUEUE(0)] != KICKED)

/* kipc_queue_take() */
#define kipc_queue_take()						\
	messages--;							\
	at = 0;								\
	do								\
	:: at < messages -> length[at] = length[at + 1]; at++		\
	:: else -> break						\
	od;								\
	length[at] = 0;							\
	at = 0

/* mailbox_give(); leaves the outcome in got */
#define mailbox_give(id)						\
	if								\
	:: side == SENDERS ->						\
		left = left - wanted[id];				\
		message[id] = wanted[id];				\
		senders_turn = false;					\
		got = OK						\
	:: side == RECEIVERS && length[0] <= wanted[id] ->		\
		message[id] = length[0];				\
		kipc_queue_take();					\
		got = OK						\
	:: else -> got = EMSGSIZE					\
	fi;								\
	granted = granted + message[id]

#define mailbox_kick()							\
	at = 0;								\
	sum = THERE_IS;							\
	do								\
	:: at < QUEUED && at < KICKED_MAX && !more &&			\
	   !IS_DUE(QUEUE(at)) && COST(QUEUE(at)) <= sum ->		\
		sum = sum - COST(QUEUE(at));				\
		if							\
		:: outcome[QUEUE(at)] == KICKED -> at++			\
		:: outcome[QUEUE(at)] != KICKED && wakes < BATCH ->	\
			kipc_kick(QUEUE(at));				\
			at++						\
		:: outcome[QUEUE(at)] != KICKED && wakes == BATCH ->	\
			more = true					\
		fi							\
	:: else -> break						\
	od;								\
	sum = 0;							\
	at = 0

/* mailbox_grant_first() */
#define mailbox_grant_first()						\
	mailbox_give(QUEUE(0));						\
	kipc_grant(got);						\
	got = 0

inline mailbox_grant_waiters()
{
	do
	:: QUEUED > 0 && HAS(QUEUE(0)) && !more ->
		if
		:: MAY_HAND_OVER && wakes < BATCH -> mailbox_grant_first()
		:: FIRST_IS_DUE && wakes == BATCH -> more = true
		:: !FIRST_IS_DUE -> mailbox_kick(); break
		fi
	:: else -> break
	od
}

#ifdef BROKEN_SERVED
#define GRANT_NEWS	news
#else
#define GRANT_NEWS	(news || SURPLUS_BEFORE > surplus)
#endif

/*
 * The part of mailbox_unlock_granting() before the unlock. The pollers are also
 * told of a message if a waiter that was to receive it leaves it.
 */
inline mailbox_unlock_granting()
{
	surplus = SURPLUS_BEFORE;
	mailbox_grant_waiters();
	news = GRANT_NEWS;
	surplus = 0;
	check_conserved();
	if
	:: !more ->
		news = (news && SURPLUS);
		if
		:: side == SENDERS -> kipc_mailbox_offer_room()
		:: else
		fi
	:: else
	fi
}

/* The part of mailbox_unlock() before the unlock, in the step of the change */
#define mailbox_unlock(of, what)					\
	side = of;							\
	news = what;							\
	if								\
	:: QUEUED > 0 && HAS(QUEUE(0)) || news && readers > 0 ||	\
	   side == SENDERS && room_wanted ->				\
		mailbox_unlock_granting()				\
	:: else -> news = false						\
	fi

/* pollwake() of all pollers that wait for that event */
#define kipc_pollers_wake(what)						\
	at = 0;								\
	do								\
	:: at == POLLERS -> break					\
	:: else ->							\
		triggered[at] = (triggered[at] || polling[at] == what);	\
		at++							\
	od;								\
	at = 0

#if POLLERS
#define tell_pollers()							\
	if								\
	:: news -> kipc_pollers_wake(FOR_MESSAGE)			\
	:: else								\
	fi;								\
	if								\
	:: room ->		/* kipc_mailbox_wake_writers() */	\
		timer = (timer || offers);				\
		kipc_pollers_wake(FOR_ROOM)				\
	:: else								\
	fi
#else
#define tell_pollers()	skip
#endif

/*
 * The part of mailbox_unlock() after the unlock. The wake-ups of pollers for
 * different events are independent, so they are one step.
 */
inline mailbox_after_unlock()
{
	do
	:: kipc_wake_q_flush();
		if
		:: atomic { more -> more = false; mailbox_unlock_granting() }
		:: atomic {
			!more ->
			tell_pollers();
			news = false;
			room = false;
			offers = false;
			surplus = 0;
			side = 0;
			break
		   }
		fi
	od
}

/* Called when no process can continue. */
inline check_end()
{
	d_step {
		check_conserved();
		assert(granted == 0 && held == 0 && !offered);
		assert(undelivered == messages);
		assert(queued[RECEIVERS] == 0 || messages == 0);
		side = SENDERS;
		assert(QUEUED == 0 || !HAS(QUEUE(0)));
		assert(QUEUED == 0 || left < BYTES);
		at = 0;
		do
		:: at < WAITERS -> assert(outcome[at] == PENDING); at++
		:: else -> break
		od;
#if POLLERS
		at = 0;
		do
		:: at == POLLERS -> break
		:: else ->
			polls = polls + (polling[at] -> 1 : 0);
			assert(!triggered[at]);
			assert(polling[at] != FOR_MESSAGE || !SURPLUS);
			assert(polling[at] != FOR_ROOM || left < LONGEST ||
			       queued[SENDERS] > 0);
			assert(polling[at] != FOR_ROOM || left < BYTES);
			at++
		od;
#endif
		assert(done + queued[RECEIVERS] + queued[SENDERS] + polls ==
		       PROCESSES)
	}
}

/* ------------------------------------------------------------------------ */
/* kmod/mailbox.c: waiting                                                  */
/* ------------------------------------------------------------------------ */

#ifdef BROKEN_OUTCOME_LOOP
#define AFTER_LOST_RACE	KICKED
#else
#define AFTER_LOST_RACE	PENDING
#endif
#ifdef BROKEN_NEWS
#define LOOK_NEWS	false
#else
#define LOOK_NEWS	(SURPLUS_BEFORE > surplus)
#endif
#ifdef BROKEN_BEHIND
#define grant_behind(what)	skip
#else
#define grant_behind(what)	mailbox_unlock(side, what)
#endif
#define MAY_LOOK(id)	(QUEUE(0) == id || FIRST_MAY_LOSE)

/* mailbox_look(); inside a step */
#define mailbox_look(id)						\
	if								\
	:: outcome[id] != PENDING && outcome[id] != KICKED ->		\
		ret = outcome[id]					\
	:: else ->							\
		has = (HAS(id) && MAY_LOOK(id));			\
		if							\
		:: !has && outcome[id] == KICKED ->			\
			kipc_wait_lost(id);				\
			lost_in_call[id] = lost_in_call[id] +		\
				(QUEUE(0) == id && lost_in_call[id] < 2	\
				 -> 1 : 0)				\
		:: else							\
		fi;							\
		if							\
		:: !has && ret == KICKED && !killed ->			\
			outcome[id] = AFTER_LOST_RACE;			\
			ret = PENDING					\
		:: has && !killed ->					\
			CHECK_OVERTAKING(QUEUE(0) == id);		\
			kipc_waitlist_remove(id);			\
			mailbox_give(id);				\
			ret = got;					\
			got = 0						\
		:: else -> kipc_waitlist_remove(id)			\
		fi;							\
		has = false						\
	fi

inline mailbox_sleep(id, own, timed)
{
	do
	:: skip;
		kipc_wait_sleep(id, timed);
		if
		:: ret != KICKED && ret != ETIMEDOUT && ret != ERESTARTSYS ->
			break
		:: else
		fi;
		atomic {		/* mailbox_look_locking() */
			side = own;
			surplus = SURPLUS_BEFORE;
			mailbox_look(id);
			grant_behind(LOOK_NEWS)
		};
		mailbox_after_unlock();
		if
		:: ret != PENDING -> break
		:: else
		fi
	od;
	atomic {
		mine = message[id];
		granted = granted - mine;
		held = held + mine;
		message[id] = 0;
		kipc_wait_end(id);
		wanted[id] = 0;
		lost_in_call[id] = (INTERRUPTED -> lost_in_call[id] : 0);
		/* The kill may also come after the outcome. */
		if
		:: ret == OK && kills > 0 -> kills--; killed = true
		:: skip
		fi
	}
}

#ifdef PLACES
#define HAS_PLACE(id)	(place[id] > 0)
#else
#define HAS_PLACE(id)	false
#endif
#ifdef BROKEN_RETURN
#define grant_on_return()	skip
#else
#define grant_on_return()	news = false; mailbox_unlock_granting()
#endif

/* The part of mailbox_wait() before it sleeps; inside a step */
#define mailbox_wait(id, size)						\
	ret = PENDING;							\
	wanted[id] = size;						\
	if								\
	:: HAS_PLACE(id) -> kipc_wait_begin(id); grant_on_return()	\
	:: else -> kipc_wait_begin(id)					\
	fi

#ifdef BROKEN_RELEASE
#define release_grants()	skip
#else
#define release_grants()	mailbox_unlock(SENDERS, false)
#endif
#ifdef BROKEN_BACK
#define insert_grants()		skip
#else
#define insert_grants()		mailbox_unlock(RECEIVERS, true)
#endif

/* mailbox_release() of the bytes in mine */
inline mailbox_release()
{
	atomic {
		left = left + mine;
		held = held - mine;
		mine = 0;
		release_grants()
	};
	mailbox_after_unlock()
}

/*
 * mailbox_insert() of the message in mine. A message that is put back goes to
 * the front, since messages are only taken from there.
 */
inline mailbox_insert(back)
{
	atomic {
		undelivered = undelivered + (back -> 0 : 1);
		at = messages;
		do
		:: at > 0 && back -> length[at] = length[at - 1]; at--
		:: else -> break
		od;
		length[at] = mine;
		at = 0;
		messages++;
		held = held - mine;
		mine = 0;
		if
		:: back -> insert_grants()
		:: else -> mailbox_unlock(RECEIVERS, true)
		fi
	};
	mailbox_after_unlock()
}

/* ------------------------------------------------------------------------ */
/* kmod/mailbox.c: the steps of the operations                              */
/* ------------------------------------------------------------------------ */

/* Includes the restart after a signal; sets mine to the bytes reserved. */
inline mailbox_reserve(id, size, options)
{
	do
	:: atomic {
		side = SENDERS;
		if
		:: !(options & TRIES) && LETS && size <= ROOM ||
		   (options & TRIES) && (LETS || offered) && size <= left ->
			assert(offered || QUEUED == 0 || MAY_OVERTAKE(QUEUE(0)));
			ret = OK;
			mine = size;
			left = left - size;
			held = held + size;
			if
			:: (options & TRIES) && offered ->
				kipc_mailbox_end_offer();
				mailbox_unlock(SENDERS, false)
			:: else
			fi
		:: else ->
			if
			:: options & TRIES ->
				kipc_mailbox_refuse_room();
				ret = EAGAIN
			:: else -> mailbox_wait(id, size)
			fi
		fi
	   };
		mailbox_after_unlock();
		if
		:: ret == PENDING -> mailbox_sleep(id, SENDERS, (options & TIMED))
		:: else
		fi;
		if
		:: ret != ERESTARTSYS || killed -> break
		:: else
		fi
	od
}

/* Includes the restart after a signal; sets mine to the bytes taken. */
inline kipc_mailbox_take(id, size, options)
{
	do
	:: atomic {
		side = RECEIVERS;
		if
		:: messages > 0 && LETS && length[0] > size -> ret = EMSGSIZE
		:: messages > 0 && LETS && length[0] <= size ->
			CHECK_OVERTAKING(QUEUED == 0);
			ret = OK;
			mine = length[0];
			held = held + mine;
			kipc_queue_take()
		:: else ->
			if
			:: options & TRIES -> ret = EAGAIN
			:: else -> mailbox_wait(id, size)
			fi
		fi
	   };
		mailbox_after_unlock();
		if
		:: ret == PENDING -> mailbox_sleep(id, RECEIVERS, (options & TIMED))
		:: else
		fi;
		if
		:: ret != ERESTARTSYS || killed -> break
		:: else
		fi
	od
}

/* ------------------------------------------------------------------------ */
/* Participants                                                             */
/* ------------------------------------------------------------------------ */

#define MAILBOX_LOCALS							\
	WAITER_LOCALS, news, room, offers, has;				\
	byte side, got, sum, surplus, mine

proctype sender(byte id; byte size; byte times; byte options)
{
	MAILBOX_LOCALS;

	do
	:: times > 0 && !killed ->
		times--;
		mailbox_reserve(id, size, options);
		if
		:: ret == OK && (options & FAILS) -> mailbox_release()
		:: ret == OK && !(options & FAILS) -> mailbox_insert(false)
		:: else
		fi
	:: else -> break
	od;
	done++
}

proctype receiver(byte id; byte size; byte times; byte options)
{
	MAILBOX_LOCALS;

	do
	:: times > 0 && !killed ->
		times--;
		kipc_mailbox_take(id, size, options);
		if
#ifdef BROKEN_KILL
		:: ret == OK && killed -> mailbox_release()
		:: ret == OK && !killed && (options & FAILS) ->
			mailbox_insert(true)
#else
		:: ret == OK && (killed || (options & FAILS)) ->
			mailbox_insert(true)
#endif
		:: ret == OK && !killed && !(options & FAILS) ->
			undelivered--;
			mailbox_release()
		:: else
		fi
	:: else -> break
	od;
	done++
}

#if POLLERS
/* poll(2): only the first call of mailbox_poll() registers the poller. */
proctype poller(byte id; byte what)
{
	bool forever;

	if
	:: forever = true
	:: forever = false
	fi;
	d_step {			/* poll_wait() */
		polling[id] = what;
		readers = readers + (what == FOR_MESSAGE -> 1 : 0);
		writers = writers + (what == FOR_ROOM -> 1 : 0)
	};
	do
	:: what == FOR_MESSAGE && SURPLUS -> break
	:: what == FOR_MESSAGE && !SURPLUS -> goto end_polling
	:: what == FOR_ROOM && HAS_ROOM && (queued[SENDERS] == 0 || offered) ->
		break
	:: atomic {
		what == FOR_ROOM &&
		!(HAS_ROOM && (queued[SENDERS] == 0 || offered)) ->
		kipc_mailbox_refuse_room()
	   };
end_polling:	if
		:: triggered[id] -> triggered[id] = false
		:: !forever -> break
		fi
	od;
	atomic {
		readers = readers - (what == FOR_MESSAGE -> 1 : 0);
		writers = writers - (what == FOR_ROOM -> 1 : 0);
		polling[id] = 0;
		triggered[id] = false;
		done++
	}
}
#endif

#if POLLERS
/* mailbox_offer_expired() */
active proctype worker()
{
	LOCALS, news, room, offers;
	byte side, got, sum, surplus;

end_idle:
	do
	:: atomic {
		timer ->
		timer = false;
		if
		:: offered -> kipc_mailbox_end_offer()
		:: else
		fi;
		mailbox_unlock(SENDERS, false)
	   };
		mailbox_after_unlock()
	od
}
#endif

init {
	byte at, polls, side, sum;

	atomic { RUN };
	timeout;
	check_end()
}
