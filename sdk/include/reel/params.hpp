/// The parameter table: each parameter is declared once, and its GObject property is made from that.
///
///   struct Params { double amount = 1.0; reel::Region region; };
///   static constexpr auto params = reel::params(
///       reel::param("amount", &Params::amount, "Share of the negative in the mix").range(0, 1).identity("0"),
///       reel::param("region", &Params::region, "Part of the picture to change"));
///
/// A member's initial value is the parameter's default. An enum parameter needs, beside the enum, a function
///
///   constexpr auto choices(Edge) { return std::array{reel::choice(Edge::mirror, "mirror", "Mirrors the rim"), …}; }
#pragma once

#include <gst/gst.h>

#include <array>
#include <string>
#include <tuple>
#include <type_traits>

#include "reel/plugin.h"
#include "reel/types.hpp"

namespace reel {

template <class E>
struct Choice {
  E value;
  const char* name;
  const char* description;
};
template <class E>
constexpr Choice<E> choice(E value, const char* name, const char* description) {
  return {value, name, description};
}

/// One parameter of a stage. `P` is the struct, `T` the member's type.
template <class P, class T>
struct Param {
  const char* name;
  T P::*member;
  const char* description;
  const char* unit_text = nullptr;
  double low = 0, high = 0;
  const char* identity_text = nullptr;
  bool bounded = false, is_required = false, is_fixed = false, is_for_host = false;

  /// Allowed values, both ends included.
  constexpr Param range(double lowest, double highest) const {
    Param p = *this;
    p.low = lowest, p.high = highest, p.bounded = true;
    return p;
  }
  /// `px`, `dB`, `%`, …
  constexpr Param unit(const char* text) const {
    Param p = *this;
    p.unit_text = text;
    return p;
  }
  /// The value, as text, at which the stage changes nothing: the planner copies where a keyframed one has it.
  constexpr Param identity(const char* value) const {
    Param p = *this;
    p.identity_text = value;
    return p;
  }
  /// Has no default that makes sense: the author must give it.
  constexpr Param required() const {
    Param p = *this;
    p.is_required = true;
    return p;
  }
  /// Read once, before the first frame: takes no keyframes.
  constexpr Param fixed() const {
    Param p = *this;
    p.is_fixed = true;
    return p;
  }
  /// Set by the program that runs the pipeline; authors do not see it.
  constexpr Param for_host() const {
    Param p = *this;
    p.is_for_host = true;
    return p;
  }
};

template <class P, class T>
constexpr Param<P, T> param(const char* name, T P::*member, const char* description) {
  return {name, member, description};
}
template <class... Ps>
constexpr auto params(Ps... ps) {
  return std::tuple{ps...};
}

namespace detail {

template <class T>
concept ChoiceEnum = std::is_enum_v<T> && requires {
  choices(T{});
};

template <class T>
inline constexpr bool always_false = false;

/// A GEnum type for E. `owner` is the element's type name: names of types are global.
template <ChoiceEnum E>
GType enum_type(const std::string& owner, const char* param) {
  static constexpr auto table = choices(E{});
  static const GType type = [&] {
    static std::array<GEnumValue, table.size() + 1> values{};
    for (std::size_t i = 0; i < table.size(); ++i)
      values[i] = {static_cast<int>(table[i].value), table[i].description, table[i].name};
    std::string name = owner + "_" + param;
    std::ranges::replace(name, '-', '_');
    return g_enum_register_static(g_intern_string(name.c_str()), values.data());
  }();
  return type;
}

template <class P, class T>
GParamFlags flags_of(const Param<P, T>& p) {
  constexpr bool animates = std::is_arithmetic_v<T> || std::is_enum_v<T> || std::is_same_v<T, Color>;
  unsigned flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;
  flags |= static_cast<unsigned>(p.is_fixed ? GST_PARAM_MUTABLE_READY : GST_PARAM_MUTABLE_PLAYING);
  if (animates && !p.is_fixed) flags |= GST_PARAM_CONTROLLABLE;
  return static_cast<GParamFlags>(flags);
}

/// The property of a parameter; `def` is its default.
template <class P, class T>
GParamSpec* make_spec(const Param<P, T>& p, const T& def, const std::string& owner) {
  const GParamFlags flags = flags_of(p);
  const char* const name = p.name;
  const char* const blurb = p.description;
  const char* type = nullptr;
  GParamSpec* spec = nullptr;
  if constexpr (std::is_same_v<T, bool>) {
    spec = g_param_spec_boolean(name, name, blurb, def, flags);
  } else if constexpr (std::is_same_v<T, int>) {
    spec = g_param_spec_int(name, name, blurb, p.bounded ? static_cast<int>(p.low) : G_MININT,
                            p.bounded ? static_cast<int>(p.high) : G_MAXINT, def, flags);
  } else if constexpr (std::is_same_v<T, unsigned>) {
    spec = g_param_spec_uint(name, name, blurb, p.bounded ? static_cast<unsigned>(p.low) : 0,
                             p.bounded ? static_cast<unsigned>(p.high) : G_MAXUINT, def, flags);
  } else if constexpr (std::is_same_v<T, double>) {
    spec = g_param_spec_double(name, name, blurb, p.bounded ? p.low : -G_MAXDOUBLE, p.bounded ? p.high : G_MAXDOUBLE,
                               def, flags);
  } else if constexpr (std::is_same_v<T, std::string>) {
    spec = g_param_spec_string(name, name, blurb, g_intern_string(def.c_str()), flags);
  } else if constexpr (std::is_same_v<T, Time>) {
    type = "time";
    spec = g_param_spec_uint64(name, name, blurb, p.bounded ? static_cast<guint64>(p.low * 1e9) : 0,
                               p.bounded ? static_cast<guint64>(p.high * 1e9) : G_MAXINT64,
                               static_cast<guint64>(def.count()), flags);
  } else if constexpr (std::is_same_v<T, Color>) {
    type = "color";
    spec = g_param_spec_uint(name, name, blurb, 0, G_MAXUINT32, def.argb(), flags);
  } else if constexpr (std::is_same_v<T, Ranges>) {
    type = "ranges";
    spec = g_param_spec_string(name, name, blurb, "", flags);
  } else if constexpr (std::is_same_v<T, Times>) {
    type = "times";
    spec = g_param_spec_string(name, name, blurb, "", flags);
  } else if constexpr (std::is_same_v<T, Region>) {
    type = "region";
    spec = g_param_spec_string(name, name, blurb, "", flags);
  } else if constexpr (std::is_same_v<T, File>) {
    type = "file";
    spec = g_param_spec_string(name, name, blurb, "", flags);
  } else if constexpr (std::is_same_v<T, Uri>) {
    type = "uri";
    spec = g_param_spec_string(name, name, blurb, "", flags);
  } else if constexpr (ChoiceEnum<T>) {
    spec = g_param_spec_enum(name, name, blurb, enum_type<T>(owner, name), static_cast<int>(def), flags);
  } else {
    static_assert(always_false<T>,
                  "a parameter is bool, int, unsigned, double, std::string, an enum with choices(), or one of "
                  "reel::Time, Ranges, Times, Color, Region, File, Uri");
  }
  const auto attach = [spec](const char* key, const char* text) {
    if (text != nullptr) g_param_spec_set_qdata(spec, g_quark_from_static_string(key), const_cast<char*>(text));
  };
  attach(REEL_QDATA_TYPE, type);
  attach(REEL_QDATA_UNIT, p.unit_text);
  attach(REEL_QDATA_IDENTITY, p.identity_text);
  attach(REEL_QDATA_REQUIRED, p.is_required ? "yes" : nullptr);
  attach(REEL_QDATA_HOST, p.is_for_host ? "yes" : nullptr);
  return spec;
}

/// What a value of a type that is read from text looks like.
template <class T>
inline constexpr const char* expected_text = "a region like box 0.1 0.1 0.5 0.5";
template <>
inline constexpr const char* expected_text<Ranges> = "ranges like 5s..15s,20s..25s";
template <>
inline constexpr const char* expected_text<Times> = "times and ranges like 5s,20s..25s";

/// Reads a property's value into a member. Throws Error with what was expected.
template <class T>
void read_value(const GValue* value, const char* name, T& into) {
  if constexpr (std::is_same_v<T, bool>) {
    into = g_value_get_boolean(value) != FALSE;
  } else if constexpr (std::is_same_v<T, int>) {
    into = g_value_get_int(value);
  } else if constexpr (std::is_same_v<T, unsigned>) {
    into = g_value_get_uint(value);
  } else if constexpr (std::is_same_v<T, double>) {
    into = g_value_get_double(value);
  } else if constexpr (std::is_same_v<T, Time>) {
    into = Time{static_cast<std::int64_t>(g_value_get_uint64(value))};
  } else if constexpr (std::is_same_v<T, Color>) {
    into = Color::from_argb(g_value_get_uint(value));
  } else if constexpr (std::is_enum_v<T>) {
    into = static_cast<T>(g_value_get_enum(value));
  } else {
    const char* const raw = g_value_get_string(value);
    const std::string_view text = raw != nullptr ? raw : "";
    if constexpr (std::is_same_v<T, std::string>) {
      into = text;
    } else if constexpr (std::is_same_v<T, File>) {
      into.path = text;
    } else if constexpr (std::is_same_v<T, Uri>) {
      into.text = text;
    } else {
      auto parsed = T::parse(text);
      if (!parsed)
        throw Error(std::string(name) + ": cannot read '" + std::string(text) + "', expected " + expected_text<T>);
      into = std::move(*parsed);
    }
  }
}

template <class T>
void write_value(GValue* value, const T& from) {
  if constexpr (std::is_same_v<T, bool>)
    g_value_set_boolean(value, from);
  else if constexpr (std::is_same_v<T, int>)
    g_value_set_int(value, from);
  else if constexpr (std::is_same_v<T, unsigned>)
    g_value_set_uint(value, from);
  else if constexpr (std::is_same_v<T, double>)
    g_value_set_double(value, from);
  else if constexpr (std::is_same_v<T, Time>)
    g_value_set_uint64(value, static_cast<guint64>(from.count()));
  else if constexpr (std::is_same_v<T, Color>)
    g_value_set_uint(value, from.argb());
  else if constexpr (std::is_enum_v<T>)
    g_value_set_enum(value, static_cast<int>(from));
  else if constexpr (std::is_same_v<T, std::string>)
    g_value_set_string(value, from.c_str());
  else if constexpr (std::is_same_v<T, File>)
    g_value_set_string(value, from.path.c_str());
  else if constexpr (std::is_same_v<T, Uri>)
    g_value_set_string(value, from.text.c_str());
  else
    g_value_set_string(value, from.to_text().c_str());
}

/// Calls f(param) for the `index`-th parameter of the table, counted from 0.
template <class Table, class F>
void with_param(const Table& table, std::size_t index, F f) {
  std::size_t i = 0;
  std::apply([&](const auto&... p) { ((i++ == index ? f(p) : void()), ...); }, table);
}

}  // namespace detail
}  // namespace reel
