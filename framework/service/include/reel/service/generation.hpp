/// Has media made by a provider, so that nothing is paid for twice: not after a crash, not after a lost answer, not for the same request.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "reel/base/stop.hpp"
#include "reel/model/provider.hpp"
#include "reel/service/ledger.hpp"

namespace reel::service {

struct GenerationOptions {
  std::filesystem::path folder;              ///< where what was made is kept
  std::optional<double> budget_cents;        ///< that one generation may cost
  std::chrono::milliseconds interval{2000};  ///< between two looks
  std::chrono::milliseconds pause{
      1000};  ///< before the first repetition of what failed in passing; doubles up to a minute
  std::chrono::seconds patience{600};                     ///< with a service that does not answer
  std::function<void(const model::Generation&)> on_look;  ///< on the caller's thread
  /// Throws base::InputError if a file is no media.
  std::function<void(const std::filesystem::path&)> check;
};

/// One stage's request.
struct GenerationOrder {
  std::string stage_id;
  model::ProviderRequest request;
  bool fresh = false;  ///< asks again although there is such a result
};

/// For one thread at a time.
class Generator {
 public:
  Generator(model::Provider& provider, Ledger& ledger, GenerationOptions options);

  /// The file: one that was made for the same request before, or a new one. An order whose process died goes on where it stood. Throws
  /// base::InputError, base::RunError (what the service refused, or what nobody can tell: see model::Uncertain), base::TransientError (the
  /// service does not answer), base::Interrupted (what was asked for goes on there, and is taken up by the next one who asks).
  std::filesystem::path make(const GenerationOrder& order, base::StopFlag stop);

  /// The name under which results of a request are kept.
  static std::string key_of(const std::string& stage, const std::string& prepared, const std::string& input);

 private:
  struct Work;
  std::optional<ProviderCall> take_up(Work& work);
  ProviderCall ask(Work& work);
  ProviderCall ask_once(Work& work);
  bool find(Work& work, ProviderCall& call);
  void wait_for(Work& work, ProviderCall& call);
  std::filesystem::path fetch(Work& work, ProviderCall& call);
  void become(Work& work, ProviderCall& call, ProviderCall::State state, const std::string& failure = {});
  template <class Action>
  auto insist(base::StopFlag stop, Action action);
  template <class Action>
  auto durably(base::StopFlag stop, Action action);

  model::Provider& provider_;
  Ledger& ledger_;
  GenerationOptions options_;
};

}  // namespace reel::service
