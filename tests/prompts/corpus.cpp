#include "corpus.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <sstream>

#include "reel/base/time.hpp"

namespace reel::tests {
namespace {

using model::Node;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

Node parsed(const std::string& name, const std::string& text) {
  model::Diagnosed diagnosed;
  auto document = model::parse_document(name, text, diagnosed);
  if (diagnosed.has_errors()) throw std::runtime_error(model::to_text(diagnosed));
  return document.root;
}

/// Numbers, times and ranges in one spelling.
std::string canonical(const Node& node) {
  if (node.kind == Node::Kind::scalar) {
    double number = 0;
    const auto [end, error] = std::from_chars(node.scalar.data(), node.scalar.data() + node.scalar.size(), number);
    if (error == std::errc{} && end == node.scalar.data() + node.scalar.size()) {
      std::ostringstream out;
      out.precision(6);
      out << number;
      return out.str();
    }
    if (node.scalar.find("..") != std::string::npos)
      if (const auto range = base::parse_range(node.scalar)) return base::format(*range);
    if (const auto time = base::parse_time(node.scalar)) return base::format(*time);
    return node.scalar;
  }
  std::string text;
  for (const Node& item : node.items) text += (text.empty() ? "[" : ", ") + canonical(item);
  if (node.kind == Node::Kind::list) return (text.empty() ? "[" : text) + "]";
  std::map<std::string, std::string> sorted;
  for (const Node::Entry& entry : node.entries) sorted[entry.key] = canonical(entry.value);
  for (const auto& [key, value] : sorted) text += (text.empty() ? "" : ", ") + key + ": " + value;
  return "{" + text + "}";
}

std::string line_of(const std::string& uses, const Node* with, const Node* during) {
  Node all;
  all.kind = Node::Kind::map;
  if (with != nullptr)
    for (const Node::Entry& entry : with->entries)
      if (uses != "sink" || entry.key != "uri") all.entries.push_back(entry);
  if (during != nullptr) all.entries.push_back({"during", {}, *during});
  return uses + ": " + canonical(all);
}

/// A part at another speed is several stages; written as one, `speed: { rate, over }`.
std::vector<std::string> with_over(const std::vector<std::string>& stages) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i] == "transition: {duration: 0}") continue;
    const bool cut = stages[i].starts_with("cut: {keep: [");
    if (cut && i + 1 < stages.size() && stages[i + 1].starts_with("speed: {rate: ")) {
      const std::string range = stages[i].substr(13, stages[i].size() - 15);
      ++i;
      const std::string rate = stages[i].substr(14, stages[i].size() - 15);
      out.push_back("speed: {over: " + range + ", rate: " + rate + "}");
    } else if (!cut) {
      out.push_back(stages[i]);
    }
  }
  return out;
}

std::vector<std::string> without_empty_sink(std::vector<std::string> stages) {
  const auto sinks = std::ranges::count_if(stages, [](const std::string& stage) { return stage.starts_with("sink:"); });
  if (sinks == 1) std::erase(stages, "sink: {}");
  return stages;
}

void read_media(const Node& node, prompt::Ask& ask) {
  if (node.kind == Node::Kind::scalar) return ask.media.reset();
  model::MediaInfo media;
  const Node* const duration = node.find("duration");
  media.duration = std::get<base::Time>(*base::parse_time(duration->scalar));
  model::StreamInfo video;
  video.kind = "video";
  video.is_default = true;
  video.video.emplace();
  video.video->width = std::stoi(node.find("size")->items.at(0).scalar);
  video.video->height = std::stoi(node.find("size")->items.at(1).scalar);
  const double fps = std::stod(node.find("fps")->scalar);
  video.video->frame_rate = fps == 29.97    ? model::Rational{30000, 1001}
                            : fps == 23.976 ? model::Rational{24000, 1001}
                            : fps == 59.94  ? model::Rational{60000, 1001}
                                            : model::Rational{static_cast<std::int64_t>(fps), 1};
  media.streams.push_back(video);
  if (node.find("sound") != nullptr && node.find("sound")->scalar == "true") {
    model::StreamInfo audio;
    audio.index = 1;
    audio.kind = "audio";
    audio.is_default = true;
    audio.audio.emplace();
    audio.audio->channels = 2;
    audio.audio->sample_rate = 48000;
    media.streams.push_back(audio);
  }
  ask.media = media;
}

model::Region box_in(const Node& node) {
  model::Region region;
  const auto at = [&](std::size_t i) { return std::stod(node.items.at(i).scalar); };
  region.points = {{at(0), at(1)}, {at(2), at(3)}};
  return region;
}

void read_settings(const Node& node, Case& test) {
  if (const Node* const media = node.find("media")) read_media(*media, test.ask);
  if (const Node* const labels = node.find("labels")) {
    test.ask.labels.clear();
    for (const Node& label : labels->items) test.ask.labels.push_back(label.scalar);
  }
  if (const Node* const regions = node.find("regions")) {
    for (const Node& drawn : regions->items) {
      const Node* const box = drawn.find("box");
      const Node* const name = drawn.find("name");
      test.ask.regions.push_back({name == nullptr ? "" : name->scalar, box_in(box == nullptr ? drawn : *box)});
    }
    for (const Node::Entry& named : regions->entries) test.ask.regions.push_back({named.key, box_in(named.value)});
  }
}

std::vector<std::string> texts(const Node* node) {
  std::vector<std::string> all;
  if (node == nullptr) return all;
  if (node->kind == Node::Kind::scalar) all.push_back(node->scalar);
  for (const Node& item : node->items) all.push_back(item.scalar);
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

std::vector<std::string> codes(const std::vector<prompt::Remark>& remarks) {
  std::vector<std::string> all;
  for (const prompt::Remark& remark : remarks) all.push_back(remark.code);
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  return all;
}

std::string listed(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += "\n      " + text;
  return all.empty() ? "\n      (none)" : all;
}

}  // namespace

std::vector<Case> read_cases(const std::filesystem::path& file) {
  const Node root = parsed(file.filename(), text_of(file));
  Case usual;
  usual.file = file.filename();
  usual.ask.input = "input.mp4";
  usual.ask.output = root.find("output") == nullptr ? "edited.mp4" : root.find("output")->scalar;
  read_settings(root, usual);
  std::vector<Case> cases;
  for (const Node& node : root.find("prompts")->items) {
    Case test = usual;
    test.line = node.mark.line;
    read_settings(node, test);
    test.ask.text = node.find("say")->scalar;
    if (const Node* const after = node.find("after"))
      for (const Node& say : after->items) test.after.push_back(say.scalar);
    if (const Node* const output = node.find("output")) test.output = output->scalar;
    if (const Node* const stages = node.find("stages")) {
      test.has_stages = true;
      for (const Node& stage : stages->items) {
        test.stages.push_back(line_of(stage.entries.at(0).key, &stage.entries[0].value, nullptr));
        test.over = test.over || stage.entries[0].value.find("over") != nullptr;
      }
      test.stages = without_empty_sink(std::move(test.stages));
    }
    test.asks = texts(node.find("asks"));
    test.refuses = texts(node.find("refuses"));
    test.unknown = node.find("unknown") != nullptr;
    cases.push_back(std::move(test));
  }
  return cases;
}

void expect(Case& test, const std::string& cell) {
  test.stages.clear();
  test.asks.clear();
  test.refuses.clear();
  std::vector<std::string> quoted;
  for (std::size_t at = cell.find('`'); at != std::string::npos; at = cell.find('`', at + 1)) {
    const std::size_t end = cell.find('`', at + 1);
    quoted.push_back(cell.substr(at + 1, end - at - 1));
    at = end;
  }
  if (cell.starts_with("asks ")) return void(test.asks = quoted);
  if (cell.starts_with("refuses ")) return void(test.refuses = quoted);
  test.has_stages = true;
  for (const std::string& stage : quoted) {
    const Node node = parsed("prompts.md", stage);
    test.stages.push_back(line_of(node.entries.at(0).key, &node.entries[0].value, nullptr));
  }
}

std::vector<std::string> canonical_stages(const std::string& yaml, bool over) {
  std::vector<std::string> stages;
  if (yaml.empty()) return stages;
  const Node root = parsed("pipeline.yaml", yaml);
  bool first = true;
  for (const Node& stage : root.find("stages")->items) {
    const std::string uses = stage.find("uses")->scalar;
    if (!first || uses != "source") stages.push_back(line_of(uses, stage.find("with"), stage.find("during")));
    first = false;
  }
  stages = without_empty_sink(std::move(stages));
  return over ? with_over(stages) : stages;
}

std::string fault_of(const Case& test, const model::StageSource& stages) {
  prompt::Ask ask = test.ask;
  for (const std::string& before : test.after) {
    prompt::Ask earlier = ask;
    earlier.text = before;
    const auto understood = prompt::understand(earlier, stages);
    if (!understood.complete()) return "    not understood before it: " + before;
    ask.pipeline = understood.yaml;
  }
  const prompt::Understanding got = prompt::understand(ask, stages);
  const auto found = canonical_stages(got.yaml, test.over);
  std::string fault;
  if (test.has_stages && found != test.stages)
    fault += "    stages:" + listed(found) + "\n    expected:" + listed(test.stages) + "\n";
  if (codes(got.questions) != test.asks) {
    fault += "    asks:" + listed(codes(got.questions)) + "\n    expected:" + listed(test.asks) + "\n";
    for (const auto& question : got.questions) fault += "      ? " + question.text + "\n";
  }
  if (codes(got.refusals) != test.refuses)
    fault += "    refuses:" + listed(codes(got.refusals)) + "\n    expected:" + listed(test.refuses) + "\n";
  if (got.unknown.empty() == test.unknown) {
    fault += test.unknown ? "    understood what means nothing\n" : "    did not understand:\n";
    for (const auto& unknown : got.unknown) fault += "      " + unknown.text + "\n";
  }
  if (test.has_stages && test.asks.empty() && test.refuses.empty() && !test.unknown && !test.stages.empty() &&
      !got.complete() && fault.empty())
    fault += "    not complete\n";
  if (!test.output.empty() && got.yaml.find(test.output) == std::string::npos)
    fault += "    the output is not " + test.output + "\n";
  if (fault.empty()) return fault;
  return test.file + ":" + std::to_string(test.line) + ": " + test.ask.text + "\n" + fault;
}

}  // namespace reel::tests
