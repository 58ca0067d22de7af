#include "service/revocation/root_crl_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "x509/certificate.h"
#include "x509/revocation/crl.h"
#include "x509/revocation/crl_file.h"
#include "x509/revocation/crl_verify.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kWarning = absl::Hours(24 * 30);

absl::Status Wrong(absl::string_view message) {
  return InvalidArgument(Reason::kFileInvalid, "crl", message);
}

// OK when one of the roots signed it, else what the last of them says.
absl::Status VerifyByOne(const x509::Crl& crl, const std::vector<std::string>& roots) {
  absl::Status status = Wrong("There is no root that could have signed the CRL");
  for (const std::string& der : roots) {
    const absl::StatusOr<x509::Certificate> root = x509::ParseCertificate(der);
    status = root.ok() ? x509::VerifyCrl(crl, *root, crl.this_update) : root.status();
    if (status.ok()) {
      break;
    }
  }
  return status;
}

}  // namespace

absl::StatusOr<RootCrl> ParseRootCrl(absl::string_view contents,
                                     const std::vector<std::string>& roots) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<std::string> ders, x509::DecodeCrls(contents));
  if (ders.size() != 1) {
    return Wrong("There is more than one CRL; give the root's alone");
  }
  FLEETCA_ASSIGN_OR_RETURN(const x509::Crl crl, x509::ParseCrl(ders.front()));
  FLEETCA_RETURN_IF_ERROR(VerifyByOne(crl, roots));
  if (!crl.distribution_point.empty() || crl.only_contains_user_certs ||
      crl.only_contains_ca_certs) {
    return Wrong(
        "The CRL is not of all certificates that the root signed; make one without "
        "issuingDistributionPoint");
  }
  RootCrl root_crl;
  root_crl.der = ders.front();
  root_crl.pem = x509::EncodeCrlPem(root_crl.der);
  root_crl.number = std::string(crl.number);
  root_crl.this_update = crl.this_update;
  root_crl.next_update = crl.next_update;
  const std::array<char, 32> hash = Sha256(root_crl.der);
  root_crl.sha256 = absl::BytesToHexString({hash.data(), hash.size()});
  return root_crl;
}

std::string RootCrlWarning(const RootCrl& crl, absl::string_view file, absl::Time now) {
  const absl::Time half = crl.this_update + (crl.next_update - crl.this_update) / 2;
  if (now < std::max(crl.next_update - kWarning, half)) {
    return "";
  }
  return absl::StrCat("The root's CRL in ", file,
                      now < crl.next_update ? " ends at " : " ended at ",
                      TimeToWords(crl.next_update),
                      ", and without a newer one nobody who checks the whole chain accepts a "
                      "certificate; make one with `fleetca ca root-crl`, where the root's key is");
}

RootCrlFile::RootCrlFile(std::string file, std::vector<std::string> roots, Taken taken)
    : file_(std::move(file)),
      roots_(std::move(roots)),
      taken_(std::move(taken)),
      watched_("the root's CRL", {{.path = file_}}, [this](absl::Span<const SecretBytes> contents) {
        return Switch(contents.front().view());
      }) {}

absl::Status RootCrlFile::Switch(absl::string_view contents) {
  absl::StatusOr<RootCrl> parsed = ParseRootCrl(contents, roots_);
  if (!parsed.ok()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(file_, ": ", parsed.status().message()));
  }
  auto fresh = std::make_shared<const RootCrl>(*std::move(parsed));
  {
    absl::MutexLock lock(&mutex_);
    if (current_ != nullptr && fresh->this_update < current_->this_update) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat(file_, ": the CRL is of ", TimeToWords(fresh->this_update),
                       ", which is older than the one in use; put the newest one there"));
    }
    current_ = fresh;
  }
  if (taken_ != nullptr) {
    taken_(*fresh);
  }
  return absl::OkStatus();
}

std::shared_ptr<const RootCrl> RootCrlFile::Current() const {
  absl::MutexLock lock(&mutex_);
  return current_;
}

absl::Status RootCrlFile::Check(absl::Time now) const {
  const std::shared_ptr<const RootCrl> crl = Current();
  if (crl == nullptr) {
    return Unavailable(Reason::kCrlNotReady,
                       absl::StrCat("The root's CRL was not read from ", file_,
                                    " yet; `fleetca ca root-crl` makes it"));
  }
  const std::string warning = RootCrlWarning(*crl, file_, now);
  if (warning.empty()) {
    return absl::OkStatus();
  }
  return crl->next_update <= now ? Unavailable(Reason::kCrlNotReady, warning)
                                 : FailedPrecondition(Reason::kFileInvalid, warning);
}

}  // namespace fleetca::service
