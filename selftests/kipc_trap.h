/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the emulator of the guest makes up in programs for 32 bit. QEMU 7.2 computes
 * the flags after CMPXCHG8B from ones that it has not updated: where an interrupt or
 * a page fault comes before the next instruction that sets them, the program goes on
 * with the trap flag set, now and then, and gets a SIGTRAP. It clears that flag, with
 * two that no program here sets (string instructions go backwards, accesses have to be
 * aligned), and goes on.
 */
#ifndef KIPC_TRAP_H
#define KIPC_TRAP_H

#ifdef __i386__

#include <signal.h>
#include <ucontext.h>

#define TRAP_FLAG		0x100
#define DIRECTION_FLAG		0x400
#define ALIGNMENT_FLAG		0x40000

static void trap_made_up(int number, siginfo_t *info, void *data)
{
	ucontext_t *context = data;

	if (info->si_code != TRAP_TRACE)
		signal(number, SIG_DFL);
	context->uc_mcontext.gregs[REG_EFL] &=
		~(TRAP_FLAG | DIRECTION_FLAG | ALIGNMENT_FLAG);
}

__attribute__((constructor)) static void trap_prepare(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_RESTART };

	action.sa_sigaction = trap_made_up;
	sigaction(SIGTRAP, &action, NULL);
}

#endif /* __i386__ */

#endif /* KIPC_TRAP_H */
