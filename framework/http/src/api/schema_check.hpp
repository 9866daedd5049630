/// Values held against JSON Schemas (2020-12), as far as openapi.yaml uses them.
///
/// Why not a library: the ones in Debian match `pattern` by std::regex at any length, which a long text of a stranger turns into a
/// stack overflow, and they say little about what is wrong.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace reel::http {

/// One thing that is wrong with a value.
struct Fault {
  std::string code;     ///< `unknown-key`, `missing-key`, `wrong-type`, `out-of-range`, `wrong-value`
  std::string pointer;  ///< JSON Pointer into the value
  std::string message;
  std::string hint;
};

class SchemaCheck {
 public:
  /// `root` is where `$ref`s point into; it has to live as long as this.
  explicit SchemaCheck(const nlohmann::json& root) : root_(root) {}

  /// Throws std::logic_error if `schema`, or one in it, has a keyword or a format that is not known here, keywords beside
  /// a `$ref` that say more than words, a `$ref` that leads nowhere, or a `pattern` without a `maxLength` of at most 1000.
  void admit(const nlohmann::json& schema) const;
  /// What is wrong, at most 20 faults. Any thread.
  std::vector<Fault> faults(const nlohmann::json& schema, const nlohmann::json& value) const;
  /// The schema that a `$ref` leads to, or the schema itself.
  const nlohmann::json& resolved(const nlohmann::json& schema) const;

 private:
  const nlohmann::json& root_;
};

}  // namespace reel::http
