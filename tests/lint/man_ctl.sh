#!/bin/sh
# preforkctl(8): each event that the master writes, and each metric that it
# tells, is in the page, and no other.
. "$(dirname "$0")/lib.sh"

page=$top/doc/preforkctl.8.in

# Names in calls of event_plain, event_generation and the like, however the
# lines are cut.
code_events() {
	cat "$1"/*.c | tr '\n' ' ' |
		grep -oE 'event_(plain|generation|begin|begin_worker)\([^";]*"[a-z-]+"' |
		sed 's/.*"\(.*\)"/\1/' | sort -u
}

# Of .Cm events: .It Li one , two
page_events() {
	awk '/^\.It Cm / { inside = $3 == "events" }
		inside && /^\.It Li / {
			for (i = 3; i <= NF; i++)
				if ($i != ",")
					print $i
		}' "$1" | sort
}

check_events() {
	code_events "$1" >"$scratch/code"
	page_events "$2" >"$scratch/page"
	[ -s "$scratch/code" ] || echo 'there are no events'
	diff "$scratch/code" "$scratch/page"
}

code_metrics() {
	cat "$1"/steer_*.c | grep -oE '"prefork_[a-z_]+' | tr -d '"' | sort -u
}

page_metrics() {
	awk '/^\.Sh / { inside = $2 == "METRICS" }
		inside && /^\.It Li / { print $3 }' "$1" | sort
}

check_metrics() {
	code_metrics "$1" >"$scratch/code"
	page_metrics "$2" >"$scratch/page"
	[ -s "$scratch/code" ] || echo 'there are no metrics'
	diff "$scratch/code" "$scratch/page"
}

verify 'the page has the events that there are' \
    check_events "$top/src/master" "$page"
sed 's/, worker-ready//' "$page" | plant a.8
refuse 'seen: an event that the page lacks' \
    check_events "$top/src/master" "$trial/a.8"
sed 's/^\.It Li backoff/& , nothing/' "$page" | plant a.8
refuse 'seen: an event that there is not' \
    check_events "$top/src/master" "$trial/a.8"
verify 'the page has the metrics that there are' \
    check_metrics "$top/src/master" "$page"
sed '/prefork_uptime/d' "$page" | plant a.8
refuse 'seen: a metric that the page lacks' \
    check_metrics "$top/src/master" "$trial/a.8"
sed 's/prefork_uptime/prefork_downtime/' "$page" | plant a.8
refuse 'seen: a metric that there is not' \
    check_metrics "$top/src/master" "$trial/a.8"
done_testing
