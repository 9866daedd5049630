#include "files/picture_order.hpp"

extern "C" {
#include <libavcodec/avcodec.h>
}

#include <algorithm>
#include <new>

namespace reel::engine {

struct PictureOrder::Parser {
  AVCodecParserContext* parser = av_parser_init(AV_CODEC_ID_H264);
  AVCodecContext* context = avcodec_alloc_context3(nullptr);

  explicit Parser(const AVCodecParameters& parameters) {
    if (parser == nullptr || context == nullptr || avcodec_parameters_to_context(context, &parameters) < 0) {
      close();
      throw std::bad_alloc();
    }
    parser->flags |= PARSER_FLAG_COMPLETE_FRAMES;
  }
  ~Parser() { close(); }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  void close() {
    av_parser_close(parser);
    avcodec_free_context(&context);
  }
};

PictureOrder::PictureOrder(const AVCodecParameters& parameters) {
  if (parameters.codec_id == AV_CODEC_ID_H264) parser_ = std::make_unique<Parser>(parameters);
}
PictureOrder::~PictureOrder() = default;

void PictureOrder::read(Bytes packet, std::int64_t pts, bool first) {
  if (!parser_ || !agrees_) return;
  if (first) end_group();
  std::uint8_t* parsed = nullptr;
  int size = 0;
  av_parser_parse2(parser_->parser, parser_->context, &parsed, &size, packet.data(), static_cast<int>(packet.size()),
                   pts, AV_NOPTS_VALUE, -1);
  group_.emplace_back(parser_->parser->output_picture_number, pts);
}

bool PictureOrder::agrees() {
  end_group();
  return agrees_;
}

/// Counts of display begin anew where nothing before is needed.
void PictureOrder::end_group() {
  std::ranges::sort(group_);
  agrees_ = agrees_ && std::ranges::is_sorted(group_, {}, [](const auto& picture) { return picture.second; });
  group_.clear();
}

}  // namespace reel::engine
