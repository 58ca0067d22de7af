#include "service/authority/root_crl_renewal.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "signer/local_signer.h"
#include "x509/first_certificate.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/crl_verify.h"

namespace fleetca::service {
namespace {

constexpr mode_t kPublic = 0644;
constexpr absl::Duration kMinLifetime = absl::Hours(24);
constexpr absl::Duration kMaxLifetime = absl::Hours(24 * 3650);

absl::Status WrongFile(absl::string_view file, absl::string_view problem) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat(file, ": ", problem));
}

absl::StatusOr<x509::HeldCertificate> ReadCertificate(const std::string& file) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(file));
  absl::StatusOr<x509::HeldCertificate> certificate = x509::ParseFirstCertificate(pem);
  if (!certificate.ok()) {
    return WrongFile(file, certificate.status().message());
  }
  return certificate;
}

// A CRL with the octets that it aliases, which do not move.
struct HeldCrl {
  std::unique_ptr<const std::string> der;
  x509::Crl parsed;
};

// The number of a CRL of ours; nullopt for one that has more than 64 bits.
std::optional<uint64_t> NumberOf(const x509::Crl& crl) {
  uint64_t number = 0;
  const size_t sign = !crl.number.empty() && crl.number.front() == '\0' ? 1 : 0;
  if (crl.number.size() > sizeof(number) + sign) {
    return std::nullopt;
  }
  for (const char octet : crl.number) {
    number = number << 8 | static_cast<uint8_t>(octet);
  }
  return number;
}

absl::StatusOr<HeldCrl> ParseRootCrl(const std::string& file, const std::string& contents,
                                     const x509::Certificate& root) {
  const absl::StatusOr<std::vector<std::string>> ders = x509::DecodeCrls(contents);
  if (!ders.ok() || ders->size() != 1) {
    return WrongFile(file, ders.ok() ? "it has more than one CRL; give a file of the root's alone"
                                     : ders.status().message());
  }
  HeldCrl held = {std::make_unique<const std::string>(ders->front()), {}};
  const absl::StatusOr<x509::Crl> crl = x509::ParseCrl(*held.der);
  // It may have ended: then it is high time to renew it.
  const absl::Status good = crl.ok() ? x509::VerifyCrl(*crl, root, crl->this_update) : crl.status();
  if (!good.ok()) {
    return WrongFile(file, good.message());
  }
  held.parsed = *crl;
  return held;
}

// The CRL in the file; nullopt where the root never had one.
absl::StatusOr<std::optional<HeldCrl>> ReadLastCrl(const RootCrlRequest& request,
                                                   const x509::Certificate& root) {
  const absl::StatusOr<std::string> contents = ReadFile(request.crl_file);
  const bool missing = GetReason(contents.status()) == Reason::kFileMissing;
  if (missing && request.first) {
    return std::optional<HeldCrl>();
  }
  if (missing) {
    return FailedPrecondition(
        Reason::kFileMissing,
        absl::StrCat(request.crl_file,
                     " does not exist, and what it listed would be forgotten; put the last CRL "
                     "back, or give --first if the root never had one"));
  }
  FLEETCA_RETURN_IF_ERROR(contents.status());
  if (request.first) {
    return WrongFile(request.crl_file, "the root has a CRL already; leave --first out");
  }
  FLEETCA_ASSIGN_OR_RETURN(HeldCrl held, ParseRootCrl(request.crl_file, *contents, root));
  return std::optional<HeldCrl>(std::move(held));
}

absl::Status CheckRequest(const RootCrlRequest& request) {
  if (request.lifetime < kMinLifetime || request.lifetime > kMaxLifetime) {
    return InvalidArgument(Reason::kLifetimeInvalid, "lifetime",
                           "A root's CRL lives for 1 day to 3650 days; give a lifetime between");
  }
  if (request.reason == x509::RevocationReason::kRemoveFromCrl ||
      request.reason == x509::RevocationReason::kCertificateHold) {
    return InvalidArgument(Reason::kConfigInvalid, "reason",
                           "A CA is revoked for ever; give a reason such as superseded or "
                           "keyCompromise");
  }
  return absl::OkStatus();
}

bool IsCompromise(std::optional<x509::RevocationReason> reason) {
  return reason == x509::RevocationReason::kKeyCompromise ||
         reason == x509::RevocationReason::kCaCompromise;
}

// Adds the CA to the entries, which alias `certificate` then. Whether it is new there.
bool Revoke(const x509::Certificate& certificate, x509::RevocationReason reason, absl::Time now,
            std::vector<x509::CrlEntry>* entries) {
  for (x509::CrlEntry& entry : *entries) {
    if (entry.serial == certificate.serial) {
      if (IsCompromise(reason) && !IsCompromise(entry.reason)) {
        entry.reason = reason;
      }
      return false;
    }
  }
  entries->push_back({.serial = certificate.serial, .revocation_date = now, .reason = reason});
  return true;
}

absl::Status CheckIssuingCa(const std::string& file, const x509::Certificate& certificate,
                            const x509::Certificate& root) {
  if (certificate.der == root.der) {
    return WrongFile(file,
                     "it is the root's own certificate, which no CRL can revoke; take the "
                     "root out of every trust bundle instead");
  }
  if (!x509::VerifySignedBy(certificate, root).ok()) {
    return WrongFile(file,
                     "the root did not sign this certificate, so its CRL does not list it; "
                     "give the certificate of an issuing CA of this root");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<signer::Signer>> OpenSigner(const signer::KeyFile& file,
                                                           const x509::Certificate& root) {
  FLEETCA_ASSIGN_OR_RETURN(EvpPkeyPtr key, signer::ReadKeyFile(file));
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<signer::Signer> signer,
                           signer::CreateLocalSigner(std::move(key)));
  if (signer->public_key() != root.public_key.spki) {
    return WrongFile(file.path, "the key is not the root's; give the key of its certificate");
  }
  return signer;
}

}  // namespace

absl::StatusOr<RootCrlRenewal> RenewRootCrl(const RootCrlRequest& request, const Clock& clock) {
  FLEETCA_RETURN_IF_ERROR(CheckRequest(request));
  const absl::Time now = FloorToSecond(clock.Now());
  FLEETCA_ASSIGN_OR_RETURN(const x509::HeldCertificate root,
                           ReadCertificate(request.certificate_file));
  if (root->not_after <= now) {
    return FailedPrecondition(
        Reason::kIssuerExpiring,
        absl::StrCat(request.certificate_file, ": the root's certificate ended at ",
                     TimeToWords(root->not_after), ", and nobody believes its CRL any more"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<HeldCrl> last, ReadLastCrl(request, *root));
  RootCrlContents contents;
  uint64_t last_number = 0;
  if (last.has_value()) {
    const std::optional<uint64_t> number = NumberOf(last->parsed);
    if (!number.has_value() || *number == UINT64_MAX) {
      return WrongFile(request.crl_file, "its number is too large for fleetca to count on from it");
    }
    if (now < last->parsed.this_update) {
      return Unavailable(
          Reason::kClockRefused,
          absl::StrCat("The clock shows ", TimeToWords(now), ", and ", request.crl_file, " is of ",
                       TimeToWords(last->parsed.this_update), "; set the clock right"));
    }
    last_number = *number;
    contents.entries.assign(last->parsed.entries.begin(), last->parsed.entries.end());
  }
  RootCrlRenewal made;
  std::vector<x509::HeldCertificate> revoked;
  for (const std::string& file : request.revoke_files) {
    FLEETCA_ASSIGN_OR_RETURN(x509::HeldCertificate certificate, ReadCertificate(file));
    FLEETCA_RETURN_IF_ERROR(CheckIssuingCa(file, *certificate, *root));
    revoked.push_back(std::move(certificate));
    if (Revoke(*revoked.back(), request.reason, now, &contents.entries)) {
      made.newly_revoked.push_back(absl::BytesToHexString(revoked.back()->serial));
    }
  }
  contents.number = NextRootCrlNumber(last_number, now);
  contents.this_update = now;
  contents.next_update = std::min(now + request.lifetime, root->not_after);
  made.file = request.crl_file;
  made.number = contents.number;
  made.this_update = contents.this_update;
  made.next_update = contents.next_update;
  made.revoked = contents.entries.size();
  FLEETCA_ASSIGN_OR_RETURN(const auto signer, OpenSigner(request.key, *root));
  FLEETCA_ASSIGN_OR_RETURN(const std::string der, SignRootCrl(*root, *signer, std::move(contents)));
  FLEETCA_RETURN_IF_ERROR(WriteFileAtomic(request.crl_file, x509::EncodeCrlPem(der), kPublic));
  return made;
}

}  // namespace fleetca::service
