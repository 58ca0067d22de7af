// PEM, of keys too. What decodes is encoded and decoded again to the same DER.
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/pem.h"

std::vector<std::string> fleetca::fuzz::Seeds() {
  const std::string block = x509::EncodePem(x509::kPemCertificateRequest, std::string(70, 'x'));
  return {block, absl::StrCat("text\r\n", block, "\n", block),
          x509::EncodePem("NEW CERTIFICATE REQUEST", "ab"), x509::EncodePem("CERTIFICATE", "a")};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  // Keys are found by another reader.
  if (const auto key = DecodePrivateKey(input, SecretBytes()); !key.ok()) {
    FLEETCA_FUZZ_REQUIRE(key.status().code() == absl::StatusCode::kFailedPrecondition);
    FLEETCA_FUZZ_REQUIRE(GetReason(key.status()).has_value());
  }
  FLEETCA_FUZZ_REQUIRE(ERR_peek_error() == 0);
  const auto ders = x509::DecodePem(x509::kPemCertificateRequest, input);
  if (!ders.ok()) {
    FLEETCA_FUZZ_REQUIRE(ders.status().code() == absl::StatusCode::kInvalidArgument);
    FLEETCA_FUZZ_REQUIRE(GetReason(ders.status()) == Reason::kFileInvalid);
    FLEETCA_FUZZ_REQUIRE(ders.status().message().size() < 1000);
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(!ders->empty());
  std::string again;
  for (const std::string& der : *ders) {
    FLEETCA_FUZZ_REQUIRE(!der.empty());
    absl::StrAppend(&again, x509::EncodePem(x509::kPemCertificateRequest, der));
  }
  const auto twice = x509::DecodePem(x509::kPemCertificateRequest, again);
  FLEETCA_FUZZ_REQUIRE(twice.ok() && *twice == *ders);
  return 0;
}
