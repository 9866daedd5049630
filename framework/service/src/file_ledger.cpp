#include "reel/service/file_ledger.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "reel/base/error.hpp"
#include "reel/base/file_descriptor.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using std::chrono::sys_seconds;
using State = ProviderCall::State;
using namespace std::chrono_literals;

constexpr auto kept = std::chrono::days{30};
/// A call that nobody came back for does not count for ever.
constexpr auto longest_making = 1h;

[[noreturn]] void cannot(const char* what, const fs::path& path) {
  throw base::RunError(std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(errno),
                       "it keeps what was asked of paid providers; check that its folder is writable and has room");
}

State state_of(const std::string& text) {
  for (const State state : {State::asking, State::making, State::done, State::failed})
    if (name(state) == text) return state;
  return State::unknown;
}

json to_json(const ProviderCall& call) {
  json out{{"intent", call.intent},   {"key", call.key},         {"stage", call.stage},
           {"account", call.account}, {"request", call.request}, {"state", name(call.state)},
           {"id", call.id},           {"failure", call.failure}, {"since", call.since.time_since_epoch().count()}};
  if (call.cents) out["cents"] = *call.cents;
  return out;
}

ProviderCall call_of(const json& found) {
  ProviderCall call;
  call.intent = found.value("intent", "");
  call.key = found.value("key", "");
  call.stage = found.value("stage", "");
  call.account = found.value("account", "");
  call.request = found.value("request", "");
  call.state = state_of(found.value("state", ""));
  call.id = found.value("id", "");
  call.failure = found.value("failure", "");
  call.since = sys_seconds{std::chrono::seconds{found.value("since", std::int64_t{0})}};
  if (found.contains("cents")) call.cents = found["cents"].get<double>();
  return call;
}

/// Nothing: it has just been removed. What cannot be understood is no reason to pay again.
std::optional<ProviderCall> read_call(const fs::path& file) {
  std::ifstream in(file);
  std::error_code unknown;
  if (!in && !fs::exists(file, unknown)) return std::nullopt;
  try {
    return call_of(json::parse(in));
  } catch (const json::exception&) {
    throw base::RunError(file.string() + " cannot be read; it says what was asked of a paid provider",
                         "look at what your account there has made, then remove the file");
  }
}

bool finished(const ProviderCall& call) { return call.state != State::asking && call.state != State::making; }

class FileLock final : public Ledger::Lock {
 public:
  FileLock(const fs::path& file, base::StopFlag stop)
      : file_(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600)) {
    if (!file_) cannot("open", file);
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK && errno != EINTR) cannot("lock", file);
      if (stop != nullptr && *stop) throw base::Interrupted("stopped before the end");
      std::this_thread::sleep_for(50ms);
    }
  }

 private:
  base::FileDescriptor file_;
};

void sync(const fs::path& path, int flags) {
  const base::FileDescriptor file(::open(path.c_str(), flags | O_CLOEXEC));
  if (!file || ::fsync(file.get()) != 0) cannot("write", path);
}

}  // namespace

FileLedger::FileLedger(fs::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  fs::create_directories(folder_, error);
  if (error) throw base::RunError("cannot make the folder " + folder_.string() + ": " + error.message());
}

std::unique_ptr<Ledger::Lock> FileLedger::lock(const std::string& key, base::StopFlag stop) {
  return std::make_unique<FileLock>(folder_ / (key + ".lock"), stop);
}

/// Removes what nobody needs any more on the way; but no locks, for somebody may be about to hold one.
std::vector<ProviderCall> FileLedger::all() const {
  const auto oldest = std::chrono::system_clock::now() - kept;
  std::vector<ProviderCall> calls;
  std::vector<fs::path> old;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    std::error_code ignored;
    const bool untouched = entry.last_write_time(ignored) < fs::file_time_type::clock::now() - kept;
    if (entry.path().extension() == ".part" && untouched) old.push_back(entry.path());
    if (entry.path().extension() != ".json") continue;
    const auto call = read_call(entry.path());
    if (call && finished(*call) && call->since < oldest)
      old.push_back(entry.path());
    else if (call)
      calls.push_back(*call);
  }
  std::error_code ignored;
  for (const fs::path& file : old) fs::remove(file, ignored);
  return calls;
}

std::optional<ProviderCall> FileLedger::unfinished(const std::string& key) {
  const auto calls = all();
  const auto found = std::ranges::find_if(calls, [&](const auto& c) { return c.key == key && !finished(c); });
  return found == calls.end() ? std::nullopt : std::optional(*found);
}

std::optional<ProviderCall> FileLedger::made(const std::string& key) {
  std::optional<ProviderCall> last;
  for (const ProviderCall& call : all())
    if (call.key == key && call.state == State::done && (!last || call.since > last->since)) last = call;
  return last;
}

bool FileLedger::begin(const ProviderCall& call, const model::ProviderLimits& limits) {
  const FileLock lock(folder_ / "limits.lock", nullptr);
  const auto now = std::chrono::system_clock::now();
  std::uint32_t at_once = 0, in_minute = 0;
  for (const ProviderCall& other : all()) {
    if (other.account != call.account) continue;
    at_once += !finished(other) && now - other.since < longest_making ? 1 : 0;
    in_minute += now - other.since < 1min ? 1 : 0;
  }
  if (limits.concurrent > 0 && at_once >= limits.concurrent) return false;
  if (limits.per_minute > 0 && in_minute >= limits.per_minute) return false;
  update(call);
  return true;
}

void FileLedger::update(const ProviderCall& call) {
  const fs::path part = folder_ / (call.intent + ".part");
  {
    std::ofstream out(part);
    if (!(out << to_json(call).dump(-1, ' ', false, json::error_handler_t::replace)) || !out.flush())
      cannot("write", part);
  }
  sync(part, O_RDONLY);
  if (::rename(part.c_str(), file_of(call.intent).c_str()) != 0) cannot("write", file_of(call.intent));
  sync(folder_, O_RDONLY | O_DIRECTORY);
}

std::vector<std::string> FileLedger::ids(const std::string& account) {
  std::vector<std::string> ids;
  for (const ProviderCall& call : all())
    if (call.account == account && !call.id.empty()) ids.push_back(call.id);
  return ids;
}

}  // namespace reel::service
