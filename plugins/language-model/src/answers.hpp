/// Answers that were given before: the same question is asked once.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace reel::language_model {

/// More are not kept: those that were not used for longest go.
constexpr std::size_t most_answers = 1000;

class Answers {
 public:
  /// `folder` empty: none are kept.
  explicit Answers(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// `asked` is all on which the answer depends.
  std::optional<std::string> find(const std::string& asked) const;
  /// What cannot be kept is not kept.
  void keep(const std::string& asked, const std::string& answer) const;

 private:
  std::filesystem::path file_of(const std::string& asked) const;
  void make_room() const;

  std::filesystem::path folder_;
};

}  // namespace reel::language_model
