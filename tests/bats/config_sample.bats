# The sample of a configuration that is installed.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults

sample() {
	printf '%s\n' "$abs_top_srcdir/doc/examples/preforkd.conf"
}

# install_sample [TARGET]: as root of $T/root, into the folder of the build.
install_sample() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL timeout -k 1 "$DEADLINE" \
		make -s -C "$abs_top_builddir" "${1:-install}-sample" \
		DESTDIR="$T/root" sysconfdir=/etc
}

@test "the sample is right and has nothing to say" {
	preforkd -t -f "$(sample)" >"$T/out" 2>&1
	[[ ! -s $T/out ]]
}

@test "what the sample means reads back byte for byte" {
	preforkd -T -f "$(sample)" >"$T/first"
	preforkd -T -f "$T/first" >"$T/second"
	cmp "$T/first" "$T/second"
	# A suggestion that is taken must be right as well, and a default that
	# is one changes nothing.
	sed 's/^#\([a-z]*_[a-z]* [0-9]\)/\1/' "$(sample)" >"$T/conf"
	run ! cmp -s "$T/conf" "$(sample)"
	preforkd -T -f "$T/conf" | cmp - "$T/first"
	sed -n 's/^\(\t*\)#\([a-z_]* [^ ]*[0-9/*{].*\)/\1\2/p' "$(sample)" |
		grep -v 'owner\|^\thandler\|^chroot' >"$T/taken"
	{
		grep -v '^	' "$T/taken"
		printf 'service e { handler echo { max_bytes 10m }\n'
		grep '^	' "$T/taken"
		printf '}\n'
	} >"$T/conf"
	preforkd -t -f "$T/conf"
	[[ $(wc -l <"$T/conf") -gt 12 ]]
}

@test "an ordinary user serves the sample as it is" {
	if [[ $EUID -eq 0 ]]; then
		chmod 755 "$T"
		preforkd_by setpriv --reuid 4711 --regid 4712 --clear-groups
	fi
	cp "$(sample)" "$T/conf"
	chmod 644 "$T/conf"
	# Only the port is not the test's to take.
	start -f "$T/conf" -l 127.0.0.1:0
	echo_once word
	wait_workers 4
}

@test "the sample is installed where there is none, and removed unchanged" {
	install_sample
	cmp "$(sample)" "$T/root/etc/preforkd.conf"
	install_sample uninstall
	[[ ! -e $T/root/etc/preforkd.conf ]]
	echo '# mine' >"$T/root/etc/preforkd.conf"
	install_sample
	grep '# mine' "$T/root/etc/preforkd.conf"
	install_sample uninstall
	grep '# mine' "$T/root/etc/preforkd.conf"
}
