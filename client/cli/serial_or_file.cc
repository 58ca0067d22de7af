#include "client/cli/serial_or_file.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "client/cli/pem_or_der.h"
#include "client/issued.h"
#include "x509/pem.h"
#include "x509/public_key.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kPemPublicKey = "PUBLIC KEY";

absl::StatusOr<std::string> PublicKeyIn(absl::string_view contents) {
  if (absl::StrContains(contents, "BEGIN PUBLIC KEY")) {
    FLEETCA_ASSIGN_OR_RETURN(std::string spki, x509::DecodeOnePem(kPemPublicKey, contents));
    FLEETCA_RETURN_IF_ERROR(x509::ParsePublicKey(spki, "").status());
    return spki;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<EncodedObject> objects, ParsePemOrDer(contents));
  const std::string& der = objects.front().der;
  if (objects.front().type == ObjectType::kCsr) {
    FLEETCA_ASSIGN_OR_RETURN(const absl::string_view spki, CsrPublicKey(der));
    return std::string(spki);
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(der));
  return std::string(certificate.public_key.spki);
}

absl::StatusOr<std::string> CertificateIn(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<EncodedObject> objects, ParsePemOrDer(contents));
  if (objects.front().type != ObjectType::kCertificate) {
    return InvalidArgument(Reason::kFileInvalid, "", "this is a CSR, not a certificate");
  }
  return std::move(objects.front().der);
}

std::string NameOf(const std::string& file) { return file == "-" ? "standard input" : file; }

}  // namespace

absl::StatusOr<std::string> ReadCertificateOfFile(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadFile(file));
  absl::StatusOr<std::string> der = CertificateIn(contents);
  return der.ok() ? std::move(der) : Annotate(der.status(), NameOf(file));
}

absl::StatusOr<std::string> ReadKeyHashOfFile(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadFile(file));
  const absl::StatusOr<std::string> spki = PublicKeyIn(contents);
  if (!spki.ok()) {
    return Annotate(spki.status(), NameOf(file));
  }
  const std::array<char, 32> digest = Sha256(*spki);
  return std::string(digest.data(), digest.size());
}

absl::StatusOr<x509::SerialNumber> ReadSerialOrFile(const std::string& text) {
  if (absl::StatusOr<x509::SerialNumber> serial = x509::SerialNumber::FromHex(text); serial.ok()) {
    return serial;
  }
  absl::StatusOr<std::string> der = ReadCertificateOfFile(text);
  if (GetReason(der.status()) == Reason::kFileMissing) {
    return Annotate(der.status(), "neither a serial number (40 hex digits) nor a file");
  }
  FLEETCA_RETURN_IF_ERROR(der.status());
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(*der));
  const absl::StatusOr<x509::SerialNumber> serial =
      x509::SerialNumber::FromBytes(certificate.serial);
  return serial.ok() ? serial : Annotate(serial.status(), NameOf(text));
}

}  // namespace fleetca::client
