/// The chat API that OpenAI began and many servers speak: what is sent, and what an answer says.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <reel/task.hpp>
#include <string>
#include <string_view>

namespace reel::language_model {

using Json = nlohmann::json;

/// The most tokens that an answer may have, thoughts of models that think first among them.
constexpr std::uint64_t most_answer_tokens = 8192;

/// The body of the request for a question of <reel/extension/planner.h>. The same question makes the same body. Throws REEL_ERROR_INVALID.
Json request_of(const std::string& model, const std::string& question);

struct Reply {
  std::string text;                     ///< as the model said it
  std::optional<std::uint64_t> tokens;  ///< of question and answer; none: not told
};

/// What a body of status 200 says. Throws REEL_ERROR_FAILED, or REEL_ERROR_REFUSED where the model or a filter will not.
Reply reply_of(const std::string& body);

/// The YAML in what a model said, with or without a fence, thoughts or words around it. Empty: it knows no pipeline.
std::string yaml_in(std::string_view said);

/// What an answer without success means. `who` is for people; `key` is kept out of the message.
ExtensionError error_of(long status, const std::string& body, const std::string& who, const std::string& key);

/// Whether asking again in a while may do better: not where a balance is used up.
bool may_pass(long status, const std::string& body);

/// The parameter of the request that the service does not know, or empty: newer models have others than all else.
std::string unsupported_param(long status, const std::string& body);

}  // namespace reel::language_model
