#include "client/agent/sockets/handover_limit.h"

#include <cerrno>

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

class HandoverLimitTest : public ::testing::Test {
 protected:
  HandoverLimitTest() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    ours_.Reset(ends[0]);
    theirs_.Reset(ends[1]);
  }
  // What the client reads: -1 where it would wait, 0 at the end.
  ssize_t Read() const {
    char octet = 0;
    return recv(theirs_.get(), &octet, 1, MSG_DONTWAIT);
  }

  Descriptor ours_;
  Descriptor theirs_;
};

TEST_F(HandoverLimitTest, CutsOffWhatIsNotDone) {
  HandoverLimit limit(ours_);
  EXPECT_EQ(Read(), -1);
  limit.CutOff();
  EXPECT_EQ(Read(), 0);
  limit.Done();
}

TEST_F(HandoverLimitTest, LeavesAloneWhatIsDoneAndKeepsNothingOpen) {
  HandoverLimit limit(ours_);
  limit.Done();
  limit.CutOff();
  EXPECT_EQ(Read(), -1);
  EXPECT_EQ(errno, EAGAIN);
  ours_.Reset();
  EXPECT_EQ(Read(), 0);
}

}  // namespace
}  // namespace fleetca::client
