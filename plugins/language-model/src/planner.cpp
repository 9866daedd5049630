#include "planner.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "answers.hpp"
#include "budget.hpp"
#include "chat.hpp"
#include "http.hpp"
#include "settings.hpp"

namespace reel::language_model {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int most_attempts = 3;
constexpr std::uint64_t bytes_a_token = 3;  // English has about 4, YAML and JSON fewer

/// One round: the same question, asked until there is an answer or time is up.
class Round {
 public:
  Round(const Host& host, const Settings& settings, Json request, const Task& task)
      : host_(host),
        settings_(settings),
        who_(Settings::who()),
        url_(settings.endpoint()),
        request_(std::move(request)),
        task_(task),
        end_(Clock::now() + settings.patience) {}

  Reply ask() {
    task_.progress(-1, "asking a language model");
    for (int attempt = 1;; ++attempt) {
      task_.check();
      const Answer answer = try_once(attempt);
      if (answer.status >= 200 && answer.status < 300) return read(answer);
      if (attempt >= most_attempts) throw error(answer);
      if (without_unsupported(answer)) continue;
      if (answer.status != 0 && !may_pass(answer.status, answer.body)) throw error(answer);
      const auto pause = std::chrono::seconds(answer.retry_after > 0 ? answer.retry_after : attempt);
      if (answer.status != 0 && Clock::now() + pause >= end_) throw error(answer);
      wait(pause);
    }
  }

  /// Whether the service may have charged for what failed.
  bool may_have_cost() const { return may_have_cost_; }

 private:
  /// Status 0: nobody was reached, so that nothing was asked.
  Answer try_once(int attempt) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now());
    may_have_cost_ = true;
    try {
      Answer answer = post(host_, url_, settings_.key, text(), left, task_);
      may_have_cost_ = answer.status >= 200 && answer.status < 300;
      return answer;
    } catch (const NoAnswer& e) {
      may_have_cost_ = e.sent;
      if (e.sent || attempt >= most_attempts || Clock::now() + std::chrono::seconds(attempt) >= end_)
        throw ExtensionError(REEL_ERROR_BUSY, who_ + " does not answer: " + e.what());
      return {};
    } catch (const ExtensionError& e) {
      if (e.code() == REEL_ERROR_DENIED) may_have_cost_ = false;
      throw;
    }
  }

  static Reply read(const Answer& answer) { return reply_of(answer.body); }

  ExtensionError error(const Answer& answer) const { return error_of(answer.status, answer.body, who_, settings_.key); }

  /// Newer models of OpenAI have another name for the limit, and only one temperature.
  bool without_unsupported(const Answer& answer) {
    const std::string param = unsupported_param(answer.status, answer.body);
    if (param != "max_tokens" && param != "temperature") return false;
    if (request_.erase(param) == 0) return false;
    if (param == "max_tokens") request_["max_completion_tokens"] = most_answer_tokens;
    return true;
  }

  void wait(std::chrono::seconds pause) const {
    task_.progress(-1, "waiting for a language model");
    for (const auto until = std::min(Clock::now() + pause, end_); Clock::now() < until;) {
      task_.check();
      usleep(50'000);
    }
  }

  std::string text() const { return request_.dump(-1, ' ', false, Json::error_handler_t::replace); }

  const Host& host_;
  const Settings& settings_;
  std::string who_, url_;
  Json request_;
  const Task& task_;
  Clock::time_point end_;
  bool may_have_cost_ = false;
};

Reply ask_within_budget(const Host& host, const Settings& settings, const Json& request, std::uint64_t bytes,
                        const Task& task) {
  const std::filesystem::path folder = host.folder();
  std::error_code ignored;
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  const Budget budget(folder, settings.daily_tokens);
  const std::uint64_t taken = bytes / bytes_a_token + most_answer_tokens;
  budget.take(taken);
  Round round(host, settings, request, task);
  try {
    Reply reply = round.ask();
    budget.correct(taken, reply.tokens.value_or((bytes + reply.text.size()) / bytes_a_token));
    return reply;
  } catch (...) {
    if (!round.may_have_cost()) budget.correct(taken, 0);
    throw;
  }
}

}  // namespace

std::string ChatPlanner::available() const { return Settings::who(); }

std::string ChatPlanner::plan(const std::string& question, const Task& task) const {
  const std::string who = Settings::who();
  if (who.empty())
    throw ExtensionError(REEL_ERROR_NOT_FOUND,
                         "no language model is configured: set REEL_LANGUAGE_MODEL_URL and REEL_LANGUAGE_MODEL");
  const Host host(this->host());
  const Settings settings = Settings::of(host);
  const Json request = request_of(settings.model, question);
  const std::string asked = settings.endpoint() + "\n" + request.dump(-1, ' ', false, Json::error_handler_t::replace);
  const Answers answers(host.folder().empty() ? host.folder() : host.folder() / "answers");
  std::string yaml;
  if (const auto known = answers.find(asked)) {
    host.log("the language model " + who + " has answered this before");
    yaml = *known;
  } else {
    const auto begin = Clock::now();
    const Reply reply = ask_within_budget(host, settings, request, asked.size(), task);
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin);
    host.log("the language model " + who + " answered in " + std::to_string(took.count()) + " ms" +
             (reply.tokens ? ", for " + std::to_string(*reply.tokens) + " tokens" : ""));
    yaml = yaml_in(reply.text);
    answers.keep(asked, yaml);
  }
  if (yaml.empty()) throw ExtensionError(REEL_ERROR_NOT_FOUND, "it knows no pipeline for this");
  return yaml;
}

}  // namespace reel::language_model
