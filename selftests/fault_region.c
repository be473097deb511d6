// SPDX-License-Identifier: GPL-2.0-only
/*
 * The verbs of regions under faults, and mappings of their bytes. The state is
 * the number of writable mappings and whether the region is sealed.
 */
#include "fault_verb.h"
#include "bytes.h"

#define PAGE		4096UL
#define SEALED		0x100

static long state(struct subject *subject)
{
	struct kipc_region_state_args state;
	long ret = region_state(subject->fd, &state);

	if (ret)
		return ret;
	return state.seals ? SEALED + state.writers : state.writers;
}

static int map_for(struct subject *subject, int protection, int flags)
{
	struct bytes bytes;
	int ret = bytes_map_part(&bytes, subject->fd, protection, flags, 0,
				 REGION);

	if (ret)
		return ret;
	subject->words.base = (char *)bytes.base;
	subject->words.size = bytes.size;
	return 0;
}

static int call_map(struct subject *subject)
{
	return map_for(subject, KIPC_BOTH, MAP_SHARED);
}

static int call_map_for_reading(struct subject *subject)
{
	return map_for(subject, PROT_READ, MAP_SHARED);
}

static int call_map_privately(struct subject *subject)
{
	return map_for(subject, KIPC_BOTH, MAP_PRIVATE);
}

static int call_seal(struct subject *subject)
{
	return region_seal(subject->fd);
}

static int works_write(struct subject *subject)
{
	char *last = subject->words.base + REGION - 1;

	if (*last)
		return -EPROTO;
	*last = 1;
	return 0;
}

static int works_read(struct subject *subject)
{
	return subject->words.base[REGION - 1] ? -EPROTO : 0;
}

FIXTURE_VARIANT_ADD(verb, region_mmap) {
	.type = KIPC_REGION,
	.operation = {
		.call = call_map,
		.works = works_write,
		.state = state,
		.was = 0,
		.becomes = 1,
	},
};

FIXTURE_VARIANT_ADD(verb, region_mmap_privately) {
	.type = KIPC_REGION,
	.operation = {
		.call = call_map_privately,
		.works = works_write,
		.state = state,
		.was = 0,
		.becomes = 0,
	},
};

FIXTURE_VARIANT_ADD(verb, region_mmap_sealed) {
	.type = KIPC_REGION,
	.operation = {
		.before = call_seal,
		.call = call_map_for_reading,
		.works = works_read,
		.state = state,
		.was = SEALED,
		.becomes = SEALED,
	},
};

FIXTURE_VARIANT_ADD(verb, region_mmap_sealed_in_vain) {
	.type = KIPC_REGION,
	.operation = {
		.before = call_seal,
		.call = call_map,
		.ret = -EPERM,
		.state = state,
		.was = SEALED,
		.becomes = SEALED,
	},
};

static int call_munmap(struct subject *subject)
{
	if (munmap(subject->words.base, subject->words.size))
		return -errno;
	subject->words.base = NULL;
	return 0;
}

FIXTURE_VARIANT_ADD(verb, region_munmap) {
	.type = KIPC_REGION,
	.operation = {
		.before = call_map,
		.call = call_munmap,
		.state = state,
		.was = 1,
		.becomes = 0,
	},
};

/* Unmaps one page of several, so that there are two mappings afterwards. */
static int call_munmap_page(struct subject *subject)
{
	return errno_of(munmap(subject->words.base + PAGE, PAGE));
}

/*
 * Returns 0 if the mapping is split. Only the end is checked, because a call
 * that failed may have split the mapping already.
 */
static int works_split(struct subject *subject)
{
	return state(subject) == 2 ? works_write(subject) : -EPROTO;
}

FIXTURE_VARIANT_ADD(verb, region_munmap_page) {
	.type = KIPC_REGION,
	.operation = {
		.before = call_map,
		.call = call_munmap_page,
		.works = works_split,
	},
};

/* Forks a child, which has the bytes without mapping them. */
static int call_fork(struct subject *subject)
{
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (!pid)
		_exit(subject->words.base[REGION - 1]);
	return child_wait(pid);
}

FIXTURE_VARIANT_ADD(verb, region_fork) {
	.type = KIPC_REGION,
	.operation = {
		.before = call_map,
		.call = call_fork,
		.works = works_write,
		.also = -EAGAIN,
		.state = state,
		.was = 1,
		.becomes = 1,
	},
};

FIXTURE_VARIANT_ADD(verb, region_seal) {
	.type = KIPC_REGION,
	.operation = {
		.call = call_seal,
		.state = state,
		.was = 0,
		.becomes = SEALED,
	},
};

FIXTURE_VARIANT_ADD(verb, region_seal_in_vain) {
	.type = KIPC_REGION,
	.operation = {
		.before = call_map,
		.call = call_seal,
		.ret = -EBUSY,
		.state = state,
		.was = 1,
		.becomes = 1,
	},
};

static int call_state(struct subject *subject)
{
	return (int)state(subject);
}

FIXTURE_VARIANT_ADD(verb, region_state) {
	.type = KIPC_REGION,
	.operation = {
		.before = call_map,
		.call = call_state,
		.ret = 1,
	},
};

int main(int argc, char **argv)
{
	return faults_main(argc, argv);
}
