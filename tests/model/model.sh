#!/bin/sh
# The model of the daemon keeps its promises, breaks them when it is broken,
# and has the steps of src/master/life.def, all of which are taken.
. "$(dirname "$0")/../lint/lib.sh"

model_dir=$top/tests/model
built=${abs_top_builddir:-$top/build}
work=$scratch/work

# ---------------------------------------------------------------- trying

# NAME MUTANT EVENTS WORKERS PROMISE
list_mutants() {
	awk '$1 == "#define" && $4 == "/*" {
		sub(/:$/, "", $7)
		print $2, $3, $5, $6, $7
	}' "$model_dir/mutants.pml"
}

list_formulas() {
	awk '$1 == "ltl" { print $2 }' "$model_dir/promises.pml"
}

# NAME EVENTS WORKERS MUTANT PROMISE; the longest first.
list_tries() {
	echo 'two 2 2 0 audit'
	echo 'one 3 1 0 audit'
	list_formulas | sed 's/.*/& 2 1 0 &/'
	echo 'endless 2 1 0 endless'
	echo 'idle 0 1 0 audit'
	list_mutants | awk '{ print $1, $3, $4, $2, $5 }'
}

# make_verifier NAME WORKERS FLAG...
make_verifier() {
	folder=$work/$1
	workers=$2
	shift 2
	mkdir "$folder" && cd "$folder" &&
		cp "$model_dir"/*.pml "$top/src/master/life.def" . &&
		spin -P"${CC:-cc} -E -x c" -DCHOSEN_LATE "-DWORKERS=$workers" \
		    -a daemon.pml &&
		${CC:-cc} -w -O1 "$@" -o pan pan.c
}

# All at once.  Print what the makers of those say that are not there.
make_verifiers() {
	mkdir "$work"
	make_verifier audit-1 1 -DSAFETY -DNOCLAIM >"$work/audit-1.log" 2>&1 &
	make_verifier audit-2 2 -DSAFETY -DNOCLAIM >"$work/audit-2.log" 2>&1 &
	make_verifier formulas-1 1 -DNFAIR=3 >"$work/formulas-1.log" 2>&1 &
	make_verifier endless-1 1 -DNP -DNOCLAIM >"$work/endless-1.log" 2>&1 &
	wait
	for log in "$work"/*.log; do
		[ -x "${log%.log}/pan" ] || cat "$log"
	done
}

try_all() {
	list_tries | sed "s,^,$work ," |
		nice xargs -P "$(getconf _NPROCESSORS_ONLN)" -I '{}' \
		    sh "$model_dir/try.sh" '{}'
}

# ---------------------------------------------------------------- judging

# What the try $1 came to; how to see the way to it is in daemon.pml.
tell() {
	list_tries | grep "^$1 "
	grep -E '^(pan|error|warning)|errors: ' "$work/$1/said" || echo 'nothing'
}

# Objects unless the try $1 came to its end and found nothing.
object_to_faults() {
	if grep -E 'not completed|depth too small' "$work/$1/said" \
	    >/dev/null || ! grep -q 'errors: 0$' "$work/$1/said"; then
		tell "$1"
	fi
}

# Objects unless the mutant $1 was found out by a promise that it breaks.
object_to_mutant() {
	grep -E '^pan:1: (assertion violated|acceptance cycle|invalid end)' \
	    "$work/$1/said" | grep -qv 'invalid array' || tell "$1"
}

formulas_without_mutant() {
	list_formulas | while read -r formula; do
		list_mutants | grep -q " $formula\$" || echo "$formula"
	done
}

# ----------------------------------------------------------------- steps

# STATE EVENT NEXT, sorted, of the table.
table_steps() {
	awk -F '[(), ]+' '/^LIFE\(/ { print $2, $3, $4 }' \
	    "$top/src/master/life.def" | sort
}

# The same, of the comparisons in what comes in (see LIFE in master.pml).
steps_in() {
	sed -n 's/.*S_\([A-Z]*\)!=E_\([A-Z_]*\))&&(S_\([A-Z]*\)!=E_NONE.*/\1 \2 \3/p' |
		sort
}

differing_steps() {
	table_steps >"$scratch/table"
	"$work/audit-1/pan" -d | steps_in | diff "$scratch/table" -
}

steps_not_taken() {
	steps_in <"$work/$1/said"
}

# The rules in the program, as a unit test prints them.
differing_rules() {
	table_steps >"$scratch/table"
	"$built/tests/unit/life_table" | sed -n 's/^# rule: //p' |
		tr 'a-z /' 'A-Z_ ' | sort | diff "$scratch/table" -
}

command -v spin >/dev/null 2>&1 || skip_all 'there is no spin'
verify 'spin and the compiler make verifiers' make_verifiers
[ "$tap_failed" -eq 0 ] || done_testing
try_all
verify 'one worker, three signals or faults: nothing is found' \
    object_to_faults one
verify 'two workers, two signals or faults: nothing is found' \
    object_to_faults two
for formula in $(list_formulas); do
	verify "holds: $formula" object_to_faults "$formula"
done
verify 'nothing goes on for ever' object_to_faults endless
verify 'every formula has a mutant that breaks it' formulas_without_mutant
list_mutants >"$scratch/mutants"
while read -r name _ _ _ promise <&3; do
	verify "found out: $name, by $promise" object_to_mutant "$name"
done 3<"$scratch/mutants"
verify 'the steps of the model are those of the table' differing_steps
verify 'each step was taken' steps_not_taken one
refuse 'seen: steps that were not taken' steps_not_taken idle
if [ -x "$built/tests/unit/life_table" ]; then
	verify 'the rules in the program are those of the table' \
	    differing_rules
else
	skip 'the rules in the program are those of the table' \
	    'tests/unit/life_table is not built'
fi
done_testing
