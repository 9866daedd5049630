/// Rendered spans, kept from run to run, so that a changed pipeline renders only what differs and an interrupted one goes on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>

namespace reel::engine {

/// A folder of entries, each under a key and written at once or not at all. Several processes and threads may use one folder.
/// What cannot be read or written is no fault of a run: it is as if it were not kept.
class SpanCache {
 public:
  struct Stats {
    std::uint64_t spans = 0, bytes = 0;
  };
  /// Takes the next bytes of an entry. Reading stops where it says false.
  using Take = std::function<bool(std::span<const std::uint8_t>)>;
  /// Gives the next bytes of an entry to the function that it is called with.
  using Give = std::function<void(const Take&)>;

  /// Once all entries together take more than `limit` bytes, those go that were not used for longest.
  SpanCache(std::filesystem::path folder, std::uint64_t limit);

  /// Gives an entry to `take` in blocks. False: there is none, or it is damaged (then `take` may have got a part of it).
  bool read(const std::string& key, const Take& take) const;
  void write(const std::string& key, const Give& give);

  const std::filesystem::path& folder() const { return folder_; }
  Stats stats() const;
  /// Removes all entries. Throws base::RunError if one stays.
  Stats clear();

 private:
  void make_room() const;

  std::filesystem::path folder_;
  std::uint64_t limit_;
};

}  // namespace reel::engine
