#include "service/server/serving_check.h"

#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/authority/ca_init.h"
#include "service/server/server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsOk;
using fleetca::testing::TemporaryFolder;
using ::testing::Contains;
using ::testing::HasSubstr;

// A CA with a bootstrap port and an issuer of tokens, made once.
const std::string& OneCa() {
  static const auto* const path = [] {
    static const auto* const folder = new TemporaryFolder();
    CaInitOptions options;
    options.folder = folder->path() + "/ca";
    options.trust_domain = "fleet.example";
    options.dns_names = {"ca.fleet.example"};
    options.ip_addresses = {"10.1.2.3"};
    options.listen = "127.0.0.1:0";
    options.bootstrap = "127.0.0.1:0";
    EXPECT_THAT(InitCa(options, Clock::System()), IsOk());
    const std::string file = options.folder + "/fleetca.textproto";
    EXPECT_THAT(
        WriteFileAtomic(file,
                        absl::StrCat(*ReadFile(file),
                                     "token_issuers { url: \"https://ci.example\" audiences: "
                                     "\"ca\" algorithms: TOKEN_ALGORITHM_RS256 jwks_file: "
                                     "\"ci.jwks\" rules { matches { claim: \"sub\" pattern: "
                                     "\"u:{name}\" } identity: \"/user/{name}\" } }\n"),
                        0644),
        IsOk());
    EXPECT_THAT(WriteFileAtomic(options.folder + "/ci.jwks", "{\"keys\":[]}", 0644), IsOk());
    return new std::string(options.folder);
  }();
  return *path;
}

class ServingCheckTest : public ::testing::Test {
 protected:
  ServingCheckTest() {
    std::filesystem::copy(OneCa(), ca_, std::filesystem::copy_options::recursive);
  }

  std::string File(absl::string_view name) const { return absl::StrCat(ca_, "/", name); }

  void Write(absl::string_view name, absl::string_view contents, mode_t mode = 0600) {
    ASSERT_THAT(WriteFileAtomic(File(name), contents, mode), IsOk());
  }
  void Replace(absl::string_view name, absl::string_view before, absl::string_view after) {
    const std::string text = *ReadFile(File(name));
    const std::string changed = absl::StrReplaceAll(text, {{before, after}});
    ASSERT_NE(changed, text) << before;
    Write(name, changed);
  }
  void Append(absl::string_view name, absl::string_view more) {
    Write(name, absl::StrCat(*ReadFile(File(name)), more));
  }

  absl::StatusOr<ServerConfig> Config() const {
    return LoadServerConfig(File("fleetca.textproto"));
  }

  absl::Status Validate() const {
    const auto config = Config();
    std::vector<std::string> warnings;
    return config.ok() ? CheckServing(*config, &warnings) : config.status();
  }
  absl::Status Serve() const {
    const auto config = Config();
    // This program is a test and cannot serve the bootstrap port.
    return config.ok() ? Server::Start(*config, {.bootstrap_program =
                                                     std::filesystem::absolute("fleetca").string()})
                             .status()
                       : config.status();
  }

  TemporaryFolder folder_;
  const std::string ca_ = folder_.path() + "/ca";
};

TEST_F(ServingCheckTest, WhatServesIsValid) {
  EXPECT_THAT(Validate(), IsOk());
  EXPECT_THAT(CheckPolicyForServing(*Config(), File("policy.textproto")), IsOk());
  EXPECT_FALSE(std::filesystem::exists(File("store")));
  EXPECT_THAT(Serve(), IsOk());
}

TEST_F(ServingCheckTest, ValidateRefusesWhatServeRefusesInTheSameWords) {
  const std::vector<std::pair<const char*, std::function<void()>>> faults = {
      {"no policy", [&] { std::filesystem::remove(File("policy.textproto")); }},
      {"policy of another trust domain",
       [&] {
         Replace("policy.textproto", "trust_domain: \"fleet.example\"",
                 "trust_domain: \"other.example\"");
       }},
      {"a profile whose certificates would name an HTTP port that is not there",
       [&] {
         Replace("policy.textproto", "  subject { common_name",
                 "  revocation: REVOCATION_CRL\n  subject { common_name");
       }},
      {"a group of no capture",
       [&] {
         Append("policy.textproto",
                "identities { name: \"x\" identity: \"/svc/x/{name}\" profiles: \"service\" "
                "dns_regexes: \"(?P<nmae>[a-z]+)\\\\.x\\\\.fleet\\\\.example\" }\n");
       }},
      {"a capture that comes to an administrator",
       [&] { Replace("policy.textproto", "\"/operator/admin\"", "\"/user/admin\""); }},
      {"a rule with a name of the server",
       [&] {
         Append("policy.textproto",
                "identities { name: \"x\" identity: \"/host/ca\" profiles: \"service\" "
                "dns_names: \"ca.fleet.example\" }\n");
       }},
      {"a subordinate CA that the path length forbids",
       [&] {
         Append("policy.textproto",
                "profiles { profile { name: \"sub\" default_lifetime { seconds: 3600 } "
                "key_purposes: KEY_PURPOSE_SERVER_AUTH names { spiffe_paths: \"/ca/*\" } } "
                "subordinate_ca { permitted_names { dns_domains: \"e.example\" } } }\n");
       }},
      {"no server certificate", [&] { std::filesystem::remove(File("server.crt")); }},
      {"junk as the server's certificate", [&] { Write("server.crt", "junk"); }},
      {"the key of another certificate",
       [&] {
         Replace("fleetca.textproto", "  server_profile: \"ca-server\"\n", "");
         Write("server.key", *ReadFile(File("admin.key")));
       }},
      {"a key that others can read",
       [&] { Write("server.key", *ReadFile(File("server.key")), 0644); }},
      {"a server's certificate without its issuing CA's",
       [&] {
         const std::string chain = *ReadFile(File("server.crt"));
         Write("server.crt", chain.substr(0, chain.find("-----BEGIN", 1)));
       }},
      {"junk as client CAs", [&] { Write("trust-bundle.pem", "junk"); }},
      {"a bundle without the root",
       [&] { Write("trust-bundle.pem", *ReadFile(File("admin.crt"))); }},
      {"a wrong passphrase", [&] { Write("issuing-ca.passphrase", "wrong"); }},
      {"the issuing certificate of another key",
       [&] { Write("issuing-ca.crt", *ReadFile(File("root-ca.crt"))); }},
      {"a file as the store",
       [&] { Replace("fleetca.textproto", "path: \"store\"", "path: \"server.crt\""); }},
      {"a store below a folder that is missing",
       [&] { Replace("fleetca.textproto", "path: \"store\"", "path: \"none/store\""); }},
      {"a head in a folder that is missing",
       [&] {
         Replace("fleetca.textproto", "path: \"store\"",
                 "path: \"store\" head_file: \"none/head\"");
       }},
      {"a folder as the head",
       [&] {
         std::filesystem::create_directory(File("folder"));
         Replace("fleetca.textproto", "path: \"store\"", "path: \"store\" head_file: \"folder\"");
       }},
      {"one port for both",
       [&] { Replace("fleetca.textproto", "127.0.0.1:0", "127.0.0.1:28443"); }},
      {"one port for both in other words",
       [&] {
         Replace("fleetca.textproto", "bootstrap {\n  address: \"127.0.0.1:0\"",
                 "bootstrap {\n  address: \"0.0.0.0:28443\"");
         Replace("fleetca.textproto", "127.0.0.1:0", "127.0.0.1:28443");
       }},
      {"an HTTP port that strangers have",
       [&] {
         Replace("fleetca.textproto", "bootstrap {\n  address: \"127.0.0.1:0\"",
                 "bootstrap {\n  address: \"127.0.0.1:28443\"");
         Append("fleetca.textproto",
                "http { address: \"0.0.0.0:28443\" base_url: \"http://pki.fleet.example\" }\n");
       }},
      {"an HTTP port of another machine",
       [&] {
         Append("fleetca.textproto",
                "http { address: \"192.0.2.1:0\" base_url: \"http://pki.fleet.example\" }\n");
       }},
      {"an address of another machine",
       [&] { Replace("fleetca.textproto", "127.0.0.1:0", "192.0.2.1:0"); }},
      {"the key of the root", [&] { Write("issuing-ca.key", *ReadFile(File("root-ca.key"))); }},
  };
  for (const auto& [name, make] : faults) {
    std::filesystem::remove_all(ca_);
    std::filesystem::copy(OneCa(), ca_, std::filesystem::copy_options::recursive);
    make();
    const absl::Status served = Serve();
    const absl::Status validated = Validate();
    EXPECT_FALSE(served.ok()) << name;
    EXPECT_EQ(validated, served) << name;
  }
}

TEST_F(ServingCheckTest, WarnsOfCertificatesThatStartAServerAndAreNotAllRight) {
  const std::string root = *ReadFile(File("root-ca.crt"));
  Append("issuing-ca.crt", root);
  Append("server.crt", root);
  Append("trust-bundle.pem", *ReadFile(File("admin.crt")));
  std::vector<std::string> warnings;
  EXPECT_THAT(CheckServing(*Config(), &warnings), IsOk());
  for (const char* file : {"/issuing-ca.crt: ", "/server.crt: ", "/trust-bundle.pem: "}) {
    EXPECT_THAT(warnings, Contains(HasSubstr(file)));
  }
  EXPECT_THAT(Serve(), IsOk());
}

TEST_F(ServingCheckTest, WhereTheServerWouldIssueItselfAPairThatIsAWarning) {
  const std::string another = *ReadFile(File("admin.key"));
  Write("server.key", another);
  std::vector<std::string> warnings;
  EXPECT_THAT(CheckServing(*Config(), &warnings), IsOk());
  EXPECT_THAT(warnings, Contains(HasSubstr("would issue itself another one")));
  EXPECT_EQ(*ReadFile(File("server.key")), another);
  // What the start would refuse then is refused here.
  Replace("policy.textproto", "  profiles: \"ca-server\"\n", "  profiles: \"service\"\n");
  const absl::Status validated = Validate();
  EXPECT_EQ(validated.code(), absl::StatusCode::kPermissionDenied) << validated;
  EXPECT_THAT(std::string(validated.message()),
              HasSubstr("the server could not issue itself another one"));
  EXPECT_EQ(Serve().code(), validated.code());
}

TEST_F(ServingCheckTest, APolicyIsJudgedWithTheConfigurationAndWithoutKeys) {
  for (const char* secret : {"issuing-ca.key", "issuing-ca.passphrase", "server.key"}) {
    std::filesystem::remove(File(secret));
  }
  EXPECT_THAT(CheckPolicyForServing(*Config(), File("policy.textproto")), IsOk());
  Replace("policy.textproto", "\"/operator/admin\"", "\"/user/admin\"");
  const absl::Status status = CheckPolicyForServing(*Config(), File("policy.textproto"));
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
}

TEST_F(ServingCheckTest, WhetherAProfileCanNameTheCrlIsTheServersToSay) {
  Replace("policy.textproto", "  subject { common_name",
          "  revocation: REVOCATION_CRL\n  subject { common_name");
  auto config = Config();
  ASSERT_THAT(config, IsOk());
  const absl::Status status = CheckPolicyForServing(*config, File("policy.textproto"));
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("no HTTP port"));
  config->http.base_url = "http://ca.fleet.example";
  EXPECT_THAT(CheckPolicyForServing(*config, File("policy.textproto")), IsOk());
}

}  // namespace
}  // namespace fleetca::service
