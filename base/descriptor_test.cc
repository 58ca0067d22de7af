#include "base/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <utility>

namespace fleetca {
namespace {

int OpenNull() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(DescriptorTest, ClosesWhatItOwns) {
  int fd = -1;
  {
    const Descriptor owner(OpenNull());
    ASSERT_TRUE(owner.valid());
    fd = owner.get();
    EXPECT_TRUE(IsOpen(fd));
  }
  EXPECT_FALSE(IsOpen(fd));
}

TEST(DescriptorTest, AFailedCallMakesAnEmptyOwner) {
  EXPECT_FALSE(Descriptor(-1).valid());
  EXPECT_FALSE(Descriptor().valid());
}

TEST(DescriptorTest, MovesAndReleases) {
  Descriptor first(OpenNull());
  const int fd = first.get();
  Descriptor second(std::move(first));
  EXPECT_EQ(second.get(), fd);
  Descriptor third(OpenNull());
  const int replaced = third.get();
  third = std::move(second);
  EXPECT_FALSE(IsOpen(replaced));
  EXPECT_EQ(third.get(), fd);
  const int released = third.Release();
  EXPECT_FALSE(third.valid());
  EXPECT_TRUE(IsOpen(released));
  close(released);
}

}  // namespace
}  // namespace fleetca
