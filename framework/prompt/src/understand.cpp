#include <algorithm>
#include <chrono>

#include "arrange.hpp"
#include "composer.hpp"
#include "reel/base/error.hpp"

namespace reel::prompt {
namespace {

constexpr std::size_t most_bytes = 20'000, most_tokens = 1'500;

/// Hard ends of sentences: `.` behind which no word goes on, `;`, `!`, `?`, a new line.
bool ends_sentence(const Reading& reading, std::size_t i) {
  const Token& token = reading.tokens[i];
  if (!token.is_any({".", ";", "!", "?", "\n"})) return false;
  // `.mov`
  if (token.is(".") && !token.glued && i + 1 < reading.tokens.size() && reading.tokens[i + 1].glued) return false;
  return std::ranges::none_of(reading.items, [&](const Item& item) { return i > item.begin && i + 1 < item.end; });
}

struct Sentence {
  std::size_t begin, end;
};

std::vector<Sentence> sentences_of(const Reading& reading) {
  std::vector<Sentence> sentences;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= reading.tokens.size(); ++i)
    if (i == reading.tokens.size() || ends_sentence(reading, i)) {
      // `1.` and `2)` number a list.
      if (begin + 1 < i && reading.tokens[begin].kind == Token::Kind::number && reading.tokens[begin + 1].is(")"))
        begin += 2;
      const bool number = i == begin + 1 && i < reading.tokens.size() &&
                          reading.tokens[begin].kind == Token::Kind::number && reading.tokens[i].is(".");
      if (i > begin && !number) sentences.push_back({begin, i});
      begin = i + 1;
    }
  return sentences;
}

double cost_of(const std::vector<ClauseRead>& clauses) {
  double cost = 0;
  for (const ClauseRead& clause : clauses)
    if (clause.kind == ClauseRead::Kind::rule) cost += clause.match.rule == nullptr ? 20 : clause.match.cost;
  return cost;
}

class Understander {
 public:
  Understander(const Ask& ask, const model::StageSource& stages)
      : ask_(ask), stages_(stages), rules_(lexicon(), stage_rules()) {}

  Understanding run() {
    reading_.tokens = tokenize(ask_.text);
    if (ask_.text.size() > most_bytes || reading_.tokens.size() > most_tokens) {
      out_.refusals.push_back(
          {{0, 0}, "too-long", "a prompt may have 20,000 characters at most", {"say it in several prompts"}});
      return std::move(out_);
    }
    reading_.items = items_in(reading_.tokens, rules_.lexicon(), ask_.text);
    read_all();
    compose();
    return std::move(out_);
  }

 private:
  std::vector<Rule> stage_rules() const {
    std::vector<Rule> rules;
    for (const model::StageTraits* const stage : stages_.stages()) {
      if (stage->role == model::StageRole::sink || stage->role == model::StageRole::source) continue;
      if (!is_ours(stage->name))
        for (Rule& rule : rules_of(*stage)) rules.push_back(std::move(rule));
    }
    return rules;
  }
  /// Ours are in the lexicon.
  static bool is_ours(const std::string& name) {
    return name.find('/') == std::string::npos || name.starts_with("reel/");
  }

  void read_all() {
    double cost = 0;
    clauses_ = read_sentences(reading_, cost);
    if (!corrected()) return;
    double less = 0;
    auto again = read_sentences(other_, less);
    if (less + 0.5 > cost) return;
    std::swap(reading_, other_);
    clauses_ = std::move(again);
    for (auto& note : corrections_) out_.notes.push_back(std::move(note));
  }

  std::vector<Said> read_sentences(const Reading& reading, double& cost) const {
    std::vector<Said> all;
    std::size_t number = 0;
    for (const Sentence& sentence : sentences_of(reading)) {
      auto clauses = clauses_of(rules_, reading, sentence.begin, sentence.end);
      cost += cost_of(clauses);
      for (ClauseRead& clause : clauses) all.push_back({std::move(clause), number, nullptr});
      ++number;
    }
    return all;
  }

  /// The same words without slips of the keyboard; false: there are none.
  bool corrected() {
    other_.tokens = reading_.tokens;
    std::size_t tried = 0;
    for (Token& token : other_.tokens) {
      const auto at = static_cast<std::size_t>(&token - other_.tokens.data());
      const bool in_item =
          std::ranges::any_of(reading_.items, [&](const Item& item) { return at >= item.begin && at < item.end; });
      if (token.kind != Token::Kind::word || in_item || ++tried > 400) continue;
      const std::string meant = meant_by(token, rules_.lexicon());
      if (meant.empty()) continue;
      corrections_.push_back({token.words, "spelling", "read `" + token.text + "` as `" + meant + "`", {}});
      token.text = meant;
      token.stem = stem(meant);
    }
    if (corrections_.empty()) return false;
    other_.items = items_in(other_.tokens, rules_.lexicon(), ask_.text);
    return true;
  }

  void compose() {
    Composer composer(ask_, stages_, rules_, reading_, draft(), out_);
    // `make the fade 3 seconds` may be about a fade that is there.
    if (!ask_.pipeline.empty())
      for (Said& said : clauses_)
        if (said.clause.kind == ClauseRead::Kind::items && said.clause.match.end > said.clause.match.begin + 1 &&
            composer.is_about_stage(said.clause.match))
          said.clause.kind = ClauseRead::Kind::rule;
    arrange(clauses_, reading_, rules_, composer);
    for (const Said& said : clauses_) {
      if (said.clause.kind != ClauseRead::Kind::rule) continue;
      if (composer.change(said.clause)) continue;
      if (said.clause.match.rule != nullptr)
        composer.add(said.clause, said.time);
      else
        not_understood(composer, said.clause);
    }
    composer.finish();
    nothing_to_do();
    if (!composer.changed()) return;
    out_.yaml = composer.draft().yaml();
    validate();
  }

  Draft draft() const {
    if (ask_.pipeline.empty()) return Draft::fresh("source", ask_.input, ask_.output);
    model::Diagnosed diagnosed;
    model::CheckOptions options;
    options.require_params = false;
    const auto pipeline = model::load_pipeline("pipeline.yaml", ask_.pipeline, stages_, options, diagnosed);
    if (!pipeline)
      throw base::InputError("the pipeline that is to be changed is not valid:\n" + model::to_text(diagnosed));
    return Draft::of(*pipeline);
  }

  /// Words that are known, and ask for nothing that is an edit.
  void nothing_to_do() {
    if (!out_.clauses.empty() || !out_.questions.empty() || !out_.refusals.empty()) return;
    const auto& lexicon = rules_.lexicon();
    const bool words = std::ranges::any_of(reading_.tokens, [&](const Token& token) {
      return token.kind == Token::Kind::word &&
             (lexicon.fillers.contains(token.stem) || lexicon.media.contains(token.stem) ||
              lexicon.vocabulary.contains(token.text));
    });
    if (!words) {
      if (out_.unknown.empty())
        out_.unknown.push_back(
            {{0, ask_.text.size()}, "unknown-words", "there are no words in it that say what to do", {}});
      return;
    }
    out_.unknown.clear();
    out_.refusals.push_back({{0, ask_.text.size()},
                             "out-of-scope",
                             "this is no edit of a video that is known here",
                             {"`cut from 1:00 to 1:30`", "`remove the person on the left`", "`blur the faces`",
                              "`add the title \"Hello\"`", "`fade out`", "`make it vertical`"}});
  }

  void not_understood(Composer& composer, const ClauseRead& clause) {
    const Words words = composer.words_of(clause.match.begin, clause.match.end);
    out_.unknown.push_back({words,
                            "unknown-words",
                            "`" + composer.said(clause.match.begin, clause.match.end) + "` was not understood",
                            {}});
  }

  void validate() {
    model::Diagnosed diagnosed;
    model::CheckOptions options;
    options.require_params = false;
    if (model::load_pipeline("pipeline.yaml", out_.yaml, stages_, options, diagnosed)) return;
    std::string text = "that makes no valid pipeline";
    for (const model::Diagnostic& fault : diagnosed.diagnostics)
      if (fault.severity == model::Severity::error) {
        text = fault.message;
        break;
      }
    out_.questions.push_back({{0, ask_.text.size()}, "out-of-range", text, {}});
    out_.yaml.clear();
  }

  const Ask& ask_;
  const model::StageSource& stages_;
  Understanding out_;
  Rules rules_;
  Reading reading_, other_;
  std::vector<Remark> corrections_;
  std::vector<Said> clauses_;
};

}  // namespace

Understanding understand(const Ask& ask, const model::StageSource& stages) { return Understander(ask, stages).run(); }

}  // namespace reel::prompt
