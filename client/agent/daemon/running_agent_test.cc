#include "client/agent/daemon/running_agent.h"

#include <string>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Notes when one starts and ends, by its state folder.
class NotedAgent final : public Agent {
 public:
  NotedAgent(std::string name, std::vector<std::string>* notes)
      : name_(std::move(name)), notes_(*notes) {}
  ~NotedAgent() override { notes_.push_back(name_ + " ends"); }

  absl::Status Start() override {
    notes_.push_back(name_ + " starts");
    return absl::OkStatus();
  }
  absl::Status AwaitSettled(absl::Duration, absl::FunctionRef<bool()>) override {
    return absl::OkStatus();
  }
  AgentReport Report() const override { return {}; }

 private:
  const std::string name_;
  std::vector<std::string>& notes_;
};

class RunningAgentTest : public ::testing::Test {
 protected:
  RunningAgent::Make Make() {
    return [this](const AgentOptions& options) -> absl::StatusOr<std::unique_ptr<Agent>> {
      if (options.state_folder == broken_ || options.state_folder == also_broken_) {
        return FailedPrecondition(Reason::kFileInvalid, options.state_folder + " is a file");
      }
      return std::make_unique<NotedAgent>(options.state_folder, &notes_);
    };
  }

  static AgentOptions Named(const std::string& name) {
    AgentOptions options;
    options.state_folder = name;
    return options;
  }

  std::string broken_;
  std::string also_broken_;
  std::vector<std::string> notes_;
};

TEST_F(RunningAgentTest, AnotherConfigurationHasAnotherAgentOnceTheFirstHasEnded) {
  auto running = RunningAgent::Start(Named("a"), Make());
  FLEETCA_ASSERT_OK(running);
  FLEETCA_EXPECT_OK(running->Reload(Named("b")));
  EXPECT_TRUE(running->runs());
  EXPECT_THAT(notes_, ElementsAre("a starts", "a ends", "b starts"));
  FLEETCA_EXPECT_OK(running->Reload(Named("c")));
  EXPECT_THAT(notes_, ElementsAre("a starts", "a ends", "b starts", "b ends", "c starts"));
}

TEST_F(RunningAgentTest, WhereItCannotBeStartedTheOneBeforeRunsAgain) {
  auto running = RunningAgent::Start(Named("a"), Make());
  FLEETCA_ASSERT_OK(running);
  broken_ = "b";
  const absl::Status status = running->Reload(Named("b"));
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_EQ(status.message(), "b is a file");
  EXPECT_TRUE(running->runs());
  EXPECT_THAT(notes_, ElementsAre("a starts", "a ends", "a starts"));
  // The next one goes back to it, too, and not to the one that failed.
  EXPECT_FALSE(running->Reload(Named("b")).ok());
  EXPECT_EQ(notes_.back(), "a starts");
}

TEST_F(RunningAgentTest, WhereNeitherCanBeStartedBothAreSaid) {
  auto running = RunningAgent::Start(Named("a"), Make());
  FLEETCA_ASSERT_OK(running);
  broken_ = "b";
  also_broken_ = "a";
  const absl::Status status = running->Reload(Named("b"));
  EXPECT_FALSE(running->runs());
  EXPECT_THAT(std::string(status.message()), HasSubstr("b is a file; and"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("a is a file"));
}

TEST_F(RunningAgentTest, WhoBecomesAnotherUserIsToBeRestarted) {
  auto running = RunningAgent::Start(Named("a"), Make());
  FLEETCA_ASSERT_OK(running);
  AgentOptions options = Named("b");
  options.run_as = FileOwner{.user = 65534, .group = 65534};
  EXPECT_THAT(std::string(running->Reload(options).message()), HasSubstr("restart it"));
  EXPECT_TRUE(running->runs());
  EXPECT_THAT(notes_, ElementsAre("a starts"));
}

TEST_F(RunningAgentTest, AStartThatFailsIsItsError) {
  broken_ = "a";
  EXPECT_EQ(GetReason(RunningAgent::Start(Named("a"), Make()).status()), Reason::kFileInvalid);
}

}  // namespace
}  // namespace fleetca::client
