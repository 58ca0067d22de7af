// Fuzzes ParseCrl. Invariants: what parses is DER all the way down, every view lies inside the
// input, an entry that was found is one of those walked, OpenSSL reads the same CRL, and none that
// was changed verifies.
#include <string>
#include <vector>

#include "base/crypto_types.h"
#include "base/openssl.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/crl_verify.h"
#include "x509/revocation/testing/test_crl.h"
#include "x509/testing/test_ca.h"

namespace fleetca::x509 {
namespace {

void CheckInside(absl::string_view part, absl::string_view whole) {
  FLEETCA_FUZZ_REQUIRE(part.empty() || (part.data() >= whole.data() &&
                                        part.data() + part.size() <= whole.data() + whole.size()));
}

void CheckTime(const ASN1_TIME* time, absl::Time expected) {
  tm fields = {};
  FLEETCA_FUZZ_REQUIRE(ASN1_TIME_to_tm(time, &fields) == 1);
  FLEETCA_FUZZ_REQUIRE(timegm(&fields) == absl::ToTimeT(expected));
}

// INTEGER contents of a number that is not negative.
void CheckInteger(const ASN1_INTEGER* integer, absl::string_view contents) {
  if (contents.size() > 1 && contents[0] == '\0') {
    contents.remove_prefix(1);
  }
  const BignumPtr read(ASN1_INTEGER_to_BN(integer, nullptr));
  const BignumPtr expected(
      BN_bin2bn(AsUnsigned(contents), static_cast<int>(contents.size()), nullptr));
  FLEETCA_FUZZ_REQUIRE(BN_cmp(read.get(), expected.get()) == 0);
}

void CheckAgainstOpenSsl(const Crl& crl) {
  const unsigned char* cursor = AsUnsigned(crl.der);
  X509_CRL* openssl = d2i_X509_CRL(nullptr, &cursor, static_cast<long>(crl.der.size()));
  if (openssl == nullptr) {
    ERR_clear_error();
    return;
  }
  CheckTime(X509_CRL_get0_lastUpdate(openssl), crl.this_update);
  CheckTime(X509_CRL_get0_nextUpdate(openssl), crl.next_update);
  // Before OpenSSL sorts them.
  STACK_OF(X509_REVOKED)* revoked = X509_CRL_get_REVOKED(openssl);
  const int count = revoked == nullptr ? 0 : sk_X509_REVOKED_num(revoked);
  FLEETCA_FUZZ_REQUIRE(static_cast<size_t>(count) == crl.entries.size());
  int i = 0;
  for (const CrlEntry& entry : crl.entries) {
    const X509_REVOKED* one = sk_X509_REVOKED_value(revoked, i++);
    CheckInteger(X509_REVOKED_get0_serialNumber(one), entry.serial);
    CheckTime(X509_REVOKED_get0_revocationDate(one), entry.revocation_date);
  }
  FLEETCA_FUZZ_REQUIRE(X509_CRL_get_ext_count(openssl) == static_cast<int>(crl.extensions.size()));
  auto* number =
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(openssl, NID_crl_number, nullptr, nullptr));
  FLEETCA_FUZZ_REQUIRE((number == nullptr) == crl.number.empty());
  if (number != nullptr) {
    CheckInteger(number, crl.number);
    ASN1_INTEGER_free(number);
  }
  X509_CRL_free(openssl);
  ERR_clear_error();
}

const TestCa& Ca() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

// What the CA signed.
const std::vector<std::string>& Issued() {
  static const auto* const kIssued = new std::vector<std::string>([] {
    std::vector<std::string> issued;
    for (const int entries : {0, 1, 5}) {
      for (const absl::string_view url : {absl::string_view(), kTestShardUrl}) {
        CrlSpec spec = TestCrlSpec(Ca());
        spec.distribution_point = url;
        issued.push_back(IssueTestCrl(Ca(), spec, TestCrlEntries(entries)));
      }
    }
    CrlSpec spec = TestCrlSpec(Ca());
    spec.number = uint64_t{1} << 63;
    spec.next_update = absl::FromUnixSeconds(2'524'608'000);  // 2050
    issued.push_back(IssueTestCrl(Ca(), spec, TestCrlEntries(2)));
    return issued;
  }());
  return *kIssued;
}

bool WasIssued(absl::string_view tbs) {
  for (const std::string& issued : Issued()) {
    if (ParseCrl(issued)->tbs == tbs) {
      return true;
    }
  }
  return false;
}

}  // namespace
}  // namespace fleetca::x509

std::vector<std::string> fleetca::fuzz::Seeds() { return fleetca::x509::Issued(); }

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  (void)DecodeCrls(input);
  const auto crl = ParseCrl(input);
  if (!crl.ok()) {
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(der::IsWellFormed(input, 32));
  FLEETCA_FUZZ_REQUIRE(crl->der == input);
  for (const absl::string_view part :
       {crl->tbs, crl->signature_algorithm, crl->signature, crl->issuer, crl->authority_key_id,
        crl->number, crl->distribution_point}) {
    CheckInside(part, input);
  }
  size_t walked = 0;
  for (const CrlEntry& entry : crl->entries) {
    CheckInside(entry.serial, input);
    FLEETCA_FUZZ_REQUIRE(crl->FindEntry(entry.serial).has_value());
    ++walked;
  }
  FLEETCA_FUZZ_REQUIRE(walked == crl->entries.size());
  for (const Extension& extension : crl->extensions) {
    FLEETCA_FUZZ_REQUIRE(crl->Find(extension.oid) == &extension);  // each OID once
  }
  CheckAgainstOpenSsl(*crl);
  const auto issuer = ParseCertificate(Ca().certificate);
  if (VerifyCrl(*crl, *issuer, crl->this_update).ok()) {
    FLEETCA_FUZZ_REQUIRE(WasIssued(crl->tbs));
  }
  return 0;
}
