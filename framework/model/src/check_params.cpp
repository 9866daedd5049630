#include "check_params.hpp"

#include <algorithm>
#include <array>

#include "reel/base/text.hpp"

namespace reel::model {
namespace {

constexpr std::array param_types{ParamType::uri,    ParamType::file,    ParamType::string, ParamType::integer,
                                 ParamType::number, ParamType::boolean, ParamType::time,   ParamType::choice};

bool takes_limits(ParamType type) {
  return type == ParamType::integer || type == ParamType::number || type == ParamType::time;
}

bool is_name(std::string_view text) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !text.empty() && letter(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

ParamSchema schema_of(const PipelineParam& param) {
  ParamSchema schema{.name = param.name, .type = param.type, .minimum = param.minimum, .maximum = param.maximum};
  for (const std::string& choice : param.choices) schema.choices.push_back({choice, ""});
  return schema;
}

/// Reads one declaration. Substitution has no place here: values come from outside, defaults are final.
class Declaration {
 public:
  Declaration(const Node::Entry& entry, Report& report) : entry_(entry), map_(entry.value), report_(report) {
    param_.name = entry.key;
    param_.mark = entry.key_mark;
  }

  /// Nothing after a fault.
  std::optional<PipelineParam> read() {
    if (!is_name(param_.name))
      error(entry_.key_mark, "bad-name", show(param_.name) + " cannot name a parameter",
            "use letters, digits, '-' and '_', and begin with a letter");
    if (map_.kind != Node::Kind::map) {
      error(map_.mark, "wrong-type", "a parameter is declared by a map, not by " + std::string(describe(map_)),
            "write " + base::printable(param_.name) + ": { type: string, default: … }");
      return std::nullopt;
    }
    check_keys(map_, {"type", "description", "default", "choices", "min", "max"}, "a parameter", report_);
    if (const auto text = scalar("description")) param_.description = *text;
    if (!read_type()) return std::nullopt;  // what else it says cannot be judged
    read_choices();
    param_.minimum = limit("min");
    param_.maximum = limit("max");
    if (param_.minimum && param_.maximum && *param_.minimum > *param_.maximum)
      error(map_.find("min")->mark, "bad-limits", "'min' is larger than 'max'");
    if (fine_) read_default();
    return fine_ ? std::optional(param_) : std::nullopt;
  }

 private:
  void error(Mark mark, std::string code, std::string message, std::string hint = {}) {
    fine_ = false;
    report_.error(mark, std::move(code), std::move(message), std::move(hint));
  }

  std::optional<std::string> scalar(std::string_view key) {
    const Node* node = map_.find(key);
    if (!node) return std::nullopt;
    if (node->kind != Node::Kind::scalar) {
      error(node->mark, "wrong-type", show(key) + " must be a text, not " + std::string(describe(*node)));
      return std::nullopt;
    }
    if (key != "description" && node->scalar.find("${") != std::string::npos) {
      const Mark mark = node->substitutions.empty() ? node->mark : node->substitutions.front();
      error(mark, "bad-substitution", "nothing is substituted in " + show(key) + " of a parameter",
            "write the value itself; ${…} may stand in the stages");
      return std::nullopt;
    }
    return node->scalar;
  }

  bool read_type() {
    const auto text = scalar("type");
    if (!text) return fine_;  // string
    std::vector<std::string> names;
    for (const ParamType type : param_types) {
      names.emplace_back(name(type));
      if (names.back() != *text) continue;
      param_.type = type;
      return true;
    }
    error(map_.find("type")->mark, "unknown-type",
          "'type' must be " + base::join_words(names, "or") + ", not " + show(*text), did_you_mean(*text, names));
    return false;
  }

  void read_choices() {
    const Node* node = map_.find("choices");
    if (param_.type == ParamType::choice && !node)
      return error(map_.find("type")->mark, "missing-key", "a choice needs 'choices'",
                   "add choices: [ first, second ]");
    if (!node) return;
    if (param_.type != ParamType::choice)
      return error(node->mark, "misplaced-key", "'choices' belongs to parameters of type choice only");
    if (node->kind != Node::Kind::list || node->items.empty())
      return error(node->mark, "wrong-type", "'choices' must be a list of texts, with one at least");
    for (const Node& item : node->items) {
      if (item.kind != Node::Kind::scalar)
        error(item.mark, "wrong-type", "a choice must be a text, not " + std::string(describe(item)));
      else if (std::find(param_.choices.begin(), param_.choices.end(), item.scalar) != param_.choices.end())
        error(item.mark, "duplicate-choice", "the choice " + show(item.scalar) + " is given twice");
      else
        param_.choices.push_back(item.scalar);
    }
  }

  std::optional<double> limit(const std::string& key) {
    const auto text = scalar(key);
    if (!text) return std::nullopt;
    const Node& node = *map_.find(key);
    if (!takes_limits(param_.type)) {
      error(node.mark, "misplaced-key", show(key) + " belongs to parameters of type integer, number or time only");
      return std::nullopt;
    }
    const Reading reading = read_scalar({.name = key, .type = param_.type}, *text, node.quoted);
    if (!reading.value) {
      error(node.mark, reading.code, show(key) + " " + reading.fault, reading.hint);
      return std::nullopt;
    }
    return number(*reading.value, node.mark);
  }

  std::optional<double> number(const Value& value, Mark mark) {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    const auto& point = std::get<base::TimePoint>(value);
    if (const auto* time = std::get_if<base::Time>(&point)) return base::seconds(*time);
    error(mark, "wrong-type", "a limit cannot count frames", "write it as a time, such as 2s");
    return std::nullopt;
  }

  void read_default() {
    const auto text = scalar("default");
    if (!text) return;
    const Node& node = *map_.find("default");
    const Reading reading = read_scalar(schema_of(param_), *text, node.quoted);
    if (reading.value)
      param_.default_value = *text;
    else
      error(node.mark, reading.code, "the default of " + show(param_.name) + " " + reading.fault, reading.hint);
  }

  const Node::Entry& entry_;
  const Node& map_;
  Report& report_;
  PipelineParam param_;
  bool fine_ = true;
};

/// The value that counts, or nothing.
std::optional<std::string> value_of(const PipelineParam& param, const CheckOptions& options, Report& report) {
  const auto given = options.set.find(param.name);
  if (given == options.set.end()) {
    if (!param.default_value && options.require_params)
      report.error(param.mark, "missing-parameter", "the parameter " + show(param.name) + " has no value",
                   "give it with --set " + param.name + "=…, or declare a default");
    return param.default_value;
  }
  const Reading reading = read_scalar(schema_of(param), given->second, false);
  if (reading.value) return given->second;
  report.error(param.mark, reading.code, "the value given for " + show(param.name) + " " + reading.fault, reading.hint);
  return std::nullopt;
}

void check_given(const Node* params, const CheckOptions& options, Report& report) {
  std::vector<std::string> declared;
  if (params)
    for (const auto& entry : params->entries) declared.push_back(entry.key);
  for (const auto& [name, value] : options.set) {
    if (std::find(declared.begin(), declared.end(), name) != declared.end()) continue;
    report.error(
        {0, 0, 0}, "unknown-parameter", "this pipeline has no parameter " + show(name),
        did_you_mean(name, declared, declared.empty() ? "it declares none" : "it has " + base::join_words(declared)));
  }
}

}  // namespace

std::vector<PipelineParam> check_params(const Node& root, const CheckOptions& options, Scope& scope, Report& report) {
  const Node* node = root.find("params");
  check_given(node, options, report);
  std::vector<PipelineParam> params;
  if (!node) return params;
  if (node->kind != Node::Kind::map)
    report.error(node->mark, "wrong-type",
                 "'params' must be a map from names to declarations, not " + std::string(describe(*node)));
  for (const auto& entry : node->entries) {
    auto param = Declaration(entry, report).read();
    scope.declare(entry.key, param ? value_of(*param, options, report) : std::nullopt);
    if (param) params.push_back(std::move(*param));
  }
  return params;
}

void warn_of_unused(const std::vector<PipelineParam>& params, const Node& stages, Report& report) {
  std::vector<std::string> declared;
  for (const PipelineParam& param : params) declared.push_back(param.name);
  std::set<std::string> used;
  for (const std::string& name : substituted_names(stages))
    used.insert(std::find(declared.begin(), declared.end(), name) != declared.end() ? name
                                                                                    : base::nearest(name, declared));
  for (const PipelineParam& param : params)
    if (!used.contains(param.name))
      report.warning(param.mark, "unused-parameter", "the parameter " + show(param.name) + " is never used",
                     "use it as ${" + param.name + "}, or remove it");
}

}  // namespace reel::model
