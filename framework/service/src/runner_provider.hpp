/// A plugin's provider behind the walls of a child. Private to the service.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "output_folder.hpp"
#include "reel/model/provider.hpp"
#include "runner_dialog.hpp"

namespace reel::service {

/// What services answer is a stranger's, and a plugin reads it: so a process of its own does, which has the service's key, the network
/// and an empty folder, but none of the users' files. A child that dies in a call may have sent it: model::Uncertain for create(),
/// base::TransientError for the others.
class RunnerProvider final : public model::Provider {
 public:
  /// `uses`: a stage of the provider. `folder` is the child's own: private, empty but for the job's output folder, and the caller's to remove.
  RunnerProvider(const RunnerSetup& setup, const RunnerLimits& limits, ProvideJob job,
                 const std::filesystem::path& folder, std::string uses,
                 std::function<void(const base::LogLine&)> on_log);

  std::string prepare(const model::ProviderRequest& request, std::string* param) override;
  model::ProviderLimits limits(const std::string& prepared) override;
  model::ProviderEstimate estimate(const std::string& prepared) override;
  std::string create(const std::string& prepared, const std::string& input, const std::string& intent,
                     base::StopFlag stop) override;
  std::string find(const std::string& prepared, const std::string& input, const std::string& intent,
                   std::chrono::sys_seconds since, const std::vector<std::string>& taken, base::StopFlag stop) override;
  model::Generation look(const std::string& prepared, const std::string& id, base::StopFlag stop) override;
  void fetch(const std::string& prepared, const std::string& id, const std::filesystem::path& file,
             base::StopFlag stop) override;

  /// Throws base::InputError if what was fetched last is no media: the child has looked into it.
  void check_fetched() const;

 private:
  /// What `read` makes of the answer's value.
  template <class Read>
  auto asked(nlohmann::json question, base::StopFlag stop, Read read);

  std::string uses_;
  OutputFolder output_;
  RunnerDialog dialog_;
  std::string fetched_fault_;
};

}  // namespace reel::service
