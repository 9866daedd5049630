#include "colour_marks.hpp"

extern "C" {
#include <libavutil/opt.h>
}

namespace reel::local {

namespace {

const char* filter_for(AVCodecID codec) {
  switch (codec) {
    case AV_CODEC_ID_VP9:
      return "vp9_metadata";
    case AV_CODEC_ID_AV1:
      return "av1_metadata";
    case AV_CODEC_ID_PRORES:
      return "prores_metadata";
    default:
      return nullptr;
  }
}

/// VP9 has numbers of its own; 0 where it has none.
int vp9_space(AVColorSpace space) {
  switch (space) {
    case AVCOL_SPC_BT470BG:
      return 1;
    case AVCOL_SPC_BT709:
      return 2;
    case AVCOL_SPC_SMPTE170M:
      return 3;
    case AVCOL_SPC_SMPTE240M:
      return 4;
    case AVCOL_SPC_BT2020_NCL:
      return 5;
    default:
      return 0;
  }
}

/// What is not on the filter's list stays unsaid.
void set_options(void* options, const AVCodecParameters& p) {
  if (p.codec_id == AV_CODEC_ID_VP9) {
    av_opt_set_int(options, "color_space", vp9_space(p.color_space), 0);
    return;
  }
  const bool av1 = p.codec_id == AV_CODEC_ID_AV1;
  av_opt_set_int(options, "color_primaries", p.color_primaries, 0);
  av_opt_set_int(options, av1 ? "transfer_characteristics" : "color_trc", p.color_trc, 0);
  av_opt_set_int(options, av1 ? "matrix_coefficients" : "colorspace", p.color_space, 0);
}

}  // namespace

ColourMarks::ColourMarks(const AVCodecParameters& p) {
  const char* const name = filter_for(p.codec_id);
  if (name == nullptr || p.color_primaries == AVCOL_PRI_UNSPECIFIED) return;
  AVBSFContext* made = nullptr;
  if (av_bsf_alloc(av_bsf_get_by_name(name), &made) < 0) return;
  decltype(filter_) filter(made);
  if (avcodec_parameters_copy(filter->par_in, &p) < 0) return;
  set_options(filter->priv_data, p);
  if (av_bsf_init(filter.get()) >= 0) filter_ = std::move(filter);
}

PacketPtr ColourMarks::marked(PacketPtr packet) const {
  if (!filter_) return packet;
  const PacketPtr copy(av_packet_clone(packet.get()));
  if (copy && av_bsf_send_packet(filter_.get(), copy.get()) >= 0 &&
      av_bsf_receive_packet(filter_.get(), copy.get()) >= 0)
    av_packet_unref(packet.get()), av_packet_move_ref(packet.get(), copy.get());
  return packet;
}

}  // namespace reel::local
