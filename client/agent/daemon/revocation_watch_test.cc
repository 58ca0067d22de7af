#include "client/agent/daemon/revocation_watch.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "client/testing/fake_ca.h"
#include "client/testing/fake_server.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

class RevocationWatchTest : public ::testing::Test {
 protected:
  RevocationWatchTest() {
    options_.state_folder = folder_.path();
    v1::WatchRevocationsResponse snapshot;
    snapshot.set_snapshot_begins(true);
    snapshot.add_revoked()->set_serial_number("\x01" + std::string(19, 'a'));
    snapshot.mutable_time()->set_seconds(absl::ToUnixSeconds(absl::Now()));
    server_.revocations().Publish(snapshot);
  }

  // An identity whose certificate is from `ca`.
  void Hold(const std::string& name, const testing::FakeCa& ca) {
    testing::FakeOrder order;
    order.names = {*x509::ParseRequestedName("URI:spiffe://fleet.example/host/" + name)};
    const testing::FakeCa::TlsPair pair = ca.IssueTls(order);
    const std::vector<std::string> chain = *x509::DecodePem(x509::kPemCertificate, pair.chain_pem);
    auto credential = std::make_shared<Credential>();
    credential->private_key_pem = SecretBytes(pair.key_pem);
    credential->certificate_der = chain.front();
    credential->chain_der = {chain.begin() + 1, chain.end()};
    credential->roots_der = {server_.ca().root_der()};
    auto held = std::make_shared<HeldIdentity>();
    held->name = name;
    held->credential = std::move(credential);
    held_.Publish(std::move(held));
    options_.identities.emplace_back().name = name;
  }

  // Whether the revocations are known after so many steps, each after the one before has failed.
  bool IsKnownAfter(int steps) {
    auto watch = RevocationWatch::Create(options_, &held_);
    if (!watch.ok()) {
      ADD_FAILURE() << watch.status();
      return false;
    }
    for (int i = 0; i < steps; ++i) {
      (*watch)->Step(absl::Now());
    }
    for (int i = 0; i < 300 && (*watch)->Knowledge().stale; ++i) {
      absl::SleepFor(absl::Milliseconds(10));
    }
    const Revocations::Knowledge known = (*watch)->Knowledge();
    return !known.stale && known.revoked == 1 && known.sequence.has_value();
  }

  testing::FakeServer server_;
  const testing::FakeCa stranger_;
  const fleetca::testing::TemporaryFolder folder_;
  AgentOptions options_;
  HeldIdentities held_;
};

TEST_F(RevocationWatchTest, WhatIsRevokedIsKnown) {
  options_.addresses = {server_.address()};
  Hold("web", server_.ca());
  EXPECT_TRUE(IsKnownAfter(1));
}

TEST_F(RevocationWatchTest, AServerThatIsAwayHasTheNextOneAsked) {
  options_.addresses = {"127.0.0.1:1", server_.address()};
  Hold("web", server_.ca());
  EXPECT_TRUE(IsKnownAfter(2));
}

TEST_F(RevocationWatchTest, AnIdentityThatIsRefusedHasTheNextOneAsk) {
  options_.addresses = {server_.address()};
  Hold("alien", stranger_);
  Hold("web", server_.ca());
  EXPECT_TRUE(IsKnownAfter(2));
}

}  // namespace
}  // namespace fleetca::client
