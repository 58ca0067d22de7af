#include "x509/revocation/crl_file.h"

#include "absl/strings/match.h"
#include "base/errors.h"
#include "x509/der/der.h"
#include "x509/pem.h"

namespace fleetca::x509 {

absl::StatusOr<std::vector<std::string>> DecodeCrls(absl::string_view contents) {
  // DER begins with a SEQUENCE, which is "0": no first letter of a PEM file that has a block.
  der::Reader reader(contents);
  std::vector<std::string> crls;
  absl::string_view element;
  while (crls.size() < kMaxCrlsInFile && reader.ReadElement(der::kSequence, &element)) {
    crls.emplace_back(element);
  }
  if (!crls.empty() && reader.empty()) {
    return crls;
  }
  if (crls.empty() && absl::StrContains(contents, "-----BEGIN ")) {
    return DecodePem(kPemCrl, contents);
  }
  return InvalidArgument(
      Reason::kFileInvalid, "",
      "there is no CRL here, neither PEM (\"X509 CRL\") nor DER, or it is cut off");
}

std::string EncodeCrlPem(absl::string_view der) { return EncodePem(kPemCrl, der); }

}  // namespace fleetca::x509
