/* SPDX-License-Identifier: GPL-2.0-only */
/* main() of a program whose members may call member_exec(). */
#ifndef MEMBER_MAIN_H
#define MEMBER_MAIN_H

#include "kipc_test.h"
#include "member.h"

static inline int member_main(int argc, char **argv)
{
	member_pause_after_exec(argc, argv);
	return test_harness_run(argc, argv);
}

#endif /* MEMBER_MAIN_H */
