#include "psd_writer.hpp"

#include "bytes.hpp"
#include "document_check.hpp"
#include "layer_info.hpp"
#include "merged_image.hpp"
#include "resources.hpp"

namespace reel::photoshop {

namespace {

/// A section whose length stands before it and is known after it. Its end is padded, and the length counts that.
template <class F>
void write_section(Output& output, const Format& format, F content) {
  const std::uint64_t at = output.position();
  output.write(Bytes().number(0, format.length_size()));
  const std::uint64_t begin = output.position();
  content();
  output.write(Bytes().zeros((4 - (output.position() - begin) % 4) % 4));
  output.patch(at, Bytes().number(output.position() - begin, format.length_size()));
}

Bytes header(const reel_document& document, const Format& format, unsigned channels) {
  constexpr unsigned rgb = 3;
  Bytes bytes;
  bytes.text("8BPS").u16(format.large ? 2 : 1).zeros(6).u16(channels);
  bytes.u32(document.height).u32(document.width).u16(format.depth).u16(rgb);
  return std::move(bytes.u32(0));  // no palette
}

/// At 16 bits a channel the layers stand in a block of their own, and another one says that the merged image has alpha. GIMP finds the
/// layers only if their block is the first.
void write_deep_layers(Output& output, const Format& format, bool merged_alpha, auto write_layers) {
  output.write(Bytes().number(0, format.length_size()).u32(0));  // no layers here, no global mask
  output.write(Bytes().text("8BIMLr16"));
  write_section(output, format, write_layers);
  if (merged_alpha) output.write(Bytes().text("8BIMMt16").number(0, format.length_size()));
}

}  // namespace

void write_document(const reel_document& document, bool want_large, const std::string& path, const Task& task) {
  check(document);
  const Format format = format_for(document, want_large);
  const MergedImage merged(document, format, task);
  Output output(path);
  output.write(header(document, format, merged.channels()));
  const Bytes resources = image_resources(document, merged.thumbnail());
  output.write(Bytes().u32(resources.size()).append(resources));
  const auto write_layers = [&] { write_layer_info(output, document, format, merged.has_alpha(), task); };
  write_section(output, format, [&] {
    if (format.depth == 16) return write_deep_layers(output, format, merged.has_alpha(), write_layers);
    write_section(output, format, write_layers);
    output.write(Bytes().u32(0));  // no global mask
  });
  merged.write(output, format);
  output.finish();
  task.progress(1);
}

}  // namespace reel::photoshop
