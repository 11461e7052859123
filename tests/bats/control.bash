# preforkctl in tests: asks the daemon that was started with -S "$T/ctl.sock".

# shellcheck disable=SC2154 # what make and the helpers know

# ctl [option...] VERB [WORD]
ctl() {
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" "$@" \
		>"$T/said" 2>"$T/err"
}

# ctl_ends CODE REGEX [word...]
ctl_ends() {
	command_ends ctl "$@"
}

# ctl_start VERB [WORD...]: in the background, says to $T/later; then ctl_done
# CODE REGEX.
ctl_start() {
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" "$@" \
		>"$T/later" 2>&1 &
	CTL=$!
}

ctl_done() {
	local code=0

	wait "$CTL" || code=$?
	[[ $code -eq $1 && $(<"$T/later") =~ $2 ]] ||
		fail "preforkctl: $code, $(<"$T/later")"
}
