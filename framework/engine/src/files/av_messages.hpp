/// What libav has to say of one decoder or file. Private to the engine.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
}

#include <cstdarg>
#include <mutex>
#include <set>
#include <string>

namespace reel::engine::av {

/// Warnings and worse, each text once. For any thread; those who speak must end before it does.
class Messages {
 public:
  Messages();
  ~Messages();
  Messages(const Messages&) = delete;
  Messages& operator=(const Messages&) = delete;

  /// From now on. Takes their `opaque`.
  void hear(AVCodecContext& decoder) { decoder.opaque = this; }
  void hear(AVFormatContext& file) { file.opaque = this; }
  void add(std::string text);
  std::set<std::string> texts() const;

 private:
  mutable std::mutex mutex_;
  std::set<std::string> texts_;
};

/// Makes libav speak to us. GStreamer's libav plugin makes it speak to GStreamer instead when it is loaded.
void hear_libav();
/// For libav's log callback: gives the line to those Messages that hear who speaks.
void note_message(void* from, int level, const char* format, va_list arguments);

}  // namespace reel::engine::av
