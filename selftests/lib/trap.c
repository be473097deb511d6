// SPDX-License-Identifier: GPL-2.0-only
/*
 * A workaround for spurious traps in 32-bit programs under emulation. QEMU 7.2
 * computes the flags after CMPXCHG8B from flags that it has not updated. If an
 * interrupt or a page fault comes before the next instruction that sets the flags, the
 * program sometimes continues with the trap flag set and gets a SIGTRAP. The handler
 * clears the trap flag, and with it two flags that no test sets: the direction flag
 * (string instructions run backwards) and the alignment flag (accesses have to be
 * aligned).
 *
 * The Makefiles link this file into every program by its symbol trap_prepare, because
 * no other file refers to it.
 */
#ifdef __i386__

#include <signal.h>
#include <stddef.h>
#include <ucontext.h>

#define TRAP_FLAG		0x100
#define TRAP_DIRECTION_FLAG	0x400
#define TRAP_ALIGNMENT_FLAG	0x40000

static void trap_handle(int number, siginfo_t *info, void *data)
{
	ucontext_t *context = data;

	if (info->si_code != TRAP_TRACE)
		signal(number, SIG_DFL);
	context->uc_mcontext.gregs[REG_EFL] &=
		~(TRAP_FLAG | TRAP_DIRECTION_FLAG | TRAP_ALIGNMENT_FLAG);
}

void trap_prepare(void);

__attribute__((constructor)) void trap_prepare(void)
{
	struct sigaction action = { .sa_flags = SA_SIGINFO | SA_RESTART };

	action.sa_sigaction = trap_handle;
	sigaction(SIGTRAP, &action, NULL);
}

#else

/* A translation unit must not be empty. */
extern const int trap_not_needed;

#endif /* __i386__ */
