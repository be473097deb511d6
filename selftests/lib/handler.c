// SPDX-License-Identifier: GPL-2.0-only
#include "handler.h"

#include "shared_memory.h"
#include "until.h"

volatile unsigned int *handled;

void count_signal(int signal)
{
	(void)signal;
	__atomic_add_fetch(handled, 1, __ATOMIC_SEQ_CST);
}

void handle_signal(int signal, int flags)
{
	struct sigaction action = {
		.sa_handler = count_signal,
		.sa_flags = flags,
	};

	handled = shared_alloc(sizeof(*handled));
	sigaction(signal, &action, NULL);
}

void interrupt(const struct child *child, int signal)
{
	unsigned int before = *handled;

	kill(child->pid, signal);
	wait_until(*handled != before || child_ended(child));
}
