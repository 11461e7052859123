# bash completion for preforkd(8), preforkctl(8) and prefork-client(1).
#
# What can change is asked of the programs: verbs of preforkctl -h, handlers
# and options of preforkd -L and -H, services of the daemon that runs.

# _prefork_take WORD...: those that begin with what was typed.
_prefork_take() {
	COMPREPLY=()
	while IFS='' read -r; do
		COMPREPLY+=("$REPLY")
	done < <(compgen -W "$*" -- "${COMP_WORDS[COMP_CWORD]}")
}

_prefork_files() {
	COMPREPLY=()
	while IFS='' read -r; do
		COMPREPLY+=("$REPLY")
	done < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]}")
}

# _prefork_value LETTER: the value of option LETTER, if it is one of files.
_prefork_value() {
	COMPREPLY=()
	case $1 in
	f | p | S | U | M) _prefork_files ;;
	esac
}

# _prefork_scan LETTERS MOST: which letters of options have values; options
# stand behind MOST operands at most.  Sets operands, those before the word that
# is typed, and value, the letter whose value that is.
_prefork_scan() {
	local i word most=$2

	operands=() value=''
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $word == -[$1] && ${#operands[@]} -le $most ]]; then
			((++i < COMP_CWORD)) || value=${word#-}
		elif [[ $word != -* || ${#operands[@]} -gt $most ]]; then
			operands+=("$word")
		fi
	done
}

# -S SOCKET, as it was typed.
_prefork_socket() {
	local i

	socket=()
	for ((i = 1; i + 1 < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} != -S ]] ||
			socket=(-S "${COMP_WORDS[i + 1]}")
	done
}

_prefork_services() {
	local socket

	_prefork_socket
	"$1" "${socket[@]}" -w 1 listeners 2>/dev/null | grep -v '^ '
}

_preforkctl() {
	local operands value

	_prefork_scan Sw 0
	if [[ -n $value ]]; then
		_prefork_value "$value"
		return
	fi
	if [[ ${#operands[@]} -eq 0 && ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
		_prefork_take -S -V -h -j -w
		return
	fi
	case ${operands[*]} in
	'') _prefork_take "$("$1" -h | sed -n 's/^  \([a-z]*\) .*/\1/p')" ;;
	scale | resume | 'drain -maint') _prefork_take "$(_prefork_services "$1")" ;;
	drain) _prefork_take -maint "$(_prefork_services "$1")" ;;
	stop) _prefork_take -fast ;;
	wait) _prefork_take ready idle drained generation ;;
	log) _prefork_take error warning notice info debug ;;
	*) COMPREPLY=() ;;
	esac
}

# -M DIR, as often as it was typed.
_prefork_modules() {
	local i

	modules=()
	for ((i = 1; i + 1 < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} != -M ]] ||
			modules+=(-M "${COMP_WORDS[i + 1]}")
	done
}

_preforkd() {
	local operands value modules handlers

	_prefork_scan HMSdflopuw 0
	_prefork_modules
	handlers=$("$1" "${modules[@]}" -L 2>/dev/null | cut -d ' ' -f 1)
	case $value in
	'') ;;
	H)
		_prefork_take "$handlers"
		return
		;;
	*)
		_prefork_value "$value"
		return
		;;
	esac
	if [[ ${#operands[@]} -gt 0 ]]; then
		compopt -o nospace 2>/dev/null
		_prefork_take "$("$1" "${modules[@]}" -H "${operands[0]}" \
			2>/dev/null | sed -n '/^Options:/,$s/^  \([a-z_][a-z_]*\)  .*/\1=/p')"
	elif [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
		_prefork_take -F -H -L -M -S -T -V -d -f -h -i -l -o -p -t -u -v -w
	elif [[ ${COMP_WORDS[COMP_CWORD]} == */* ]]; then
		_prefork_files
	else
		_prefork_take "$handlers"
	fi
}

_prefork_client() {
	local operands value

	_prefork_scan Ucdmnsw 1
	case $value in
	'') ;;
	m)
		_prefork_take connect keepalive
		return
		;;
	*)
		_prefork_value "$value"
		return
		;;
	esac
	if [[ ${COMP_WORDS[COMP_CWORD]} == -* ]]; then
		_prefork_take -U -V -c -d -h -j -m -n -s -u -w
		return
	fi
	case ${operands[*]} in
	'') _prefork_take "$("$1" -h | sed -n 's/^  \([a-z]*\) .*/\1/p')" ;;
	script) _prefork_files ;;
	*) COMPREPLY=() ;;
	esac
}

complete -F _preforkctl preforkctl
complete -F _preforkd preforkd
complete -F _prefork_client prefork-client
