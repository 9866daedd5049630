/// `${name}`, `${env:NAME}`, `${secret:NAME}` and `$${`.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "reel/model/pipeline.hpp"
#include "report.hpp"

namespace reel::model {

/// A scalar after substitution.
struct Text {
  std::string value;
  Mark mark;
  bool quoted = false;  ///< written in quotes and without any substitution: never a number or a boolean
  bool secret = false;  ///< `value` is a template for resolve_secrets()
  bool known = true;    ///< false if it hangs on a parameter without a value: `value` means nothing
};

/// The names inside of every `${…}` of a tree.
std::set<std::string> substituted_names(const Node& node);

/// What `${…}` may name in a pipeline.
class Scope {
 public:
  Scope(const CheckOptions& options, Report& report) : options_(options), report_(report) {}

  /// Without a value, texts that name it are not known.
  void declare(const std::string& name, std::optional<std::string> value) { values_[name] = std::move(value); }

  /// The scalar with everything substituted but secrets, or nothing after a fault (which is reported).
  std::optional<Text> text(const Node& scalar, bool allow_secret = false);

 private:
  /// What stands for one `${…}`.
  struct Value {
    std::string text;
    bool secret = false, known = true;
  };
  std::optional<Value> value(const std::string& name, Mark mark, bool allow_secret);
  std::optional<Value> from_environment(const std::string& name, Mark mark);
  std::optional<Value> from_secret(const std::string& name, Mark mark, bool allowed);
  std::optional<Value> from_param(const std::string& name, Mark mark);

  const CheckOptions& options_;
  Report& report_;
  std::map<std::string, std::optional<std::string>> values_;
};

}  // namespace reel::model
