/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Members: children that take part in an object and then let go of it, in one
 * of several ways and at a point that the test has chosen.
 */
#ifndef MEMBER_H
#define MEMBER_H

#include "child.h"
#include "flag.h"
#include "until.h"
#include "word.h"

/* How a member lets go of the object. */
enum end {
	END_BY_KILL = 1,
	END_BY_EXIT,
	END_BY_EXEC,
	END_BY_UNMAP,
};

/* State that a member shares with the test. */
struct member_shared {
	int fd;
	enum end end;
	unsigned int ready;
	unsigned int go;
	long value;		/* for the test's own use */
	struct words words;	/* valid in the child only */
};

struct member {
	struct child child;
	struct member_shared *shared;
};

/* Starts a child that calls run(shared). */
void member_start(struct member *member, int fd, enum end end,
		  int (*run)(void *shared), long value);

/*
 * Maps the words in the child, which attaches. Comes before anything else
 * there.
 */
int member_attach(struct member_shared *shared);

/*
 * In the child: reports that the member is ready, waits for member_end(), and
 * lets go of the object in the way that the test has chosen. Does not return.
 */
int member_await_end(struct member_shared *shared);

/* Waits until the member is ready. The test fails if it has ended instead. */
#define wait_for_member(member) do { \
	wait_until(flag_is_raised(&(member)->shared->ready) || \
		   child_ended(&(member)->child)); \
	ASSERT_TRUE(flag_is_raised(&(member)->shared->ready)); \
} while (0)

/*
 * Makes the member let go, which may happen only after this function returns.
 */
void member_end(struct member *member);

/*
 * Waits until the child has ended, and frees what it shared. Returns the result
 * of the function of the child if that function has returned.
 */
int member_finish(struct member *member);

/*
 * Replaces the program by one that pauses for ever. Returns only on an error.
 */
void member_exec(void);

/* Pauses for ever if the program was started by member_exec(). */
void member_pause_after_exec(int argc, char **argv);

#endif /* MEMBER_H */
