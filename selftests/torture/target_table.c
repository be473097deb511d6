// SPDX-License-Identifier: GPL-2.0-only
#include "target.h"

#define PAGE	4096

/*
 * A worker that holds a target waits only for targets after it in this table, so there
 * are no deadlocks but those of KIPC_DETECT, which ends them by itself.
 */
const struct row rows[] = {
	{ "mutex", &mutex_kind, 0, 0 },
	{ "mutex, packed", &mutex_kind, KIPC_PACKED, 0 },
	{ "mutex, sealed", &mutex_kind, KIPC_SEALED, 0 },
	{ "mutex, fair", &mutex_kind, KIPC_FAIR, 0 },
	{ "mutex, spinning", &mutex_kind, KIPC_SPIN, 0 },
	{ "mutex, recursive", &mutex_kind, KIPC_RECURSIVE, 0 },
	{ "mutex, detecting", &mutex_kind, KIPC_DETECT, 0 },
	{ "region", &region_kind, 0, 0 },
	{ "region, sealed", &region_kind, KIPC_SEALED, 0 },
	{ "semaphore", &semaphore_kind, 0, 0 },
	{ "semaphore, fair", &semaphore_kind, KIPC_FAIR, 0 },
	{ "semaphore, undo", &semaphore_kind, KIPC_UNDO, 0 },
	{ "barrier", &barrier_kind, 0, 3 },
	{ "barrier, drop", &barrier_kind, KIPC_DROP, 4 },
	{ "mailbox", &mailbox_kind, 0, 0 },
	{ "mailbox, fair", &mailbox_kind, KIPC_FAIR, 0 },
	{ "names", &name_kind, 0, 0 },
	{ "onlooker", &onlooker_kind, 0, 0 },
};

const unsigned int target_count = ARRAY_SIZE(rows);
static_assert(ARRAY_SIZE(rows) <= TARGETS_MAX, "rows");

struct target targets[TARGETS_MAX];

size_t targets_size(size_t shares[TARGETS_MAX])
{
	size_t size = sizeof(struct arena);
	unsigned int i;

	for (i = 0; i < target_count; i++) {
		/* Each target has pages of its own. */
		size = (size + PAGE - 1) / PAGE * PAGE;
		shares[i] = size;
		size += rows[i].kind->share;
	}
	return size;
}

/* Every object has a name, so that LIST has something to show. */
static int target_create(unsigned int number)
{
	const struct row *row = &rows[number];
	char name[64], suffix[16];
	int fd;

	if (!row->kind->args)
		return -1;
	snprintf(suffix, sizeof(suffix), "%u", number);
	fd = create_named(row->kind->args(), unique_name(name, suffix),
			  row->flags | KIPC_EXCLUSIVE);
	/* It stays open across exec, because the new program needs it. */
	if (fd >= 0 && fcntl(fd, F_SETFD, 0))
		return -errno;
	return fd;
}

int targets_create(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++) {
		arena->fds[i] = target_create(i);
		if (rows[i].kind->args && arena->fds[i] < 0)
			return arena->fds[i];
	}
	targets_find();
	return 0;
}

void targets_find(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++)
		targets[i] = (struct target) {
			.row = &rows[i],
			.number = i,
			.fd = arena->fds[i],
			.share = (char *)arena + arena->shares[i],
		};
}

static void target_check_idle(const struct target *target)
{
	long attached = fdinfo_number(target->fd, "kipc-attachments:");
	long waiting = waiters(target->fd);

	/* Some objects have no attachments. */
	if (attached && attached != -ENOENT)
		broken("%s: %ld attached after the end", label_of(target),
		       attached);
	if (waiting)
		broken("%s: %ld waiting after the end", label_of(target),
		       waiting);
}

void targets_check_idle(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++)
		if (rows[i].kind->args)
			target_check_idle(&targets[i]);
}

void targets_close(void)
{
	unsigned int i;

	for (i = 0; i < target_count; i++)
		if (rows[i].kind->args)
			close(targets[i].fd);
}

int seat_take(struct seat *seat, const struct target *target)
{
	int ret;

	seat->fd = target->fd;
	if (!target->row->kind->maps)
		return 0;
	count_up(arena->attaching[target->number]);
	ret = words_attach(&seat->words, seat->fd);
	/* A child of fork has inherited the mapping of the bytes. */
	if (!ret && target->row->kind->bytes && !seat->bytes.base)
		ret = bytes_map(&seat->bytes, seat->fd);
	if (ret)
		return ret;
	count_up(arena->attached[target->number]);
	seat->attachment = attachment_of(seat->fd);
	return 0;
}

void seat_leave(struct seat *seat)
{
	words_unmap(&seat->words);
	if (seat->bytes.base)
		bytes_unmap(&seat->bytes);
}
