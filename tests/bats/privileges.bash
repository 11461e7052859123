# What tests of workers' privileges share, beside faults.bash.
#
#	need_root		skips where we are not; the module is in a
#				place where everybody can read it.  Sets
#				NOBODY and NOGROUP
#	preforkd_in NAMESPACE-OPTION SETUP [COMMAND...]
#				preforkd is in a namespace of its own, made by
#				SETUP, and begun as COMMAND
#	status_of NAME PID	a line of the kernel's about a process
#	need_stranger		skips where another user cannot run preforkd
#	preforkd_by_stranger [COMMAND...]
#				preforkd is begun by somebody who is not root

# shellcheck disable=SC2034,SC2154 # the variables that are helper.bash's

need_root() {
	[[ $EUID -eq 0 ]] || skip 'only root can run workers as another user'
	NOBODY=$(id -u nobody 2>/dev/null) || skip 'there is no user nobody'
	NOGROUP=$(id -g nobody)
	chmod 755 "$T"
	cp "$FAULT" "$T/fault.so"
	chmod 755 "$T/fault.so"
	FAULT=$T/fault.so
}

preforkd_in() {
	local option=$1 setup=$2

	shift 2
	need unshare
	unshare "$option" sh -c "$setup" 2>"$T/err" ||
		skip "unshare: $(<"$T/err")"
	printf '#!/bin/sh\n%s\nexec %s "$@"\n' "$setup" "$*" >"$T/inside"
	chmod 755 "$T/inside"
	preforkd_by unshare "$option" "$T/inside"
}

status_of() {
	sed -n "s/^$1:[[:space:]]*//p" "/proc/$2/status" | tr '\t' ' '
}

need_stranger() {
	as_user test -x "$PREFORKD" -a -r "$FAULT" 2>/dev/null ||
		skip 'another user cannot run preforkd, or there is no setpriv'
	chmod 755 "$T"
}

preforkd_by_stranger() {
	if [[ $EUID -eq 0 ]]; then
		preforkd_by setpriv --reuid "$STRANGER" --regid "$STRANGER" \
			--clear-groups "$@"
	else
		preforkd_by "$@"
	fi
}
