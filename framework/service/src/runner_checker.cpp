#include <unistd.h>

#include <condition_variable>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "reel/base/error.hpp"
#include "reel/service/runner.hpp"
#include "runner_dialog.hpp"

namespace reel::service {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using namespace std::chrono_literals;

/// For another question to be answered. Who asks has a thread that others need.
constexpr auto turn_patience = 5s;

/// A folder of its own, gone with it.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (fs::temp_directory_path() / "reel-checks-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
      throw base::RunError("cannot make a folder in " + fs::temp_directory_path().string());
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

}  // namespace

class PipelineChecker::Impl {
 public:
  Impl(RunnerSetup setup, RunnerLimits limits)
      : dialog_(spec(std::move(setup), limits), "pipelines cannot be checked at present", {.on_start = [this] {
                  const std::lock_guard lock(mutex_);
                  known_.clear();
                }}) {}

  json ask(const json& question);
  /// What the child always answers in the same way, asked once for each child.
  json known(const std::string& what);

 private:
  /// The child is the caller's until it dies.
  class Turn {
   public:
    explicit Turn(Impl& checker) : checker_(checker) { checker_.take_turn(); }
    ~Turn() { checker_.end_turn(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Impl& checker_;
  };
  void take_turn();
  void end_turn();
  RunnerSpec spec(RunnerSetup setup, const RunnerLimits& limits) const;

  std::mutex mutex_;  // guards the next three
  std::condition_variable free_;
  bool busy_ = false;
  std::map<std::string, json> known_;
  ScratchFolder folder_;
  RunnerDialog dialog_;
};

RunnerSpec PipelineChecker::Impl::spec(RunnerSetup setup, const RunnerLimits& limits) const {
  RunnerSpec spec;
  spec.job = ChecksJob{};
  spec.setup = std::move(setup);
  spec.limits = limits;
  spec.work_folder = folder_.path();
  return spec;
}

void PipelineChecker::Impl::take_turn() {
  std::unique_lock lock(mutex_);
  if (!free_.wait_for(lock, turn_patience, [this] { return !busy_; })) dialog_.no_answer("others are being checked");
  busy_ = true;
}

void PipelineChecker::Impl::end_turn() {
  {
    const std::lock_guard lock(mutex_);
    busy_ = false;
  }
  free_.notify_one();
}

json PipelineChecker::Impl::known(const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = known_.find(what); found != known_.end()) return found->second;
  }
  json answer = ask({{"ask", what}});
  const std::lock_guard lock(mutex_);
  known_[what] = answer;
  return answer;
}

json PipelineChecker::Impl::ask(const json& question) {
  const Turn turn(*this);
  return dialog_.ask(question);
}

PipelineChecker::PipelineChecker(RunnerSetup setup, RunnerLimits limits)
    : impl_(std::make_unique<Impl>(std::move(setup), limits)) {}
PipelineChecker::~PipelineChecker() = default;

json PipelineChecker::check(const Question& q) {
  return impl_->ask({{"ask", "check"},
                     {"name", q.name},
                     {"yaml", q.yaml},
                     {"params", q.params},
                     {"require_params", q.require_params},
                     {"inputs", q.inputs},
                     {"secrets", q.secrets}});
}
json PipelineChecker::read(const Prompt& prompt) {
  const json answer = impl_->ask({{"ask", "read"},
                                  {"prompt", prompt.text},
                                  {"media", prompt.media},
                                  {"regions", prompt.regions},
                                  {"input", prompt.input},
                                  {"output", prompt.output},
                                  {"pipeline", prompt.pipeline}});
  if (answer.contains("fault")) throw base::InputError(answer["fault"].get<std::string>());
  return answer.at("reading");
}
json PipelineChecker::stages() { return impl_->known("stages"); }
json PipelineChecker::schema() { return impl_->known("schema"); }
json PipelineChecker::plugins() { return impl_->known("plugins"); }

}  // namespace reel::service
