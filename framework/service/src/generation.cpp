#include "reel/service/generation.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "crypto.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;
using State = ProviderCall::State;

constexpr int most_fetched = 5;  // addresses of one result

void check(base::StopFlag stop) {
  if (stop != nullptr && *stop) throw base::Interrupted("stopped before the end");
}

void sleep(milliseconds time, base::StopFlag stop) {
  const auto end = steady_clock::now() + time;
  while (steady_clock::now() < end) {
    check(stop);
    std::this_thread::sleep_for(
        std::min<milliseconds>(50ms, std::chrono::duration_cast<milliseconds>(end - steady_clock::now()) + 1ms));
  }
}

std::string random_word() { return crypto::base64url(crypto::random_bytes(18)); }

}  // namespace

std::string_view name(State state) {
  switch (state) {
    case State::asking:
      return "asking";
    case State::making:
      return "making";
    case State::done:
      return "done";
    case State::failed:
      return "failed";
    case State::unknown:
      return "unknown";
  }
  return "";
}

/// One order on its way.
struct Generator::Work {
  const GenerationOrder& order;
  std::string prepared, key;
  model::ProviderLimits limits;
  base::StopFlag stop;

  std::string address() const { return order.input != nullptr ? order.input->address(key) : std::string(); }
};

Generator::Generator(model::Provider& provider, Ledger& ledger, GenerationOptions options)
    : provider_(provider), ledger_(ledger), options_(std::move(options)) {}

std::string Generator::key_of(const std::string& stage, const std::string& prepared, const std::string& input) {
  return crypto::digest(stage + '\n' + prepared + '\n' + input);
}

/// Repeats what fails in passing, less and less often.
template <class Action>
auto Generator::insist(base::StopFlag stop, Action action) {
  const auto deadline = steady_clock::now() + options_.patience;
  for (milliseconds pause = options_.pause;; pause = std::min<milliseconds>(2 * pause, 60s)) {
    try {
      return action();
    } catch (const base::TransientError& error) {
      if (steady_clock::now() + pause > deadline) throw;
      base::log(base::Level::info, std::string(error.what()) + "; trying again");
    }
    sleep(pause, stop);
  }
}

/// A ledger that is away for a while is no reason to ask anew: what fails here in the end is not to be repeated.
template <class Action>
auto Generator::durably(base::StopFlag stop, Action action) {
  try {
    return insist(stop, action);
  } catch (const base::TransientError& error) {
    throw base::RunError(error.what(), error.hint());
  }
}

GenerationResult Generator::make(const GenerationOrder& order, base::StopFlag stop) {
  Work work{order, provider_.prepare(order.request), "", {}, stop};
  work.key = key_of(order.request.stage, work.prepared, order.input != nullptr ? order.input->digest() : "");
  work.limits = provider_.limits(work.prepared);
  fs::create_directories(options_.folder);
  const auto lock = ledger_.lock(work.key, stop);
  auto call = take_up(work);
  const fs::path kept = options_.folder / (work.key + ".mp4");
  std::error_code none;
  if (!call && !order.fresh && fs::exists(kept, none)) {
    base::log(base::Level::info, "was made before for the same request, and is used again: nothing is paid",
              order.stage_id);
    return {kept, work.limits.service, {}, 0.0};
  }
  if (!call && !order.fresh)
    if (const auto again = fetch_again(work)) return {*again, work.limits.service, {}, 0.0};
  fs::path made;
  try {
    if (!call) call = ask(work);
    wait_for(work, *call);
    made = fetch(work, *call);
  } catch (const base::Interrupted&) {
    throw;
  } catch (const base::TransientError&) {
    throw;
  } catch (const base::Error&) {
    remove_input(work);
    throw;
  }
  remove_input(work);
  return {made, work.limits.service, call->id, call->cents};
}

/// What stays there costs little, and is written over by the next who asks.
void Generator::remove_input(const Work& work) {
  if (work.order.input != nullptr) try {
      work.order.input->remove(work.key);
    } catch (const base::Error& error) {
      base::log(base::Level::warning, std::string("the clip for ") + work.limits.service + " stays: " + error.what(),
                work.order.stage_id);
    }
}

/// What was paid for before and is not here, on another machine or since somebody tidied up, if the service has it still.
std::optional<fs::path> Generator::fetch_again(Work& work) {
  auto call = ledger_.made(work.key);
  if (!call) return std::nullopt;
  try {
    wait_for(work, *call);
    return fetch(work, *call);
  } catch (const base::Interrupted&) {
    throw;
  } catch (const base::TransientError&) {
    throw;
  } catch (const base::Error& error) {
    base::log(base::Level::info, std::string("what was made before is gone: ") + error.what(), work.order.stage_id);
    return std::nullopt;
  }
}

/// The call of a process that died, if the service has it.
std::optional<ProviderCall> Generator::take_up(Work& work) {
  auto call = ledger_.unfinished(work.key);
  if (!call) return std::nullopt;
  if (call->state == State::asking && !find(work, *call)) return std::nullopt;
  base::log(base::Level::info, "an earlier run has asked " + work.limits.service + " for this: going on with it",
            work.order.stage_id);
  return call;
}

ProviderCall Generator::ask(Work& work) {
  if (work.order.input != nullptr) insist(work.stop, [&] { work.order.input->put(work.key, work.stop); });
  return insist(work.stop, [&] { return ask_once(work); });
}

/// Throws base::TransientError: the service certainly did not take it.
ProviderCall Generator::ask_once(Work& work) {
  check(work.stop);
  ProviderCall call;
  call.intent = random_word();
  call.key = work.key;
  call.stage = work.order.stage_id;
  call.account = work.limits.account;
  call.request = work.prepared;
  call.cents = provider_.estimate(work.prepared).cents;
  if (options_.budget_cents && call.cents.value_or(0) > *options_.budget_cents)
    throw base::InputError("this costs about " + base::format_dollars(*call.cents) + ", more than the " +
                               base::format_dollars(*options_.budget_cents) + " that it may cost",
                           "ask for less, or raise the budget");
  call.since = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  while (!durably(work.stop, [&] { return ledger_.begin(call, work.limits); })) {
    sleep(options_.interval, work.stop);
    call.since = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  try {
    call.id = provider_.create(work.prepared, work.address(), call.intent, work.stop);
  } catch (const model::Uncertain& error) {
    base::log(base::Level::warning, error.what(), work.order.stage_id);
    if (!find(work, call)) throw base::TransientError(work.limits.service + " did not get the request");
    return call;
  } catch (const base::Interrupted&) {
    throw;  // it may have been sent: the next one who asks finds out
  } catch (const base::Error& error) {
    become(work, call, State::failed, error.what());
    throw;
  }
  become(work, call, State::making);
  return call;
}

/// Whether the service took a call whose answer was lost. If nobody can tell, nothing is asked for a second time.
bool Generator::find(Work& work, ProviderCall& call) try {
  call.id = insist(work.stop, [&] {
    return provider_.find(work.prepared, work.address(), call.intent, call.since, ledger_.ids(call.account), work.stop);
  });
  become(work, call, State::making);
  return true;
} catch (const model::NotFound&) {
  become(work, call, State::failed, "the service never got it");
  return false;
} catch (const model::Uncertain& error) {
  become(work, call, State::unknown, error.what());
  throw model::Uncertain(work.limits.service + " was asked at " + base::rfc3339(call.since) +
                             " and did not answer; it may have made this, and be paid",
                         "look at your account there; the next run asks anew");
}

void Generator::wait_for(Work& work, ProviderCall& call) try {
  base::log(base::Level::info, work.limits.service + " calls it " + call.id, work.order.stage_id);
  for (;;) {
    const model::Generation seen = insist(work.stop, [&] { return provider_.look(work.prepared, call.id, work.stop); });
    if (options_.on_look) options_.on_look(seen);
    if (seen.cents) call.cents = seen.cents;
    if (seen.state == model::GenerationState::done) return;
    if (seen.state == model::GenerationState::failed) {
      become(work, call, State::failed, seen.failure);
      throw base::RunError(work.limits.service + " made nothing: " + seen.failure);
    }
    sleep(options_.interval, work.stop);
  }
} catch (const model::NotFound& error) {
  become(work, call, State::failed, error.what());
  throw base::RunError(work.limits.service + " knows nothing of " + call.id + " any more",
                       "it may have been deleted there; run this again to ask anew");
} catch (const base::Interrupted&) {
  const std::string paid = call.cents ? ", and costs about " + base::format_dollars(*call.cents) : std::string();
  throw base::Interrupted("stopped waiting; " + work.limits.service + " goes on with " + call.id + paid,
                          "run this again to get it: nothing is asked for twice");
}

fs::path Generator::fetch(Work& work, ProviderCall& call) {
  const fs::path part = options_.folder / (work.key + "." + call.intent + ".part");
  const fs::path kept = options_.folder / (work.key + ".mp4");
  struct Remove {
    const fs::path& file;
    ~Remove() {
      std::error_code ignored;
      fs::remove(file, ignored);
    }
  } const remove{part};
  for (int i = 1;; ++i) try {
      insist(work.stop, [&] {
        fs::remove(part);  // of a program that was killed, or an attempt that failed: nobody else fetches this call
        provider_.fetch(work.prepared, call.id, part, work.stop);
      });
      break;
    } catch (const model::NotFound&) {
      if (i == most_fetched) throw;
      wait_for(work, call);  // its address has expired; a new look tells another
    }
  if (options_.check) try {
      options_.check(part);
    } catch (const base::InputError& error) {
      become(work, call, State::failed, error.what());
      throw base::RunError(work.limits.service + " made something that is no video: " + error.what(), error.hint());
    }
  fs::rename(part, kept);
  become(work, call, State::done);
  return kept;
}

/// What is done stays so, though it may be fetched again, or the service forget it.
void Generator::become(Work& work, ProviderCall& call, State state, const std::string& failure) {
  if (call.state == State::done) return;
  call.state = state;
  call.failure = failure;
  durably(work.stop, [&] { ledger_.update(call); });
}

}  // namespace reel::service
