#include "param_schema.hpp"

#include <cstdlib>
#include <limits>

#include "reel/plugin.h"

namespace reel::catalog {
namespace {

using model::ParamSchema;
using model::ParamType;

std::string qdata(GParamSpec* spec, const char* key) {
  const auto* const text = static_cast<const char*>(g_param_spec_get_qdata(spec, g_quark_from_static_string(key)));
  return text != nullptr ? text : "";
}

model::Color color(guint argb) {
  const auto byte = [argb](unsigned shift) { return static_cast<std::uint8_t>(argb >> shift & 0xFFU); };
  return {byte(16), byte(8), byte(0), byte(24)};
}

template <class Spec>
void number_range(ParamSchema& param, const Spec* spec) {
  using T = decltype(spec->minimum);
  if constexpr (std::is_floating_point_v<T>) {
    if (spec->minimum > -std::numeric_limits<float>::max()) param.minimum = static_cast<double>(spec->minimum);
    if (spec->maximum < std::numeric_limits<float>::max()) param.maximum = static_cast<double>(spec->maximum);
  } else {
    if (spec->minimum != std::numeric_limits<T>::min() || std::is_unsigned_v<T>)
      param.minimum = static_cast<double>(spec->minimum);
    if (spec->maximum != std::numeric_limits<T>::max()) param.maximum = static_cast<double>(spec->maximum);
  }
}

template <class Spec>
void integer(ParamSchema& param, const Spec* spec) {
  param.type = ParamType::integer;
  param.default_value = static_cast<std::int64_t>(spec->default_value);
  number_range(param, spec);
}

template <class Spec>
void number(ParamSchema& param, const Spec* spec) {
  param.type = ParamType::number;
  param.default_value = static_cast<double>(spec->default_value);
  number_range(param, spec);
}

void choice(ParamSchema& param, GParamSpec* spec) {
  param.type = ParamType::choice;
  const GEnumClass* const values = G_PARAM_SPEC_ENUM(spec)->enum_class;
  for (guint i = 0; i < values->n_values; ++i) {
    const GEnumValue& value = values->values[i];
    param.choices.push_back({value.value_nick, value.value_name != nullptr ? value.value_name : ""});
    if (value.value == G_PARAM_SPEC_ENUM(spec)->default_value) param.default_value = std::string(value.value_nick);
  }
}

void text(ParamSchema& param, GParamSpec* spec, const std::string& meaning) {
  param.type = meaning == "ranges"   ? ParamType::ranges
               : meaning == "times"  ? ParamType::times
               : meaning == "region" ? ParamType::region
               : meaning == "file"   ? ParamType::file
               : meaning == "uri"    ? ParamType::uri
                                     : ParamType::string;
  const char* const value = G_IS_PARAM_SPEC_STRING(spec) ? G_PARAM_SPEC_STRING(spec)->default_value : nullptr;
  const bool has_own_form =
      param.type == ParamType::ranges || param.type == ParamType::times || param.type == ParamType::region;
  if (value != nullptr && !has_own_form && (*value != '\0' || param.type == ParamType::string))
    param.default_value = std::string(value);
  // A region carries its keyframes within its text.
  if (param.type == ParamType::region) param.animatable = true;
}

/// False for types that YAML cannot express.
bool set_type(ParamSchema& param, GParamSpec* spec) {
  const std::string meaning = qdata(spec, REEL_QDATA_TYPE);
  if (meaning == "color" && G_IS_PARAM_SPEC_UINT(spec)) {
    param.type = ParamType::color;
    param.default_value = color(G_PARAM_SPEC_UINT(spec)->default_value);
  } else if (meaning == "time" && G_IS_PARAM_SPEC_UINT64(spec)) {
    const auto* const time = G_PARAM_SPEC_UINT64(spec);
    param.type = ParamType::time;
    param.default_value = base::TimePoint{base::Time{static_cast<std::int64_t>(time->default_value)}};
    param.minimum = static_cast<double>(time->minimum) / 1e9;
    if (time->maximum < static_cast<guint64>(G_MAXINT64)) param.maximum = static_cast<double>(time->maximum) / 1e9;
  } else if (G_IS_PARAM_SPEC_BOOLEAN(spec)) {
    param.type = ParamType::boolean;
    param.default_value = G_PARAM_SPEC_BOOLEAN(spec)->default_value != FALSE;
  } else if (G_IS_PARAM_SPEC_INT(spec)) {
    integer(param, G_PARAM_SPEC_INT(spec));
  } else if (G_IS_PARAM_SPEC_UINT(spec)) {
    integer(param, G_PARAM_SPEC_UINT(spec));
  } else if (G_IS_PARAM_SPEC_INT64(spec)) {
    integer(param, G_PARAM_SPEC_INT64(spec));
  } else if (G_IS_PARAM_SPEC_UINT64(spec)) {
    integer(param, G_PARAM_SPEC_UINT64(spec));
  } else if (G_IS_PARAM_SPEC_LONG(spec)) {
    integer(param, G_PARAM_SPEC_LONG(spec));
  } else if (G_IS_PARAM_SPEC_ULONG(spec)) {
    integer(param, G_PARAM_SPEC_ULONG(spec));
  } else if (G_IS_PARAM_SPEC_DOUBLE(spec)) {
    number(param, G_PARAM_SPEC_DOUBLE(spec));
  } else if (G_IS_PARAM_SPEC_FLOAT(spec)) {
    number(param, G_PARAM_SPEC_FLOAT(spec));
  } else if (G_IS_PARAM_SPEC_ENUM(spec)) {
    choice(param, spec);
  } else if (G_IS_PARAM_SPEC_STRING(spec) || G_IS_PARAM_SPEC_FLAGS(spec) || spec->value_type == GST_TYPE_CAPS ||
             spec->value_type == GST_TYPE_FRACTION) {
    text(param, spec, meaning);
  } else {
    return false;
  }
  return true;
}

}  // namespace

std::optional<model::ParamSchema> param_schema(GParamSpec* spec) {
  if ((spec->flags & G_PARAM_WRITABLE) == 0) return std::nullopt;
  ParamSchema param;
  param.name = spec->name;
  const char* const blurb = g_param_spec_get_blurb(spec);
  param.description = blurb != nullptr ? blurb : "";
  param.unit = qdata(spec, REEL_QDATA_UNIT);
  param.required = qdata(spec, REEL_QDATA_REQUIRED) == "yes";
  param.animatable = (spec->flags & GST_PARAM_CONTROLLABLE) != 0;
  param.live = (static_cast<unsigned>(spec->flags) & static_cast<unsigned>(GST_PARAM_MUTABLE_PLAYING)) != 0;
  if (const std::string identity = qdata(spec, REEL_QDATA_IDENTITY); !identity.empty())
    param.identity = std::atof(identity.c_str());
  if (!set_type(param, spec)) return std::nullopt;
  return param;
}

}  // namespace reel::catalog
