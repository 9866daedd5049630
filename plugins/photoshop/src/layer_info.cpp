#include "layer_info.hpp"

#include <array>
#include <span>

#include "blend.hpp"
#include "bytes.hpp"
#include "channel.hpp"
#include "text.hpp"

namespace reel::photoshop {

namespace {

/// What a record stands for; the values of groups are those of the block `lsct`.
enum class Section : unsigned { picture = 0, group = 1, group_end = 3 };

/// A record of the file. A group has two: below its layers its end, above them itself.
struct Record {
  const reel_layer* layer;
  Section section;
};

void collect(std::span<const reel_layer> layers, std::vector<Record>& into) {
  for (const reel_layer& layer : layers) {
    if (layer.kind == REEL_LAYER_GROUP) {
      into.push_back({&layer, Section::group_end});
      collect({layer.layers, layer.layer_count}, into);
      into.push_back({&layer, Section::group});
    } else {
      into.push_back({&layer, Section::picture});
    }
  }
}

constexpr int mask_id = -2;
constexpr std::array<int, 4> channel_ids{-1, 0, 1, 2};
/// Where each of them stands in the pixels.
constexpr std::array<unsigned, 4> channel_places{3, 0, 1, 2};

const reel_pixels* mask_of(const Record& r) { return r.section == Section::group_end ? nullptr : r.layer->mask; }

/// Top, left, bottom, right.
void put_rectangle(Bytes& into, std::int64_t left, std::int64_t top, const reel_pixels& pixels) {
  into.i32(top).i32(left).i32(top + pixels.height).i32(left + pixels.width);
}

/// A block of additional information: its length counts the padding.
void put_block(Bytes& into, std::string_view key, Bytes content) {
  content.pad(4);
  into.text("8BIM").text(key).u32(content.size()).append(content);
}

Bytes mask_block(const Record& r) {
  Bytes block;
  const reel_pixels* const mask = mask_of(r);
  if (mask == nullptr) return block;
  put_rectangle(block, r.layer->left, r.layer->top, *mask);
  return std::move(block.u8(0).u8(0).pad(4));  // outside of it nothing shows; no flags
}

Bytes name_blocks(const Record& r) {
  const std::string name = r.section == Section::group_end ? "</Layer group>" : valid_utf8(r.layer->name);
  const std::string plain = ascii(name, 255);
  Bytes blocks;
  blocks.u8(static_cast<unsigned>(plain.size())).text(plain).pad(4);
  const std::u16string units = utf16(name);
  Bytes unicode;
  unicode.u32(units.size());
  for (const char16_t unit : units) unicode.u16(unit);
  put_block(blocks, "luni", std::move(unicode));
  return blocks;
}

/// Everything behind the fixed part of a record.
Bytes extra_data(const Record& r) {
  const Bytes mask = mask_block(r);
  Bytes extra;
  extra.u32(mask.size()).append(mask);
  extra.u32(0);  // no blending ranges
  extra.append(name_blocks(r));
  if (r.section == Section::picture) return extra;
  Bytes divider;
  divider.u32(static_cast<unsigned>(r.section));
  if (r.section == Section::group) divider.text("8BIM").text(find_blend(r.layer->blend)->key);
  put_block(extra, "lsct", std::move(divider));
  return extra;
}

unsigned flags_of(const Record& r) {
  constexpr unsigned hidden = 0x02, no_pixels = 0x18;
  return (r.layer->visible == FALSE ? hidden : 0U) | (r.section == Section::picture ? 0U : no_pixels);
}

/// In the record of a group that passes through, Photoshop writes "norm"; its divider says "pass".
const char* record_key(const Record& r) {
  const Blend& blend = *find_blend(r.layer->blend);
  return r.section == Section::group_end || passes_through(blend) ? "norm" : blend.key;
}

using Lengths = std::vector<std::uint64_t>;

Bytes record_bytes(const Record& r, const Lengths& channel_lengths, const Format& format) {
  Bytes record;
  if (r.section == Section::picture)
    put_rectangle(record, r.layer->left, r.layer->top, r.layer->pixels);
  else
    put_rectangle(record, 0, 0, reel_pixels{});
  record.u16(static_cast<unsigned>(channel_lengths.size()));
  for (std::size_t i = 0; i < channel_lengths.size(); ++i) {
    const int id = i < channel_ids.size() ? channel_ids[i] : mask_id;
    record.u16(static_cast<unsigned>(id)).number(channel_lengths[i], format.length_size());
  }
  const unsigned opacity = r.section == Section::group_end ? 255 : r.layer->opacity;
  record.text("8BIM").text(record_key(r)).u8(opacity).u8(0).u8(flags_of(r)).u8(0);
  const Bytes extra = extra_data(r);
  return std::move(record.u32(extra.size()).append(extra));
}

Lengths write_channels(Output& output, const Record& r, const Format& format) {
  Lengths lengths;
  for (const unsigned place : channel_places)
    lengths.push_back(r.section == Section::picture ? write_channel(output, r.layer->pixels, place, format)
                                                    : write_empty_channel(output));
  if (const reel_pixels* const mask = mask_of(r)) lengths.push_back(write_channel(output, *mask, 0, format));
  return lengths;
}

Bytes all_records(std::span<const Record> records, std::span<const Lengths> lengths, const Format& format) {
  Bytes bytes;
  for (std::size_t i = 0; i < records.size(); ++i) bytes.append(record_bytes(records[i], lengths[i], format));
  return bytes;
}

}  // namespace

void write_layer_info(Output& output, const reel_document& document, const Format& format, bool merged_alpha,
                      const Task& task) {
  std::vector<Record> records;
  collect({document.layers, document.layer_count}, records);
  const auto count = static_cast<int>(records.size());
  // Less than zero: the merged image's first channel behind the colours is its alpha.
  output.write(Bytes().u16(static_cast<unsigned>(merged_alpha ? -count : count)));
  std::vector<Lengths> lengths;
  for (const Record& r : records) lengths.emplace_back(mask_of(r) == nullptr ? 4 : 5);
  const std::uint64_t begin = output.position();
  output.write(all_records(records, lengths, format));
  for (std::size_t i = 0; i < records.size(); ++i) {
    task.check();
    task.progress(0.5 + 0.5 * static_cast<double>(i) / count, "writing layers");
    lengths[i] = write_channels(output, records[i], format);
  }
  output.patch(begin, all_records(records, lengths, format));
}

}  // namespace reel::photoshop
