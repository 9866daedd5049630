#include "xml.hpp"

#include <gtest/gtest.h>

#include "reel/task.hpp"

namespace reel::storage {
namespace {

TEST(Xml, is_a_tree) {
  const XmlElement xml = parse_xml(R"(<?xml version="1.0" encoding="UTF-8"?>
<Result xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Key>a &amp; &#xe4;</Key><Key>2</Key><Empty/></Result>)");
  EXPECT_EQ(xml.name, "Result");
  EXPECT_EQ(xml["Key"], "a & \u00e4");
  EXPECT_EQ(xml["Empty"], "");
  EXPECT_EQ(xml["None"], "");
  EXPECT_EQ(xml.children.size(), 3U);
}

TEST(Xml, of_strangers_is_bounded) {
  std::string deep, long_list = "<a>";
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  for (int i = 0; i < 200'000; ++i) long_list += "<b/>";
  for (const std::string& text : {std::string(), std::string("no XML"), std::string("<a>"), std::string("<a></b>"),
                                  std::string("<a/><b/>"), std::string("<a>\xff</a>"), std::string("<a>&unknown;</a>"),
                                  std::string("<html><p>Bad Gateway"), deep, long_list + "</a>"}) {
    EXPECT_THROW(parse_xml(text), ExtensionError) << text.substr(0, 40);
    EXPECT_EQ(parse_xml_or_nothing(text).name, "");
  }
}

TEST(Xml, billions_of_laughs_stay_unheard) {
  EXPECT_THROW(parse_xml(R"(<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>)"), ExtensionError);
}

TEST(Xml, is_escaped) { EXPECT_EQ(xml_escaped("<\"&'>"), "&lt;&quot;&amp;&apos;&gt;"); }

}  // namespace
}  // namespace reel::storage
