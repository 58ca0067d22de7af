#include "client/fingerprint.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

// Of "abc" (FIPS 180-4).
constexpr char kHash[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

std::string WithColons(absl::string_view hex) {
  std::string out(hex.substr(0, 2));
  for (size_t i = 2; i < hex.size(); i += 2) {
    absl::StrAppend(&out, ":", hex.substr(i, 2));
  }
  return out;
}

TEST(FingerprintTest, IsTheSha256InHex) { EXPECT_EQ(FingerprintOf("abc"), kHash); }

TEST(FingerprintTest, ParsesEitherCaseWithAndWithoutColons) {
  const std::string upper = absl::AsciiStrToUpper(kHash);
  for (const std::string& text :
       {std::string(kHash), upper, WithColons(kHash), WithColons(upper)}) {
    const absl::StatusOr<std::string> parsed = ParseFingerprint(text);
    ASSERT_TRUE(parsed.ok()) << parsed.status();
    EXPECT_EQ(*parsed, absl::HexStringToBytes(kHash));
  }
}

TEST(FingerprintTest, RefusesEverythingElse) {
  const std::string hash = kHash;
  const std::string colons = WithColons(hash);
  std::string shifted = colons;
  std::swap(shifted[2], shifted[3]);
  for (const std::string& text :
       {std::string(), hash.substr(1), hash + "0", hash.substr(0, 40), "g" + hash.substr(1),
        " " + hash.substr(1), colons.substr(0, colons.size() - 1), colons + ":", shifted,
        std::string(95, 'a'), std::string(95, ':'), hash.substr(0, 63) + '\0'}) {
    const absl::Status status = ParseFingerprint(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << text;
    EXPECT_EQ(GetField(status), "ca_sha256");
  }
}

}  // namespace
}  // namespace fleetca::client
