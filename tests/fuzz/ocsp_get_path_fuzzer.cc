// Fuzzes DecodeOcspGetPath, and ParseOcspRequest behind it. Invariants: absl reads the same octets
// of the same base64, each value has one spelling but for its escapes, and whatever is decoded is
// decoded again when it is escaped in full.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/revocation/cert_id.h"
#include "x509/revocation/ocsp_request.h"

std::vector<std::string> fleetca::fuzz::Seeds() {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  const IssuerHashes issuer("name", "key");
  const std::string serial = "\x01" + std::string(19, '\xff');
  const std::string request = BuildOcspRequest(issuer, CertIdHash::kSha1, serial, "nonce");
  const std::string base64 = absl::Base64Escape(request);
  return {base64,
          absl::StrCat("/", base64),
          absl::StrCat("//", base64),
          EncodeOcspGetPath(request),
          absl::StrReplaceAll(base64, {{"/", "%2f"}, {"=", "%3d"}}),
          "MA==",
          "P7/+/w=="};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca::x509;  // NOLINT: an entry point outside of the namespace
  const std::string input(reinterpret_cast<const char*>(data), size);
  const auto decoded = DecodeOcspGetPath(input);
  if (!decoded.ok()) {
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(size <= kMaxOcspGetSize && !decoded->empty());
  std::string plain = absl::StrReplaceAll(
      input, {{"%2F", "/"}, {"%2f", "/"}, {"%2B", "+"}, {"%2b", "+"}, {"%3D", "="}, {"%3d", "="}});
  plain.erase(0, plain.find_first_not_of('/'));
  std::string by_absl;
  FLEETCA_FUZZ_REQUIRE(absl::Base64Unescape(plain, &by_absl) && by_absl == *decoded);
  FLEETCA_FUZZ_REQUIRE(absl::Base64Escape(*decoded) == plain);
  const std::string escaped = EncodeOcspGetPath(*decoded);
  if (escaped.size() <= kMaxOcspGetSize) {
    FLEETCA_FUZZ_REQUIRE(*DecodeOcspGetPath(escaped) == *decoded);
  }
  (void)ParseOcspRequest(*decoded);
  return 0;
}
