# Many services with many addresses in one file.

# shellcheck disable=SC2034,SC2153,SC2154 # what helper.bash and make know

load helper
load faults

# service NUMBER [LINE]: with three addresses.  It ends a connection after
# 100 + NUMBER bytes, by which it is known.
service() {
	local name=s$1

	# helper.bash wants to know one by its name.
	[[ $1 -ne 1 ]] || name='echo'
	cat <<-TEXT
		service $name {
			listen 127.0.0.1:0
			listen 127.0.0.1:0 backlog 64
			listen unix:$T/$name mode 0600
			handler echo { max_bytes $((100 + $1)) }
			workers 1
			${2:-}
		}
	TEXT
}

# serves NUMBER ADDRESS: and nobody else does.
serves() {
	local bytes

	printf -v bytes '%*s' $((100 + $1)) ''
	talk "$2" send "${bytes// /x}" expect "${bytes// /x}" eof ||
		fail "service $1 does not serve $2"
}

# Of service N the addresses number 3N-3, 3N-2, 3N-1.
each_serves() {
	local number at

	for number; do
		for at in $((3 * number - 3)) $((3 * number - 2)) \
			$((3 * number - 1)); do
			serves "$number" "${ADDRS[at]}" || return 1
		done
	done
}

# Clients of all addresses that stay, one after the other and all the time.
crowd_begin() {
	local number at

	(
		close_descriptors -1
		exec >"$T/crowd" 2>&1
		while [[ ! -e $T/enough ]]; do
			for number; do
				at=${ADDRS[3 * number - 3 + RANDOM % 3]}
				talk -n 2 "$at" line one shut eof close \
					connect line two shut eof || exit 1
			done
			printf .
		done
	) &
	CROWD=$!
}

crowd_has_turned() {
	[[ $(wc -c <"$T/crowd") -gt $1 ]]
}

# The whole crowd has been served once more.
crowd_goes_on() {
	wait_for crowd_has_turned $(($(wc -c <"$T/crowd") + 1))
}

crowd_end() {
	: >"$T/enough"
	wait "$CROWD" || {
		cat "$T/crowd"
		fail 'a client was not served'
	}
}

reload_done() {
	local before

	before=$(log_count 'PF0106 ')
	kill -HUP "$MASTER"
	wait_log 'PF010[67] ' $((before + 1))
	[[ $(log_count 'PF0107 ') -eq 0 ]]
}

only_current_is_left() {
	[[ $(log_count PF0110) -eq $(log_count PF0105) ]]
}

# services FIRST LAST
services() {
	local number

	for ((number = $1; number <= $2; number++)); do
		service "$number"
	done
}

@test "20 services with 60 addresses start, and each serves on its own" {
	services 1 20 >"$T/conf"
	start -f conf
	[[ ${#ADDRS[@]} -eq 60 ]]
	each_serves {1..20}
	invariants 20
	stop
	[[ -z $(find "$T" -type s) ]]
}

@test "one of 20 services changes, one comes, one goes: no client of others notices" {
	services 1 20 >"$T/conf"
	start -f conf
	port_count=$(ports_of "$MASTER" | wc -l)
	crowd_begin {1..6} {8..20}
	crowd_goes_on
	{
		services 1 6
		services 8 11
		service 12 'timeout idle 1h' | sed 's/workers 1/workers 2/'
		services 13 20
		service 21
	} >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
	reload_done
	crowd_goes_on
	wait_for only_current_is_left
	crowd_end
	# All that stayed are at their old addresses, whatever moved in the file.
	each_serves {1..6} {8..20}
	[[ ! -e $T/s7 && $(talk -q "${ADDRS[18]}") == refused &&
		$(talk -q "${ADDRS[19]}") == refused ]]
	serves 21 "unix:$T/s21"
	[[ $(ports_of "$MASTER" | wc -l) -eq $port_count ]]
	wait_workers 21
}

@test "services in another order keep their addresses" {
	services 1 5 >"$T/conf"
	start -f conf
	{
		service 4
		service 2
		service 5
		service 1
		service 3
	} >"$T/conf.new"
	mv "$T/conf.new" "$T/conf"
	reload_done
	wait_for only_current_is_left
	each_serves {1..5}
}
