// CSRs. An input is either a whole CSR or, signed here, a CertificationRequestInfo: otherwise every
// change would die at the signature and what lies behind it would never be tried. What parses is
// parsed again to the same values, and what was signed here with the key inside verifies.
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/test_key.h"
#include "x509/csr.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/pem.h"
#include "x509/possession.h"
#include "x509/signature_algorithm.h"

namespace fleetca {
namespace {

using x509::Csr;
using x509::CsrLimits;

// The key pair whose private key is 1 .. 32 in octets: the same in every run, so that an input that
// was found once is found again.
const testing::TestKey& FixedKey() {
  static const auto* const key = [] {
    unsigned char scalar[32];
    for (int i = 0; i < 32; ++i) {
      scalar[i] = static_cast<unsigned char>(i + 1);
    }
    EcKeyPtr ec(EC_KEY_new_by_curve_name(NID_X9_62_prime256v1));
    FLEETCA_FUZZ_REQUIRE(EC_KEY_oct2priv(ec.get(), scalar, sizeof(scalar)) == 1);
    EcPointPtr point(EC_POINT_new(EC_KEY_get0_group(ec.get())));
    FLEETCA_FUZZ_REQUIRE(EC_POINT_mul(EC_KEY_get0_group(ec.get()), point.get(),
                                      EC_KEY_get0_private_key(ec.get()), nullptr, nullptr,
                                      nullptr) == 1);
    FLEETCA_FUZZ_REQUIRE(EC_KEY_set_public_key(ec.get(), point.get()) == 1);
    EvpPkeyPtr pkey(EVP_PKEY_new());
    FLEETCA_FUZZ_REQUIRE(EVP_PKEY_assign_EC_KEY(pkey.get(), ec.release()) == 1);
    return new testing::TestKey(std::move(pkey));
  }();
  return *key;
}

bool IsInside(absl::string_view part, absl::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

absl::Status VerifyPossession(const Csr& csr) {
  static const auto* const verifier = x509::PossessionVerifier::CreateOpenSsl().release();
  const Csr* const one = &csr;
  absl::Status status;
  verifier->VerifyBatch({&one, 1}, {&status, 1});
  FLEETCA_FUZZ_REQUIRE(status.ok() || status.code() == absl::StatusCode::kInvalidArgument);
  FLEETCA_FUZZ_REQUIRE(ERR_peek_error() == 0);
  return status;
}

void CheckParsed(const Csr& csr, absl::string_view der) {
  const CsrLimits limits;
  FLEETCA_FUZZ_REQUIRE(csr.der == der && der.size() <= limits.max_bytes);
  FLEETCA_FUZZ_REQUIRE(x509::der::IsWellFormed(der, limits.max_depth));
  for (const absl::string_view part :
       {csr.certification_request_info, csr.subject, csr.public_key.spki, csr.signature}) {
    FLEETCA_FUZZ_REQUIRE(IsInside(part, der));
  }
  FLEETCA_FUZZ_REQUIRE(csr.names.size() <= limits.max_names);
  for (const x509::GeneralName& name : csr.names) {
    FLEETCA_FUZZ_REQUIRE(
        IsInside(name.value, csr.folded_names == nullptr ? der : *csr.folded_names));
    FLEETCA_FUZZ_REQUIRE(x509::CheckName(name, "", x509::Underscores::kAllowed).ok());
  }
  FLEETCA_FUZZ_REQUIRE(csr.ignored_extensions.size() <= limits.max_extensions);
  for (const absl::string_view oid : csr.ignored_extensions) {
    FLEETCA_FUZZ_REQUIRE(!absl::StartsWith(oid, limits.fleet_arc));
    FLEETCA_FUZZ_REQUIRE(oid != x509::oid::kSubjectAltName);
  }
  const std::string subject = x509::NameToText(csr.subject);
  FLEETCA_FUZZ_REQUIRE(subject != "(invalid name)");
  for (const char c : subject) {
    FLEETCA_FUZZ_REQUIRE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  }
  FLEETCA_FUZZ_REQUIRE(
      x509::SchemeFitsKey(csr.signature_algorithm.scheme, csr.public_key.algorithm));
  const int salt_octets = csr.signature_algorithm.pss_salt_octets;
  FLEETCA_FUZZ_REQUIRE(salt_octets >= 0 && salt_octets <= 1024);
}

absl::StatusOr<Csr> Parse(absl::string_view der) {
  absl::StatusOr<Csr> csr = x509::ParseCsr(der, CsrLimits());
  if (csr.ok()) {
    CheckParsed(*csr, der);
  } else {
    FLEETCA_FUZZ_REQUIRE(csr.status().code() == absl::StatusCode::kInvalidArgument);
    FLEETCA_FUZZ_REQUIRE(GetReason(csr.status()).has_value());
    FLEETCA_FUZZ_REQUIRE(absl::StartsWith(GetField(csr.status()), "csr"));
  }
  return csr;
}

// Parsing costs a hundredth of signing, so only what parses with any signature is signed.
void TrySigned(absl::string_view info) {
  constexpr SignatureScheme kScheme = SignatureScheme::kEcdsaSha256;
  const std::string with_any_signature =
      testing::AssembleCsr(info, x509::AlgorithmIdentifier(kScheme), "any");
  const absl::StatusOr<Csr> csr = Parse(with_any_signature);
  if (!csr.ok()) {
    return;
  }
  FLEETCA_FUZZ_REQUIRE(!VerifyPossession(*csr).ok());
  const std::string der = testing::SignCsr(info, FixedKey().get(), kScheme);
  const absl::StatusOr<Csr> csr_signed = Parse(der);
  // Only the signature's length is another, which may pass the limit.
  FLEETCA_FUZZ_REQUIRE(csr_signed.ok() || der.size() > CsrLimits().max_bytes);
  if (csr_signed.ok()) {
    const bool own_key = csr_signed->public_key.spki == FixedKey().public_key();
    FLEETCA_FUZZ_REQUIRE(VerifyPossession(*csr_signed).ok() == own_key);
  }
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  using testing::MakeExtension;
  testing::CsrOptions options = {.key = FixedKey().get(), .attributes = ""};
  std::vector<std::string> infos = {testing::MakeCsrInfo(options)};
  const std::string san = testing::MakeUriSanExtension("spiffe://fleet.example/svc/web");
  options.subject = x509::BuildName("Fleet", "web-1");
  options.attributes = testing::MakeExtensionRequest(san);
  infos.push_back(testing::MakeCsrInfo(options));
  options.attributes = testing::MakeAttribute(x509::der::OidFromString("1.2.840.113549.1.9.7"),
                                              x509::der::Encode(x509::der::kUtf8String, "pw")) +
                       testing::MakeExtensionRequest(
                           san + MakeExtension(x509::oid::kKeyUsage, "\x03\x02\x07\x80") +
                           MakeExtension(x509::oid::kBasicConstraints, "\x30\x03\x01\x01\xff") +
                           MakeExtension(x509::der::OidFromString("1.2.3.4"), "any"));
  infos.push_back(testing::MakeCsrInfo(options));
  std::vector<std::string> seeds = infos;
  for (const std::string& info : infos) {
    seeds.push_back(testing::SignCsrInfo(options, info));
  }
  return seeds;
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  absl::string_view input(reinterpret_cast<const char*>(data), size);
  // Other programs' CSRs come as PEM (x509/testdata/everyday).
  const absl::StatusOr<std::string> der = x509::DecodeOnePem(x509::kPemCertificateRequest, input);
  if (der.ok()) {
    input = *der;
  }
  const absl::StatusOr<Csr> csr = Parse(input);
  if (csr.ok()) {
    VerifyPossession(*csr).IgnoreError();
  }
  TrySigned(input);
  return 0;
}
