// SPDX-License-Identifier: GPL-2.0-only
/* Tests how kipc-bench evaluates samples, and how it reads saved results. */
#include "kselftest_harness.h"

#include <math.h>
#include <pthread.h>

#include "bench/clock.c"
#include "bench/contest.c"
#include "bench/result.c"
#include "bench/statistics.c"
#include "bench/view_acceptance.c"
#include "bench/view_changes.c"

/* Substitutes for the functions of run.c that contest.c calls. */
void run_sample(struct run *run, __u64 ticks, double operations)
{
	run->values[run->taken++] = ticks / operations;
}

void give_up(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

TEST(median_of_odd_and_even_counts)
{
	double odd[] = { 3, 1, 2 };
	double even[] = { 4, 1, 3, 2 };

	EXPECT_EQ(2, statistics_median(odd, 3));
	EXPECT_EQ(2.5, statistics_median(even, 4));
	EXPECT_EQ(1, statistics_median(even, 1));
}

TEST(percentile_is_a_value_that_was_measured)
{
	double values[200];
	int i;

	for (i = 0; i < 200; i++)
		values[i] = 200 - i;
	EXPECT_EQ(198, statistics_percentile(values, 200, 99));
	EXPECT_EQ(200, statistics_percentile(values, 200, 100));
	EXPECT_EQ(1, statistics_percentile(values, 200, 0));
	EXPECT_EQ(1, statistics_percentile(values, 1, 99));
}

TEST(spread_is_the_range_by_the_median)
{
	double values[] = { 11, 9, 10 };
	double equal[] = { 7, 7 };
	double none[] = { 0, 0 };

	EXPECT_EQ(0.2, statistics_spread(values, 3));
	EXPECT_EQ(0, statistics_spread(equal, 2));
	EXPECT_EQ(0, statistics_spread(none, 2));
}

TEST(fairness)
{
	const double equal[] = { 5, 5, 5, 5 };
	const double one[] = { 8, 0, 0, 0 };
	const double zero[] = { 0, 0 };

	EXPECT_EQ(1, statistics_jain(equal, 4));
	EXPECT_EQ(0.25, statistics_jain(one, 4));
	EXPECT_EQ(1, statistics_jain(zero, 2));
}

/* Returns a run with these shares. The tests judge it at 1000 ticks (ns). */
static struct run *contest_of(const struct share *shares, size_t count)
{
	struct run *run = aligned_alloc(CACHE_LINE, sizeof(*run));

	memset(run, 0, sizeof(*run));
	memcpy(run->shares, shares, count * sizeof(*shares));
	run->jain = NAN;
	run->longest = NAN;
	return run;
}

TEST(contest_of_equals)
{
	const struct share shares[] = {
		{ .done = 5, .longest = 20 }, { .done = 5, .longest = 30 },
	};
	struct run *run = contest_of(shares, 2);

	contest_judge(run, 0, 2, 1000);
	EXPECT_EQ(1, run->jain);
	EXPECT_EQ(30, run->longest);
	free(run);
}

/*
 * The wait of a contender that got nothing has not ended, but counts with its
 * length so far.
 */
TEST(contest_in_which_one_starves)
{
	const struct share shares[] = {
		{ .done = 8, .longest = 20, .begin = 990 }, { .begin = 100 },
	};
	struct run *run = contest_of(shares, 2);

	contest_judge(run, 0, 2, 1000);
	EXPECT_EQ(0.5, run->jain);
	EXPECT_EQ(900, run->longest);
	free(run);
}

/* Each side is judged separately. The worse side counts, in either order. */
TEST(contest_of_two_sides)
{
	const struct share shares[] = {
		{ .done = 9, .longest = 7 }, { .done = 3, .longest = 5 },
		{ .done = 3, .longest = 40 }, { .done = 1 }, { .done = 0 },
	};
	struct run *run = contest_of(shares, 5);

	contest_judge(run, 0, 1, 1000);
	EXPECT_EQ(1, run->jain);
	EXPECT_EQ(7, run->longest);
	contest_judge(run, 3, 2, 1000);
	EXPECT_EQ(0.5, run->jain);
	contest_judge(run, 1, 2, 1000);
	EXPECT_EQ(0.5, run->jain);
	EXPECT_EQ(40, run->longest);
	free(run);
}

/* If waits are not timed, there is no longest wait. */
TEST(contest_without_a_clock)
{
	const struct share shares[] = { { .done = 2 }, { .done = 2 } };
	struct run *run = contest_of(shares, 2);

	contest_judge(run, 0, 2, 1000);
	EXPECT_EQ(1, run->jain);
	EXPECT_TRUE(isnan(run->longest));
	free(run);
}

TEST(contender_counts_its_turns_and_waits)
{
	struct share share = {};
	__u64 first, second;

	contest_wait(&share, clock_ticks());
	first = share.begin;
	contest_next(&share);
	EXPECT_EQ(1UL, share.done);
	EXPECT_LE(first, share.begin);
	EXPECT_EQ(share.begin - first, share.longest);
	/* A shorter wait after a long one does not change the longest wait. */
	contest_wait(&share, clock_ticks() - 1000000000);
	contest_got(&share);
	second = share.longest;
	EXPECT_LE(1000000000ULL, second);
	EXPECT_EQ(0ULL, share.begin);
	EXPECT_EQ(1UL, share.done);
	contest_wait(&share, clock_ticks());
	contest_next(&share);
	EXPECT_EQ(second, share.longest);
	EXPECT_EQ(2UL, share.done);
}

static void *get_some(void *data)
{
	struct run *run = data;

	while (!__atomic_load_n(&run->stop, __ATOMIC_RELAXED))
		contest_count(&run->shares[1]);
	return NULL;
}

/* contest_watch() samples the progress of the given contenders only. */
TEST(contest_is_watched)
{
	const struct share shares[] = { { .done = 7 }, {} };
	struct run *run = contest_of(shares, 2);
	pthread_t thread;
	unsigned int i;

	run->samples = 3;
	ASSERT_EQ(0, pthread_create(&thread, NULL, get_some, run));
	contest_watch(run, 1, 1, 1000000);
	__atomic_store_n(&run->stop, 1, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	ASSERT_EQ(3U, run->taken);
	for (i = 0; i < run->taken; i++)
		EXPECT_LT(0, run->values[i]);
	free(run);
}

/* Reads results from @text. Returns the number of an invalid line, or 0. */
static unsigned int read_text(struct results *results, const char *text)
{
	FILE *file = fmemopen((void *)text, strlen(text), "r");
	unsigned int line;

	memset(results, 0, sizeof(*results));
	line = results_read(results, file);
	fclose(file);
	return line;
}

static void forget(struct results *results)
{
	while (results->note_count--) {
		free(results->notes[results->note_count].key);
		free(results->notes[results->note_count].value);
	}
	free(results->notes);
	free(results->list);
}

TEST(what_is_written_is_read)
{
	struct result result = {
		.pattern = "open", .parameter = 10, .subject = "kipc",
		.role = ROLE_OURS, .outcome = OUTCOME_OK, .unit = "ns",
		.median = 12.5, .p99 = 13, .min = 1e-9, .spread = NAN,
		.samples = 7, .batch = 3, .jain = 0.5, .longest = NAN,
		.why = "a, b",
	};
	struct results results = {}, again;
	char text[1024] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");
	const struct result *read;

	results_note(&results, "clock", "TSC: 1, or so");
	results_write_notes(&results, file);
	results_write_header(file);
	result_write(&result, file);
	fclose(file);
	ASSERT_EQ(0U, read_text(&again, text));
	EXPECT_STREQ("TSC: 1, or so", results_noted(&again, "clock"));
	EXPECT_STREQ("", results_noted(&again, "none"));
	read = results_find(&again, "open", 10, "kipc");
	ASSERT_NE(NULL, read);
	EXPECT_EQ(ROLE_OURS, read->role);
	EXPECT_EQ(12.5, read->median);
	EXPECT_EQ(1e-9, read->min);
	EXPECT_TRUE(isnan(read->spread));
	EXPECT_EQ(7U, read->samples);
	EXPECT_EQ(0.5, read->jain);
	EXPECT_STREQ("a; b", read->why);
	forget(&results);
	forget(&again);
}

TEST(each_outcome_is_read)
{
	static const char *const outcomes[] = {
		[OUTCOME_OK] = "ok",
		[OUTCOME_SKIPPED] = "skipped",
		[OUTCOME_FAILED] = "failed",
		[OUTCOME_TIMED_OUT] = "timed out",
	};
	struct results results;
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(outcomes); i++) {
		snprintf(text, sizeof(text), "p,1,kipc,ours,%s,ns,,,,,0,1,,,why\n",
			 outcomes[i]);
		EXPECT_EQ(0U, read_text(&results, text));
		ASSERT_EQ(1U, results.count);
		EXPECT_EQ(i, (size_t)results.list[0].outcome);
		forget(&results);
	}
}

TEST(the_line_that_is_wrong_is_named)
{
	static const char *const wrong[] = {
		"open,10,kipc,ours,ok,ns,1,2,3,,7,1,,\n",	/* too few */
		"open,10,kipc,ours,ok,ns,1,2,3,,7,1,,,x,y\n",	/* too many */
		"open,-1,kipc,ours,ok,ns,1,2,3,,7,1,,,\n",
		"open,10,kipc,theirs,ok,ns,1,2,3,,7,1,,,\n",
		"open,10,kipc,ours,fine,ns,1,2,3,,7,1,,,\n",
		"open,10,kipc,ours,ok,ns,1x,2,3,,7,1,,,\n",
		"# no value\n",
		"\n",
	};
	struct results results;
	char text[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		snprintf(text, sizeof(text), "# key: value\n%s", wrong[i]);
		EXPECT_EQ(2U, read_text(&results, text))
			TH_LOG("%s", wrong[i]);
		forget(&results);
	}
}

TEST(best_peer_and_floor)
{
	static const char text[] =
		"p,1,kipc,ours,ok,ns,10,2,3,,7,1,,,\n"
		"p,1,a,peer,ok,ns,30,2,3,,7,1,,,\n"
		"p,1,b,peer,ok,ns,20,2,3,,7,1,,,\n"
		"p,1,c,peer,skipped,ns,,,,,0,1,,,why\n"
		"p,2,d,peer,ok,ns,1,2,3,,7,1,,,\n"
		"p,1,e,floor,ok,ns,5,2,3,,7,1,,,\n";
	const struct result *ours;
	struct results results;

	ASSERT_EQ(0U, read_text(&results, text));
	ours = results_find(&results, "p", 1, "kipc");
	ASSERT_NE(NULL, ours);
	EXPECT_STREQ("b", results_best_peer(&results, ours)->subject);
	EXPECT_STREQ("e", results_floor(&results, ours)->subject);
	EXPECT_EQ(NULL, results_find(&results, "p", 1, "c"));
	forget(&results);
}

/* The change of the peer's row says how noisy the two runs are: 10 %. */
TEST(changes_are_what_is_more_than_noise)
{
	static const char before[] =
		"p,1,kipc,ours,ok,ns,100,2,3,,7,1,,,\n"
		"p,2,kipc,ours,ok,ns,100,2,3,,7,1,,,\n"
		"p,3,kipc,ours,ok,ns,100,2,3,,7,1,,,\n"
		"p,4,kipc,ours,ok,ns,100,2,3,0.3,7,1,,,\n"
		"p,5,kipc,ours,skipped,ns,,2,3,,7,1,,,why\n"
		"p,1,peer,peer,ok,ns,100,2,3,,7,1,,,\n";
	static const char after[] =
		"p,1,kipc,ours,ok,ns,120,2,3,,7,1,,,\n"
		"p,2,kipc,ours,ok,ns,80,2,3,,7,1,,,\n"
		"p,3,kipc,ours,ok,ns,105,2,3,,7,1,,,\n"
		"p,4,kipc,ours,ok,ns,120,2,3,,7,1,,,\n"
		"p,5,kipc,ours,ok,ns,120,2,3,,7,1,,,\n"
		"p,1,peer,peer,ok,ns,110,2,3,,7,1,,,\n";
	struct results base, now;
	char text[1024] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");

	ASSERT_EQ(0U, read_text(&base, before));
	ASSERT_EQ(0U, read_text(&now, after));
	EXPECT_EQ(1U, view_changes(&base, &now, file));
	fclose(file);
	EXPECT_NE(NULL, strstr(text, "p-1/kipc"));
	EXPECT_NE(NULL, strstr(text, "p-2/kipc"));
	EXPECT_EQ(NULL, strstr(text, "p-3/kipc"));
	EXPECT_EQ(NULL, strstr(text, "p-4/kipc"));
	EXPECT_EQ(NULL, strstr(text, "p-5/kipc"));
	EXPECT_EQ(NULL, strstr(text, "p-1/peer"));
	EXPECT_NE(NULL, strstr(text, "5 rows in both, 2 changed"));
	forget(&base);
	forget(&now);
}

/* The first run that measured both sides of a promise counts. */
TEST(promises_are_met_or_missed)
{
	static const char counted[] =
		"semaphore-uncontended,0,kipc,ours,ok,ns,5,2,3,,7,1,,,\n"
		"semaphore-uncontended,0,sem_t,peer,ok,ns,10,2,3,,7,1,,,\n"
		"lock-uncontended,0,kipc,ours,ok,ns,26,2,3,,7,1,,,\n"
		"lock-uncontended,0,pthread-robust,peer,ok,ns,100,2,3,,7,1,,,\n"
		"barrier-blocked,2,kipc,ours,ok,ns,1,2,3,,7,1,,,\n";
	static const char timed[] =
		"semaphore-uncontended,0,kipc,ours,ok,ns,9,2,3,,7,1,,,\n"
		"semaphore-uncontended,0,sem_t,peer,ok,ns,10,2,3,,7,1,,,\n"
		"memory-semaphore,100000,kipc-packed,ours,ok,bytes,41,2,3,,7,1,,,\n";
	struct results runs[2];
	char text[8192] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");

	ASSERT_EQ(0U, read_text(&runs[0], counted));
	ASSERT_EQ(0U, read_text(&runs[1], timed));
	EXPECT_EQ(2U, view_acceptance(runs, 2, file));
	fclose(file);
	EXPECT_NE(NULL, strstr(text, "5.000 by 10.00"));
	EXPECT_NE(NULL, strstr(text, "26.00 by 100.0"));
	EXPECT_NE(NULL, strstr(text, "not measured"));
	forget(&runs[0]);
	forget(&runs[1]);
}

/* Of several peers, the cheapest measured one counts and is named. */
TEST(promise_beside_the_best_of_peers)
{
	static const char all[] =
		"mailbox-mesh,4,kipc,ours,ok,ns,10,2,3,,7,1,,,\n"
		"mailbox-mesh,4,mq,peer,ok,ns,20,2,3,,7,1,,,\n"
		"mailbox-mesh,4,msg,peer,ok,ns,8,2,3,,7,1,,,\n"
		"mailbox-mesh,4,fifo,peer,ok,ns,1,2,3,,7,1,,,\n"
		"mailbox-mesh,4,pipe,peer,skipped,ns,,,,,0,1,,,why\n";
	static const char few[] =
		"mailbox-mesh,4,kipc,ours,ok,ns,10,2,3,,7,1,,,\n"
		"mailbox-mesh,4,pipe,peer,ok,ns,16,2,3,,7,1,,,\n";
	struct results run;
	char text[8192] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");

	ASSERT_EQ(0U, read_text(&run, all));
	EXPECT_EQ(1U, view_acceptance(&run, 1, file));
	forget(&run);
	ASSERT_EQ(0U, read_text(&run, few));
	EXPECT_EQ(0U, view_acceptance(&run, 1, file));
	fclose(file);
	EXPECT_NE(NULL, strstr(text, "10.00 by 8.000 (msg)"));
	EXPECT_NE(NULL, strstr(text, "10.00 by 16.00 (pipe)"));
	EXPECT_NE(NULL, strstr(text, "0 met, 1 missed"));
	EXPECT_NE(NULL, strstr(text, "1 met, 0 missed"));
	forget(&run);
}

/* A promise about time uses only the run that was timed. */
TEST(promise_of_time)
{
	static const char counted[] =
		"# mode: instructions\n"
		"lock-crowd,10,kipc-semaphore,ours,ok,ns,30,2,3,,7,1,,,\n"
		"lock-crowd,10,sem_t,peer,ok,ns,10,2,3,,7,1,,,\n";
	static const char timed[] =
		"# mode: time\n"
		"lock-crowd,10,kipc-semaphore,ours,ok,ns,1234567,2,3,,7,1,,,\n"
		"lock-crowd,10,sem_t,peer,ok,ns,2469134,2,3,,7,1,,,\n";
	struct results runs[2];
	char text[8192] = "";
	FILE *file = fmemopen(text, sizeof(text), "w");

	ASSERT_EQ(0U, read_text(&runs[0], counted));
	ASSERT_EQ(0U, read_text(&runs[1], timed));
	EXPECT_EQ(0U, view_acceptance(runs, 1, file));
	EXPECT_EQ(0U, view_acceptance(runs, 2, file));
	fclose(file);
	EXPECT_NE(NULL, strstr(text, "0 met, 0 missed"));
	EXPECT_NE(NULL, strstr(text, "1 met, 0 missed"));
	EXPECT_NE(NULL, strstr(text, "0.5000"));
	EXPECT_NE(NULL, strstr(text, "1234567 by 2469134"));
	forget(&runs[0]);
	forget(&runs[1]);
}

TEST_HARNESS_MAIN
