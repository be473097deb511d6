// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the state of an object changes nothing: VALUE, STATE, fdinfo and LIST
 * need only a descriptor that is open for reading. They do not claim the words,
 * so they make no fast path enter the kernel.
 */
#include "kipc_test.h"
#include "mutex_word.h"
#include "user.h"
#include "word.h"

#define USER		1000
#define MAX		10
#define PARTIES		3
#define TRIES		100000

struct looker {
	const char *name;
	__u32 type;
	int fd;			/* open for reading only */
	unsigned int looks;
	unsigned int done;
};

FIXTURE(looking) {
	int fd;
	char name[64];
	struct words words;
	struct word *word;
	struct looker *looker;
	__u64 strange;		/* a value that the type never has */
};

FIXTURE_VARIANT(looking) {
	__u32 type;
};

FIXTURE_VARIANT_ADD(looking, semaphore) {
	.type = KIPC_SEMAPHORE,
};

FIXTURE_VARIANT_ADD(looking, barrier) {
	.type = KIPC_BARRIER,
};

FIXTURE_VARIANT_ADD(looking, mutex) {
	.type = KIPC_MUTEX,
};

FIXTURE_VARIANT_ADD(looking, region) {
	.type = KIPC_REGION,
};

static struct kipc_create_args looked_at(__u32 type)
{
	if (type == KIPC_SEMAPHORE)
		return semaphore_args(1, 0, MAX);
	if (type == KIPC_BARRIER)
		return barrier_args(PARTIES);
	return any_args(type);
}

static __u64 strange_word(__u32 type)
{
	if (type == KIPC_SEMAPHORE)
		return MAX + 1;
	if (type == KIPC_BARRIER)
		return PARTIES + 1;
	/* An owner that is not attached. */
	return 4000ULL << KIPC_MUTEX_SHIFT | 1;
}

FIXTURE_SETUP(looking)
{
	struct kipc_create_args args = looked_at(variant->type);

	unique_name(self->name, "looking");
	args.mode = 0644;
	self->fd = create_named(args, self->name, 0);
	ASSERT_LE(0, self->fd);
	ASSERT_EQ(0, words_map(&self->words, self->fd));
	self->word = word_at(&self->words, 0);
	self->strange = strange_word(variant->type);
	self->looker = shared_alloc(sizeof(*self->looker));
	self->looker->name = self->name;
	self->looker->type = variant->type;
	self->looker->fd = open_named(variant->type, self->name, KIPC_READ);
	ASSERT_LE(0, self->looker->fd);
}

FIXTURE_TEARDOWN(looking)
{
	close(self->looker->fd);
	close(self->fd);
}

static int look_by_verb(const struct looker *looker)
{
	struct kipc_barrier_state_args barrier;
	struct kipc_mutex_state_args mutex;
	__u32 value = 0;

	if (looker->type == KIPC_SEMAPHORE)
		return semaphore_value(looker->fd, 0, &value) ?:
		       value > MAX ? -ERANGE : 0;
	if (looker->type == KIPC_BARRIER)
		return barrier_state(looker->fd, &barrier) ?:
		       barrier.arrived >= PARTIES ? -ERANGE : 0;
	return mutex_state(looker->fd, 0, &mutex);
}

/* Reads the state in every possible way. */
static int look(const struct looker *looker)
{
	struct kipc_list_entry entry;
	struct kipc_info_args info;
	int ret = look_by_verb(looker);

	if (!ret && waiters(looker->fd))
		ret = -EPROTO;
	if (!ret && list_find(looker->name, &entry) != 1)
		ret = -ENOENT;
	return ret ? ret : object_info(looker->fd, &info);
}

TEST_F(looking, leaves_the_word)
{
	word_store(self->word, self->strange);
	EXPECT_EQ(0, look(self->looker));
	EXPECT_EQ(self->strange, word_load(self->word));
	word_store(self->word, 0);
	EXPECT_EQ(0, look(self->looker));
	EXPECT_EQ(0ULL, word_load(self->word));
}

/* The kernel does not trust the word any more than if it claimed it. */
TEST_F(looking, shows_possible_values)
{
	word_store(self->word, self->strange);
	if (variant->type == KIPC_SEMAPHORE)
		check_value(self->looker->fd, 0, MAX);
	else if (variant->type != KIPC_BARRIER)
		check_mutex(self->looker->fd, 0, 0, 0, KIPC_MUTEX_STATE_OWNER_DIED);
	word_store(self->word, ~KIPC_SLOW);
	EXPECT_EQ(0, look_by_verb(self->looker));
	word_store(self->word, ~0ULL);
	EXPECT_EQ(0, look_by_verb(self->looker));
}

static int run_looker(void *data)
{
	struct looker *looker = data;
	int ret = geteuid() ? 0 : become_user(USER, USER);

	while (!ret && !__atomic_load_n(&looker->done, __ATOMIC_ACQUIRE)) {
		ret = look_by_verb(looker);
		__atomic_add_fetch(&looker->looks, 1, __ATOMIC_RELEASE);
	}
	return ret;
}

static unsigned int looks(const struct looker *looker)
{
	return __atomic_load_n(&looker->looks, __ATOMIC_ACQUIRE);
}

/*
 * Another user reads the state all the time, and no change by the fast path
 * fails.
 */
TEST_F(looking, leaves_the_fast_path)
{
	unsigned int tries = 0, refused = 0;
	struct child child;

	child_start(&child, run_looker, self->looker);
	do {
		refused += !word_swap(self->word, 0, 1);
		refused += !word_swap(self->word, 1, 0);
		tries++;
	} while ((tries < scaled(TRIES) || looks(self->looker) < scaled(1000)) &&
		 !child_ended(&child));
	__atomic_store_n(&self->looker->done, 1, __ATOMIC_RELEASE);
	EXPECT_EQ(0, child_finish(&child));
	EXPECT_EQ(0U, refused);
}

TEST_HARNESS_MAIN
