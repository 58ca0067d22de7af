#include "client/cli/serial_or_file.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/terminal/timed_read.h"
#include "client/issued.h"
#include "client/objects/object_reader.h"
#include "x509/public_key.h"

namespace fleetca::client {
namespace {

absl::StatusOr<std::string> PublicKeyIn(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<FoundObject> objects, FindObjects(contents));
  const FoundObject& first = objects.front();
  if (first.kind == ObjectKind::kPublicKey) {
    FLEETCA_RETURN_IF_ERROR(x509::ParsePublicKey(first.der, "").status());
    return first.der;
  }
  if (first.kind == ObjectKind::kCsr) {
    FLEETCA_ASSIGN_OR_RETURN(const absl::string_view spki, CsrPublicKey(first.der));
    return std::string(spki);
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, CertificatesOf(std::move(objects)));
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           x509::ParseCertificate(ders.front()));
  return std::string(certificate.public_key.spki);
}

absl::StatusOr<std::string> CertificateIn(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, ReadCertificates(contents));
  return std::move(ders.front());
}

absl::StatusOr<std::vector<x509::HeldCertificate>> CertificatesIn(absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders, ReadCertificates(contents));
  std::vector<x509::HeldCertificate> certificates;
  for (std::string& der : ders) {
    FLEETCA_ASSIGN_OR_RETURN(x509::HeldCertificate certificate,
                             x509::HoldCertificate(std::move(der)));
    certificates.push_back(std::move(certificate));
  }
  return certificates;
}

}  // namespace

absl::StatusOr<std::string> ReadCertificateOfFile(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(file));
  absl::StatusOr<std::string> der = CertificateIn(contents.view());
  return der.ok() ? std::move(der) : Annotate(der.status(), NameOfInput(file));
}

absl::StatusOr<std::vector<x509::HeldCertificate>> ReadCertificatesOfFile(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(file));
  absl::StatusOr<std::vector<x509::HeldCertificate>> certificates = CertificatesIn(contents.view());
  return certificates.ok() ? std::move(certificates)
                           : Annotate(certificates.status(), NameOfInput(file));
}

absl::StatusOr<std::string> ReadKeyHashOfFile(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(file));
  const absl::StatusOr<std::string> spki = PublicKeyIn(contents.view());
  if (!spki.ok()) {
    return Annotate(spki.status(), NameOfInput(file));
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
  return serial.ok() ? serial : Annotate(serial.status(), NameOfInput(text));
}

}  // namespace fleetca::client
