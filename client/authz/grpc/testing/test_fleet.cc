#include "client/authz/grpc/testing/test_fleet.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/private_key.h"
#include "tests/testing/test_key.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/san.h"
#include "x509/serial.h"
#include "x509/tbs.h"

namespace fleetca::client::testing {
namespace {

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << std::endl;
    std::abort();
  }
  return *std::move(value);
}

TestIdentity IssueFrom(const x509::TestCa& ca, const TestLeaf& leaf) {
  const auto key = fleetca::testing::TestKey::Make(KeyType::kP256);
  x509::CertSpec spec = x509::LeafSpec(key);
  spec.not_before = leaf.not_before;
  spec.not_after = leaf.not_after;
  spec.names.clear();
  for (const std::string& uri : leaf.uris) {
    spec.names.push_back({x509::NameType::kUri, uri});
  }
  for (const std::string& name : leaf.dns_names) {
    spec.names.push_back({x509::NameType::kDns, name});
  }
  if (leaf.authz.has_value()) {
    spec.fleet_authz = ValueOrDie(x509::BuildFleetAuthz(*leaf.authz));
  }
  const std::string tbs = ValueOrDie(x509::TbsTemplate::Create(x509::LeafOptions(ca)))->Build(spec);
  TestIdentity identity;
  identity.certificate_pem =
      x509::EncodePem(x509::kPemCertificate,
                      x509::AssembleCertificate(tbs, ca.scheme, ca.key.Sign(ca.scheme, tbs)));
  identity.chain_pem = identity.certificate_pem;
  identity.key_pem = std::string(ValueOrDie(EncodePrivateKey(key.get())).view());
  return identity;
}

}  // namespace

TestFleet::TestFleet()
    : root(x509::MakeTestRoot(KeyType::kP256)),
      issuing(x509::MakeTestIssuingCa(root, KeyType::kP256)) {}

TestIdentity TestFleet::Issue(const TestLeaf& leaf) const {
  TestIdentity identity = IssueFrom(issuing, leaf);
  absl::StrAppend(&identity.chain_pem, x509::EncodePem(x509::kPemCertificate, issuing.certificate));
  return identity;
}

TestIdentity TestFleet::IssueFromRoot(const TestLeaf& leaf) const { return IssueFrom(root, leaf); }

std::string TestFleet::root_pem() const {
  return x509::EncodePem(x509::kPemCertificate, root.certificate);
}

}  // namespace fleetca::client::testing
