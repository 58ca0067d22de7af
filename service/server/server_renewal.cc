#include "service/server/server_renewal.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "service/authority/own_certificate.h"
#include "service/policy/reserved_names.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

// After an attempt that failed: the certificate has a third of its life left.
constexpr absl::Duration kRetry = absl::Minutes(10);
// A certificate that ends with the issuing CA's has no successor that lives longer.
constexpr absl::Duration kEndsWithTheCa = absl::Hours(1);

// Its first certificate, DER.
absl::StatusOr<std::string> FirstOf(absl::string_view pem) {
  FLEETCA_ASSIGN_OR_RETURN(std::vector<std::string> ders,
                           x509::DecodePem(x509::kPemCertificate, pem));
  return std::move(ders.front());
}

// Whether the key's file has another certificate's key, or is not there. A file that may not be
// read, or has anything else, is an operator's to look at.
bool IsTorn(const PairFiles& files, const x509::Certificate& certificate) {
  const absl::StatusOr<SecretBytes> text = ReadSecretFile(files.private_key);
  if (!text.ok()) {
    return GetReason(text.status()) == Reason::kFileMissing;
  }
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(text->view(), SecretBytes());
  if (!key.ok()) {
    return false;
  }
  const absl::StatusOr<std::string> public_key = EncodePublicKey(key->get());
  return public_key.ok() && *public_key != certificate.public_key.spki;
}

}  // namespace

ServerRenewal::ServerRenewal(const ServerConfig& config, RunningCa& ca, const Clock& clock,
                             Writes writes)
    : profile_(config.own_certificates.server_profile),
      identity_(ServerIdentity(config.trust_domain)),
      folder_(config.folder),
      files_{config.listener.certificate_file, config.listener.private_key_file},
      ca_(ca),
      clock_(clock),
      writes_(writes) {}

bool ServerRenewal::IsOwn(const x509::Certificate& certificate) const {
  return certificate.SpiffeId() == identity_ && IsIssuedBy(ca_, certificate);
}

bool ServerRenewal::Renews(const x509::Certificate& certificate) const {
  return !profile_.empty() && IsOwn(certificate);
}

absl::Status ServerRenewal::CheckGranted() const {
  if (profile_.empty()) {
    return absl::OkStatus();
  }
  return Annotate(ca_.policies().Current()->CheckMayAsk(identity_, identity_, profile_),
                  absl::StrCat("The policy does not let the server renew its certificate by the "
                               "profile of own_certificates.server_profile, \"",
                               profile_, "\""));
}

bool ServerRenewal::IsDue(const x509::Certificate& certificate) const {
  return clock_.Now() >=
             RenewOwnFrom(certificate.serial, certificate.not_before, certificate.not_after) &&
         certificate.not_after + kEndsWithTheCa < ca_.issuer().ca().not_after;
}

absl::StatusOr<TlsPair> ServerRenewal::PairInstead(const absl::Status& why) {
  const absl::StatusOr<std::string> pem = ReadFile(files_.certificate);
  if (!pem.ok()) {
    return why;
  }
  const absl::StatusOr<std::string> der = FirstOf(*pem);
  const absl::StatusOr<x509::Certificate> old =
      der.ok() ? x509::ParseCertificate(*der) : der.status();
  if (!old.ok() || !IsOwn(*old) || (clock_.Now() < old->not_after && !IsTorn(files_, *old))) {
    return why;
  }
  if (profile_.empty()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(why.message(), " (`fleetca ca renew-server --dir ",
                     folder_.empty() ? "." : folder_,
                     "` makes one, and a server with own_certificates.server_profile makes it "
                     "by itself)"));
  }
  if (writes_ == Writes::kFiles) {
    log::Warning("The server's files have no pair that can be used; it issues itself another one",
                 {{"reason", why.message()}});
  }
  absl::StatusOr<TlsPair> pair = Issue(*old);
  if (!pair.ok()) {
    return Annotate(
        pair.status(),
        absl::StrCat(why.message(), " (the server could not issue itself another one)"));
  }
  Save({SecretBytes(pair->certificate.view()), SecretBytes(pair->private_key.view())});
  return pair;
}

void ServerRenewal::Look(ServerTls& tls) {
  if (profile_.empty()) {
    return;
  }
  const TlsPair in_use = tls.PairInUse();
  const absl::StatusOr<std::string> der = FirstOf(in_use.certificate.view());
  const absl::StatusOr<x509::Certificate> own =
      der.ok() ? x509::ParseCertificate(*der) : der.status();
  // It was judged before it came in use.
  if (!own.ok() || WaitsForNextTry()) {
    return;
  }
  if (unsaved_.has_value() && FirstOf(unsaved_->certificate.view()).value_or("") != *der) {
    unsaved_.reset();  // an operator gave the files another pair
  }
  if (!Renews(*own)) {
    Note(absl::OkStatus());
  } else if (IsDue(*own)) {
    Renew(*own, tls);
  } else if (unsaved_.has_value()) {
    Save(std::move(*unsaved_));
  } else {
    Note(CheckGranted());
  }
}

bool ServerRenewal::WaitsForNextTry() const {
  const absl::Duration left = next_try_ - clock_.Now();
  // A clock that was set back must not make it wait for longer.
  return left > absl::ZeroDuration() && left <= kRetry;
}

void ServerRenewal::Renew(const x509::Certificate& old, ServerTls& tls) {
  absl::StatusOr<TlsPair> pair = Issue(old);
  const absl::Status used = pair.ok() ? tls.Use(*pair) : pair.status();
  if (!used.ok()) {
    next_try_ = clock_.Now() + kRetry;
    Note(Annotate(used, absl::StrCat("The server's certificate, which ends at ",
                                     TimeToWords(old.not_after), ", cannot be renewed")));
    return;
  }
  // As it is in use, which is without what clients need not see.
  Save(tls.PairInUse());
}

absl::StatusOr<TlsPair> ServerRenewal::Issue(const x509::Certificate& old) {
  FLEETCA_ASSIGN_OR_RETURN(OwnIssued issued, IssueLike(old, profile_, ca_));
  if (writes_ == Writes::kFiles) {
    log::Info("The server's certificate was renewed",
              {{"identity", identity_},
               {"profile", profile_},
               {"not_after", TimeToText(issued.not_after)}});
  }
  return std::move(issued.pair);
}

void ServerRenewal::Save(TlsPair pair) {
  if (writes_ == Writes::kNothing) {
    return;
  }
  const absl::Status written =
      ReplacePair(files_, pair.certificate.view(), pair.private_key.view());
  if (!written.ok()) {
    unsaved_ = std::move(pair);
    next_try_ = clock_.Now() + kRetry;
    Note(Annotate(written,
                  "The server's certificate was renewed and serves from memory, but its files "
                  "cannot be written, and a restart renews it once more; let the server's user "
                  "write them and their folder"));
    return;
  }
  unsaved_.reset();
  Note(absl::OkStatus());
}

void ServerRenewal::Note(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  if (!status.ok() && status.message() != status_.message()) {
    log::Error("The server's own certificate needs a look", {{"reason", status.message()}});
  } else if (status.ok() && !status_.ok()) {
    log::Info("The server's own certificate is right again");
  }
  status_ = status;
}

absl::Status ServerRenewal::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace fleetca::service
