#include "service/issuer.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/issued_certificate.h"
#include "service/request_key.h"
#include "x509/certificate.h"
#include "x509/der.h"
#include "x509/lint.h"

namespace fleetca::service {
namespace {

// A certificate that would end sooner than this is refused: the issuing CA itself is about to end.
constexpr absl::Duration kShortestLifetime = absl::Minutes(1);

absl::Time FloorToSecond(absl::Time time) {
  return absl::FromUnixSeconds(absl::ToUnixSeconds(time));
}

std::string IdentityOf(const x509::GeneralNames& names) {
  for (const x509::GeneralName& name : names) {
    if (name.type == x509::NameType::kUri) {
      return std::string(name.value);
    }
  }
  return x509::NameToString(names.front());
}

}  // namespace

// One issuance within one cycle. It is alive while `status` is OK and it is not `done`.
struct Issuer::Item {
  Issuance* issuance = nullptr;
  absl::Status status;
  // Nothing left to do but to answer: a replay or a validate_only that passed.
  bool done = false;
  const IssuingProfile* profile = nullptr;
  std::string request_key;     // claimed in in_flight_ unless empty
  std::string request_digest;  // 32 octets, set with request_key
  x509::Csr csr;
  x509::CertSpec spec;
  std::optional<Prepared> prepared;
  IssuedCertificate answer;

  bool alive() const { return !done && status.ok(); }
};

absl::StatusOr<std::unique_ptr<Issuer>> Issuer::Create(IssuerOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate issuer,
                           x509::ParseCertificate(options.issuer_certificate));
  if (!issuer.is_ca || issuer.subject_key_id.empty()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "The issuing certificate is no CA certificate with a subject key "
                              "identifier; make one with `fleetca ca init`");
  }
  if (issuer.public_key.spki != options.signer->public_key()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        "The issuing certificate is not the private key's; give the two files "
        "that were made together");
  }
  if (options.clock->Now() >= issuer.not_after) {
    return FailedPrecondition(
        Reason::kIssuerExpiring,
        absl::StrCat("The issuing certificate expired at ",
                     absl::FormatTime(issuer.not_after, absl::UTCTimeZone()), "; renew it"));
  }
  ForbiddenKeys forbidden_keys;
  forbidden_keys.AddCaKey(issuer.public_key);
  for (const std::string& der : options.ca_certificates) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(der));
    forbidden_keys.AddCaKey(certificate.public_key);
  }
  for (const std::string& spki_sha256 : options.blocked_keys) {
    forbidden_keys.Block(spki_sha256);
  }
  IssuingProfiles profiles;
  for (Profile& profile : options.profiles) {
    std::string name = profile.name();
    FLEETCA_ASSIGN_OR_RETURN(
        auto joined, IssuingProfile::Create(std::move(profile), issuer, options.signer->scheme()));
    if (!profiles.try_emplace(name, std::move(joined)).second) {
      return InvalidArgument(Reason::kConfigInvalid, "profiles.name",
                             absl::StrCat("The profile \"", name, "\" is defined twice"));
    }
  }
  return absl::WrapUnique(
      new Issuer(std::move(options), std::move(forbidden_keys), std::move(profiles)));
}

Issuer::Issuer(IssuerOptions options, ForbiddenKeys forbidden_keys, IssuingProfiles profiles)
    : forbidden_keys_(std::move(forbidden_keys)),
      access_(std::move(options.access)),
      csr_limits_(options.csr_limits),
      signer_(*options.signer),
      store_(*options.store),
      possession_(*options.possession),
      clock_(*options.clock),
      profiles_(std::move(profiles)) {}

void Issuer::IssueBatch(absl::Span<Issuance* const> batch) {
  stats_.batch_size.Record(batch.size());
  std::vector<Issuance*> waiters;
  IssueOnce(batch, &waiters);
  // Those that waited for one of our request ids find the answer in the store now, or, where ours
  // failed, are tried for themselves.
  while (!waiters.empty()) {
    const std::vector<Issuance*> again = std::exchange(waiters, {});
    IssueOnce(again, &waiters);
  }
}

void Issuer::IssueOnce(absl::Span<Issuance* const> batch, std::vector<Issuance*>* waiters) {
  const absl::Time now = clock_.Now();
  Items items;
  items.reserve(batch.size());
  for (Issuance* issuance : batch) {
    Item& item = items.emplace_back();
    item.issuance = issuance;
    Admit(item, now);
    if (item.alive() && !ClaimRequestId(item)) {
      items.pop_back();  // whoever holds the id finishes this one too
      continue;
    }
    if (item.alive()) {
      Judge(item, now);
    }
  }
  VerifyPossession(items);
  for (Item& item : items) {
    if (item.alive()) {
      Prepare(item, now);
    }
  }
  Sign(items);
  Record(items, now);
  Finish(items, waiters);
}

void Issuer::Admit(Item& item, absl::Time now) const {
  const Issuance& issuance = *item.issuance;
  if (issuance.cancelled.load(std::memory_order_relaxed)) {
    item.status = MakeError(absl::StatusCode::kCancelled, Reason::kCancelled, "",
                            "The caller gave up before the certificate was signed");
  } else if (now >= issuance.deadline) {
    item.status = MakeError(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded, "",
                            "The deadline passed while the request waited; nothing was issued. "
                            "Retry with the same request_id and a later deadline");
  } else if (now >= issuance.caller.not_after) {
    item.status = MakeError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired,
                            "", "The caller's certificate has expired; renew it and reconnect");
  } else if (issuance.request.profile.empty()) {
    item.status = InvalidArgument(Reason::kProfileUnknown, "profile",
                                  "The request names no profile; set it to one of the CA's");
  } else {
    item.status = access_.CheckIssue(issuance.caller, issuance.request.profile);
  }
  if (!item.status.ok()) {
    return;
  }
  const auto profile = profiles_.find(issuance.request.profile);
  if (profile == profiles_.end()) {
    item.status = InvalidArgument(
        Reason::kProfileUnknown, "profile",
        absl::StrCat("There is no profile \"", absl::CHexEscape(issuance.request.profile), "\""));
    return;
  }
  item.profile = profile->second.get();
}

bool Issuer::ClaimRequestId(Item& item) {
  const IssueRequest& request = item.issuance->request;
  if (request.request_id.empty() || request.validate_only) {
    return true;
  }
  item.status = CheckRequestId(request.request_id);
  if (!item.status.ok()) {
    return true;
  }
  std::string key = RequestKey(item.issuance->caller.spiffe_id, request.request_id);
  if (!in_flight_.Claim(key, item.issuance)) {
    return false;
  }
  item.request_key = std::move(key);
  item.request_digest = RequestDigest(request);
  item.status = Replay(item);
  return true;
}

absl::Status Issuer::Replay(Item& item) const {
  absl::StatusOr<store::CertificateRecord> record = store_.GetByRequestKey(item.request_key);
  if (absl::IsNotFound(record.status())) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(record.status());
  if (record->request_digest != item.request_digest) {
    return MakeError(
        absl::StatusCode::kAlreadyExists, Reason::kRequestIdReused, "request_id",
        "This request_id was used before with another CSR, profile or lifetime; take a "
        "new one for a new request");
  }
  item.answer = AnswerFromRecord(*std::move(record));
  item.answer.replayed = true;
  item.done = true;
  return absl::OkStatus();
}

void Issuer::Judge(Item& item, absl::Time now) {
  const Issuance& issuance = *item.issuance;
  item.status = [&]() -> absl::Status {
    if (issuance.request.csr_der.empty()) {
      return InvalidArgument(Reason::kCsrMissing, "csr",
                             "The request has no CSR; set csr_der or csr_pem");
    }
    FLEETCA_ASSIGN_OR_RETURN(item.csr, x509::ParseCsr(issuance.request.csr_der, csr_limits_));
    FLEETCA_RETURN_IF_ERROR(item.profile->profile.CheckCsr(item.csr));
    FLEETCA_RETURN_IF_ERROR(forbidden_keys_.Check(item.csr.public_key));
    return DecideValidity(item, now);
  }();
  if (!item.csr.ignored_extensions.empty()) {
    LogIgnoredExtensions(item, now);
  }
}

void Issuer::LogIgnoredExtensions(const Item& item, absl::Time now) {
  uint64_t suppressed = 0;
  if (!ignored_extensions_limiter_.Allow(now, &suppressed)) {
    return;
  }
  log::Info("A CSR asks for extensions that are not copied",
            {{"extensions", absl::StrJoin(item.csr.ignored_extensions, " ",
                                          [](std::string* out, absl::string_view oid) {
                                            out->append(x509::der::OidToString(oid));
                                          })},
             {"profile", item.issuance->request.profile},
             {"caller", item.issuance->caller.spiffe_id},
             {"lines_suppressed", suppressed}});
}

absl::Status Issuer::DecideValidity(Item& item, absl::Time now) const {
  const IssuingProfile& profile = *item.profile;
  FLEETCA_ASSIGN_OR_RETURN(const absl::Duration lifetime,
                           profile.profile.DecideLifetime(item.issuance->request.lifetime));
  const absl::Time start = FloorToSecond(now);
  item.spec.not_before = std::max(start - profile.profile.backdate(), profile.issuer_not_before);
  item.spec.not_after = std::min(start + lifetime, profile.issuer_not_after);
  if (item.spec.not_after - start < kShortestLifetime) {
    return FailedPrecondition(
        Reason::kIssuerExpiring,
        absl::StrCat("The issuing certificate ends at ",
                     absl::FormatTime(profile.issuer_not_after, absl::UTCTimeZone()),
                     ", too soon to issue under it; the CA's operator must renew it"));
  }
  return absl::OkStatus();
}

void Issuer::VerifyPossession(Items& items) const {
  std::vector<const x509::Csr*> csrs(items.size(), nullptr);
  std::vector<absl::Status> results(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    if (items[i].alive()) {
      csrs[i] = &items[i].csr;
    }
  }
  possession_.VerifyBatch(csrs, absl::MakeSpan(results));
  for (size_t i = 0; i < items.size(); ++i) {
    if (csrs[i] != nullptr) {
      items[i].status = std::move(results[i]);
    }
  }
}

void Issuer::Prepare(Item& item, absl::Time now) const {
  item.answer.not_before = item.spec.not_before;
  item.answer.not_after = item.spec.not_after;
  if (item.issuance->request.validate_only) {
    item.answer.renew_after = RenewAfter("", item.spec.not_before, item.spec.not_after);
    item.done = true;
    return;
  }
  item.status = [&]() -> absl::Status {
    x509::CertSpec& spec = item.spec;
    FLEETCA_ASSIGN_OR_RETURN(spec.serial,
                             x509::SerialNumber::Create(spec.not_after, store_.instance_id(), now));
    spec.subject = item.profile->profile.DecideSubject(item.csr.names);
    spec.subject_public_key_info = item.csr.public_key.spki;
    spec.key_bits = item.csr.public_key.key_bits;
    spec.names = item.csr.names;
    FLEETCA_ASSIGN_OR_RETURN(
        item.prepared,
        x509::LintTbs(item.profile->tbs_template->Build(spec), item.profile->lint_policy,
                      {spec.serial.bytes(), spec.subject_public_key_info}));
    return absl::OkStatus();
  }();
}

void Issuer::Sign(Items& items) const {
  std::vector<Prepared> messages;
  std::vector<Item*> owners;
  messages.reserve(items.size());
  owners.reserve(items.size());
  for (Item& item : items) {
    if (item.alive()) {
      messages.push_back(*std::move(item.prepared));
      owners.push_back(&item);
    }
  }
  std::vector<absl::StatusOr<signer::SignedMessage>> results(messages.size());
  signer_.SignBatch(absl::MakeSpan(messages), absl::MakeSpan(results));
  for (size_t i = 0; i < owners.size(); ++i) {
    Item& item = *owners[i];
    if (!results[i].ok()) {
      item.status = std::move(results[i]).status();
      continue;
    }
    item.answer.certificate =
        x509::AssembleCertificate(results[i]->message, signer_.scheme(), results[i]->signature);
    item.answer.serial_number = std::string(item.spec.serial.bytes());
    item.answer.renew_after =
        RenewAfter(item.answer.serial_number, item.spec.not_before, item.spec.not_after);
  }
}

void Issuer::Record(Items& items, absl::Time now) {
  std::vector<store::CertificateRecord> records;
  records.reserve(items.size());
  for (const Item& item : items) {
    if (item.alive()) {
      records.push_back({.serial = item.answer.serial_number,
                         .certificate = item.answer.certificate,
                         .identity = IdentityOf(item.spec.names),
                         .requester = item.issuance->caller.spiffe_id,
                         .profile = item.profile->profile.name(),
                         .request_key = item.request_key,
                         .request_digest = item.request_digest,
                         .issued_at = now,
                         .not_before = item.spec.not_before,
                         .not_after = item.spec.not_after});
    }
  }
  if (records.empty()) {
    return;
  }
  const absl::Status recorded = store_.Append(records);
  if (!recorded.ok()) {
    // No certificate leaves that is not on stable storage: the signatures are forgotten.
    log::Error("The store refused a batch; no certificate of it leaves",
               {{"certificates", records.size()}, {"error", recorded.message()}});
    for (Item& item : items) {
      if (item.alive()) {
        item.status = recorded;
      }
    }
    return;
  }
  stats_.batches.fetch_add(1, std::memory_order_relaxed);
}

void Issuer::Finish(Items& items, std::vector<Issuance*>* waiters) {
  for (Item& item : items) {
    if (!item.request_key.empty()) {
      in_flight_.Release(item.request_key, waiters);
    }
    if (!item.status.ok()) {
      stats_.refused.fetch_add(1, std::memory_order_relaxed);
      item.issuance->Answer(std::move(item.status));
      continue;
    }
    std::atomic<uint64_t>& count = !item.done             ? stats_.issued
                                   : item.answer.replayed ? stats_.replayed
                                                          : stats_.validated;
    count.fetch_add(1, std::memory_order_relaxed);
    item.issuance->Answer(std::move(item.answer));
  }
}

}  // namespace fleetca::service
