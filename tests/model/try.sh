#!/bin/sh
# Run one verifier: try.sh 'FOLDER NAME EVENTS WORKERS MUTANT PROMISE' (one
# word with blanks, as xargs gives it).  FOLDER has the verifiers that
# model.sh has made; what one says goes to FOLDER/NAME/said.  PROMISE is a
# formula of promises.pml, or
#
#	audit	what is asserted, in all runs
#	endless	that no run goes on for ever
set -u

# shellcheck disable=SC2086 # the words of one argument
set -- $1
folder=$1
name=$2
EVENTS=$3
workers=$4
MUTANT=$5
promise=$6
export EVENTS MUTANT
deepest=100000
patience=200

# Formulas that say that something happens in the end need weak fairness; of a
# mutant they must tell themselves, before an assertion does.
case $promise in
audit) set -- "audit-$workers" ;;
endless) set -- "endless-$workers" -l ;;
never_*) set -- "formulas-$workers" -N "$promise" ;;
*)
	set -- "formulas-$workers" -N "$promise" -a -f
	[ "$MUTANT" = 0 ] || set -- "$@" -A -E
	;;
esac
verifier=$folder/$1/pan
shift

mkdir "$folder/$name" && cd "$folder/$name" || exit 1
timeout -k 1 "$patience" "$verifier" "-m$deepest" -w22 "$@" >said 2>&1
rm -f daemon.pml.trail
exit 0
