#include "service/policy/one_capture.h"

#include <optional>

#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

TEST(OneCaptureTest, TakesATextApart) {
  const OneCapture parsed = OneCapture::Parse("web-{name}-x");
  EXPECT_EQ(parsed.before, "web-");
  EXPECT_EQ(parsed.name, "name");
  EXPECT_EQ(parsed.after, "-x");
  for (const char* literal : {"web", "", "we{b"}) {
    EXPECT_FALSE(OneCapture::Parse(literal).HasCapture()) << literal;
    EXPECT_EQ(OneCapture::Parse(literal).before, literal);
    EXPECT_EQ(OneCapture::Parse(literal).CaptureFor(literal), std::nullopt);
  }
}

TEST(OneCaptureTest, ACaptureIsOneCharacterAtLeast) {
  const OneCapture pattern = OneCapture::Parse("a{x}a");
  EXPECT_EQ(pattern.CaptureFor("aba"), "b");
  EXPECT_EQ(pattern.CaptureFor("aaa"), "a");
  EXPECT_EQ(pattern.CaptureFor("aa"), std::nullopt);
  EXPECT_EQ(pattern.CaptureFor("a"), std::nullopt) << "before and after may not share it";
  EXPECT_EQ(pattern.CaptureFor("bba"), std::nullopt);
  EXPECT_EQ(pattern.CaptureFor("abb"), std::nullopt);
  EXPECT_EQ(OneCapture::Parse("{x}").CaptureFor("anything"), "anything");
  EXPECT_EQ(OneCapture::Parse("{x}").CaptureFor(""), std::nullopt);
}

}  // namespace
}  // namespace fleetca::service
