#include "service/authority/ca_init.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/private_key.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/authority/testing/ca_init_fixture.h"
#include "signer/key_file.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class FixedClock : public Clock {
 public:
  absl::Time Now() const override { return now; }
  absl::Time now = absl::FromUnixSeconds(1893456000) + absl::Milliseconds(250);
};

// A certificate with the bytes that its views alias.
struct Loaded {
  std::string der;
  x509::Certificate certificate;
};

std::unique_ptr<Loaded> Load(const std::string& path) {
  auto loaded = std::make_unique<Loaded>();
  const auto blocks = x509::DecodePem(x509::kPemCertificate, Contents(path));
  EXPECT_TRUE(blocks.ok() && !blocks->empty()) << path;
  loaded->der = blocks->front();
  const auto parsed = x509::ParseCertificate(loaded->der);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  loaded->certificate = *parsed;
  return loaded;
}

struct Outcome {
  int code;
  std::string output;
};

Outcome RunShell(const std::string& command) {
  FILE* pipe = popen(absl::StrCat(command, " 2>&1").c_str(), "r");
  std::string output;
  char buffer[4096];
  while (const size_t got = fread(buffer, 1, sizeof(buffer), pipe)) {
    output.append(buffer, got);
  }
  const int status = pclose(pipe);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, output};
}

// OpenSSL opens the CA keys with their passphrases, and they are their certificates' keys.
void ExpectKeysFit(const std::string& folder) {
  for (const char* stem : {"root-ca", "issuing-ca"}) {
    const std::string path = absl::StrCat(folder, "/", stem);
    const Outcome from_key = RunShell(
        absl::StrCat("openssl pkey -in ", path, ".key -passin file:", path, ".passphrase -pubout"));
    const Outcome from_certificate =
        RunShell(absl::StrCat("openssl x509 -in ", path, ".crt -noout -pubkey"));
    EXPECT_EQ(from_key.code, 0) << from_key.output;
    EXPECT_EQ(from_key.output, from_certificate.output);
    EXPECT_THAT(Contents(path + ".key"), HasSubstr("BEGIN ENCRYPTED PRIVATE KEY"));
    EXPECT_TRUE(signer::ReadKeyFile(
                    {path + ".key", {.file = path + ".passphrase", .systemd_credential = ""}})
                    .ok());
  }
}

class CaInitKeyTypeTest : public ::testing::TestWithParam<KeyType> {};

TEST_P(CaInitKeyTypeTest, OpenSslVerifiesTheChainsStrictlyAndOpensTheKeys) {
  const std::string parent = TestFolder();
  CaInitOptions options = GoodOptions(parent);
  options.key_type = GetParam();
  Init(options);
  const std::string verify =
      absl::StrCat("cd ", options.folder, " && openssl verify -x509_strict -CAfile root-ca.crt ");
  for (const char* arguments :
       {"root-ca.crt", "issuing-ca.crt",
        "-untrusted issuing-ca.crt -purpose sslserver -verify_hostname localhost server.crt",
        "-untrusted server.crt -purpose sslserver -verify_ip 127.0.0.1 server.crt",
        "-untrusted server.crt -purpose sslserver -verify_ip ::1 server.crt",
        "-untrusted admin.crt -purpose sslclient admin.crt"}) {
    const Outcome outcome = RunShell(absl::StrCat(verify, arguments));
    EXPECT_EQ(outcome.code, 0) << arguments << "\n" << outcome.output;
  }
  // The check itself can fail: without the issuing CA there is no chain, and a client is not a
  // server.
  EXPECT_NE(RunShell(absl::StrCat(verify, "server.crt")).code, 0);
  EXPECT_NE(
      RunShell(absl::StrCat(verify, "-untrusted admin.crt -purpose sslserver admin.crt")).code, 0);
  ExpectKeysFit(options.folder);
  const Outcome crl =
      RunShell(absl::StrCat("cd ", options.folder,
                            " && openssl crl -in root-ca.crl -noout -verify -CAfile root-ca.crt && "
                            "openssl verify -crl_check -CAfile root-ca.crt -CRLfile root-ca.crl "
                            "issuing-ca.crt"));
  EXPECT_EQ(crl.code, 0) << crl.output;
}

INSTANTIATE_TEST_SUITE_P(All, CaInitKeyTypeTest,
                         ::testing::Values(KeyType::kP256, KeyType::kP384, KeyType::kRsa2048,
                                           KeyType::kRsa3072, KeyType::kRsa4096, KeyType::kEd25519),
                         [](const auto& info) { return std::string(KeyTypeName(info.param)); });

TEST(CaInitTest, MakesExactlyTheseFilesWithTheirModes) {
  const CaInitOptions options = GoodOptions(TestFolder());
  const mode_t old_mask = umask(0);
  Init(options);
  umask(old_mask);
  std::map<std::string, mode_t> modes;
  for (const auto& entry : fs::directory_iterator(options.folder)) {
    struct stat info;
    ASSERT_EQ(stat(entry.path().c_str(), &info), 0);
    modes[entry.path().filename()] = info.st_mode & 07777;
  }
  const std::map<std::string, mode_t> expected = {
      {"admin.crt", 0644},        {"admin.key", 0600},          {"fleetca.textproto", 0644},
      {"issuing-ca.crt", 0644},   {"issuing-ca.key", 0600},     {"issuing-ca.passphrase", 0600},
      {"policy.textproto", 0644}, {"root-ca.crl", 0644},        {"root-ca.crt", 0644},
      {"root-ca.key", 0600},      {"root-ca.passphrase", 0600}, {"server.crt", 0644},
      {"server.key", 0600},       {"store.head", 0600},         {"trust-bundle.pem", 0644}};
  EXPECT_EQ(modes, expected);
  struct stat info;
  ASSERT_EQ(stat(options.folder.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700u);
}

TEST(CaInitTest, CertificatesSayWhatTheyAre) {
  const CaInitOptions options = GoodOptions(TestFolder());
  Init(options);
  const auto root = Load(options.folder + "/root-ca.crt");
  const auto issuing = Load(options.folder + "/issuing-ca.crt");
  const auto server = Load(options.folder + "/server.crt");
  const auto admin = Load(options.folder + "/admin.crt");
  EXPECT_TRUE(root->certificate.is_ca);
  EXPECT_FALSE(root->certificate.path_length.has_value());
  EXPECT_TRUE(issuing->certificate.is_ca);
  EXPECT_EQ(issuing->certificate.path_length, 0);
  EXPECT_FALSE(server->certificate.is_ca);
  EXPECT_FALSE(admin->certificate.is_ca);
  EXPECT_EQ(server->certificate.SpiffeId(), "spiffe://fleet.example/svc/fleetca");
  EXPECT_EQ(admin->certificate.SpiffeId(), "spiffe://fleet.example/operator/admin");
  EXPECT_TRUE(x509::VerifySignedBy(root->certificate, root->certificate).ok());
  EXPECT_TRUE(x509::VerifySignedBy(issuing->certificate, root->certificate).ok());
  EXPECT_TRUE(x509::VerifySignedBy(server->certificate, issuing->certificate).ok());
  EXPECT_TRUE(x509::VerifySignedBy(admin->certificate, issuing->certificate).ok());
  const std::set<absl::string_view> ids = {
      root->certificate.subject_key_id, issuing->certificate.subject_key_id,
      server->certificate.subject_key_id, admin->certificate.subject_key_id};
  EXPECT_EQ(ids.size(), 4u);
}

// Programs that fetch the CRLs of a whole chain find the root's by its name in the issuing CA's
// certificate.
TEST(CaInitTest, WithAnHttpPortTheIssuingCaNamesTheRootsCrl) {
  CaInitOptions options = GoodOptions(TestFolder());
  options.http = "127.0.0.1:8080";
  options.base_url = "http://pki.fleet.example";
  Init(options);
  EXPECT_THAT(Load(options.folder + "/issuing-ca.crt")->certificate.crl_urls,
              ElementsAre("http://pki.fleet.example/crl/root.crl"));
  // No CRL speaks of the root, and none of the two that no store has recorded.
  for (const char* file : {"/root-ca.crt", "/server.crt", "/admin.crt"}) {
    EXPECT_THAT(Load(options.folder + file)->certificate.crl_urls, IsEmpty()) << file;
  }
  EXPECT_THAT(InitialConfig(options), HasSubstr("http {\n  address: \"127.0.0.1:8080\"\n"
                                                "  base_url: \"http://pki.fleet.example\"\n}\n"));
  const Outcome chain = RunShell(absl::StrCat("cd ", options.folder,
                                              " && openssl verify -x509_strict -crl_check -CAfile ",
                                              "root-ca.crt -CRLfile root-ca.crl issuing-ca.crt"));
  EXPECT_EQ(chain.code, 0) << chain.output;
}

TEST(CaInitTest, WithoutAnHttpPortNothingNamesACrl) {
  const CaInitOptions options = GoodOptions(TestFolder());
  Init(options);
  EXPECT_THAT(Load(options.folder + "/issuing-ca.crt")->certificate.crl_urls, IsEmpty());
  EXPECT_THAT(InitialConfig(options), Not(HasSubstr("http {")));
}

TEST(CaInitTest, AnHttpPortAndItsUrlAreGivenTogether) {
  CaInitOptions options = GoodOptions("/nowhere");
  options.http = "127.0.0.1:8080";
  EXPECT_EQ(GetField(CheckCaInitOptions(options)), "base_url");
  options.base_url = "http://pki.fleet.example";
  EXPECT_TRUE(CheckCaInitOptions(options).ok());
  options.http = "";
  EXPECT_EQ(GetField(CheckCaInitOptions(options)), "http");
}

TEST(CaInitTest, TheServerRenewsItselfAndItsHolderTheOperators) {
  CaInitOptions options = GoodOptions(TestFolder());
  const std::string config = InitialConfig(options);
  EXPECT_THAT(config, HasSubstr("server_profile: \"ca-server\""));
  EXPECT_THAT(config, HasSubstr("watched_files: \"admin.crt\""));
  const std::string policy = InitialPolicy(options);
  // As long as what `ca init` makes.
  EXPECT_THAT(policy, HasSubstr(absl::StrCat("name: \"operator\"\n    default_lifetime { seconds: ",
                                             kAdminCertificateLifetime / absl::Seconds(1), " }")));
  EXPECT_THAT(policy,
              HasSubstr(absl::StrCat("name: \"ca-server\"\n    default_lifetime { seconds: ",
                                     kServerCertificateLifetime / absl::Seconds(1), " }")));
  // Nobody asks for the server's identity but the server.
  EXPECT_EQ(policy.find("issue_for: \"/svc/fleetca\""), std::string::npos);
}

TEST(CaInitTest, LifetimesAreAsAskedAndCutToTheIssuers) {
  CaInitOptions options = GoodOptions(TestFolder());
  options.root_lifetime = absl::Hours(24 * 100);
  options.issuing_lifetime = absl::Hours(24 * 45);
  FixedClock clock;
  const auto summary = InitCa(options, clock);
  ASSERT_TRUE(summary.ok()) << summary.status();
  const absl::Time start = absl::FromUnixSeconds(1893456000);
  ASSERT_EQ(summary->certificates.size(), 4u);
  EXPECT_EQ(summary->certificates[0].not_after, start + absl::Hours(24 * 100));
  EXPECT_EQ(summary->certificates[1].not_after, start + absl::Hours(24 * 45));
  EXPECT_EQ(summary->certificates[2].not_after, start + absl::Hours(24 * 45));
  EXPECT_EQ(summary->certificates[3].not_after, start + absl::Hours(24 * 30));
  EXPECT_EQ(Load(options.folder + "/admin.crt")->certificate.not_before, start - absl::Minutes(1));
}

TEST(CaInitTest, RootMayOutliveTheYear2050) {
  CaInitOptions options = GoodOptions(TestFolder());
  options.root_lifetime = absl::Hours(24 * 36500);
  options.issuing_lifetime = absl::Hours(24 * 36500);
  Init(options);
  const Outcome outcome =
      RunShell(absl::StrCat("openssl verify -x509_strict -CAfile ", options.folder, "/root-ca.crt ",
                            options.folder, "/issuing-ca.crt"));
  EXPECT_EQ(outcome.code, 0) << outcome.output;
}

TEST(CaInitTest, ServerHasTheNamesGivenOnceEach) {
  CaInitOptions options = GoodOptions(TestFolder());
  options.dns_names = {"ca.fleet.example", "localhost", "ca.fleet.example"};
  options.ip_addresses = {"10.1.2.3", "0:0:0:0:0:0:0:1", "fd00::5"};
  Init(options);
  std::vector<std::string> names;
  const auto server = Load(options.folder + "/server.crt");
  for (const x509::GeneralName& name : server->certificate.names) {
    names.push_back(x509::NameToString(name));
  }
  EXPECT_THAT(names, UnorderedElementsAre("URI:spiffe://fleet.example/svc/fleetca", "DNS:localhost",
                                          "DNS:ca.fleet.example", "IP:127.0.0.1", "IP:::1",
                                          "IP:10.1.2.3", "IP:fd00::5"));
}

TEST(CaInitTest, EverySecretIsItsOwn) {
  const std::string parent = TestFolder();
  CaInitOptions options = GoodOptions(parent);
  Init(options);
  CaInitOptions again = options;
  again.folder = absl::StrCat(parent, "/other");
  Init(again);
  std::set<std::string> passphrases;
  for (const std::string& folder : {options.folder, again.folder}) {
    for (const char* name : {"/root-ca.passphrase", "/issuing-ca.passphrase"}) {
      passphrases.insert(Contents(folder + name));
      EXPECT_EQ(Contents(folder + name).size(), 43u);
    }
  }
  EXPECT_EQ(passphrases.size(), 4u);
  // Two roots of one trust domain can be told apart by name.
  EXPECT_NE(Load(options.folder + "/root-ca.crt")->certificate.subject,
            Load(again.folder + "/root-ca.crt")->certificate.subject);
}

TEST(CaInitTest, SummaryNamesWhatIsThere) {
  const CaInitOptions options = GoodOptions(TestFolder());
  const CaInitSummary summary = Init(options);
  ASSERT_EQ(summary.certificates.size(), 4u);
  for (const MadeCertificate& made : summary.certificates) {
    EXPECT_TRUE(fs::exists(made.file)) << made.file;
    EXPECT_TRUE(fs::exists(made.key_file)) << made.key_file;
    EXPECT_EQ(made.serial.size(), 40u);
    EXPECT_EQ(made.passphrase_file.empty(), made.role == "server" || made.role == "admin");
  }
  EXPECT_THAT(summary.certificates[0].subject, HasSubstr("O=fleet.example, CN=fleetca root "));
  EXPECT_EQ(summary.certificates[3].subject, summary.admin_spiffe_id);
  EXPECT_TRUE(fs::exists(summary.config_file));
  EXPECT_EQ(Contents(summary.trust_bundle_file), Contents(options.folder + "/root-ca.crt"));
}

TEST(CaInitTest, TrustDomainThatIsNoDnsDomainGivesNoDnsNames) {
  CaInitOptions options = GoodOptions("unused");
  EXPECT_THAT(InitialPolicy(options), HasSubstr("dns_suffixes: \".fleet.example\""));
  for (const char* domain : {"fleet", "my_fleet.example", "10.0.0.1"}) {
    options.trust_domain = domain;
    EXPECT_THAT(InitialPolicy(options), Not(HasSubstr("dns_")));
  }
}

TEST(CaInitTest, LongTrustDomainFitsTheSubject) {
  CaInitOptions options = GoodOptions(TestFolder());
  options.trust_domain = absl::StrCat(std::string(60, 'a'), ".", std::string(60, 'b'), ".example");
  Init(options);
}

}  // namespace
}  // namespace fleetca::service
