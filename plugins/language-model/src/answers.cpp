#include "answers.hpp"

#include <glib.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <vector>

namespace reel::language_model {

namespace fs = std::filesystem;

fs::path Answers::file_of(const std::string& asked) const {
  const std::unique_ptr<gchar, void (*)(gpointer)> sum(
      g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<const guchar*>(asked.data()), asked.size()),
      g_free);
  return folder_ / (std::string(sum.get()) + ".yaml");
}

std::optional<std::string> Answers::find(const std::string& asked) const {
  if (folder_.empty()) return std::nullopt;
  const fs::path file = file_of(asked);
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  std::string answer{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  std::error_code ignored;
  fs::last_write_time(file, fs::file_time_type::clock::now(), ignored);
  return answer;
}

void Answers::keep(const std::string& asked, const std::string& answer) const {
  std::error_code fault;
  if (folder_.empty()) return;
  fs::create_directories(folder_, fault);
  fs::permissions(folder_, fs::perms::owner_all, fault);
  make_room();
  // Whole or not at all, whoever else writes the same.
  std::string draft = (folder_ / "draft-XXXXXX").string();
  const int descriptor = mkstemp(draft.data());
  if (descriptor < 0) return;
  const bool whole = write(descriptor, answer.data(), answer.size()) == static_cast<ssize_t>(answer.size());
  if (close(descriptor) == 0 && whole) fs::rename(draft, file_of(asked), fault);
  if (!whole || fault) unlink(draft.c_str());
}

void Answers::make_room() const {
  std::error_code fault;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const auto& entry : fs::directory_iterator(folder_, fault))
    files.emplace_back(entry.last_write_time(fault), entry.path());
  if (files.size() < most_answers) return;
  std::ranges::sort(files);
  for (std::size_t i = 0; i <= files.size() - most_answers; ++i) fs::remove(files[i].second, fault);
}

}  // namespace reel::language_model
