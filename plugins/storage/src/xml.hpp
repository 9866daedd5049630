/// The XML that services answer, as a tree. Namespaces and attributes are left out: S3 says nothing by them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace reel::storage {

struct XmlElement {
  std::string name;
  std::string text;
  std::vector<XmlElement> children;

  /// The text of the first child of that name, or empty.
  std::string operator[](std::string_view child) const;
  const XmlElement* find(std::string_view child) const;
};

/// Throws ExtensionError (FAILED) for what is no XML, is nested deeply or holds more elements than any listing.
XmlElement parse_xml(std::string_view text);
/// An element of no name and content for whatever is no XML.
XmlElement parse_xml_or_nothing(std::string_view text) noexcept;

std::string xml_escaped(std::string_view text);

}  // namespace reel::storage
