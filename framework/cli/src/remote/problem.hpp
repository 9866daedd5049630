/// What an answer means that is not the hoped-for one.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "reel/model/diagnostic.hpp"
#include "remote/transport.hpp"

namespace reel::cli::remote {

/// A problem document (RFC 9457), as far as the answer is one.
struct Problem {
  std::string code, detail, hint, request_id;
  std::vector<model::Diagnostic> faults;  ///< those of a pipeline have their places in it
};
Problem problem_of(const Answer& answer);
/// Of a list of Fault.
std::vector<model::Diagnostic> faults_of(const nlohmann::json& list);

/// What the server asks to wait.
std::optional<std::chrono::seconds> retry_after(const Answer& answer);

/// Throws what the answer means: base::InputError where the same again gives the same, base::TransientError where it can pass,
/// base::RunError else.
[[noreturn]] void refuse(const Answer& answer, const std::string& origin);
/// Throws that `origin` is no Reelwork server, or of another version.
[[noreturn]] void misunderstood(const std::string& origin, const std::string& what);

/// The answer's JSON; an answer that is none throws.
nlohmann::json json_of(const Answer& answer, const std::string& origin);

}  // namespace reel::cli::remote
