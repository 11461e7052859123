/*
 * The bulk step of talk: a pseudo-random stream out, the same one back, both
 * at once, so that neither side's buffers can stop the other.
 * Runs in: talk.
 */
#include "config.h"

#include <sys/types.h>

#include "talk.h"

static size_t
smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static unsigned char
noise_next(struct noise *noise)
{
	unsigned char byte;

	if (noise->left == 0) {
		noise->state ^= noise->state << 13;
		noise->state ^= noise->state >> 7;
		noise->state ^= noise->state << 17;
		noise->word = noise->state;
		noise->left = 8;
	}
	byte = (unsigned char)noise->word;
	noise->word >>= 8;
	noise->left--;
	return byte;
}

/* Each connection has its own, so that one that gets the bytes of another is
 * found out. */
static void
noise_init(struct noise *noise, const struct client *client, uint64_t seed)
{
	noise->state = (seed + 1) * 0x9e3779b97f4a7c15u ^
	    ((uint64_t)client->number + 1) << 32;
	noise->left = 0;
}

static void
make_noise(struct client *client, const struct step *step)
{
	size_t i;

	client->made =
	    smaller(step->bytes - client->sent, sizeof(client->outgoing));
	client->made_sent = 0;
	for (i = 0; i < client->made; i++)
		client->outgoing[i] = noise_next(&client->out);
}

static void
bulk_send(struct client *client, const struct step *step)
{
	size_t sent;

	while (client->sent < step->bytes) {
		if (client->made_sent == client->made)
			make_noise(client, step);
		sent = client_send(client, step,
		    client->outgoing + client->made_sent,
		    client->made - client->made_sent);
		if (sent == 0)
			return;
		client->sent += sent;
		client->made_sent += sent;
	}
}

static void
bulk_receive(struct client *client, const struct step *step)
{
	ssize_t got, i;

	while (client->got < step->bytes) {
		got = client_receive(client, step,
		    smaller(step->bytes - client->got,
			sizeof(client->incoming)));
		if (got == -1)
			return;
		if (got == 0)
			client_fail_end(client, step);
		for (i = 0; i < got; i++, client->got++)
			if (client->incoming[i] != noise_next(&client->in))
				client_fail(client, step, TALK_MISMATCH,
				    "other bytes came back than were sent");
	}
}

bool
client_bulk(struct client *client, const struct step *step)
{
	if (client->sent == 0 && client->got == 0) {
		client->made = client->made_sent = 0;
		noise_init(&client->out, client, step->seed);
		noise_init(&client->in, client, step->seed);
	}
	bulk_send(client, step);
	bulk_receive(client, step);
	return client->sent == step->bytes && client->got == step->bytes;
}
