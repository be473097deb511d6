// SPDX-License-Identifier: GPL-2.0-only
#include "turn.h"

#include "schedule.h"
#include "shared_memory.h"

struct turns *turns_alloc(int fd)
{
	struct turns *turns = shared_alloc(sizeof(*turns));

	turns->fd = fd;
	return turns;
}

int comer_prepare(const struct comer *comer)
{
	int ret = comer->cpu < 0 ? 0 : pin(comer->cpu);

	return ret ?: set_priority(comer->priority);
}

void turns_note(struct turns *turns, unsigned int number)
{
	turns->got[__atomic_fetch_add(&turns->next, 1, __ATOMIC_SEQ_CST)] = number;
}
