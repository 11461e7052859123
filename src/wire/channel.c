/*
 * Framing of channel messages.
 * Responsible for whole messages and attached descriptors; not for what they
 * mean.  Runs in: master, worker.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "wire/channel.h"

#ifdef MSG_CMSG_CLOEXEC
#define RECEIVE_FLAGS MSG_CMSG_CLOEXEC
#else
#define RECEIVE_FLAGS 0
#endif

union control_space {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

const char *
channel_type_name(enum channel_type type)
{
	static const char *const names[CHANNEL_TYPES] = { "none", "ready",
		"failed", "done", "help", "go", "retire", "drain", "serve",
		"look", "reopen", "recycle", "empty", "ask", "answer",
		"access" };

	return (unsigned)type < CHANNEL_TYPES ? names[type] : "unknown";
}

const char *
recycle_reason_name(enum recycle_reason reason)
{
	static const char *const names[RECYCLE_REASONS] = { "none",
		"max_requests", "max_rss", "its handler asked", "max_age" };

	return (unsigned)reason < RECYCLE_REASONS ? names[reason] : "unknown";
}

void
channel_init(struct channel *channel, int fd)
{
	channel->fd = fd;
	channel->have = 0;
	channel->passed_fd = -1;
}

void
channel_close(struct channel *channel)
{
	fd_close(&channel->fd);
	fd_close(&channel->passed_fd);
}

static void
attach_fd(struct msghdr *header, union control_space *space, int fd)
{
	struct cmsghdr *control;

	memset(space, 0, sizeof(*space));
	header->msg_control = space->bytes;
	header->msg_controllen = sizeof(space->bytes);
	control = CMSG_FIRSTHDR(header);
	control->cmsg_level = SOL_SOCKET;
	control->cmsg_type = SCM_RIGHTS;
	control->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(control), &fd, sizeof(fd));
}

int
channel_send(int channel_fd, const struct channel_message *message)
{
	unsigned char bytes[CHANNEL_HEADER_BYTES + CHANNEL_TEXT_BYTES];
	uint16_t length = message->length <= CHANNEL_TEXT_BYTES ?
	    message->length :
	    CHANNEL_TEXT_BYTES;
	size_t size = CHANNEL_HEADER_BYTES + length;
	struct iovec part = { .iov_base = bytes, .iov_len = size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	union control_space space;
	ssize_t sent;

	memcpy(bytes, &message->type, 2);
	memcpy(bytes + 2, &length, 2);
	memcpy(bytes + 4, &message->value, 4);
	memcpy(bytes + CHANNEL_HEADER_BYTES, message->text, length);
	if (message->fd >= 0)
		attach_fd(&header, &space, message->fd);
	do
		sent = sendmsg(channel_fd, &header, MSG_NOSIGNAL);
	while (sent == -1 && errno == EINTR);
	if (sent == -1) {
		/* A dead peer has one name for the callers. */
		if (errno == ECONNRESET)
			errno = EPIPE;
		return -1;
	}
	if ((size_t)sent != size) {
		(void)shutdown(channel_fd, SHUT_RDWR);
		errno = EPIPE;
		return -1;
	}
	return 0;
}

int
channel_send_type(int channel_fd, enum channel_type type)
{
	return channel_send_fd(channel_fd, type, 0, -1);
}

int
channel_send_fd(int channel_fd, enum channel_type type, uint32_t value, int fd)
{
	struct channel_message message;

	message.type = (uint16_t)type;
	message.length = 0;
	message.value = value;
	message.fd = fd;
	return channel_send(channel_fd, &message);
}

/* The space for one descriptor is padded, and two fit into the padding: a
 * sender that is out of its mind must not fill our table with them. */
static void
keep_last_fd(struct channel *channel, struct cmsghdr *control)
{
	size_t at;
	int fd;

	for (at = CMSG_LEN(0); at + sizeof(fd) <= control->cmsg_len;
	     at += sizeof(fd)) {
		memcpy(&fd, (unsigned char *)control + at, sizeof(fd));
		fd_close(&channel->passed_fd);
		channel->passed_fd = fd;
		if (RECEIVE_FLAGS == 0)
			(void)fd_set_cloexec(fd, true);
	}
}

static void
keep_passed_fd(struct channel *channel, struct msghdr *header)
{
	struct cmsghdr *control;

	for (control = CMSG_FIRSTHDR(header); control != NULL;
	     control = CMSG_NXTHDR(header, control))
		if (control->cmsg_level == SOL_SOCKET &&
		    control->cmsg_type == SCM_RIGHTS)
			keep_last_fd(channel, control);
}

/* Bytes that the message under way still lacks, or -1 for nonsense. */
static ssize_t
bytes_missing(const struct channel *channel)
{
	uint16_t type, length;

	if (channel->have < CHANNEL_HEADER_BYTES)
		return (ssize_t)(CHANNEL_HEADER_BYTES - channel->have);
	memcpy(&type, channel->bytes, 2);
	memcpy(&length, channel->bytes + 2, 2);
	if (type == 0 || type >= CHANNEL_TYPES || length > CHANNEL_TEXT_BYTES)
		return -1;
	return (ssize_t)(CHANNEL_HEADER_BYTES + length - channel->have);
}

static void
take_message(struct channel *channel, struct channel_message *out)
{
	memcpy(&out->type, channel->bytes, 2);
	memcpy(&out->length, channel->bytes + 2, 2);
	memcpy(&out->value, channel->bytes + 4, 4);
	memcpy(out->text, channel->bytes + CHANNEL_HEADER_BYTES, out->length);
	out->text[out->length] = '\0';
	out->fd = channel->passed_fd;
	channel->passed_fd = -1;
	channel->have = 0;
}

enum channel_result
channel_receive(struct channel *channel, struct channel_message *out)
{
	struct msghdr header;
	struct iovec part;
	union control_space space;
	ssize_t missing, got;

	while ((missing = bytes_missing(channel)) > 0) {
		part.iov_base = channel->bytes + channel->have;
		part.iov_len = (size_t)missing;
		memset(&header, 0, sizeof(header));
		header.msg_iov = &part;
		header.msg_iovlen = 1;
		header.msg_control = space.bytes;
		/* Not CMSG_SPACE: its padding has room for a second one. */
		header.msg_controllen = CMSG_LEN(sizeof(int));
		got = recvmsg(channel->fd, &header, RECEIVE_FLAGS);
		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return CHANNEL_NOTHING;
		if (got <= 0)
			return CHANNEL_EOF;
		keep_passed_fd(channel, &header);
		channel->have += (size_t)got;
	}
	if (missing < 0)
		return CHANNEL_GARBAGE;
	take_message(channel, out);
	return CHANNEL_MESSAGE;
}

int
channel_alive(int channel_fd)
{
	char byte;
	ssize_t got;

	got = recv(channel_fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return got > 0 ||
	    (got == -1 &&
		(errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}
