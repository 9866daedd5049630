/// What Luma's errors mean to the host.
#pragma once

#include <reel/task.hpp>
#include <string>

namespace reel::luma {

struct Answer;

/// By its words, what a failure of Dream Machine is: moderation, input, …
reel_error failure_kind(const std::string& words);

/// The service's words for a failure, with advice where there is any.
std::string failure_words(reel_error kind, const std::string& words);

/// What an error's body says: `detail` as a text, or each of its problems as `duration: Input should be …`. One line, bounded.
std::string detail(const std::string& body);

/// What was asked, as far as errors depend on it.
enum class Asked {
  for_free,  ///< may be asked again at will
  to_create  ///< costs money: an error must be certain that nothing was made, or say that it is not
};

/// The error that an answer without success means. `who` is the service's name; `key` is kept out of the message.
ExtensionError error_of(const Answer& answer, Asked asked, const std::string& who, const std::string& key);

}  // namespace reel::luma
