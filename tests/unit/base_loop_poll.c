/*
 * base_loop.c with the poll(2) backend, also where epoll(7) is the default.
 */
#define LOOP_FORCE_POLL 1

/* In this order: the test's own names would shadow. */
/* clang-format off */
#include "base/loop_poll.c"
#include "base_loop.c"
/* clang-format on */
