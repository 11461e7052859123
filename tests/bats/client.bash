# prefork-client in tests.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

# Where start listens first.
HOST=127.0.0.1

client() {
	timeout -k 1 "$((DEADLINE * 3))" "$PREFORK_CLIENT" "$@" \
		>"$T/said" 2>"$T/err"
}

# client_ends CODE REGEX [word...]: it ends so, and says so on standard error,
# or with CODE 0 on standard output.
client_ends() {
	local wanted=$1 regex=$2 code=0 text

	shift 2
	client "$@" || code=$?
	text=$(cat "$T/said")
	[[ $wanted -eq 0 ]] || text=$(cat "$T/err")
	[[ $code -eq $wanted && $text =~ $regex ]] ||
		fail "prefork-client $*: $code, $(cat "$T/said" "$T/err")"
}
