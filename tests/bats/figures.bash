# Metrics in tests, wherever they come from.
#
#	value SERIES		its figure in $T/metrics
#	none_less BEFORE AFTER	no counter of the first file is less in the
#				second, or gone
#	families FILE		names and types, sorted

# shellcheck disable=SC2154 # what make and the helpers know

value() {
	awk -v series="$1" 'index($0, series " ") == 1 { print $NF }' \
		"$T/metrics"
}

# One line for each counter, sorted.
counters() {
	awk '/^# TYPE .* counter$/ { counter[$3] = 1 }
		/^# TYPE .* histogram$/ { counter[$3 "_bucket"] = 1
			counter[$3 "_sum"] = counter[$3 "_count"] = 1 }
		!/^#/ { name = $1; sub(/{.*/, "", name)
			if (counter[name]) print }' "$1" | sort
}

none_less() {
	counters "$1" >"$T/before"
	counters "$2" >"$T/after"
	join "$T/before" "$T/after" | awk '$3 < $2 { print; bad = 1 }
		END { exit bad }' || fail 'a counter went back' || return 1
	[[ $(join -v 1 "$T/before" "$T/after") == '' ]] ||
		fail 'a counter is gone'
}

families() {
	awk '/^# TYPE / { print $3, $4 }' "$1" | sort
}
