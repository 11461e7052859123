#!/bin/sh
# Includes go leftwards only, in the order of the rooms:
#
#	base <- wire <- {scoreboard, listener, admission, config, module, conn}
#	    <- generation <- {worker, control} <- master <- api <- preforkd
#	base <- wire <- {preforkctl, client}
#
# Modules include <prefork/...> and their own headers only.
. "$(dirname "$0")/lib.sh"

cat >"$scratch/ranks" <<'TEXT'
compat 0
base 1
wire 2
scoreboard 3
listener 3
admission 3
config 3
module 3
conn 3
generation 4
worker 5
control 5
preforkctl 5
client 5
master 6
api 7
preforkd 8
modules 9
TEXT

# Who of one brace may look at whom: the reader first.
cat >"$scratch/peers" <<'TEXT'
admission config
admission scoreboard
admission config
config listener
config module
conn listener
conn scoreboard
TEXT

# Print "file:line room included-room" of every quoted include of the tree.
list_includes() {
	find "$1/src" -name '*.[ch]' -type f -exec \
	    grep -nH '^[[:space:]]*#[[:space:]]*include[[:space:]]*"' {} + |
		awk -v src="$1/src/" '{
			split($0, part, ":")
			split(substr(part[1], length(src) + 1), path, "/")
			split($0, quoted, "\"")
			target = quoted[2]
			sub(/\/.*/, "", target)
			print part[1] ":" part[2], path[1], target, quoted[2]
		}' | sort
}

# Print the includes of the tree $1 that the order forbids.
forbidden_includes() {
	list_includes "$1" >"$scratch/includes"
	awk -v ranks="$scratch/ranks" -v peers="$scratch/peers" '
		BEGIN {
			while ((getline <ranks) > 0)
				rank[$1] = $2
			while ((getline <peers) > 0)
				peer[$1, $2] = 1
			tool["preforkctl"] = tool["client"] = 1
		}
		$4 == "config.h" { next }
		!($2 in rank) { print $1 ": unknown room " $2; next }
		$2 == $3 { next }
		$4 !~ /\// && $2 == "modules" { next }
		!($3 in rank) { print $1 ": unknown room in " $4; next }
		!allowed($2, $3) { print $1 ": " $2 " includes " $4 }
		function allowed(from, to) {
			if ((from, to) in peer)
				return 1
			if (from == "modules")
				return 0
			if (from in tool)
				return rank[to] <= rank["wire"]
			return rank[to] < rank[from] && !(to in tool)
		}' "$scratch/includes"
}

# Print the pairs of the table of peers that no file uses any more.
idle_peers() {
	list_includes "$1" | awk '{ print $2, $3 }' | sort -u >"$scratch/used"
	grep -vxF -f "$scratch/used" "$scratch/peers"
}

# include_of ROOM HEADER: a tree with one file of the room.
include_of() {
	printf '#include "%s"\n' "$2" | plant "src/$1/a.c"
}

verify 'includes go leftwards only' forbidden_includes "$top"
verify 'every exception for peers is in use' idle_peers "$top"
for room in base wire config worker master api; do
	include_of "$room" preforkd/b.h
	refuse "seen: $room includes preforkd" forbidden_includes "$trial"
done
include_of config generation/b.h
refuse 'seen: config includes generation' forbidden_includes "$trial"
include_of listener scoreboard/b.h
refuse 'seen: a peer that is not in the table' forbidden_includes "$trial"
include_of modules/echo base/log.h
refuse 'seen: a module includes base' forbidden_includes "$trial"
include_of client scoreboard/b.h
refuse 'seen: the client includes scoreboard' forbidden_includes "$trial"
include_of nowhere base/log.h
refuse 'seen: a room that is not in the order' forbidden_includes "$trial"
include_of master worker/b.h
verify 'not objected to: master includes worker' forbidden_includes "$trial"
include_of conn scoreboard/b.h
verify 'not objected to: conn includes its peer' forbidden_includes "$trial"
done_testing
