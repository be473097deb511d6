/* SPDX-License-Identifier: GPL-2.0-only */
/* The checks of a test of faults, which need the harness. See fault.h. */
#ifndef FAULT_CHECK_H
#define FAULT_CHECK_H

#include "kipc_test.h"
#include "fault.h"
#include "leaks.h"

/*
 * In place of TEST_HARNESS_MAIN: skips all tests if faults cannot be injected.
 */
static inline int faults_main(int argc, char **argv)
{
	const char *reason = faults_prepare();

	if (reason) {
		ksft_print_header();
		ksft_exit_skip("%s\n", reason);
	}
	return test_harness_run(argc, argv);
}

/* Calls once with the nth fault. Returns true if the fault has happened. */
static inline bool fault_once(struct __test_metadata *_metadata,
			      struct subject *subject, unsigned int nth)
{
	const struct operation *operation = subject->operation;
	bool happened;
	int ret;

	ASSERT_TRUE(faults_arm(nth));
	ret = operation->call(subject);
	happened = faults_disarm();
	if (ret != operation->ret) {
		EXPECT_TRUE(happened && is_fault(operation, ret)) {
			TH_LOG("fault %u gives %d", nth, ret);
		}
		if (operation->state)
			EXPECT_EQ(operation->was, operation->state(subject)) {
				TH_LOG("fault %u has changed it", nth);
			}
		ret = operation->call(subject);
	}
	EXPECT_EQ(operation->ret, ret) {
		TH_LOG("after fault %u", nth);
	}
	if (operation->state)
		EXPECT_EQ(operation->becomes, operation->state(subject)) {
			TH_LOG("after fault %u", nth);
		}
	if (operation->works)
		EXPECT_EQ(0, operation->works(subject)) {
			TH_LOG("after fault %u", nth);
		}
	if (subject->fd >= 0)
		wait_for_waiters(subject->fd, 0);
	return happened;
}

/* Calls with each fault of an operation in turn. */
static inline void check_faults(struct __test_metadata *_metadata,
				struct subject *subject,
				const struct operation *operation)
{
	struct holdings before = holdings_now();
	unsigned int nth = 0;
	bool happened;

	subject->operation = operation;
	do {
		ASSERT_LT(nth, FAULTS_MAX);
		ASSERT_EQ(0, subject_make(subject));
		happened = fault_once(_metadata, subject, ++nth);
		subject_drop(subject);
		check_holdings(before);
	} while (happened && !_metadata->exit_code);
	EXPECT_EQ(0, quota_check());
	if (!operation->may_not_fail)
		EXPECT_LT(1U, nth);
	TH_LOG("%u faults", nth - 1);
}

#endif /* FAULT_CHECK_H */
