/*
 * JSON as it is written: commas, quoting, what is not UTF-8, a full buffer.
 */
#include "config.h"

#include "base/json.h"
#include "tap.h"

static void
try_text(const char *text, const char *expected)
{
	char out[128];
	struct json json;

	json_begin(&json, out, sizeof(out));
	json_text(&json, NULL, text);
	is_text(out, expected, "quoting of %s", expected);
}

static void
test_texts(void)
{
	try_text("plain", "\"plain\"");
	try_text("", "\"\"");
	try_text(NULL, "null");
	try_text("a\"b\\c", "\"a\\\"b\\\\c\"");
	try_text("\n\t\x01\x1f\x7f", "\"\\u000a\\u0009\\u0001\\u001f\\u007f\"");
	try_text("caf\xc3\xa9", "\"caf\xc3\xa9\"");
	try_text("\xe2\x82\xac \xf0\x9f\x90\x9f",
	    "\"\xe2\x82\xac \xf0\x9f\x90\x9f\"");
	try_text("\xff\xc3", "\"\\u00ff\\u00c3\"");
	try_text("\xc0\xaf", "\"\\u00c0\\u00af\"");
	try_text("\xed\xa0\x80", "\"\\u00ed\\u00a0\\u0080\"");
	try_text("\xe2\x82", "\"\\u00e2\\u0082\"");
	try_text("\xf4\x90\x80\x80", "\"\\u00f4\\u0090\\u0080\\u0080\"");
}

static void
test_structure(void)
{
	char out[256];
	struct json json;

	json_begin(&json, out, sizeof(out));
	json_open(&json, NULL, '{');
	json_number(&json, "n", -7);
	json_bool(&json, "yes", true);
	json_open(&json, "list", '[');
	json_number(&json, NULL, INT64_MAX);
	json_open(&json, NULL, '{');
	json_close(&json, '}');
	json_null(&json, NULL);
	json_close(&json, ']');
	json_text(&json, "t", "x");
	json_close(&json, '}');
	is_text(out,
	    "{\"n\":-7,\"yes\":true,\"list\":[9223372036854775807,{},null],"
	    "\"t\":\"x\"}",
	    "commas stand between values only");
	ok(!json.full, "it fits");
}

static void
test_taken(void)
{
	char out[8];
	struct json json;

	json_begin(&json, out, sizeof(out));
	json_open(&json, NULL, '[');
	json_number(&json, NULL, 1);
	is_text(out, "[1", "the first part");
	json_taken(&json);
	json_number(&json, NULL, 2);
	is_text(out, ",2", "the comma is in the next part");
	json_number(&json, NULL, 1234567);
	ok(json.full, "what does not fit is told");
	is_int(strlen(out) < sizeof(out), 1, "and is not written beyond");
}

int
main(void)
{
	test_texts();
	test_structure();
	test_taken();
	return tap_done();
}
