#include "client/agent/certificate_request.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/agent/kept_certificate.h"
#include "client/agent/record_limits.h"
#include "client/key_and_csr.h"
#include "client/objects/certificate_chain.h"
#include "x509/pem.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

absl::Status NotTaken(absl::string_view path, absl::string_view problem) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat(path, " ", problem));
}

absl::Status CheckTakenOver(const IdentityOptions& options, const TakenOver& taken,
                            const std::vector<std::string>& roots_der, absl::Time now) {
  const std::string& path = options.enrollment.certificate_file;
  absl::StatusOr<KeptCertificate> facts = FactsOf(taken.chain.certificate_der);
  if (!facts.ok()) {
    return NotTaken(path, absl::StrCat("holds no certificate: ", facts.status().message()));
  }
  const absl::StatusOr<EvpPkeyPtr> key =
      DecodePrivateKey(taken.request.private_key_pem.view(), SecretBytes());
  if (!key.ok()) {
    return NotTaken(options.enrollment.private_key_file,
                    absl::StrCat("is of no use: ", key.status().message(),
                                 "; name a file with the key alone, in PEM form and without a "
                                 "passphrase"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(key->get()));
  if (spki != facts->spki) {
    return NotTaken(path, absl::StrCat("is not the certificate of the key in ",
                                       options.enrollment.private_key_file,
                                       "; name two files that belong together"));
  }
  if (!options.spiffe_id.empty() && facts->spiffe_id != options.spiffe_id) {
    return NotTaken(path, absl::StrCat("is a certificate for ", facts->spiffe_id, ", and not for ",
                                       options.spiffe_id, "; name another file or identity"));
  }
  if (now > facts->not_after) {
    return FailedPrecondition(
        Reason::kCallerCertificateExpired,
        absl::StrCat(path, " holds a certificate that ended at ", TimeToWords(facts->not_after)));
  }
  if (const absl::Status status = VerifyAgainst(taken.chain, roots_der, now); !status.ok()) {
    return NotTaken(path, absl::StrCat("holds a certificate that the roots of the CA do not "
                                       "vouch for: ",
                                       status.message()));
  }
  return absl::OkStatus();
}

// The certificate of the key and those that issued it, nearest first and without the root, whatever
// order the file has them in. Where none is of the key, which CheckTakenOver says, it is the first.
KeptChain ChainOfKey(absl::Span<const std::string> ders, const SecretBytes& key_pem) {
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(key_pem.view(), SecretBytes());
  const std::string wanted = key.ok() ? PublicKeyFingerprint(key->get()) : "";
  KeptChain chain;
  chain.certificate_der = ders.front();
  for (const std::string& der : ders) {
    if (!wanted.empty() && PublicKeyFingerprint(der) == wanted) {
      chain.certificate_der = der;
      break;
    }
  }
  chain.chain_der = IssuersOf(chain.certificate_der, ders);
  // Whoever verifies has the root already.
  if (!chain.chain_der.empty() && IsItsOwnIssuer(chain.chain_der.back())) {
    chain.chain_der.pop_back();
  }
  return chain;
}

}  // namespace

bool RenewalMakesKey(const IdentityOptions& options, const IdentityRecord& record) {
  return record.renewals_of_key + 1 >= options.renewals_per_key ||
         (record.held_shape.has_value() && NeedsNewKey(*record.held_shape, ShapeOf(options)));
}

absl::StatusOr<CaRequest> MakeRequest(const IdentityOptions& options, EnrollmentMethod method,
                                      bool with_new_key) {
  CaRequest request{.method = method, .shape = ShapeOf(options)};
  FLEETCA_ASSIGN_OR_RETURN(request.request_id, DrawRequestId());
  if (with_new_key) {
    std::vector<x509::RequestedName> names;
    for (const std::string& name : options.names) {
      FLEETCA_ASSIGN_OR_RETURN(names.emplace_back(), x509::ParseRequestedName(name));
    }
    FLEETCA_ASSIGN_OR_RETURN(KeyAndCsr made, MakeKeyAndCsr(options.key_type, names));
    request.csr_der = std::move(made.csr_der);
    request.private_key_pem = std::move(made.private_key_pem);
  }
  return request;
}

IssueOptions ToIssueOptions(const IdentityOptions& options, const CaRequest& request) {
  const RequestShape shape = request.shape.has_value() ? *request.shape : ShapeOf(options);
  return {.csr_der = request.csr_der,
          .profile = shape.profile,
          .identity = options.spiffe_id,
          .lifetime = shape.lifetime,
          .request_id = request.request_id};
}

RenewOptions ToRenewOptions(const IdentityOptions& options, const CaRequest& request) {
  const RequestShape shape = request.shape.has_value() ? *request.shape : ShapeOf(options);
  return {.csr_der = request.csr_der,
          .profile = shape.profile,
          .lifetime = shape.lifetime,
          .request_id = request.request_id};
}

absl::StatusOr<TakenOver> TakeOver(const IdentityOptions& options, const EnrollmentReader& read,
                                   const std::vector<std::string>& roots_der, absl::Time now) {
  const EnrollmentOptions& enrollment = options.enrollment;
  TakenOver taken;
  taken.request.method = EnrollmentMethod::kCertificate;
  // As it is taken for what this configuration asks for, only a later one differs from it.
  taken.request.shape = ShapeOf(options);
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes pem,
                           read(EnrollmentFile::kCertificate, enrollment.certificate_file));
  absl::StatusOr<std::vector<std::string>> ders =
      x509::DecodePem(x509::kPemCertificate, pem.view());
  if (!ders.ok()) {
    return NotTaken(enrollment.certificate_file, ders.status().message());
  }
  FLEETCA_ASSIGN_OR_RETURN(taken.request.private_key_pem,
                           read(EnrollmentFile::kPrivateKey, enrollment.private_key_file));
  taken.chain = ChainOfKey(*ders, taken.request.private_key_pem);
  if (const absl::Status kept = CheckChainKept(taken.chain); !kept.ok()) {
    return NotTaken(enrollment.certificate_file, kept.message());
  }
  if (const absl::Status status = CheckTakenOver(options, taken, roots_der, now); !status.ok()) {
    return status;
  }
  return taken;
}

absl::string_view InWords(EnrollmentMethod method) {
  switch (method) {
    case EnrollmentMethod::kCertificate:
      return "a certificate from a file";
    case EnrollmentMethod::kJwt:
      return "a JWT";
    case EnrollmentMethod::kJoinToken:
      return "a join token";
    case EnrollmentMethod::kRenewal:
      return "renewal";
  }
  return "";
}

}  // namespace fleetca::client
