// SPDX-License-Identifier: MIT
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "count.h"
#include "tokenizer.h"

#define PIECE	65536	/* bytes of one read */

static int count_word(void *table, const char *word, size_t length)
{
	return table_add(table, word, length, 1);
}

static int count_text(int fd, struct tokenizer *tokenizer, uint64_t *bytes)
{
	char piece[PIECE];
	ssize_t size;
	int error;

	for (;;) {
		size = read(fd, piece, sizeof(piece));
		if (size < 0)
			return -errno;
		if (!size)
			return tokenizer_end(tokenizer);
		error = tokenizer_feed(tokenizer, piece, size);
		if (error)
			return error;
		*bytes += size;
	}
}

int count_file(const char *path, struct table *table, struct counted *counted)
{
	uint64_t before = table->total;
	struct tokenizer tokenizer;
	int error, fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	tokenizer_init(&tokenizer, count_word, table);
	error = count_text(fd, &tokenizer, &counted->bytes);
	tokenizer_exit(&tokenizer);
	close(fd);
	counted->words += table->total - before;
	counted->files++;
	return error;
}
