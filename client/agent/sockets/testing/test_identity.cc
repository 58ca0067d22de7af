#include "client/agent/sockets/testing/test_identity.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace fleetca::client::testing {
namespace {

using ::fleetca::testing::MakeByOpenSsl;
using ::fleetca::testing::OpenSslCertificate;
using ::fleetca::testing::OpenSslRequest;

OpenSslCertificate MakeCa(const char* name, const OpenSslCertificate* issuer) {
  return MakeByOpenSsl({.common_name = name,
                        .issuer = issuer,
                        .not_before = absl::Now() - absl::Hours(1),
                        .not_after = absl::Now() + absl::Hours(1)});
}

}  // namespace

const char kTestKeyEcPem[] =
    "-----BEGIN EC PRIVATE KEY-----\n"
    "MHcCAQEEIFHDwuv/LNf2VRroU0bmMbVyw9DBiprljIp/X5VN4u1roAoGCCqGSM49\n"
    "AwEHoUQDQgAECDAw2HYo+rhJF/7y2U2G9d6QA6L4f0j6T/txpkLoxYykSkZJsE3+\n"
    "Ix3NyxyqzGl/xvY//D5hnBKNtY94PEZfsA==\n"
    "-----END EC PRIVATE KEY-----\n";

const char kTestKeyPkcs8Pem[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUcPC6/8s1/ZVGuhT\n"
    "RuYxtXLD0MGKmuWMin9flU3i7WuhRANCAAQIMDDYdij6uEkX/vLZTYb13pADovh/\n"
    "SPpP+3GmQujFjKRKRkmwTf4jHc3LHKrMaX/G9j/8PmGcEo21j3g8Rl+w\n"
    "-----END PRIVATE KEY-----\n";

const char kTestKeyPkcs8Base64[] =
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgUcPC6/8s1/ZVGuhT"
    "RuYxtXLD0MGKmuWMin9flU3i7WuhRANCAAQIMDDYdij6uEkX/vLZTYb13pADovh/"
    "SPpP+3GmQujFjKRKRkmwTf4jHc3LHKrMaX/G9j/8PmGcEo21j3g8Rl+w";

HeldIdentity IdentityOfWords() {
  auto credential = std::make_shared<Credential>();
  credential->private_key_pem = SecretBytes(kTestKeyEcPem);
  credential->certificate_der = "leaf";
  credential->chain_der = {"issuing", "policy"};
  credential->roots_der = {"root"};
  HeldIdentity held;
  held.name = "web";
  held.spiffe_id = "spiffe://fleet.example/web";
  held.trust_domain = "fleet.example";
  held.credential = std::move(credential);
  held.roots_der = {"root", "next root"};
  held.crls = {std::make_shared<const std::string>("crl")};
  held.hint = "internal";
  return held;
}

IdentityMaker::IdentityMaker()
    : root_(MakeCa("root", nullptr)), issuing_(MakeCa("issuing", &root_)) {}

std::shared_ptr<HeldIdentity> IdentityMaker::Make(const std::string& name) const {
  auto held = std::make_shared<HeldIdentity>();
  held->name = name;
  held->trust_domain = "fleet.example";
  held->spiffe_id = absl::StrCat("spiffe://fleet.example/", name);
  held->roots_der = {root_.der};
  OpenSslRequest request = {.common_name = name,
                            .issuer = &issuing_,
                            .not_before = absl::Now() - absl::Minutes(5),
                            .not_after = absl::Now() + absl::Hours(1)};
  request.extensions = {{"subjectAltName", absl::StrCat("URI:", held->spiffe_id)}};
  const OpenSslCertificate leaf = MakeByOpenSsl(request);
  auto credential = std::make_shared<Credential>();
  credential->private_key_pem = SecretBytes(leaf.key_pem);
  credential->certificate_der = leaf.der;
  credential->chain_der = {issuing_.der};
  credential->roots_der = {root_.der};
  held->credential = std::move(credential);
  return held;
}

}  // namespace fleetca::client::testing
