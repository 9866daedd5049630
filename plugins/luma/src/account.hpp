/// Which of the two APIs, with which key, at which address.
#pragma once

#include <reel/plugin.h>

#include <string>

#include "service.hpp"

namespace reel::luma {

struct Account {
  std::string base;  ///< without a slash at its end
  bool is_emulator;  ///< plain http: Luma itself never is there
  std::string key;   ///< empty: none is set

  /// The account whose key the host or the environment has.
  static Account of(const reel_host* host, const Service& service);
  /// Stands for it in words that may be seen.
  std::string name() const;
  /// What a person is told of something that comes from there.
  std::string labelled(const std::string& words) const { return is_emulator ? words + " (emulator)" : words; }
};

/// The API that the parameters mean: by `api`, by `model`, by which key is set, or else Dream Machine.
const Service& chosen(const reel_host* host, const Ask& ask);

}  // namespace reel::luma
