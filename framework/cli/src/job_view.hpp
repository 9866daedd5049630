/// How jobs and their logs are printed, wherever they are kept.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "reel/service/request.hpp"

namespace reel::cli {

nlohmann::json to_json(const service::Request& job);
nlohmann::json to_json(const service::LogRecord& line);
/// To standard output: over several lines, or as one.
void print(const nlohmann::json& value);
void print_event(const nlohmann::json& value);

/// `running, paused`, `running, being cancelled`
std::string state_in_words(const service::Request& job);
/// To standard output.
void print_job(const service::Request& job);
void print_jobs(const std::vector<service::Request>& jobs);
void print_line(const service::LogRecord& line, bool as_json);
/// A file that was fetched: its path alone, or one event beside those of `--progress json`.
void print_file(const std::filesystem::path& file, bool as_event);

}  // namespace reel::cli
