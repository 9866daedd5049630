#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <utility>

#include "checks/checks.hpp"
#include "exports.hpp"
#include "files/local_file.hpp"
#include "reel/base/error.hpp"
#include "reel/base/text.hpp"
#include "reel/catalog/storage.hpp"

namespace reel::engine {
namespace {

namespace fs = std::filesystem;
using FileId = std::pair<dev_t, ino_t>;

std::optional<FileId> id_of(const fs::path& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return FileId{info.st_dev, info.st_ino};
}

/// The same for two names of one place, whether or not a file is there yet.
std::string place_of(const fs::path& path) {
  std::error_code unknown;
  const fs::path folder = fs::canonical(path.has_parent_path() ? path.parent_path() : ".", unknown);
  return unknown ? fs::absolute(path).lexically_normal().string() : (folder / path.filename()).string();
}

class Targets {
 public:
  explicit Targets(Faults& faults) : faults_(faults) {}

  void read(const fs::path& path, std::size_t line) {
    if (const auto id = id_of(path)) sources_.emplace(*id, line);
  }
  /// At an address that a storage serves.
  void write_elsewhere(const std::string& uri, model::Mark mark) {
    const std::string scheme = base::scheme_of(uri);
    if (!catalog::can_store(scheme))
      return fault(mark, "bad-target", "nothing can be written to '" + scheme + "://' addresses",
                   "write to a file, or to another kind of address");
    if (uri.ends_with('/')) return fault(mark, "bad-target", "'" + base::printable(uri) + "' names no file");
    if (const auto source = addresses_.find(uri); source != addresses_.end())
      return fault(mark, "same-file",
                   "this would overwrite its own input, given on line " + std::to_string(source->second));
    take_place(uri, mark);
  }
  void read_elsewhere(const std::string& uri, std::size_t line) { addresses_.emplace(uri, line); }
  void write(const fs::path& path, model::Mark mark) {
    if (!usable(path, mark)) return;
    if (const auto id = id_of(path)) {
      if (const auto source = sources_.find(*id); source != sources_.end())
        return fault(mark, "same-file",
                     "this would overwrite its own input, given on line " + std::to_string(source->second));
      if (const auto [other, fresh] = targets_.emplace(*id, mark.line); !fresh)
        return fault(mark, "same-file",
                     "the sink on line " + std::to_string(other->second) + " writes to the same file");
    }
    take_place(place_of(path), mark);
  }

 private:
  void take_place(const std::string& place, model::Mark mark) {
    if (const auto [other, fresh] = places_.emplace(place, mark.line); !fresh)
      fault(mark, "same-file", "the sink on line " + std::to_string(other->second) + " writes to the same file");
  }
  void fault(model::Mark mark, std::string code, std::string message, std::string hint = "write to another file") {
    faults_.error(mark, std::move(code), std::move(message), std::move(hint));
  }

  bool usable(const fs::path& path, model::Mark mark) {
    const std::string shown = "'" + base::printable(path.string()) + "'";
    if (path.empty() || !path.has_filename()) return fault(mark, "bad-target", shown + " names no file"), false;
    struct stat info {};
    if (stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode))
      return fault(mark, "bad-target",
                   shown + (S_ISDIR(info.st_mode) ? " is a folder, expected the name of a file"
                                                  : " is not a regular file")),
             false;
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const std::string named = "'" + base::printable(folder.string()) + "'";
    if (stat(folder.c_str(), &info) != 0)
      return fault(mark, "bad-target", "there is no folder " + named + " to write to",
                   "make it first: mkdir -p " + base::printable(folder.string())),
             false;
    if (!S_ISDIR(info.st_mode)) return fault(mark, "bad-target", named + " is not a folder"), false;
    if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
      return fault(mark, "bad-target", "nothing can be written in the folder " + named + ": " + std::strerror(errno),
                   "write to another folder, or change its permissions"),
             false;
    return true;
  }

  Faults& faults_;
  std::map<FileId, std::size_t> sources_, targets_;  ///< to the line
  std::map<std::string, std::size_t> places_, addresses_;
};

}  // namespace

void check_targets(const model::Pipeline& pipeline, Faults& faults) {
  Targets targets(faults);
  const auto for_each = [&](model::StageRole role, const auto& use) {
    for (const model::Stage& stage : pipeline.stages) {
      const model::Setting* const setting = stage.traits.role == role ? address(stage) : nullptr;
      if (setting == nullptr) continue;
      try {
        use(std::get<std::string>(setting->value), setting->value_mark);
      } catch (const base::InputError& e) {
        // A source's address has been reported when it was probed.
        if (role == model::StageRole::sink) faults.error(setting->value_mark, "bad-target", e.what(), e.hint());
      }
    }
  };
  for (const std::size_t i : exporter_stages(pipeline)) try {
      document_extension(pipeline.stages[i]);
    } catch (const base::InputError& e) {
      const model::Setting* const uri = pipeline.stages[i].setting("uri");
      faults.error(uri != nullptr ? uri->value_mark : pipeline.stages[i].mark, "bad-target", e.what(), e.hint());
    }
  for_each(model::StageRole::source, [&](const std::string& uri, model::Mark mark) {
    is_elsewhere(uri) ? targets.read_elsewhere(uri, mark.line) : targets.read(local_path(uri), mark.line);
  });
  for_each(model::StageRole::sink, [&](const std::string& uri, model::Mark mark) {
    is_elsewhere(uri) ? targets.write_elsewhere(uri, mark) : targets.write(local_path(uri), mark);
  });
}

}  // namespace reel::engine
