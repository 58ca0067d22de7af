#include "x509/testing/test_ocsp_responder.h"

#include <cstdlib>
#include <iostream>
#include <utility>

#include "x509/der/oid.h"
#include "x509/name.h"

namespace fleetca::x509 {

TestOcspResponder MakeTestOcspResponder(const TestCa& ca, KeyType type) {
  return MakeChangedOcspResponder(ca, type, [](TbsTemplateOptions&, LintPolicy&, CertSpec&) {});
}

TestOcspResponder MakeChangedOcspResponder(
    const TestCa& ca, KeyType type,
    const std::function<void(TbsTemplateOptions&, LintPolicy&, CertSpec&)>& change) {
  TestOcspResponder responder = {.key = testing::TestKey::Make(type),
                                 .scheme = testing::DefaultScheme(type),
                                 .certificate = ""};
  TbsTemplateOptions options;
  options.issuer = ca.subject;
  options.authority_key_id = ca.key_id;
  options.signature_scheme = ca.scheme;
  options.extended_key_usage = {std::string(oid::kOcspSigning)};
  options.ocsp_responder = true;
  LintPolicy policy;
  policy.issuer = ca.subject;
  policy.authority_key_id = ca.key_id;
  policy.signature_scheme = ca.scheme;
  policy.issuer_not_after = ca.not_after;
  policy.max_validity = absl::Hours(25);
  policy.key_usage = kDigitalSignature;
  policy.extended_key_usage = options.extended_key_usage;
  policy.names_required = false;
  policy.ocsp_responder = true;
  CertSpec spec = LeafSpec(responder.key);
  spec.names.clear();
  spec.subject = BuildName("Fleet", "OCSP responder");
  change(options, policy, spec);
  const auto maker = TbsTemplate::Create(options);
  if (!maker.ok()) {
    std::cerr << maker.status() << std::endl;
    std::abort();
  }
  responder.certificate = SignTbs(ca, (*maker)->Build(spec), policy, spec);
  return responder;
}

}  // namespace fleetca::x509
