# What is given up with root, and what happens where it cannot be.

# shellcheck disable=SC2034,SC2154 # what helper.bash and make know

load helper
load faults
load privileges

need_capabilities() {
	[[ -z ${PREFORK_POSIX_ONLY:-} ]] || skip 'this build knows of none'
	grep -q '^NoNewPrivs:' /proc/self/status ||
		skip 'the system has no such thing'
}

# trap_calls [COMMAND...]: from now on preforkd, begun as COMMAND, finds that
# calls fail for which there is a file fail-CALL in $T, or say that they succeed
# where it is lie-CALL.
trap_calls() {
	need_root
	[[ -z ${PREFORK_SANITIZED:-} ]] ||
		skip 'a sanitizer must be the first library'
	# $CC may have arguments of its own.
	# shellcheck disable=SC2086
	$CC -w -shared -fPIC -o "$T/trap.so" -x c - -ldl <<-'C'
		#define _GNU_SOURCE
		#include <sys/types.h>
		#include <dlfcn.h>
		#include <errno.h>
		#include <grp.h>
		#include <unistd.h>

		#define CALL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
		#define TRAP(name)                                    \
			if (access("fail-" #name, F_OK) == 0) {       \
				errno = EAGAIN;                       \
				return -1;                            \
			}                                             \
			if (access("lie-" #name, F_OK) == 0)          \
				return 0

		int
		getgrouplist(const char *user, gid_t gid, gid_t *groups,
		    int *count)
		{
			TRAP(getgrouplist);
			return CALL(getgrouplist)(user, gid, groups, count);
		}

		int
		setgroups(size_t count, const gid_t *groups)
		{
			TRAP(setgroups);
			return CALL(setgroups)(count, groups);
		}

		int
		setgid(gid_t gid)
		{
			TRAP(setgid);
			return CALL(setgid)(gid);
		}

		/* The lie: the saved id stays. */
		int
		setuid(uid_t uid)
		{
			if (uid != 0 && access("lie-setuid", F_OK) == 0)
				return setresuid(uid, uid, 0);
			TRAP(setuid);
			return CALL(setuid)(uid);
		}

		int
		chroot(const char *path)
		{
			TRAP(chroot);
			return CALL(chroot)(path);
		}
	C
	chmod 755 "$T/trap.so"
	preforkd_by "$@" env "LD_PRELOAD=$T/trap.so"
}

# refused_with FILE CODE ID TEXT [option...]
refused_with() {
	: >"$T/$1"
	refused "$2" "$3" -F -l 127.0.0.1:0 -u nobody "${@:5}" "$FAULT"
	grep "$3.*$4" "$T/err"
	rm "$T/$1"
}

@test "a worker has no capability and gets none by exec" {
	local worker set

	need_root
	need_capabilities
	start -w 1 -u nobody "$FAULT"
	worker=$(workers)
	for set in CapInh CapPrm CapEff CapBnd CapAmb; do
		[[ $(status_of "$set" "$worker") =~ ^0*$ ]] || fail "$set"
	done
	[[ $(status_of NoNewPrivs "$worker") == 1 ]]
	[[ $(status_of NoNewPrivs "$MASTER") == 0 ]]
	[[ $(status_of CapBnd "$MASTER") == "$(status_of CapBnd $$)" ]]
	[[ $(ask 'setuid 0') == denied:* ]]
	[[ $(ask 'setgid 0') == denied:* ]]
	[[ $(ask 'chroot /') == denied:* ]]
}

@test "workers that are root keep what root has but for exec" {
	need_root
	need_capabilities
	start -w 1 "$FAULT"
	[[ $(status_of CapEff "$(workers)") == "$(status_of CapEff $$)" ]]
	[[ $(status_of NoNewPrivs "$(workers)") == 1 ]]
}

@test "an ordinary user's workers have none of its capabilities" {
	need_stranger
	need_capabilities
	need ip setpriv
	[[ $EUID -eq 0 ]] || skip 'only root can give a capability away'
	preforkd_in --net 'ip link set lo up' \
		setpriv --reuid "$STRANGER" --regid "$STRANGER" \
		--clear-groups --inh-caps +net_bind_service \
		--ambient-caps +net_bind_service
	preforkd -V >"$T/out" 2>&1 || skip "setpriv: $(<"$T/out")"
	start -w 1 -l 127.0.0.1:7 "$FAULT"
	[[ $(status_of CapEff "$MASTER") =~ [1-9a-f] ]]
	[[ $(status_of Uid "$(workers)") == "$STRANGER $STRANGER "* ]]
	for set in CapInh CapPrm CapEff CapAmb; do
		[[ $(status_of "$set" "$(workers)") =~ ^0*$ ]] || fail "$set"
	done
}

@test "each call that fails stops the start with its reason" {
	trap_calls
	refused_with fail-setgroups 71 PF0604 'become nobody: setgroups: '
	refused_with fail-setgid 71 PF0604 'become nobody: setgid: '
	refused_with fail-setuid 71 PF0604 'become nobody: setuid: '
	refused_with fail-chroot 78 PF0608 'make / .*: chroot: ' -o chroot=/
}

@test "a user in more groups than there is room for is refused" {
	[[ -z ${PREFORK_POSIX_ONLY:-} ]] || skip 'this build reads the file itself'
	trap_calls
	refused_with fail-getgrouplist 78 PF0602 'nobody.* is in more than 1024'
}

@test "a call that does less than it says stops the start" {
	need setpriv
	trap_calls setpriv --groups 4,24,59990
	refused_with lie-setgroups 71 PF0604 'it did not'
	refused_with lie-setgid 71 PF0604 'it did not'
	refused_with lie-setuid 71 PF0604 'root could be taken back'
}

@test "a reload whose workers cannot give up root changes nothing" {
	local call

	trap_calls
	start -w 2 -u nobody "$FAULT"
	expect_message PF0107
	for call in setgroups setgid setuid; do
		: >"$T/fail-$call"
		kill -HUP "$MASTER"
		wait_log "PF0107.*: $call: "
		rm "$T/fail-$call"
	done
	[[ $(ask ids) == "uid $NOBODY $NOBODY "* ]]
	invariants 2
	kill -HUP "$MASTER"
	wait_log PF0110
	invariants 2
}

@test "nor does a worker that is replaced serve as root" {
	trap_calls
	start -w 1 -u nobody "$FAULT"
	expect_message PF0404 PF0406
	allow_message PF0407
	: >"$T/fail-setuid"
	kill -KILL "$(workers)"
	wait_log 'PF0406.*setuid'
	rm "$T/fail-setuid"
	wait_log PF0401 2
	[[ $(ask ids) == "uid $NOBODY $NOBODY "* ]]
}

@test "all of it together, from inside" {
	local worker

	need_root
	mkdir -m 755 "$T/jail"
	: >"$T/jail/here"
	cat >"$T/conf" <<-TEXT
		user nobody; chroot $T/jail; umask 077; limit nofile 99
		service x { listen 127.0.0.1:0; handler $FAULT; workers 1
			user 59997; group 59998; env A b; limit core 0 }
	TEXT
	start -f "$T/conf"
	[[ $(ask ids) == 'uid 59997 59997 gid 59998 59998 groups 59998' ]]
	[[ $(ask where) == '077 /' ]]
	[[ $(ask 'exists /here') == yes ]]
	[[ $(ask 'getenv A') == b ]]
	[[ $(ask 'setuid 0') == denied:* ]]
	worker=$(ask pid)
	grep -E '^Max open files +99 +99 ' "/proc/$worker/limits"
	grep -E '^Max core file size +0 +0 ' "/proc/$worker/limits"
	[[ $(status_of Uid "$worker") == '59997 59997 59997 59997' ]]
	[[ $(status_of Gid "$worker") == '59998 59998 59998 59998' ]]
	[[ $(status_of CapPrm "$worker") =~ ^0*$ ]]
}
