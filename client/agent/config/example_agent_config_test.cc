#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/config/testing/absent_fields.h"
#include "base/file.h"
#include "client/agent/config/agent_config.h"
#include "fleetca/agent/v1/agent.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::CollectAbsentFields;
using ::testing::IsEmpty;

// The example: it loads, and it shows every field of the schema.
constexpr char kExample[] = "deploy/example/agent.textproto";

TEST(ExampleAgentConfigTest, Loads) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(kExample));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const AgentOptions options,
                               ParseAgentConfig(text, absl::StrCat("/", kExample), ""));
  ASSERT_EQ(options.identities.size(), 2u);
  EXPECT_EQ(options.identities[0].enrollment.join_token_file, "/deploy/example/join-token");
  EXPECT_EQ(options.identities[1].outputs.folder, "");
}

TEST(ExampleAgentConfigTest, ShowsEveryField) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(kExample));
  std::set<std::string> absent;
  CollectAbsentFields(agent::v1::AgentConfig::descriptor(), text, &absent);
  EXPECT_THAT(absent, IsEmpty());
}

}  // namespace
}  // namespace fleetca::client
