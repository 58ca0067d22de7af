// What cert inspect says of a certificate's extensions, ours and everybody's.
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "client/cli/testing/inspect_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// DER as openssl is to write it into an extension.
std::string AsOpenSslWants(absl::string_view der) {
  return absl::StrCat("DER:", absl::BytesToHexString(der));
}

TEST_F(InspectTest, ShowsWhatTheCertificateGrants) {
  const auto authz = x509::BuildFleetAuthz({.policy_revision = 7,
                                            .roles = {"reader", "writer"},
                                            .audience = {{"svc/orders"}},
                                            .attributes = {{"region", "eu-1"}, {"zone", "a"}}});
  const auto provenance = x509::BuildProvenance({.profile = "service",
                                                 .attestation = x509::Attestation::kJwt,
                                                 .request_id = std::string(16, '\x2a'),
                                                 .generation = 3});
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 30 -addext ",
                       "1.3.6.1.4.1.32473.1.1.1=", AsOpenSslWants(*authz),
                       " -addext 1.3.6.1.4.1.32473.1.1.2=", AsOpenSslWants(*provenance), " -out ",
                       Path("granted.pem")));
  const Outcome text = Inspect({Path("granted.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("  Roles           reader\n"
                                  "                  writer\n"
                                  "  Audience        svc/orders\n"
                                  "  Attributes      region = eu-1\n"
                                  "                  zone = a\n"
                                  "  Policy revision 7\n"
                                  "  Provenance      profile service, attested by jwt, generation "
                                  "3, request 2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a2a\n"));
  EXPECT_THAT(text.out, Not(HasSubstr("  Extension")));

  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("granted.pem")}).out)[0];
  EXPECT_EQ(json["authz"]["roles"], nlohmann::json::array({"reader", "writer"}));
  EXPECT_EQ(json["authz"]["audience"], nlohmann::json::array({"svc/orders"}));
  EXPECT_EQ(json["authz"]["attributes"]["region"], "eu-1");
  EXPECT_EQ(json["authz"]["policy_revision"], 7);
  EXPECT_EQ(json["provenance"]["profile"], "service");
  EXPECT_EQ(json["provenance"]["attestation"], "jwt");
  EXPECT_EQ(json["provenance"]["generation"], 3);
  EXPECT_EQ(json["other_extensions"], nlohmann::json::array());

  const std::string arc = "1.3.6.1.4.1.99999.1";
  EXPECT_THAT(Inspect({"--arc", arc, Path("granted.pem")}).out,
              AllOf(Not(HasSubstr("  Roles ")), HasSubstr("1.3.6.1.4.1.32473.1.1.1, ")));
}

TEST_F(InspectTest, ShowsWhereWordOfARevocationIs) {
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 30 -addext ",
                       "crlDistributionPoints=URI:http://ca.fleet.example/crl/0a1b/17.crl -addext ",
                       "'authorityInfoAccess=OCSP;URI:http://ca.fleet.example/ocsp,caIssuers;URI:",
                       "http://ca.fleet.example/aia/0a1b.cer' -out ", Path("pointers.pem")));
  const Outcome text = Inspect({Path("pointers.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("  CRL             http://ca.fleet.example/crl/0a1b/17.crl\n"
                                  "  OCSP            http://ca.fleet.example/ocsp\n"
                                  "  CA issuers      http://ca.fleet.example/aia/0a1b.cer\n"));
  EXPECT_THAT(text.out, AllOf(Not(HasSubstr("  Extension")), Not(HasSubstr("noRevAvail"))));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("pointers.pem")}).out)[0];
  EXPECT_EQ(json["crl_urls"], nlohmann::json::array({"http://ca.fleet.example/crl/0a1b/17.crl"}));
  EXPECT_EQ(json["ocsp_urls"], nlohmann::json::array({"http://ca.fleet.example/ocsp"}));
  EXPECT_EQ(json["ca_issuers_urls"],
            nlohmann::json::array({"http://ca.fleet.example/aia/0a1b.cer"}));
  EXPECT_EQ(json["no_rev_avail"], false);
}

TEST_F(InspectTest, ShowsThatNoRevocationWillBePublished) {
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"),
                       " -subj /CN=Web -days 1 -addext basicConstraints=CA:FALSE -addext ",
                       "2.5.29.56=DER:0500 -out ", Path("none.pem")));
  const Outcome text = Inspect({Path("none.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("  Revocation      none will be published (noRevAvail)\n"));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("none.pem")}).out)[0];
  EXPECT_EQ(json["no_rev_avail"], true);
  EXPECT_EQ(json["crl_urls"], nlohmann::json::array());
}

TEST_F(InspectTest, PointersWithoutAUrlAreStillExtensions) {
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 1 -addext ",
                       "'authorityInfoAccess=caIssuers;DNS:ca.fleet.example' -out ",
                       Path("odd.pem")));
  EXPECT_THAT(
      Inspect({Path("odd.pem")}).out,
      AllOf(HasSubstr("  Extension       1.3.6.1.5.5.7.1.1, "), Not(HasSubstr("  CA issuers"))));
}

TEST_F(InspectTest, SaysHowTheCasOwnCameToBe) {
  const auto provenance = x509::BuildProvenance(
      {.profile = "ca-server", .attestation = x509::Attestation::kOwn, .generation = 0});
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 30 -addext ",
                       "1.3.6.1.4.1.32473.1.1.2=", AsOpenSslWants(*provenance), " -out ",
                       Path("own.pem")));
  EXPECT_THAT(Inspect({Path("own.pem")}).out,
              HasSubstr("  Provenance      profile ca-server, attested by own, generation 0\n"));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("own.pem")}).out)[0];
  EXPECT_EQ(json["provenance"]["attestation"], "own");
}

// As one of a later release, with a word that is not known here.
TEST_F(InspectTest, AProvenanceThatCannotBeReadHidesNothingElse) {
  OpenSsl(absl::StrCat("req -x509 -key ", Path("root.key"), " -subj /CN=Web -days 30 -addext ",
                       "1.3.6.1.4.1.32473.1.1.2=DER:30090201010c01700a0104 -out ",
                       Path("later.pem")));
  const Outcome text = Inspect({Path("later.pem")});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("  Subject "), HasSubstr("  Provenance      UNREADABLE: "),
                              HasSubstr("or own (3)")));
}

TEST_F(InspectTest, ACertificateWithoutGrantsSaysNothingOfThem) {
  EXPECT_THAT(Inspect({Path("root.pem")}).out, Not(HasSubstr("Roles")));
  const auto json = nlohmann::json::parse(Inspect({"-o", "json", Path("root.pem")}).out)[0];
  EXPECT_FALSE(json.contains("authz"));
  EXPECT_FALSE(json.contains("provenance"));
}

}  // namespace
}  // namespace fleetca::client
