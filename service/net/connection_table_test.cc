#include "service/net/connection_table.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

namespace fleetca::service {
namespace {

PeerAddress At(uint16_t port) {
  PeerAddress address = *PeerAddress::FromGrpc("ipv4:192.0.2.7:1");
  address.port = port;
  return address;
}

TEST(ConnectionTableTest, FindsAConnectionByItsPeerUntilItIsRemoved) {
  ConnectionTable table;
  const auto one = std::make_shared<Connection>(At(1));
  const auto other = std::make_shared<Connection>(At(2));
  EXPECT_EQ(table.Find(At(1)), nullptr);
  table.Add(one);
  table.Add(other);
  EXPECT_EQ(table.Find(At(1)), one);
  EXPECT_EQ(table.Find(At(2)), other);
  table.Remove(*one);
  EXPECT_EQ(table.Find(At(1)), nullptr);
  EXPECT_EQ(table.Find(At(2)), other);
  table.Remove(*one);
}

TEST(ConnectionTableTest, ANewConnectionTakesThePlaceOfOneThatHasEndedUnnoticed) {
  ConnectionTable table;
  const auto before = std::make_shared<Connection>(At(1));
  const auto after = std::make_shared<Connection>(At(1));
  table.Add(before);
  table.Add(after);
  EXPECT_EQ(table.Find(At(1)), after);
  // The end of the first is noticed late, and takes nothing of the second.
  table.Remove(*before);
  EXPECT_EQ(table.Find(At(1)), after);
}

TEST(ConnectionTableTest, ACallKeepsItsConnection) {
  ConnectionTable table;
  table.Add(std::make_shared<Connection>(At(1)));
  const std::shared_ptr<Connection> held = table.Find(At(1));
  table.Remove(*held);
  held->Answered(7);
  EXPECT_EQ(held->TakeCredit(), 7u);
}

TEST(ConnectionTableTest, ManyThreadsUseItAtOnce) {
  ConnectionTable table;
  std::vector<std::thread> threads;
  for (uint16_t thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&table, thread] {
      for (uint16_t i = 0; i < 500; ++i) {
        const PeerAddress peer = At(static_cast<uint16_t>(thread * 1000 + i));
        const auto connection = std::make_shared<Connection>(peer);
        table.Add(connection);
        EXPECT_EQ(table.Find(peer), connection);
        table.Find(At(i));
        table.Remove(*connection);
        EXPECT_EQ(table.Find(peer), nullptr);
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
}

}  // namespace
}  // namespace fleetca::service
