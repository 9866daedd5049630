#include "graph/player.hpp"

#include <future>
#include <thread>
#include <utility>

#include "reel/base/log.hpp"
#include "reel/plugin.h"

namespace reel::engine {
namespace {

using std::chrono::steady_clock;

constexpr const char* start_failed = "reel-start-failed";
constexpr std::chrono::seconds patience{10};  // for a graph to stop
constexpr GstClockTime tick = 100 * GST_MSECOND;
constexpr int most_equal_warnings = 3;

/// On a thread of its own: a stage may never come back from start() or from its last picture.
bool reach_null(GstElement* pipeline) {
  auto done = std::make_shared<std::promise<void>>();
  auto waiting = done->get_future();
  std::thread([element = gst::shared(pipeline), done] {
    gst_element_set_state(element.get(), GST_STATE_NULL);
    done->set_value();
  }).detach();
  return waiting.wait_for(patience) == std::future_status::ready;
}

}  // namespace

Player::Player(std::unique_ptr<Graph> graph, const Prepared& prepared, const Requests& requests)
    : graph_(std::move(graph)),
      prepared_(prepared),
      requests_(requests),
      bus_(gst_element_get_bus(graph_->pipeline())),
      failures_(prepared.pipeline),
      moved_at_(steady_clock::now()),
      watched_at_(moved_at_) {}

Player::~Player() { close(); }

bool Player::close() {
  if (!graph_) return true;
  gst_bus_set_flushing(bus_.get(), TRUE);
  if (reach_null(graph_->pipeline())) {
    graph_.reset();
    return true;
  }
  base::log(base::Level::warning, "a stage did not stop when told to, and was left behind");
  // Its threads still run in there.
  static_cast<void>(graph_.release());  // NOLINT(bugprone-unused-return-value)
  return false;
}

void Player::start(GstState state) {
  struct Call {
    GstState state;
  };
  gst_element_call_async(
      graph_->pipeline(),
      [](GstElement* pipeline, gpointer call) {
        if (gst_element_set_state(pipeline, static_cast<Call*>(call)->state) != GST_STATE_CHANGE_FAILURE) return;
        gst_element_post_message(
            pipeline, gst_message_new_application(GST_OBJECT(pipeline), gst_structure_new_empty(start_failed)));
      },
      new Call{state}, [](gpointer call) { delete static_cast<Call*>(call); });
}

void Player::play(const PlayHooks& hooks) {
  start(GST_STATE_PLAYING);
  loop(hooks, false);
}

void Player::reach(GstState state, const PlayHooks& hooks) {
  start(state);
  loop(hooks, true);
}

Player::Outcome Player::loop(const PlayHooks& hooks, bool until_reached) {
  moved_at_ = watched_at_ = steady_clock::now();
  auto next_tick = steady_clock::now();
  for (;;) {
    if (requests_.stop) throw base::Interrupted("stopped before the end; no target was touched");
    const gst::MessagePtr message(gst_bus_timed_pop(bus_.get(), tick));
    if (message)
      if (const Outcome outcome = handle(message.get(), hooks, until_reached); outcome != Outcome::going)
        return outcome;
    if (hooks.finished && hooks.finished()) {
      for (gst::MessagePtr more; more.reset(gst_bus_pop_filtered(bus_.get(), GST_MESSAGE_ELEMENT)), more;)
        note_frame(more.get());
      return Outcome::ended;
    }
    if (failures_.any()) fail();
    follow_pause();
    watch_stall(hooks.stall_timeout);
    if (steady_clock::now() < next_tick) continue;
    next_tick = steady_clock::now() + std::chrono::milliseconds(100);
    if (hooks.on_tick) hooks.on_tick(*graph_);
  }
}

Player::Outcome Player::handle(GstMessage* message, const PlayHooks& hooks, bool until_reached) {
  failures_.note(message);
  const bool of_pipeline = GST_MESSAGE_SRC(message) == GST_OBJECT(graph_->pipeline());
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_EOS:
      return Outcome::ended;
    case GST_MESSAGE_WARNING:
      log_warning(message);
      break;
    case GST_MESSAGE_ELEMENT:
      note_frame(message);
      if (hooks.on_element_message) hooks.on_element_message(message);
      break;
    case GST_MESSAGE_ASYNC_DONE:
      if (of_pipeline && until_reached) return Outcome::reached;
      break;
    case GST_MESSAGE_STATE_CHANGED: {
      GstState now = GST_STATE_NULL;
      gst_message_parse_state_changed(message, nullptr, &now, nullptr);
      if (of_pipeline && now >= GST_STATE_PAUSED && !std::exchange(sinks_watched_, true)) graph_->watch_sinks();
      break;
    }
    case GST_MESSAGE_APPLICATION:
      if (gst_message_has_name(message, start_failed) == FALSE || failures_.any()) break;
      throw StageError("the pipeline could not be started", "see why with: reel -vv run", "", {}, "");
    default:
      break;
  }
  return Outcome::going;
}

/// A damaged file can warn for each of its pictures.
void Player::log_warning(GstMessage* message) {
  const std::string text = warning_text(message);
  const std::string stage = gst::stage_id_of(GST_MESSAGE_SRC(message));
  const int seen = ++warnings_[stage + '\n' + text];
  if (seen <= most_equal_warnings) base::log(base::Level::warning, text, stage);
  if (seen == most_equal_warnings) base::log(base::Level::info, "more of these warnings are not shown", stage);
}

void Player::note_frame(GstMessage* message) {
  const GstStructure* const said = gst_message_get_structure(message);
  guint64 time = 0;
  if (gst_structure_has_name(said, REEL_MESSAGE_FRAME) == FALSE ||
      gst_structure_get_uint64(said, "time", &time) == FALSE)
    return;
  FrameNotes::Figures figures;
  const int count = std::min(gst_structure_n_fields(said), static_cast<int>(FrameNotes::most_figures) + 1);
  for (int i = 0; i < count; ++i) {
    const char* const name = gst_structure_nth_field_name(said, static_cast<guint>(i));
    if (double value = 0; gst_structure_get_double(said, name, &value) != FALSE) figures[name] = value;
  }
  frame_notes_.add(gst::stage_id_of(GST_MESSAGE_SRC(message)), base::Time{static_cast<std::int64_t>(time)},
                   std::move(figures));
}

void Player::fail() {
  // The cause may come right behind the first complaint.
  for (gst::MessagePtr more; more.reset(gst_bus_timed_pop(bus_.get(), 20 * GST_MSECOND)), more;)
    failures_.note(more.get());
  throw failures_.explain(graph_->pipeline());
}

void Player::follow_pause() {
  const bool wanted = requests_.pause;
  if (wanted == paused_) return;
  paused_ = wanted;
  start(wanted ? GST_STATE_PAUSED : GST_STATE_PLAYING);
}

void Player::watch_stall(base::Time timeout) {
  const std::uint64_t activity = graph_->activity();
  const auto now = steady_clock::now();
  // A process that was stopped meanwhile has not stalled.
  if (const auto away = now - std::exchange(watched_at_, now); away > std::chrono::seconds(2)) moved_at_ += away;
  if (paused_ || activity != last_activity_) {
    last_activity_ = activity;
    moved_at_ = now;
    return;
  }
  if (timeout > base::Time{0} && now - moved_at_ > timeout) throw stalled(timeout);
}

/// The stage that took something and gave nothing back is the one that hangs, as far as counting can tell.
StageError Player::stalled(base::Time timeout) const {
  const std::string what = "nothing has moved for " + base::format_duration(timeout) + ", so the run was given up";
  const std::string hint = "the stage may hang, or its input may never end; raise the stall timeout if it is only slow";
  for (std::size_t i = prepared_.pipeline.stages.size(); i-- > 0;) {
    const model::Stage& stage = prepared_.pipeline.stages[i];
    const StageCounters* const c = graph_->counters(i);
    const bool filter = stage.traits.role == model::StageRole::filter;
    if (c != nullptr && filter && !c->done && c->frames_in > c->frames_out)
      return stage_error(stage, "'" + stage.id + "' hangs: " + what, hint);
  }
  return StageError(what, hint, "", {}, "");
}

}  // namespace reel::engine
