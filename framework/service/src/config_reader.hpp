/// Reads the tree of one configuration file into plain variables, with every fault at its place.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "reel/base/log.hpp"
#include "reel/model/document.hpp"

namespace reel::service {

/// False, and `into` as it was: it is no number of 0 or more.
bool read_number(const std::string& text, double& into);

/// The value of an environment variable that is set and not empty.
std::optional<std::string> environment(const char* name);
std::filesystem::path home();

/// Its handlers keep references: to the variables they fill, and to the reader.
class ConfigReader {
 public:
  using Handler = std::function<void(const model::Node&)>;
  using Table = std::map<std::string, Handler>;

  /// Relative paths count from `folder`.
  ConfigReader(model::Diagnosed& diagnosed, std::filesystem::path folder)
      : diagnosed_(diagnosed), folder_(std::move(folder)) {}

  void map(const model::Node& node, const Table& table);
  Handler section(Table table);

  Handler text(std::string& into);
  Handler text(std::optional<std::string>& into);
  /// One of `choices`, whose place in the list goes to `into`.
  Handler choice(bool& into, std::string when_false, std::string when_true);
  /// One of the levels of a log.
  Handler level(base::Level& into);
  /// `https://example.org`, and perhaps a port and, for an `address`, a path.
  Handler origin(std::string& into, bool address);
  Handler origins(std::vector<std::string>& into);
  Handler flag(bool& into) { return choice(into, "false", "true"); }
  Handler number(double& into);  ///< not less than 0
  Handler integer(std::int64_t& into, std::int64_t minimum, std::int64_t maximum);
  Handler path(std::filesystem::path& into);
  Handler texts(std::vector<std::string>& into);
  Handler paths(std::vector<std::filesystem::path>& into);

 private:
  bool is_text(const model::Node& node);
  std::filesystem::path resolved(const std::string& text) const;
  void fault(model::Mark mark, std::string code, std::string message, std::string hint = {});

  model::Diagnosed& diagnosed_;
  std::filesystem::path folder_;
};

}  // namespace reel::service
