#include <array>

#include "read_value.hpp"

namespace reel::model {

std::optional<double> ValueReader::coordinate(const ParamSchema& schema, const Node& node, const Region& region,
                                              bool& known) {
  static const ParamSchema number{.name = "coordinate", .type = ParamType::number};
  const std::string subject = "a coordinate of " + show(schema.name);
  const auto value = read_text(number, node, subject);
  if (!value) return std::nullopt;
  const auto* coordinate = std::get_if<double>(&*value);
  known = known && coordinate;
  if (!coordinate) return 0.0;
  if (*coordinate >= 0 && (region.pixels || *coordinate <= 1)) return *coordinate;
  const bool seems_pixels = !region.pixels && *coordinate > 1;
  report_.error(
      node.mark, "out-of-range",
      subject + " must be " + (region.pixels ? "at least 0 px" : "from 0 to 1") + ", not " + number_text(*coordinate),
      seems_pixels ? "add 'unit: px' if these are pixels" : "");
  return std::nullopt;
}

bool ValueReader::box(const ParamSchema& schema, const Node& node, Region& region, bool& known) {
  if (node.kind != Node::Kind::list || node.items.size() != 4) {
    report_.error(node.mark, "bad-region", "a box needs four numbers: [x, y, width, height]");
    return false;
  }
  std::array<double, 4> numbers{};
  bool fine = true;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto number = coordinate(schema, node.items[i], region, known);
    fine = fine && number.has_value();
    numbers.at(i) = number.value_or(0);
  }
  region.points = {{numbers[0], numbers[1]}, {numbers[2], numbers[3]}};
  return fine && (!known || box_size(node, region));
}

bool ValueReader::box_size(const Node& node, const Region& region) {
  constexpr double rounding = 1e-9;
  bool fine = true;
  for (const std::size_t axis : {0U, 1U}) {
    const double begin = region.points[0].at(axis), size = region.points[1].at(axis);
    const std::string name = axis == 0 ? "width" : "height";
    const Mark mark = node.items[axis + 2].mark;
    const bool empty = size <= 0, outside = !region.pixels && begin + size > 1 + rounding;
    if (empty) report_.error(mark, "bad-region", "the " + name + " of a box must be more than 0");
    if (outside)
      report_.error(mark, "out-of-range",
                    "the box reaches past the edge of the picture: " + std::string(axis == 0 ? "x" : "y") + " + " +
                        name + " is " + number_text(begin + size) + ", but can be 1 at most");
    fine = fine && !empty && !outside;
  }
  return fine;
}

bool ValueReader::polygon(const ParamSchema& schema, const Node& node, Region& region, bool& known) {
  if (node.kind != Node::Kind::list || node.items.size() < 3) {
    report_.error(node.mark, "bad-region", "a polygon needs at least three corners: [[x, y], [x, y], [x, y]]");
    return false;
  }
  bool fine = true;
  for (const Node& corner : node.items) {
    if (corner.kind != Node::Kind::list || corner.items.size() != 2) {
      report_.error(corner.mark, "bad-region", "a corner of a polygon is a pair of numbers: [x, y]");
      fine = false;
      continue;
    }
    const auto x = coordinate(schema, corner.items[0], region, known);
    const auto y = coordinate(schema, corner.items[1], region, known);
    fine = fine && x && y;
    region.points.push_back({x.value_or(0), y.value_or(0)});
  }
  return fine;
}

bool ValueReader::shape(const ParamSchema& schema, const Node& node, Region& region, bool& known) {
  const Node *box_node = node.find("box"), *polygon_node = node.find("polygon");
  if (!box_node == !polygon_node) {
    report_.error(node.mark, "bad-region",
                  show(schema.name) + " needs either 'box' or 'polygon'" + (box_node ? ", not both" : ""),
                  "write { box: [x, y, width, height] } or { polygon: [[x, y], …] }");
    return false;
  }
  region.shape = box_node ? Region::Shape::box : Region::Shape::polygon;
  return box_node ? box(schema, *box_node, region, known) : polygon(schema, *polygon_node, region, known);
}

bool ValueReader::unit(const Node& node, Region& region, bool& known) {
  static const ParamSchema schema{.name = "unit", .type = ParamType::choice, .choices = {{"px", ""}, {"relative", ""}}};
  const auto value = scalar(schema, node);
  if (!value) return false;
  const auto* text = std::get_if<std::string>(&*value);
  known = known && text;
  region.pixels = !text || *text == "px";
  return true;
}

std::optional<Value> ValueReader::region(const ParamSchema& schema, const Node& node) {
  if (node.kind != Node::Kind::map) {
    wrong_kind(schema, node, show(schema.name));
    return std::nullopt;
  }
  check_keys(node, {"box", "polygon", "unit"}, "a region", report_);
  Region region;
  bool known = true;
  const Node* unit_node = node.find("unit");
  // Without a unit, no coordinate can be judged.
  if (unit_node && !unit(*unit_node, region, known)) return std::nullopt;
  if (!shape(schema, node, region, known)) return std::nullopt;
  if (!known) return Value{};
  return Value{std::move(region)};
}

}  // namespace reel::model
