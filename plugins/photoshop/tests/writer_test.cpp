#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <reel/testing/testing.hpp>
#include <sstream>

#include "documents.hpp"

namespace reel::photoshop::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// Whether what is written is right is for others to say: tests/exporters. Here: what is refused, and what the boundary promises.
class WriterTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { reel::testing::load_plugin("photoshop"); }

  static Document small(std::uint32_t depth = 8) {
    return {
        .width = 4, .height = 3, .depth = depth, .layers = {{.name = "only", .pixels = Pixels::gradient(4, 3, depth)}}};
  }
  std::string path() const { return folder_.file("document.psd"); }
  std::string written(const Document& document, const std::string& extension = "psd") const {
    EXPECT_EQ(write(document, path(), extension), "");
    std::stringstream bytes;
    bytes << std::ifstream(path(), std::ios::binary).rdbuf();
    return bytes.str();
  }
  /// What the exporter says of a document, which it is to refuse before it makes a file.
  std::string refusal(const Document& document) const {
    const std::string message = write(document, path());
    EXPECT_FALSE(std::filesystem::exists(path())) << message;
    return message;
  }

  reel::testing::TemporaryFolder folder_;
};

std::string code(reel_error error) { return std::to_string(error) + ": "; }

TEST_F(WriterTest, SaysWhatItIs) {
  EXPECT_STREQ(exporter().stages[0], "reel-photoshop");
  EXPECT_EQ(exporter().stages[1], nullptr);
  EXPECT_STREQ(exporter().extensions[0], "psd");
  EXPECT_STREQ(exporter().extensions[1], "psb");
  EXPECT_EQ(exporter().extensions[2], nullptr);
  EXPECT_STREQ(exporter().script_extension, "jsx");
}

TEST_F(WriterTest, ChoosesTheKindOfFile) {
  EXPECT_THAT(written(small()), StartsWith(std::string("8BPS\0\1", 6)));
  EXPECT_THAT(written(small(), "psb"), StartsWith(std::string("8BPS\0\2", 6)));
  Document wide{.width = 30'000, .height = 1, .layers = {{.name = "wide", .pixels = Pixels::gradient(30'000, 1, 8)}}};
  EXPECT_THAT(written(wide), StartsWith(std::string("8BPS\0\1", 6)));
  wide.width = 30'001;
  EXPECT_THAT(written(wide), StartsWith(std::string("8BPS\0\2", 6)));
}

/// 600 layers that share their pixels, more than 2 GB if they were not packed.
TEST_F(WriterTest, MakesALargeDocumentWhereTheSizeNeedsIt) {
  Document one{.width = 8,
               .height = 8,
               .layers = {{.name = "far", .left = 100, .pixels = Pixels::solid(1000, 900, 8, {1, 0, 0, 1})}}};
  CDocument c(one);
  std::vector<reel_layer> layers(600, c.document.layers[0]);
  c.document.layers = layers.data(), c.document.layer_count = layers.size();
  ASSERT_TRUE(exporter().write(nullptr, &c.document, "psd", path().c_str(), nullptr, nullptr));
  std::string head(6, ' ');
  std::ifstream(path(), std::ios::binary).read(head.data(), 6);
  EXPECT_EQ(head, std::string("8BPS\0\2", 6));
}

TEST_F(WriterTest, TheSameDocumentMakesTheSameBytes) {
  EXPECT_EQ(written(small()), written(small()));
  EXPECT_EQ(written(small(16)), written(small(16)));
}

TEST_F(WriterTest, ALayerOfAnotherDepthIsConverted) {
  Document document = small(16);
  document.layers[0].pixels = Pixels::gradient(4, 3, 8);
  EXPECT_EQ(write(document, path()), "");
  document = small(8);
  document.layers[0].pixels = Pixels::gradient(4, 3, 16);
  EXPECT_EQ(written(document), written(small(8)));
}

TEST_F(WriterTest, RefusesWhatNoDocumentCanBe) {
  Document document = small();
  document.width = 0;
  EXPECT_EQ(refusal(document), code(REEL_ERROR_INVALID) + "the document has 0 x 3 pixels, expected 1 to 300000 a side");
  document.width = 300'001;
  EXPECT_THAT(refusal(document), HasSubstr("300001 x 3 pixels"));
  document = small();
  document.depth = 32;
  EXPECT_THAT(refusal(document), HasSubstr("32 bits a channel"));
  document = small();
  document.pixels_per_inch = std::nan("");
  EXPECT_THAT(refusal(document), HasSubstr("pixels per inch"));
  document = small();
  document.layers.clear();
  EXPECT_THAT(refusal(document), HasSubstr("no layers"));
}

TEST_F(WriterTest, RefusesLayersAndNamesThem) {
  const auto refused = [&](auto change) {
    Document document = small();
    change(document.layers[0]);
    return refusal(document);
  };
  EXPECT_THAT(refused([](Layer& l) { l.blend = "dissolve"; }),
              HasSubstr("layer 'only': 'dissolve' is no way to blend it"));
  EXPECT_THAT(refused([](Layer& l) { l.blend = "pass"; }), HasSubstr("'pass'"));
  EXPECT_THAT(refused([](Layer& l) { l.opacity = 256; }), HasSubstr("opacity is 256"));
  EXPECT_THAT(refused([](Layer& l) { l.pixels.channels = 3; }), HasSubstr("4 channels"));
  EXPECT_THAT(refused([](Layer& l) { l.mask = Pixels::disc(3, 3, 8); }),
              HasSubstr("mask has 3 x 3 pixels, expected 4 x 3"));
  EXPECT_THAT(refused([](Layer& l) { l.left = 2'000'000'000; }), HasSubstr("too far outside"));
  EXPECT_THAT(refused([](Layer& l) { l.name = std::string(4'097, 'x'); }), HasSubstr("longer than 4096"));
}

TEST_F(WriterTest, RefusesTooManyLayersAndTooDeepGroups) {
  Document document = small();
  document.layers.assign(8'001, {.name = "group", .group = true});
  EXPECT_THAT(refusal(document), HasSubstr("more than 8000 layers"));
  document.layers.assign(1, {.name = "group", .group = true});
  for (int i = 0; i < 11; ++i) {
    Layer outer{.name = "group", .group = true};
    outer.layers = document.layers;
    document.layers = {outer};
  }
  EXPECT_THAT(refusal(document), HasSubstr("deeper than 10 levels"));
}

TEST_F(WriterTest, AFileThatCannotBeMadeIsNamed) {
  EXPECT_THAT(write(small(), folder_.file("missing/document.psd")),
              AllOf(HasSubstr("missing/document.psd'"), HasSubstr("No such file")));
  EXPECT_THAT(write(small(), "/dev/full"), HasSubstr("No space left"));
  EXPECT_THAT(write(small(), path(), "xcf"), AllOf(StartsWith(code(REEL_ERROR_INVALID)), HasSubstr("'xcf'")));
}

/// A task that is cancelled after so many questions.
struct Patience : reel_task {
  explicit Patience(int questions) : left(questions) {
    data = this;
    reel_task::cancelled = [](const reel_task* task) -> gboolean {
      return --static_cast<Patience*>(task->data)->left < 0;
    };
    reel_task::progress = [](const reel_task* task, double fraction, const char*) {
      static_cast<Patience*>(task->data)->told.push_back(fraction);
    };
  }
  int left;
  std::vector<double> told;
};

TEST_F(WriterTest, StopsWhenItIsToldTo) {
  for (const int questions : {0, 2, 3}) {
    const Patience task(questions);
    EXPECT_EQ(write(small(), path(), "psd", &task), code(REEL_ERROR_CANCELLED) + "cancelled") << questions;
  }
}

TEST_F(WriterTest, TellsHowFarItIs) {
  const Patience task(1000);
  EXPECT_EQ(write(small(), path(), "psd", &task), "");
  EXPECT_TRUE(std::ranges::is_sorted(task.told));
  EXPECT_EQ(task.told.front(), 0);
  EXPECT_EQ(task.told.back(), 1);
}

/// All texts of the document's XMP packet. Fails if it is no XML.
std::string xmp_texts(const std::string& bytes) {
  const auto begin = bytes.find("<x:xmpmeta"), end = bytes.find("<?xpacket end");
  const GMarkupParser parser{nullptr, nullptr,
                             [](GMarkupParseContext*, const gchar* text, gsize size, gpointer all, GError**) {
                               static_cast<std::string*>(all)->append(text, size);
                             },
                             nullptr, nullptr};
  std::string texts;
  GMarkupParseContext* const context = g_markup_parse_context_new(&parser, GMarkupParseFlags(0), &texts, nullptr);
  GError* error = nullptr;
  g_markup_parse_context_parse(context, bytes.data() + begin, static_cast<gssize>(end - begin), &error);
  if (error == nullptr) g_markup_parse_context_end_parse(context, &error);
  EXPECT_EQ(error, nullptr) << error->message;
  g_markup_parse_context_free(context);
  return texts;
}

TEST_F(WriterTest, TextsOfOthersDoNotBreakTheMetadata) {
  Document document = small();
  document.title = "</rdf:li><script>alert('&amp;')</script>\x01\xff]]>\"日本";
  document.source = "https://example.org/a?b=1&c=<2>\r\n";
  const std::string texts = xmp_texts(written(document));
  EXPECT_THAT(texts, HasSubstr("</rdf:li><script>alert('&amp;')</script>\uFFFD\uFFFD]]>\"日本"));
  EXPECT_THAT(texts, HasSubstr("https://example.org/a?b=1&c=<2>\r\n"));
  EXPECT_THAT(texts, HasSubstr("29.97"));
}

TEST_F(WriterTest, KeepsTheColourProfile) {
  const std::string profile = "a profile that the writer has no business to look into";
  CDocument c(small());
  c.document.icc_profile = profile.data(), c.document.icc_profile_size = profile.size();
  ASSERT_TRUE(exporter().write(nullptr, &c.document, "psd", path().c_str(), nullptr, nullptr));
  std::stringstream bytes;
  bytes << std::ifstream(path(), std::ios::binary).rdbuf();
  EXPECT_THAT(bytes.str(), HasSubstr(profile));
}

TEST_F(WriterTest, PlainGStreamerIsToldThatItCannotPlayTheStage) {
  reel::testing::Graph graph(
      "videotestsrc num-buffers=1 ! reel-photoshop uri=a.psd at=1s,2s..3s depth=16 layout=stack");
  try {
    graph.run();
    FAIL() << "it played";
  } catch (const std::runtime_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("only Reelwork writes Photoshop documents"));
  }
}

TEST_F(WriterTest, TimesAreMomentsAndRanges) {
  GstElement* const stage = gst_element_factory_make("reel-photoshop", nullptr);
  ASSERT_NE(stage, nullptr);
  g_object_set(stage, "at", "1s, 0:02..3s, 5s..", nullptr);
  gchar* text = nullptr;
  g_object_get(stage, "at", &text, nullptr);
  EXPECT_STREQ(text, "1000000000,2000000000..3000000000,5000000000..");
  g_free(text);
  gst_object_unref(stage);
}

}  // namespace
}  // namespace reel::photoshop::testing
