#include "names.hpp"

#include <algorithm>
#include <string_view>

#include "reel/base/error.hpp"
#include "reel/base/text.hpp"

namespace reel::runner {
namespace {

constexpr std::size_t longest_name = 200;

void must_be_file_name(const std::string& text) {
  const bool plain = std::ranges::all_of(text, [](char c) {
    return c != '/' && c != '\\' && c != '"' && static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
  });
  if (plain && text.size() <= longest_name && !text.starts_with('.') && !text.starts_with('-')) return;
  throw base::InputError("results are files of this run, expected a plain file name",
                         "write a name such as result.mp4, without folders");
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
}

}  // namespace

Names::Names(Files files, catalog::Policy policy) : files_(std::move(files)), policy_(std::move(policy)) {
  for (const auto& [name, path] : files_.inputs) {
    if (path.empty() || path == name) continue;
    paths_.emplace_back("file://" + path.string(), name);
    paths_.emplace_back(path.string(), name);
  }
  if (!files_.output_folder.empty()) paths_.emplace_back(files_.output_folder.string() + "/", "");
  std::ranges::stable_sort(paths_, [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

std::string Names::resolve(const model::StageTraits& stage, const model::ParamSchema& param,
                           const std::string& text) const {
  const bool target = stage.role == model::StageRole::sink && param.type == model::ParamType::uri;
  if (text.empty()) return text;
  if (!target) return resolve_input(text);
  if (base::scheme_of(text) != "file" || text.find("://") != std::string::npos) return resolve_input(text);
  must_be_file_name(text);
  return (files_.output_folder / text).string();
}

std::string Names::resolve_input(const std::string& text) const {
  if (const auto input = files_.inputs.find(text); input != files_.inputs.end()) return input->second.string();
  if (base::scheme_of(text) == "file") {
    std::vector<std::string> known;
    for (const auto& [name, path] : files_.inputs) known.push_back(name);
    throw base::InputError("it is none of the files of this run",
                           known.empty() ? "upload the file first" : "use " + base::join_words(known, "or"));
  }
  if (const std::string why = policy_.refuse_uri(text); !why.empty()) throw base::InputError(why);
  if (!files_.network) throw base::InputError("this run may not use the network");
  return text;
}

std::string Names::shown(std::string text) const {
  for (const auto& [path, name] : paths_) replace_all(text, path, name);
  return text;
}

}  // namespace reel::runner
