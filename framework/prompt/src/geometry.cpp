/// Cropping, turning, scaling.
#include <cmath>

#include "composer.hpp"

namespace reel::prompt {

/// Upright; 0 where it is not known.
std::pair<int, int> Composer::size() const {
  const model::StreamInfo* const video = ask_.media ? ask_.media->video() : nullptr;
  if (video == nullptr || !video->video) return {0, 0};
  const bool turned = video->video->rotation % 180 != 0;
  const int width = video->video->width, height = video->video->height;
  return turned ? std::pair{height, width} : std::pair{width, height};
}

void Composer::crop() {
  Draft::Node node = stage("crop");
  const Words words = words_of(match_->begin, match_->end);
  if (const Item* const ratio = match_->item("ratio")) {
    node.set("aspect", quoted_yaml(ratio->text));
    put(node, "Cut to " + ratio->text);
    return;
  }
  if (const Item* const px = match_->item("px")) {
    const Item* const place = match_->item("place");
    if (place == nullptr || place->text.find('-') != std::string::npos || place->text == "center")
      return question(words, "where", "at which edge are these pixels to go?", {"left", "right", "top", "bottom"});
    node.set(place->text, number(px->value));
    put(node, "Cuts off pixels at the " + place->text);
    return;
  }
  if (ask_.regions.size() == 1) {
    node.set("region", region_yaml(ask_.regions[0].region));
    put(node, "Keeps what is drawn");
    return;
  }
  for (const Drawn& drawn : ask_.regions)
    for (const Token& token : tokenize(drawn.name))
      if (said_any({token.stem, token.text})) {
        node.set("region", region_yaml(drawn.region));
        put(node, "Keeps `" + drawn.name + "`");
        return;
      }
  question(words, "where",
           "which part of the picture is to be kept? Draw a box around it, or say proportions such as 16:9",
           {"square", "vertical", "16:9"});
}

void Composer::zoom() {
  const Words words = words_of(match_->begin, match_->end);
  if (!no_time("zooming")) return;
  Draft::Node node = stage("crop");
  const Item* const x = match_->item("x");
  const Item* const percent = match_->item("percent");
  const Item* const number_said = match_->item("number");
  const double factor = x != nullptr                   ? x->value
                        : percent != nullptr           ? percent->value / 100
                        : number_said != nullptr       ? number_said->value
                        : said_any({"twice", "doubl"}) ? 2
                                                       : 0;
  if (factor > 1) {
    const auto [width, height] = size();
    if (width == 0)
      return question(words, "which-size", "how large the picture is, is not known: which size is the result to have?");
    const double side = 1 / factor, edge = (1 - side) / 2;
    node.set("region",
             "{ box: [" + number(edge) + ", " + number(edge) + ", " + number(side) + ", " + number(side) + "] }");
    draft_.insert(std::move(node));
    Draft::Node scale = stage("scale");
    scale.set("width", std::to_string(width));
    scale.set("height", std::to_string(height));
    put(scale, "Enlarges the middle " + number(factor) + " times");
    return;
  }
  if (ask_.regions.size() == 1) {
    node.set("region", region_yaml(ask_.regions[0].region));
    put(node, "Keeps what is drawn");
    return;
  }
  question(words, "how-much", "how far? `zoom in 2x` says it; or draw a box around what is to fill the picture",
           {"2x", "150 %"});
}

void Composer::rotate() {
  const Words words = words_of(match_->begin, match_->end);
  const Item* const place = match_->item("place");
  const bool left =
      said_any({"counterclockwise", "anticlockwise", "counter", "anti"}) || (place != nullptr && place->text == "left");
  const bool right = said_any({"clockwise"}) || (place != nullptr && place->text == "right");
  const Item* const degrees = match_->item("deg") != nullptr ? match_->item("deg") : match_->item("number");
  double angle = 0;
  if (degrees != nullptr)
    angle = left ? -degrees->value : degrees->value;
  else if (said_any({"upsid", "upside", "head", "down"}) || (said_any({"way", "side"}) && said_any({"up"})))
    angle = 180;
  else if (left || right || said_any({"quarter"}))
    angle = left ? -90 : 90;
  if (angle == 0)
    return question(words, "how-much", "by how many degrees, and to which side?",
                    {"90 degrees clockwise", "90 degrees counterclockwise", "upside down"});
  Draft::Node node = stage("rotate");
  node.set("angle", number(angle));
  put(node, "Turns the picture by " + number(angle) + " degrees clockwise");
}

void Composer::flip() {
  const Item* const place = match_->item("place");
  const bool vertical = said_any({"vertical", "vertically", "upside"}) ||
                        (place != nullptr && (place->text == "top" || place->text == "bottom"));
  const bool horizontal =
      said_any({"horizontal", "horizontally", "mirror", "selfi", "selfie", "sideways", "flop"}) || place != nullptr;
  if (!vertical && !horizontal)
    return question(words_of(match_->begin, match_->end), "how", "which way is it to be mirrored?",
                    {"horizontally", "vertically"});
  Draft::Node node = stage("rotate");
  node.set("flip", vertical ? "vertical" : "horizontal");
  put(node, vertical ? "Top and bottom change places" : "Left and right change places");
}

void Composer::rescale() {
  const auto [width, height] = size();
  Draft::Node node = stage("scale");
  const Words words = words_of(match_->begin, match_->end);
  if (const Item* const lines = match_->item("lines")) {
    node.set(width != 0 && width < height ? "width" : "height", number(lines->value));
  } else if (const Item* const size = match_->item("size")) {
    const auto x = size->text.find('x');
    node.set("width", size->text.substr(0, x));
    node.set("height", size->text.substr(x + 1));
  } else if (const Item* const px = match_->item("px"); px != nullptr) {
    node.set(said_any({"high", "tall", "height", "line", "lines"}) ? "height" : "width", number(px->value));
  } else {
    const Item* const percent = match_->item("percent");
    const Item* const x = match_->item("x");
    const double factor = percent != nullptr             ? percent->value / 100
                          : x != nullptr                 ? x->value
                          : said_any({"half", "halv"})   ? 0.5
                          : said_any({"doubl", "twice"}) ? 2
                          : said_any({"quarter"})        ? 0.25
                                                         : 0;
    if (factor <= 0 || width == 0)
      return question(words, "which-size", "which size? `720p`, `1080p` or `1280x720` say it",
                      {"720p", "1080p", "half the size"});
    node.set("width", number(std::round(width * factor)));
    node.set("height", number(std::round(height * factor)));
  }
  put(node, "Another size");
}

}  // namespace reel::prompt
