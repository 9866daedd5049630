/// Reads the text of a scalar as a value of a type.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "reel/model/stage.hpp"

namespace reel::model {

/// A value, or what is wrong with the text.
struct Reading {
  std::optional<Value> value;
  std::string code;   ///< of the diagnostic
  std::string fault;  ///< follows the name of the parameter: `must be a number, not 'x'`
  std::string hint;
};

/// Reads `text` as one value of `schema`'s type and checks range and choices. `quoted` texts are never
/// numbers or booleans. Of type `ranges` it reads a list of one. Regions are no scalars: always a fault.
Reading read_scalar(const ParamSchema& schema, std::string_view text, bool quoted);

/// `a number`, `a time such as 5:00`, `true or false`: what a value of the type looks like.
std::string expectation(const ParamSchema& schema);

/// `from 0 to 200 px`, `at least 1`; empty without limits.
std::string allowed_range(const ParamSchema& schema);

/// A number as people write it: `0.5`, `200`, not `2e+02`.
std::string number_text(double number);

/// A CSS colour: `#rgb`, `#rgba`, `#rrggbb`, `#rrggbbaa`, one of the sixteen basic names, `orange` or
/// `transparent`.
std::optional<Color> parse_color(std::string_view text);
const std::vector<std::string>& color_names();

}  // namespace reel::model
