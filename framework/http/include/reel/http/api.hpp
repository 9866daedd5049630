/// The HTTP API: what framework/http/openapi.yaml describes.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "reel/http/router.hpp"
#include "reel/http/server.hpp"
#include "reel/service/accounts.hpp"
#include "reel/service/config.hpp"
#include "reel/service/keys.hpp"
#include "reel/service/runner.hpp"
#include "reel/service/store.hpp"

namespace reel::http {

/// What the API stands on; the references outlive it.
struct ApiOptions {
  service::Config config;
  std::function<std::unique_ptr<service::Store>()>
      open_store;  ///< any thread; each store is used by one thread at a time
  std::function<std::unique_ptr<service::Listener>()> open_listener;  ///< for one thread
  const service::Keys& keys;
  service::PipelineChecker& checker;
};

/// Handlers for a Server, and the thread that feeds event streams.
class Api {
 public:
  /// Throws base::RunError where the state folder cannot be used, std::logic_error where openapi.yaml and the handlers disagree.
  explicit Api(ApiOptions options);
  ~Api();
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  /// The routes, one for each operation of the document. The Api has to outlive the server that uses them.
  Router router();
  /// For Options::served: counts for /metrics.
  std::function<void(const Served&)> served();
  /// What /metrics tells of the server itself; null: nothing. The server has to be withdrawn before it goes.
  void observe(const Server* server);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace reel::http
