#include "reel/exporter.hpp"

#include <gtest/gtest.h>

#include <new>
#include <vector>

namespace reel {
namespace {

struct Full : Exporter<Full> {
  static constexpr std::array stages{"test-full"};
  static constexpr std::array extensions{"one", "two"};
  static constexpr const char* script_extension = "txt";

  static void write(const reel_document& document, std::string_view, const std::string& path, const Task& task) {
    if (path == "denied") throw ExtensionError(REEL_ERROR_DENIED, "not here");
    if (path == "broken") throw std::bad_alloc();
    if (path == "strange") throw 1;
    task.progress(0.5, "half");
    task.check();
    EXPECT_EQ(document.width, 7U);
  }
  static void write_script(std::span<const reel_video_layer> layers, const reel_video_layer*, double,
                           const std::string&, const Task&) {
    EXPECT_EQ(layers.size(), 2U);
  }
};

struct Plain : Exporter<Plain> {
  static constexpr std::array stages{"test-plain"};
  static constexpr std::array extensions{"plain"};
  static void write(const reel_document&, std::string_view, const std::string&, const Task&) {}
};

template <class E>
const reel_exporter& table() {
  return *static_cast<const reel_exporter*>(E::table());
}

/// The error of one call, or "" where it succeeded.
std::string outcome(const char* path, const reel_task* task = nullptr) {
  const reel_document document{.width = 7};
  GError* error = nullptr;
  if (table<Full>().write(nullptr, &document, "one", path, task, &error) != FALSE) return "";
  EXPECT_EQ(error->domain, REEL_ERROR);
  const std::string text = std::to_string(error->code) + " " + error->message;
  g_error_free(error);
  return text;
}

TEST(Exporter, fills_in_the_table) {
  EXPECT_STREQ(table<Full>().stages[0], "test-full");
  EXPECT_EQ(table<Full>().stages[1], nullptr);
  EXPECT_STREQ(table<Full>().extensions[1], "two");
  EXPECT_EQ(table<Full>().extensions[2], nullptr);
  EXPECT_STREQ(table<Full>().script_extension, "txt");
  const std::vector<reel_video_layer> layers(2);
  EXPECT_TRUE(table<Full>().write_script(nullptr, layers.data(), 2, nullptr, 25, "a", nullptr, nullptr));
}

TEST(Exporter, need_not_write_scripts) {
  EXPECT_EQ(table<Plain>().write_script, nullptr);
  EXPECT_EQ(table<Plain>().script_extension, nullptr);
}

TEST(Exporter, turns_what_is_thrown_into_errors) {
  EXPECT_EQ(outcome("good"), "");
  EXPECT_EQ(outcome("denied"), std::to_string(REEL_ERROR_DENIED) + " not here");
  EXPECT_EQ(outcome("broken").substr(0, 1), std::to_string(REEL_ERROR_FAILED));
  EXPECT_EQ(outcome("strange").substr(0, 1), std::to_string(REEL_ERROR_FAILED));
}

TEST(Exporter, is_told_to_stop_and_tells_how_far_it_is) {
  double far = 0;
  const reel_task task{&far, [](const reel_task*) -> gboolean { return TRUE; },
                       [](const reel_task* t, double f, const char*) { *static_cast<double*>(t->data) = f; }};
  EXPECT_EQ(outcome("good", &task), std::to_string(REEL_ERROR_CANCELLED) + " cancelled");
  EXPECT_EQ(far, 0.5);
}

}  // namespace
}  // namespace reel
