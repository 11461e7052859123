/*
 * preforkd(8): all of it is in the library, where programs with a handler of
 * their own find it too.
 * Runs in: starter, master.
 */
#include "config.h"

#include <prefork/server.h>

int
main(int argc, char **argv)
{
	return prefork_main(argc, argv, NULL);
}
