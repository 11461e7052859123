# Workers in a root directory of their own.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load privileges

make_root() {
	local name

	need_root
	for name; do
		mkdir -p "$T/$name"
		: >"$T/$name/is-$name"
		chmod 755 "$T/$name"
	done
}

# in_root NAME: what a worker says that is there.
in_root() {
	[[ $(ask where) == *' /' ]]
	[[ $(ask "exists /is-$1") == yes ]]
	[[ $(ask 'exists /proc') == no ]]
	[[ $(ask "exists ../../../../../proc") == no ]]
}

# What a worker has open, beside sockets and the like.
files_of() {
	readlink "/proc/$1/fd/"* | grep '^/' | grep -vx "/dev/null\|$T/log\|$T/out" ||
		:
}

@test "workers are in their root and cannot leave it" {
	make_root jail
	start -w 2 -u nobody -o "chroot=$T/jail" "$FAULT"
	in_root jail
	[[ $(ask ids) == "uid $NOBODY $NOBODY gid $NOGROUP $NOGROUP "* ]]
	[[ $(ask 'chroot /') == denied:* ]]
	[[ $(readlink "/proc/$(ask pid)/root") == "$T/jail" ]]
	[[ $(readlink "/proc/$MASTER/root") == / ]]
	[[ -z $(files_of "$(ask pid)") ]]
	invariants 2
}

@test "a module that is installed by name is served from there, too" {
	make_root jail
	start -w 2 -u nobody -o "chroot=$T/jail" echo
	echo_once word
	preforkd -t -u nobody -o "chroot=$T/jail" echo
	refused 78 PF0306 -t -u nobody -o "chroot=$T/jail" echo max_bytes=x
}

@test "it takes nothing of the file system to replace a worker" {
	make_root jail
	start -w 1 -u nobody -o "chroot=$T/jail" "$FAULT"
	rm "$FAULT"
	allow_message PF0404
	kill -KILL "$(workers)"
	wait_log PF0401 2
	in_root jail
}

@test "a root for all services and one for a service" {
	make_root jail own
	cat >"$T/conf" <<-TEXT
		user nobody; chroot $T/jail
		service one { listen unix:$T/one mode 0666; handler $FAULT
			workers 1; chroot $T/own }
		service two { listen unix:$T/two mode 0666; handler $FAULT
			workers 1 }
		service three { listen unix:$T/three mode 0666; handler $FAULT
			workers 1; chroot / }
	TEXT
	start -f "$T/conf"
	ADDR=unix:$T/one in_root own
	ADDR=unix:$T/two in_root jail
	[[ $(ADDR=unix:$T/three ask 'exists /proc') == yes ]]
	preforkd -T -f "$T/conf" >"$T/first"
	preforkd -T -f "$T/first" | cmp - "$T/first"
	[[ $(grep -c 'chroot' "$T/first") -eq 3 ]]
}

@test "a reload changes the root, and keeps it where the new one is not" {
	make_root jail own
	printf 'user nobody; chroot %s\nservice x { listen 127.0.0.1:0\n%s }\n' \
		"$T/jail" "handler $FAULT; workers 1" >"$T/conf"
	start -f "$T/conf"
	in_root jail
	sed -i "s,$T/jail,$T/own," "$T/conf"
	kill -HUP "$MASTER"
	wait_log PF0110
	in_root own
	sed -i "s,$T/own,$T/none," "$T/conf"
	expect_message PF0107
	kill -HUP "$MASTER"
	wait_log 'PF0107.*/none the root directory: chroot: No such file'
	in_root own
}

@test "a root that cannot be is refused with the reason" {
	make_root jail
	refused 78 PF0608 -F -l 127.0.0.1:0 -u nobody -o "chroot=$T/none" \
		"$FAULT"
	grep "PF0608 fault: cannot make $T/none the root" "$T/err"
	refused 78 PF0608 -t -u nobody -o "chroot=$FAULT" "$FAULT"
	refused 78 PF0503 -t -u nobody -o "chroot=jail" "$FAULT"
	chmod 700 "$T/jail"
	refused 78 PF0301 -F -l 127.0.0.1:0 -u nobody -o "chroot=$T/jail" \
		"$FAULT"
	grep 'PF0301 .*Permission denied' "$T/err"
}

@test "-i serves its client from there" {
	make_root jail
	printf 'where\nexists /is-jail\nexists /proc\n' |
		(
			become -1 timeout "$DEADLINE" "$PREFORKD" -i -u nobody \
				-o "chroot=$T/jail" "$FAULT"
		) >"$T/out"
	[[ $(sed 1d "$T/out" | xargs) == 'yes no' ]]
	grep '^[0-7]* /$' "$T/out"
}

@test "only root can change the root" {
	need_stranger
	preforkd_by_stranger
	refused 77 PF0603 -F -l 127.0.0.1:0 -o chroot=/ "$FAULT"
	grep 'PF0603 only root can make / the root' "$T/err"
}
