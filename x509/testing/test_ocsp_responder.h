// A delegated OCSP responder for tests: its certificate by our template and lint, and its key.
#ifndef FLEETCA_X509_TESTING_TEST_OCSP_RESPONDER_H_
#define FLEETCA_X509_TESTING_TEST_OCSP_RESPONDER_H_

#include <functional>
#include <string>

#include "base/crypto_types.h"
#include "tests/testing/test_key.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {

struct TestOcspResponder {
  testing::TestKey key;
  SignatureScheme scheme;
  std::string certificate;  // DER; a day around kTestNow
};

// Certified by `ca`; a failure of the lint is fatal.
TestOcspResponder MakeTestOcspResponder(const TestCa& ca, KeyType type);

// The same with options that are changed before: what they make need not be a responder.
TestOcspResponder MakeChangedOcspResponder(
    const TestCa& ca, KeyType type,
    const std::function<void(TbsTemplateOptions&, LintPolicy&, CertSpec&)>& change);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_TESTING_TEST_OCSP_RESPONDER_H_
