/// What a pipeline may touch that somebody else has written for the user.
#pragma once

#include <set>
#include <string>
#include <tuple>

#include "reel/model/pipeline.hpp"
#include "reel/prompt/prompt.hpp"

namespace reel::prompt {

/// The files of which the user, or the built-in reading on their behalf, has spoken. That policy and host allow more does not matter here.
class Confinement {
 public:
  /// `check` is what the user's own pipelines are checked by.
  Confinement(const Ask& ask, const Understanding& reading, const model::StageSource& stages,
              const model::CheckOptions& check);

  /// Adds a fault at each place of `pipeline`, whose paths and URIs are as they were written, that goes further: reads or writes other files,
  /// or has a foreign element that Ask::pipeline has not. Foreign elements take paths as plain texts, so those stay as they are there.
  void check(const model::Pipeline& pipeline, model::Diagnosed& diagnosed) const;

 private:
  void add_files_of(const std::string& yaml, const model::StageSource& stages, const model::CheckOptions& check);
  void check_file(const model::Stage& stage, const model::Setting& setting, model::Diagnosed& diagnosed) const;
  void check_foreign(const model::Stage& stage, model::Diagnosed& diagnosed) const;
  bool may_read(const std::string& file) const;
  bool may_write(const std::string& file) const;

  const Ask& ask_;
  std::set<std::string> read_, written_;
  std::set<std::string> foreign_stages_;
  std::set<std::tuple<std::string, std::string, std::string>> foreign_texts_;  // stage, parameter, value
};

}  // namespace reel::prompt
