#include "reel/store/cluster.hpp"

#include <libpq-fe.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <thread>

#include "cluster_folder.hpp"
#include "file_lock.hpp"
#include "process.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"
#include "server_programs.hpp"

// How programs share a server, in three lock files of the folder:
//
//   users.lock   each program holds it shared while it uses the server
//   start.lock   held while one looks whether the server runs and starts it
//   watch.lock   held by the watcher: flock(1), which waits for users.lock alone and then stops the server
//
// Whoever leaves tries to take users.lock alone; who gets it was the last and stops the server. For those who
// are killed the kernel gives the lock back, and the watcher does it. The server itself is nobody's child, so
// it outlives the program that started it.

namespace fs = std::filesystem;

namespace reel::store {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto start_patience = 60s;
constexpr std::uintmax_t little_space = 64'000'000;

// Small, since it serves one machine; durable, since fsync stays on. No TCP at all.
constexpr const char* settings =
    R"(# Written by Reelwork at each start. Your own settings: ALTER SYSTEM, which wins.
listen_addresses = ''
port = 5432
unix_socket_permissions = 0700
max_connections = 200
shared_buffers = 16MB
maintenance_work_mem = 16MB
wal_level = minimal
max_wal_senders = 0
min_wal_size = 32MB
max_wal_size = 128MB
max_logical_replication_workers = 0
jit = off
)";

// Stops the server in ./data if it is truly ours: after a crash its process number may be somebody else's.
constexpr const char* stop_script = R"(
pid=$(head -n 1 data/postmaster.pid 2>/dev/null) || exit 0
[ ! -e /proc/self ] || [ "/proc/$pid/cwd" -ef data ] || exit 0
"$1" stop -D data -m fast -s -t 60
[ -z "$2" ] || rmdir "$2"
)";

// Keeps the log from growing for ever, and puts the settings in place in one step.
constexpr const char* prepare_script = R"(
size=$(stat -c %s server.log 2>/dev/null || echo 0)
[ "$size" -lt 1000000 ] || mv server.log server.log.old
cat > data/reelwork.conf.new && mv data/reelwork.conf.new data/reelwork.conf
)";

/// `text` in `quote`s, with `escape` before each character of `special`; '\0' doubles the character itself.
std::string quoted(const std::string& text, char quote, const std::string& special, char escape) {
  std::string result(1, quote);
  for (const char c : text) {
    if (special.find(c) != std::string::npos) result += escape == '\0' ? c : escape;
    result += c;
  }
  return result + quote;
}

/// As libpq reads a value.
std::string libpq_value(const std::string& text) { return quoted(text, '\'', "'\\", '\\'); }

/// As postgresql.conf holds a list of one folder.
std::string folder_setting(const fs::path& folder) {
  return quoted(quoted(folder.string(), '"', "\"", '\0'), '\'', "'\\", '\0');
}

/// What matters in the output of a program of PostgreSQL: its first complaint, else its last line.
std::string complaint(const std::string& output) {
  std::istringstream lines(output);
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) continue;
    last = line;
    for (const char* mark : {"FATAL:", "PANIC:", "error:", "ERROR:"})
      if (const auto at = line.find(mark); at != std::string::npos)
        return base::printable(line.substr(line.find_first_not_of(' ', at + std::string_view(mark).size())));
  }
  return base::printable(last);
}

}  // namespace

struct PrivateCluster::State {
  explicit State(const fs::path& path)
      : account(cluster_account(path)), folder(prepare_cluster_folder(path, account)), users(folder / "users.lock") {}

  Finished as_server(const std::vector<std::string>& arguments, const std::string& input = {}) const {
    return run(arguments, folder, account, input);
  }
  fs::path data() const { return folder / "data"; }
  bool answers() const;
  bool alive() const;
  std::optional<long> recorded_process() const;
  void ensure_running();
  void make() const;
  void start() const;
  void forget_dead_process() const;
  void watch() const;
  void leave();
  ServerPrograms programs() const;
  [[noreturn]] void fail(const std::string& what, const std::string& output) const;

  Account account;
  fs::path folder;
  FileLock users;
  fs::path socket_folder;
  std::string url;
};

bool PrivateCluster::State::answers() const { return PQping((url + " connect_timeout=5").c_str()) == PQPING_OK; }

std::optional<long> PrivateCluster::State::recorded_process() const {
  std::ifstream file(data() / "postmaster.pid");
  long process = 0;
  if (file >> process && process > 0) return process;
  return std::nullopt;
}

/// Whether the server process lives, ready or not. A process of ours, since a number may have been given
/// anew.
bool PrivateCluster::State::alive() const {
  const auto process = recorded_process();
  if (!process) return false;
  std::error_code ignored;
  if (!fs::exists("/proc/self", ignored)) return PQping(url.c_str()) != PQPING_NO_RESPONSE;
  return fs::equivalent("/proc/" + std::to_string(*process) + "/cwd", data(), ignored);
}

/// After a crash the lock files tell the dead server's process number, and PostgreSQL refuses to start while
/// any process has that, be it foreign or a zombie. A number that no process can have takes its place; the
/// files stay, since they also tell whether children of the dead server still run.
void PrivateCluster::State::forget_dead_process() const {
  std::error_code ignored;
  for (const fs::path& file : {data() / "postmaster.pid", socket_folder / ".s.PGSQL.5432.lock"})
    if (fs::exists(file, ignored)) as_server({"sed", "-i", "1s/.*/99999999/", file.string()});
}

ServerPrograms PrivateCluster::State::programs() const {
  std::ifstream file(data() / "PG_VERSION");
  int major = 0;
  const char* search_path = std::getenv("PATH");
  return choose_server_programs(find_server_programs("/usr/lib/postgresql", search_path == nullptr ? "" : search_path),
                                file >> major ? std::optional(major) : std::nullopt, data());
}

void PrivateCluster::State::fail(const std::string& what, const std::string& output) const {
  std::error_code ignored;
  const auto space = fs::space(folder, ignored);
  const bool full = output.find("No space left") != std::string::npos || (!ignored && space.available < little_space);
  throw base::RunError(what + " in " + folder.string() + ": " + complaint(output) + (output.ends_with('.') ? "" : "."),
                       full ? "Free some space: " + base::format_bytes(space.available) + " are left there."
                            : "More is in " + (folder / "server.log").string() + ", if it exists.");
}

/// In a folder beside, renamed when complete: a half-made cluster is never taken for one.
void PrivateCluster::State::make() const {
  const ServerPrograms server = programs();
  as_server({"rm", "-rf", "data.new"});
  const Finished made = as_server({server.path("initdb"), "-D", "data.new", "-U", "reelwork", "--auth=trust",
                                   "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions"});
  if (!made) fail("PostgreSQL could not make a database", made.output);
  const Finished filled =
      as_server({server.path("postgres"), "--single", "-D", "data.new", "postgres"}, "CREATE DATABASE reelwork;\n");
  if (!filled || filled.output.find("ERROR:") != std::string::npos)
    fail("PostgreSQL could not make a database", filled.output);
  const Finished placed = as_server({"sh", "-ec",
                                     "echo \"include 'reelwork.conf'\" >> data.new/postgresql.conf\n"
                                     "sync data.new/postgresql.conf\nmv -T data.new data\nsync ."});
  if (!placed) fail("The new database could not be put in place", placed.output);
}

void PrivateCluster::State::start() const {
  forget_dead_process();
  const std::string socket = folder_setting(socket_folder);
  const Finished prepared =
      as_server({"sh", "-ec", prepare_script}, settings + ("unix_socket_directories = " + socket + "\n"));
  if (!prepared) fail("The settings of PostgreSQL could not be written", prepared.output);
  const auto log = folder / "server.log";
  std::error_code ignored;
  const auto before = fs::exists(log, ignored) ? fs::file_size(log, ignored) : 0;
  const Finished started =
      as_server({programs().path("pg_ctl"), "start", "-D", "data", "-l", "server.log", "-w", "-t", "60", "-s"});
  if (started) return watch();
  std::ifstream file(log);
  file.seekg(static_cast<std::streamoff>(before));
  const std::string said{std::istreambuf_iterator<char>(file), {}};
  // Children of a killed server take a moment to notice; the caller tries again.
  if (said.find("pre-existing shared memory block") != std::string::npos) return;
  // A server that was killed while it came up has logged no reason; it may come up the next time.
  const auto has = [&](const char* word) { return said.find(word) != std::string::npos; };
  if (!said.empty() && !has("FATAL") && !has("PANIC") && !has("ERROR")) return;
  fail("The private PostgreSQL server did not start", said.empty() ? started.output : said);
}

void PrivateCluster::State::ensure_running() {
  const auto deadline = Clock::now() + start_patience;
  while (!answers()) {
    if (Clock::now() > deadline)
      fail("The private PostgreSQL server does not answer", "it did not take connections within a minute");
    if (alive())
      std::this_thread::sleep_for(20ms);
    else
      start();
  }
}

/// One that finds another watching gives up after two seconds: long enough for one that is just ending to be
/// gone.
void PrivateCluster::State::watch() const {
  as_server({"setsid", "--fork", "flock", "--wait", "2", "--no-fork", "watch.lock", "flock", "--no-fork", "--exclusive",
             "users.lock", "sh", "-c", stop_script, "sh", programs().path("pg_ctl"),
             socket_folder == folder ? "" : socket_folder.string()});
}

void PrivateCluster::State::leave() {
  if (users.try_take(FileLock::Kind::exclusive)) {
    as_server({"sh", "-c", stop_script, "sh", programs().path("pg_ctl"),
               socket_folder == folder ? "" : socket_folder.string()});
  } else {
    // Others use it, or the watcher is stopping it: then wait, so that the folder is at rest when we return.
    users.take(FileLock::Kind::shared, start_patience);
  }
}

PrivateCluster::PrivateCluster(const fs::path& folder) : state_(std::make_unique<State>(folder)) {
  State& state = *state_;
  state.users.take(FileLock::Kind::shared, start_patience);
  state.socket_folder = cluster_socket_folder(state.folder);
  state.url = "host=" + libpq_value(state.socket_folder.string()) + " port=5432 user=reelwork dbname=reelwork";
  revive();
  state.watch();  // a server that was running may have lost its watcher
}

PrivateCluster::~PrivateCluster() {
  try {
    state_->leave();
  } catch (const base::Error& error) {
    base::log(base::Level::warning, std::string("The private PostgreSQL server may still run. ") + error.what());
  }
}

const std::string& PrivateCluster::url() const { return state_->url; }

void PrivateCluster::revive() {
  FileLock starting(state_->folder / "start.lock");
  starting.take(FileLock::Kind::exclusive, start_patience + 30s);
  if (state_->socket_folder != state_->folder) prepare_socket_folder(state_->socket_folder, state_->account);
  if (state_->answers()) return;
  std::error_code ignored;
  if (!fs::exists(state_->data(), ignored)) state_->make();
  state_->ensure_running();
}

}  // namespace reel::store
