#include "client/cli/pem_or_der.h"

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "x509/der/der.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";

absl::Status NotOurs() {
  return InvalidArgument(Reason::kFileInvalid, "",
                         "there is no certificate and no CSR here, neither PEM nor DER");
}

// The first block decides; DecodePem refuses a mixture.
absl::StatusOr<std::vector<EncodedObject>> ParsePem(absl::string_view text) {
  const absl::string_view label = text.substr(text.find(kBegin) + kBegin.size());
  if (absl::StrContains(label.substr(0, label.find("-----")), "PRIVATE KEY")) {
    return InvalidArgument(
        Reason::kFileInvalid, "",
        "this is a private key, which is not shown: give the certificate or CSR");
  }
  const bool is_csr = absl::StartsWith(label, "CERTIFICATE REQUEST") ||
                      absl::StartsWith(label, "NEW CERTIFICATE REQUEST");
  FLEETCA_ASSIGN_OR_RETURN(
      std::vector<std::string> blocks,
      x509::DecodePem(is_csr ? x509::kPemCertificateRequest : x509::kPemCertificate, text));
  std::vector<EncodedObject> objects;
  for (std::string& der : blocks) {
    objects.push_back({is_csr ? ObjectType::kCsr : ObjectType::kCertificate, std::move(der)});
  }
  return objects;
}

// Both are SEQUENCE { SEQUENCE ... }; a CSR's inner one begins with its version as a plain INTEGER
// and goes on with a Name, a certificate's begins with [0] (or, in v1, goes on with an algorithm).
ObjectType TypeOfDer(absl::string_view element) {
  x509::der::Reader reader(element), outer, inner;
  const bool nested = reader.ReadNested(x509::der::kSequence, &outer) &&
                      outer.ReadNested(x509::der::kSequence, &inner);
  uint64_t version = 1;
  const bool is_csr = nested && inner.ReadUint63(&version) && version == 0;
  return is_csr ? ObjectType::kCsr : ObjectType::kCertificate;
}

absl::StatusOr<std::vector<EncodedObject>> ParseDer(absl::string_view bytes) {
  std::vector<EncodedObject> objects;
  x509::der::Reader reader(bytes);
  while (!reader.empty()) {
    absl::string_view element;
    if (!reader.ReadElement(x509::der::kSequence, &element)) {
      return NotOurs();
    }
    objects.push_back({TypeOfDer(element), std::string(element)});
  }
  if (objects.empty()) {
    return InvalidArgument(Reason::kFileInvalid, "", "there is nothing here: the input is empty");
  }
  return objects;
}

}  // namespace

absl::StatusOr<std::vector<EncodedObject>> ParsePemOrDer(absl::string_view contents) {
  FLEETCA_RETURN_IF_ERROR(TextOf(contents).status());
  return x509::IsPem(contents) ? ParsePem(contents) : ParseDer(contents);
}

}  // namespace fleetca::client
