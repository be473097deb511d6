// SPDX-License-Identifier: MIT
#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "files.h"

#define DESCRIPTORS	16	/* most that the walk uses */

/* The state of the walk is global: nftw() passes no argument along. */
static struct {
	struct files *files;
	size_t room;
	char *failed;
} files_walking;

static int files_append(const char *path, const struct stat *status)
{
	struct files *files = files_walking.files;
	struct file *file;

	if (files->count == files_walking.room) {
		size_t room = files_walking.room ? 2 * files_walking.room : 64;

		file = reallocarray(files->list, room, sizeof(*file));
		if (!file)
			return -ENOMEM;
		files->list = file;
		files_walking.room = room;
	}
	file = &files->list[files->count];
	file->path = strdup(path);
	if (!file->path)
		return -ENOMEM;
	file->device = status->st_dev;
	file->inode = status->st_ino;
	file->bytes = status->st_size;
	files->count++;
	return 0;
}

/*
 * Handles what nftw() finds. A file or directory that cannot be read is an
 * error, a dangling symbolic link is not.
 */
static int files_visit(const char *path, const struct stat *status, int type,
		       struct FTW *level)
{
	(void)level;
	switch (type) {
	case FTW_F:
		return S_ISREG(status->st_mode) ? files_append(path, status) : 0;
	case FTW_DNR:
	case FTW_NS:
		files_walking.failed = strdup(path);
		return access(path, R_OK) ? -errno : -EACCES;
	default:
		return 0;
	}
}

static int files_compare_paths(const void *left, const void *right)
{
	const struct file *a = left, *b = right;

	return strcmp(a->path, b->path);
}

static int files_compare_inodes(const void *left, const void *right)
{
	const struct file *a = left, *b = right;

	if (a->device != b->device)
		return a->device < b->device ? -1 : 1;
	if (a->inode != b->inode)
		return a->inode < b->inode ? -1 : 1;
	return files_compare_paths(a, b);
}

static void files_sort(struct files *files,
		       int (*compare)(const void *left, const void *right))
{
	if (files->count)
		qsort(files->list, files->count, sizeof(*files->list), compare);
}

/* Removes all but the first name of each file. */
static void files_remove_duplicates(struct files *files)
{
	size_t kept = 0, i;

	files_sort(files, files_compare_inodes);
	for (i = 0; i < files->count; i++) {
		struct file *file = &files->list[i];

		if (kept && files->list[kept - 1].device == file->device &&
		    files->list[kept - 1].inode == file->inode) {
			free(file->path);
			continue;
		}
		files->list[kept++] = *file;
		files->bytes += file->bytes;
	}
	files->count = kept;
	files_sort(files, files_compare_paths);
}

int files_walk(struct files *files, const char *directory, char **where)
{
	struct stat status;
	int error = 0;

	memset(files, 0, sizeof(*files));
	memset(&files_walking, 0, sizeof(files_walking));
	files_walking.files = files;
	if (stat(directory, &status))
		error = errno;
	else if (!S_ISDIR(status.st_mode))
		error = ENOTDIR;
	if (error) {
		*where = strdup(directory);
		return -error;
	}
	error = nftw(directory, files_visit, DESCRIPTORS, 0);
	if (error == -1)
		error = -errno;	/* of nftw() itself, not of files_visit() */
	*where = files_walking.failed;
	if (error) {
		files_free(files);
		return error;
	}
	files_remove_duplicates(files);
	return 0;
}

void files_free(struct files *files)
{
	size_t i;

	for (i = 0; i < files->count; i++)
		free(files->list[i].path);
	free(files->list);
	memset(files, 0, sizeof(*files));
}
