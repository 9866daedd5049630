/// Where recorded jobs are read: the database of this machine, or a server.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "reel/service/request.hpp"

namespace reel::cli {

class JobSource {
 public:
  virtual ~JobSource() = default;

  /// Throws base::InputError if there is no such job.
  virtual service::Request find(service::RequestId id) = 0;
  virtual std::vector<service::Request> list(const service::RequestFilter& filter) = 0;  ///< newest first

  struct Lines {
    std::vector<service::LogRecord> lines;
    std::string next;   ///< what gets the lines after these
    bool more = false;  ///< there are some already
  };
  /// The log, oldest line first, in pages; `after` is `next` of the page before, or empty.
  virtual Lines logs(service::RequestId id, const std::string& after) = 0;

  /// What makes a job here.
  virtual std::string how_to_begin() const = 0;
};

}  // namespace reel::cli
