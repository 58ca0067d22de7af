#include "client/agent/sockets/socket_peer.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

TEST(PeerOfTest, TheKernelSaysWhoConnected) {
  int ends[2] = {-1, -1};
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const Descriptor one(ends[0]);
  const Descriptor other(ends[1]);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const SocketPeer peer, PeerOf(one.get()));
  EXPECT_EQ(peer.user, geteuid());
  EXPECT_EQ(peer.group, getegid());
  EXPECT_EQ(peer.process, getpid());
  FLEETCA_EXPECT_OK(PlaceOf(peer.process));
}

class PlaceOfTest : public ::testing::Test {
 protected:
  void Write(absl::string_view name, absl::string_view contents) const {
    std::filesystem::create_directories(absl::StrCat(proc_.path(), "/17"));
    FLEETCA_ASSERT_OK(WriteFileAtomic(absl::StrCat(proc_.path(), "/17/", name), contents, 0644));
  }

  // As the kernel writes it.
  void WriteStat(absl::string_view name, absl::string_view state = "S") const {
    Write("stat", absl::StrCat("17 (", name, ") ", state,
                               " 1 17 17 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98765 10 11\n"));
  }

  std::string Problem() const {
    const auto place = PlaceOf(17, proc_.path());
    EXPECT_THAT(place.status(),
                IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
    return std::string(place.status().message());
  }

  const fleetca::testing::TemporaryFolder proc_;
};

TEST_F(PlaceOfTest, ReadsTheUnifiedHierarchy) {
  WriteStat("web");
  Write("cgroup", "0::/system.slice/web.service\n");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ProcessPlace place, PlaceOf(17, proc_.path()));
  EXPECT_EQ(place.cgroup, "/system.slice/web.service");
  EXPECT_EQ(place.unit, "web.service");
}

TEST_F(PlaceOfTest, ReadsSystemdsOwnHierarchyWhereThereIsOne) {
  WriteStat("web");
  Write("cgroup",
        "12:cpu,cpuacct:/other\n1:name=systemd:/system.slice/a:b.service/sub\n0::/elsewhere\n");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ProcessPlace place, PlaceOf(17, proc_.path()));
  EXPECT_EQ(place.cgroup, "/system.slice/a:b.service/sub");
  EXPECT_EQ(place.unit, "a:b.service");
}

// The name is the process's own to choose.
TEST_F(PlaceOfTest, ANameCannotForgeTheFieldsBehindIt) {
  Write("cgroup", "0::/system.slice/web.service\n");
  WriteStat("x) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 (y");
  FLEETCA_EXPECT_OK(PlaceOf(17, proc_.path()));
  WriteStat("x) S 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 (y", "Z");
  EXPECT_THAT(Problem(), HasSubstr("it has ended"));
}

TEST_F(PlaceOfTest, ANumberThatAnotherProcessTookIsNoticed) {
  WriteStat("web");
  // Whoever opens the pipe to write waits for the reader; between its two looks at the start the
  // reader is here.
  const std::string pipe = absl::StrCat(proc_.path(), "/17/cgroup");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const pid_t writer = fork();
  if (writer == 0) {
    const int fd = open(pipe.c_str(), O_WRONLY);
    const bool ok =
        rename(absl::StrCat(proc_.path(), "/17").c_str(),
               absl::StrCat(proc_.path(), "/old").c_str()) == 0 &&
        mkdir(absl::StrCat(proc_.path(), "/17").c_str(), 0700) == 0 &&
        WriteFileAtomic(absl::StrCat(proc_.path(), "/17/stat"),
                        "17 (sh) S 1 17 17 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 98766 10 11\n",
                        0644)
            .ok() &&
        write(fd, "0::/system.slice/web.service\n", 29) == 29;
    _exit(ok ? 0 : 1);
  }
  EXPECT_THAT(Problem(), HasSubstr("another process has its number"));
}

TEST_F(PlaceOfTest, WhatCannotBeSaidForSureIsRefused) {
  EXPECT_THAT(Problem(), HasSubstr("hidepid"));
  WriteStat("web");
  EXPECT_THAT(Problem(), HasSubstr("cgroup"));
  Write("cgroup", "0::/../../other\n");
  EXPECT_THAT(Problem(), HasSubstr("outside"));
  Write("cgroup", "12:cpu:/system.slice/web.service\n");
  EXPECT_THAT(Problem(), HasSubstr("outside"));
  Write("cgroup", "0::/system.slice/web.service\n");
  for (const absl::string_view stat : {"", "17 (web", "17 (web) S 1 17", "17 (web) S a b c"}) {
    Write("stat", stat);
    EXPECT_THAT(Problem(), HasSubstr("another form"));
  }
  EXPECT_THAT(PlaceOf(0, proc_.path()).status().message(), HasSubstr("namespace"));
}

TEST(UnitOfTest, IsTheFirstAfterTheSlices) {
  EXPECT_EQ(UnitOf("/system.slice/web.service"), "web.service");
  EXPECT_EQ(UnitOf("/system.slice/system-web.slice/web@1.service/worker"), "web@1.service");
  EXPECT_EQ(UnitOf("/init.scope"), "init.scope");
  EXPECT_EQ(UnitOf("/system.slice/_cpu.web.service"), "cpu.web.service");
  // A user's own manager can call its services as it likes.
  EXPECT_EQ(UnitOf("/user.slice/user-1000.slice/user@1000.service/app.slice/web.service"),
            "user@1000.service");
  EXPECT_EQ(UnitOf("/user.slice/user-1000.slice/session-2.scope"), "session-2.scope");
  EXPECT_EQ(UnitOf("/docker/0123abcd"), "");
  EXPECT_EQ(UnitOf("/docker/web.service"), "");
  EXPECT_EQ(UnitOf("/system.slice/.service"), "");
  EXPECT_EQ(UnitOf("/system.slice/web.service (deleted)"), "");
  EXPECT_EQ(UnitOf("/"), "");
}

}  // namespace
}  // namespace fleetca::client
