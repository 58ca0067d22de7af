#include "base/net/spare_descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cerrno>
#include <vector>

#include "base/descriptor.h"
#include "base/net/accept.h"

namespace fleetca {
namespace {

// Connections that wait, in a process that has no descriptors left.
class SpareDescriptorTest : public ::testing::Test {
 protected:
  void SetUp() override {
    listening_.Reset(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    ASSERT_EQ(listen(listening_.get(), 8), 0);
    getrlimit(RLIMIT_NOFILE, &before_);
  }
  void TearDown() override { setrlimit(RLIMIT_NOFILE, &before_); }

  Descriptor Connect() const {
    Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(BoundPort(listening_.get())));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    return made;
  }

  // Takes every number that is left.
  void Exhaust() {
    rlimit lowered = before_;
    lowered.rlim_cur = 64;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
    for (int fd = 0; fd >= 0;) {
      fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
      held_.emplace_back(fd);
    }
  }

  int Accept() const {
    const Descriptor accepted(accept4(listener(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    return accepted.valid() ? 0 : errno;
  }
  int listener() const { return listening_.get(); }

  static bool IsEnded(const Descriptor& connection) {
    pollfd wanted = {.fd = connection.get(), .events = POLLIN, .revents = 0};
    char octet = 0;
    return poll(&wanted, 1, 10'000) == 1 && recv(connection.get(), &octet, 1, 0) <= 0;
  }

  Descriptor listening_;
  rlimit before_ = {};
  std::vector<Descriptor> held_;
};

TEST_F(SpareDescriptorTest, DropsThoseThatWaitOneByOne) {
  SpareDescriptor spare;
  const Descriptor first = Connect();
  const Descriptor second = Connect();
  Exhaust();
  ASSERT_EQ(Accept(), EMFILE);
  EXPECT_TRUE(spare.DropOne(listener()));
  EXPECT_TRUE(IsEnded(first));
  EXPECT_TRUE(spare.DropOne(listener()));
  EXPECT_TRUE(IsEnded(second));
  // Nobody waits.
  EXPECT_FALSE(spare.DropOne(listener()));
  // The spare one is back, so nothing else became free.
  EXPECT_EQ(Accept(), EMFILE);
}

TEST_F(SpareDescriptorTest, WithoutOneItSaysSoAndTakesOneAsSoonAsThereIsOne) {
  const Descriptor waiting = Connect();
  Exhaust();
  SpareDescriptor spare;  // there is none for it
  EXPECT_FALSE(spare.DropOne(listener()));
  held_.pop_back();  // the one that is not a descriptor
  held_.pop_back();
  EXPECT_TRUE(spare.DropOne(listener()));
  EXPECT_TRUE(IsEnded(waiting));
  EXPECT_EQ(Accept(), EMFILE) << "the descriptor is the spare one now";
}

}  // namespace
}  // namespace fleetca
