#!/usr/bin/env bats
# The metrics module: what it tells, and what it does with requests that are
# not what it expects.

# shellcheck disable=SC2034,SC2154 # what make and the helpers know
# shellcheck disable=SC2030,SC2031,SC2153 # a test is a subshell; STATUS is ours

load helper
load faults
load turns
load upgrades
load control
load figures
load http

OPTIONS=()

# An echo service and its metrics, at $ADDR and $PAGE; with words for the
# module.
start_both() {
	cat >"$T/both.conf" <<-TEXT
		service echo { listen 127.0.0.1:0; handler echo; workers 2 }
		service figures {
			listen 127.0.0.1:0
			handler metrics { $* }
			workers 2
		}
	TEXT
	start "${OPTIONS[@]}" -f "$T/both.conf" || return 1
	PAGE=${ADDRS[1]}
}

scrape() {
	get /metrics "$PAGE" || return 1
	[[ $STATUS -eq 200 ]] || fail "$(cat "$T/answer")" || return 1
	cp "$T/body" "$T/metrics"
}

@test "what promtool is content with, and true" {
	start_both
	echo_once one
	hold 1
	scrape
	[[ $(value 'prefork_connections_accepted_total{service="echo"}') -eq 2 ]]
	[[ $(value 'prefork_connections_active{service="echo"}') -eq 1 ]]
	[[ $(value 'prefork_workers{service="echo",state="busy"}') -eq 1 ]]
	[[ $(value 'prefork_workers{service="figures",state="busy"}') -eq 1 ]]
	release
	need promtool
	run promtool check metrics <"$T/metrics"
	[[ -z $output ]] || fail "$output"
}

@test "the families that preforkctl metrics has" {
	OPTIONS=(-S "$T/ctl.sock")
	start_both
	scrape
	ctl metrics
	diff <(families "$T/said") <(families "$T/metrics")
	[[ $(families "$T/metrics" | wc -l) -gt 15 ]]
}

@test "the answer: GET and HEAD, 1.0 and 1.1" {
	start -w 1 metrics
	for version in 1.0 1.1 1.9; do
		answers 200 "GET /metrics HTTP/$version\r\nHost: h\r\n\r\n"
		[[ $(header Content-Type) == 'text/plain; version=0.0.4;'* ]]
		[[ $(header Content-Length) -eq $(wc -c <"$T/body") ]]
		[[ $(header Content-Length) -gt 1000 ]]
		[[ $(date -u -d "$(header Date)" +%s) -gt 1000000000 ]]
		answers 200 "HEAD /metrics HTTP/$version\r\nHost: h\r\n\r\n"
		[[ $(header Content-Length) -gt 1000 && ! -s $T/body ]]
	done
	answers 200 'GET /metrics HTTP/1.0\r\n\r\n'
	answers 200 'GET /metrics?a=b HTTP/1.1\r\nHost: h\r\n\r\n'
	answers 200 'GET http://h:1/metrics HTTP/1.1\r\nHost: h:1\r\n\r\n'
	answers 200 '\r\nGET /metrics HTTP/1.0\n\n'
	answers 200 'GET /metrics HTTP/1.0\r\nContent-Length: 0\r\nA:\r\n\r\n'
}

@test "404, 405 and 505" {
	start -w 1 metrics
	answers 404 'GET / HTTP/1.0\r\n\r\n'
	answers 404 'HEAD /metrics/ HTTP/1.0\r\n\r\n'
	[[ ! -s $T/body ]]
	answers 404 'GET http://h HTTP/1.0\r\n\r\n'
	answers 405 'POST /metrics HTTP/1.0\r\n\r\n'
	[[ $(header Allow) == 'GET, HEAD' ]]
	answers 405 'OPTIONS * HTTP/1.0\r\n\r\n'
	answers 405 'get /metrics HTTP/1.0\r\n\r\n'
	answers 505 'GET /metrics HTTP/2.0\r\n\r\n'
	answers 505 'GET /metrics HTTP/0.9\r\n\r\n'
}

@test "400 for what is no request" {
	start -w 1 metrics
	for text in 'GET /metrics\r\n\r\n' 'GET  /metrics HTTP/1.0\r\n\r\n' \
		'GET /metrics HTTP/1.0 \r\n\r\n' 'GET /metrics  HTTP/1.0\r\n' \
		' GET /metrics HTTP/1.0\r\n\r\n' 'GET\t/metrics HTTP/1.0\r\n' \
		'GET /metrics http/1.0\r\n\r\n' 'GET /metrics HTTP/1.\r\n\r\n' \
		'GET /metrics HTTP/1.10\r\n\r\n' 'GET /metrics HTTP/x.1\r\n' \
		'GET metrics HTTP/1.0\r\n\r\n' 'GET * HTTP/1.0\r\n\r\n' \
		'GET /met\0rics HTTP/1.0\r\n\r\n' 'G(T / HTTP/1.0\r\n\r\n' \
		'GET /met\xe9rics HTTP/1.0\r\n\r\n' '\r\n\r\nGET / HTTP/1.0\r\n' \
		'GET /metrics#a HTTP/1.0\r\n\r\n' '\x16\x03\x01\x02\x00\x01\n' \
		'GET /metrics HTTP/1.1\rX\r\n\r\n'; do
		answers 400 "$text"
	done
}

@test "400 and 413 for header fields" {
	start -w 1 metrics
	for text in 'A b: c' ': c' 'A' 'A: b\r\n c: d' 'A : b' 'A: b\0c' \
		'A: b\x01' 'A: b\rc' 'Host: a\r\nhost: b' 'Content-Length: x' \
		'Content-Length:' 'Content-Length: -1' 'Content-Length: 0 0' \
		'Content-Length: 0\r\nContent-Length: 0'; do
		answers 400 "GET /metrics HTTP/1.0\r\n$text\r\n\r\n"
	done
	answers 400 'GET /metrics HTTP/1.1\r\n\r\n'
	for text in 'Content-Length: 4' 'Transfer-Encoding: chunked'; do
		answers 413 "GET /metrics HTTP/1.0\r\n$text\r\n\r\nabcd"
	done
}

# repeat TEXT COUNT
repeat() {
	printf "%0$2d" 0 | sed "s/0/$1/g"
}

@test "414 and 431: one byte less is let in" {
	start -w 1 metrics
	local begin='GET /metrics?' end=' HTTP/1.0\r\n'

	# A line has 8192 bytes, its end is one of them; talk counts no escape
	# as more than one.
	answers 200 "$begin$(repeat a $((8192 - 13 - 11)))$end\r\n"
	answers 414 "$begin$(repeat a $((8192 - 13 - 10)))$end\r\n"
	answers 414 "$(repeat a 100000)"
	answers 200 "$begin$end""A: $(repeat b $((8192 - 5)))\r\n\r\n"
	answers 431 "$begin$end""A: $(repeat b $((8192 - 4)))\r\n\r\n"
	answers 200 "$begin$end$(repeat 'A:\\r\\n' 100)\r\n"
	answers 431 "$begin$end$(repeat 'A:\\r\\n' 101)\r\n"
	answers 431 "$begin$end$(repeat "A: $(repeat b 997)\\\\r\\\\n" 17)\r\n"
}

@test "byte by byte, and ended at each byte" {
	local text='GET /metrics HTTP/1.0\r\n\r\n' i steps=() at=0

	start -w 2 metrics
	while ((at < ${#text})); do
		i=1
		[[ ${text:at:1} != [\\] ]] || i=2
		steps+=(send "${text:at:i}")
		((at += i))
		[[ $at -eq ${#text} ]] ||
			talk "$ADDR" "${steps[@]}" shut gone
	done
	talk "$ADDR" "${steps[@]}" expect 'HTTP/1.1 200 OK\r\n' gone
	answers 200 "$text"
}

@test "slow requests are cut, silent ones too, and the worker is free" {
	start -w 1 metrics timeout=300ms
	talk_start "$ADDR" send 'GET /metrics HTTP/1.0\r\nA: ' say begun \
		expect 'HTTP/1.1 408 Request Timeout\r\n' gone
	talk_said begun
	between 200 4000 talk_end
	talk_start "$ADDR" expect 'HTTP/1.1 408 Request Timeout\r\n' gone
	between 200 4000 talk_end
	answers 200 'GET /metrics HTTP/1.0\r\n\r\n'
}

@test "a master that does not answer: 503, and no old answer later" {
	start_both timeout 400ms
	scrape
	cp "$T/metrics" "$T/metrics0"
	kill -STOP "$MASTER"
	get /metrics "$PAGE"
	[[ $STATUS -eq 503 ]] || fail "$(cat "$T/answer")"
	get /metrics "$PAGE"
	[[ $STATUS -eq 503 ]]
	grep -q 'the daemon does not tell' "$T/body"
	kill -CONT "$MASTER"
	for _ in 1 2 3 4 5 6 7 8; do
		echo_once count
		wait_for scrape
		none_less "$T/metrics0" "$T/metrics"
		cp "$T/metrics" "$T/metrics0"
	done
	[[ $(value 'prefork_connections_accepted_total{service="echo"}') -eq 8 ]]
	invariants 4
}

@test "workers of somebody who may nothing, behind a root directory" {
	[[ $EUID -eq 0 ]] || skip 'only root can do that'
	mkdir "$T/empty"
	chmod 755 "$T" "$T/empty"
	start -w 1 -u "$STRANGER:$STRANGER" -o "chroot=$T/empty" metrics
	answers 200 'GET /metrics HTTP/1.0\r\n\r\n'
	[[ $(header Content-Length) -eq $(wc -c <"$T/body") ]]
}

@test "no counter goes back over reloads, upgrades and deaths" {
	local i

	allow_message PF0404
	own_binary
	OPTIONS=(-S "$T/ctl.sock")
	start_both
	scrape
	cp "$T/metrics" "$T/metrics0"
	load_begin
	for ((i = 1; i <= 12; i++)); do
		if ((i % 5 == 0)); then
			install_binary
			ctl upgrade
		else
			ctl reload
		fi
		((i % 3 != 0)) || kill -TERM "$(workers | head -n 1)" || :
		scrape
		none_less "$T/metrics0" "$T/metrics"
		cp "$T/metrics" "$T/metrics0"
	done
	load_end
	[[ $(value 'prefork_reloads_total{outcome="ok"}') -eq 12 ]]
	[[ $(log_count PF0122) -eq 2 ]]
}

@test "one connection without a daemon: 503" {
	printf 'GET /metrics HTTP/1.0\r\n\r\n' >"$T/request"
	(become -1 timeout -k 1 "$DEADLINE" "$PREFORKD" -i metrics) \
		<"$T/request" >"$T/answer"
	grep -q '^HTTP/1.1 503 ' "$T/answer"
}

@test "a worker that floods the master with questions harms nobody" {
	local flooded i

	start -w 2 -S "$T/ctl.sock" "$PREFORK_FAULTS/flood.so"
	talk_start -n 2 "$ADDR" send a say sent expect a gone
	flooded=$TALK_PID
	talk_said sent
	for ((i = 0; i < 20; i++)); do
		within 2000 ctl ping
	done
	talk_end 0 "$flooded"
	ctl metrics
	[[ $(log_count 'PF0404|PF0405') -eq 0 ]]
	invariants 2
}
