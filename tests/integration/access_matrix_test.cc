// Who reaches which method by which port: every credential against every method, as written here.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/file.h"
#include "service/authority/ca_init.h"
#include "tests/integration/server_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

// What an empty message comes to. kReached: the handler judged it, and found it wanting.
enum Access { kOk, kReached, kDenied, kNobody, kNoTls };

constexpr absl::string_view kAccessNames[] = {"ok", "reached", "denied", "nobody", "no TLS"};

Access AccessOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::OK:
      return kOk;
    case grpc::StatusCode::PERMISSION_DENIED:
      return kDenied;
    case grpc::StatusCode::UNAUTHENTICATED:
      return kNobody;
    case grpc::StatusCode::UNAVAILABLE:
      return kNoTls;
    default:
      return kReached;
  }
}

constexpr absl::string_view kCredentials[] = {"agent", "other",    "operator", "admin",
                                              "none",  "other-ca", "server"};

struct Row {
  const char* path;
  // In the order of kCredentials; "server" has a certificate that is not for clients.
  Access issuing[std::size(kCredentials)];
  // On the bootstrap port, where no credential of these counts.
  Access bootstrap;
};

#define CA "/fleetca.v1.CertificateAuthorityService/"
#define TOKENS "/fleetca.v1.JoinTokenService/"
#define REVOCATION "/fleetca.v1.RevocationService/"
#define RENEWAL "/fleetca.v1.RenewalService/"

// clang-format off
constexpr Row kMatrix[] = {
    // agent     other     operator  admin     none    other-ca server    bootstrap
    {CA "IssueCertificate",
     {kReached,  kReached, kReached, kReached, kNoTls, kNoTls,  kNoTls},  kNobody},
    {CA "BatchIssueCertificates",
     {kReached,  kReached, kReached, kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {CA "StreamIssueCertificates",
     {kOk,       kOk,      kOk,      kOk,      kNoTls, kNoTls,  kNoTls},  kDenied},
    // An administrator of `ca init` has a certificate that says no profile. On the bootstrap port only
    // a proof says who asks.
    {CA "RenewCertificate",
     {kOk,       kOk,      kOk,      kReached, kNoTls, kNoTls,  kNoTls},  kNobody},
    {CA "GetRenewalInfo",
     {kReached,  kReached, kReached, kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {CA "GetCertificate",
     {kDenied,   kDenied,  kDenied,  kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {CA "GetTrustBundle",
     {kOk,       kOk,      kOk,      kOk,      kNoTls, kNoTls,  kNoTls},  kOk},
    {TOKENS "CreateJoinTokens",
     {kDenied,   kDenied,  kReached, kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {TOKENS "ListJoinTokens",
     {kDenied,   kDenied,  kOk,      kOk,      kNoTls, kNoTls,  kNoTls},  kDenied},
    {TOKENS "RevokeJoinTokens",
     {kDenied,   kDenied,  kReached, kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {REVOCATION "RevokeCertificates",
     {kDenied,   kDenied,  kDenied,  kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {REVOCATION "BlockIdentity",
     {kDenied,   kDenied,  kDenied,  kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {REVOCATION "UnblockIdentity",
     {kDenied,   kDenied,  kDenied,  kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {REVOCATION "UnblockLineage",
     {kDenied,   kDenied,  kDenied,  kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {REVOCATION "ListBlocks",
     {kDenied,   kDenied,  kDenied,  kOk,      kNoTls, kNoTls,  kNoTls},  kDenied},
    {RENEWAL "OrderEarlyRenewal",
     {kDenied,   kDenied,  kDenied,  kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {RENEWAL "ListEarlyRenewals",
     {kDenied,   kDenied,  kDenied,  kOk,      kNoTls, kNoTls,  kNoTls},  kDenied},
    {RENEWAL "CancelEarlyRenewal",
     {kDenied,   kDenied,  kDenied,  kReached, kNoTls, kNoTls,  kNoTls},  kDenied},
    {"/fleetca.v1.PolicyService/ApplyPolicy",
     {kDenied,   kDenied,  kDenied,  kOk,      kNoTls, kNoTls,  kNoTls},  kDenied},
    {"/fleetca.v1.StatisticsService/GetStatistics",
     {kDenied,   kDenied,  kDenied,  kOk,      kNoTls, kNoTls,  kNoTls},  kDenied},
    {"/grpc.health.v1.Health/Check",
     {kOk,       kOk,      kOk,      kOk,      kNoTls, kNoTls,  kNoTls},  kDenied},
    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
     {kDenied,   kDenied,  kDenied,  kOk,      kNoTls, kNoTls,  kNoTls},  kDenied},
    {"/grpc.channelz.v1.Channelz/GetServers",
     {kDenied,   kDenied,  kDenied,  kDenied,  kNoTls, kNoTls,  kNoTls},  kDenied},
    {CA "Nothing",
     {kDenied,   kDenied,  kDenied,  kDenied,  kNoTls, kNoTls,  kNoTls},  kDenied},
    {CA "IssueCertificate/",
     {kDenied,   kDenied,  kDenied,  kDenied,  kNoTls, kNoTls,  kNoTls},  kDenied},
    {"/FLEETCA.v1.CertificateAuthorityService/IssueCertificate",
     {kDenied,   kDenied,  kDenied,  kDenied,  kNoTls, kNoTls,  kNoTls},  kDenied},
    {"/",
     {kDenied,   kDenied,  kDenied,  kDenied,  kNoTls, kNoTls,  kNoTls},  kDenied},
};
// clang-format on

#undef CA
#undef TOKENS
#undef REVOCATION
#undef RENEWAL

class AccessMatrixTest : public testing::ServerFixture {
 protected:
  void SetUp() override {
    ServerFixture::SetUp();
    MakeAgent("agent");
    MakeAgent("other");
    MakeAgent("operator");
    AddToPolicy(
        "identities { name: \"operator\" identity: \"/svc/operator\" profiles: \"service\" "
        "rights { may_manage_tokens: true } }");
    Restart([](service::ServerConfig& config) {
      config.listener.reflection = true;
      config.bootstrap_address = "127.0.0.1:0";
    });
    service::CaInitOptions other;
    other.folder = folder_.path() + "/other";
    other.trust_domain = "fleet.test";
    FLEETCA_ASSERT_OK(service::InitCa(other, Clock::System()));
    for (const char* ending : {".crt", ".key"}) {
      const auto contents = ReadFile(absl::StrCat(other.folder, "/admin", ending));
      FLEETCA_ASSERT_OK(contents);
      FLEETCA_ASSERT_OK(WriteFileAtomic(absl::StrCat(ca_, "/other-ca", ending), *contents, 0600));
    }
  }
};

TEST_F(AccessMatrixTest, Checklist30_EveryMethodWithEveryCredential) {
  for (size_t i = 0; i < std::size(kCredentials); ++i) {
    const auto channel =
        kCredentials[i] == "none" ? ChannelWithoutCertificate(address()) : Channel(kCredentials[i]);
    for (const Row& row : kMatrix) {
      EXPECT_EQ(kAccessNames[AccessOf(testing::CallMethod(channel, row.path))],
                kAccessNames[row.issuing[i]])
          << row.path << " as " << kCredentials[i];
    }
  }
}

// Whatever certificate a caller has, that port does not ask for it.
TEST_F(AccessMatrixTest, Checklist30_TheBootstrapPortKnowsTokensAlone) {
  const std::string address = bootstrap_address();
  for (const auto& channel : {ChannelWithoutCertificate(address), Channel("admin", "", address)}) {
    for (const Row& row : kMatrix) {
      EXPECT_EQ(kAccessNames[AccessOf(testing::CallMethod(channel, row.path))],
                kAccessNames[row.bootstrap])
          << row.path;
    }
  }
}

}  // namespace
}  // namespace fleetca
