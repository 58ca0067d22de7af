#include "client/agent/sockets/socket_selectors.h"

#include "base/errors.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

const SocketPeer kPeer = {.user = 1000, .group = 100, .process = 17};
const absl::StatusOr<ProcessPlace> kPlace =
    ProcessPlace{.cgroup = "/system.slice/web.service", .unit = "web.service"};

bool Admitted(const SocketOptions& options) {
  return SocketSelectors(options).Admit(kPeer, kPlace);
}

TEST(SocketSelectorsTest, NoneAdmitWhoeverCouldOpenTheSocket) {
  EXPECT_TRUE(Admitted({}));
  EXPECT_FALSE(SocketSelectors({}).NeedPlace());
}

TEST(SocketSelectorsTest, OfEachKindOneHasToAgree) {
  EXPECT_TRUE(Admitted({.uids = {1, 1000}}));
  EXPECT_FALSE(Admitted({.uids = {1}}));
  EXPECT_TRUE(Admitted({.gids = {100}}));
  EXPECT_FALSE(Admitted({.gids = {1000}}));
  EXPECT_TRUE(Admitted({.units = {"db.service", "web.service"}}));
  EXPECT_FALSE(Admitted({.units = {"db.service"}}));
  EXPECT_FALSE(Admitted({.uids = {1000}, .gids = {1}}));
  EXPECT_FALSE(Admitted({.uids = {1}, .units = {"web.service"}}));
  EXPECT_TRUE(Admitted(
      {.uids = {1000}, .gids = {100}, .units = {"web.service"}, .cgroups = {"/system.slice"}}));
}

TEST(SocketSelectorsTest, AControlGroupIsNotWithinOneThatItsNameBeginsLike) {
  EXPECT_TRUE(Admitted({.cgroups = {"/system.slice/"}}));
  EXPECT_TRUE(Admitted({.cgroups = {"/system.slice"}}));
  EXPECT_TRUE(Admitted({.cgroups = {"/system.slice/web.service"}}));
  EXPECT_TRUE(Admitted({.cgroups = {"/"}}));
  EXPECT_FALSE(Admitted({.cgroups = {"/system.slice/web"}}));
  EXPECT_FALSE(Admitted({.cgroups = {"/system.slice/web.service/worker"}}));
}

TEST(SocketSelectorsTest, WithoutAPlaceNobodyIsAdmittedByIt) {
  const absl::StatusOr<ProcessPlace> unknown =
      PermissionDenied(Reason::kCallerNotAllowed, "no such process");
  EXPECT_TRUE(SocketSelectors({.uids = {1000}}).Admit(kPeer, unknown));
  EXPECT_FALSE(SocketSelectors({.units = {"web.service"}}).Admit(kPeer, unknown));
  EXPECT_FALSE(SocketSelectors({.cgroups = {"/"}}).Admit(kPeer, unknown));
  EXPECT_TRUE(SocketSelectors({.cgroups = {"/"}}).NeedPlace());
}

bool Overlapping(const SocketOptions& one, const SocketOptions& other) {
  const bool overlap = SocketSelectors(one).Overlap(SocketSelectors(other));
  EXPECT_EQ(SocketSelectors(other).Overlap(SocketSelectors(one)), overlap);
  return overlap;
}

TEST(SocketSelectorsTest, TwoOverlapUnlessAKindKeepsThemApart) {
  EXPECT_TRUE(Overlapping({}, {}));
  EXPECT_TRUE(Overlapping({.uids = {1}}, {}));
  EXPECT_TRUE(Overlapping({.uids = {1, 2}}, {.uids = {2, 3}}));
  EXPECT_FALSE(Overlapping({.uids = {1, 2}}, {.uids = {3}}));
  EXPECT_TRUE(Overlapping({.uids = {1}}, {.gids = {3}}));
  EXPECT_FALSE(
      Overlapping({.uids = {1}, .units = {"a.service"}}, {.uids = {1}, .units = {"b.service"}}));
  EXPECT_TRUE(Overlapping({.cgroups = {"/a"}}, {.cgroups = {"/a/b/"}}));
  EXPECT_FALSE(Overlapping({.cgroups = {"/a/bc"}}, {.cgroups = {"/a/b"}}));
}

}  // namespace
}  // namespace fleetca::client
