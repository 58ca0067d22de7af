#include "service/server/server_renewal.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "service/authority/own_certificate.h"
#include "service/server/own_issuance.h"
#include "store/block.h"
#include "x509/first_certificate.h"
#include "x509/spiffe_id.h"

namespace fleetca::service {
namespace {

// After an attempt that failed: the certificate has a third of its life left.
constexpr absl::Duration kRetry = absl::Minutes(10);
// A certificate that ends with the issuing CA's has no successor that lives longer.
constexpr absl::Duration kEndsWithTheCa = absl::Hours(1);

TlsPair Copy(const TlsPair& pair) {
  return {SecretBytes(pair.certificate.view()), SecretBytes(pair.private_key.view())};
}

std::string RenewServer(absl::string_view folder) {
  return absl::StrCat("`fleetca ca renew-server --dir ", folder.empty() ? "." : folder, "`");
}

absl::Status Refusal(const absl::Status& why, absl::string_view remedy) {
  return FailedPrecondition(Reason::kFileInvalid, absl::StrCat(why.message(), " (", remedy, ")"));
}

std::string NotInstead(const absl::Status& why) {
  return absl::StrCat(why.message(), " (the server could not issue itself another one)");
}

// What a clock that was ahead left: once it is right again, no client takes such a certificate, and
// waiting for its begin would be an outage. Whether the clock is right now, the issuer judges.
bool IsOfAFuture(const x509::Certificate& certificate, absl::Time now) {
  return now < certificate.not_before;
}

bool IsOf(const TlsPair& pair, const x509::Certificate& certificate) {
  const absl::StatusOr<x509::HeldCertificate> first =
      x509::ParseFirstCertificate(pair.certificate.view());
  return first.ok() && (*first)->der == certificate.der;
}

}  // namespace

ServerRenewal::ServerRenewal(const ServerConfig& config, RunningCa& ca, const Clock& clock)
    : profile_(config.own_certificates.server_profile),
      identity_(x509::ServerIdentity(config.trust_domain)),
      folder_(config.folder),
      files_{config.listener.certificate_file, config.listener.private_key_file},
      ca_(ca),
      clock_(clock) {}

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

bool ServerRenewal::IsRevoked(const x509::Certificate& certificate) const {
  const std::array<char, 32> key = Sha256(certificate.public_key.spki);
  return ca_.revocations().Find(certificate.serial).has_value() ||
         ca_.revocations().IsBlocked(store::BlockKind::kKey, {key.data(), key.size()});
}

bool ServerRenewal::IsDue(const x509::Certificate& certificate) const {
  const absl::Time now = clock_.Now();
  if (IsOfAFuture(certificate, now) || IsRevoked(certificate)) {
    return true;
  }
  return now >= RenewOwnFrom(certificate.serial, certificate.not_before, certificate.not_after) &&
         certificate.not_after + kEndsWithTheCa < ca_.issuer().ca().not_after;
}

absl::StatusOr<ServerRenewal::Replaceable> ServerRenewal::FindReplaceable(
    const absl::Status& why) const {
  const absl::StatusOr<std::string> pem = ReadFile(files_.certificate);
  absl::StatusOr<x509::HeldCertificate> old =
      pem.ok() ? x509::ParseFirstCertificate(*pem)
               : absl::StatusOr<x509::HeldCertificate>(pem.status());
  if (!old.ok() || !IsOwn(**old)) {
    return why;
  }
  const absl::StatusOr<SecretBytes> key = ReadSecretFile(files_.private_key);
  const bool is_missing = GetReason(key.status()) == Reason::kFileMissing;
  const absl::Time now = clock_.Now();
  const bool is_valid = now < (*old)->not_after && !IsOfAFuture(**old, now);
  const KeyIs key_is = key.ok() ? CompareKey(*key, **old) : KeyIs::kNoKey;
  // A key that may not be read, or anything else in its file, is an operator's to look at.
  if (is_valid && key.ok() && key_is == KeyIs::kNoKey) {
    return Refusal(why, absl::StrCat(RenewServer(folder_), " makes another pair, and keeps what ",
                                     "stands in the key's file under another name"));
  }
  if (is_valid && !is_missing && key_is != KeyIs::kAnothers) {
    return why;
  }
  if (profile_.empty()) {
    return Refusal(why, absl::StrCat(RenewServer(folder_),
                                     " makes one, and a server with "
                                     "own_certificates.server_profile makes it by itself"));
  }
  return Replaceable{*std::move(old), PairSha256(*pem, key.ok() ? key->view() : ""),
                     !is_missing && key_is != KeyIs::kItsOwn};
}

absl::Status ServerRenewal::CheckPairInstead(const absl::Status& why) const {
  FLEETCA_RETURN_IF_ERROR(FindReplaceable(why).status());
  return Annotate(CheckGranted(), NotInstead(why));
}

absl::StatusOr<TlsPair> ServerRenewal::PairInstead(const absl::Status& why) {
  FLEETCA_ASSIGN_OR_RETURN(const Replaceable old, FindReplaceable(why));
  log::Warning("The server's files have no pair that can be used; it issues itself another one",
               {{"reason", why.message()}});
  NoteAttempt();
  absl::StatusOr<OwnIssued> issued = IssueLike(*old.certificate, profile_, ca_);
  if (!issued.ok()) {
    return Annotate(issued.status(), NotInstead(why));
  }
  unsaved_ = {Copy(issued->pair), issued->not_after, {old.sha256}, old.keeps_key};
  return std::move(issued->pair);
}

void ServerRenewal::Look(ServerTls& tls) {
  if (profile_.empty()) {
    return;
  }
  // It was judged before it came in use.
  TlsPair in_use = tls.PairInUse();
  const absl::StatusOr<x509::HeldCertificate> own =
      x509::ParseFirstCertificate(in_use.certificate.view());
  if (!own.ok() || WaitsForNextTry()) {
    return;
  }
  if (unsaved_.has_value() && !IsOf(unsaved_->pair, **own)) {
    unsaved_.reset();  // an operator gave the files another pair
  }
  if (!Renews(**own)) {
    Note(absl::OkStatus());
  } else if (IsDue(**own)) {
    Renew(**own, tls);
  } else if (unsaved_.has_value()) {
    // As it is in use, which is without what clients need not see.
    unsaved_->pair = std::move(in_use);
    Save(*std::exchange(unsaved_, std::nullopt));
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
  NoteAttempt();
  if (IsRevoked(old)) {
    log::Warning("The server's certificate was revoked; it issues itself another one",
                 {{"serial", absl::BytesToHexString(old.serial)}});
  }
  const TlsPair before = tls.PairInUse();
  // What the files say where nobody but the server has written them.
  std::vector<std::string> over = {
      tls.FilePairSha256(), PairSha256(before.certificate.view(), before.private_key.view())};
  bool keeps_key = false;
  if (unsaved_.has_value()) {
    over.insert(over.end(), unsaved_->over.begin(), unsaved_->over.end());
    keeps_key = unsaved_->keeps_key;
  }
  const absl::StatusOr<OwnIssued> issued = IssueLike(old, profile_, ca_);
  const absl::Status used = issued.ok() ? tls.Use(issued->pair) : issued.status();
  if (!used.ok()) {
    next_try_ = clock_.Now() + kRetry;
    Note(Annotate(used, absl::StrCat("The server's certificate, which ends at ",
                                     TimeToWords(old.not_after), ", cannot be renewed")));
    return;
  }
  Save({tls.PairInUse(), issued->not_after, std::move(over), keeps_key});
}

void ServerRenewal::Save(Unsaved unsaved) {
  NoteAttempt();
  if (!std::exchange(unsaved.was_logged, true)) {
    log::Info("The server's certificate was renewed",
              {{"identity", identity_},
               {"profile", profile_},
               {"not_after", TimeToText(unsaved.not_after)}});
  }
  const absl::Status written = Write(unsaved);
  if (!written.ok()) {
    unsaved_ = std::move(unsaved);
    next_try_ = clock_.Now() + kRetry;
    Note(Annotate(written,
                  "The server's certificate was renewed and serves from memory, but its files do "
                  "not have it, and a restart renews it once more"));
    return;
  }
  unsaved_.reset();
  Note(absl::OkStatus());
}

absl::Status ServerRenewal::Write(const Unsaved& unsaved) const {
  const absl::string_view certificate = unsaved.pair.certificate.view();
  const absl::string_view key = unsaved.pair.private_key.view();
  const absl::StatusOr<std::string> there = PairFilesSha256(files_);
  if (!there.ok()) {
    return Annotate(there.status(), "Let the server's user read both files");
  }
  if (*there == PairSha256(certificate, key)) {
    return absl::OkStatus();
  }
  if (std::find(unsaved.over.begin(), unsaved.over.end(), *there) == unsaved.over.end()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat(files_.certificate, " and ", files_.private_key,
                     " were changed meanwhile and are left as they are; put both files of one pair "
                     "there, which the server takes by itself"));
  }
  if (unsaved.keeps_key) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string kept, KeepKey(files_.private_key));
    log::Warning(
        "The key in the server's file was not that of the certificate beside it, and is "
        "kept under another name",
        {{"file", files_.private_key}, {"kept", kept}});
  }
  return Annotate(ReplacePair(files_, certificate, key),
                  "Let the server's user write both files and their folder");
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

void ServerRenewal::NoteAttempt() {
  const absl::Time now = clock_.Now();
  absl::MutexLock lock(&mutex_);
  last_attempt_ = now;
}

std::optional<absl::Time> ServerRenewal::last_attempt() const {
  absl::MutexLock lock(&mutex_);
  return last_attempt_;
}

absl::Status ServerRenewal::status() const {
  absl::MutexLock lock(&mutex_);
  return status_;
}

}  // namespace fleetca::service
