#include "muxer.hpp"

#include <gst/tag/tag.h>

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <optional>

#include "file_tags.hpp"
#include "packet_writer.hpp"
#include "reel/sdk.hpp"
#include "track.hpp"

namespace reel::local {
namespace {

/// Waits where one stream runs this far ahead of another: memory is finite.
constexpr std::size_t most_waiting = 256U << 20U;

struct Instance {
  GstElement base;
  class Muxer* self;
};
GType muxer_type();

class Muxer {
 public:
  explicit Muxer(GstElement* element) : element_(element) {}

  static Muxer& of(gpointer element) { return *static_cast<Instance*>(element)->self; }

  void configure(MuxerSettings settings) {
    const std::lock_guard lock(mutex_);
    settings_ = std::move(settings);
  }
  void release() {
    const std::lock_guard lock(mutex_);
    writer_.reset();
    settings_ = {};
  }
  GstPad* add(std::shared_ptr<std::atomic<std::int64_t>> samples, bool ignored);
  void remove(GstPad* pad);

  GstFlowReturn chain(GstPad* pad, BufferPtr buffer);
  bool event(GstPad* pad, GstEvent* event);
  void play(bool playing);
  void open();
  void stop();
  GstClockTime position() const { return position_.load(); }

 private:
  using Lock = std::unique_lock<std::mutex>;

  Track& track(GstPad* pad);
  bool starved() const;
  std::size_t waiting() const;
  void drain();
  void write_header();
  void write(Track& track);
  bool end(Track& track);
  void finish_file();
  void publish(guint32 seqnum);
  void flush_stop(Track& track);
  void handle(Track& track, GstEvent* event);
  void post(const Error& error);

  GstElement* element_;  ///< owns us
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  MuxerSettings settings_;
  std::list<Track> tracks_;
  GstTagList* tags_ = nullptr;
  std::unique_ptr<PacketWriter> writer_;
  bool playing_ = false, stopping_ = true, failed_ = false, finished_ = false;
  int next_pad_ = 0;
  std::atomic<GstClockTime> position_{0};

 public:
  Muxer(const Muxer&) = delete;
  Muxer& operator=(const Muxer&) = delete;
  ~Muxer() {
    if (tags_ != nullptr) gst_tag_list_unref(tags_);
  }
};

// -- inputs

GstFlowReturn on_chain(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
  return Muxer::of(parent).chain(pad, BufferPtr(buffer));
}

gboolean on_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  return Muxer::of(parent).event(pad, event) ? TRUE : FALSE;
}

GstPad* Muxer::add(std::shared_ptr<std::atomic<std::int64_t>> samples, bool ignored) {
  const std::string name = "sink_" + std::to_string(next_pad_++);
  GstPadTemplate* const made_from = gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(element_), "sink_%u");
  GstPad* const pad = gst_pad_new_from_template(made_from, name.c_str());
  gst_pad_set_chain_function(pad, on_chain);
  gst_pad_set_event_function(pad, on_event);
  {
    const std::lock_guard lock(mutex_);
    tracks_.emplace_back(pad, std::move(samples), ignored);
  }
  gst_element_add_pad(element_, pad);
  return pad;
}

void Muxer::remove(GstPad* pad) {
  {
    const std::lock_guard lock(mutex_);
    tracks_.remove_if([pad](const Track& t) { return t.pad() == pad; });
  }
  gst_element_remove_pad(element_, pad);
}

Track& Muxer::track(GstPad* pad) {
  return *std::ranges::find_if(tracks_, [pad](const Track& t) { return t.pad() == pad; });
}

// -- writing

/// Whether some stream has to deliver before anything more can be written.
bool Muxer::starved() const {
  return std::ranges::any_of(tracks_, [](const Track& t) { return !t.ended && !t.ready(); });
}

std::size_t Muxer::waiting() const {
  std::size_t sum = 0;
  for (const Track& t : tracks_) sum += t.bytes();
  return sum;
}

void Muxer::write_header() {
  std::vector<StreamSpec> specs;
  for (Track& t : tracks_) {
    t.index = -1;
    if (!t.known() || !t.has_packets()) continue;
    t.index = static_cast<int>(specs.size());
    specs.push_back(t.take_spec());
    specs.back().language = language_of(t.pad(), settings_.format.container == Container::mkv);
  }
  if (specs.empty())
    throw Error("cannot write '" + settings_.file->target() + "': nothing came in, neither picture nor sound");
  PacketWriter::Options options{.path = settings_.file->temporary(),
                                .target = settings_.file->target(),
                                .muxer = settings_.format.muxer,
                                .fast_start = settings_.fast_start,
                                .chapters = chapters_of(settings_.says),
                                .tags = tags_of(settings_.says, tags_)};
  writer_ = std::make_unique<PacketWriter>(options, std::move(specs));
}

void Muxer::write(Track& track) {
  const std::int64_t time = track.next_time();
  const PacketPtr packet = track.pop();
  if (track.index < 0) return;
  av_packet_rescale_ts(packet.get(), packet->time_base, writer_->time_base(static_cast<std::size_t>(track.index)));
  writer_->write(*packet);
  if (time > 0) position_.store(static_cast<GstClockTime>(time));
}

/// Writes what is final, in order of decoding over all streams.
void Muxer::drain() {
  while (!starved()) {
    Track* next = nullptr;
    for (Track& t : tracks_)
      if (t.has_packets() && (next == nullptr || t.next_time() < next->next_time())) next = &t;
    if (next == nullptr) return;
    if (!writer_) write_header();
    write(*next);
  }
}

GstFlowReturn Muxer::chain(GstPad* pad, BufferPtr buffer) {
  Lock lock(mutex_);
  Track& t = track(pad);
  changed_.wait(lock, [&] { return playing_ || stopping_ || t.flushing; });
  if (stopping_ || t.flushing) return GST_FLOW_FLUSHING;
  if (failed_) return GST_FLOW_ERROR;
  if (t.ended) return GST_FLOW_EOS;
  bool whole = false;
  try {
    if (!t.known()) throw Error("an encoder did not say what it puts out");
    t.push(buffer.get());
    if (settings_.format.single_picture)
      whole = end(t);
    else
      drain();
  } catch (const std::exception& e) {
    failed_ = true;
    lock.unlock();
    post(Error(e.what()));
    return GST_FLOW_ERROR;
  }
  changed_.notify_all();
  if (whole) {
    lock.unlock();
    publish(gst_util_seqnum_next());
    return GST_FLOW_EOS;
  }
  changed_.wait(lock,
                [&] { return stopping_ || t.flushing || failed_ || waiting() < most_waiting || !t.has_packets(); });
  return stopping_ || t.flushing ? GST_FLOW_FLUSHING : GST_FLOW_OK;
}

// -- the end

/// Returns true once: when the file is whole.
bool Muxer::end(Track& t) {
  t.end();
  if (finished_ || failed_) return false;
  drain();
  if (!std::ranges::all_of(tracks_, [](const Track& other) { return other.ended; })) return false;
  if (!writer_) write_header();
  writer_->finish();
  writer_.reset();
  finished_ = true;
  return true;
}

/// Puts the file in place, or leaves that to the host, and says that all is done.
void Muxer::publish(guint32 seqnum) {
  try {
    if (settings_.commit) {
      settings_.file->commit();
    } else {
      GstStructure* const artifact =
          gst_structure_new("reel-artifact", "temporary", G_TYPE_STRING, settings_.file->temporary().c_str(), "target",
                            G_TYPE_STRING, settings_.file->target().c_str(), nullptr);
      gst_element_post_message(element_, gst_message_new_element(GST_OBJECT(settings_.says), artifact));
    }
  } catch (const Error& e) {
    post(e);
    return;
  }
  GstMessage* const done = gst_message_new_eos(GST_OBJECT(element_));
  gst_message_set_seqnum(done, seqnum);
  gst_element_post_message(element_, done);
}

void Muxer::post(const Error& error) { GST_ELEMENT_ERROR(element_, RESOURCE, WRITE, ("%s", error.what()), (nullptr)); }

// -- events

void Muxer::flush_stop(Track& t) {
  t.flush();
  // What was written came before the seek: the file starts anew.
  writer_.reset();
  finished_ = false;
  for (Track& other : tracks_) other.index = -1;
}

void Muxer::handle(Track& t, GstEvent* event) {
  GstCaps* caps = nullptr;
  const GstSegment* segment = nullptr;
  GstTagList* tags = nullptr;
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
      gst_event_parse_caps(event, &caps);
      t.set_caps(caps);
      break;
    case GST_EVENT_SEGMENT:
      gst_event_parse_segment(event, &segment);
      t.set_segment(*segment);
      break;
    case GST_EVENT_TAG: {
      gst_event_parse_tag(event, &tags);
      GstTagList* const merged = gst_tag_list_merge(tags_, tags, GST_TAG_MERGE_KEEP);
      if (tags_ != nullptr) gst_tag_list_unref(tags_);
      tags_ = merged;
      break;
    }
    case GST_EVENT_FLUSH_START:
      t.flushing = true;
      break;
    case GST_EVENT_FLUSH_STOP:
      flush_stop(t);
      break;
    default:
      break;
  }
}

bool Muxer::event(GstPad* pad, GstEvent* owned) {
  const EventPtr event(owned);
  bool whole = false;
  {
    Lock lock(mutex_);
    Track& t = track(pad);
    try {
      if (GST_EVENT_TYPE(event.get()) == GST_EVENT_EOS) {
        changed_.wait(lock, [&] { return playing_ || stopping_ || t.flushing; });
        whole = !stopping_ && !t.flushing && end(t);
      } else {
        handle(t, event.get());
      }
    } catch (const std::exception& e) {
      failed_ = true;
      changed_.notify_all();
      lock.unlock();
      post(Error(e.what()));
      return false;
    }
    changed_.notify_all();
  }
  if (whole) publish(gst_event_get_seqnum(event.get()));
  return true;
}

// -- states

void Muxer::open() {
  const std::lock_guard lock(mutex_);
  stopping_ = failed_ = finished_ = false;
  for (Track& t : tracks_) t.flush();
  position_.store(0);
}

void Muxer::play(bool playing) {
  const std::lock_guard lock(mutex_);
  playing_ = playing;
  changed_.notify_all();
}

void Muxer::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

// -- the GObject side

gpointer parent_class = nullptr;

GstStateChangeReturn change_state(GstElement* e, GstStateChange change) {
  Muxer& self = Muxer::of(e);
  if (change == GST_STATE_CHANGE_READY_TO_PAUSED) self.open();
  if (change == GST_STATE_CHANGE_PAUSED_TO_READY) self.stop();
  if (change == GST_STATE_CHANGE_PLAYING_TO_PAUSED) self.play(false);
  const auto result = static_cast<GstElementClass*>(parent_class)->change_state(e, change);
  if (change == GST_STATE_CHANGE_PAUSED_TO_PLAYING) self.play(true);
  return result;
}

gboolean query(GstElement* e, GstQuery* query) {
  GstFormat format = GST_FORMAT_UNDEFINED;
  if (GST_QUERY_TYPE(query) == GST_QUERY_POSITION) {
    gst_query_parse_position(query, &format, nullptr);
    if (format != GST_FORMAT_TIME) return FALSE;
    gst_query_set_position(query, format, static_cast<gint64>(Muxer::of(e).position()));
    return TRUE;
  }
  return static_cast<GstElementClass*>(parent_class)->query(e, query);
}

void class_init(gpointer klass, gpointer) {
  parent_class = g_type_class_peek_parent(klass);
  static_cast<GObjectClass*>(klass)->finalize = [](GObject* o) {
    delete reinterpret_cast<Instance*>(o)->self;
    static_cast<GObjectClass*>(parent_class)->finalize(o);
  };
  auto* const element = static_cast<GstElementClass*>(klass);
  element->change_state = change_state;
  element->query = query;
  gst_element_class_set_static_metadata(element, "Muxer", "Sink/Muxer", "Writes encoded streams to a file", "Reelwork");
  gst_element_class_add_pad_template(element,
                                     gst_pad_template_new("sink_%u", GST_PAD_SINK, GST_PAD_SOMETIMES, GST_CAPS_ANY));
}

void instance_init(GTypeInstance* object, gpointer) {
  auto* const element = reinterpret_cast<GstElement*>(object);
  reinterpret_cast<Instance*>(object)->self = new Muxer(element);
  GST_OBJECT_FLAG_SET(element, GST_ELEMENT_FLAG_SINK);
}

GType muxer_type() {
  static const GType type = g_type_register_static_simple(GST_TYPE_ELEMENT, "ReelLocalMuxer", sizeof(GstElementClass),
                                                          reinterpret_cast<GClassInitFunc>(class_init),
                                                          sizeof(Instance), instance_init, GTypeFlags(0));
  return type;
}

}  // namespace

GstElement* make_muxer() { return GST_ELEMENT(g_object_new(muxer_type(), nullptr)); }
void configure(GstElement* muxer, MuxerSettings settings) { Muxer::of(muxer).configure(std::move(settings)); }
void release(GstElement* muxer) { Muxer::of(muxer).release(); }
GstPad* add_input(GstElement* muxer, std::shared_ptr<std::atomic<std::int64_t>> samples, bool ignored) {
  return Muxer::of(muxer).add(std::move(samples), ignored);
}
void remove_input(GstElement* muxer, GstPad* pad) { Muxer::of(muxer).remove(pad); }

}  // namespace reel::local
