#include <algorithm>
#include <map>

#include "verify/pictures.hpp"
#include "verify/scene.hpp"

namespace reel::engine::proof {
namespace {

using base::Time;

/// Which pictures a decoder shows: their places, one after the other.
using Shown = std::vector<std::size_t>;

/// A file on its way through a decoder.
class Line {
 public:
  /// `as`: what another decoder showed, for one whose pictures do not know their place.
  Line(PictureReader& reader, const Shown* as) : reader_(reader), as_(as) {}

  /// False at the end. After it, picture() and place() are those of the next picture.
  bool advance() {
    picture_ = reader_.next();
    if (picture_ == nullptr) return false;
    const std::size_t rank = rank_++;
    place_ = as_ == nullptr ? picture_->place : rank < as_->size() ? std::optional((*as_)[rank]) : std::nullopt;
    if (place_) shown_.push_back(*place_);
    return true;
  }
  /// Goes on up to that place. True: a picture is shown there.
  bool reach(std::size_t place) {
    while (!ended_ && (!place_ || *place_ < place)) ended_ = !advance();
    return !ended_ && place_ == place;
  }
  const Picture& picture() const { return *picture_; }
  std::optional<std::size_t> place() const { return place_; }
  std::size_t count() const { return rank_; }
  Shown& shown() { return shown_; }

 private:
  PictureReader& reader_;
  const Shown* as_;
  const Picture* picture_ = nullptr;
  std::optional<std::size_t> place_;
  std::size_t rank_ = 0;
  bool ended_ = false;
  Shown shown_;
};

class Comparison {
 public:
  Comparison(const Scene& scene, Findings& findings, const char* library, const VerifyOptions& options, int pass)
      : scene_(scene), findings_(findings), library_(library), options_(options), pass_(pass) {
    const std::size_t stretches = scene.alignment.stretches.size();
    decoded_.same.resize(stretches);
    decoded_.square_error.resize(stretches);
    compared_.resize(stretches);
  }

  void run(PictureReader& source_reader, PictureReader& output_reader, const Shown* source_as, const Shown* output_as) {
    Line source(source_reader, source_as), output(output_reader, output_as);
    while (output.advance()) {
      if (output.place()) compare(source, output);
      hear(output_reader, output.place());
      report_progress(output.count());
    }
    decoded_.decoder = output_reader.decoder();
    // To know what the source shows where the output ended early.
    if (const auto last = std::ranges::max_element(scene_.shows); last != scene_.shows.end() && *last)
      source.reach(**last);
    check_shown(source.shown(), output);
    source_messages_ = source_reader.messages();
    report_messages();
    check_sight(source.shown().size(), source_as);
    for (std::size_t s = 0; s < compared_.size(); ++s)
      if (auto& error = decoded_.square_error[s]) *error /= static_cast<double>(compared_[s]);
    source_shown_ = std::move(source.shown());
    output_shown_ = std::move(output.shown());
  }

  Decoded decoded_;
  Shown source_shown_, output_shown_;
  std::set<std::string> source_messages_;

 private:
  std::size_t packet_at(std::size_t place) const { return scene_.output.pictures->displayed[place]; }
  std::string by() const {
    return std::string(library_) + (decoded_.decoder.empty() ? "" : " (" + decoded_.decoder + ")");
  }

  void compare(Line& source, const Line& output) {
    const std::size_t place = *output.place(), packet = packet_at(place), stretch = scene_.stretch[packet];
    const auto shows = scene_.shows[place];
    if (!shows || stretch >= compared_.size()) return;
    const bool there = source.reach(*shows);
    const bool equal = there && same(source.picture(), output.picture());
    if (equal) ++decoded_.same[stretch];
    const bool promised = scene_.copied(packet) || scene_.alignment.stretches[stretch].same;
    if (promised && !equal)
      findings_.add("pictures", library_, scene_.moment(packet),
                    std::string(library_) + (there ? " shows another picture here than in the source"
                                                   : " shows a picture here that it does not show in the source"));
    if (!there || scene_.copied(packet)) return;
    if (const auto error = square_error(source.picture(), output.picture())) {
      decoded_.square_error[stretch] = decoded_.square_error[stretch].value_or(0) + *error;
      ++compared_[stretch];
    }
  }

  /// Every picture is shown, unless the source's own is not.
  void check_shown(const Shown& source, Line& output) {
    std::vector<bool> source_shows(scene_.source.pictures->count()), shows(scene_.output.pictures->count());
    for (const std::size_t place : source) source_shows[place] = true;
    for (const std::size_t place : output.shown()) shows[place] = true;
    for (std::size_t place = 0; place < shows.size(); ++place) {
      const auto from = scene_.shows[place];
      if (!shows[place] && (!from || source_shows[*from]))
        findings_.add("pictures", std::string(library_) + "hidden", scene_.moment(packet_at(place)),
                      std::string(library_) + " does not show the picture that belongs here");
    }
    if (output.count() > shows.size())
      findings_.add("pictures", std::string(library_) + "more", scene_.moment(shows.size()),
                    std::string(library_) + " shows more pictures than there are packets");
  }

  void hear(const PictureReader& output, std::optional<std::size_t> place) {
    for (const std::string& text : output.messages())
      messages_.try_emplace(text, place ? scene_.moment(packet_at(*place)) : Time{0});
  }
  /// A fault that the source has itself is none of the output.
  void report_messages() {
    for (const auto& [text, at] : messages_)
      if (!source_messages_.contains(text))
        findings_.add("decoders", library_, at, by() + " complains near here: " + text);
  }

  /// A decoder that can do nothing with either file would agree to everything.
  void check_sight(std::size_t shown, const Shown* other) {
    const std::size_t wanted = other != nullptr ? other->size() : 1;
    if (shown >= wanted) return;
    findings_.add("decoders", "blind", Time{0},
                  std::string(library_) + " shows " +
                      (shown == 0 ? "no picture" : "only " + std::to_string(shown) + " pictures") +
                      " of the source, so the others cannot be compared" +
                      (source_messages_.empty() ? "" : ": " + *source_messages_.begin()));
  }

  void report_progress(std::size_t done) const {
    constexpr std::size_t often = 50;
    if (!options_.on_progress || done % often != 0) return;
    const double part = static_cast<double>(done) / static_cast<double>(scene_.output.pictures->count());
    options_.on_progress((pass_ + std::min(1.0, part)) / 2);
  }

  const Scene& scene_;
  Findings& findings_;
  const char* library_;
  const VerifyOptions& options_;
  const int pass_;
  std::vector<std::size_t> compared_;  ///< pictures with a square error, by stretch
  std::map<std::string, Time> messages_;
};

using MakeReader = std::unique_ptr<PictureReader> (*)(const File&, const ReaderOptions&);
struct Pass {
  const char* library;
  MakeReader reader;
  int number;
};

struct Outcome {
  Decoded decoded;
  Shown source, output;
  bool damaged = false;  ///< the source itself
};

Outcome decode(const Scene& scene, Findings& findings, const VerifyOptions& options, const Pass& pass,
               const Outcome* before) {
  for (const bool one_thread : {false, true}) {
    Verification found;
    Findings local(found);
    Comparison comparison(scene, local, pass.library, options, pass.number);
    const ReaderOptions how{one_thread, options.stop};
    comparison.run(*pass.reader(scene.source, how), *pass.reader(scene.output, how),
                   before != nullptr ? &before->source : nullptr, before != nullptr ? &before->output : nullptr);
    const bool damaged = !comparison.source_messages_.empty() || (before != nullptr && before->damaged);
    if (!one_thread && !found.proven() && damaged) continue;
    findings.add(found);
    return {std::move(comparison.decoded_), std::move(comparison.source_shown_), std::move(comparison.output_shown_),
            damaged};
  }
  return {};
}

}  // namespace

DecodedTwice check_pictures(const Scene& scene, Findings& findings, const VerifyOptions& options) {
  Outcome libav = decode(scene, findings, options, {"libavcodec", libav_reader, 0}, nullptr);
  Outcome gstreamer = decode(scene, findings, options, {"GStreamer", gstreamer_reader, 1}, &libav);
  return {std::move(libav.decoded), std::move(gstreamer.decoded)};
}

}  // namespace reel::engine::proof
