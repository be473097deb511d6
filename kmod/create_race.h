/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * DOC: creating a name
 *
 * No lock is held while an object is made: each creator of a name makes an object
 * of its own, and the first one to insert the name wins. The others discard what
 * they made and open the winner's object.
 *
 * Until then several objects exist where one was meant, which may exceed a quota or
 * the memory. A creator that fails for that reason waits until no other creator of
 * the same name holds anything, and tries again; then it finds the object, or is the
 * only one that makes it. Only creators that have failed wait, and only for creators
 * of the same name and user, whose quota it is.
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
