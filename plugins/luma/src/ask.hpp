/// What an author asks for: a stage's parameters, and the checks that both services share. Each fault is a ParamError.
#pragma once

#include <initializer_list>
#include <reel/provider.hpp>
#include <span>
#include <string>
#include <string_view>

#include "json.hpp"

namespace reel::luma {

class Ask {
 public:
  explicit Ask(const ProviderRequest& request);

  bool edits() const { return edits_; }
  double input_seconds() const { return to_seconds(request_.input_duration); }
  const std::string& input() const { return *request_.input; }

  std::string text(const char* param) const { return string_at(params_, param); }
  bool flag(const char* param) const { return params_.value(param, false); }
  int number(const char* param) const { return params_.value(param, 0); }
  bool given(const char* param) const { return !text(param).empty(); }

  /// The prompt, with a length in characters that the service takes. Empty where it is left out and not required.
  std::string prompt(std::size_t shortest, std::size_t longest, bool required, const char* service) const;
  /// The duration as the services write it, `5s`: one of `allowed`, in seconds.
  std::string duration(std::initializer_list<int> allowed, const char* service) const;
  /// One of `allowed`, or `automatic` where the author left it to the service.
  std::string choice(const char* param, std::span<const char* const> allowed, const char* automatic,
                     const char* service) const;
  /// The shape that reframe gives, which has no default.
  std::string new_shape(std::span<const char* const> allowed, const char* service) const;
  /// An address that Luma can fetch.
  std::string address(const char* param) const;
  void check_input_length(double longest, const char* service) const;
  /// Says that `param` cannot be had, if it is given.
  void refuse(const char* param, const char* why) const;
  /// At most one of two parameters.
  void exclude(const char* one, const char* other) const;

 private:
  ProviderRequest request_;
  bool edits_;
  Json params_;
};

/// https, or http to this machine itself (an emulator, a test).
bool is_fetchable(const std::string& address);

}  // namespace reel::luma
