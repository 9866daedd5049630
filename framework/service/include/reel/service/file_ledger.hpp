/// A ledger in a folder, for programs without a database.
#pragma once

#include <filesystem>

#include "reel/service/ledger.hpp"

namespace reel::service {

/// One file a call, replaced by rename. Finished ones go after 30 days. Any thread.
class FileLedger final : public Ledger {
 public:
  explicit FileLedger(std::filesystem::path folder);

  std::unique_ptr<Lock> lock(const std::string& key, base::StopFlag stop) override;
  std::optional<ProviderCall> unfinished(const std::string& key) override;
  std::optional<ProviderCall> made(const std::string& key) override;
  bool begin(const ProviderCall& call, const model::ProviderLimits& limits) override;
  void update(const ProviderCall& call) override;
  std::vector<std::string> ids(const std::string& account) override;

 private:
  std::vector<ProviderCall> all() const;
  std::filesystem::path file_of(const std::string& intent) const { return folder_ / (intent + ".json"); }

  std::filesystem::path folder_;
};

}  // namespace reel::service
