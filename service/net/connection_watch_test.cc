#include "service/net/connection_watch.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "base/steady_time.h"
#include "service/net/socket_state.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(50);
constexpr char kCaller[] = "spiffe://td/svc/one";

// A TCP connection over loopback, whose two ends the test has.
struct Pair {
  Descriptor peer;  // who sends
  Descriptor here;  // what gRPC would have
  PeerAddress address;

  void Send(size_t bytes) const {
    const std::string octets(bytes, 'x');
    ASSERT_EQ(send(peer.get(), octets.data(), bytes, MSG_NOSIGNAL), static_cast<ssize_t>(bytes));
    // What was sent over loopback is there at once, but for the machine's load.
    uint64_t before = callers_;
    callers_ += bytes;
    while (before < callers_) {
      before = ReadSocketState(here.get())->bytes_received;
    }
  }

  mutable uint64_t callers_ = 0;
};

Pair MakePair() {
  const Descriptor listening(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_storage storage = {};
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  auto* const in = reinterpret_cast<sockaddr_in*>(&storage);
  in->sin_family = AF_INET;
  in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(sockaddr_in);
  EXPECT_EQ(bind(listening.get(), address, size), 0);
  EXPECT_EQ(listen(listening.get(), 1), 0);
  EXPECT_EQ(getsockname(listening.get(), address, &size), 0);
  Pair pair;
  pair.peer = Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_EQ(connect(pair.peer.get(), address, size), 0);
  size = sizeof(storage);
  pair.here = Descriptor(accept4(listening.get(), address, &size, SOCK_CLOEXEC));
  pair.address = PeerAddress::FromSocket(storage).value();
  return pair;
}

class ConnectionWatchTest : public ::testing::Test {
 protected:
  void Bound(const ConnectionLimits& limits) {
    watch_ = std::make_unique<ConnectionWatch>("test", limits, table_, callers_);
  }

  // The pair's connection, watched from now on.
  std::shared_ptr<Connection> Watch(const Pair& pair) {
    watch_->Add(pair.address, Descriptor(dup(pair.here.get())), now_);
    return table_->Find(pair.address);
  }

  std::shared_ptr<Connection> WatchOf(const Pair& pair, const std::string& caller) {
    auto connection = Watch(pair);
    connection->SetCaller(caller, callers_->Of(caller));
    return connection;
  }

  void Look(int times = 1) {
    for (int i = 0; i < times; ++i) {
      now_ += kLook;
      watch_->Look(now_);
    }
  }

  bool Stays(const Pair& pair) const { return table_->Find(pair.address) != nullptr; }

  absl::Time now_ = SteadyTime();
  const std::shared_ptr<ConnectionTable> table_ = std::make_shared<ConnectionTable>();
  const std::shared_ptr<CallerTable> callers_ = std::make_shared<CallerTable>();
  std::unique_ptr<ConnectionWatch> watch_;
};

TEST_F(ConnectionWatchTest, TheAccountIsHeldToItsLimit) {
  Bound({.unanswered_bytes = 1000});
  const Pair at_limit = MakePair();
  const Pair beyond = MakePair();
  Watch(at_limit);
  Watch(beyond);
  at_limit.Send(1000);
  beyond.Send(1001);
  Look();
  EXPECT_TRUE(Stays(at_limit));
  EXPECT_FALSE(Stays(beyond));
  EXPECT_EQ(watch_->ended(), 1u);
  char octet = 0;
  EXPECT_EQ(recv(beyond.peer.get(), &octet, 1, 0), 0) << "the peer sees the end";
}

TEST_F(ConnectionWatchTest, CreditGivesBytesBackAndNoneInAdvance) {
  Bound({.unanswered_bytes = 1000});
  const Pair pair = MakePair();
  const auto connection = Watch(pair);
  pair.Send(900);
  connection->MessageReceived(5000);
  Look();
  pair.Send(1000);
  Look();
  EXPECT_TRUE(Stays(pair));
  pair.Send(1);
  Look();
  EXPECT_FALSE(Stays(pair));
}

TEST_F(ConnectionWatchTest, BytesThatBelongToNoCallAreFew) {
  Bound({.bytes_outside_calls = 1000});
  const Pair pair = MakePair();
  WatchOf(pair, kCaller);
  pair.Send(1000);
  Look(20);
  EXPECT_TRUE(Stays(pair));
  pair.Send(1);
  Look(5);
  EXPECT_TRUE(Stays(pair)) << "the call may be about to begin";
  Look();
  EXPECT_FALSE(Stays(pair));
}

TEST_F(ConnectionWatchTest, OfANewConnectionTheyAreNotWaitedFor) {
  Bound({.bytes_outside_calls = 1000});
  const Pair pair = MakePair();
  Watch(pair);
  pair.Send(1001);
  Look();
  EXPECT_FALSE(Stays(pair));
}

TEST_F(ConnectionWatchTest, ACallThatBeginsIsTheBytesReason) {
  Bound({.bytes_outside_calls = 1000});
  const Pair pair = MakePair();
  const auto connection = WatchOf(pair, kCaller);
  pair.Send(5000);
  Look(5);
  connection->CallBegun();
  Look(100);
  EXPECT_TRUE(Stays(pair));
  // What has just ended is a reason for what had come before.
  connection->CallComplete();
  Look(100);
  EXPECT_TRUE(Stays(pair));
  pair.Send(1001);
  Look(6);
  EXPECT_FALSE(Stays(pair));
}

TEST_F(ConnectionWatchTest, WhoGoesOnMakingCallsThatAreRefusedIsCutOff) {
  Bound({});
  Look();  // forgives whatever was before
  const Pair flooding = MakePair();
  const Pair quiet = MakePair();
  const Pair new_one = MakePair();
  const Pair of_another = MakePair();
  WatchOf(flooding, kCaller);
  WatchOf(quiet, kCaller);
  Watch(new_one);
  WatchOf(of_another, "spiffe://td/svc/two");
  for (const Pair* pair : {&flooding, &new_one, &of_another}) {
    pair->Send(33000);
  }
  quiet.Send(32000);
  while (callers_->Arrive(kCaller)) {
  }
  Look();
  EXPECT_TRUE(Stays(flooding)) << "one refusal is not a flood";
  for (int i = 0; i < 1000; ++i) {
    [[maybe_unused]] const bool arrived = callers_->Arrive(kCaller);
  }
  Look();
  EXPECT_FALSE(Stays(flooding));
  EXPECT_TRUE(Stays(new_one)) << "it may be anybody's";
  EXPECT_TRUE(Stays(quiet));
  EXPECT_TRUE(Stays(of_another));
}

TEST_F(ConnectionWatchTest, TheLargestOfACallersConnectionsGoesFirst) {
  Bound({.unanswered_bytes = 10000, .unanswered_bytes_per_caller = 10000});
  const Pair small = MakePair();
  const Pair large = MakePair();
  const Pair of_another = MakePair();
  WatchOf(small, kCaller);
  WatchOf(large, kCaller);
  WatchOf(of_another, "spiffe://td/svc/two");
  small.Send(4000);
  large.Send(6001);
  of_another.Send(9000);
  Look();
  EXPECT_TRUE(Stays(small));
  EXPECT_FALSE(Stays(large));
  EXPECT_TRUE(Stays(of_another));
}

TEST_F(ConnectionWatchTest, AllConnectionsTogetherAreBounded) {
  Bound({.unanswered_bytes = 10000, .unanswered_bytes_in_all = 10000});
  const Pair one = MakePair();
  const Pair two = MakePair();
  WatchOf(one, kCaller);
  WatchOf(two, "spiffe://td/svc/two");
  one.Send(4000);
  two.Send(6001);
  Look();
  EXPECT_TRUE(Stays(one));
  EXPECT_FALSE(Stays(two));
}

TEST_F(ConnectionWatchTest, ACallerHasSoManyConnectionsAndNoMore) {
  Bound({.max_per_caller = 2});
  const Pair first = MakePair();
  const Pair second = MakePair();
  const Pair third = MakePair();
  const Pair of_another = MakePair();
  for (const Pair* pair : {&first, &second, &third}) {
    WatchOf(*pair, kCaller);
  }
  WatchOf(of_another, "spiffe://td/svc/two");
  Look();
  EXPECT_TRUE(Stays(first));
  EXPECT_TRUE(Stays(second));
  EXPECT_FALSE(Stays(third));
  EXPECT_TRUE(Stays(of_another));
}

TEST_F(ConnectionWatchTest, BytesWithoutACompleteMessageAreBoundedInTime) {
  Bound({.message_timeout = absl::Seconds(1)});
  const Pair slow = MakePair();
  const Pair idle = MakePair();
  const Pair worked_on = MakePair();
  Watch(slow);
  Watch(idle);
  Watch(worked_on)->MessageReceived(0);
  for (int i = 0; i < 19; ++i) {
    slow.Send(100);
    worked_on.Send(100);
    Look();
  }
  EXPECT_TRUE(Stays(slow));
  Look();
  EXPECT_FALSE(Stays(slow));
  EXPECT_TRUE(Stays(idle));
  EXPECT_TRUE(Stays(worked_on));
}

TEST_F(ConnectionWatchTest, WhoMakesNoCallIsGivenSomeTime) {
  Bound({.first_answer_timeout = absl::Seconds(1)});
  const Pair silent = MakePair();
  const Pair answered = MakePair();
  Watch(silent);
  Watch(answered)->Answered(0);
  Look(19);
  EXPECT_TRUE(Stays(silent));
  Look();
  EXPECT_FALSE(Stays(silent));
  EXPECT_TRUE(Stays(answered));
}

TEST_F(ConnectionWatchTest, APeerThatHasGoneIsForgotten) {
  Bound({});
  Pair pair = MakePair();
  Watch(pair);
  Look();
  EXPECT_EQ(watch_->size(), 1u);
  // gRPC ends its side when the peer has ended the other one.
  pair.peer.Reset();
  shutdown(pair.here.get(), SHUT_RDWR);
  Look();
  EXPECT_EQ(watch_->size(), 0u);
  EXPECT_FALSE(Stays(pair));
}

TEST_F(ConnectionWatchTest, ANewOneTakesThePlaceOfOneThatIsIdleForLong) {
  Bound({.max_connections = 2, .idle_before_replaced = absl::Seconds(1)});
  const Pair idle = MakePair();
  const Pair busy = MakePair();
  Watch(idle)->Answered(0);
  const auto connection = Watch(busy);
  connection->Answered(0);
  connection->MessageReceived(0);
  Look();
  EXPECT_FALSE(watch_->MakeRoomFor(MakePair().address, now_));
  Look(25);
  EXPECT_TRUE(watch_->MakeRoomFor(MakePair().address, now_));
  EXPECT_FALSE(Stays(idle));
  EXPECT_TRUE(Stays(busy));
}

TEST_F(ConnectionWatchTest, LoopbackHasNoBoundOfAnAddress) {
  Bound({.max_per_address = 1});
  const Pair one = MakePair();
  Watch(one)->Answered(0);
  EXPECT_TRUE(watch_->MakeRoomFor(MakePair().address, now_));
  PeerAddress remote = one.address;
  remote.ip = {0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  watch_->Add(remote, Descriptor(dup(one.here.get())), now_);
  table_->Find(remote)->Answered(0);
  remote.port += 1;
  EXPECT_FALSE(watch_->MakeRoomFor(remote, now_));
  remote.ip[15] = 2;
  EXPECT_TRUE(watch_->MakeRoomFor(remote, now_));
}

}  // namespace
}  // namespace fleetca::service
