# A handler that writes over the memory which all processes share.

# shellcheck disable=SC2034,SC2046,SC2154 # what make and the helpers know

load helper
load faults
load turns
load upgrades
load control

# All workers may be told to go by what is there, and nobody knows who did it.
scribble() {
	[[ -r /proc/self/maps ]] || skip 'there is no /proc/self/maps'
	allow_violence
	allow_message PF0107 PF0402 PF0403 PF0404 PF0405 PF0406 PF0407 PF0413 \
		PF0414 PF0416 PF0420
	talk "$ADDR" send 'scribble\n' expect 'ok\n' close
}

serves() {
	[[ $(timeout 5 "$PREFORK_TOOLS/talk" "$ADDR" \
		send 'echo still here\n' shut print 2>/dev/null) == 'still here' ]]
}

@test "the master goes on, tells figures and reloads" {
	start -w 2 -S "$T/ctl.sock" "$FAULT"
	scribble
	ctl_ends 0 'serving' ping
	ctl_ends 0 '^' status
	ctl_ends 0 '"version"' -j status
	ctl_ends 0 'prefork_connections_accepted_total' metrics
	ctl reload
	wait_for serves
	kill -KILL $(workers)
	wait_for serves
}

@test "what the master logs is not a worker's to say" {
	own_binary
	start -w 2 -S "$T/ctl.sock" "$FAULT"
	[[ -r /proc/self/maps ]] || skip 'there is no /proc/self/maps'
	talk "$ADDR" send 'silence\n' expect 'ok\n' close
	ctl_ends 0 'log: level debug' status
	ctl_ends 0 'generation' reload
	wait_log 'PF0106 '
	install_binary
	ctl_ends 0 'generation' upgrade
	ctl_ends 0 'log: level debug' status
	wait_log 'PF0122 '
}

@test "an upgrade takes what is left of it" {
	own_binary
	start -w 2 -S "$T/ctl.sock" "$FAULT"
	scribble
	install_binary
	ctl_ends 0 'generation' upgrade
	wait_for serves
	ctl reload
	wait_for serves
	install_binary
	ctl_ends 0 'generation' upgrade
	wait_for serves
}
