/// One HTTP request by libcurl, within bounds.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

#include "host.hpp"

namespace reel::language_model {

struct Answer {
  long status = 0;
  std::string body;
  long retry_after = 0;  ///< seconds; 0: not told
};

/// There was no whole answer.
class NoAnswer : public std::runtime_error {
 public:
  NoAnswer(const std::string& message, bool was_sent) : std::runtime_error(message), sent(was_sent) {}
  bool sent;  ///< false: the other side has certainly not seen the request
};

/// The most bytes of an answer; no pipeline needs nearly as many.
constexpr std::size_t largest_answer = 1 << 20;

/// Posts JSON and waits for the answer, at most so long. Follows no redirection: the key is for nobody else. Throws NoAnswer; ExtensionError
/// where the host forbids it, the task is cancelled or the answer is too large. The key stands in no error.
Answer post(const Host& host, const std::string& url, const std::string& key, const std::string& body,
            std::chrono::milliseconds patience, const Task& task);

}  // namespace reel::language_model
