/// What Luma's two APIs have in common, as far as the provider has to tell them apart.
#pragma once

#include <string>

#include "ask.hpp"

namespace reel::luma {

/// A POST that creates something: the path behind the base address, and the body.
struct Creation {
  std::string path;
  Json body;
};

class Service {
 public:
  virtual ~Service() = default;

  virtual const char* id() const = 0;    ///< as the parameter `api` names it
  virtual const char* name() const = 0;  ///< for people
  virtual const char* secret() const = 0;
  virtual const char* key_variable() const = 0;
  virtual const char* base_variable() const = 0;
  virtual const char* base() const = 0;
  /// Whether a lost answer can be looked up later.
  virtual bool lists() const = 0;

  /// What will be asked for, but for the input. Throws ParamError.
  virtual Creation prepare(const Ask& ask) const = 0;
  /// The body with its input, and where to call back, if anywhere.
  virtual Json body(const Json& prepared, const std::string& input, const std::string& callback) const = 0;
  virtual Generation read(const Json& answer) const = 0;
  /// The address of what was made, or an empty text.
  virtual std::string result(const Json& answer) const = 0;
};

const Service& dream_machine();
const Service& agents();
/// By its id. Throws ExtensionError.
const Service& service(const std::string& id);

}  // namespace reel::luma
