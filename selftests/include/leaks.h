/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Checks that a test leaves nothing behind. Descriptors, names and references to the
 * module are counted before and after it, and the quota of the user has to be free
 * again.
 */
#ifndef LEAKS_H
#define LEAKS_H

/* Counts. They include those of other processes that use kipc at the same time. */
struct holdings {
	unsigned int descriptors;	/* of this process */
	int names;		/* in its network namespace */
	long references;	/* to the module */
};

/* Returns the number of names, or a negative errno. */
int count_names(void);
struct holdings holdings_now(void);

#define check_holdings(before) do { \
	struct holdings __now = holdings_now(); \
	EXPECT_EQ((before).descriptors, __now.descriptors); \
	EXPECT_LE(0, __now.names); \
	EXPECT_EQ((before).names, __now.names); \
	EXPECT_LE(0, __now.references); \
	EXPECT_EQ((before).references, __now.references); \
} while (0)

/*
 * Sets the quota to one smallest object and creates one. Returns 0 if the account of
 * root holds no object and no byte, else -ENOSPC. Only root can call it.
 */
int quota_check(void);

#endif /* LEAKS_H */
