/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fixture and the test of hostile pages, over the tables "hostiles" and
 * "innocents" of the program that includes this header. See hostile.h.
 */
#ifndef HOSTILE_TEST_H
#define HOSTILE_TEST_H

#include "kipc_test.h"
#include "hostile.h"
#include "leaks.h"
#include "seed.h"

FIXTURE(hostile) {
	struct holdings before;
	struct object hostile_objects[ARRAY_SIZE(hostiles)];
	struct object innocent_objects[ARRAY_SIZE(innocents)];
	struct hostile_run run;
};

FIXTURE_VARIANT(hostile) {
	unsigned int scribblers;
	unsigned int rounds;	/* of each worker */
};

FIXTURE_VARIANT_ADD(hostile, one_scribbler) {
	.scribblers = 1,
	.rounds = 2000,
};

FIXTURE_VARIANT_ADD(hostile, two_scribblers) {
	.scribblers = 2,
	.rounds = 2000,
};

FIXTURE_SETUP(hostile)
{
	struct hostile_run *run = &self->run;
	unsigned int i;

	if (geteuid())
		SKIP(return, "needs root to see that its quota is free");
	ASSERT_EQ(0, quota_check());
	self->before = holdings_now();
	run->hostiles = hostiles;
	run->innocents = innocents;
	run->hostile_count = ARRAY_SIZE(hostiles);
	run->innocent_count = ARRAY_SIZE(innocents);
	run->hostile_objects = self->hostile_objects;
	run->innocent_objects = self->innocent_objects;
	run->seed = test_seed();
	/*
	 * A slow kernel runs only a quarter of the rounds, because its debug
	 * checks find most errors.
	 */
	run->rounds = kernel_is_slow() ? variant->rounds / 4 : variant->rounds;
	run->done = shared_alloc(sizeof(*run->done));
	for (i = 0; i < run->hostile_count; i++)
		ASSERT_EQ(0, object_make(&self->hostile_objects[i],
					 hostiles[i].args(),
					 hostiles[i].flags));
	for (i = 0; i < run->innocent_count; i++) {
		ASSERT_EQ(0, object_make(&self->innocent_objects[i],
					 innocents[i].args(),
					 innocents[i].flags));
		if (innocents[i].prepare)
			ASSERT_EQ(0, innocents[i].prepare(&self->innocent_objects[i]));
	}
}

FIXTURE_TEARDOWN(hostile)
{
}

/* An object works again when no process scribbles over it any more. */
static void check_hostile(struct __test_metadata *_metadata,
			  struct object *object, const struct hostile *hostile)
{
	EXPECT_EQ(0L, waiters(object->fd));
	ASSERT_EQ(0, words_attach(&object->words, object->fd));
	EXPECT_EQ(0, hostile->works(object)) {
		TH_LOG("%s", hostile->label);
	}
	EXPECT_EQ(0L, waiters(object->fd));
}

static void check_innocent(struct __test_metadata *_metadata,
			   struct object *object,
			   const struct innocent *innocent,
			   unsigned int meetings)
{
	EXPECT_EQ(0L, waiters(object->fd));
	EXPECT_EQ(0, innocent->whole(object, meetings)) {
		TH_LOG("%s", innocent->label);
	}
}

TEST_F_TIMEOUT(hostile, harms_nobody_else, 800)
{
	struct hostile_run *run = &self->run;
	struct child workers[WORKERS], scribblers[2];
	unsigned int meetings = (run->rounds + MEETINGS - 1) / MEETINGS;
	unsigned int i;

	ASSERT_GE(ARRAY_SIZE(scribblers), variant->scribblers);
	for (i = 0; i < variant->scribblers; i++, run->next++)
		child_start(&scribblers[i], run_scribbler, run);
	for (i = 0; i < WORKERS; i++, run->next++)
		child_start(&workers[i], run_hostile_worker, run);
	for (i = 0; i < WORKERS; i++)
		EXPECT_EQ(0, child_finish(&workers[i]));
	/* A worker that was killed has not counted itself. */
	__atomic_store_n(run->done, WORKERS, __ATOMIC_RELEASE);
	for (i = 0; i < variant->scribblers; i++)
		EXPECT_EQ(0, child_finish(&scribblers[i]));
	for (i = 0; i < run->hostile_count; i++) {
		check_hostile(_metadata, &self->hostile_objects[i],
			      &hostiles[i]);
		object_drop(&self->hostile_objects[i]);
	}
	for (i = 0; i < run->innocent_count; i++) {
		check_innocent(_metadata, &self->innocent_objects[i],
			       &innocents[i], meetings);
		object_drop(&self->innocent_objects[i]);
	}
	check_holdings(self->before);
	EXPECT_EQ(0, quota_check());
}

#endif /* HOSTILE_TEST_H */
