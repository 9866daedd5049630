/// A YAML text as a tree in which every value knows its line and column.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reel/model/diagnostic.hpp"

namespace reel::model {

/// One YAML value. Scalars stay text; what they mean is for the reader of the key to say.
struct Node {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  Mark mark;
  std::string scalar;
  bool quoted = false;              ///< '…' or "…": never a number, a boolean or null
  std::vector<Mark> substitutions;  ///< where each `${` of the scalar stands
  std::vector<Node> items;
  struct Entry;
  std::vector<Entry> entries;  ///< in the order of the text; keys are scalars, none twice

  const Node* find(std::string_view key) const;
};

struct Node::Entry {
  std::string key;
  Mark key_mark;
  Node value;
};

/// What a document may be at most. Pipelines come from strangers: each limit is an error at a place.
struct DocumentLimits {
  std::size_t bytes = 1'000'000;
  std::size_t depth = 64;
  std::size_t nodes = 100'000;  ///< counted after aliases are expanded, so `billion laughs` ends here
};

struct Document {
  std::string file;
  std::string text;
  Node root;
  bool complete = true;  ///< false if a fault ended the reading early: nothing can be said of what is missing
};

/// Parses one YAML document. Tabs, duplicate keys, unknown anchors, keys that are no scalars, tags, more
/// than one document, broken UTF-8, limits passed: each becomes a diagnostic in `diagnosed`; the tree holds
/// what could be read.
Document parse_document(std::string file, std::string text, Diagnosed& diagnosed, const DocumentLimits& = {});

}  // namespace reel::model
