# -o: directives on the command line.

# shellcheck disable=SC2034,SC2154 # what helper.bash and judged know

load helper
load refuse

refuses() {
	local code=$1 id=$2 got=0

	shift 2
	preforkd "$@" >"$T/out" 2>"$T/err" || got=$?
	judged "$code" "$id" || return 1
	is_alone
}

@test "-o sets a directive, for all services or for one" {
	start_only -w 2 -o workers=3 echo
	wait_workers 3
	stop
	start_only -o workers=3 -o service.echo.workers=1 echo
	wait_workers 1
	echo_once word
}

@test "-o names what is wrong by the directive and not by a line" {
	refuses 78 PF0502 -o wokers=3 echo
	grep -F -- '-o wokers: ' "$T/err"
	grep -F 'did you mean workers?' "$T/err"
	refuses 78 PF0503 -o workers=0 echo
	refuses 78 PF0506 -o service.echoo.workers=3 echo
	refuses 78 PF0504 -o service.echo.pidfile="$T/pid" echo
	refuses 78 PF0504 -o group=0 echo
	refuses 64 PF0500 -o workers echo
}

@test "-o holds where nothing is served" {
	preforkd -o "module_path=$PREFORK_FAULTS" -H die2004 | grep HandleClient
	preforkd -t -o 'max_requests=100 jitter 0%' echo
	refuses 78 PF0503 -t -o 'max_requests=x' echo
	refuses 78 PF0505 -t -o 'max_requests="1' echo
}
