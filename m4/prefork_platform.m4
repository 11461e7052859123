# What a platform has beyond POSIX.1-2008.  Each symbol that is defined here
# chooses between two definitions of one function; --enable-posix-only leaves
# all of them undefined.

# PREFORK_CHECK_PLATFORM
AC_DEFUN([PREFORK_CHECK_PLATFORM],
[AC_CHECK_FUNCS([accept4 close_range getgrouplist memfd_create pipe2 \
    setgroups])
AC_CHECK_HEADERS([linux/filter.h])
PREFORK_CHECK_SOURCE([EPOLL], [epoll with EPOLLEXCLUSIVE],
    [[#include <sys/epoll.h>]],
    [[struct epoll_event event = { .events = EPOLLIN | EPOLLEXCLUSIVE };
      return epoll_ctl(epoll_create1(EPOLL_CLOEXEC), EPOLL_CTL_ADD, 0,
      	  &event);]])
PREFORK_CHECK_SOURCE([DEFER_ACCEPT], [TCP_DEFER_ACCEPT],
    [[#include <sys/socket.h>
      #include <netinet/in.h>
      #include <netinet/tcp.h>]],
    [[int seconds = 1;
      return setsockopt(0, IPPROTO_TCP, TCP_DEFER_ACCEPT, &seconds,
	  sizeof(seconds));]])
PREFORK_CHECK_SOURCE([KEEPALIVE_TIMES], [the times of TCP keep-alive],
    [[#include <sys/socket.h>
      #include <netinet/in.h>
      #include <netinet/tcp.h>]],
    [[return TCP_KEEPIDLE + TCP_KEEPINTVL + TCP_KEEPCNT;]])
PREFORK_CHECK_SOURCE([TCP_QUEUE], [the queue of a listening TCP socket],
    [[#include <sys/socket.h>
      #include <netinet/in.h>
      #include <netinet/tcp.h>
      #ifndef __linux__
      #error "its members mean this on Linux only"
      #endif]],
    [[struct tcp_info info;
      socklen_t length = sizeof(info);
      return getsockopt(0, IPPROTO_TCP, TCP_INFO, &info, &length) +
	  (int)info.tcpi_unacked + (int)info.tcpi_sacked;]])
PREFORK_CHECK_SOURCE([PKTINFO], [IP_PKTINFO with the address to answer from],
    [[#include <sys/socket.h>
      #include <netinet/in.h>]],
    [[struct in_pktinfo info = { .ipi_ifindex = 0 };
      return IP_PKTINFO + (int)info.ipi_spec_dst.s_addr;]])
PREFORK_CHECK_SOURCE([DSTADDR], [IP_RECVDSTADDR and IP_SENDSRCADDR],
    [[#include <sys/socket.h>
      #include <netinet/in.h>]],
    [[return IP_RECVDSTADDR + IP_SENDSRCADDR;]])
PREFORK_CHECK_SOURCE([PKTINFO6], [IPV6_RECVPKTINFO],
    [[#include <sys/socket.h>
      #include <netinet/in.h>]],
    [[struct in6_pktinfo info = { .ipi6_ifindex = 0 };
      return IPV6_RECVPKTINFO + IPV6_PKTINFO + (int)info.ipi6_ifindex;]])
PREFORK_CHECK_SOURCE([UNIX_QUEUE], [the queue of a listening unix socket],
    [[#include <sys/socket.h>
      #include <linux/netlink.h>
      #include <linux/sock_diag.h>
      #include <linux/unix_diag.h>]],
    [[struct unix_diag_req request = {
	  .udiag_show = UDIAG_SHOW_RQLEN };
      return socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG) +
	  (int)request.udiag_show + SK_MEMINFO_DROPS;]])
PREFORK_CHECK_SOURCE([PEER_CREDENTIALS],
    [credentials of the peer of a unix socket],
    [[#include <sys/socket.h>]],
    [[struct ucred peer;
      socklen_t length = sizeof(peer);
      return getsockopt(0, SOL_SOCKET, SO_PEERCRED, &peer, &length) +
	  getsockopt(0, SOL_SOCKET, SO_PEERGROUPS, &peer, &length) +
	  (int)peer.pid;]])
PREFORK_CHECK_SOURCE([PDEATHSIG], [a signal at the death of the parent],
    [[#include <signal.h>
      #include <sys/prctl.h>]],
    [[return prctl(PR_SET_PDEATHSIG, SIGTERM);]])
PREFORK_CHECK_SOURCE([ABSTRACT_SOCKETS],
    [unix sockets with names outside the file system], [],
    [[
#ifndef __linux__
	not here;
#endif
      return 0;]])
PREFORK_CHECK_SOURCE([NO_NEW_PRIVS], [PR_SET_NO_NEW_PRIVS],
    [[#include <sys/prctl.h>]],
    [[return prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);]])
PREFORK_CHECK_SOURCE([CAPABILITIES], [capabilities],
    [[#include <sys/prctl.h>
      #include <sys/syscall.h>
      #include <unistd.h>]],
    [[return syscall(SYS_capget, (void *)0, (void *)0) +
	      syscall(SYS_capset, (void *)0, (void *)0) == 0 &&
	  prctl(PR_CAPBSET_DROP, 0L, 0L, 0L, 0L) == 0 &&
	  prctl(PR_CAP_AMBIENT, (long)PR_CAP_AMBIENT_CLEAR_ALL, 0L, 0L, 0L);]])
PREFORK_CHECK_SOURCE([PIDFD], [pidfd_open],
    [[#include <sys/syscall.h>
      #include <unistd.h>]],
    [[return (int)syscall(SYS_pidfd_open, getpid(), 0);]])
PREFORK_CHECK_SOURCE([BACKTRACE], [backtrace in libc],
    [[#include <execinfo.h>]],
    [[void *frame;
      backtrace_symbols_fd(&frame, backtrace(&frame, 1), 2);
      return 0;]])
PREFORK_CHECK_SOURCE([SOCK_CLOEXEC], [SOCK_CLOEXEC and SOCK_NONBLOCK],
    [[#include <sys/socket.h>]],
    [[return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
    	  0);]])
])

# PREFORK_CHECK_SOURCE(SYMBOL, DESCRIPTION, PROLOGUE, BODY)
# Define HAVE_SYMBOL if a program of PROLOGUE and BODY can be linked.
AC_DEFUN([PREFORK_CHECK_SOURCE],
[AC_CACHE_CHECK([for $2], [prefork_cv_have_$1],
    [AC_LINK_IFELSE([AC_LANG_PROGRAM([$3], [$4])],
	[prefork_cv_have_$1=yes], [prefork_cv_have_$1=no])])
AS_IF([test "$prefork_cv_have_$1" = yes],
    [AC_DEFINE([HAVE_$1], [1], [Define to 1 if you have $2.])])])
