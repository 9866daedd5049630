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

/// What a stage changes, on its way to where the service can fetch it. Throws as model::Provider.
class GenerationInput {
 public:
  virtual ~GenerationInput() = default;
  /// The same for the same clip.
  virtual std::string digest() = 0;
  /// Makes it reachable under a name.
  virtual void put(const std::string& name, base::StopFlag stop) = 0;
  /// Where it can be fetched; the same but for its query each time.
  virtual std::string address(const std::string& name) = 0;
  /// Nobody fetches it any more.
  virtual void remove(const std::string& name) = 0;
};

/// One stage's request.
struct GenerationOrder {
  std::string stage_id;
  model::ProviderRequest request;
  bool fresh = false;                ///< asks again although there is such a result
  GenerationInput* input = nullptr;  ///< of a filter whose provider takes its input
};

struct GenerationResult {
  std::filesystem::path file;
  std::string service;
  std::string id;               ///< there; empty: it was made for an earlier order
  std::optional<double> cents;  ///< that this order cost, if it is known
};

/// For one thread at a time.
class Generator {
 public:
  Generator(model::Provider& provider, Ledger& ledger, GenerationOptions options);

  /// What was made for the same request before, or something new. An order whose process died goes on where it stood. Throws
  /// base::InputError, base::RunError (what the service refused, or what nobody can tell: see model::Uncertain), base::TransientError (the
  /// service does not answer), base::Interrupted (what was asked for goes on there, and is taken up by the next one who asks).
  GenerationResult make(const GenerationOrder& order, base::StopFlag stop);

  /// The name under which results of a request are kept.
  static std::string key_of(const std::string& stage, const std::string& prepared, const std::string& input);

 private:
  struct Work;
  std::optional<ProviderCall> take_up(Work& work);
  std::optional<std::filesystem::path> fetch_again(Work& work);
  ProviderCall ask(Work& work);
  ProviderCall ask_once(Work& work);
  bool find(Work& work, ProviderCall& call);
  void wait_for(Work& work, ProviderCall& call);
  std::filesystem::path fetch(Work& work, ProviderCall& call);
  static void remove_input(const Work& work);
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
