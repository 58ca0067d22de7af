#include "service/server/offline_renewal.h"

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/server/running_ca.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::IsError;
using ::testing::AllOf;
using ::testing::HasSubstr;

class OfflineRenewalTest : public CaFolderFixture {
 protected:
  OfflineRequest Of(const std::string& stem) const {
    return {.files = {File(stem + ".crt"), File(stem + ".key")}};
  }
  // Names of the first certificate of the file, as text.
  std::vector<std::string> NamesIn(absl::string_view file) const {
    std::vector<std::string> names;
    const auto ders = x509::DecodePem(x509::kPemCertificate, Read(file));
    const auto certificate = x509::ParseCertificate(ders.value().front());
    for (const x509::GeneralName& name : certificate.value().names) {
      names.push_back(x509::NameToString(name));
    }
    return names;
  }
};

TEST_F(OfflineRenewalTest, TheOperatorsIsReplacedAndRecorded) {
  const std::string before = Read("admin.key");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const OfflineRenewal renewal, RenewOffline(Config(), Of("admin")));
  EXPECT_EQ(renewal.identity, "spiffe://fleet.example/operator/admin");
  EXPECT_EQ(renewal.profile, "operator");
  EXPECT_GT(renewal.not_after, absl::Now() + absl::Hours(24 * 29));
  EXPECT_NE(Read("admin.key"), before);

  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto watcher, FileWatcher::Start());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ca, RunningCa::Open(Config(), nullptr, *watcher));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::CertificateRecord record,
                               ca->store().GetBySerial(absl::HexStringToBytes(renewal.serial)));
  EXPECT_THAT(Read("admin.crt"),
              HasSubstr(x509::EncodePem(x509::kPemCertificate, record.certificate)));

  // While a server has the store, there is another way.
  const absl::Status running = RenewOffline(Config(), Of("admin")).status();
  EXPECT_THAT(running, IsError(absl::StatusCode::kFailedPrecondition, Reason::kStoreLocked));
  EXPECT_THAT(std::string(running.message()),
              AllOf(HasSubstr("fleetca cert renew"), HasSubstr("stop")));
}

TEST_F(OfflineRenewalTest, TheServersKeepsItsNamesAndGetsMoreWhereThePolicyGrantsThem) {
  const std::vector<std::string> before = NamesIn("server.crt");
  FLEETCA_ASSERT_OK(RenewOffline(Config(), Of("server")));
  EXPECT_EQ(NamesIn("server.crt"), before);

  OfflineRequest more = Of("server");
  more.more_dns_names = {"localhost", "ca.fleet.example"};
  more.more_addresses = {"10.1.2.3"};
  const std::string certificate = Read("server.crt");
  EXPECT_THAT(RenewOffline(Config(), more),
              IsError(absl::StatusCode::kInvalidArgument, Reason::kSanNotAllowed));
  EXPECT_EQ(Read("server.crt"), certificate);
  for (const auto& [old, with] : std::vector<std::pair<std::string, std::string>>{
           {"      dns_suffixes: \"localhost\"\n",
            "      dns_suffixes: \"localhost\"\n      dns_suffixes: \"ca.fleet.example\"\n"},
           {"  dns_names: \"localhost\"\n",
            "  dns_names: \"localhost\"\n  dns_names: \"ca.fleet.example\"\n"},
           {"  ip_prefixes: \"127.0.0.1/32\"\n",
            "  ip_prefixes: \"127.0.0.1/32\"\n  ip_prefixes: \"10.1.2.3/32\"\n"}}) {
    Replace("policy.textproto", old, with);
  }
  FLEETCA_ASSERT_OK(RenewOffline(Config(), more));
  std::vector<std::string> after = before;
  after.insert(after.end(), {"DNS:ca.fleet.example", "IP:10.1.2.3"});
  EXPECT_EQ(NamesIn("server.crt"), after);

  more.more_addresses = {"10.1.2"};
  EXPECT_THAT(RenewOffline(Config(), more),
              IsError(absl::StatusCode::kInvalidArgument, Reason::kSanInvalid));
}

TEST_F(OfflineRenewalTest, AProfileIsToBeSaidWhereThereAreSeveral) {
  Replace("policy.textproto", "  profiles: \"ca-server\"\n",
          "  profiles: \"ca-server\"\n  profiles: \"service\"\n");
  OfflineRequest request = Of("server");
  EXPECT_THAT(std::string(RenewOffline(Config(), request).status().message()),
              AllOf(HasSubstr("service, ca-server"), HasSubstr("--profile")));
  request.profile = "ca-server";
  FLEETCA_EXPECT_OK(RenewOffline(Config(), request));
  Replace("policy.textproto", "  profiles: \"operator\"\n", "  profiles: \"user\"\n");
  EXPECT_FALSE(RenewOffline(Config(), Of("admin")).ok());
}

TEST_F(OfflineRenewalTest, AKeyThatCameBeforeItsCertificateIsKept) {
  const std::string operators = Read("admin.key");
  Write("server.key", operators);
  FLEETCA_ASSERT_OK(RenewOffline(Config(), Of("server")));
  EXPECT_NE(Read("server.key"), operators);
  EXPECT_EQ(Read("server.key.replaced"), operators);
}

TEST_F(OfflineRenewalTest, ACertificateOfAnotherCaIsLeftAlone) {
  CaInitOptions other;
  other.folder = File("other");
  other.trust_domain = "fleet.example";
  FLEETCA_ASSERT_OK(InitCa(other, Clock::System()));
  const std::string before = Read("other/admin.crt");
  const absl::Status status = RenewOffline(Config(), Of("other/admin")).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(status.message()), HasSubstr("did not issue it"));
  EXPECT_EQ(Read("other/admin.crt"), before);
}

}  // namespace
}  // namespace fleetca::service
