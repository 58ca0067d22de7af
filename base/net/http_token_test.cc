#include "base/net/http_token.h"

#include "gtest/gtest.h"

namespace fleetca {
namespace {

TEST(HttpTokenTest, NamesAndMethods) {
  for (const absl::string_view text : {"Host", "X-Client-Cert", "x_y", "GET", "!#$%&'*+-.^_`|~9"}) {
    EXPECT_TRUE(IsHttpToken(text)) << text;
  }
}

TEST(HttpTokenTest, NothingElse) {
  for (const absl::string_view text :
       {absl::string_view(""), absl::string_view("Host "), absl::string_view(" Host"),
        absl::string_view("A B"), absl::string_view("A\t"), absl::string_view("A(B)"),
        absl::string_view("A,B"), absl::string_view("\"A\""), absl::string_view("A:"),
        absl::string_view("A\xe9"), absl::string_view("A\0B", 3), absl::string_view("A\x7f")}) {
    EXPECT_FALSE(IsHttpToken(text)) << text;
  }
}

}  // namespace
}  // namespace fleetca
