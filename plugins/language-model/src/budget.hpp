/// How many tokens were used today (UTC), counted for all processes together in a file of the plugin's folder.
#pragma once

#include <cstdint>
#include <filesystem>

namespace reel::language_model {

class Budget {
 public:
  /// `limit` 0: there is none, and nothing is counted. Throws REEL_ERROR_FAILED where there is a limit and no folder to count in.
  Budget(std::filesystem::path folder, std::uint64_t limit);

  /// Takes them before anything is asked, so that many who ask at once stay within the limit. Throws REEL_ERROR_LIMIT.
  void take(std::uint64_t tokens) const;
  /// What take() took turned out to be `used`.
  void correct(std::uint64_t taken, std::uint64_t used) const;

 private:
  std::filesystem::path file_;
  std::uint64_t limit_;
};

}  // namespace reel::language_model
