/// The servers that this user is logged in to.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace reel::cli::remote {

struct KnownServer {
  std::string origin;
  std::string email;
  std::string token;
  std::int64_t token_id = 0;
  bool plain_http = false;  ///< the user wants it used although others on the way can read the token
};

/// A file of JSON that only its user can read. Every change reads it anew, under a lock, and replaces it by rename. Throws
/// base::InputError if it is broken, base::RunError if it cannot be written.
class ServerFile {
 public:
  /// `$XDG_CONFIG_HOME/reelwork/servers.json`
  static std::filesystem::path usual();
  explicit ServerFile(std::filesystem::path file = usual()) : file_(std::move(file)) {}

  const std::filesystem::path& path() const { return file_; }
  std::optional<KnownServer> find(const std::string& origin) const;
  /// The last one used, else the only one.
  std::optional<KnownServer> usual_server() const;

  void keep(const KnownServer& server);  ///< in place of the one with its origin; it is the last one used
  void forget(const std::string& origin);
  void set_last_used(const std::string& origin);

 private:
  struct Content {
    std::string last_used;
    std::vector<KnownServer> servers;
  };
  Content read() const;
  void change(const std::function<void(Content&)>& step);
  void write(const Content& content) const;

  std::filesystem::path file_;
};

}  // namespace reel::cli::remote
