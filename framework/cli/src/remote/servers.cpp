#include "remote/servers.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "reel/base/error.hpp"
#include "reel/base/file_descriptor.hpp"
#include "remote/member.hpp"

namespace reel::cli::remote {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

[[noreturn]] void unwritable(const fs::path& file) {
  throw base::RunError("cannot write " + file.string() + ": " + std::strerror(errno),
                       "check its folder, or name another one by XDG_CONFIG_HOME");
}

KnownServer server_of(const json& entry) {
  return {member<std::string>(entry, "server"), member<std::string>(entry, "email"),
          member<std::string>(entry, "token"), member<std::int64_t>(entry, "token_id"),
          member<bool>(entry, "plain_http")};
}

}  // namespace

fs::path ServerFile::usual() {
  const std::string config = environment("XDG_CONFIG_HOME");
  return (config.empty() ? fs::path(environment("HOME")) / ".config" : fs::path(config)) / "reelwork/servers.json";
}

ServerFile::Content ServerFile::read() const {
  std::ifstream in(file_, std::ios::binary);
  if (!in.is_open()) return {};
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const json all = json::parse(text, nullptr, false);
  if (!all.is_object())
    throw base::InputError(file_.string() + " is broken: expected JSON as `reel login` writes it",
                           "remove the file and log in again");
  Content content{member<std::string>(all, "last_used"), {}};
  for (const json& entry : member<json>(all, "servers", json::array())) content.servers.push_back(server_of(entry));
  return content;
}

void ServerFile::write(const Content& content) const {
  json servers = json::array();
  for (const KnownServer& s : content.servers)
    servers.push_back({{"server", s.origin},
                       {"email", s.email},
                       {"token", s.token},
                       {"token_id", s.token_id},
                       {"plain_http", s.plain_http}});
  const std::string text = json{{"last_used", content.last_used}, {"servers", servers}}.dump(2) + "\n";
  std::string temporary = file_.string() + ".XXXXXX";
  const base::FileDescriptor out(mkstemp(temporary.data()));  // which lets only the user read it
  if (!out) unwritable(file_);
  if (::write(out.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) || fsync(out.get()) != 0 ||
      std::rename(temporary.c_str(), file_.c_str()) != 0) {
    const int fault = errno;
    unlink(temporary.c_str());
    errno = fault;
    unwritable(file_);
  }
}

void ServerFile::change(const std::function<void(Content&)>& step) {
  std::error_code fault;
  if (fs::create_directories(file_.parent_path(), fault); fault) errno = fault.value(), unwritable(file_);
  const base::FileDescriptor folder(open(file_.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || flock(folder.get(), LOCK_EX) != 0) unwritable(file_);
  Content content = read();
  step(content);
  write(content);
}

std::optional<KnownServer> ServerFile::find(const std::string& origin) const {
  for (KnownServer& server : read().servers)
    if (server.origin == origin) return std::move(server);
  return std::nullopt;
}

std::optional<KnownServer> ServerFile::usual_server() const {
  const Content content = read();
  const auto found = std::ranges::find(content.servers, content.last_used, &KnownServer::origin);
  if (found != content.servers.end()) return *found;
  if (content.servers.size() == 1) return content.servers.front();
  return std::nullopt;
}

void ServerFile::keep(const KnownServer& server) {
  change([&](Content& content) {
    std::erase_if(content.servers, [&](const KnownServer& other) { return other.origin == server.origin; });
    content.servers.push_back(server);
    content.last_used = server.origin;
  });
}

void ServerFile::forget(const std::string& origin) {
  change([&](Content& content) {
    std::erase_if(content.servers, [&](const KnownServer& other) { return other.origin == origin; });
    if (content.last_used == origin) content.last_used.clear();
  });
}

void ServerFile::set_last_used(const std::string& origin) {
  change([&](Content& content) { content.last_used = origin; });
}

}  // namespace reel::cli::remote
