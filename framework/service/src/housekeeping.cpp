#include "reel/service/housekeeping.hpp"

#include <algorithm>
#include <charconv>
#include <functional>
#include <optional>
#include <string_view>
#include <system_error>

namespace reel::service {
namespace {

namespace fs = std::filesystem;

constexpr int at_once = 1000;
/// As the ledger knows of them.
constexpr std::chrono::days kept_generations{30};

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Removes those of a folder's entries that are older than the grace and that nothing needs.
void sweep(const fs::path& folder, std::chrono::seconds grace, const std::function<bool(const std::string&)>& needed) {
  std::error_code missing;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, missing)) {
    std::error_code gone;
    const auto written = entry.last_write_time(gone);
    if (gone || fs::file_time_type::clock::now() - written < grace) continue;
    if (!needed(entry.path().filename().string())) remove_tree(entry.path());
  }
}

bool runs(const std::optional<Request>& request, const ClaimKey& key) {
  return request && request->state == RequestState::running && request->attempts == key.attempt;
}

bool has_artifacts(const std::optional<Request>& request, const ClaimKey& key) {
  const std::string prefix = MediaFiles::artifact_uri(key, "");
  return request && std::ranges::any_of(request->outcome.artifacts,
                                        [&](const std::string& uri) { return uri.starts_with(prefix); });
}

void sweep_all(Store& store, const MediaFiles& files, std::chrono::seconds grace) {
  const fs::path& state = files.state_folder();
  sweep(state / "uploads", grace, [&](const std::string& id) { return store.videos().upload(id).has_value(); });
  sweep(state / "videos", grace, [&](const std::string& name) {
    const auto id = number(name);
    return id && store.videos().find(*id).has_value();
  });
  const auto is_user = [&](const std::string& name) {
    const auto id = number(name);
    return id && store.accounts().user(*id).has_value();
  };
  for (const char* const folder : {"user-spans", "user-generations"}) sweep(state / folder, grace, is_user);
  std::error_code none;
  for (const fs::directory_entry& user : fs::directory_iterator(state / "user-generations", none))
    sweep(user.path(), std::max<std::chrono::seconds>(grace, kept_generations),
          [](const std::string&) { return false; });
  sweep(state / "results", grace, [&](const std::string& name) {
    const auto key = claim_key(name);
    const auto request = key ? store.requests().find(key->request) : std::nullopt;
    return key && (runs(request, *key) || has_artifacts(request, *key));
  });
  sweep(state / "work", grace, [&](const std::string& name) {
    const auto key = claim_key(name);
    return key && runs(store.requests().find(key->request), *key);
  });
}

}  // namespace

void keep_house(Store& store, const MediaFiles& files, const HousekeepingOptions& options) {
  store.accounts().remove_expired();
  for (const Upload& upload : store.videos().expired_uploads(at_once))
    if (store.videos().remove_expired_upload(upload.id)) files.remove_upload(upload.id);
  if (options.keep_days > 0) files.remove_artifacts(store.requests().remove_finished(options.keep_days, at_once));
  sweep_all(store, files, options.grace);
}

}  // namespace reel::service
