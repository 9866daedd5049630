#include "files/packet_tables.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include "files/local_file.hpp"
#include "files/mp4_boxes.hpp"

namespace reel::engine::av {

namespace {

/// The parts of a file that hold what is in packets; none where it has other tables than one.
std::vector<Part> payload_of(AVIOContext* io) {
  const std::int64_t size = avio_size(io);
  if (size <= 0) return {};
  std::vector<Part> payload;
  bool table = false, fragments = false;
  const std::string fault = for_each_box(io, 0, static_cast<std::uint64_t>(size), [&](const Mp4Box& box) {
    if (box.type == "mdat") payload.push_back({box.begin, box.end});
    table = table || box.type == "moov";
    fragments = fragments || box.type == "moof";
    return !fragments;
  });
  return fault.empty() && table && !fragments ? payload : std::vector<Part>{};
}

}  // namespace

Input open_tables(const AVFormatContext* input, const std::string& uri) {
  if (!is_elsewhere(uri) || !std::string_view(input->iformat->name).starts_with("mov,")) return nullptr;
  Io io = open_io(uri);
  std::vector<Part> payload = payload_of(io.get());
  AVFormatContext* context = payload.empty() ? nullptr : avformat_alloc_context();
  if (context == nullptr) return nullptr;
  context->pb = io.get();
  // Parsers would look for keyframes in the zeros.
  context->flags |= AVFMT_FLAG_NOPARSE;
  avio_seek(io.get(), 0, SEEK_SET);
  if (avformat_open_input(&context, uri.c_str(), input->iformat, nullptr) < 0) {
    rethrow_fault(io.get());
    return nullptr;
  }
  io.release();  // NOLINT(bugprone-unused-return-value): CloseInput closes it from now on
  Input tables(context);
  const bool same = context->nb_streams == input->nb_streams && leave_out(context->pb, std::move(payload));
  return same ? std::move(tables) : nullptr;
}

bool told_by_tables(const AVCodecParameters& pictures) {
  switch (pictures.codec_id) {
    case AV_CODEC_ID_H264:
      return pictures.codec_tag == MKTAG('a', 'v', 'c', '1');
    case AV_CODEC_ID_HEVC:
      return pictures.codec_tag == MKTAG('h', 'v', 'c', '1');
    case AV_CODEC_ID_PRORES:
      return true;
    default:
      return false;
  }
}

}  // namespace reel::engine::av
