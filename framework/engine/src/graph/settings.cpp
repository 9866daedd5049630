#include "graph/settings.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include "graph/curve.hpp"
#include "reel/base/error.hpp"
#include "reel/base/log.hpp"
#include "reel/base/text.hpp"

namespace reel::engine {
namespace {

/// Shortest exact form, with a point in every locale.
std::string number_text(double value) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string nanoseconds(const base::TimePoint& point) { return std::to_string(std::get<base::Time>(point).count()); }

class GValueHolder {
 public:
  explicit GValueHolder(GType type) { g_value_init(&value_, type); }
  GValueHolder(const GValueHolder&) = delete;
  GValueHolder& operator=(const GValueHolder&) = delete;
  ~GValueHolder() { g_value_unset(&value_); }
  GValue* get() { return &value_; }

 private:
  GValue value_ = G_VALUE_INIT;
};

/// Sets one property. Numbers go through GLib's own conversions, everything else through its text.
struct Setter {
  GObject* object;
  GParamSpec* spec;

  void set(GType type, const std::function<void(GValue*)>& fill) const {
    GValueHolder given(type), fitting(spec->value_type);
    fill(given.get());
    if (g_value_transform(given.get(), fitting.get()) == FALSE) return refuse();
    g_object_set_property(object, spec->name, fitting.get());
  }
  void set_text(const std::string& text) const {
    if (G_IS_PARAM_SPEC_STRING(spec)) return g_object_set(object, spec->name, text.c_str(), nullptr);
    GValueHolder value(spec->value_type);
    if (gst_value_deserialize_with_pspec(value.get(), text.c_str(), spec) == FALSE) return refuse();
    g_object_set_property(object, spec->name, value.get());
  }
  /// The value may be a secret, so it is not shown.
  void refuse() const {
    throw base::InputError(std::string("'") + spec->name + "' cannot be set to this value, expected " +
                           g_type_name(spec->value_type));
  }

  void operator()(std::monostate) const {}
  void operator()(bool v) const {
    set(G_TYPE_BOOLEAN, [v](GValue* g) { g_value_set_boolean(g, v ? TRUE : FALSE); });
  }
  void operator()(std::int64_t v) const {
    set(G_TYPE_INT64, [v](GValue* g) { g_value_set_int64(g, v); });
  }
  void operator()(double v) const {
    set(G_TYPE_DOUBLE, [v](GValue* g) { g_value_set_double(g, v); });
  }
  void operator()(const std::string& v) const { set_text(v); }
  void operator()(const base::TimePoint& v) const {
    set(G_TYPE_UINT64,
        [&v](GValue* g) { g_value_set_uint64(g, static_cast<guint64>(std::get<base::Time>(v).count())); });
  }
  void operator()(const std::vector<base::TimePointRange>& v) const { set_text(ranges_text(v)); }
  void operator()(const model::Color& c) const {
    const guint argb = guint{c.alpha} << 24U | guint{c.red} << 16U | guint{c.green} << 8U | guint{c.blue};
    set(G_TYPE_UINT, [argb](GValue* g) { g_value_set_uint(g, argb); });
  }
  void operator()(const model::Region& v) const { set_text(region_text(v)); }
};

std::string resolved(const std::string& text, const SecretSource& secret) {
  return model::resolve_secrets(text, [&secret](const std::string& name) {
    if (!secret) throw base::InputError("the secret '" + name + "' is not available here");
    std::string value = secret(name);
    base::hide_in_logs(value);
    return value;
  });
}

void apply(GstElement* element, const model::Setting& setting, const model::ParamSchema* schema,
           const std::filesystem::path& folder, const SecretSource& secret) {
  GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), setting.name.c_str());
  if (spec == nullptr || (spec->flags & G_PARAM_WRITABLE) == 0)
    throw base::InputError("the element has no parameter '" + setting.name + "' that can be set");
  const Setter setter{G_OBJECT(element), spec};
  if (!setting.keyframes.empty()) {
    if (std::holds_alternative<model::Region>(setting.keyframes.front().value))
      return setter.set_text(region_text(setting.keyframes));
    return animate(GST_OBJECT(element), setting.name, setting.keyframes);
  }
  const auto* const text = std::get_if<std::string>(&setting.value);
  if (text == nullptr) return std::visit(setter, setting.value);
  std::string final_text = setting.secret ? resolved(*text, secret) : *text;
  if (schema != nullptr && schema->type == model::ParamType::file && !final_text.empty())
    final_text = std::filesystem::absolute(folder / final_text).lexically_normal().string();
  setter.set_text(final_text);
}

}  // namespace

std::string ranges_text(const std::vector<base::TimePointRange>& ranges) {
  std::string text;
  for (const base::TimePointRange& r : ranges) {
    if (!text.empty()) text += ',';
    if (r.begin) text += nanoseconds(*r.begin);
    text += "..";
    if (r.end) text += nanoseconds(*r.end);
  }
  return text;
}

std::string region_text(const model::Region& region) {
  std::string text = region.shape == model::Region::Shape::box ? "box" : "polygon";
  for (const auto& [x, y] : region.points) text += ' ' + number_text(x) + ' ' + number_text(y);
  return region.pixels ? text + " px" : text;
}

std::string region_text(const std::vector<model::Keyframe>& keyframes) {
  std::string text;
  for (const model::Keyframe& k : keyframes) {
    if (!text.empty()) text += ';';
    text += nanoseconds(k.at);
    if (k.curve == model::Curve::ease) text += "~ease";
    if (k.curve == model::Curve::hold) text += "~hold";
    text += ':' + region_text(std::get<model::Region>(k.value));
  }
  return text;
}

void apply_settings(GstElement* element, const model::Stage& stage, const std::filesystem::path& folder,
                    const SecretSource& secret) {
  for (const model::Setting& setting : stage.settings)
    apply(element, setting, stage.traits.param(setting.name), folder, secret);
}

bool has_property(GstElement* element, const std::string& name) {
  const GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str());
  return spec != nullptr && (spec->flags & G_PARAM_WRITABLE) != 0;
}

}  // namespace reel::engine
