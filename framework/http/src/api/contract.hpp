/// openapi.yaml as the server uses it: what may be called, by whom, with what.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "schema_check.hpp"

namespace reel::http {

/// Who may call an operation.
struct Access {
  enum class Who { anyone, user, admin };
  Who who = Who::user;
  bool tokens = true;  ///< API tokens, too
};

struct Parameter {
  std::string name;
  const nlohmann::json* schema = nullptr;  ///< resolved
  bool required = false;
};

struct Operation {
  std::string id;      ///< operationId
  std::string method;  ///< `GET`
  std::string path;    ///< as Router takes it
  Access access;
  std::vector<Parameter> path_parameters, query_parameters;
  const nlohmann::json* body = nullptr;  ///< schema of the JSON body; null: takes none
  bool body_required = false;
  bool takes_file = false;  ///< the body is a part of a file
  bool rated = false;       ///< may be called so often only: it documents 429
};

class Contract {
 public:
  /// Throws std::logic_error where the document is wrong, or says something that is not checked here.
  explicit Contract(std::string_view yaml);
  Contract(const Contract&) = delete;
  Contract& operator=(const Contract&) = delete;

  const nlohmann::json& document() const { return document_; }
  const std::string& text() const { return text_; }  ///< the document as JSON
  const std::vector<Operation>& operations() const { return operations_; }
  const SchemaCheck& schemas() const { return schemas_; }

 private:
  void read_operation(const std::string& path, const std::string& method, const nlohmann::json& item,
                      const nlohmann::json& node);
  void read_parameters(const nlohmann::json& parameters, Operation& operation) const;
  void read_body(const nlohmann::json& node, Operation& operation) const;

  nlohmann::json document_;
  std::string text_;
  SchemaCheck schemas_;
  std::vector<Operation> operations_;
};

/// The text of openapi.yaml, as it was built in.
std::string_view openapi_yaml();

/// A parameter's text as its schema wants it: a number, a boolean, or the text itself where it is neither.
nlohmann::json typed(const std::string& text, const nlohmann::json& schema);

}  // namespace reel::http
