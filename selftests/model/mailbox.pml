/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * kmod/mailbox.c and kmod/mailbox_turn.[ch]. Each inline is the C function of that
 * name. All that is shared changes under one lock, and nothing but outcomes is looked
 * at without it: so what is done while it is held is one step. Messages have a length
 * and no priority; there are always records to spare, so that room is bytes.
 *
 * Shown for each scenario (-DSCENARIO_name) and every interleaving:
 *
 *	- messages and room are neither lost nor invented (CONSERVED);
 *	- when nothing can move any more, nobody sleeps who could be served: no
 *	  receiver while there is a message, no sender while there is room for it, no
 *	  poller while there is a message that no receiver is to have, or room for the
 *	  longest one and it is not the waiting senders' turn;
 *	- nobody takes before a first waiter that has lost two races, or with FAIR
 *	  waits at all, and none with a shorter message before a first sender whose
 *	  message does not fit yet.
 *
 * The comment after a scenario's name lists what is searched beside its states:
 * runs without an end, of which there must be none (cycles), and deliberate
 * mistakes, each of which must be found.
 */

/* ------------------------------------------------------------------------ */
/* Scenarios                                                                */
/* ------------------------------------------------------------------------ */

/* What a participant does. */
#define TIMED	1		/* has a deadline */
#define TRIES	2		/* does not wait */
#define FAILS	4		/* to copy: a message goes back, room is free again */

/* What a poller waits for. */
#define FOR_MESSAGE	1
#define FOR_ROOM	2

#if defined SCENARIO_receivers	/* cycles BROKEN_BEHIND BROKEN_SLEEP */
/* Messages for two who wait, of whom the first wakes the second. */
#define WAITERS	3
#define NUDGED_MAX 1
#define BYTES	3
#define PROCESSES 4
#define CAST	run sender(2, 1, 2, TRIES); run receiver(0, 1, 1, 0); \
		run receiver(1, 1, 1, 0); run receiver(2, 1, 1, TRIES)
#elif defined SCENARIO_races	/* cycles BROKEN_LOST BROKEN_OUTCOME_LOOP */
/* One who only tries is faster, but not for long. */
#define WAITERS	1
#define BYTES	1
#define PROCESSES 3
#define CAST	run sender(0, 1, 5, TRIES); run receiver(0, 1, 1, 0); \
		run receiver(0, 1, 4, TRIES)
#elif defined SCENARIO_fair	/* BROKEN_ORDER */
/* Nobody overtakes, not even while one message serves two in two goes. */
#define FAIR
#define WAITERS	3
#define BYTES	2
#define PROCESSES 4
#define CAST	run sender(2, 1, 3, 0); run receiver(0, 1, 1, TIMED); \
		run receiver(1, 0, 1, 0); run receiver(1, 1, 2, TRIES)
#elif defined SCENARIO_short	/* BROKEN_BEHIND */
/* The buffer of the first is too short: the message is another's. */
#define WAITERS	3
#define BYTES	2
#define PROCESSES 4
#define CAST	run sender(2, 2, 1, 0); run receiver(0, 1, 1, 0); \
		run receiver(1, 2, 1, 0); run receiver(2, 2, 1, TRIES)
#elif defined SCENARIO_senders	/* cycles BROKEN_RELEASE */
/* Room for some who wait, of whom one gives up. */
#define WAITERS	3
#define BYTES	1
#define PROCESSES 4
#define CAST	run sender(0, 1, 1, 0); run sender(1, 1, 1, TIMED); \
		run sender(2, 1, 1, 0); run receiver(0, 1, 3, TRIES)
#elif defined SCENARIO_long	/* BROKEN_LONG */
/* A long message is not kept out by short ones. */
#define WAITERS	3
#define BYTES	2
#define PROCESSES 4
#define CAST	run sender(0, 2, 1, 0); run sender(1, 1, 1, TIMED); \
		run sender(2, 1, 2, TRIES); run receiver(0, 2, 2, TRIES)
#elif defined SCENARIO_both	/* cycles */
/* Senders and receivers wait for each other. */
#define WAITERS	4
#define BYTES	1
#define PROCESSES 4
#define CAST	run sender(0, 1, 1, 0); run sender(1, 1, 1, TIMED); \
		run receiver(2, 1, 1, 0); run receiver(3, 1, 1, TIMED)
#elif defined SCENARIO_back	/* BROKEN_BACK */
/* Copying fails: the message is queued again, the room is free again. */
#define WAITERS	4
#define BYTES	1
#define PROCESSES 4
#define CAST	run sender(0, 1, 1, FAILS); run sender(1, 1, 1, 0); \
		run receiver(2, 1, 1, FAILS); run receiver(3, 1, 1, 0)
#elif defined SCENARIO_kill	/* cycles BROKEN_KILL */
/* Who is killed takes nothing, and the next one has it. */
#define WAITERS	3
#define BYTES	1
#define KILLS	1
#define PROCESSES 3
#define CAST	run sender(0, 1, 2, 0); \
		run receiver(1, 1, 1, 0); run receiver(2, 1, 1, 0)
#elif defined SCENARIO_signal	/* cycles BROKEN_RETURN */
/* A wait goes on in its place. */
#define WAITERS	3
#define BYTES	2
#define PLACES
#define SIGNALS	1
#define PROCESSES 4
#define CAST	run sender(0, 1, 1, 0); run sender(1, 2, 1, 0); \
		run sender(2, 1, 2, TRIES); run receiver(2, 2, 1, TRIES)
#elif defined SCENARIO_poll	/* cycles BROKEN_NEWS */
/* A message that a receiver leaves is the poller's. */
#define WAITERS	3
#define BYTES	2
#define POLLERS	1
#define PROCESSES 4
#define CAST	run sender(0, 1, 2, 0); run poller(0, FOR_MESSAGE); \
		run receiver(1, 1, 1, TIMED); run receiver(2, 0, 1, 0)
#elif defined SCENARIO_poll_due	/* BROKEN_SERVED */
/* ... also one whose buffer is too short when it is handed the message. */
#define WAITERS	3
#define BYTES	3
#define POLLERS	1
#define PLACES
#define PROCESSES 5
#define CAST	tickets = 2; place[1] = 1; place[2] = 2; lost_races[2] = 2; \
		beaten[2] = 2; run poller(0, FOR_MESSAGE); \
		run receiver(1, 1, 1, 0); run receiver(2, 1, 1, 0); \
		run sender(0, 1, 1, TRIES); run sender(0, 2, 1, TRIES)
#elif defined SCENARIO_poll_room	/* cycles BROKEN_WANTED */
/* A poller for room, and senders that wait, take turns. */
#define WAITERS	2
#define BYTES	2
#define POLLERS	1
#define PROCESSES 4
#define CAST	run sender(0, 1, 1, TIMED); run sender(1, 2, 1, 0); \
		run poller(0, FOR_ROOM); run receiver(0, 2, 2, TRIES)
#else
#error "choose a scenario"
#endif

#ifndef BATCH
#define BATCH	1		/* KIPC_WAKE_BATCH */
#endif
#ifndef NUDGED_MAX
#define NUDGED_MAX 3
#endif
#ifndef POLLERS
#define POLLERS	0
#endif
#define LONGEST	2		/* message, in bytes */
#ifdef FAIR
#define IS_FAIR	true
#else
#define IS_FAIR	false
#endif

#define EMSGSIZE	14

/* The sides: side, of each process, says which one is meant. */
#define RECEIVERS	0
#define SENDERS		1
#define QUEUE(at)	queue[side * WAITERS + at]
#define QUEUED		queued[side]

byte queue[WAITERS + WAITERS];
byte queued[2];

#define RACES
#include "common/wait.pml"

/* ------------------------------------------------------------------------ */
/* What must hold                                                           */
/* ------------------------------------------------------------------------ */

byte left = BYTES;		/* queue->bytes_left */
byte messages;
byte length[BYTES + 1];		/* of each, the first one first */

byte wanted[WAITERS];		/* mailbox_waiter.size */
byte message[WAITERS];		/* its length, 0: none */
byte beaten[WAITERS];		/* races lost since the call began, at most two */

byte held;			/* bytes that somebody fills, or copies */
byte granted;			/* and those on their way to a waiter */
byte undelivered;		/* messages that were sent */

/* struct kipc_mailbox_turn, and whether offer_end is scheduled */
bool room_wanted, offered, senders_turn, timer;

byte writers;			/* pollers for room */
byte readers;
#if POLLERS
byte polling[POLLERS];		/* for what, 0: not */
bool triggered[POLLERS];
#endif

#define SURPLUS_BEFORE	(messages + WAITERS - queued[RECEIVERS])
#define SURPLUS		(messages > queued[RECEIVERS])

#define MAY_OVERTAKE(first)	(!IS_FAIR && beaten[first] < 2 && HAS(first))
#define CHECK_TURN(leads)	assert(leads || MAY_OVERTAKE(QUEUE(0)))

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
/* kmod/mailbox_turn.[ch]; all of it inside a step                          */
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
/* kmod/mailbox.c: serving                                                  */
/* ------------------------------------------------------------------------ */

/* What there is for a side, and what of it one takes; mailbox_has() */
#define THERE_IS	(side == RECEIVERS -> messages : ROOM)
#define COST(id)	(side == RECEIVERS -> 1 : wanted[id])
#define HAS(id)		(COST(id) <= THERE_IS)

/* first_is_due() */
#ifdef BROKEN_LOST
#define FIRST_IS_DUE	IS_FAIR
#else
#define FIRST_IS_DUE	(IS_FAIR || IS_DUE(QUEUE(0)))
#endif

/* first_may_lose() */
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

/* first_is_handed(), if the caller is not who was served last */
#define FIRST_MAY_BE_HANDED	(FIRST_IS_DUE || \
				 QUEUED == 1 && outcome[QUEUE(0)] != NUDGED)

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

/* mailbox_give(); the outcome is in got */
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

#define mailbox_nudge()							\
	at = 0;								\
	sum = THERE_IS;							\
	do								\
	:: at < QUEUED && at < NUDGED_MAX && !more &&			\
	   !IS_DUE(QUEUE(at)) && COST(QUEUE(at)) <= sum ->		\
		sum = sum - COST(QUEUE(at));				\
		if							\
		:: outcome[QUEUE(at)] == NUDGED -> at++			\
		:: outcome[QUEUE(at)] != NUDGED && wakes < BATCH ->	\
			kipc_nudge(QUEUE(at));				\
			at++						\
		:: outcome[QUEUE(at)] != NUDGED && wakes == BATCH ->	\
			more = true					\
		fi							\
	:: else -> break						\
	od;								\
	sum = 0;							\
	at = 0

/* serve_first() */
#define serve_first()							\
	mailbox_give(QUEUE(0));						\
	kipc_grant(got);						\
	got = 0

inline mailbox_serve()
{
	do
	:: QUEUED > 0 && HAS(QUEUE(0)) && !more ->
		if
		:: FIRST_MAY_BE_HANDED && wakes < BATCH -> serve_first()
		:: FIRST_IS_DUE && wakes == BATCH -> more = true
		:: !FIRST_IS_DUE -> mailbox_nudge(); break
		fi
	:: else -> break
	od
}

#ifdef BROKEN_SERVED
#define SERVED_NEWS	news
#else
#define SERVED_NEWS	(news || SURPLUS_BEFORE > surplus)
#endif

/*
 * What of mailbox_leave_serving() is done before the unlock. A message is news, too,
 * if a waiter leaves it that was to have it.
 */
inline mailbox_leave_serving()
{
	surplus = SURPLUS_BEFORE;
	mailbox_serve();
	news = SERVED_NEWS;
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

/* The beginning of mailbox_leave(), in the step in which there was a change */
#define mailbox_leave(of, what)						\
	side = of;							\
	news = what;							\
	if								\
	:: QUEUED > 0 && HAS(QUEUE(0)) || news && readers > 0 ||	\
	   side == SENDERS && room_wanted ->				\
		mailbox_leave_serving()					\
	:: else -> news = false						\
	fi

/* pollwake() of everyone registered there */
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

/* The end of it, unlocked; those who poll for different things do not meet. */
inline mailbox_unlocked()
{
	do
	:: kipc_waker_flush();
		if
		:: atomic { more -> more = false; mailbox_leave_serving() }
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

/* Nothing moves any more. */
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
#define AFTER_LOSS	NUDGED
#else
#define AFTER_LOSS	PENDING
#endif
#ifdef BROKEN_NEWS
#define LOOK_NEWS	false
#else
#define LOOK_NEWS	(SURPLUS_BEFORE > surplus)
#endif
#ifdef BROKEN_BEHIND
#define see_to_those_behind(what)	skip
#else
#define see_to_those_behind(what)	mailbox_leave(side, what)
#endif
#define MAY_LOOK(id)	(QUEUE(0) == id || FIRST_MAY_LOSE)

/* mailbox_look(); inside a step */
#define mailbox_look(id)						\
	if								\
	:: outcome[id] != PENDING && outcome[id] != NUDGED ->		\
		ret = outcome[id]					\
	:: else ->							\
		has = (HAS(id) && MAY_LOOK(id));			\
		if							\
		:: !has && outcome[id] == NUDGED ->			\
			kipc_wait_lost(id);				\
			beaten[id] = beaten[id] +			\
				(QUEUE(0) == id && beaten[id] < 2 -> 1 : 0) \
		:: else							\
		fi;							\
		if							\
		:: !has && ret == NUDGED && !killed ->			\
			outcome[id] = AFTER_LOSS;			\
			ret = PENDING					\
		:: has && !killed ->					\
			CHECK_TURN(QUEUE(0) == id);			\
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
		:: ret != NUDGED && ret != ETIMEDOUT && ret != ERESTARTSYS ->
			break
		:: else
		fi;
		atomic {		/* mailbox_look_locking() */
			side = own;
			surplus = SURPLUS_BEFORE;
			mailbox_look(id);
			see_to_those_behind(LOOK_NEWS)
		};
		mailbox_unlocked();
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
		beaten[id] = (INTERRUPTED -> beaten[id] : 0);
		/* The kill may also have come after the outcome. */
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
#define serve_on_return()	skip
#else
#define serve_on_return()	news = false; mailbox_leave_serving()
#endif

/* mailbox_wait(), until it sleeps; inside a step */
#define mailbox_wait(id, size)						\
	ret = PENDING;							\
	wanted[id] = size;						\
	if								\
	:: HAS_PLACE(id) -> kipc_wait_begin(id); serve_on_return()	\
	:: else -> kipc_wait_begin(id)					\
	fi

#ifdef BROKEN_RELEASE
#define release_serves()	skip
#else
#define release_serves()	mailbox_leave(SENDERS, false)
#endif
#ifdef BROKEN_BACK
#define insert_serves()		skip
#else
#define insert_serves()		mailbox_leave(RECEIVERS, true)
#endif

/* mailbox_release() of mine */
inline mailbox_release()
{
	atomic {
		left = left + mine;
		held = held - mine;
		mine = 0;
		release_serves()
	};
	mailbox_unlocked()
}

/* mailbox_insert() of mine; where it was taken from there were none before it */
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
		:: back -> insert_serves()
		:: else -> mailbox_leave(RECEIVERS, true)
		fi
	};
	mailbox_unlocked()
}

/* ------------------------------------------------------------------------ */
/* kmod/mailbox.c: the steps of the verbs                                   */
/* ------------------------------------------------------------------------ */

/* With the restart after a signal; mine is what was reserved. */
inline mailbox_reserve(id, size, habits)
{
	do
	:: atomic {
		side = SENDERS;
		if
		:: !(habits & TRIES) && LETS && size <= ROOM ||
		   (habits & TRIES) && (LETS || offered) && size <= left ->
			assert(offered || QUEUED == 0 || MAY_OVERTAKE(QUEUE(0)));
			ret = OK;
			mine = size;
			left = left - size;
			held = held + size;
			if
			:: (habits & TRIES) && offered ->
				kipc_mailbox_end_offer();
				mailbox_leave(SENDERS, false)
			:: else
			fi
		:: else ->
			if
			:: habits & TRIES ->
				kipc_mailbox_refuse_room();
				ret = EAGAIN
			:: else -> mailbox_wait(id, size)
			fi
		fi
	   };
		mailbox_unlocked();
		if
		:: ret == PENDING -> mailbox_sleep(id, SENDERS, (habits & TIMED))
		:: else
		fi;
		if
		:: ret != ERESTARTSYS || killed -> break
		:: else
		fi
	od
}

/* Likewise; mine is what was taken. */
inline kipc_mailbox_take(id, size, habits)
{
	do
	:: atomic {
		side = RECEIVERS;
		if
		:: messages > 0 && LETS && length[0] > size -> ret = EMSGSIZE
		:: messages > 0 && LETS && length[0] <= size ->
			CHECK_TURN(QUEUED == 0);
			ret = OK;
			mine = length[0];
			held = held + mine;
			kipc_queue_take()
		:: else ->
			if
			:: habits & TRIES -> ret = EAGAIN
			:: else -> mailbox_wait(id, size)
			fi
		fi
	   };
		mailbox_unlocked();
		if
		:: ret == PENDING -> mailbox_sleep(id, RECEIVERS, (habits & TIMED))
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

proctype sender(byte id; byte size; byte times; byte habits)
{
	MAILBOX_LOCALS;

	do
	:: times > 0 && !killed ->
		times--;
		mailbox_reserve(id, size, habits);
		if
		:: ret == OK && (habits & FAILS) -> mailbox_release()
		:: ret == OK && !(habits & FAILS) -> mailbox_insert(false)
		:: else
		fi
	:: else -> break
	od;
	done++
}

proctype receiver(byte id; byte size; byte times; byte habits)
{
	MAILBOX_LOCALS;

	do
	:: times > 0 && !killed ->
		times--;
		kipc_mailbox_take(id, size, habits);
		if
#ifdef BROKEN_KILL
		:: ret == OK && killed -> mailbox_release()
		:: ret == OK && !killed && (habits & FAILS) ->
			mailbox_insert(true)
#else
		:: ret == OK && (killed || (habits & FAILS)) ->
			mailbox_insert(true)
#endif
		:: ret == OK && !killed && !(habits & FAILS) ->
			undelivered--;
			mailbox_release()
		:: else
		fi
	:: else -> break
	od;
	done++
}

#if POLLERS
/* poll(2): mailbox_poll() registers with the first look, not with others. */
proctype poller(byte id; byte what)
{
	bool patient;

	if
	:: patient = true
	:: patient = false
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
		:: !patient -> break
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
		mailbox_leave(SENDERS, false)
	   };
		mailbox_unlocked()
	od
}
#endif

init {
	byte at, polls, side, sum;

	atomic { CAST };
	timeout;
	check_end()
}
