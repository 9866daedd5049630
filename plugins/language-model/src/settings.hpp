/// What is configured: by the environment, and the key by the host's secrets.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "host.hpp"

namespace reel::language_model {

struct Settings {
  std::string url;    ///< $REEL_LANGUAGE_MODEL_URL, without a slash at its end: `http://127.0.0.1:11434/v1`
  std::string model;  ///< $REEL_LANGUAGE_MODEL
  std::string key;    ///< the secret `language-model-key`, or empty: the service wants none
  std::uint64_t daily_tokens = 1'000'000;  ///< $REEL_LANGUAGE_MODEL_DAILY_TOKENS; 0: no limit
  std::chrono::seconds patience{120};      ///< $REEL_LANGUAGE_MODEL_SECONDS: of one round, with all that is tried again

  /// Throws REEL_ERROR_INVALID where a number is none, and REEL_ERROR_DENIED where the key cannot be one.
  static Settings of(const Host& host);

  /// For people: `llama3.2 at 127.0.0.1:11434`; empty: not configured. Needs neither key nor numbers.
  static std::string who();

  /// Where to ask. Throws REEL_ERROR_INVALID where the address is none, or would tell the key to everybody on the way.
  std::string endpoint() const;
};

}  // namespace reel::language_model
