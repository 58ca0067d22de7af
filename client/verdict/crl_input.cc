#include "client/verdict/crl_input.h"

#include <utility>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "base/large_file.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "base/text.h"
#include "client/objects/object_reader.h"
#include "x509/certificate.h"
#include "x509/csr.h"
#include "x509/revocation/crl_file.h"

namespace fleetca::client {
namespace {

// Larger than any chain of certificates; what is larger costs no second look.
constexpr size_t kMaxOtherSize = size_t{1} << 20;

// What `contents`, which are no CRL, are instead; null where that is not known.
const char* OtherObject(absl::string_view contents) {
  if (contents.size() > kMaxOtherSize) {
    return nullptr;
  }
  const absl::StatusOr<std::vector<FoundObject>> objects = FindObjects(contents);
  if (!objects.ok()) {
    return nullptr;
  }
  const FoundObject& first = objects->front();
  if (first.kind == ObjectKind::kCsr) {
    return x509::ParseCsr(first.der, x509::CsrLimits()).ok() ? "this is a CSR, not a CRL" : nullptr;
  }
  return x509::ParseCertificate(first.der).ok() ? "this is a certificate, not a CRL" : nullptr;
}

absl::StatusOr<std::vector<HeldCrl>> Parse(absl::string_view contents) {
  FLEETCA_RETURN_IF_ERROR(TextOf(contents).status());
  if (contents.empty()) {
    return InvalidArgument(Reason::kFileInvalid, "", "there is nothing here: the input is empty");
  }
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, x509::DecodeCrls(contents));
  std::vector<HeldCrl> crls;
  for (std::string& octets : ders) {
    auto der = std::make_unique<const std::string>(std::move(octets));
    FLEETCA_ASSIGN_OR_RETURN(x509::Crl parsed, x509::ParseCrl(*der));
    crls.push_back({std::move(der), std::move(parsed)});
  }
  return crls;
}

}  // namespace

absl::StatusOr<std::vector<HeldCrl>> ReadCrls(absl::string_view contents) {
  absl::StatusOr<std::vector<HeldCrl>> crls = Parse(contents);
  if (crls.ok()) {
    return crls;
  }
  const char* const other = OtherObject(contents);
  return other == nullptr ? crls.status() : InvalidArgument(Reason::kFileInvalid, "", other);
}

absl::StatusOr<std::vector<HeldCrl>> ReadCrlsOfFile(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadLargeFile(file, x509::kMaxCrlSize));
  absl::StatusOr<std::vector<HeldCrl>> crls = ReadCrls(contents);
  return crls.ok() ? std::move(crls) : Annotate(crls.status(), NameOfInput(file));
}

}  // namespace fleetca::client
