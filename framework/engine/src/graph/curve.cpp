#include "graph/curve.hpp"

#include <gst/controller/gstdirectcontrolbinding.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include "reel/base/error.hpp"

namespace reel::engine {
namespace {

struct CurveObject {
  GstControlSource base;
  std::vector<CurvePoint>* points;
  CurveKind kind;
};
struct CurveClass {
  GstControlSourceClass base;
};

double eased(double share, model::Curve curve) {
  if (curve == model::Curve::hold) return 0;
  return curve == model::Curve::ease ? share * share * (3 - 2 * share) : share;
}

double mixed(double from, double to, double share, CurveKind kind) {
  if (kind != CurveKind::color) {
    const double value = from + share * (to - from);
    return kind == CurveKind::integer ? std::round(value) : value;
  }
  const auto a = static_cast<std::uint32_t>(from), b = static_cast<std::uint32_t>(to);
  std::uint32_t color = 0;
  for (unsigned shift = 0; shift < 32; shift += 8) {
    const double low = a >> shift & 0xFFU, high = b >> shift & 0xFFU;
    color |= static_cast<std::uint32_t>(std::lround(low + share * (high - low))) << shift;
  }
  return color;
}

gboolean get_value(GstControlSource* self, GstClockTime at, gdouble* value) {
  const auto* const curve = reinterpret_cast<CurveObject*>(self);
  *value = curve_value(*curve->points, curve->kind, base::Time{static_cast<std::int64_t>(at)});
  return TRUE;
}

gboolean get_values(GstControlSource* self, GstClockTime at, GstClockTime step, guint count, gdouble* values) {
  for (guint i = 0; i < count; ++i) get_value(self, at + i * step, values + i);
  return TRUE;
}

GType curve_type() {
  static const GType type = [] {
    GTypeInfo info{};
    info.class_size = sizeof(CurveClass);
    info.class_init = [](gpointer klass, gpointer) {
      static_cast<GObjectClass*>(klass)->finalize = [](GObject* object) {
        delete reinterpret_cast<CurveObject*>(object)->points;
        static_cast<GObjectClass*>(g_type_class_peek(GST_TYPE_CONTROL_SOURCE))->finalize(object);
      };
    };
    info.instance_size = sizeof(CurveObject);
    info.instance_init = [](GTypeInstance* instance, gpointer) {
      auto* const source = reinterpret_cast<GstControlSource*>(instance);
      source->get_value = get_value;
      source->get_value_array = get_values;
    };
    return g_type_register_static(GST_TYPE_CONTROL_SOURCE, "ReelEngineCurve", &info, GTypeFlags(0));
  }();
  return type;
}

/// The index of an enum's value among all, as the control binding wants it: a share of 0..1.
double enum_share(GParamSpec* spec, const std::string& choice) {
  const auto* const values = G_PARAM_SPEC_ENUM(spec)->enum_class;
  for (guint i = 0; i < values->n_values; ++i)
    if (choice == values->values[i].value_nick)
      return values->n_values < 2 ? 0 : std::min(1.0, (i + 0.25) / (values->n_values - 1));
  throw base::InputError("'" + choice + "' is no value of '" + spec->name + "'");
}

struct ToNumber {
  GParamSpec* spec;
  double operator()(bool v) const { return v ? 1 : 0; }
  double operator()(std::int64_t v) const { return static_cast<double>(v); }
  double operator()(double v) const { return v; }
  double operator()(const base::TimePoint& v) const { return static_cast<double>(std::get<base::Time>(v).count()); }
  double operator()(const model::Color& c) const {
    return std::uint32_t{c.alpha} << 24U | std::uint32_t{c.red} << 16U | std::uint32_t{c.green} << 8U | c.blue;
  }
  double operator()(const std::string& choice) const {
    if (G_IS_PARAM_SPEC_ENUM(spec)) return enum_share(spec, choice);
    throw base::InputError(std::string("'") + spec->name + "' takes no keyframes");
  }
  template <class Other>
  double operator()(const Other&) const {
    throw base::InputError(std::string("'") + spec->name + "' takes no keyframes");
  }
};

}  // namespace

double curve_value(const std::vector<CurvePoint>& points, CurveKind kind, base::Time at) {
  const auto after = std::ranges::upper_bound(points, at, {}, &CurvePoint::at);
  if (after == points.begin()) return points.front().value;
  const CurvePoint& from = *(after - 1);
  if (after == points.end()) return from.value;
  const double share = static_cast<double>((at - from.at).count()) / static_cast<double>((after->at - from.at).count());
  return mixed(from.value, after->value, eased(share, from.curve), kind);
}

gst::Ptr<GstControlSource> make_curve(std::vector<CurvePoint> points, CurveKind kind) {
  auto* const made = static_cast<CurveObject*>(g_object_new(curve_type(), nullptr));
  auto curve = gst::sunk(&made->base);
  made->points = new std::vector<CurvePoint>(std::move(points));  // NOLINT(cppcoreguidelines-owning-memory): finalize()
  made->kind = kind;
  return curve;
}

void animate(GstObject* object, const std::string& property, const std::vector<model::Keyframe>& keyframes) {
  GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object), property.c_str());
  if (spec == nullptr || (spec->flags & GST_PARAM_CONTROLLABLE) == 0)
    throw base::InputError("'" + property + "' takes no keyframes");
  std::vector<CurvePoint> points;
  for (const model::Keyframe& k : keyframes)
    points.push_back({std::get<base::Time>(k.at), std::visit(ToNumber{spec}, k.value), k.curve});
  const bool whole = G_IS_PARAM_SPEC_INT(spec) || G_IS_PARAM_SPEC_UINT(spec) || G_IS_PARAM_SPEC_INT64(spec) ||
                     G_IS_PARAM_SPEC_UINT64(spec) || G_IS_PARAM_SPEC_LONG(spec) || G_IS_PARAM_SPEC_ULONG(spec);
  // Between two choices there is nothing.
  if (G_IS_PARAM_SPEC_BOOLEAN(spec) || G_IS_PARAM_SPEC_ENUM(spec))
    for (CurvePoint& p : points) p.curve = model::Curve::hold;
  const bool color = std::holds_alternative<model::Color>(keyframes.front().value);
  const auto curve = make_curve(std::move(points), color   ? CurveKind::color
                                                   : whole ? CurveKind::integer
                                                           : CurveKind::number);
  // The object owns the binding, the binding a reference to the curve.
  if (gst_object_add_control_binding(
          object, gst_direct_control_binding_new_absolute(object, property.c_str(), curve.get())) == FALSE)
    throw base::InputError("'" + property + "' takes no keyframes");
}

}  // namespace reel::engine
