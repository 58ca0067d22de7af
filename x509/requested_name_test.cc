#include "x509/requested_name.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::x509 {
namespace {

using ::testing::HasSubstr;

TEST(ParseRequestedNameTest, TakesEachType) {
  struct Case {
    std::string text;
    NameType type;
    std::string value;
  };
  const std::vector<Case> cases = {
      {"URI:spiffe://fleet.example/svc/web", NameType::kUri, "spiffe://fleet.example/svc/web"},
      {"dns:web.fleet.example", NameType::kDns, "web.fleet.example"},
      {"IP:10.0.0.1", NameType::kIp, std::string("\x0a\x00\x00\x01", 4)},
      {"ip:2001:db8::1", NameType::kIp,
       std::string("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01", 16)},
      {"email:ops@fleet.example", NameType::kEmail, "ops@fleet.example"}};
  for (const Case& c : cases) {
    const absl::StatusOr<RequestedName> name = ParseRequestedName(c.text);
    ASSERT_TRUE(name.ok()) << name.status();
    EXPECT_EQ(name->type, c.type) << c.text;
    EXPECT_EQ(name->value, c.value) << c.text;
  }
}

TEST(ParseRequestedNameTest, OtherUrisWhereTheyAreAllowed) {
  EXPECT_EQ(ParseRequestedName("URI:https://fleet.example/a", OtherUris::kAllowed)->value,
            "https://fleet.example/a");
  EXPECT_TRUE(ParseRequestedName("URI:urn:uuid:7", OtherUris::kAllowed).ok());
  for (const char* text : {"URI:", "URI:fleet.example", "URI:https:", "URI:https://a b",
                           "URI:spiffe://Fleet/", "URI:1:x", "DNS:a b"}) {
    EXPECT_FALSE(ParseRequestedName(text, OtherUris::kAllowed).ok()) << text;
  }
}

TEST(ParseRequestedNameTest, SaysWhatIsWrong) {
  for (const std::string text :
       {"", ":", "web.fleet.example", "CN:web", "DNS:", "DNS:Web.fleet.example", "DNS:a b",
        "URI:https://fleet.example/", "IP:", "IP:10.0.0", "IP:10.0.0.1/24", "IP:web", "email:x"}) {
    const absl::Status status = ParseRequestedName(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(GetReason(status), Reason::kSanInvalid) << text;
  }
  EXPECT_THAT(std::string(ParseRequestedName("web.fleet.example").status().message()),
              HasSubstr("write URI:spiffe://..., DNS:..., IP:... or email:..."));
}

}  // namespace
}  // namespace fleetca::x509
