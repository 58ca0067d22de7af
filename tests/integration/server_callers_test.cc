// Whose certificates the CA believes, on the wire: TLS takes every chain to the root, and what it
// takes may be another CA's.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/authority/new_ca.h"
#include "tests/integration/server_fixture.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/oid.h"
#include "x509/pem.h"
#include "x509/san.h"

namespace fleetca::testing {
namespace {

using service::NewCa;

// gRPC sends no details for a call that the access check refuses, so there is no Reason to be seen.
void ExpectIsAStranger(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kUnauthenticated);
  EXPECT_NE(status.message().find("was not issued by this CA itself"), absl::string_view::npos)
      << status;
}

// A CA that has two others: one below the root, as it is itself, and one below itself.
class ServerCallersTest : public ServerFixture {
 protected:
  static void SetUpTestSuite() {
    root_ = Below(nullptr, "root").release();
    issuing_ = Below(root_, "issuing").release();
    beside_ = Below(root_, "beside").release();
    below_ = Below(issuing_, "below").release();
  }

  void SetUp() override {
    ServerFixture::SetUp();
    Stop();
    Write("trust-bundle.pem", Pem({root_->certificate()}), 0644);
    Write("issuing-ca.crt", Pem({issuing_->certificate()}), 0644);
    Write("issuing-ca.key", issuing_->private_key(), 0600);
    Write("issuing-ca.passphrase", issuing_->passphrase().view(), 0600);
    MakeLeaf("server", *issuing_, {issuing_->certificate()},
             {{x509::NameType::kUri, "spiffe://fleet.test/svc/fleetca"},
              {x509::NameType::kDns, "localhost"},
              {x509::NameType::kIp, absl::string_view("\x7f\0\0\1", 4)}});
    MakeAdmin("admin", *issuing_, {issuing_->certificate()});
    MakeAdmin("beside", *beside_, {beside_->certificate()});
    MakeAdmin("below", *below_, {below_->certificate(), issuing_->certificate()});
    Start();
  }

  static std::unique_ptr<NewCa> Below(const NewCa* above, absl::string_view title) {
    service::NewCaOptions options;
    options.organization = "fleet.test";
    options.title = std::string(title);
    options.lifetime = absl::Hours(1000);
    auto made =
        above == nullptr ? NewCa::CreateRoot(options, now_) : above->CreateBelow(options, now_);
    FLEETCA_EXPECT_OK(made);
    return *std::move(made);
  }

  static std::string Pem(const std::vector<std::string>& ders) {
    std::string pem;
    for (const std::string& der : ders) {
      pem += x509::EncodePem(x509::kPemCertificate, der);
    }
    return pem;
  }

  void Write(absl::string_view name, absl::string_view contents, int mode) {
    FLEETCA_EXPECT_OK(WriteFileAtomic(absl::StrCat(ca_, "/", name), contents, mode));
  }

  void MakeLeaf(absl::string_view name, const NewCa& ca, std::vector<std::string> chain,
                const x509::GeneralNames& names) {
    service::LeafOptions options;
    options.names = names;
    options.extended_key_usage = {std::string(x509::oid::kServerAuth),
                                  std::string(x509::oid::kClientAuth)};
    options.lifetime = absl::Hours(24);
    const auto leaf = ca.IssueLeaf(options, now_);
    FLEETCA_ASSERT_OK(leaf);
    chain.insert(chain.begin(), leaf->certificate);
    Write(absl::StrCat(name, ".crt"), Pem(chain), 0644);
    Write(absl::StrCat(name, ".key"), leaf->private_key.view(), 0600);
  }

  // The identity of whoever `ca init` made the administrator.
  void MakeAdmin(absl::string_view name, const NewCa& ca, std::vector<std::string> chain) {
    MakeLeaf(name, ca, std::move(chain),
             {{x509::NameType::kUri, "spiffe://fleet.test/operator/admin"}});
  }

  absl::Status Issue(absl::string_view name) {
    return Client(name)->Issue({.csr_der = MakeCsr(), .profile = "service"}).status();
  }

  inline static const absl::Time now_ = absl::Now();
  inline static const NewCa* root_;
  inline static const NewCa* issuing_;
  inline static const NewCa* beside_;
  inline static const NewCa* below_;
};

TEST_F(ServerCallersTest, NoOtherCaMakesAnAdministrator) {
  FLEETCA_EXPECT_OK(Issue("admin"));
  for (const char* name : {"beside", "below"}) {
    SCOPED_TRACE(name);
    ExpectIsAStranger(Issue(name));
    ExpectIsAStranger(Client(name)->GetTrustBundle().status());
    for (const char* path :
         {"/fleetca.v1.JoinTokenService/CreateJoinTokens",
          "/fleetca.v1.StatisticsService/GetStatistics", "/grpc.health.v1.Health/Check"}) {
      EXPECT_EQ(CallMethod(Channel(name), path).error_code(), grpc::StatusCode::UNAUTHENTICATED)
          << path;
    }
  }
}

// Records outlive a restart, and with them what they say of certificates that were issued before.
TEST_F(ServerCallersTest, WhatTheServerIssuedItBelieves) {
  MakeAgent("agent");
  FLEETCA_EXPECT_OK(Client("agent")->GetTrustBundle());
  Restart();
  FLEETCA_EXPECT_OK(Client("agent")->GetTrustBundle());
}

TEST_F(ServerCallersTest, AFormerIssuingCaIsBelievedWhenItIsListed) {
  Write("former.pem", Pem({beside_->certificate()}), 0644);
  Restart([this](service::ServerConfig& config) {
    config.issuer.former_certificates_file = ca_ + "/former.pem";
  });
  FLEETCA_EXPECT_OK(Issue("beside"));
  FLEETCA_EXPECT_OK(Issue("admin"));
  ExpectIsAStranger(Issue("below"));
}

TEST_F(ServerCallersTest, AFormerCaThatCannotBeReadStopsTheStart) {
  Stop();
  Write("former.pem", Pem({beside_->certificate(), "hello"}), 0644);
  service::ServerConfig config = Config();
  config.issuer.former_certificates_file = ca_ + "/former.pem";
  const auto server = service::Server::Start(config);
  EXPECT_THAT(server.status(), IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid));
  EXPECT_NE(server.status().message().find("former.pem: certificate 2"), absl::string_view::npos)
      << server.status();
}

}  // namespace
}  // namespace fleetca::testing
