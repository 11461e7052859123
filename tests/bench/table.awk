# The results of tests/bench/run as a table: of the sides `left` and `right`,
# and of the other files if there are any.  Files, told by their names:
#
#	results		side mode workers round rate p99_us cpu_us errors
#	results.calls	side call number-for-each-connection
#	results.idle	side workers pss_kib ready_ms
#	results.wakeups	master workers master workers seconds
#	results.counting ns_per_connection ns

function median(text,    value, n, i, j, t) {
	n = split(text, value, " ")
	for (i = 2; i <= n; i++) {
		t = value[i] + 0
		for (j = i - 1; j > 0 && value[j] + 0 > t; j--)
			value[j + 1] = value[j]
		value[j + 1] = t
	}
	low = value[1]
	high = value[n]
	if (n % 2)
		return value[(n + 1) / 2]
	return (value[n / 2] + value[n / 2 + 1]) / 2
}

# All rounds of one column for one side.
function column(name, side, mode, count,    round, text) {
	for (round = 1; round <= rounds; round++)
		text = text " " result[name, side, mode, count, round]
	return text
}

function ratios(name, mode, count,    round, text, base) {
	for (round = 1; round <= rounds; round++) {
		base = result[name, left, mode, count, round]
		if (base > 0)
			text = text " " result[name, right, mode, count, \
			    round] / base
	}
	return text
}

function heading(title) {
	printf "%-24s%8s%12s%12s   %s/%s\n", title, "workers", \
	    left, right, right, left
}

function block(title, name, mode, format,    i, count, row) {
	if (!((name, left, mode, counted[1], 1) in result))
		return
	heading(title)
	row = "%32d" format format "   %.2f (%.2f-%.2f)\n"
	for (i = 1; i <= counts; i++) {
		count = counted[i]
		middle = median(ratios(name, mode, count))
		lowest = low
		highest = high
		printf row, count, \
		    median(column(name, left, mode, count)), \
		    median(column(name, right, mode, count)), \
		    middle, lowest, highest
	}
}

function loads() {
	block("connections/s", "rate", "connect", "%12.0f")
	block("echoes/s", "rate", "keepalive", "%12.0f")
	block("CPU us per connection", "cpu", "connect", "%12.2f")
	block("CPU us per echo", "cpu", "keepalive", "%12.2f")
	block("p99 us of a connection", "p99", "connect", "%12.0f")
	block("p99 us of an echo", "p99", "keepalive", "%12.0f")
	printf "%-32s%12d%12d\n", "errors", errors[left], errors[right]
}

function calls(    i, call) {
	print ""
	if (call_names == 0) {
		print "system calls per connection: not counted, no strace"
		return
	}
	printf "%-32s%12s%12s\n", "system calls per connection", "bare", \
	    "prefork"
	for (i = 1; i <= call_names; i++) {
		call = call_name[i]
		printf "%32s%12.2f%12.2f\n", call, made["bare", call], \
		    made["prefork", call]
	}
	printf "%32s%12.2f%12.2f\n", "all", all["bare"], all["prefork"]
}

function shown(text) {
	return text == "" ? "-" : text
}

function idle(    i, n, count) {
	print ""
	n = split("8 " many, list, " ")
	printf "%-24s%8s%12s%12s\n", "idle", "workers", "bare", "prefork"
	for (i = 1; i <= n; i++) {
		count = list[i]
		printf "%-24s%8d%12s%12s\n", "Pss KiB per worker", count, \
		    shown(pss["bare", count]), shown(pss["prefork", count])
		printf "%-24s%8d%12s%12s\n", "ms until all are ready", \
		    count, shown(ready["bare", count]), \
		    shown(ready["prefork", count])
	}
	if (seconds > 0) {
		wakeups("wake-ups/min, master", master)
		wakeups("wake-ups/min, workers", pool)
	}
}

# The scoreboard and the histograms, of what a connection takes all in all.
function counting(    i, count, cpu_us) {
	for (i = 1; i <= counts; i++) {
		count = counted[i]
		cpu_us = median(column("cpu", right, "connect", count))
		if (cpu_us > 0)
			printf "%-24s%8d%12s%10d ns   %.1f %%\n", \
			    i == 1 ? "counting a connection" : "", count, \
			    "-", counting_ns, counting_ns / cpu_us / 10
	}
}

function wakeups(title, number) {
	printf "%-24s%8d%12s%12.1f\n", title, 8, "-", number * 60 / seconds
}

FILENAME ~ /results$/ && ($1 == left || $1 == right) {
	if (!($3 in known)) {
		known[$3] = 1
		counted[++counts] = $3
	}
	if ($4 > rounds)
		rounds = $4
	result["rate", $1, $2, $3, $4] = $5
	result["p99", $1, $2, $3, $4] = $6
	result["cpu", $1, $2, $3, $4] = $7
	errors[$1] += $8
}

FILENAME ~ /calls$/ {
	if (!($2 in seen)) {
		seen[$2] = 1
		call_name[++call_names] = $2
	}
	made[$1, $2] = $3
	all[$1] += $3
}

FILENAME ~ /idle$/ {
	if ($2 != 8)
		many = $2
	pss[$1, $2] = $3
	ready[$1, $2] = $4
}

FILENAME ~ /counting$/ {
	counting_ns = $2
}

FILENAME ~ /wakeups$/ {
	master = $3 - $1
	pool = $4 - $2
	seconds = $5
}

END {
	loads()
	if (ARGC <= 2)
		exit
	if (counting_ns > 0)
		counting()
	calls()
	idle()
}
