# Asking the modules that answer HTTP.
#
#	request TEXT [ADDRESS]	sends it (escapes as talk has them) and keeps
#				what comes: STATUS, the head in $T/head without
#				carriage returns, the content in $T/body
#	get PATH [ADDRESS]	the same with a good request
#	answers STATUS TEXT [ADDRESS]	request must be answered so
#	header NAME		of the last answer

# shellcheck disable=SC2034,SC2154 # what make and the helpers know

request() {
	talk "${2:-$ADDR}" send "$1" shut print >"$T/answer" || return 1
	sed '/^\r$/q' "$T/answer" | tr -d '\r' >"$T/head"
	sed '1,/^\r$/d' "$T/answer" >"$T/body"
	STATUS=$(sed -n '1s/^HTTP\/1\.1 \([0-9][0-9][0-9]\) .*/\1/p' "$T/head")
}

get() {
	request "GET $1 HTTP/1.1\r\nHost: here\r\n\r\n" "${2:-$ADDR}"
}

header() {
	sed -n "s/^$1: //p" "$T/head"
}

answers() {
	request "$2" "${3:-$ADDR}" || return 1
	[[ $STATUS -eq $1 ]] ||
		fail "$2: '$(head -n 1 "$T/answer")' and not $1" || return 1
	[[ $(header Connection) == close ]] || fail "$2: no Connection: close"
}
