#include "base/net/accept.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/descriptor.h"

namespace fleetca {
namespace {

TEST(AcceptTest, EachErrorIsOfOneKindAtMost) {
  for (const int error : {EAGAIN, EMFILE, ENFILE, ECONNABORTED, EINTR, EPERM, ENOBUFS, ENOMEM}) {
    EXPECT_LE(IsNobodyThere(error) + IsOutOfDescriptors(error) + IsOfTheConnection(error), 1)
        << error;
  }
  EXPECT_TRUE(IsNobodyThere(EAGAIN));
  EXPECT_TRUE(IsOutOfDescriptors(EMFILE));
  EXPECT_TRUE(IsOutOfDescriptors(ENFILE));
  EXPECT_TRUE(IsOfTheConnection(ECONNABORTED));
  EXPECT_FALSE(IsOfTheConnection(EINVAL));
  EXPECT_FALSE(IsOfTheConnection(ENOBUFS));
}

TEST(AcceptTest, AnEmptyQueueSaysThatNobodyIsThere) {
  const Descriptor listening(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  ASSERT_EQ(listen(listening.get(), 1), 0);
  ASSERT_LT(accept4(listening.get(), nullptr, nullptr, SOCK_CLOEXEC), 0);
  EXPECT_TRUE(IsNobodyThere(errno));
}

TEST(BoundPortTest, IsThatOfTheSocket) {
  for (const int family : {AF_INET, AF_INET6}) {
    const Descriptor listening(socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!listening.valid()) {
      continue;  // a machine without IPv6
    }
    EXPECT_EQ(BoundPort(listening.get()), 0);
    ASSERT_EQ(listen(listening.get(), 1), 0);
    EXPECT_GT(BoundPort(listening.get()), 0);
  }
  EXPECT_EQ(BoundPort(-1), 0);
}

}  // namespace
}  // namespace fleetca
