// Files of strangers that may be anything: PEM, DER, PKCS#7. What is found is found again in what
// was found.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "client/objects/object_reader.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/openssl_ca.h"
#include "x509/der/der.h"
#include "x509/pem.h"

namespace {

namespace der = fleetca::x509::der;

// SignedData with nothing but the certificate.
std::string Pkcs7Of(absl::string_view certificate) {
  const std::string data = der::Encode(
      der::kSequence,
      der::Encode(der::kOid, absl::string_view("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01", 9)));
  const std::string signed_data = der::Encode(
      der::kSequence, absl::StrCat(der::Encode(der::kInteger, "\x01"), der::Encode(der::kSet, ""),
                                   data, der::Encode(der::ContextConstructed(0), certificate),
                                   der::Encode(der::kSet, "")));
  return der::Encode(
      der::kSequence,
      absl::StrCat(
          der::Encode(der::kOid, absl::string_view("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02", 9)),
          der::Encode(der::ContextConstructed(0), signed_data)));
}

}  // namespace

std::vector<std::string> fleetca::fuzz::Seeds() {
  const auto made = fleetca::testing::MakeByOpenSsl(
      {.not_before = absl::UnixEpoch(), .not_after = absl::UnixEpoch() + absl::Hours(1)});
  const std::string pkcs7 = Pkcs7Of(made.der);
  const auto certificates = client::ReadCertificates(pkcs7);
  FLEETCA_FUZZ_REQUIRE(certificates.ok() && *certificates == std::vector<std::string>{made.der});
  return {made.der, absl::StrCat("text\r\n", made.pem, made.key_pem, made.pem), pkcs7,
          x509::EncodePem("PKCS7", pkcs7), x509::EncodePem("CERTIFICATE", pkcs7)};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto objects = client::FindObjects(input);
  if (!objects.ok()) {
    FLEETCA_FUZZ_REQUIRE(GetReason(objects.status()) == Reason::kFileInvalid);
    FLEETCA_FUZZ_REQUIRE(!client::ReadCertificates(input).ok());
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(!objects->empty() && objects->size() <= client::kMaxObjects);
  for (const client::FoundObject& object : *objects) {
    const bool is_kept =
        object.kind != client::ObjectKind::kPrivateKey && object.kind != client::ObjectKind::kOther;
    FLEETCA_FUZZ_REQUIRE(object.der.empty() != is_kept);
    FLEETCA_FUZZ_REQUIRE(object.der.size() <= size);
  }
  const auto certificates = client::ReadCertificates(input);
  FLEETCA_FUZZ_REQUIRE(ERR_peek_error() == 0);
  if (!certificates.ok()) {
    FLEETCA_FUZZ_REQUIRE(GetReason(certificates.status()) == Reason::kFileInvalid);
    FLEETCA_FUZZ_REQUIRE(certificates.status().message().size() < 1000);
    return 0;
  }
  std::string again;
  for (const std::string& certificate : *certificates) {
    absl::StrAppend(&again, x509::EncodePem("X509 CERTIFICATE", certificate));
  }
  FLEETCA_FUZZ_REQUIRE(client::FindObjects(again).ok());
  return 0;
}
