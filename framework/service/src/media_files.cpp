#include "reel/service/media_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "reel/base/error.hpp"
#include "reel/base/log.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view result_scheme = "result:", upload_scheme = "upload:";

std::string name_of(const ClaimKey& key) { return std::to_string(key.request) + '-' + std::to_string(key.attempt); }

template <class Number>
bool read_number(std::string_view text, Number& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size() && into > 0;
}

}  // namespace

void remove_tree(const fs::path& path) {
  std::error_code fault;
  fs::remove_all(path, fault);
  if (fault) base::log(base::Level::warning, "cannot remove " + path.string() + ": " + fault.message());
}

std::optional<ClaimKey> claim_key(std::string_view name) {
  const auto dash = name.find('-');
  ClaimKey key;
  if (dash == std::string_view::npos || !read_number(name.substr(0, dash), key.request) ||
      !read_number(name.substr(dash + 1), key.attempt))
    return std::nullopt;
  return key;
}

bool is_plain_file_name(std::string_view name) {
  constexpr std::size_t longest = 255;
  return !name.empty() && name.size() <= longest && name != "." && name != ".." &&
         std::ranges::none_of(name, [](char c) { return c == '/' || (c >= 0 && c < ' ') || c == 127; });
}

MediaFiles::MediaFiles(fs::path state_folder) : state_(std::move(state_folder)) {
  for (const char* const folder : {"uploads", "videos", "results", "work", "user-generations", "user-spans"}) {
    std::error_code fault;
    fs::create_directories(state_ / folder, fault);
    if (fault)
      throw base::RunError("cannot make the folder " + (state_ / folder).string() + ": " + fault.message(),
                           "check `state` of the configuration and who may write there");
  }
}

void MediaFiles::tie_to(const std::string& installation) const {
  const fs::path file = state_ / "installation", fresh = file.string() + '.' + std::to_string(::getpid());
  std::ofstream(fresh) << installation << '\n';
  std::error_code exists;
  fs::create_hard_link(fresh, file, exists);  // of several programs that start at once, one is first
  std::error_code ignored;
  fs::remove(fresh, ignored);
  std::string owner;
  if (!(std::ifstream(file) >> owner))
    throw base::RunError("cannot read " + file.string(), "check `state` of the configuration and who may write there");
  if (owner != installation)
    throw base::InputError(
        "the state folder " + state_.string() + " belongs to another database",
        "check `state` and `database` of the configuration; for a new database choose another folder");
}

fs::path MediaFiles::upload(const std::string& id) const { return state_ / "uploads" / id; }
fs::path MediaFiles::video(VideoId id) const { return state_ / "videos" / std::to_string(id); }
fs::path MediaFiles::results(const ClaimKey& key) const { return state_ / "results" / name_of(key); }
fs::path MediaFiles::work(const ClaimKey& key) const { return state_ / "work" / name_of(key); }
fs::path MediaFiles::generations(UserId user) const { return state_ / "user-generations" / std::to_string(user); }
fs::path MediaFiles::spans(UserId user) const { return state_ / "user-spans" / std::to_string(user); }

namespace {

/// 0, or the error's number.
int move_unless_there(const fs::path& from, const fs::path& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // NFS and others can rename only over what is there, but a link never replaces anything.
  if (::link(from.c_str(), to.c_str()) != 0) return errno;
  return ::unlink(from.c_str()) == 0 ? 0 : errno;
}

}  // namespace

bool MediaFiles::adopt(const std::string& upload_id, VideoId id) const {
  std::error_code ignored;
  fs::create_directories(video(id), ignored);
  const int fault = move_unless_there(upload(upload_id), original(id));
  if (fault == 0) return true;
  if (fs::exists(original(id), ignored)) {
    // Adopted before. What a late writer may have begun under the upload's name is no part of it.
    fs::remove(upload(upload_id), ignored);
    return true;
  }
  fs::remove(video(id), ignored);
  if (fault == ENOENT) return false;
  throw base::TransientError("cannot move an upload to " + original(id).string() + ": " + std::strerror(fault));
}

std::string MediaFiles::artifact_uri(const ClaimKey& key, const std::string& name) {
  return std::string(result_scheme) + name_of(key) + "/" + name;
}

std::optional<fs::path> MediaFiles::artifact(const std::string& uri) const {
  const auto slash = uri.find('/');
  if (!uri.starts_with(result_scheme) || slash == std::string::npos) return std::nullopt;
  const auto key = claim_key(std::string_view(uri).substr(result_scheme.size(), slash - result_scheme.size()));
  const std::string name = uri.substr(slash + 1);
  if (!key || !is_plain_file_name(name)) return std::nullopt;
  return results(*key) / name;
}

void MediaFiles::remove_upload(const std::string& id) const { remove_tree(upload(id)); }

void MediaFiles::remove_video(VideoId id, const std::vector<std::string>& artifacts) const {
  remove_artifacts(artifacts);
  remove_tree(video(id));
}

void MediaFiles::remove_artifacts(const std::vector<std::string>& uris) const {
  for (const std::string& uri : uris) {
    const auto file = artifact(uri);
    if (!file) continue;
    remove_tree(*file);
    std::error_code not_empty;
    fs::remove(file->parent_path(), not_empty);
  }
}

std::string upload_of(std::string_view video_url) {
  return video_url.starts_with(upload_scheme) ? std::string(video_url.substr(upload_scheme.size())) : std::string();
}

}  // namespace reel::service
