/// `hostile/attack`: lets a few pictures pass, then misbehaves as `how` says.
#include <arpa/inet.h>
#include <asm/sockios.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <string>
#include <thread>

#include "reel/sdk.hpp"

namespace {

using Target = std::string;

/// What an attack was answered; the run fails with it.
[[noreturn]] void report(const std::string& what, bool succeeded) {
  throw reel::Error(what + (succeeded ? " SUCCEEDED" : std::string(" was refused: ") + std::strerror(errno)));
}

volatile std::uintptr_t nowhere = 8;

void segfault(const Target&) { static_cast<void>(*reinterpret_cast<volatile int*>(nowhere)); }
void abort_it(const Target&) { std::abort(); }
void exit_early(const Target&) { ::_exit(3); }
void loop(const Target&) {
  volatile unsigned turns = 0;
  for (;;) {
    const unsigned last = turns;
    turns = last + 1;
  }
}
void sleep_for_ever(const Target&) {
  for (;;) ::pause();
}
void leak(const Target&) {
  for (;;) {
    constexpr std::size_t bytes = 50'000'000;
    std::memset(::operator new(bytes), 1, bytes);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}
void leak_fast(const Target&) {
  for (;;) {
    constexpr std::size_t bytes = 500'000'000;
    std::memset(::operator new(bytes), 1, bytes);
  }
}
/// Pages that stay without being anybody's in particular.
void hide_memory(const Target&) {
  constexpr std::size_t bytes = 100'000'000;
  constexpr int reading = PROT_READ, writing = PROT_READ | PROT_WRITE;
  const int zero = ::open("/dev/zero", O_RDONLY);
  const std::pair<const char*, bool> ways[]{
      {"memfd", ::syscall(SYS_memfd_create, "hidden", 0U) >= 0},
      {"secret memfd", ::syscall(SYS_memfd_secret, 0U) >= 0},
      {"shared memory", ::mmap(nullptr, bytes, writing, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED},
      {"shared zeroes", zero >= 0 && ::mmap(nullptr, bytes, reading, MAP_SHARED, zero, 0) != MAP_FAILED},
      {"a larger job", ::ftruncate(0, bytes) == 0},
      {"another job", ::pwrite(0, "x", 1, 0) == 1}};
  for (const auto& [name, done] : ways)
    if (done) report(name, true);
  report("hiding memory", false);
}

void fork_it(const Target&) {
  const pid_t child = ::fork();
  if (child != 0) report("fork", child > 0);
  ::setsid();
  for (;;) ::pause();
}
void run_program(const Target& target) {
  ::execl("/bin/touch", "touch", target.c_str(), nullptr);
  report("exec", false);
}
void write_elsewhere(const Target& target) {
  const int file = ::open(target.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0666);
  report("writing", file >= 0 && ::write(file, "gotcha", 6) == 6);
}
void read_elsewhere(const Target& target) { report("reading", ::open(target.c_str(), O_RDONLY) >= 0); }
void open_socket(const Target& target) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(target)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  report("connecting", fd >= 0 && ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
}
void kill_parent(const Target&) { report("killing the parent", ::kill(::getppid(), SIGKILL) == 0); }
/// Files that signal whom they belong to, and settings of processes. Its own number stands for any that is not 0 there.
void reach_parent(const Target&) {
  const pid_t parent = ::getppid(), some = ::getpid();
  const int file = ::open("/dev/null", O_RDONLY);
  f_owner_ex owner{F_OWNER_PID, parent};
  sched_param usual{};
  cpu_set_t all;
  CPU_ZERO(&all);
  CPU_SET(0, &all);
  const std::pair<const char*, bool> ways[]{{"F_SETOWN", ::fcntl(file, F_SETOWN, parent) == 0},
                                            {"F_SETOWN_EX", ::fcntl(file, F_SETOWN_EX, &owner) == 0},
                                            {"F_SETSIG", ::fcntl(file, F_SETSIG, SIGKILL) == 0},
                                            {"FIOSETOWN", ::ioctl(file, FIOSETOWN, &parent) == 0 || errno != EPERM},
                                            {"SIOCSPGRP", ::ioctl(file, SIOCSPGRP, &parent) == 0 || errno != EPERM},
                                            {"scheduler", ::sched_setscheduler(some, SCHED_OTHER, &usual) == 0},
                                            {"sched_param", ::sched_setparam(some, &usual) == 0},
                                            {"affinity", ::sched_setaffinity(some, sizeof all, &all) == 0},
                                            {"priority", ::setpriority(PRIO_PROCESS, some, 0) == 0},
                                            {"group", ::setpriority(PRIO_PGRP, 0, 0) == 0},
                                            {"ioprio", ::syscall(SYS_ioprio_set, 1, some, 0) == 0}};
  for (const auto& [name, done] : ways)
    if (done) report(name, true);
  report("reaching the parent", false);
}
void outlive(const Target&) { report("outliving the parent", ::prctl(PR_SET_PDEATHSIG, 0) == 0); }
void become_root(const Target&) { report("becoming root", ::setresuid(0, 0, 0) == 0 && ::geteuid() == 0); }

void rubbish(const Target&) {
  constexpr std::string_view text = "{\"is\": \"result\", \"state\": \"succee\n\x01\x02 no JSON at all\n";
  static_cast<void>(!::write(3, text.data(), text.size()));
  sleep_for_ever({});
}
void long_line(const Target&) {
  const std::string text(1'000'000, 'x');
  for (;;)
    if (::write(3, text.data(), text.size()) < 0) ::pause();
}
void deep(const Target&) {
  const std::string text = std::string(100'000, '[') + "\n";
  static_cast<void>(!::write(3, text.data(), text.size()));
  sleep_for_ever({});
}
/// Ends the run with a result that never was.
[[noreturn]] void claim(const std::string& file, const std::string& state = "succeeded") {
  const std::string text = "{\"is\":\"result\",\"state\":\"" + state +
                           "\",\"error\":\"\",\"code\":\"\",\"stage\":\"\",\"line\":0,\"column\":0,"
                           "\"report\":\"{}\",\"transient\":false,\"media\":\"\",\"assets\":\"\","
                           "\"wanted\":[],\"made\":[{\"file\":\"" +
                           file + "\",\"stage\":\"sink\",\"bytes\":1}]}\n";
  static_cast<void>(!::write(3, text.data(), text.size()));
  ::_exit(0);
}
void forge(const Target&) { claim("../../etc/passwd"); }
void forge_failure(const Target&) { claim("result:1-1/preview.mp4", "failed"); }
/// `FOLDER:ELSEWHERE`: the folder of the results becomes a way to somebody else's, whose file is then claimed.
void swap_results(const Target& target) {
  const auto colon = target.find(':');
  const std::string folder = target.substr(0, colon);
  if (::rename(folder.c_str(), (folder + ".away").c_str()) != 0) report("renaming the results' folder", false);
  if (::symlink(target.substr(colon + 1).c_str(), folder.c_str()) != 0) ::mkdir(folder.c_str(), 0777);
  ::close(::open((folder + "/preview.mp4").c_str(), O_CREAT | O_WRONLY, 0666));
  claim("preview.mp4");
}
void link_out(const Target& target) {
  if (::symlink("/etc/passwd", target.c_str()) != 0) ::mkdir(target.c_str(), 0777);
}
void talk(const Target&) {
  for (int i = 0; i < 200'000; ++i) {
    static_cast<void>(!::write(1, "blah \x1b[31m blah\n", 16));
    static_cast<void>(!::write(2, "no line end ", 12));
  }
}
void many_files(const Target& target) {
  const std::string megabyte(1'000'000, 'x');
  for (int i = 0;; ++i) {
    const int file = ::open((target + "/" + std::to_string(i)).c_str(), O_CREAT | O_WRONLY, 0666);
    static_cast<void>(!::write(file, megabyte.data(), megabyte.size()));
    ::close(file);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}
void large_file(const Target& target) {
  const std::string megabyte(1'000'000, 'x');
  const int file = ::open((target + "/large").c_str(), O_CREAT | O_WRONLY, 0666);
  while (::write(file, megabyte.data(), megabyte.size()) > 0) {
  }
  report("writing", false);
}
/// A gigabyte in files that no folder shows any more, each held by what `hold` keeps of it.
void deleted_files(const Target& target, void (*hold)(int file)) {
  const std::string megabyte(1'000'000, 'x');
  for (int i = 0; i < 50; ++i) {
    const std::string name = target + "/deleted";
    const int file = ::open(name.c_str(), O_CREAT | O_RDWR | O_EXCL, 0666);
    ::unlink(name.c_str());
    for (int n = 0; n < 20; ++n)
      if (::write(file, megabyte.data(), megabyte.size()) < 0) report("writing", false);
    hold(file);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
  }
  report("hiding a gigabyte", true);
}
void open_deleted(const Target& target) {
  deleted_files(target, [](int) {});
}
void map_deleted(const Target& target) {
  deleted_files(target, [](int file) {
    if (::mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file, 0) == MAP_FAILED) report("mapping", false);
    ::close(file);
  });
}
/// Blocks that nothing is written to.
void reserve(const Target& target) {
  const int file = ::open((target + "/reserved").c_str(), O_CREAT | O_WRONLY, 0666);
  report("reserving", ::fallocate(file, 0, 0, 1'000'000) == 0);
}

const std::map<std::string, void (*)(const Target&)> attacks{{"segfault", segfault},
                                                             {"abort", abort_it},
                                                             {"exit", exit_early},
                                                             {"loop", loop},
                                                             {"sleep", sleep_for_ever},
                                                             {"leak", leak},
                                                             {"leak-fast", leak_fast},
                                                             {"hide-memory", hide_memory},
                                                             {"fork", fork_it},
                                                             {"exec", run_program},
                                                             {"write", write_elsewhere},
                                                             {"read", read_elsewhere},
                                                             {"socket", open_socket},
                                                             {"kill", kill_parent},
                                                             {"reach", reach_parent},
                                                             {"outlive", outlive},
                                                             {"root", become_root},
                                                             {"rubbish", rubbish},
                                                             {"long-line", long_line},
                                                             {"deep", deep},
                                                             {"forge", forge},
                                                             {"forge-failure", forge_failure},
                                                             {"swap-results", swap_results},
                                                             {"link", link_out},
                                                             {"talk", talk},
                                                             {"many-files", many_files},
                                                             {"large-file", large_file},
                                                             {"open-deleted", open_deleted},
                                                             {"map-deleted", map_deleted},
                                                             {"reserve", reserve}};

struct Attack : reel::VideoFilter<Attack> {
  static constexpr reel::StageInfo stage{.name = "hostile-attack",
                                         .title = "Attack",
                                         .summary = "Misbehaves; for tests",
                                         .formats = "{ I420 }",
                                         .contract = "pointwise"};
  struct Params {
    std::string how, target;
    unsigned before = 5;
  };
  static constexpr auto params = reel::params(
      reel::param("how", &Params::how, "The attack").fixed(), reel::param("target", &Params::target, "Its aim").fixed(),
      reel::param("before", &Params::before, "Pictures that pass before it").range(0, 10'000).fixed());

  void process(reel::VideoFrame&, const Params& p) {
    if (++pictures_ != p.before + 1) return;
    if (const auto attack = attacks.find(p.how); attack != attacks.end()) attack->second(p.target);
  }

  unsigned pictures_ = 0;
};

}  // namespace

REEL_PLUGIN((reel::PluginInfo{.id = "org.example.hostile",
                              .name = "hostile",
                              .vendor = "hostile",
                              .version = "1.0.0",
                              .license = "MIT",
                              .summary = "What no stage should do"}),
            Attack);
