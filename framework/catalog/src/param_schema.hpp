/// A GObject property as a parameter of the language.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "reel/model/stage.hpp"

namespace reel::catalog {

/// Nothing where a property cannot be written in a pipeline (objects, boxed types).
std::optional<model::ParamSchema> param_schema(GParamSpec* spec);

}  // namespace reel::catalog
