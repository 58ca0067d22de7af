#include "service/revocation/ocsp_responder.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/types/span.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/log_limiter.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "base/time_rounding.h"
#include "service/revocation/ocsp_lookup.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kMinValidity = absl::Minutes(1);
constexpr absl::Duration kMaxValidity = absl::Hours(24 * 7);
// A delegate that ends sooner signs no more: its answers would be stale when they arrive.
constexpr absl::Duration kMinLeft = absl::Seconds(10);

absl::Status CheckOptions(const OcspResponderOptions& options) {
  for (const absl::Duration validity : {options.validity, options.unknown_validity}) {
    if (validity < kMinValidity || validity > kMaxValidity) {
      return InvalidArgument(Reason::kConfigInvalid, "validity",
                             "An OCSP answer must be good for 1 minute to 7 days");
    }
  }
  return absl::OkStatus();
}

void LogFault(const absl::Status& status) {
  static log::Limiter limiter(1, absl::Minutes(1));
  uint64_t suppressed = 0;
  if (limiter.Allow(SteadyTime(), &suppressed)) {
    log::Error("An OCSP answer could not be made",
               {{"error", status.message()}, {"lines_suppressed", suppressed}});
  }
}

}  // namespace

OcspResponder::OcspResponder(std::vector<std::unique_ptr<OcspDelegation>> issuers,
                             OcspResponderOptions options, const store::Store& store,
                             const ClockRule& clock_rule)
    : issuers_(std::move(issuers)),
      options_(options),
      store_(store),
      clock_rule_(clock_rule),
      cache_(store, issuers_.size(), options.max_cached) {}

absl::StatusOr<std::unique_ptr<OcspResponder>> OcspResponder::Create(
    std::vector<OcspIssuer> issuers, OcspResponderOptions options, const store::Store& store,
    const ClockRule& clock_rule) {
  FLEETCA_RETURN_IF_ERROR(CheckOptions(options));
  std::vector<std::unique_ptr<OcspDelegation>> delegations;
  const absl::Duration max_validity = std::max(options.validity, options.unknown_validity);
  for (OcspIssuer& issuer : issuers) {
    FLEETCA_ASSIGN_OR_RETURN(
        delegations.emplace_back(),
        OcspDelegation::Create(std::move(issuer.certificate), std::move(issuer.issue), max_validity,
                               clock_rule));
  }
  return absl::WrapUnique(new OcspResponder(std::move(delegations), options, store, clock_rule));
}

void OcspResponder::Look() {
  for (const std::unique_ptr<OcspDelegation>& issuer : issuers_) {
    issuer->Look();
  }
}

absl::Status OcspResponder::status() const {
  for (const std::unique_ptr<OcspDelegation>& issuer : issuers_) {
    FLEETCA_RETURN_IF_ERROR(issuer->status());
  }
  return absl::OkStatus();
}

std::shared_ptr<const OcspReply> OcspResponder::Refuse(Error error) {
  refused_.fetch_add(1, std::memory_order_relaxed);
  return OcspErrorReply(error);
}

std::shared_ptr<const OcspReply> OcspResponder::Answer(absl::string_view der) {
  const absl::StatusOr<x509::OcspRequest> request = x509::ParseOcspRequest(der);
  if (!request.ok()) {
    return Refuse(GetReason(request.status()) == Reason::kOcspHashUnsupported
                      ? Error::kUnauthorized
                      : Error::kMalformedRequest);
  }
  size_t issuer = 0;
  while (issuer < issuers_.size() && !issuers_[issuer]->hashes().Matches(request->cert_id)) {
    ++issuer;
  }
  if (issuer == issuers_.size()) {
    return Refuse(Error::kUnauthorized);
  }
  const absl::StatusOr<absl::Time> now = clock_rule_.Now();
  if (!now.ok() || !cache_.CatchUp().ok()) {
    return Refuse(Error::kTryLater);
  }
  if (!request->nonce.has_value()) {
    const x509::CertId& id = request->cert_id;
    if (auto kept = cache_.Find({issuer, id.hash, id.serial}, *now); kept != nullptr) {
      from_cache_.fetch_add(1, std::memory_order_relaxed);
      return kept;
    }
  }
  return AnswerAnew(*request, issuer, *now);
}

std::shared_ptr<const OcspReply> OcspResponder::AnswerAnew(const x509::OcspRequest& request,
                                                           size_t issuer, absl::Time now) {
  const std::shared_ptr<const OcspDelegate> delegate = issuers_[issuer]->Current();
  if (delegate == nullptr) {
    return Refuse(Error::kTryLater);
  }
  if (now < delegate->not_before || now + kMinLeft > delegate->not_after) {
    return Refuse(Error::kInternalError);
  }
  // Before the look-up, so that an answer which a revocation overtook is not kept.
  const uint64_t sequence = store_.last_sequence();
  const x509::CertId& id = request.cert_id;
  const OcspFinding found =
      LookUpForOcsp(store_, issuers_[issuer]->issuer_key_id(), id.serial, now);
  if (found.response != Error::kSuccessful) {
    return Refuse(found.response);
  }
  const bool unknown = found.revocation.status == x509::OcspCertStatus::kUnknown;
  x509::OcspAnswer answer;
  answer.serial = id.serial;
  answer.hashes = id.hash == x509::CertIdHash::kSha1 ? x509::OcspAnswerHashes::kSha1
                                                     : x509::OcspAnswerHashes::kSha256;
  answer.revocation = found.revocation;
  answer.this_update = FloorToSecond(now);
  // Where the clock was set back since, the date lies ahead. Readers must hear that the certificate
  // is revoked before they hear the right date.
  answer.revocation.revoked_at = std::min(answer.revocation.revoked_at, answer.this_update);
  answer.produced_at = answer.this_update;
  answer.next_update =
      std::min(answer.this_update + (unknown ? options_.unknown_validity : options_.validity),
               delegate->not_after);
  answer.nonce = request.nonce.value_or("");
  const auto reply = Sign(*delegate, answer);
  if (!reply.ok()) {
    LogFault(reply.status());
    return Refuse(Error::kInternalError);
  }
  signed_anew_.fetch_add(1, std::memory_order_relaxed);
  if ((*reply)->cacheable && !unknown) {
    cache_.Insert({issuer, id.hash, id.serial}, sequence, *reply);
  }
  return *reply;
}

absl::StatusOr<std::shared_ptr<const OcspReply>> OcspResponder::Sign(
    const OcspDelegate& delegate, const x509::OcspAnswer& answer) const {
  FLEETCA_ASSIGN_OR_RETURN(Prepared prepared,
                           delegate.lint->Lint(delegate.maker->Build(answer), answer));
  absl::StatusOr<signer::SignedMessage> result = absl::InternalError("not signed");
  delegate.signer->SignBatch(absl::MakeSpan(&prepared, 1), absl::MakeSpan(&result, 1));
  FLEETCA_RETURN_IF_ERROR(result.status());
  const absl::Duration validity = answer.next_update - answer.this_update;
  OcspReply reply;
  reply.der = delegate.maker->Assemble(result->message, result->signature);
  reply.status = Error::kSuccessful;
  reply.this_update = answer.this_update;
  reply.next_update = answer.next_update;
  reply.refresh_at = answer.this_update + validity / 2;
  reply.fresh_until = FloorToSecond(answer.this_update + validity * 3 / 4);
  reply.cacheable = answer.nonce.empty();
  if (reply.cacheable) {
    const std::array<char, 32> hash = Sha256(reply.der);
    reply.sha256 = absl::BytesToHexString({hash.data(), hash.size()});
  }
  return std::make_shared<const OcspReply>(std::move(reply));
}

OcspResponder::Counts OcspResponder::counts() const {
  return {.from_cache = from_cache_.load(std::memory_order_relaxed),
          .signed_anew = signed_anew_.load(std::memory_order_relaxed),
          .refused = refused_.load(std::memory_order_relaxed)};
}

}  // namespace fleetca::service
