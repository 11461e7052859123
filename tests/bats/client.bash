# prefork-client in tests.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

# Where start listens first.
HOST=127.0.0.1

client() {
	timeout -k 1 "$((DEADLINE * 3))" "$PREFORK_CLIENT" "$@" \
		>"$T/said" 2>"$T/err"
}

# client_ends CODE REGEX [word...]
client_ends() {
	command_ends client "$@"
}
