// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two processes that have nothing in common but a name, either of the object or
 * of a Unix socket that passes its descriptor. This program executes itself
 * twice, each time in a session of its own, and both processes do their part of
 * a job on the object.
 */
#include "kipc_test.h"
#include "descriptor.h"
#include "user.h"

#include <sys/prctl.h>
#include <sys/un.h>

#define ROUNDS		200
#define PEER		"--peer"

/* The arguments of a peer after PEER. */
struct sharing_peer {
	__u32 type;
	bool first;		/* this peer creates the object */
	bool by_name;		/* otherwise over a socket */
	const char *name;	/* name of the object or the socket */
};

/* Two semaphores: each peer posts to the one on which the other waits. */
static int play_semaphore(int fd, bool first)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (semaphore_post(fd, first, 1) ||
		    semaphore_wait(fd, !first, 1))
			return 1;
	}
	return 0;
}

/* Returns the number of generations in which this peer was the serial party. */
static int play_barrier(int fd, bool first)
{
	int i, ret, serial = 0;

	(void)first;
	for (i = 0; i < ROUNDS; i++) {
		ret = barrier_wait(fd);
		if (ret < 0)
			return -1;
		serial += ret;
	}
	return serial;
}

static int play_mailbox(int fd, bool first)
{
	struct message message;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		if (first && mailbox_send(fd, &i, sizeof(i), 0))
			return 1;
		if (!first && (mailbox_receive(fd, &message) ||
			       message.args.length != sizeof(i) ||
			       memcmp(message.data, &i, sizeof(i))))
			return 1;
	}
	return 0;
}

static int play(__u32 type, int fd, bool first)
{
	if (type == KIPC_SEMAPHORE)
		return play_semaphore(fd, first);
	if (type == KIPC_BARRIER)
		return play_barrier(fd, first);
	return play_mailbox(fd, first);
}

static struct kipc_create_args shared_args(__u32 type)
{
	if (type == KIPC_SEMAPHORE)
		return semaphore_args(2, 0, ROUNDS);
	return any_args(type);
}

/*
 * The first peer creates the object. The other one tries to open it until it
 * exists.
 */
static int object_by_name(const struct sharing_peer *peer)
{
	int fd;

	if (peer->first)
		return create_named(shared_args(peer->type), peer->name,
				    KIPC_EXCLUSIVE);
	wait_until((fd = open_named(peer->type, peer->name,
				    KIPC_READ | KIPC_WRITE)) != -ENOENT);
	return fd;
}

static socklen_t socket_address(struct sockaddr_un *address, const char *name)
{
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	/* A leading NUL means the abstract namespace. */
	snprintf(address->sun_path + 1, sizeof(address->sun_path) - 1, "%s",
		 name);
	return offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
}

/* Creates the object and sends its descriptor to the peer that connects. */
static int object_to_socket(const struct sharing_peer *peer)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = create(shared_args(peer->type)), connection;
	struct sockaddr_un address;
	socklen_t length = socket_address(&address, peer->name);

	if (bind(listener, (struct sockaddr *)&address, length) ||
	    listen(listener, 1))
		return -errno;
	connection = accept(listener, NULL, NULL);
	if (connection < 0 || send_descriptor(connection, fd))
		return -EPIPE;
	close(connection);
	close(listener);
	return fd;
}

static int object_from_socket(const struct sharing_peer *peer)
{
	int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;
	struct sockaddr_un address;
	socklen_t length = socket_address(&address, peer->name);

	wait_until(!connect(connection, (struct sockaddr *)&address, length) ||
		   errno != ECONNREFUSED);
	fd = receive_descriptor(connection);
	close(connection);
	return fd;
}

/* Returns the exit status: the result of play(), or 255 after an error. */
static int run_peer(char **arguments)
{
	struct sharing_peer peer = {
		.type = atoi(arguments[0]),
		.first = atoi(arguments[1]),
		.by_name = atoi(arguments[2]),
		.name = arguments[3],
	};
	int fd;

	if (peer.by_name)
		fd = object_by_name(&peer);
	else
		fd = peer.first ? object_to_socket(&peer) :
				  object_from_socket(&peer);
	return fd < 0 ? 255 : play(peer.type, fd, peer.first);
}

static pid_t start_peer(const struct sharing_peer *peer)
{
	char type[2] = { '0' + peer->type }, first[2] = { '0' + peer->first };
	char by_name[2] = { '0' + peer->by_name };
	pid_t pid = child_fork();

	if (!pid) {
		setsid();
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		execl("/proc/self/exe", "sharing", PEER, type, first, by_name,
		      peer->name, NULL);
		_exit(255);
	}
	return pid;
}

FIXTURE(sharing) {
	struct sharing_peer peer;
	char name[64];
};

FIXTURE_VARIANT(sharing) {
	__u32 type;
	bool by_name;
	int sum;	/* sum of the results of both peers */
};

FIXTURE_VARIANT_ADD(sharing, semaphore_by_name) {
	.type = KIPC_SEMAPHORE,
	.by_name = true,
};

FIXTURE_VARIANT_ADD(sharing, semaphore_by_descriptor) {
	.type = KIPC_SEMAPHORE,
};

FIXTURE_VARIANT_ADD(sharing, barrier_by_name) {
	.type = KIPC_BARRIER,
	.by_name = true,
	.sum = ROUNDS,
};

FIXTURE_VARIANT_ADD(sharing, barrier_by_descriptor) {
	.type = KIPC_BARRIER,
	.sum = ROUNDS,
};

FIXTURE_VARIANT_ADD(sharing, mailbox_by_name) {
	.type = KIPC_MAILBOX,
	.by_name = true,
};

FIXTURE_VARIANT_ADD(sharing, mailbox_by_descriptor) {
	.type = KIPC_MAILBOX,
};

FIXTURE_SETUP(sharing)
{
	unique_name(self->name, "sharing");
	self->peer.type = variant->type;
	self->peer.by_name = variant->by_name;
	self->peer.name = self->name;
}

FIXTURE_TEARDOWN(sharing)
{
}

TEST_F(sharing, unrelated_processes)
{
	pid_t pids[2];
	int played[2], i;

	for (i = 0; i < 2; i++) {
		self->peer.first = !i;
		pids[i] = start_peer(&self->peer);
	}
	for (i = 0; i < 2; i++) {
		played[i] = child_wait(pids[i]);
		EXPECT_LE(0, played[i]);
		EXPECT_NE(255, played[i]);
	}
	EXPECT_EQ(variant->sum, played[0] + played[1]);
	EXPECT_EQ(-ENOENT, open_named(variant->type, self->name, KIPC_READ));
}

/* The peers are unrelated, and one of them is another user. */
TEST_F(sharing, unrelated_users)
{
	struct kipc_create_args args = shared_args(variant->type);
	int fd, played, other;
	pid_t child;

	if (geteuid())
		SKIP(return, "needs root to become other users");
	child = child_fork();
	if (!child) {
		ASSERT_EQ(0, become_user(1000, 1000));
		_exit(child_wait(start_peer(&self->peer)));
	}
	self->peer.first = true;
	args.mode = 0666;
	fd = variant->by_name ? create_named(args, self->name, 0) :
				object_to_socket(&self->peer);
	ASSERT_LE(0, fd);
	played = play(variant->type, fd, true);
	other = child_wait(child);
	EXPECT_NE(255, other);
	EXPECT_EQ(variant->sum, played + other);
}

int main(int argc, char **argv)
{
	if (argc == 6 && !strcmp(argv[1], PEER))
		return run_peer(argv + 2);
	return test_harness_run(argc, argv);
}
