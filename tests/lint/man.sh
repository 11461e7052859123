#!/bin/sh
# preforkd(8) is valid, and knows each message and each option that is there
# and no other.
. "$(dirname "$0")/lib.sh"

page=${abs_top_builddir:-$top/build}/doc/preforkd.8
options_c=$top/src/api/options.c

# Print the lines of the file $2 that the file $1 does not have, and the
# other way round.
differences() {
	comm -23 "$1" "$2" | sed "s/^/only in $3: /"
	comm -13 "$1" "$2" | sed "s/^/only in $4: /"
}

# Numbers of the rows MSG(name, number, ...) of $1.
table_numbers() {
	sed -n 's/^MSG([A-Z0-9_]*, *\([0-9][0-9]*\),.*/\1/p' "$1" |
		while read -r number; do
			printf 'PF%04d\n' "$number"
		done | sort
}

# Numbers that have an item in the page $1.
page_numbers() {
	sed -n 's/^\.It Sy \(PF[0-9][0-9]*\) .*/\1/p' "$1" | sort
}

check_messages() {
	table_numbers "$1" >"$scratch/table"
	page_numbers "$2" >"$scratch/page"
	[ -s "$scratch/table" ] || echo 'no messages in the table'
	differences "$scratch/table" "$scratch/page" msg.def 'the page'
}

# The letters that getopt reads in the C file $1.
code_letters() {
	sed -n 's/^#define OPTION_LETTERS[[:space:]]*"\(.*\)".*/\1/p' "$1" |
		fold -w 1 | grep '[A-Za-z0-9]' | sort -u
}

# The letters that have an item in the page $1.
page_letters() {
	sed -n 's/^\.It Fl \([A-Za-z0-9]\).*/\1/p' "$1" | sort -u
}

# The letters of the synopsis of the page $1.
synopsis_letters() {
	sed -n '/^\.Sh SYNOPSIS/,/^\.Sh DESCRIPTION/s/^\.Op Fl \([A-Za-z0-9]*\).*/\1/p' \
	    "$1" | fold -w 1 | grep . | sort -u
}

check_options() {
	code_letters "$1" >"$scratch/code"
	page_letters "$2" >"$scratch/page"
	[ -s "$scratch/code" ] || echo "no OPTION_LETTERS in $1"
	differences "$scratch/code" "$scratch/page" options.c 'the page'
}

check_synopsis() {
	page_letters "$1" >"$scratch/page"
	synopsis_letters "$1" >"$scratch/synopsis"
	differences "$scratch/page" "$scratch/synopsis" 'the list' \
	    'the synopsis'
}

[ -e "$page" ] || skip_all "there is no $page"
if command -v mandoc >/dev/null 2>&1; then
	verify 'mandoc finds no fault' mandoc -Tlint -Wwarning "$page"
	printf '.Xx\n' | plant a.8
	refuse 'seen: a page with a fault' \
	    mandoc -Tlint -Wwarning "$trial/a.8"
else
	skip 'mandoc finds no fault' 'there is no mandoc'
fi
verify 'the page has the messages of msg.def' \
    check_messages "$top/src/base/msg.def" "$page"
sed '/^\.It Sy PF0100 /d' "$page" | plant a.8
refuse 'seen: a message that the page lacks' \
    check_messages "$top/src/base/msg.def" "$trial/a.8"
if [ -e "$options_c" ]; then
	verify 'the page has the options of options.c' \
	    check_options "$options_c" "$page"
	verify 'the synopsis has the options of the page' \
	    check_synopsis "$page"
	printf '.It Fl 9\n' | cat "$page" - | plant a.8
	refuse 'seen: an option that is not in the code' \
	    check_options "$options_c" "$trial/a.8"
else
	skip 'the page has the options of options.c' 'there is no options.c'
fi

ctl_page=${abs_top_builddir:-$top/build}/doc/preforkctl.8
ctl_main=$top/src/preforkctl/main.c

# The verbs in preforkctl's table, and those that have an item in its page.
check_verbs() {
	sed -n '/^} verbs\[\] = {/,/^};/s/^	{ "\([a-z]*\)".*/\1/p' "$1" |
		sort >"$scratch/code"
	sed -n 's/^\.It Cm \([a-z]*\).*/\1/p' "$2" | sort >"$scratch/page"
	[ -s "$scratch/code" ] || echo "no verbs in $1"
	differences "$scratch/code" "$scratch/page" main.c 'the page'
}

if [ -e "$ctl_page" ]; then
	command -v mandoc >/dev/null 2>&1 &&
		verify 'mandoc finds no fault in preforkctl.8' \
		    mandoc -Tlint -Wwarning "$ctl_page"
	verify 'preforkctl.8 has the options of main.c' \
	    check_options "$ctl_main" "$ctl_page"
	verify 'preforkctl.8 has the verbs of main.c' \
	    check_verbs "$ctl_main" "$ctl_page"
	printf '.It Cm dance\n' | cat "$ctl_page" - | plant a.8
	refuse 'seen: a verb that is not in the code' \
	    check_verbs "$ctl_main" "$trial/a.8"
fi

client_page=$top/doc/prefork-client.1
client_main=$top/src/client/main.c
client_parse=$top/src/client/script_parse.c

check_steps() {
	sed -n 's/^	\[STEP_[A-Z]*\] = { "\([a-z]*\)".*/\1/p' "$1" |
		sort >"$scratch/code"
	sed -n 's/^\.It Ic \([a-z]*\).*/\1/p' "$2" | sort -u >"$scratch/page"
	[ -s "$scratch/code" ] || echo "no steps in $1"
	differences "$scratch/code" "$scratch/page" script_parse.c 'the page'
}

if command -v mandoc >/dev/null 2>&1; then
	verify 'mandoc finds no fault in prefork-client.1' \
	    mandoc -Tlint -Wwarning "$client_page"
fi
verify 'prefork-client.1 has the options of main.c' \
    check_options "$client_main" "$client_page"
verify 'prefork-client.1 has the verbs of main.c' \
    check_verbs "$client_main" "$client_page"
verify 'prefork-client.1 has the steps of scripts' \
    check_steps "$client_parse" "$client_page"
printf '.It Ic dance\n' | cat "$client_page" - | plant a.1
refuse 'seen: a step that is not in the code' \
    check_steps "$client_parse" "$trial/a.1"
done_testing
