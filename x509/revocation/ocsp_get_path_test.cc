#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/revocation/ocsp_request.h"
#include "x509/revocation/testing/ocsp_fixture.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsInvalid;

MATCHER(IsBadPath, "is a path that is refused") {
  return ExplainMatchResult(IsInvalid(Reason::kOcspRequestMalformed, "ocsp_request.path"), arg,
                            result_listener);
}

TEST(DecodeOcspGetPath, TakesTheCharactersOfBase64RawAndEscaped) {
  // 3f bf fe: "P7/+", and one octet more needs "==".
  const std::string octets = Bytes("\x3f\xbf\xfe\xff");
  for (const absl::string_view path : {"P7/+/w==", "/P7/+/w==", "//P7/+/w==", "P7%2F%2B%2Fw%3D%3D",
                                       "P7%2f%2b%2fw%3d%3d", "%2FP7/%2B/w%3D="}) {
    const auto decoded = DecodeOcspGetPath(path);
    ASSERT_TRUE(decoded.ok()) << path << decoded.status();
    EXPECT_EQ(*decoded, octets) << path;
  }
  EXPECT_EQ(EncodeOcspGetPath(octets), "P7%2F%2B%2Fw%3D%3D");
  // '//' in the middle are two digits.
  EXPECT_EQ(*DecodeOcspGetPath("MD//"), Bytes("\x30\x3f\xff"));
}

TEST(DecodeOcspGetPath, RefusesWhatIsNotBase64) {
  for (const absl::string_view path :
       {"",         "/",     "////",    "MA",       "MA=",    "MA===", "====",  "M===", "MAA",
        "MA==MA==", "MA=A",  "MB==",    "MAB=",     "MA-_",   "MA =",  "MA%20", "MA%",  "MA%2",
        "MA%%2",    "MA%2G", "MA%3d%3", "MA==?x=1", "MA==\n", "MA==/", "../a"}) {
    EXPECT_THAT(DecodeOcspGetPath(path), IsBadPath()) << path;
  }
  EXPECT_THAT(DecodeOcspGetPath(absl::string_view("MA=\0", 4)), IsBadPath());
  EXPECT_THAT(DecodeOcspGetPath("MA\xc3\xa4"), IsBadPath());
}

TEST(DecodeOcspGetPath, TakesUpTo255Octets) {
  const std::string base64(252, 'A');
  EXPECT_TRUE(DecodeOcspGetPath(base64).ok());
  EXPECT_TRUE(DecodeOcspGetPath("///" + base64).ok());
  EXPECT_THAT(DecodeOcspGetPath("////" + base64), IsBadPath());
  EXPECT_THAT(DecodeOcspGetPath(base64 + "AAAA"), IsBadPath());
}

}  // namespace
}  // namespace fleetca::x509
