/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: creating a name
 *
 * No lock is held while an object is created. Each creator of a name creates an
 * object of its own, and the first creator that inserts the name wins. The other
 * creators free their objects and open the winner's object.
 *
 * Until then several objects exist where one was meant, which may exceed a quota
 * or the memory::
 *
 *	CPU 0					CPU 1
 *
 *	OPEN "a": no such name
 *						OPEN "a": no such name
 *	charge the quota: the last bytes
 *						charge the quota: -ENOSPC
 *						stop trying, wait
 *	insert "a"
 *	end: wake the waiting creators
 *						try again: find "a"
 *
 * So a creator that fails while there is a rival frees what it has made, and waits
 * until no rival holds anything. Then it tries again: it finds the object, or it
 * is the only creator. Rivals create the same name in the same network namespace
 * for the same user, whose quota they share. Only creators that have failed wait,
 * and they try again in the order of their arrival.
 */
#ifndef KIPC_CREATE_RACE_H
#define KIPC_CREATE_RACE_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct net;

/**
 * struct kipc_create_race - a task that creates a name
 * @node: in order of arrival; create_races_mutex
 * @name: the name; constant
 * @net: whose name it is; constant
 * @uid: whose quota it is; constant
 * @trying: it may hold memory and quota; create_races_mutex
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
