#include "xml.hpp"

#include <glib.h>

#include <memory>

#include "reel/task.hpp"

namespace reel::storage {
namespace {

constexpr std::size_t deepest = 16;
constexpr std::size_t most_elements = 100'000;

struct Builder {
  XmlElement document;
  std::vector<std::size_t> path;  ///< of the open elements: which child each is
  std::size_t elements = 0;

  XmlElement& open_element() {
    XmlElement* at = &document;
    for (const std::size_t child : path) at = &at->children[child];
    return *at;
  }
};

void begin(GMarkupParseContext*, const gchar* name, const gchar**, const gchar**, gpointer user, GError** error) {
  auto& b = *static_cast<Builder*>(user);
  if (b.path.size() >= deepest || ++b.elements > most_elements) {
    g_set_error_literal(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "too much of it");
    return;
  }
  XmlElement& parent = b.open_element();
  parent.children.push_back({name, {}, {}});
  b.path.push_back(parent.children.size() - 1);
}

void end(GMarkupParseContext*, const gchar*, gpointer user, GError**) { static_cast<Builder*>(user)->path.pop_back(); }

void add_text(GMarkupParseContext*, const gchar* text, gsize size, gpointer user, GError**) {
  static_cast<Builder*>(user)->open_element().text.append(text, size);
}

struct FreeContext {
  void operator()(GMarkupParseContext* context) const { g_markup_parse_context_free(context); }
};

}  // namespace

const XmlElement* XmlElement::find(std::string_view child) const {
  for (const XmlElement& c : children)
    if (c.name == child) return &c;
  return nullptr;
}

std::string XmlElement::operator[](std::string_view child) const {
  const XmlElement* const found = find(child);
  return found != nullptr ? found->text : std::string();
}

XmlElement parse_xml(std::string_view text) {
  static constexpr GMarkupParser parser{begin, end, add_text, nullptr, nullptr};
  Builder builder;
  const std::unique_ptr<GMarkupParseContext, FreeContext> context(g_markup_parse_context_new(
      &parser, static_cast<GMarkupParseFlags>(G_MARKUP_TREAT_CDATA_AS_TEXT), &builder, nullptr));
  if (g_markup_parse_context_parse(context.get(), text.data(), static_cast<gssize>(text.size()), nullptr) == FALSE ||
      g_markup_parse_context_end_parse(context.get(), nullptr) == FALSE || builder.document.children.size() != 1)
    throw ExtensionError(REEL_ERROR_FAILED, "the answer is no XML");
  return std::move(builder.document.children.front());
}

XmlElement parse_xml_or_nothing(std::string_view text) noexcept {
  try {
    return parse_xml(text);
  } catch (const std::exception&) {
    return {};
  }
}

std::string xml_escaped(std::string_view text) {
  const std::unique_ptr<gchar, decltype(&g_free)> escaped(
      g_markup_escape_text(text.data(), static_cast<gssize>(text.size())), g_free);
  return escaped.get();
}

}  // namespace reel::storage
