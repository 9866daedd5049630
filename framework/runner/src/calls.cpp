#include "calls.hpp"

#include <asm/sockios.h>
#include <fcntl.h>
#include <linux/ioprio.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <initializer_list>
#include <memory>
#include <utility>

namespace reel::runner {
namespace {

/// No run needs these, and each was a way out of some wall before.
constexpr std::array needless{
    // other processes
    SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(process_madvise),
    SCMP_SYS(kcmp), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd), SCMP_SYS(pidfd_send_signal), SCMP_SYS(tkill),
    SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(setsid), SCMP_SYS(setpgid),
    SCMP_SYS(shmget), SCMP_SYS(semget), SCMP_SYS(msgget), SCMP_SYS(mq_open),
    // other views of the machine
    SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(chroot), SCMP_SYS(pivot_root), SCMP_SYS(mount), SCMP_SYS(umount2),
    SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsmount), SCMP_SYS(fsconfig),
    SCMP_SYS(fspick), SCMP_SYS(mount_setattr), SCMP_SYS(open_by_handle_at), SCMP_SYS(name_to_handle_at),
    // the kernel
    SCMP_SYS(bpf), SCMP_SYS(perf_event_open), SCMP_SYS(userfaultfd), SCMP_SYS(keyctl), SCMP_SYS(add_key),
    SCMP_SYS(request_key), SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(init_module),
    SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter),
    SCMP_SYS(io_uring_register), SCMP_SYS(personality), SCMP_SYS(iopl), SCMP_SYS(ioperm), SCMP_SYS(quotactl),
    SCMP_SYS(reboot), SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(acct), SCMP_SYS(syslog), SCMP_SYS(vhangup),
    SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(clock_adjtime), SCMP_SYS(adjtimex), SCMP_SYS(sethostname),
    SCMP_SYS(setdomainname)};

class Filter {
 public:
  Filter() : filter_(::seccomp_init(SCMP_ACT_ALLOW)) {}

  void refuse(int call, int error = EPERM) { note(::seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(error), call, 0)); }
  void refuse_if(int call, scmp_arg_cmp argument, int error = EPERM) {
    note(::seccomp_rule_add(filter_.get(), SCMP_ACT_ERRNO(error), call, 1, argument));
  }
  bool load() { return fine_ && ::seccomp_load(filter_.get()) == 0; }

 private:
  /// A call that this architecture has not needs no rule.
  void note(int fault) { fine_ = fine_ && (fault == 0 || fault == -EDOM); }

  struct Release {
    void operator()(void* filter) const { ::seccomp_release(filter); }
  };
  std::unique_ptr<void, Release> filter_;
  bool fine_ = true;
};

/// Threads, but no processes. glibc goes from clone3(), whose flags no filter can see, to clone() where there is none.
void refuse_processes(Filter& filter) {
  filter.refuse(SCMP_SYS(clone3), ENOSYS);
  filter.refuse_if(SCMP_SYS(clone), SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
}

/// abort() sends one to itself.
void refuse_signals_to_others(Filter& filter) {
  const auto self = static_cast<scmp_datum_t>(::getpid());
  for (const int call : {SCMP_SYS(kill), SCMP_SYS(tgkill), SCMP_SYS(rt_sigqueueinfo), SCMP_SYS(rt_tgsigqueueinfo)})
    filter.refuse_if(call, SCMP_A0_32(SCMP_CMP_NE, self));
  // Limits of others are theirs, and that we end with our parent stays.
  filter.refuse_if(SCMP_SYS(prlimit64), SCMP_A0_32(SCMP_CMP_GT, 0));
  filter.refuse_if(SCMP_SYS(prctl), SCMP_A0_32(SCMP_CMP_EQ, PR_SET_PDEATHSIG));
}

/// The kernel sends a signal of one's choice to whom a file is said to belong to.
void refuse_owners_of_files(Filter& filter) {
  for (const unsigned command : {F_SETOWN, F_SETOWN_EX, F_SETSIG})
    filter.refuse_if(SCMP_SYS(fcntl), SCMP_A1_32(SCMP_CMP_EQ, command));
  for (const unsigned command : {FIOSETOWN, SIOCSPGRP})
    filter.refuse_if(SCMP_SYS(ioctl), SCMP_A1_32(SCMP_CMP_EQ, command));
}

/// What is counted of a run's disk is what it writes, as its parent can see it.
void refuse_to_hide(Filter& filter) {
  for (const int call : {SCMP_SYS(fallocate), SCMP_SYS(setxattr), SCMP_SYS(lsetxattr), SCMP_SYS(fsetxattr)})
    filter.refuse(call, EOPNOTSUPP);
  filter.refuse_if(SCMP_SYS(prctl), SCMP_A0_32(SCMP_CMP_EQ, PR_SET_DUMPABLE));
}

/// Memory that is shared stays when nothing maps it, and then it counts nowhere. Who asks for such a file takes one on the disk
/// where there is none.
void refuse_shared_memory(Filter& filter) {
  for (const int call : {SCMP_SYS(memfd_create), SCMP_SYS(memfd_secret)}) filter.refuse(call, ENOSYS);
  filter.refuse_if(SCMP_SYS(mmap), SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS | MAP_TYPE, MAP_ANONYMOUS | MAP_SHARED));
}

/// A thread sets its own schedule, under the number 0: no filter knows which other numbers are ours.
void refuse_schedules_of_others(Filter& filter) {
  for (const int call : {SCMP_SYS(sched_setaffinity), SCMP_SYS(sched_setscheduler), SCMP_SYS(sched_setparam),
                         SCMP_SYS(sched_setattr), SCMP_SYS(migrate_pages), SCMP_SYS(move_pages)})
    filter.refuse_if(call, SCMP_A0_32(SCMP_CMP_NE, 0));
  for (const auto& [call, thread] : {std::pair{SCMP_SYS(setpriority), int{PRIO_PROCESS}},
                                     std::pair{SCMP_SYS(ioprio_set), int{IOPRIO_WHO_PROCESS}}}) {
    filter.refuse_if(call, SCMP_A0_32(SCMP_CMP_NE, static_cast<scmp_datum_t>(thread)));
    filter.refuse_if(call, SCMP_A1_32(SCMP_CMP_NE, 0));
  }
}

/// Never to programs of this machine by a file: databases take some users at their word there.
void refuse_sockets(Filter& filter, bool network) {
  if (!network) return filter.refuse(SCMP_SYS(socket), EACCES);
  for (const int family : {AF_UNIX, AF_PACKET, AF_VSOCK, AF_ALG, AF_BLUETOOTH, AF_KEY, AF_TIPC})
    filter.refuse_if(SCMP_SYS(socket), SCMP_A0_32(SCMP_CMP_EQ, static_cast<scmp_datum_t>(family)), EACCES);
}

}  // namespace

bool filter_calls(bool network) {
  Filter filter;
  for (const int call : needless) filter.refuse(call);
  refuse_processes(filter);
  refuse_signals_to_others(filter);
  refuse_owners_of_files(filter);
  refuse_schedules_of_others(filter);
  refuse_to_hide(filter);
  refuse_shared_memory(filter);
  refuse_sockets(filter, network);
  return filter.load();
}

}  // namespace reel::runner
