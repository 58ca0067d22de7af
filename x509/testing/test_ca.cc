#include "x509/testing/test_ca.h"

#include <cstdlib>
#include <iostream>
#include <memory>
#include <utility>

#include "absl/strings/str_replace.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/public_key.h"

namespace fleetca::x509 {
namespace {

constexpr absl::Duration kBackdate = absl::Minutes(5);
constexpr absl::Duration kDay = absl::Hours(24);

[[noreturn]] void Die(absl::string_view what) {
  std::cerr << what << ": " << DrainOpenSslErrors() << std::endl;
  std::abort();
}

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    Die(value.status().ToString());
  }
  return *std::move(value);
}

// A CA certificate for `key`, issued by `issuer`, or by itself when that is null.
TestCa IssueCa(const TestCa* issuer, KeyType type, absl::string_view common_name,
               absl::Duration life, std::optional<int> path_length,
               const std::optional<NameConstraints>& name_constraints = std::nullopt) {
  TestCa ca = {.key = testing::TestKey::Make(type),
               .scheme = testing::DefaultScheme(type),
               .subject = BuildName("Fleet", common_name),
               .key_id = "",
               .not_after = kTestNow + life,
               .certificate = ""};
  ca.key_id = KeyIdentifier(KeyBits(ca.key));

  const TestCa& parent = issuer == nullptr ? ca : *issuer;
  TbsTemplateOptions options;
  options.issuer = parent.subject;
  options.authority_key_id = parent.key_id;
  options.signature_scheme = parent.scheme;
  options.key_usage = kKeyCertSign | kCrlSign;
  options.is_ca = true;
  options.path_length = path_length;
  options.name_constraints = name_constraints;
  LintPolicy policy;
  policy.issuer = parent.subject;
  policy.authority_key_id = parent.key_id;
  policy.self_signed = issuer == nullptr;
  policy.signature_scheme = parent.scheme;
  policy.issuer_not_after = parent.not_after;
  policy.max_validity = life + kDay;
  policy.is_ca = true;
  policy.path_length = path_length;
  policy.name_constraints = name_constraints;
  policy.key_usage = kKeyCertSign | kCrlSign;
  policy.names_required = false;
  CertSpec spec;
  spec.serial = ValueOrDie(SerialNumber::Create(ca.not_after, 1, kTestNow));
  spec.not_before = kTestNow - kBackdate;
  spec.not_after = ca.not_after;
  spec.subject = ca.subject;
  spec.subject_public_key_info = ca.key.public_key();
  spec.key_bits = KeyBits(ca.key);
  ca.certificate =
      SignTbs(parent, ValueOrDie(TbsTemplate::Create(options))->Build(spec), policy, spec);
  return ca;
}

}  // namespace

absl::string_view KeyBits(const testing::TestKey& key) {
  return ValueOrDie(ParsePublicKey(key.public_key(), "key")).key_bits;
}

TestCa MakeTestRoot(KeyType type) {
  return IssueCa(nullptr, type, "Root", kDay * 3650, std::nullopt);
}

TestCa MakeTestIssuingCa(const TestCa& root, KeyType type) {
  return IssueCa(&root, type, "Issuing CA", kDay * 365, 0);
}

TestCa MakeTestEdgeCa(const TestCa& root, const NameConstraints& name_constraints) {
  return IssueCa(&root, KeyType::kP256, "Edge CA", kDay * 365, 0, name_constraints);
}

std::string Respelled(absl::string_view subject) {
  std::string other = absl::StrReplaceAll(subject, {{"\x0c\x05"
                                                     "Fleet",
                                                     "\x13\x05"
                                                     "FLEET"}});
  if (other == subject) {
    std::cerr << "no name of a test's CA" << std::endl;
    std::abort();
  }
  return other;
}

TestCa WithRespelledName(const TestCa& ca) {
  EVP_PKEY_up_ref(ca.key.get());
  return {.key = testing::TestKey(EvpPkeyPtr(ca.key.get())),
          .scheme = ca.scheme,
          .subject = Respelled(ca.subject),
          .key_id = ca.key_id,
          .not_after = ca.not_after,
          .certificate = ca.certificate};
}

TbsTemplateOptions LeafOptions(const TestCa& ca) {
  TbsTemplateOptions options;
  options.issuer = ca.subject;
  options.authority_key_id = ca.key_id;
  options.signature_scheme = ca.scheme;
  options.extended_key_usage = {std::string(oid::kServerAuth), std::string(oid::kClientAuth)};
  options.ca_issuers_url = "http://pki.fleet.example/issuing.der";
  options.crl_url = "http://pki.fleet.example/issuing.crl";
  return options;
}

LintPolicy LeafPolicy(const TestCa& ca) {
  LintPolicy policy;
  policy.issuer = ca.subject;
  policy.authority_key_id = ca.key_id;
  policy.signature_scheme = ca.scheme;
  policy.issuer_not_after = ca.not_after;
  policy.max_validity = kDay + kBackdate;
  policy.key_usage = kDigitalSignature;
  policy.extended_key_usage = {std::string(oid::kClientAuth), std::string(oid::kServerAuth)};
  policy.ca_issuers_url = "http://pki.fleet.example/issuing.der";
  policy.crl_url = "http://pki.fleet.example/issuing.crl";
  return policy;
}

CertSpec LeafSpec(const testing::TestKey& key) {
  CertSpec spec;
  spec.not_before = kTestNow - kBackdate;
  spec.not_after = kTestNow + kDay;
  spec.serial = ValueOrDie(SerialNumber::Create(spec.not_after, 1, kTestNow));
  spec.subject_public_key_info = key.public_key();
  spec.key_bits = KeyBits(key);
  spec.names = {{NameType::kUri, "spiffe://fleet.example/svc/web"},
                {NameType::kDns, "web.fleet.example"}};
  return spec;
}

std::string SignTbs(const TestCa& ca, std::string tbs, const LintPolicy& policy,
                    const CertSpec& spec, const FleetAuthz* fleet_authz) {
  Prepared prepared = ValueOrDie(LintTbs(std::move(tbs), policy,
                                         {.serial = spec.serial.bytes(),
                                          .subject_public_key_info = spec.subject_public_key_info,
                                          .fleet_authz = fleet_authz}));
  const std::string signature = ca.key.Sign(ca.scheme, prepared.bytes());
  return AssembleCertificate(prepared.Spend(), ca.scheme, signature);
}

std::string IssueLeaf(const TestCa& ca, const testing::TestKey& key,
                      const FleetAuthz* fleet_authz) {
  CertSpec spec = LeafSpec(key);
  if (fleet_authz != nullptr) {
    spec.fleet_authz = ValueOrDie(BuildFleetAuthz(*fleet_authz));
  }
  return SignTbs(ca, ValueOrDie(TbsTemplate::Create(LeafOptions(ca)))->Build(spec), LeafPolicy(ca),
                 spec, fleet_authz);
}

std::string IssueLeafWithNames(const TestCa& ca, const testing::TestKey& key,
                               const GeneralNames& names) {
  CertSpec spec = LeafSpec(key);
  spec.names = names;
  return SignTbs(ca, ValueOrDie(TbsTemplate::Create(LeafOptions(ca)))->Build(spec), LeafPolicy(ca),
                 spec);
}

X509Ptr OpenSslCertificate(absl::string_view der) {
  const ScopedOpenSslErrorQueue errors;
  const unsigned char* cursor = AsUnsigned(der);
  X509Ptr certificate(d2i_X509(nullptr, &cursor, static_cast<long>(der.size())));
  if (certificate != nullptr && cursor != AsUnsigned(der) + der.size()) {
    certificate.reset();
  }
  return certificate;
}

}  // namespace fleetca::x509
