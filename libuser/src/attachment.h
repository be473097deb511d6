/* SPDX-License-Identifier: MIT */
/**
 * @file attachment.h
 * DOC: taking part in objects that track their participants
 *
 * The kernel recognises a participant by its mapping of the words, which a
 * child does not inherit. So the library keeps the words of such handles in a
 * list. A child of fork() maps them again, at the same address if possible,
 * before fork() returns in the child and before the child runs the
 * pthread_atfork() handlers of the program. If this fails, because the object
 * has too many participants or there is no memory, they become unmapped words,
 * and verbs that need an attachment fail.
 *
 * The list is locked by opening and closing a handle and by fork(), by nothing
 * else.
 */
#ifndef KIPC_ATTACHMENT_H
#define KIPC_ATTACHMENT_H

#include "object.h"

/**
 * Make the words unmapped ones: the fast paths find KIPC_SLOW and call the
 * kernel. Does not unmap anything.
 */
void kipc_words_set_unmapped(struct kipc_words *words);

/**
 * Map the words of an object and thereby take part in it.
 * @param words  in: the descriptor, and the address to map at or NULL for any;
 *               out: the mapping and the attachment
 * @return 0, or a negative errno and nothing has changed
 */
int kipc_words_map(struct kipc_words *words, const struct kipc_info_args *info);

/** Unmap words; does nothing to words that are not mapped. */
void kipc_words_unmap(const struct kipc_words *words);

/**
 * Add words to the list, if the object tracks its participants, so that a child
 * of fork() maps them, too. The structure must not move any more.
 */
void kipc_words_register(struct kipc_words *words);

/** Remove words from the list; call it before they are unmapped. */
void kipc_words_unregister(struct kipc_words *words);

/**
 * Ask the kernel for the number of the calling thread and store it in
 * kipc_thread.
 * @param fd  descriptor of any object
 * @return 0, or a negative errno and no number: -ENXIO in a child of vfork() or
 *         clone() that may share its thread-local variables with its parent,
 *         -ENOMEM, -EUSERS
 */
int kipc_thread_find(int fd);

#endif /* KIPC_ATTACHMENT_H */
