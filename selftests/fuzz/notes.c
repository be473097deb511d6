// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "notes.h"

int notes_open(struct notes *notes, const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	struct stat stat;
	void *text;

	if (fd < 0 || fstat(fd, &stat))
		return -errno;
	if (stat.st_size < NOTES_BYTES && ftruncate(fd, NOTES_BYTES))
		return -errno;
	text = mmap(NULL, NOTES_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd,
		    0);
	close(fd);
	if (text == MAP_FAILED)
		return -errno;
	notes->text = text;
	notes_clear(notes);
	return 0;
}

void notes_begin(struct notes *notes, const struct program *program,
		 unsigned long long execution)
{
	char *text, *note;
	static char fresh[PROGRAM_TEXT_MAX];
	int length;

	if (!notes->text)
		return;
	text = fresh;
	length = snprintf(text, sizeof(fresh), "# note %llu\n", execution);
	length += program_print(program, text + length,
				sizeof(fresh) - length);
	note = notes->text + notes->next * PROGRAM_TEXT_MAX;
	notes->next = (notes->next + 1) % NOTES;
	/* Copy the NUL, too: an older note in this place may be longer. */
	memcpy(note, text, length + 1);
}

void notes_clear(struct notes *notes)
{
	if (notes->text)
		memset(notes->text, 0, NOTES_BYTES);
}
