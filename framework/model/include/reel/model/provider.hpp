/// Media that a service makes, from words or from other media: what a plugin's `reel.provider/1` can do, as C++.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reel/base/error.hpp"
#include "reel/base/stop.hpp"
#include "reel/base/time.hpp"

namespace reel::model {

/// What a stage asks for.
struct ProviderRequest {
  std::string stage;                 ///< its element factory: `reel-luma`
  std::string params;                ///< a JSON object: every parameter with its value
  std::optional<std::string> input;  ///< where the service can fetch the stage's input, or empty; none: it has no input
  base::Time input_duration{0};
};

struct ProviderLimits {
  std::string service;           ///< for people: `Luma Dream Machine`
  std::string account;           ///< requests of one account share the limits
  std::uint32_t concurrent = 0;  ///< generations at once; 0: no limit
  std::uint32_t per_minute = 0;  ///< that may be created in a minute; 0: no limit
  bool takes_input = true;       ///< of a filter: create() needs the address of its input
};

struct ProviderEstimate {
  std::optional<double> cents, seconds;
};

enum class GenerationState { queued, working, done, failed };

struct Generation {
  GenerationState state = GenerationState::queued;
  std::optional<double> fraction;
  std::string words;            ///< the service's word for the state: `dreaming`
  std::string preview;          ///< an address of what can be seen so far, or empty
  std::string failure;          ///< why it failed, in the service's words and ours
  std::optional<double> cents;  ///< what it cost
};

/// There is nothing of that name.
class NotFound : public base::InputError {
 public:
  using InputError::InputError;
};
/// It was asked for, and no answer came: it may have been done, and paid.
class Uncertain : public base::RunError {
 public:
  using RunError::RunError;
};

/// Any thread. All functions throw base::InputError where the request or the credentials are at fault, base::TransientError where asking later
/// may do better, base::Interrupted, base::RunError for all else: what the service will not do, a balance that is used up.
class Provider {
 public:
  virtual ~Provider() = default;

  /// Checks a request, asking nobody. The same text for the same request. `param`, if given, gets the name of the parameter that is wrong.
  virtual std::string prepare(const ProviderRequest& request, std::string* param = nullptr) = 0;
  virtual ProviderLimits limits(const std::string& prepared) = 0;
  virtual ProviderEstimate estimate(const std::string& prepared) = 0;

  /// Asks for it, once; returns the id of what is being made. Throws Uncertain if the service may have taken it.
  virtual std::string create(const std::string& prepared, const std::string& input, const std::string& intent,
                             base::StopFlag stop) = 0;
  /// The id of what an earlier create() of this intent made. Throws NotFound: certainly nothing; Uncertain: nobody can tell.
  virtual std::string find(const std::string& prepared, const std::string& input, const std::string& intent,
                           std::chrono::sys_seconds since, const std::vector<std::string>& taken,
                           base::StopFlag stop) = 0;
  virtual Generation look(const std::string& prepared, const std::string& id, base::StopFlag stop) = 0;
  /// Writes what was made to a new file. Throws NotFound where its address has expired: look() may tell a new one.
  virtual void fetch(const std::string& prepared, const std::string& id, const std::filesystem::path& file,
                     base::StopFlag stop) = 0;
};

}  // namespace reel::model
