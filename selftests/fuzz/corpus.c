// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "corpus.h"

#define FILE_MAX_BYTES	1000000

void corpus_add(struct corpus *corpus, const struct program *program)
{
	if (corpus->count == corpus->room) {
		corpus->room = corpus->room ? 2 * corpus->room : 64;
		corpus->programs = realloc(corpus->programs, corpus->room *
					   sizeof(*corpus->programs));
		if (!corpus->programs)
			abort();
	}
	corpus->programs[corpus->count++] = *program;
}

/* Prefers later programs, because they cover what is harder to reach. */
const struct program *corpus_choose(const struct corpus *corpus,
				    struct random *random)
{
	unsigned int a = random_below(random, corpus->count);
	unsigned int b = random_below(random, corpus->count);

	return &corpus->programs[a > b ? a : b];
}

void corpus_free(struct corpus *corpus)
{
	free(corpus->programs);
	*corpus = (struct corpus){};
}

/* ------------------------------------------------------------------------ */
/* Files                                                                    */
/* ------------------------------------------------------------------------ */

static char *read_file(const char *path)
{
	char *text = malloc(FILE_MAX_BYTES);
	FILE *file = fopen(path, "re");
	size_t length;

	if (!text || !file)
		goto fail;
	length = fread(text, 1, FILE_MAX_BYTES - 1, file);
	if (ferror(file))
		goto fail;
	text[length] = '\0';
	fclose(file);
	return text;
fail:
	if (file)
		fclose(file);
	free(text);
	return NULL;
}

static int load_text(struct corpus *corpus, const char *path, const char *text)
{
	struct program_error error = {};
	static struct program program;

	while (text) {
		if (!program_parse(&program, &text, &error)) {
			fprintf(stderr, "%s:%u: %s\n", path, error.line,
				error.reason);
			return -EINVAL;
		}
		if (program.count)
			corpus_add(corpus, &program);
	}
	return 0;
}

static int load_file(struct corpus *corpus, const char *path)
{
	char *text = read_file(path);
	int ret;

	if (!text) {
		perror(path);
		return -EIO;
	}
	ret = load_text(corpus, path, text);
	free(text);
	return ret;
}

static int is_text(const struct dirent *entry)
{
	const char *end = strrchr(entry->d_name, '.');

	return end && !strcmp(end, ".txt");
}

int corpus_load(struct corpus *corpus, const char *path)
{
	struct dirent **entries;
	char *name;
	int i, count;

	count = scandir(path, &entries, is_text, alphasort);
	if (count < 0)
		return errno == ENOTDIR ? load_file(corpus, path) : -errno;
	for (i = 0; i < count; i++) {
		/* An older fuzzer may have saved it: if it is bad, skip it. */
		if (asprintf(&name, "%s/%s", path, entries[i]->d_name) >= 0) {
			load_file(corpus, name);
			free(name);
		}
		free(entries[i]);
	}
	free(entries);
	return 0;
}

int corpus_save(const struct program *program, const char *folder)
{
	static char text[PROGRAM_TEXT_MAX];
	char path[4096];
	FILE *file;
	int ret;

	program_print(program, text, sizeof(text));
	snprintf(path, sizeof(path), "%s/%016llx.txt", folder,
		 program_hash(program));
	file = fopen(path, "we");
	if (!file)
		return -errno;
	ret = fputs(text, file) < 0 ? -EIO : 0;
	return fclose(file) ? -errno : ret;
}
