#include "tests/fuzz/certificate/seeds.h"

#include "tests/fuzz/certificate/lint_policy.h"
#include "x509/name.h"
#include "x509/test_ca.h"
#include "x509/test_tbs_parts.h"

namespace fleetca::x509 {

std::vector<std::string> CertificateSeeds() {
  std::vector<std::string> seeds;
  for (const KeyType type :
       {KeyType::kP256, KeyType::kP384, KeyType::kRsa2048, KeyType::kEd25519}) {
    const TestCa root = MakeTestRoot(type);
    const TestCa issuing = MakeTestIssuingCa(root, type);
    seeds.push_back(root.certificate);
    seeds.push_back(issuing.certificate);
    seeds.push_back(IssueLeaf(issuing, TestKey::Make(type)));
  }
  return seeds;
}

std::vector<std::string> TbsSeeds() {
  std::vector<std::string> seeds;
  TbsTemplateOptions options;
  options.issuer = BuildName("Fleet", "Issuing CA");
  options.authority_key_id = FuzzLintPolicy().authority_key_id;
  options.extended_key_usage = FuzzLintPolicy().extended_key_usage;
  options.ca_issuers_url = "http://pki.fleet.example/issuing.der";
  options.crl_url = "http://pki.fleet.example/issuing.crl";
  const auto maker = TbsTemplate::Create(options);
  for (const KeyType type : {KeyType::kP256, KeyType::kEd25519}) {
    const TestKey key = TestKey::Make(type);
    CertSpec spec = LeafSpec(key);
    seeds.push_back((*maker)->Build(spec));
    spec.subject = BuildName("Fleet", "web");
    spec.names.push_back({NameType::kIp, absl::string_view("\x0a\x00\x00\x01", 4)});
    spec.names.push_back({NameType::kEmail, "ops@fleet.example"});
    spec.extra_extensions =
        TestExtension(oid::kDefaultFleetArc, false, oid::Bytes("\x30\x03\x02\x01\x01"));
    seeds.push_back((*maker)->Build(spec));
    spec.not_before = absl::FromUnixSeconds(2'524'608'000) - absl::Hours(1);
    spec.not_after = spec.not_before + absl::Hours(24);
    seeds.push_back((*maker)->Build(spec));
  }
  return seeds;
}

}  // namespace fleetca::x509
