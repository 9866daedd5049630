#include "resources.hpp"

#include <cmath>

#include "srgb_profile.hpp"
#include "text.hpp"

namespace reel::photoshop {

namespace {

enum class Resource : unsigned { resolution = 1005, thumbnail = 1036, icc_profile = 1039, xmp = 1060 };

void put(Bytes& into, Resource id, std::span<const std::uint8_t> content) {
  into.text("8BIM").u16(static_cast<unsigned>(id)).u16(0);  // no name
  into.u32(content.size()).append(content).pad(2);
}

Bytes resolution(double pixels_per_inch) {
  const auto fixed = static_cast<std::uint64_t>(std::llround(pixels_per_inch * 65536));
  constexpr unsigned per_inch = 1, inches = 1;
  return std::move(Bytes().u32(fixed).u16(per_inch).u16(inches).u32(fixed).u16(per_inch).u16(inches));
}

Bytes thumbnail_resource(const Thumbnail& thumbnail) {
  constexpr unsigned jpeg_format = 1, bits = 24, planes = 1;
  const std::vector<std::uint8_t> jpeg = thumbnail.jpeg();
  const unsigned row_bytes = (thumbnail.width() * bits + 31) / 32 * 4;
  return std::move(Bytes()
                       .u32(jpeg_format)
                       .u32(thumbnail.width())
                       .u32(thumbnail.height())
                       .u32(row_bytes)
                       .u32(std::uint64_t{row_bytes} * thumbnail.height())
                       .u32(jpeg.size())
                       .u16(bits)
                       .u16(planes)
                       .append(jpeg));
}

/// `<name>text</name>`, or nothing for an empty text.
std::string element(const std::string& name, const std::string& content) {
  return content.empty() ? "" : "   <" + name + ">" + content + "</" + name + ">\n";
}

std::string alternatives(const std::string& text) {
  return text.empty() ? "" : "<rdf:Alt><rdf:li xml:lang=\"x-default\">" + text + "</rdf:li></rdf:Alt>";
}

std::string rate_text(double frames_per_second) {
  if (frames_per_second <= 0) return {};
  std::array<char, G_ASCII_DTOSTR_BUF_SIZE> text{};
  return g_ascii_formatd(text.data(), text.size(), "%.6g", frames_per_second);
}

}  // namespace

Bytes image_resources(const reel_document& document, const Thumbnail& thumbnail) {
  Bytes resources;
  put(resources, Resource::resolution, resolution(document.pixels_per_inch));
  put(resources, Resource::thumbnail, thumbnail_resource(thumbnail));
  if (document.icc_profile != nullptr)
    put(resources, Resource::icc_profile,
        {static_cast<const std::uint8_t*>(document.icc_profile), document.icc_profile_size});
  else
    put(resources, Resource::icc_profile, srgb_profile());
  const std::string xmp = xmp_packet(document);
  put(resources, Resource::xmp, Bytes().text(xmp));
  return resources;
}

std::string xmp_packet(const reel_document& document) {
  const std::string time = document.time < 0 ? ""
                                             : "<rdf:Description xmpDM:value=\"" + std::to_string(document.time) +
                                                   "\" xmpDM:scale=\"1/1000000000\"/>";
  return "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
         "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
         " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
         "  <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
         " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:xmpDM=\"http://ns.adobe.com/xmp/1.0/DynamicMedia/\">\n" +
         element("dc:format", "image/vnd.adobe.photoshop") +
         element("dc:title", alternatives(xml(valid_utf8(document.title)))) +
         element("dc:source", xml(valid_utf8(document.source))) + element("xmp:CreatorTool", "Reelwork") +
         element("xmpDM:relativeTimestamp", time) +
         element("xmpDM:videoFrameRate", rate_text(document.frames_per_second)) +
         "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>";
}

}  // namespace reel::photoshop
