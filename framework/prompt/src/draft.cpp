#include "draft.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <map>
#include <set>

namespace reel::prompt {

Phase phase_of(std::string_view uses, bool has_during) {
  struct Of {
    std::string_view uses;
    Phase phase;
  };
  static constexpr std::array<Of, 18> known{{{"source", Phase::source},
                                             {"luma", Phase::source},
                                             {"crop", Phase::geometry},
                                             {"rotate", Phase::geometry},
                                             {"scale", Phase::geometry},
                                             {"text", Phase::title},
                                             {"watermark", Phase::title},
                                             {"overlay", Phase::title},
                                             {"photoshop", Phase::document},
                                             {"freeze", Phase::freeze},
                                             {"cut", Phase::cut},
                                             {"speed", Phase::speed},
                                             {"transition", Phase::join},
                                             {"mix", Phase::sound},
                                             {"normalize", Phase::loudness},
                                             {"sink", Phase::sink},
                                             {"reel/cut", Phase::cut},
                                             {"reel/sink", Phase::sink}}};
  if (uses == "fade") return has_during ? Phase::edit : Phase::ending;
  const auto* const found = std::ranges::find(known, uses, &Of::uses);
  return found == known.end() ? Phase::edit : found->phase;
}

const std::string* Draft::Node::find(std::string_view param) const {
  for (const auto& [name, value] : with)
    if (name == param) return &value;
  return nullptr;
}

void Draft::Node::set(const std::string& param, std::string yaml) {
  text.clear();
  for (auto& [name, value] : with)
    if (name == param) {
      value = std::move(yaml);
      return;
    }
  with.emplace_back(param, std::move(yaml));
}

void Draft::Node::unset(std::string_view param) {
  if (std::erase_if(with, [&](const auto& set) { return set.first == param; }) > 0) text.clear();
}

Draft Draft::fresh(const std::string& source, const std::string& uri, const std::string& output) {
  Draft draft;
  Node first, last;
  first.key = draft.next_key_++;
  first.uses = source;
  first.phase = Phase::source;
  if (!uri.empty()) first.set("uri", path_yaml(uri));
  last.key = draft.next_key_++;
  last.uses = "sink";
  last.phase = Phase::sink;
  last.inputs = {first.key};
  last.set("uri", path_yaml(output));
  draft.nodes = {std::move(first), std::move(last)};
  return draft;
}

namespace {

std::string keyframes_yaml(const std::vector<model::Keyframe>& keyframes) {
  std::string yaml = "[";
  for (const model::Keyframe& frame : keyframes) {
    yaml += (yaml.size() > 1 ? ", " : " ") + std::string("{ at: ") + base::format(frame.at) +
            ", value: " + model::to_yaml(frame.value);
    if (frame.curve != model::Curve::linear)
      yaml += frame.curve == model::Curve::ease ? ", curve: ease" : ", curve: hold";
    yaml += " }";
  }
  return yaml + " ]";
}

/// Lines [first, last) of a text, 1-based.
std::string lines(const std::string& text, std::size_t first, std::size_t last) {
  std::string out;
  std::size_t line = 1;
  for (std::size_t at = 0; at < text.size() && line < last; ++line) {
    const auto end = text.find('\n', at);
    const std::size_t next = end == std::string::npos ? text.size() : end + 1;
    if (line >= first) out += text.substr(at, next - at);
    at = next;
  }
  return out;
}

/// The line on which the stage's `- ` stands.
std::size_t first_line(const std::string& text, std::size_t line) {
  while (line > 1) {
    const std::string here = lines(text, line, line + 1);
    const auto at = here.find_first_not_of(' ');
    if (at != std::string::npos && here[at] == '-') break;
    --line;
  }
  return line;
}

}  // namespace

Draft Draft::of(const model::Pipeline& pipeline) {
  Draft draft;
  std::vector<std::size_t> begins;
  for (const model::Stage& stage : pipeline.stages) begins.push_back(first_line(pipeline.text, stage.mark.line));
  // Stages that share a line are written anew.
  const bool apart = std::ranges::adjacent_find(begins, std::greater_equal{}) == begins.end();
  if (!begins.empty() && apart) draft.head = lines(pipeline.text, 1, begins[0]);
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const model::Stage& stage = pipeline.stages[i];
    Node node;
    node.key = static_cast<int>(i);
    node.uses = stage.traits.name;
    node.id = stage.id;
    for (const std::size_t input : stage.inputs) node.inputs.push_back(static_cast<int>(input));
    if (stage.during) node.during = base::format(*stage.during);
    for (const model::Setting& setting : stage.settings)
      node.with.emplace_back(
          setting.name, setting.keyframes.empty() ? model::to_yaml(setting.value) : keyframes_yaml(setting.keyframes));
    node.phase = phase_of(node.uses, stage.during.has_value());
    if (apart)
      node.text = lines(pipeline.text, begins[i], i + 1 < begins.size() ? begins[i + 1] : pipeline.text.size() + 2);
    draft.nodes.push_back(std::move(node));
  }
  draft.next_key_ = static_cast<int>(pipeline.stages.size());
  for (Node& node : draft.nodes)
    for (std::size_t i = node.inputs.size(); i-- > 0;)
      if (draft.comes_from_first(node.inputs[i])) node.main = i;
  return draft;
}

bool Draft::comes_from_first(int key) const {
  if (key == nodes.front().key) return true;
  const Node& node = nodes[position(key)];
  return std::ranges::any_of(node.inputs, [&](int input) { return comes_from_first(input); });
}

std::size_t Draft::position(int key) const {
  return static_cast<std::size_t>(std::ranges::find(nodes, key, &Node::key) - nodes.begin());
}

Draft::Node* Draft::find(int key) {
  const std::size_t at = position(key);
  return at < nodes.size() ? &nodes[at] : nullptr;
}

std::vector<int> Draft::chain() const {
  std::vector<int> keys;
  const auto sink =
      std::ranges::find_if(nodes.rbegin(), nodes.rend(), [](const Node& node) { return node.phase == Phase::sink; });
  std::size_t at = sink != nodes.rend() ? position(sink->key) : nodes.size() - 1;
  while (at < nodes.size()) {
    keys.insert(keys.begin(), nodes[at].key);
    if (nodes[at].inputs.empty()) break;
    at = position(nodes[at].inputs[nodes[at].main]);
  }
  return keys;
}

int Draft::last_until(Phase phase) const {
  const auto keys = chain();
  int last = keys.front();
  for (const int key : keys)
    if (nodes[position(key)].phase <= phase) last = key;
  return last;
}

int Draft::insert(Node node) {
  const int behind = last_until(node.phase);
  node.key = next_key_++;
  node.inputs.insert(node.inputs.begin() + static_cast<std::ptrdiff_t>(node.main), behind);
  for (Node& other : nodes)
    if (other.phase >= node.phase)
      for (int& input : other.inputs)
        if (input == behind) {
          input = node.key;
        }
  const int key = node.key;
  std::size_t at = 0;
  for (const int input : node.inputs) at = std::max(at, position(input) + 1);
  // Documents beside the chain stay with what they show.
  while (node.phase > Phase::document && at < nodes.size() && nodes[at].phase == Phase::document) ++at;
  nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(at), std::move(node));
  return key;
}

int Draft::insert_source(Node node, Phase of) {
  node.key = next_key_++;
  const int made = node.key;
  nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(position(last_until(of)) + 1), std::move(node));
  return made;
}

int Draft::insert_before(int key, Node node) {
  node.key = next_key_++;
  const int made = node.key;
  nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(position(key)), std::move(node));
  return made;
}

int Draft::insert_behind(int key, Node node) {
  node.key = next_key_++;
  const int made = node.key;
  nodes.insert(nodes.begin() + static_cast<std::ptrdiff_t>(position(key) + 1), std::move(node));
  return made;
}

void Draft::remove(int key) {
  const std::size_t at = position(key);
  const std::vector<int> inputs = nodes[at].inputs;
  const std::size_t main = nodes[at].main;
  nodes.erase(nodes.begin() + static_cast<std::ptrdiff_t>(at));
  for (Node& node : nodes)
    for (int& input : node.inputs)
      if (input == key && !inputs.empty()) input = inputs[main];
  // What nobody takes any more goes, too.
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (i == main) continue;
    const bool used = std::ranges::any_of(
        nodes, [&](const Node& node) { return std::ranges::find(node.inputs, inputs[i]) != node.inputs.end(); });
    if (!used && position(inputs[i]) < nodes.size()) remove(inputs[i]);
  }
}

std::string Draft::yaml() const {
  // Ids where a stage is taken by another than the next one.
  std::map<int, std::string> ids;
  std::set<std::string> taken;
  for (const Node& node : nodes)
    if (!node.id.empty()) taken.insert(node.id);
  const auto follows = [&](std::size_t i) {
    return nodes[i].inputs.size() == 1 && i > 0 && nodes[i].inputs[0] == nodes[i - 1].key;
  };
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (follows(i)) continue;
    for (const int input : nodes[i].inputs) {
      const Node& of = nodes[position(input)];
      std::string& id = ids[input];
      if (!id.empty()) continue;
      id = of.id;
      const std::string stem =
          of.uses == "source" && position(input) == 0 ? "main" : of.uses.substr(of.uses.find('/') + 1);
      for (int number = 1; id.empty(); ++number) {
        const std::string name = number == 1 ? stem : stem + "-" + std::to_string(number);
        if (taken.insert(name).second) id = name;
      }
    }
  }
  std::string yaml = head.empty() ? "reel: 1\nstages:\n" : head;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node& node = nodes[i];
    if (!node.text.empty() &&
        (i == 0 || follows(i) || node.inputs.size() > 1 || node.text.find("from:") != std::string::npos) &&
        (!ids.contains(node.key) || node.text.find("id:") != std::string::npos)) {
      yaml += node.text;
      if (!yaml.ends_with('\n')) yaml += '\n';
      continue;
    }
    std::string indent = "  - ";
    const auto line = [&](const std::string& text) {
      yaml += indent + text + "\n";
      indent = "    ";
    };
    if (const auto id = ids.find(node.key); id != ids.end()) line("id: " + id->second);
    line("uses: " + node.uses);
    if (!node.inputs.empty() && !follows(i)) {
      std::string from;
      for (const int input : node.inputs) from += (from.empty() ? "" : ", ") + ids[input];
      line("from: " + (node.inputs.size() == 1 ? from : "[ " + from + " ]"));
    }
    if (!node.during.empty()) line("during: " + node.during);
    if (!node.with.empty()) {
      std::string with;
      for (const auto& [name, value] : node.with) with += (with.empty() ? "" : ", ") + name + ": " + value;
      line("with: { " + with + " }");
    }
  }
  return yaml;
}

std::string path_yaml(std::string_view text) {
  static constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-";
  const bool needs_none = text.find('.') != std::string_view::npos &&
                          text.find_first_not_of(plain) == std::string_view::npos &&
                          text.find_first_not_of("0123456789.-") != std::string_view::npos && text[0] != '-' &&
                          text.find("..") == std::string_view::npos;
  return needs_none ? std::string(text) : quoted_yaml(text);
}

std::string quoted_yaml(std::string_view text) {
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      std::array<char, 8> escaped{};
      std::snprintf(escaped.data(), escaped.size(), "\\x%02x", static_cast<unsigned>(c));
      out += escaped.data();
    } else if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      out += "$$";
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string number(double value) {
  value = std::clamp(value, -1e12, 1e12);
  if (std::abs(value - std::round(value)) < 1e-9) return std::to_string(std::llround(value));
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.6f", value);
  std::string out = text.data();
  while (out.ends_with('0')) out.pop_back();
  return out;
}

}  // namespace reel::prompt
