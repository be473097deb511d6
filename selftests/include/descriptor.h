/* SPDX-License-Identifier: GPL-2.0-only */
/* Counting descriptors, and passing them through a socket. */
#ifndef DESCRIPTOR_H
#define DESCRIPTOR_H

#include <sys/socket.h>

/* Returns the number of open descriptors below 1024. It does not need /proc. */
unsigned int count_descriptors(void);

/* Sends a descriptor. Returns 0 or a negative errno. */
int send_descriptor(int socket, int fd);

/* Receives a descriptor. Returns the descriptor or a negative errno. */
int receive_descriptor(int socket);

#endif /* DESCRIPTOR_H */
