/* SPDX-License-Identifier: MIT */
/**
 * @file files.h
 * A list of the regular files below a directory. Symbolic links are followed. A
 * file is in the list once, however many names it has.
 */
#ifndef WORDCOUNT_FILES_H
#define WORDCOUNT_FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct file {
	char *path;
	dev_t device;
	ino_t inode;
	uint64_t bytes;
};

struct files {
	struct file *list;	/**< sorted by path */
	size_t count;
	uint64_t bytes;		/**< of all files together */
};

/**
 * List the files below a directory.
 * @param files      out: the list, to be freed with files_free()
 * @param directory  its path
 * @param where      out: on failure, the path that could not be read, to be
 *                   freed with free(); NULL if it is not known
 * @return 0 or a negative errno
 */
int files_walk(struct files *files, const char *directory, char **where);

/** Free a list. */
void files_free(struct files *files);

#endif /* WORDCOUNT_FILES_H */
