/// A pipeline while it is being composed: stages that know what they take, put where their kind belongs.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reel/model/pipeline.hpp"

namespace reel::prompt {

/// Where in the list stages belong, so that all times mean the original: edits before cuts.
enum class Phase { source, edit, geometry, title, document, freeze, cut, speed, join, sound, loudness, ending, sink };

/// By what a stage is, and whether it has a `during`.
Phase phase_of(std::string_view uses, bool has_during);

struct Draft {
  struct Node {
    int key = 0;  ///< other nodes know it by this
    std::string uses, id;
    std::vector<int> inputs;
    std::size_t main = 0;  ///< which of them brings the media that are edited
    std::string during;
    std::vector<std::pair<std::string, std::string>> with;  ///< values as YAML
    Phase phase = Phase::edit;
    std::string text;  ///< as it stands in the pipeline that was there; empty: new, or changed since

    const std::string* find(std::string_view param) const;
    void set(const std::string& param, std::string yaml);
    void unset(std::string_view param);
  };

  std::string head;  ///< what stands before the stages; empty: the usual
  std::vector<Node> nodes;

  static Draft fresh(const std::string& source, const std::string& uri, const std::string& output);
  /// Of a pipeline that is valid.
  static Draft of(const model::Pipeline& pipeline);

  Node* find(int key);
  /// From the source to the sink, by first inputs; keys.
  std::vector<int> chain() const;
  /// Puts it where its phase belongs in the chain: all that comes behind takes it instead of what it takes. Returns its key.
  int insert(Node node);
  /// A source beside the chain, for a stage of that phase that is inserted next.
  int insert_source(Node node, Phase of);
  /// A node beside the chain, right before another one.
  int insert_before(int key, Node node);
  /// A node beside the chain, right behind another one.
  int insert_behind(int key, Node node);
  /// What took it takes what it took.
  void remove(int key);
  /// The main chain's last node of at most that phase.
  int last_until(Phase phase) const;

  std::string yaml() const;

 private:
  int next_key_ = 0;
  std::size_t position(int key) const;
  bool comes_from_first(int key) const;
};

/// A text as YAML, in double quotes; `${` stays what it is.
std::string quoted_yaml(std::string_view text);
/// The same, in quotes only where it could be taken for something else.
std::string path_yaml(std::string_view text);
/// `0.5`, `12`.
std::string number(double value);

}  // namespace reel::prompt
