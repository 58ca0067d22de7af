#include "x509/punycode.h"

#include <string>

#include "gtest/gtest.h"

namespace fleetca::x509 {
namespace {

TEST(PunycodeTest, KnowsItsLabels) {
  EXPECT_TRUE(IsPunycodeLabel("xn--zrich-kva"));
  EXPECT_FALSE(IsPunycodeLabel("xn-zrich"));
  EXPECT_FALSE(IsPunycodeLabel("zrich-xn--kva"));
}

// The samples of RFC 3492 section 7.1 that are labels, and names of the day.
TEST(PunycodeTest, TakesWhatDecodesAndEncodesAgain) {
  for (const char* label :
       {"xn--egbpdaj6bu4bxfgehfvwxn", "xn--ihqwcrb4cv8a8dqg056pqjye",
        "xn--ihqwctvzc91f659drss3x8bo0yb", "xn--4dbcagdahymbxekheh6e0a7fei0b",
        "xn--i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd", "xn--b1abfaaepdrnnbgefbadotcwatmq2g4l",
        "xn--zrich-kva", "xn--bcher-kva", "xn--strae-oqa", "xn--p1ai", "xn--nxasmm1c", "xn--fiqs8s",
        "xn--maana-pta", "xn--ls8h"}) {
    EXPECT_EQ(PunycodeProblem(label), nullptr) << label;
  }
}

TEST(PunycodeTest, RefusesWhatDoesNotDecode) {
  for (const std::string& label :
       {std::string("xn--99999999"),  // cut off in the middle of a number
        std::string("xn--zrich-kv"), std::string("xn--a-9999"),
        std::string("xn--9999999a"),  // past the last code point, or past 32 bits
        std::string("xn--zzzzzzzz"),
        std::string("xn--a-b_c"),  // no digit
        "xn--" + std::string(59, '9')}) {
    EXPECT_NE(PunycodeProblem(label), nullptr) << label;
  }
}

// What only decodes would be a second way to write a name.
TEST(PunycodeTest, RefusesPlainTextInDisguise) {
  for (const char* label : {"xn--", "xn---", "xn--web-", "xn--z-"}) {
    EXPECT_NE(PunycodeProblem(label), nullptr) << label;
  }
}

// U+D800 is half of a character in UTF-16, and none by itself.
TEST(PunycodeTest, RefusesSurrogates) { EXPECT_NE(PunycodeProblem("xn--ib9b"), nullptr); }

// U+0080 and U+009F, and U+0085 in a word; U+00A0 and U+00E9 are above them.
TEST(PunycodeTest, RefusesControlCharacters) {
  for (const char* label : {"xn--a", "xn--5a", "xn--web-xa", "xn--web-wa"}) {
    ASSERT_NE(PunycodeProblem(label), nullptr) << label;
    EXPECT_EQ(std::string(PunycodeProblem(label)), PunycodeProblem("xn--99999999")) << label;
  }
  for (const char* label : {"xn--6a", "xn--9ca"}) {
    EXPECT_EQ(PunycodeProblem(label), nullptr) << label;
  }
}

}  // namespace
}  // namespace fleetca::x509
