# Workers as another user: what is theirs, what is out of their reach.

# shellcheck disable=SC2154 # what is in the environment

load helper
load faults
load privileges

# Somebody without an entry anywhere.
UNKNOWN=59997:59998

@test "workers are the user and the group, and nothing else" {
	local group

	need_root
	group=$(id -gn nobody)
	start -w 2 -u "nobody:$group" "$FAULT"
	[[ $(ask ids) == "uid $NOBODY $NOBODY gid $NOGROUP $NOGROUP groups \
$NOGROUP" ]]
	invariants 2
}

@test "root cannot be had back: no saved id, no capability" {
	local worker

	need_root
	start -w 1 -u nobody "$FAULT"
	worker=$(workers)
	[[ $(status_of Uid "$worker") == "$NOBODY $NOBODY $NOBODY $NOBODY" ]]
	[[ $(status_of Gid "$worker") == \
		"$NOGROUP $NOGROUP $NOGROUP $NOGROUP" ]]
	[[ $(status_of CapPrm "$worker") =~ ^0*$ ]]
	[[ $(status_of CapEff "$worker") =~ ^0*$ ]]
	[[ $(status_of Uid "$MASTER") == '0 0 0 0' ]]
}

@test "numbers will do where there is no name" {
	need_root
	start -w 1 -u "$UNKNOWN" "$FAULT"
	[[ $(ask ids) == 'uid 59997 59997 gid 59998 59998 groups 59998' ]]
	stop
	start -w 1 -u "${UNKNOWN%:*}" "$FAULT"
	[[ $(ask ids) == 'uid 59997 59997 gid 59997 59997 groups 59997' ]]
}

@test "groups are those of the user, not those of who started it" {
	need_root
	need setpriv
	{
		cat /etc/group
		printf 'one:x:59991:nobody\ntwo:x:59992:nobody\n'
	} >"$T/group"
	preforkd_in --mount "mount --bind $T/group /etc/group" \
		setpriv --groups 4,24,59990
	start -w 1 -u nobody "$FAULT"
	grep '^Groups:.*59990' "/proc/$MASTER/status"
	# Kernels tell them in an order of their own.
	[[ $(ask ids | sed 's/.*groups //' | tr ' ' '\n' | sort -n | xargs) == \
		"$(printf '%s\n' "$NOGROUP" 59991 59992 | sort -n | xargs)" ]]
}

@test "a port of root's is served by nobody" {
	need_root
	need ip nsenter
	preforkd_in --net 'ip link set lo up'
	start -w 2 -l 127.0.0.1:7 -u nobody "$FAULT"
	[[ $ADDR == 127.0.0.1:7 ]]
	[[ $(nsenter -t "$MASTER" -n "$PREFORK_TOOLS/talk" "$ADDR" \
		send 'ids\n' shut print) == "uid $NOBODY "* ]]
}

# Inode of the socket that listens at port 7.
echo_socket() {
	awk '$2 ~ /:0007$/ && $4 == "0A" { print $10 }' "/proc/$MASTER/net/tcp"
}

# talk_inside ARGUMENT...
talk_inside() {
	nsenter -t "$MASTER" -n timeout "$DEADLINE" "$PREFORK_TOOLS/talk" \
		127.0.0.1:7 "$@"
}

@test "a port of root's is kept across a reload" {
	local socket i

	need_root
	need ip nsenter
	preforkd_in --net 'ip link set lo up'
	printf 'user nobody\nservice x { listen 127.0.0.1:7; handler %s\n%s\n}\n' \
		"$FAULT" 'workers 2' >"$T/conf"
	start -f "$T/conf"
	socket=$(echo_socket)
	[[ -n $socket ]]
	for i in 1 2; do
		sed -i 's/user nobody/user 59997/; s/workers 2/workers 3/' \
			"$T/conf"
		kill -HUP "$MASTER"
		# Who is served meanwhile is served by the one or the other.
		[[ $(talk_inside send 'ids\n' shut print) =~ \
			^uid\ ($NOBODY|59997)\  ]]
		wait_log PF0110 "$i"
		[[ $(echo_socket) == "$socket" ]]
		[[ $(talk_inside send 'ids\n' shut print) == 'uid 59997 59997 '* ]]
	done
	[[ $(talk_inside send 'setuid 0\n' shut print) == denied:* ]]
}

@test "a port of root's is refused to others with the reason" {
	need_root
	need ip setpriv
	as_user test -x "$PREFORKD" 2>/dev/null ||
		skip 'another user cannot run preforkd, or there is no setpriv'
	preforkd_in --net 'ip link set lo up' \
		setpriv --reuid "$STRANGER" --clear-groups
	refused 77 PF0204 -F -l 127.0.0.1:7 "$FAULT"
}

@test "a module that the user cannot read is refused with the reason" {
	need_root
	chmod 700 "$FAULT"
	refused 78 PF0301 -F -l 127.0.0.1:0 -u nobody "$FAULT"
	grep 'PF0301 .*Permission denied' "$T/err"
	refused 78 PF0301 -t -u nobody "$FAULT"
}

@test "pidfile and socket are root's, and removed in the end" {
	need_root
	start -p "$T/pid" -l "unix:$T/sock" -w 1 -u nobody "$FAULT"
	[[ $(stat -c '%u %a' "$T/pid") == '0 644' ]]
	[[ $(stat -c %u "$T/sock") == 0 ]]
	[[ $(ask ids) == "uid $NOBODY "* ]]
	stop
	[[ ! -e $T/pid && ! -e $T/sock ]]
}

@test "root makes no pidfile where whom workers run as could put a link" {
	need_root
	mkdir "$T/theirs" "$T/shared"
	chown nobody "$T/theirs"
	chmod 1777 "$T/shared"
	for folder in theirs shared; do
		refused 73 PF0601 -F -u nobody -l 127.0.0.1:0 \
			-p "$T/$folder/pid" "$FAULT"
		grep "nobody.* can change the folder $T/$folder" "$T/err"
		[[ ! -e $T/$folder/pid ]]
	done
	start -w 1 -p "$T/shared/pid" "$FAULT"
	stop
}

@test "new workers of a reload are the user, too" {
	need_root
	start -w 2 -u nobody "$FAULT"
	kill -HUP "$MASTER"
	wait_log PF0106
	wait_log PF0110
	[[ $(ask ids) == "uid $NOBODY $NOBODY "* ]]
	invariants 2
}

@test "who does not exist is refused" {
	need_root
	refused 78 PF0602 -F -l 127.0.0.1:0 -u no-such-user "$FAULT"
	refused 78 PF0602 -F -l 127.0.0.1:0 -u nobody:no-such-group "$FAULT"
	refused 78 PF0602 -F -l 127.0.0.1:0 -u '' "$FAULT"
}

@test "only root can have workers as another user" {
	need_stranger
	preforkd_by_stranger
	refused 77 PF0603 -F -l 127.0.0.1:0 -u root "$FAULT"
	start -w 1 "$FAULT"
	[[ $(ask ids) == "uid "* ]]
}
