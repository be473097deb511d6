/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: creating a name
 *
 * Several tasks may create the same name at the same time. No lock is held
 * while an object is made. Each task makes an object of its own, and the first
 * task that inserts the name wins. The other tasks discard their objects and
 * open the object of the winner::
 *
 *     CPU 0                             CPU 1
 *
 *     kipc_name_find(): none            kipc_name_find(): none
 *     makes object A                    makes object B
 *     kipc_name_insert(): 0
 *                                       kipc_name_insert(): -EEXIST
 *                                       frees object B
 *                                       kipc_name_find(): opens object A
 *
 * For a moment several objects exist where only one was meant. This may exceed
 * the quota of the user or the memory, although a single object would not. So a
 * task does not give up after -ENOSPC or -ENOMEM if it has *rivals*: tasks of
 * the same user that create the same name in the same network namespace. It
 * frees what it has made and waits until no rival holds anything (none is
 * *trying*). Then it looks for the name again, and tries again if the name
 * still does not exist.
 *
 * Rivals that have failed try again one at a time, in the order in which they
 * began. A task that has not failed never waits.
 */
#ifndef KIPC_CREATE_RACE_H
#define KIPC_CREATE_RACE_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct net;

/**
 * struct kipc_create_race - a task that creates a name
 * @node: in the list of all such tasks, in the order in which they began;
 *	guarded by create_races_mutex
 * @name: the name; constant
 * @net: network namespace of the name; constant
 * @uid: user that the object is charged to; constant
 * @trying: the task may hold memory and quota; guarded by create_races_mutex
 */
struct kipc_create_race {
	struct list_head node;
	const char *name;
	const struct net *net;
	kuid_t uid;
	bool trying;
};

void kipc_create_race_begin(struct kipc_create_race *race, const char *name);
int kipc_create_race_retry(struct kipc_create_race *race);
void kipc_create_race_end(struct kipc_create_race *race);

#endif /* KIPC_CREATE_RACE_H */
