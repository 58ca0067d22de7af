#include "client/cli/local/mistyped_server.h"

#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

TEST(MistypedServerTest, EachMistakeIsNamed) {
  for (const auto& [target, words] :
       {std::pair("127.0.0.1:99999", "out of range"), std::pair("127.0.0.1:0", "out of range"),
        std::pair("localhost:https", "is not a port"), std::pair("127.0.0.1", "has no port"),
        std::pair("localhost:", "has no port"), std::pair("https://h:99999/", "out of range"),
        std::pair("http://h:80/", "as in h:443"), std::pair("::1:1", "without brackets"),
        std::pair("::1", "without brackets"), std::pair("https://me@h/", "names a user"),
        std::pair("https://", "is empty")}) {
    EXPECT_THAT(MistypedServer(target), HasSubstr(words)) << target;
    EXPECT_THAT(MistypedServer(target), HasSubstr("there is no file")) << target;
  }
}

TEST(MistypedServerTest, PathsAreNone) {
  for (const char* path : {"web.crt", "/nonexistent/web.crt", "a/b:c", "localhost", "-"}) {
    EXPECT_EQ(MistypedServer(path), "") << path;
  }
}

}  // namespace
}  // namespace fleetca::client
