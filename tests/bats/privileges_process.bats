# What a worker's process is like: umask, limits, environment.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load privileges

# limit_of NAME PID: soft and hard, as the kernel tells them.
limit_of() {
	sed -n "s/^$1  *\([^ ]*\)  *\([^ ]*\) .*/\1 \2/p" "/proc/$2/limits"
}

need_limits() {
	[[ -r /proc/self/limits ]] || skip 'the system does not tell limits'
}

@test "umask is the workers' and nobody else's" {
	start -w 1 -o umask=027 "$FAULT"
	[[ $(ask where) == '027 '* ]]
	[[ $(sed -n 's/^Umask:[[:space:]]*//p' "/proc/$MASTER/status") != 0027 ]]
	stop
	preforkd -T -o umask=000 "$FAULT" | grep '^umask 0000$'
	refused 78 PF0503 -F -o umask=28 "$FAULT"
}

@test "without umask it is who started it that says" {
	umask 0071
	start -w 1 "$FAULT"
	[[ $(ask where) == '071 '* ]]
	stop
	start_daemon -w 1 "$FAULT"
	[[ $(ask where) == '022 /' ]]
}

@test "limits of all services and of one" {
	local first second

	need_limits
	cat >"$T/conf" <<-TEXT
		limit nofile 200
		limit core 0
		service one { listen unix:$T/one; handler $FAULT; workers 1
			limit nofile 100; limit fsize 1m; limit cpu 77 }
		service two { listen unix:$T/two; handler $FAULT; workers 1 }
	TEXT
	start -f "$T/conf"
	ADDR=unix:$T/one first=$(ADDR=unix:$T/one ask pid)
	second=$(ADDR=unix:$T/two ask pid)
	[[ $(limit_of 'Max open files' "$first") == '100 100' ]]
	[[ $(limit_of 'Max core file size' "$first") == '0 0' ]]
	[[ $(limit_of 'Max file size' "$first") == '1048576 1048576' ]]
	[[ $(limit_of 'Max cpu time' "$first") == '77 77' ]]
	[[ $(limit_of 'Max open files' "$second") == '200 200' ]]
	[[ $(limit_of 'Max cpu time' "$second") == \
		"$(limit_of 'Max cpu time' $$)" ]]
	[[ $(limit_of 'Max file size' "$MASTER") == \
		"$(limit_of 'Max file size' $$)" ]]
}

@test "a reload changes the limits, and -o wins" {
	need_limits
	printf 'limit nofile 200\nservice echo { listen unix:%s/one\n%s }\n' \
		"$T" "handler $FAULT; workers 1" >"$T/conf"
	start -f "$T/conf" -o 'limit=cpu 99'
	[[ $(limit_of 'Max open files' "$(ask pid)") == '200 200' ]]
	sed -i 's/200/100/; s/service/limit cpu 50\n&/' "$T/conf"
	kill -HUP "$MASTER"
	wait_log PF0110
	[[ $(limit_of 'Max open files' "$(ask pid)") == '100 100' ]]
	[[ $(limit_of 'Max cpu time' "$(ask pid)") == '99 99' ]]
}

@test "a hard limit is raised by root, and by nobody else" {
	local raised='limit=nofile 150' before

	need_limits
	need_stranger
	printf '#!/bin/sh\nulimit -n 100\nexec "$@"\n' >"$T/tight"
	chmod 755 "$T" "$T/tight"
	before=$PREFORKD
	preforkd_by "$T/tight"
	# Not every root may.
	if sh -c 'ulimit -n 100; ulimit -n 150' 2>/dev/null; then
		start -w 1 -o "$raised" "$FAULT"
		[[ $(limit_of 'Max open files' "$(ask pid)") == '150 150' ]]
		stop
	fi
	PREFORKD=$before
	preforkd_by_stranger "$T/tight"
	refused 78 PF0607 -F -l 127.0.0.1:0 -o "$raised" "$FAULT"
	grep 'PF0607.*limit nofile: ' "$T/err"
	refused 78 PF0607 -t -o "$raised" "$FAULT"
	start -w 1 -o 'limit=nofile 90' "$FAULT"
	[[ $(limit_of 'Max open files' "$(ask pid)") == '90 90' ]]
}

@test "a reload whose limits cannot be set changes nothing" {
	need_limits
	need_stranger
	printf 'service echo { listen 127.0.0.1:0\nhandler %s; workers 1\n}\n' \
		"$FAULT" >"$T/conf"
	chmod 644 "$T/conf"
	printf '#!/bin/sh\nulimit -n 100\nexec "$@"\n' >"$T/tight"
	chmod 755 "$T" "$T/tight"
	preforkd_by_stranger "$T/tight"
	start -f "$T/conf"
	sed -i '1i limit nofile unlimited' "$T/conf"
	expect_message PF0107
	kill -HUP "$MASTER"
	wait_log 'PF0107.*limit nofile'
	[[ $(limit_of 'Max open files' "$(ask pid)") == '100 100' ]]
	wait_workers 1
	[[ $(ask 'echo word') == word ]]
}

@test "variables are in the environment of one service's workers" {
	export KEPT=old CHANGED=old
	cat >"$T/conf" <<-TEXT
		service one { listen unix:$T/one; handler $FAULT; workers 1
			env CHANGED "a new; one"; env EMPTY "" }
		service two { listen unix:$T/two; handler $FAULT; workers 1 }
	TEXT
	start -f "$T/conf" -o 'service.one.env=ADDED x'
	ADDR=unix:$T/one
	[[ $(ask 'getenv KEPT') == old ]]
	[[ $(ask 'getenv CHANGED') == 'a new; one' ]]
	[[ $(ask 'getenv EMPTY') == '' ]]
	[[ $(ask 'getenv ADDED') == x ]]
	ADDR=unix:$T/two
	[[ $(ask 'getenv CHANGED') == old ]]
	[[ $(ask 'getenv EMPTY') == none ]]
	preforkd -T -f "$T/conf" >"$T/first"
	preforkd -T -f "$T/first" | cmp - "$T/first"
	grep 'env CHANGED "a new; one"' "$T/first"
}

@test "what the master shares with workers does not count for their memory" {
	[[ -z ${PREFORK_SANITIZED:-} ]] ||
		skip 'a sanitizer needs all addresses there are'
	start -w 2 -o 'limit=as 48m' echo
	kill -HUP "$MASTER"
	wait_log 'PF0106 '
	invariants 2
}
