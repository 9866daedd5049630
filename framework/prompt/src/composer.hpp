/// Clauses become stages: what each rule of the lexicon does.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clauses.hpp"
#include "draft.hpp"
#include "reel/prompt/prompt.hpp"

namespace reel::prompt {

/// A range as it was said and as it will be written.
struct Span {
  base::TimePointRange written;
  base::TimeRange absolute;
  bool touches_edge = false;  ///< `the first …`, `the last …`
};

/// Of one clause: when.
struct When {
  std::vector<Span> spans;           ///< empty: all of the time
  std::vector<Span> moments;         ///< begin and end are the same
  std::optional<base::Time> length;  ///< with nothing to say from when
  bool at_edge = false;              ///< the moments are where the media begin or end
  bool failed = false;               ///< a question was asked
  bool except = false;
};

class Composer {
 public:
  Composer(const Ask& ask, const model::StageSource& stages, const Rules& rules, const Reading& reading, Draft draft,
           Understanding& out);

  /// One clause, with the time of its sentence where it has none of its own.
  void add(const ClauseRead& clause, const Item* shared_time);
  /// A clause that is about a stage of the pipeline that is there: `undo the cut`, `make the blur stronger`. False: it is not.
  bool change(const ClauseRead& clause);
  /// Whether it names a stage of the pipeline that is there as a thing that is there: `the blur`.
  bool is_about_stage(const Match& match) const;
  /// What could only be done when all was read: cuts, sizes. Then the pipeline is whole.
  void finish();
  const Draft& draft() const { return draft_; }
  bool changed() const { return changed_; }

  void question(Words words, std::string code, std::string text, std::vector<std::string> choices = {});
  void refusal(Words words, std::string code, std::string text, std::vector<std::string> choices = {});
  void note(const Match& match, const std::string& what);
  bool is_label(const Token& token) const;
  Words words_of(std::size_t begin, std::size_t end) const;
  std::string said(std::size_t begin, std::size_t end) const;

 private:
  struct Target {
    std::string label, which, color;
    std::string region;  ///< YAML
    std::string words;   ///< as said
    bool moves = false, fixed = false, person = false, all = false, whole = false, half = false, modified = false,
         generic = false;
  };

  using Action = void (Composer::*)();
  static const std::map<std::string, Action, std::less<>>& actions();

  // composer.cpp: what all clauses have in common
  void act();
  bool is_negated() const;
  bool is_conditional();
  void tell_unknown();
  When when(const Item* shared_time);
  std::optional<Span> span(const Range& range, Words words);
  std::optional<base::Time> absolute(const Point& point) const;
  base::TimePoint written(const Point& point) const;
  std::optional<base::Time> duration() const;
  void stage_rule();
  bool set_amount(const Amount& amount, Draft::Node& node);
  void take_items(Draft::Node& node);
  bool ask_needs();
  Draft::Node stage(const std::string& uses) const;
  /// One node for each span; false: a question was asked instead.
  bool put(const Draft::Node& node, const std::string& meaning, bool needs_during_only = true);
  bool is_there(const Draft::Node& node) const;
  bool joins(const Draft::Node& node);
  void clause(const std::string& uses, const std::string& meaning, const std::vector<Span>& spans);
  bool known(const std::string& uses);
  bool no_time(const std::string& what);
  bool said_any(std::initializer_list<std::string_view> stems) const;
  double degree() const;

  // objects.cpp
  void remove();
  void track();
  void nothing() {}
  void blur();
  void pixelate();
  void hide();
  void blackout();
  void obscure(const std::string& stage, const std::string& mode);
  std::vector<Target> targets();
  Target target(std::size_t begin, std::size_t end, bool first);
  bool find_region(Target& target, const std::vector<std::string>& words);
  void ask_which(const Target& target, const std::string& verb);

  // timeline.cpp
  bool is_about_a_thing(Match& match) const;
  void cut();
  void keep();
  void begin_at();
  void end_at();
  void split();
  void speed();
  void slower();
  void faster();
  void set_speed(double rate);
  void freeze();
  void fade_in();
  void fade_out();
  void fade_both();
  void fade(const std::string& direction);
  bool both_ends(const Draft::Node& node);
  void finish_cuts();
  void finish_speed();

  // media.cpp
  void picture();
  void inset();
  void append();
  void prepend();
  void transition();
  void join(bool before, bool plain);
  void replace_sound();
  void add_sound();
  void mix(bool replace);
  void chroma_key();
  std::optional<std::string> file(const std::string& what);
  void generate();
  void restyle();

  // geometry.cpp
  void crop();
  void zoom();
  void rotate();
  void flip();
  void rescale();
  std::pair<int, int> size() const;

  // change.cpp
  std::vector<int> named_stages(std::size_t begin, std::size_t end) const;
  bool was_there(int key) const;
  bool start_over();
  bool undo(const std::vector<int>& named);
  bool scale_main(const std::vector<int>& named);
  bool set_items(const std::vector<int>& named);
  bool change_time(Draft::Node& node);

  // output.cpp
  void output();
  void output_sound();
  void photoshop();
  void finish_output();
  void set_extension(const std::string& extension);

  const Ask& ask_;
  const model::StageSource& stages_;
  const Rules& rules_;
  const Reading& reading_;
  Draft draft_;
  Understanding& out_;
  bool changed_ = false;
  int first_new_key_ = 0;

  const Match* match_ = nullptr;  ///< of the clause at hand
  When when_;
  std::vector<Target> last_targets_;

  std::vector<Span> removed_, kept_;
  std::vector<std::pair<Span, double>> speeds_;
  std::vector<Span> splits_;
  std::optional<double> megabytes_;
  Words megabytes_words_;
};

/// A region as YAML.
std::string region_yaml(const model::Region& region);

}  // namespace reel::prompt
