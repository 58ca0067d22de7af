// Fuzzes ParseOcspRequest. Invariants: what parses is DER all the way down, every view lies inside
// the input, hashes, serial number and nonce have the sizes that they may have, and the request
// that is made of what was read asks the same.
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/der/der.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/ocsp_request.h"

namespace fleetca::x509 {
namespace {

const IssuerHashes& Issuer() {
  static const auto* const kIssuer = new IssuerHashes("name", "key");
  return *kIssuer;
}

void CheckInside(absl::string_view part, absl::string_view whole) {
  FLEETCA_FUZZ_REQUIRE(part.data() >= whole.data() &&
                       part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace
}  // namespace fleetca::x509

std::vector<std::string> fleetca::fuzz::Seeds() {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  const std::string serial = "\x01" + std::string(19, 's');
  std::string is_signed = BuildOcspRequest(Issuer(), CertIdHash::kSha1, serial, "nonce");
  // Its tbsRequest, and behind it a signature.
  const std::string tbs = is_signed.substr(2 + (static_cast<uint8_t>(is_signed[1]) == 0x81));
  is_signed = der::Encode(
      der::kSequence,
      tbs + der::Encode(der::ContextConstructed(0),
                        der::Encode(der::kSequence, der::Encode(der::kSequence, "") +
                                                        std::string("\x03\x02\x00\x01", 4))));
  return {BuildOcspRequest(Issuer(), CertIdHash::kSha1, serial, ""),
          BuildOcspRequest(Issuer(), CertIdHash::kSha256, serial, ""),
          BuildOcspRequest(Issuer(), CertIdHash::kSha256, "\x05", std::string(32, 'n')), is_signed};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto request = ParseOcspRequest(input);
  if (!request.ok()) {
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(input.size() <= kMaxOcspPostSize && der::IsWellFormed(input, 32));
  const CertId& id = request->cert_id;
  const size_t hash_size = id.hash == CertIdHash::kSha1 ? 20 : 32;
  FLEETCA_FUZZ_REQUIRE(id.issuer_name_hash.size() == hash_size);
  FLEETCA_FUZZ_REQUIRE(id.issuer_key_hash.size() == hash_size);
  FLEETCA_FUZZ_REQUIRE(!id.serial.empty() && id.serial.size() <= kMaxCertIdSerialSize);
  for (const absl::string_view part : {id.issuer_name_hash, id.issuer_key_hash, id.serial}) {
    CheckInside(part, input);
  }
  const absl::string_view nonce = request->nonce.value_or("");
  FLEETCA_FUZZ_REQUIRE(request->nonce.has_value() == !nonce.empty() && nonce.size() <= 128);
  const std::string made = BuildOcspRequest(Issuer(), id.hash, id.serial, nonce);
  const auto again = ParseOcspRequest(made);
  FLEETCA_FUZZ_REQUIRE(again.ok() && again->cert_id.serial == id.serial &&
                       again->cert_id.hash == id.hash && again->nonce == request->nonce);
  FLEETCA_FUZZ_REQUIRE(Issuer().Matches(again->cert_id));
  if (Issuer().Matches(id)) {
    FLEETCA_FUZZ_REQUIRE(FindIssuer(id, {&Issuer(), 1}) == &Issuer());
  }
  return 0;
}
