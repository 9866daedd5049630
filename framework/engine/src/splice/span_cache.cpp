#include "reel/engine/span_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <utility>
#include <vector>

#include "files/sha256.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"

namespace reel::engine {
namespace {

namespace fs = std::filesystem;

constexpr const char* ending = ".span";
constexpr std::size_t block = 1U << 20U;
/// Closes each entry: a disk that lost a part of it must not put a wrong picture into a film.
constexpr std::size_t hash_size = std::tuple_size_v<Sha256::Digest>;

struct Entry {
  fs::path path;
  std::uint64_t bytes = 0;
  fs::file_time_type used;
};

/// Entries, and what was left behind by processes that ended while they wrote one.
std::vector<Entry> entries_of(const fs::path& folder) {
  std::vector<Entry> entries;
  std::error_code gone;  // others may remove what we look at
  for (fs::directory_iterator i(folder, gone), end; !gone && i != end; i.increment(gone)) {
    std::error_code error;
    Entry entry{i->path(), i->file_size(error), i->last_write_time(error)};
    if (!error && i->is_regular_file(error)) entries.push_back(std::move(entry));
  }
  return entries;
}

bool is_span(const Entry& entry) { return entry.path.extension() == ending; }

}  // namespace

SpanCache::SpanCache(fs::path folder, std::uint64_t limit) : folder_(std::move(folder)), limit_(limit) {}

bool SpanCache::read(const std::string& key, const Take& take) const {
  const fs::path path = folder_ / (key + ending);
  std::error_code error;
  const std::uint64_t size = fs::file_size(path, error);
  std::ifstream in(path, std::ios::binary);
  if (error || !in || size < hash_size) return false;
  Sha256 hash;
  std::vector<std::uint8_t> bytes(block);
  for (std::uint64_t left = size - hash_size; left > 0;) {
    const auto part = std::span(bytes).first(static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
    if (!in.read(reinterpret_cast<char*>(part.data()), static_cast<std::streamsize>(part.size()))) return false;
    hash.add(part);
    if (!take(part)) return false;
    left -= part.size();
  }
  Sha256::Digest kept{};
  if (!in.read(reinterpret_cast<char*>(kept.data()), kept.size()) || kept != hash.end()) return false;
  fs::last_write_time(path, fs::file_time_type::clock::now(), error);
  return true;
}

void SpanCache::write(const std::string& key, const Give& give) {
  std::error_code error;
  fs::create_directories(folder_, error);
  fs::permissions(folder_, fs::perms::owner_all, error);  // they are pictures of somebody
  std::string temporary = (folder_ / (key + ".XXXXXX.part")).string();
  const int file = mkostemps(temporary.data(), 5, O_CLOEXEC);
  if (file < 0) return base::log(base::Level::debug, "rendered spans cannot be kept in " + folder_.string());
  Sha256 hash;
  bool good = true;
  const auto put = [&](std::span<const std::uint8_t> bytes) {
    for (std::size_t done = 0; good && done < bytes.size();) {
      const ssize_t n = ::write(file, bytes.data() + done, bytes.size() - done);
      good = n > 0;
      done += good ? static_cast<std::size_t>(n) : 0;
    }
    return good;
  };
  give([&](std::span<const std::uint8_t> bytes) {
    hash.add(bytes);
    return put(bytes);
  });
  put(hash.end());
  close(file);
  if (good) fs::rename(temporary, folder_ / (key + ending), error);
  if (!good || error) unlink(temporary.c_str());
  make_room();
}

void SpanCache::make_room() const {
  auto entries = entries_of(folder_);
  std::ranges::sort(entries, {}, &Entry::used);
  std::uint64_t all = 0;
  for (const Entry& e : entries) all += e.bytes;
  const auto yesterday = fs::file_time_type::clock::now() - std::chrono::hours(24);
  for (const Entry& e : entries) {
    const bool left_behind = !is_span(e) && e.used < yesterday;
    if (!left_behind && (all <= limit_ || !is_span(e))) continue;
    std::error_code error;
    fs::remove(e.path, error);
    all -= e.bytes;
  }
}

SpanCache::Stats SpanCache::stats() const {
  Stats stats;
  for (const Entry& e : entries_of(folder_)) {
    stats.spans += is_span(e) ? 1 : 0;
    stats.bytes += e.bytes;
  }
  return stats;
}

SpanCache::Stats SpanCache::clear() {
  const Stats before = stats();
  for (const Entry& e : entries_of(folder_)) {
    std::error_code error;
    fs::remove(e.path, error);
    if (error)
      throw base::RunError("cannot remove '" + e.path.string() + "': " + error.message(), "check whose the folder is");
  }
  return before;
}

}  // namespace reel::engine
