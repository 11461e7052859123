# preforkctl in tests: asks the daemon that was started with -S "$T/ctl.sock".

# shellcheck disable=SC2154 # what make and the helpers know

# ctl [option...] VERB [WORD]
ctl() {
	timeout -k 1 "$DEADLINE" "$PREFORKCTL" -S "$T/ctl.sock" "$@" \
		>"$T/said" 2>"$T/err"
}

# ctl_ends CODE REGEX ...: it ends so, and says so on standard error, or with
# CODE 0 on standard output.
ctl_ends() {
	local wanted=$1 regex=$2 code=0 text

	shift 2
	ctl "$@" || code=$?
	text=$(cat "$T/said")
	[[ $wanted -eq 0 ]] || text=$(cat "$T/err")
	[[ $code -eq $wanted && $text =~ $regex ]] ||
		fail "preforkctl $*: $code, $(cat "$T/said" "$T/err")"
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
