/// Requests as the HTTP API shows them, in the words of this program.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "job_source.hpp"
#include "reel/engine/run.hpp"
#include "remote/client.hpp"

namespace reel::cli::remote {

/// Of a RequestSummary or a Request. Throws base::RunError if `json` is none.
service::Request request_of(const nlohmann::json& json, const std::string& origin);
engine::Progress progress_of(const nlohmann::json& request);
/// What each is called in messages, and where calls about it go.
std::string path_of(service::RequestId id);

struct RemoteArtifact {
  std::string name;  ///< a plain file name: no folder in it, nothing hidden
  std::string path;
  std::uint64_t bytes = 0;
};
/// Throws base::RunError if a name could write anywhere else than into the folder that it is fetched to.
std::vector<RemoteArtifact> artifacts_of(Client& client, service::RequestId id);

/// The user's jobs on a server.
class RemoteJobs final : public JobSource {
 public:
  explicit RemoteJobs(Client& client) : client_(client) {}

  service::Request find(service::RequestId id) override;  ///< with its artifacts
  std::vector<service::Request> list(const service::RequestFilter& filter) override;
  Lines logs(service::RequestId id, const std::string& after) override;
  std::string how_to_begin() const override { return "`reel submit PIPELINE` makes one."; }

 private:
  Client& client_;
};

}  // namespace reel::cli::remote
