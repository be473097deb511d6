// SPDX-License-Identifier: GPL-2.0-only
/* Unit tests of the fuzzer, with a simulated target instead of the module */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"

#include "array.h"
#include "fuzz.h"
#include "generate.h"
#include "mutate.h"
#include "notes.h"
#include "op.h"
#include "value_table.h"

/* In seconds. It is long because the machine may be busy. */
#undef TEST_TIMEOUT_DEFAULT
#define TEST_TIMEOUT_DEFAULT	300

#define MANY	2000
#define SEEDS	8

/* ------------------------------------------------------------------------ */
/* Text                                                                     */
/* ------------------------------------------------------------------------ */

static bool value_survives(enum value_class class, __u64 value)
{
	char text[256];
	__u64 again;

	value_print(class, value, text, sizeof(text));
	return value_parse(class, text, &again) && again == value;
}

TEST(every_choice_can_be_written_and_read)
{
	unsigned int class, i;

	for (class = 0; class < VALUE_CLASSES; class++) {
		const struct value_kind *kind = &value_kinds[class];

		EXPECT_NE(0, kind->count) {
			TH_LOG("class %u", class);
		}
		EXPECT_TRUE(value_survives(class, value_default(class)));
		for (i = 0; i < kind->count; i++)
			EXPECT_TRUE(value_survives(class,
						   kind->choices[i].value));
	}
}

TEST(any_number_can_be_written_and_read)
{
	struct random random = random_for(1, 1);
	unsigned int class, i;

	for (class = 0; class < VALUE_CLASSES; class++)
		for (i = 0; i < 200; i++) {
			__u64 value = value_mutate(class, random_next(&random),
						   &random);

			EXPECT_TRUE(value_valid(class, value));
			EXPECT_TRUE(value_survives(class, value)) {
				TH_LOG("class %u: %llx", class, value);
			}
		}
}

static bool program_parses(const char *text, struct program *program,
			   struct program_error *error)
{
	*error = (struct program_error){};
	return program_parse(program, &text, error);
}

static bool program_survives(const struct program *program)
{
	static char text[PROGRAM_TEXT_MAX];
	struct program_error error;
	struct program again;

	return program_print(program, text, sizeof(text)) < PROGRAM_TEXT_MAX &&
	       program_parses(text, &again, &error) &&
	       program_equal(program, &again) &&
	       program_hash(program) == program_hash(&again);
}

TEST(programs_survive_being_written_and_read)
{
	struct random random = random_for(2, 2);
	struct program program, other;
	unsigned int i;

	for (i = 0; i < MANY; i++) {
		program_generate(&program, &random);
		program_generate(&other, &random);
		EXPECT_TRUE(program_survives(&program));
		program_mutate(&program, &other, &random);
		EXPECT_TRUE(program_survives(&program));
	}
}

TEST(comments_and_space_mean_nothing)
{
	struct program_error error;
	struct program program;

	ASSERT_TRUE(program_parses("\n# no\n \t1&  semaphore_wait\tfd=2 # s\r\n",
				   &program, &error));
	ASSERT_EQ(1, program.count);
	EXPECT_EQ(1, program.ops[0].worker);
	EXPECT_TRUE(program.ops[0].async);
	EXPECT_STREQ("semaphore_wait", op_kind(&program.ops[0])->name);
	EXPECT_EQ(2, program.ops[0].args[IOCTL_FD]);
}

TEST(a_file_may_hold_several_programs)
{
	const char *text = "0: sleep\nnext\n0: exec\n0: exit\nnext\n"
			   "0: fork worker=9";
	struct program_error error = {};
	struct program program;

	ASSERT_TRUE(program_parse(&program, &text, &error));
	EXPECT_EQ(1, program.count);
	ASSERT_TRUE(program_parse(&program, &text, &error));
	EXPECT_EQ(2, program.count);
	EXPECT_FALSE(program_parse(&program, &text, &error));
	EXPECT_EQ(6, error.line);
}

TEST(bad_programs_are_refused)
{
	static const struct {
		const char *text;
		unsigned int line;
	} bad[] = {
		{ "sleep", 1 },
		{ "0 sleep", 1 },
		{ "4: sleep", 1 },
		{ "00: sleep", 1 },
		{ "0:", 1 },
		{ "0: sleeep", 1 },
		{ "0: sleep\n\n0: sleep microseconds", 3 },
		{ "0: sleep microseconds=", 1 },
		{ "0: sleep microseconds=5x", 1 },
		{ "0: sleep microseconds=99999999999999999999", 1 },
		{ "0: sleep microseconds=5 microseconds=5", 1 },
		{ "0: sleep milliseconds=5", 1 },
		{ "# here\n0: close fd=6", 2 },
		{ "0: map map=3", 1 },
		{ "0: fork worker=0", 1 },
		{ "0: semaphore_wait flags=try|", 1 },
		{ "0: semaphore_wait flags=try|never", 1 },
		{ "0: semaphore_wait deadline=now+-1", 1 },
		{ "0: semaphore_wait at=nowhere", 1 },
		{ "0: signal number=9999", 1 },
	};
	struct program_error error;
	struct program program;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_FALSE(program_parses(bad[i].text, &program, &error)) {
			TH_LOG("%s", bad[i].text);
		}
		EXPECT_EQ(bad[i].line, error.line);
		EXPECT_NE(NULL, error.reason);
	}
}

TEST(programs_and_lines_that_are_too_long_are_refused)
{
	static char text[PROGRAM_TEXT_MAX];
	struct program_error error;
	struct program program;
	unsigned int i;

	for (i = 0; i <= PROGRAM_OPS_MAX; i++)
		strcat(text, "0: sleep\n");
	EXPECT_FALSE(program_parses(text, &program, &error));
	EXPECT_EQ(PROGRAM_OPS_MAX + 1, error.line);

	memset(text, 'x', 5000);
	text[5000] = '\0';
	EXPECT_FALSE(program_parses(text, &program, &error));
	EXPECT_EQ(1, error.line);
}

/* ------------------------------------------------------------------------ */
/* Operations                                                               */
/* ------------------------------------------------------------------------ */

TEST(fields_lie_in_their_structure)
{
	unsigned int i, j;

	for (i = 0; i < op_kind_count; i++) {
		const struct op_kind *kind = &op_kinds[i];

		EXPECT_EQ((int)i, op_find_kind(kind->name));
		EXPECT_TRUE(!!kind->perform);
		EXPECT_NE(0, kind->weight);
		EXPECT_LE(op_arity(kind), OP_ARGS_MAX);
		for (j = 0; j < op_arity(kind); j++) {
			const struct op_arg *arg = op_arg(kind, j);

			EXPECT_NE(VALUE_NONE, arg->class);
			EXPECT_LE(arg->offset + arg->width, kind->size);
			if (arg->width)
				EXPECT_GE(arg->offset, sizeof(__u32));
		}
	}
}

static bool op_is_possible(const struct op *op)
{
	const struct op_kind *kind = op_kind(op);
	unsigned int i;

	if (op->kind >= op_kind_count || op->worker >= WORKERS)
		return false;
	for (i = 0; i < op_arity(kind); i++)
		if (!value_valid(op_arg(kind, i)->class, op->args[i]))
			return false;
	return true;
}

static bool program_is_possible(const struct program *program)
{
	unsigned int i;

	for (i = 0; i < program->count; i++)
		if (!op_is_possible(&program->ops[i]))
			return false;
	return program->count && program->count <= PROGRAM_OPS_MAX;
}

TEST(only_possible_programs_are_made_up)
{
	struct random random = random_for(3, 3);
	struct program program, other;
	unsigned int i;

	program_generate(&program, &random);
	for (i = 0; i < 10 * MANY; i++) {
		program_generate(&other, &random);
		EXPECT_TRUE(program_is_possible(&other));
		program_mutate(&program, &other, &random);
		EXPECT_TRUE(program_is_possible(&program));
	}
}

TEST(every_operation_is_made_up)
{
	struct random random = random_for(4, 4);
	bool *made = calloc(op_kind_count, sizeof(*made));
	struct program program;
	unsigned int i, j;

	ASSERT_NE(NULL, made);
	for (i = 0; i < MANY; i++) {
		program_generate(&program, &random);
		for (j = 0; j < program.count; j++)
			made[program.ops[j].kind] = true;
	}
	for (i = 0; i < op_kind_count; i++)
		EXPECT_TRUE(made[i]) {
			TH_LOG("never: %s", op_kinds[i].name);
		}
	free(made);
}

/* ------------------------------------------------------------------------ */
/* Fuzzing a simulated target                                               */
/* ------------------------------------------------------------------------ */

/*
 * The simulated target, the toy, reacts to these operations in this order. The
 * last one is a finding.
 */
static const char *const steps[] = {
	"create_mailbox", "mailbox_send", "dup", "fork", "mailbox_receive",
	"unlink", "create_barrier", "barrier_wait", "poll", "close",
	"start_thread", "exit",
};

#define STEPS	ARRAY_SIZE(steps)

struct toy {
	bool blind;		/* reports no edges */
	unsigned int deepest;	/* most steps taken in one program */
};

static const char *toy_run(void *data, const struct program *program,
			   struct edges *edges)
{
	unsigned int i, taken = 0;
	struct toy *toy = data;

	for (i = 0; i < program->count && taken < STEPS; i++)
		if (!strcmp(op_kind(&program->ops[i])->name, steps[taken])) {
			taken++;
			if (!toy->blind)
				edges_set(edges, taken);
		}
	if (taken > toy->deepest)
		toy->deepest = taken;
	return taken == STEPS ? "broken" : NULL;
}

/* Fuzzes a toy until there is a finding, for at most @executions. */
static void play(struct toy *toy, struct fuzz *fuzz, unsigned int executions)
{
	fuzz->target = (struct target){ .run = toy_run, .data = toy };
	while (fuzz->executions < executions)
		if (fuzz_step(fuzz))
			break;
}

/* Returns the sum of the steps that several seeds reach. */
static unsigned int steps_reached(bool blind)
{
	unsigned int seed, reached = 0;

	for (seed = 1; seed <= SEEDS; seed++) {
		struct toy toy = { .blind = blind };
		struct fuzz fuzz = { .seed = seed };

		play(&toy, &fuzz, 2 * MANY);
		reached += toy.deepest;
		corpus_free(&fuzz.corpus);
	}
	return reached;
}

TEST(coverage_leads_further_than_chance)
{
	unsigned int guided = steps_reached(false);
	unsigned int blind = steps_reached(true);

	EXPECT_GT(guided, blind);
	TH_LOG("%u steps, blindly %u", guided, blind);
}

TEST(what_is_kept_is_as_short_as_can_be)
{
	struct fuzz fuzz = { .seed = 6 };
	struct toy toy = {};
	unsigned int i;

	play(&toy, &fuzz, MANY);
	ASSERT_NE(0, fuzz.corpus.count);
	for (i = 0; i < fuzz.corpus.count; i++) {
		struct edges edges = {};

		toy_run(&toy, &fuzz.corpus.programs[i], &edges);
		EXPECT_EQ(edges_count(&edges), fuzz.corpus.programs[i].count);
	}
	EXPECT_LE(fuzz.corpus.count, STEPS);
	corpus_free(&fuzz.corpus);
}

TEST(a_corpus_is_taken_up_again)
{
	struct fuzz first = { .seed = 6 }, second = { .seed = 6 };
	struct toy toy = {};
	unsigned int i;

	play(&toy, &first, MANY);
	second.target = first.target;
	for (i = 0; i < first.corpus.count; i++)
		fuzz_load(&second, &first.corpus.programs[i]);
	EXPECT_EQ(first.corpus.count, second.executions);
	EXPECT_EQ(first.corpus.count, second.corpus.count);
	EXPECT_EQ(edges_count(&first.edges), edges_count(&second.edges));
	for (i = 0; i < first.corpus.count; i++)
		fuzz_load(&second, &first.corpus.programs[i]);
	EXPECT_EQ(first.corpus.count, second.corpus.count);
	corpus_free(&first.corpus);
	corpus_free(&second.corpus);
}

/* Returns a hash of all programs that a seed generates. */
static __u64 history(__u64 seed)
{
	struct toy toy = {};
	struct fuzz fuzz = {
		.target = { .run = toy_run, .data = &toy },
		.seed = seed,
	};
	unsigned int i;
	__u64 hash = 0;

	for (i = 0; i < MANY; i++) {
		fuzz_step(&fuzz);
		hash = random_mix(hash ^ program_hash(&fuzz.program));
	}
	corpus_free(&fuzz.corpus);
	return hash;
}

TEST(a_seed_determines_everything)
{
	EXPECT_EQ(history(7), history(7));
	EXPECT_NE(history(7), history(8));
}

TEST(edges_are_a_set)
{
	static struct edges a, b;

	edges_set(&a, 1);
	edges_set(&a, 64);
	edges_set(&a, EDGES_MAX - 1);
	edges_set(&a, 1);
	EXPECT_EQ(3, edges_count(&a));
	edges_set(&b, 64);
	EXPECT_TRUE(edges_include(&a, &b));
	EXPECT_FALSE(edges_include(&b, &a));
	EXPECT_EQ(2, edges_subtract(&a, &b));
	edges_add(&a, &b);
	EXPECT_EQ(3, edges_count(&a));
}

/* ------------------------------------------------------------------------ */
/* Files                                                                    */
/* ------------------------------------------------------------------------ */

FIXTURE(files) {
	char folder[64];
};

FIXTURE_SETUP(files)
{
	snprintf(self->folder, sizeof(self->folder), "/tmp/fuzz_test.XXXXXX");
	ASSERT_NE(NULL, mkdtemp(self->folder));
}

FIXTURE_TEARDOWN(files)
{
	DIR *folder = opendir(self->folder);
	struct dirent *entry;

	ASSERT_NE(NULL, folder);
	while ((entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
	rmdir(self->folder);
}

static void write_file(const char *folder, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	if (!file || fputs(text, file) < 0 || fclose(file))
		abort();
}

TEST_F(files, a_corpus_is_kept_in_files)
{
	struct random random = random_for(9, 9);
	struct corpus corpus = {};
	struct program programs[3];
	unsigned int i, j, found = 0;

	for (i = 0; i < 3; i++) {
		program_generate(&programs[i], &random);
		ASSERT_EQ(0, corpus_save(&programs[i], self->folder));
		ASSERT_EQ(0, corpus_save(&programs[i], self->folder));
	}
	ASSERT_EQ(0, corpus_load(&corpus, self->folder));
	ASSERT_EQ(3, corpus.count);
	for (i = 0; i < 3; i++)
		for (j = 0; j < 3; j++)
			found += program_equal(&programs[i],
					       &corpus.programs[j]);
	EXPECT_EQ(3, found);
	corpus_free(&corpus);
}

TEST_F(files, bad_files_of_a_corpus_are_skipped)
{
	struct corpus corpus = {};

	write_file(self->folder, "bad.txt", "0: nonsense\n");
	write_file(self->folder, "empty.txt", "# nothing\n");
	write_file(self->folder, "good.txt", "0: sleep\n");
	write_file(self->folder, "readme", "nothing of ours\n");
	EXPECT_EQ(0, corpus_load(&corpus, self->folder));
	EXPECT_EQ(1, corpus.count);
	corpus_free(&corpus);
}

TEST_F(files, a_bad_file_is_not_replayed)
{
	struct corpus corpus = {};
	char path[128];

	write_file(self->folder, "bad.txt", "0: sleep\n0: nonsense\n");
	snprintf(path, sizeof(path), "%s/bad.txt", self->folder);
	EXPECT_EQ(-EINVAL, corpus_load(&corpus, path));
	snprintf(path, sizeof(path), "%s/none.txt", self->folder);
	EXPECT_GT(0, corpus_load(&corpus, path));
	corpus_free(&corpus);
}

/* Each note is a program whose first line has its number. */
TEST_F(files, notes_tell_of_the_last_programs)
{
	struct random random = random_for(10, 10);
	struct program programs[NOTES + 2], again;
	struct program_error error;
	struct notes notes = {};
	char path[128], first[64];
	unsigned int i;

	snprintf(path, sizeof(path), "%s/notes", self->folder);
	ASSERT_EQ(0, notes_open(&notes, path));
	for (i = 0; i < NOTES + 2; i++) {
		program_generate(&programs[i], &random);
		notes_begin(&notes, &programs[i], i);
	}
	for (i = 2; i < NOTES + 2; i++) {
		const char *note = notes.text + i % NOTES * PROGRAM_TEXT_MAX;

		snprintf(first, sizeof(first), "# note %u\n", i);
		EXPECT_EQ(0, strncmp(note, first, strlen(first)));
		EXPECT_TRUE(program_parses(note, &again, &error));
		EXPECT_TRUE(program_equal(&programs[i], &again));
	}
	notes_clear(&notes);
	EXPECT_EQ(0, notes.text[0]);
}

TEST_HARNESS_MAIN
