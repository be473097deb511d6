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
#ifndef KIPC_CREATION_H
#define KIPC_CREATION_H

#include <linux/list.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct net;

/**
 * struct kipc_creation - a task that creates a name
 * @node: in order of arrival; creations_mutex
 * @text: the name; constant
 * @net: whose name it is; constant
 * @uid: whose quota it is; constant
 * @trying: it may hold memory and quota; creations_mutex
 */
struct kipc_creation {
	struct list_head node;
	const char *text;
	const struct net *net;
	kuid_t uid;
	bool trying;
};

void kipc_creation_begin(struct kipc_creation *creation, const char *text);
int kipc_creation_retry(struct kipc_creation *creation);
void kipc_creation_end(struct kipc_creation *creation);

#endif /* KIPC_CREATION_H */
