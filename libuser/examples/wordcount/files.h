/* SPDX-License-Identifier: MIT */
/**
 * @file files.h
 * The regular files below a directory. Symbolic links are followed; a file is
 * in the list once, however many names lead to it.
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
	struct file *list;	/**< by path */
	size_t count;
	uint64_t bytes;		/**< of all of them */
};

/**
 * Walk a directory.
 * @param files      out: to be given to files_free()
 * @param directory  where to begin
 * @param where      out: on failure, what could not be read, to free();
 *                   NULL if that is not known
 * @return 0 or a negative errno
 */
int files_walk(struct files *files, const char *directory, char **where);

void files_free(struct files *files);

#endif /* WORDCOUNT_FILES_H */
