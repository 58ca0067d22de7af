#include "service/server/issuing_cas.h"

#include <cstddef>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "x509/certificate.h"
#include "x509/certificate_pool.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

std::string OtherKeyIdentifier(const std::string& former_file, size_t position,
                               const x509::Certificate& former, const IssuerConfig& config,
                               const x509::Certificate& in_force) {
  return absl::StrCat(
      former_file, ": certificate ", position, " has the key and the name of the issuing CA in ",
      config.certificate_file, ", and another key identifier (",
      absl::BytesToHexString(former.subject_key_id), ", not ",
      absl::BytesToHexString(in_force.subject_key_id),
      "): for the certificates that were issued under it there are no CRLs any more, and OCSP "
      "calls "
      "them unknown; have the issuing CA's certificate signed again with the key identifier of "
      "before (docs/own-certificates.md says how), or take the former one out of this file once "
      "its certificates have expired");
}

}  // namespace

absl::StatusOr<IssuingCas> LoadIssuingCas(const IssuerConfig& config, const std::string& in_force) {
  IssuingCas cas{.certificates = {in_force}};
  const std::string& file = config.former_certificates_file;
  if (file.empty()) {
    return cas;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(file));
  const absl::StatusOr<std::vector<std::string>> former =
      x509::DecodePem(x509::kPemCertificate, pem);
  if (!former.ok()) {
    return Annotate(former.status(), file);
  }
  std::vector<x509::CertificatePool::Unused> unused;
  x509::CertificatePool::OfCas(*former, &unused);
  if (!unused.empty()) {
    return Annotate(unused.front().why,
                    absl::StrCat(file, ": certificate ", unused.front().position + 1));
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate now, x509::ParseCertificate(in_force));
  for (size_t i = 0; i < former->size(); ++i) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate before, x509::ParseCertificate((*former)[i]));
    if (before.subject == now.subject && before.public_key.spki == now.public_key.spki &&
        before.subject_key_id != now.subject_key_id) {
      cas.warnings.push_back(OtherKeyIdentifier(file, i + 1, before, config, now));
    }
  }
  cas.certificates.insert(cas.certificates.end(), former->begin(), former->end());
  return cas;
}

}  // namespace fleetca::service
