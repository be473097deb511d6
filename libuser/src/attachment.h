/* SPDX-License-Identifier: MIT */
/**
 * @file attachment.h
 * DOC: taking part in objects that know their participants
 *
 * The kernel knows a participant by its mapping of the words, which a child does
 * not inherit. So the words of such handles are kept in a list, and a child of
 * fork() maps them again, at the same address if it can, before fork() returns to it
 * and before handlers of the program's (pthread_atfork()) run in it. Where that fails,
 * for want of room among the participants or of memory, they become words that cannot
 * be mapped, and verbs that need an attachment fail.
 *
 * The list is locked by opening, closing and forking, by nothing else.
 */
#ifndef KIPC_ATTACHMENT_H
#define KIPC_ATTACHMENT_H

#include "object.h"

/** Words that cannot be mapped. */
void kipc_words_none(struct kipc_words *words);

/**
 * Map words and so take part.
 * @param words  their descriptor is set; base: where to map them, NULL anywhere
 * @return 0 or a negative errno, and then nothing has changed
 */
int kipc_words_map(struct kipc_words *words, const struct kipc_info_args *info);

/** Unmap words, those that cannot be mapped included. */
void kipc_words_unmap(const struct kipc_words *words);

/** A child shall have them too. They must be where they will stay. */
void kipc_words_join(struct kipc_words *words);

/** They are going to be unmapped. */
void kipc_words_leave(struct kipc_words *words);

/**
 * Ask for the calling thread's number, to be found in kipc_thread.
 * @param fd  of any object
 * @return 0, or a negative errno and no number: -ENXIO in a child of vfork() or
 *         clone() whose thread variables may be its parent's, -ENOMEM, -EUSERS
 */
int kipc_thread_find(int fd);

#endif /* KIPC_ATTACHMENT_H */
