// SPDX-License-Identifier: GPL-2.0-only
/*
 * libkipc with programs that were compiled against another version of it, whose
 * structures are shorter or longer than its own.
 */
#include "kipc_test.h"
#include "library.h"

#define MORE		24	/* bytes that only the program knows */
#define CANARY		0xa5

/*
 * A structure of the library, with room for the additions of a later version.
 */
struct room {
	union {
		unsigned char bytes[512];
		struct kipc_semaphore_options semaphore;
		struct kipc_barrier_options barrier;
		struct kipc_mailbox_options mailbox;
		struct kipc_mutex_options mutex;
		struct kipc_region_options region;
		struct kipc_barrier_state_args barrier_state;
		struct kipc_mailbox_state_args mailbox_state;
		struct kipc_mutex_state_args mutex_state;
		struct kipc_region_state_args region_state;
		struct kipc_message message;
		struct kipc_spins spins;
	};
};

/* Returns true if the bytes from this one on are unchanged. */
static bool untouched(const struct room *room, size_t from)
{
	size_t i;

	for (i = from; i < sizeof(room->bytes); i++) {
		if (room->bytes[i] != CANARY)
			return false;
	}
	return true;
}

static bool zeroed(const struct room *room, size_t from, size_t to)
{
	size_t i;

	for (i = from; i < to; i++) {
		if (room->bytes[i])
			return false;
	}
	return true;
}

/* ------------------------------------------------------------------------ */
/* Options                                                                  */
/* ------------------------------------------------------------------------ */

static int create_semaphore(const struct room *room, size_t size)
{
	struct kipc_semaphore *semaphore = (void *)room;
	int error = kipc_semaphore_create_sized(&semaphore, NULL, &room->semaphore, size);

	if (error && semaphore)
		return -EPROTO;
	kipc_semaphore_close(semaphore);
	return error;
}

static int create_barrier(const struct room *room, size_t size)
{
	struct kipc_barrier *barrier = (void *)room;
	int error = kipc_barrier_create_sized(&barrier, NULL, &room->barrier, size);

	if (error && barrier)
		return -EPROTO;
	kipc_barrier_close(barrier);
	return error;
}

static int create_mailbox(const struct room *room, size_t size)
{
	struct kipc_mailbox *mailbox = (void *)room;
	int error = kipc_mailbox_create_sized(&mailbox, NULL, &room->mailbox, size);

	if (error && mailbox)
		return -EPROTO;
	kipc_mailbox_close(mailbox);
	return error;
}

static int create_mutex(const struct room *room, size_t size)
{
	struct kipc_mutex *mutex = (void *)room;
	int error = kipc_mutex_create_sized(&mutex, NULL, &room->mutex, size);

	if (error && mutex)
		return -EPROTO;
	kipc_mutex_close(mutex);
	return error;
}

static int create_region(const struct room *room, size_t size)
{
	struct kipc_region *region = (void *)room;
	int error = kipc_region_create_sized(&region, NULL, &room->region, size);

	if (error && region)
		return -EPROTO;
	kipc_region_close(region);
	return error;
}

FIXTURE(options) {
	struct room room;
};

FIXTURE_VARIANT(options) {
	int (*create)(const struct room *room, size_t size);
	size_t size;
};

FIXTURE_VARIANT_ADD(options, semaphore) {
	.create = create_semaphore,
	.size = sizeof(struct kipc_semaphore_options),
};

FIXTURE_VARIANT_ADD(options, barrier) {
	.create = create_barrier,
	.size = sizeof(struct kipc_barrier_options),
};

FIXTURE_VARIANT_ADD(options, mailbox) {
	.create = create_mailbox,
	.size = sizeof(struct kipc_mailbox_options),
};

FIXTURE_VARIANT_ADD(options, mutex) {
	.create = create_mutex,
	.size = sizeof(struct kipc_mutex_options),
};

FIXTURE_VARIANT_ADD(options, region) {
	.create = create_region,
	.size = sizeof(struct kipc_region_options),
};

FIXTURE_SETUP(options)
{
	memset(&self->room, 0, sizeof(self->room));
	/* The only field without a default. */
	if (variant->create == create_barrier)
		self->room.barrier.parties = 2;
}

FIXTURE_TEARDOWN(options)
{
}

TEST_F(options, of_a_later_program_may_be_zero)
{
	EXPECT_EQ(0, variant->create(&self->room, variant->size));
	EXPECT_EQ(0, variant->create(&self->room, variant->size + MORE));
}

TEST_F(options, of_a_later_program_that_mean_something_are_refused)
{
	self->room.bytes[variant->size + MORE - 1] = 1;
	EXPECT_EQ(-E2BIG, variant->create(&self->room, variant->size + MORE));
	EXPECT_EQ(0, variant->create(&self->room, variant->size));
}

TEST_F(options, shorter_than_any_are_refused)
{
	EXPECT_EQ(-EINVAL, variant->create(&self->room, 0));
	EXPECT_EQ(-EINVAL, variant->create(&self->room, variant->size / 2));
}

/* ------------------------------------------------------------------------ */
/* Answers                                                                  */
/* ------------------------------------------------------------------------ */

static int answer_barrier(struct room *room, size_t size)
{
	const struct kipc_barrier_options options = { .parties = 2 };
	struct kipc_barrier *barrier;
	int error;

	error = kipc_barrier_create(&barrier, NULL, &options);
	error = error ?: kipc_barrier_state_sized(barrier, &room->barrier_state, size);
	kipc_barrier_close(barrier);
	return error ?: room->barrier_state.parties == 2 ? 0 : -EPROTO;
}

static int answer_mailbox(struct room *room, size_t size)
{
	struct kipc_mailbox *mailbox;
	int error;

	error = kipc_mailbox_create(&mailbox, NULL, NULL);
	error = error ?: kipc_mailbox_send(mailbox, "abc", 3, 0);
	error = error ?: kipc_mailbox_state_sized(mailbox, &room->mailbox_state, size);
	kipc_mailbox_close(mailbox);
	return error ?: room->mailbox_state.bytes == 3 ? 0 : -EPROTO;
}

static int answer_mutex(struct room *room, size_t size)
{
	struct kipc_mutex *mutex;
	int error;

	error = kipc_mutex_create(&mutex, NULL, NULL);
	error = error ?: kipc_mutex_lock(mutex, 0);
	error = error ?: kipc_mutex_state_sized(mutex, 0, &room->mutex_state, size);
	kipc_mutex_close(mutex);
	return error ?: room->mutex_state.depth == 1 ? 0 : -EPROTO;
}

static int answer_region(struct room *room, size_t size)
{
	struct kipc_region *region;
	int error;

	error = kipc_region_create(&region, NULL, NULL);
	error = error ?: kipc_region_state_sized(region, &room->region_state, size);
	kipc_region_close(region);
	return error ?: room->region_state.bytes == 4096 ? 0 : -EPROTO;
}

static int answer_message(struct room *room, size_t size)
{
	struct kipc_mailbox *mailbox;
	char buffer[3];
	ssize_t result;

	result = kipc_mailbox_create(&mailbox, NULL, NULL);
	result = result ?: kipc_mailbox_send(mailbox, "abc", 3, 7);
	result = result ?: kipc_mailbox_receive_sized(mailbox, buffer, sizeof(buffer),
						      &room->message, size,
						      KIPC_FOREVER, 0);
	kipc_mailbox_close(mailbox);
	return result == 3 && room->message.priority == 7 ? 0 : (int)result ?: -EPROTO;
}

static int answer_spins(struct room *room, size_t size)
{
	struct kipc_semaphore *semaphore;
	int error;

	error = kipc_semaphore_create(&semaphore, NULL, NULL);
	if (error)
		return error;
	kipc_semaphore_spins_sized(semaphore, &room->spins, size);
	kipc_semaphore_close(semaphore);
	return room->spins.looks ? -EPROTO : 0;
}

FIXTURE(answer) {
	struct room room;
};

FIXTURE_VARIANT(answer) {
	int (*ask)(struct room *room, size_t size);
	size_t size;
};

FIXTURE_VARIANT_ADD(answer, barrier) {
	.ask = answer_barrier,
	.size = sizeof(struct kipc_barrier_state_args),
};

FIXTURE_VARIANT_ADD(answer, mailbox) {
	.ask = answer_mailbox,
	.size = sizeof(struct kipc_mailbox_state_args),
};

FIXTURE_VARIANT_ADD(answer, mutex) {
	.ask = answer_mutex,
	.size = sizeof(struct kipc_mutex_state_args),
};

FIXTURE_VARIANT_ADD(answer, region) {
	.ask = answer_region,
	.size = sizeof(struct kipc_region_state_args),
};

FIXTURE_VARIANT_ADD(answer, message) {
	.ask = answer_message,
	.size = sizeof(struct kipc_message),
};

FIXTURE_VARIANT_ADD(answer, spins) {
	.ask = answer_spins,
	.size = sizeof(struct kipc_spins),
};

FIXTURE_SETUP(answer)
{
	memset(&self->room, CANARY, sizeof(self->room));
}

FIXTURE_TEARDOWN(answer)
{
}

TEST_F(answer, fills_no_more_than_there_is)
{
	EXPECT_EQ(0, variant->ask(&self->room, variant->size));
	EXPECT_TRUE(untouched(&self->room, variant->size));
}

TEST_F(answer, is_zero_where_only_the_program_knows)
{
	EXPECT_EQ(0, variant->ask(&self->room, variant->size + MORE));
	EXPECT_TRUE(zeroed(&self->room, variant->size, variant->size + MORE));
	EXPECT_TRUE(untouched(&self->room, variant->size + MORE));
}

TEST(states_shorter_than_any_are_refused)
{
	struct kipc_mutex *mutex;
	struct room room;

	memset(&room, CANARY, sizeof(room));
	ASSERT_EQ(0, kipc_mutex_create(&mutex, NULL, NULL));
	EXPECT_EQ(-EINVAL, kipc_mutex_state_sized(mutex, 0, &room.mutex_state, 4));
	EXPECT_TRUE(untouched(&room, 0));
	EXPECT_EQ(-EINVAL, kipc_mutex_state_sized(mutex, 0, &room.mutex_state, 16));
	EXPECT_TRUE(untouched(&room, 16));
	kipc_mutex_close(mutex);
}

TEST(a_message_seen_by_less_than_all)
{
	struct kipc_message message;
	struct kipc_mailbox *mailbox;
	char buffer[3];

	memset(&message, CANARY, sizeof(message));
	ASSERT_EQ(0, kipc_mailbox_create(&mailbox, NULL, NULL));
	ASSERT_EQ(0, kipc_mailbox_send(mailbox, "abc", 3, 7));
	EXPECT_EQ(3, kipc_mailbox_receive_sized(mailbox, buffer, sizeof(buffer),
						&message, 8, KIPC_FOREVER, 0));
	EXPECT_EQ(3, message.length);
	EXPECT_EQ(7, message.priority);
	EXPECT_EQ(0xa5a5a5a5, message.pid);
	kipc_mailbox_close(mailbox);
}

/*
 * If a program knows longer entries, the entries lie that much further apart.
 */
TEST(entries_of_a_list_lie_as_the_program_knows_them)
{
	struct {
		struct kipc_list_entry entry;
		unsigned char more[MORE];
	} entries[64];
	struct kipc_semaphore *semaphore;
	uint64_t cursor = 0;
	int filled, i, found = 0;
	char name[64];

	ASSERT_EQ(0, kipc_semaphore_create(&semaphore, unique_name(name, "sized"), NULL));
	do {
		memset(entries, CANARY, sizeof(entries));
		filled = kipc_list_sized(&cursor, &entries[0].entry, 64,
					 sizeof(entries[0]));
		ASSERT_LE(0, filled);
		for (i = 0; i < filled; i++) {
			found += !strcmp(entries[i].entry.name, name);
			EXPECT_EQ(0, entries[i].more[0]);
			EXPECT_EQ(0, entries[i].more[MORE - 1]);
		}
	} while (filled);
	EXPECT_EQ(1, found);
	cursor = 0;
	EXPECT_EQ(-EINVAL, kipc_list_sized(&cursor, &entries[0].entry, 64,
					   sizeof(entries[0].entry) - 1));
	kipc_semaphore_close(semaphore);
}

TEST_HARNESS_MAIN
