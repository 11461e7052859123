/*
 * Gives each file of a corpus to the function of a fuzzer, as a test that
 * needs no fuzzer: the seeds, and whatever was found once.  FUZZ_CORPUS is the
 * name of its folder.
 */
#include "config.h"

#include <dirent.h>
#include <limits.h>

#include "../unit/rig.h"
#include "../unit/tap.h"
#include "fuzz.h"

/* Fewer: the corpus has not been found. */
#define LEAST 12

static void
replay(const char *folder, const char *name)
{
	static uint8_t bytes[1 << 20];
	char path[2 * PATH_MAX];
	FILE *file;
	size_t size;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "rb");
	rig_require(file != NULL, path);
	size = fread(bytes, 1, sizeof(bytes), file);
	(void)fclose(file);
	(void)LLVMFuzzerTestOneInput(bytes, size);
	ok(1, "%s", name);
}

int
main(void)
{
	const char *source = getenv("abs_top_srcdir");
	char folder[PATH_MAX];
	const struct dirent *entry;
	int count = 0;
	DIR *corpus;

	(void)alarm(RIG_DEADLINE_S);
	(void)snprintf(folder, sizeof(folder), "%s/tests/fuzz/%s",
	    source != NULL ? source : ".", FUZZ_CORPUS);
	corpus = opendir(folder);
	rig_require(corpus != NULL, folder);
	while ((entry = readdir(corpus)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		replay(folder, entry->d_name);
		count++;
	}
	(void)closedir(corpus);
	ok(count >= LEAST, "the whole corpus");
	return tap_done();
}
