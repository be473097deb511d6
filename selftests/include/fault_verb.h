/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The verbs of a type under faults. A program for a type includes this header,
 * which defines the fixture and the test, and adds a variant for each verb.
 */
#ifndef FAULT_VERB_H
#define FAULT_VERB_H

#include "fault_check.h"

FIXTURE(verb) {
	struct subject *subject;
};

FIXTURE_VARIANT(verb) {
	__u32 type;
	__u32 flags;
	struct operation operation;
};

FIXTURE_SETUP(verb)
{
	ASSERT_EQ(0, faults_open());
	self->subject = new_subject(variant->type, variant->flags);
}

FIXTURE_TEARDOWN(verb)
{
	faults_close();
}

TEST_F_TIMEOUT(verb, fails_whole, 800)
{
	check_faults(_metadata, self->subject, &variant->operation);
}

#endif /* FAULT_VERB_H */
