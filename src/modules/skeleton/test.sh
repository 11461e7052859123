#!/bin/sh
# Tries skeleton.so without a network: preforkd -i serves one connection that is
# its standard input and output.  Run by "make test".

preforkd=${PREFORKD:-preforkd}
count=0
failed=0

# answers NAME INPUT EXPECTED [OPTION=VALUE...]: what a client gets who sends
# INPUT, both in the words of printf(1).
answers() {
	name=$1
	input=$2
	expected=$3
	shift 3
	# A dot behind it, because $() drops newlines at the end.
	# shellcheck disable=SC2059 # they are formats
	verdict "$name" "$(printf "$expected"; echo .)" \
	    "$(printf "$input" | "$preforkd" -i ./skeleton.so "$@" 2>&1; echo .)"
}

# refused NAME OPTION=VALUE...: preforkd does not serve with these options.
refused() {
	name=$1
	shift
	reason=$("$preforkd" -t ./skeleton.so "$@" 2>&1)
	verdict "$name ($reason)" 78 $?
}

# verdict NAME EXPECTED GOT
verdict() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
		return
	fi
	failed=1
	echo "not ok $count - $1"
	printf 'wanted: %s\ngot: %s\n' "$2" "$3" | sed 's/^/# /'
}

answers 'each line comes back' 'one\ntwo\r\n' \
    'you said one\r\nyou said two\r\n'
answers 'quit ends it' 'one\nquit\ntwo\n' 'you said one\r\n'
answers 'nothing comes from nothing' '' ''
answers 'another greeting, in capital letters' 'one\n' 'hello ONE\r\n' \
    greeting=hello upper=on
answers 'a line of just the right length' 'abc\n' 'you said abc\r\n' max_line=4
answers 'one that is too long' 'abcd\n' 'that line is too long\r\n' max_line=4
refused 'a greeting of two lines' 'greeting=a
b'
refused 'a length that cannot be' max_line=1
refused 'an option that does not exist' greting=hello
echo "1..$count"
exit "$failed"
