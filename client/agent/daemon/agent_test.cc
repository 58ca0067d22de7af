#include "client/agent/daemon/agent.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/agent/agent_options.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::AllOf;
using ::testing::HasSubstr;

class AgentTest : public ::testing::Test {
 protected:
  // With one identity, which shares nothing with that of another name but the state folder.
  AgentOptions Options(const std::string& identity) const {
    AgentOptions options;
    options.trust_domain = "fleet.example";
    options.addresses = {"localhost:1"};
    options.bootstrap_addresses = {"localhost:1"};
    options.root_sha256 = std::string(32, '\x01');
    options.state_folder = state_;
    options.status_socket = absl::StrCat(folder_.path(), "/", identity, ".sock");
    IdentityOptions& one = options.identities.emplace_back();
    one.name = identity;
    one.profile = "server";
    one.outputs.folder = absl::StrCat(folder_.path(), "/", identity);
    return options;
  }

  // A socket's path is 107 octets at most.
  const fleetca::testing::TemporaryFolder folder_{"/tmp"};
  const std::string state_ = folder_.path() + "/state";
};

TEST_F(AgentTest, AStateFolderIsOneAgentsWhateverTheIdentitiesAre) {
  auto first = Agent::Create(Options("web"));
  FLEETCA_ASSERT_OK(first);
  const absl::Status second = Agent::Create(Options("mail")).status();
  EXPECT_THAT(second, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(second.message(), AllOf(HasSubstr(state_), HasSubstr("is in use by another process"),
                                      HasSubstr("name another folder")));
  first->reset();
  FLEETCA_EXPECT_OK(Agent::Create(Options("mail")));
}

}  // namespace
}  // namespace fleetca::client
