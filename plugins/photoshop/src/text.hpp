/// Texts of others, made fit for files.
#pragma once

#include <string>
#include <string_view>

namespace reel::photoshop {

/// The text with bytes that are no UTF-8 replaced. Null: empty.
std::string valid_utf8(const char* text);
std::u16string utf16(std::string_view valid_utf8);
/// For names that can hold nothing else: '?' stands for what is not printable ASCII. At most so many characters.
std::string ascii(std::string_view valid_utf8, std::size_t limit);
/// As the content of an XML element or attribute; what XML cannot hold is replaced.
std::string xml(std::string_view valid_utf8);
/// As a string literal of JavaScript, in ASCII.
std::string javascript(std::string_view valid_utf8);

}  // namespace reel::photoshop
