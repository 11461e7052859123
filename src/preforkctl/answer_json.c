/*
 * Answers as JSON, of verbs that the daemon answers with words.
 * Runs in: preforkctl.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "preforkctl/answer_json.h"
#include "wire/control.h"

int
answer_json(const struct answer *answer)
{
	char text[CONTROL_ANSWER_BYTES * 6 + 64];
	struct json json;

	json_begin(&json, text, sizeof(text));
	json_open(&json, NULL, '{');
	json_bool(&json, "ok", answer->code == 0);
	json_number(&json, "code", answer->code);
	json_text(&json, "text", answer->text);
	json_close(&json, '}');
	(void)printf("%s\n", text);
	return answer->code;
}

void
answer_json_line(void *arg, const char *line)
{
	char text[CONTROL_ANSWER_BYTES * 6 + 64];
	bool *begun = arg;
	struct json json;

	json_begin(&json, text, sizeof(text));
	json_text(&json, NULL, line);
	(void)printf("%s%.*s\\n",
	    *begun ? "" : "{\"ok\":true,\"code\":0,\"text\":\"",
	    (int)strlen(text) - 2, text + 1);
	*begun = true;
}
