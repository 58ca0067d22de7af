#include "service/server/revocation_publishing.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "service/revocation/appeared_revocations.h"
#include "service/revocation/ocsp_delegate_issuance.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kLookInterval = absl::Seconds(1);
constexpr absl::Duration kDelegateLifetime = absl::Hours(24 * 7);

// `owner` is what `bytes` is a part of.
template <typename Owner>
HttpContent ContentOf(std::shared_ptr<const Owner> owner, const std::string& bytes,
                      absl::string_view sha256, absl::Time this_update, absl::Time next_update) {
  return {.bytes = std::shared_ptr<const std::string>(std::move(owner), &bytes),
          .etag = absl::StrCat("\"", sha256, "\""),
          .last_modified = this_update,
          .expires = next_update};
}

absl::Status NoSuchCrl(absl::string_view why) { return NotFound(Reason::kNotFound, "", why); }

}  // namespace

absl::StatusOr<std::unique_ptr<RevocationPublishing>> RevocationPublishing::Start(
    const ServerConfig& config, RunningCa& ca) {
  auto publishing = absl::WrapUnique(new RevocationPublishing);
  FLEETCA_RETURN_IF_ERROR(publishing->StartParts(config, ca));
  return publishing;
}

absl::Status RevocationPublishing::StartParts(const ServerConfig& config, RunningCa& ca) {
  const IssuingCa& issuing = ca.issuer().ca();
  if (!issuing.pointers.has_value()) {
    return Internal(Reason::kInternal, "An issuing CA without pointers publishes nothing");
  }
  const std::string& certificate = ca.issuing_cas().front();
  FLEETCA_ASSIGN_OR_RETURN(issuing_, x509::ParseCertificate(certificate));
  issuer_ = absl::BytesToHexString(issuing.key_id);
  CrlPublisherOptions options{.shards = issuing.pointers->crl_shards,
                              .base_url = issuing.pointers->CrlShardsUrl(issuing.key_id),
                              .delay = config.revocation.crl_delay,
                              .validity = config.revocation.crl_validity,
                              .max_complete_entries = config.revocation.max_complete_entries};
  FLEETCA_ASSIGN_OR_RETURN(
      publisher_,
      CrlPublisher::Create(
          {.subject = issuing.subject, .key_id = issuing.key_id, .signer = &ca.signer()},
          std::move(options), ca.store(), ca.clock_rule()));
  std::vector<OcspIssuer> issuers;
  issuers.push_back({certificate, [this, &ca](absl::string_view public_key, absl::Time now) {
                       return IssueOcspDelegate(issuing_, ca.signer(),
                                                {public_key, now, kDelegateLifetime}, ca.store());
                     }});
  FLEETCA_ASSIGN_OR_RETURN(
      responder_, OcspResponder::Create(std::move(issuers), {}, ca.store(), ca.clock_rule()));
  root_crl_ = &ca.root_crl();
  FLEETCA_ASSIGN_OR_RETURN(publishing_, RepeatedWork::Start("crls", kLookInterval,
                                                            [this] { return publisher_->Look(); }));
  FLEETCA_ASSIGN_OR_RETURN(delegating_, RepeatedWork::Start("ocsp", kLookInterval, [this] {
                             responder_->Look();
                             return false;
                           }));
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> RevocationPublishing::NotNeededBefore(const store::Store& store,
                                                                 absl::Time before) const {
  const std::array<const CrlPublisher*, 1> all = {publisher_.get()};
  return AppearedBefore(all, store, before);
}

absl::StatusOr<HttpContent> RevocationPublishing::Find(absl::string_view issuer,
                                                       std::optional<uint32_t> shard) const {
  if (issuer != issuer_) {
    return NoSuchCrl("This CA makes no CRL for an issuing CA with this subject key identifier");
  }
  if (shard.has_value() && *shard >= publisher_->options().shards) {
    return NoSuchCrl(absl::StrCat("The CRLs of this issuing CA are those of the shards 0 to ",
                                  publisher_->options().shards - 1));
  }
  absl::StatusOr<std::shared_ptr<const PublishedCrl>> crl = publisher_->Find(
      shard.has_value() ? std::optional<uint16_t>(static_cast<uint16_t>(*shard)) : std::nullopt);
  if (!crl.ok()) {
    // One that is too large to be made is not there.
    return crl.status().code() == absl::StatusCode::kFailedPrecondition
               ? NoSuchCrl(crl.status().message())
               : crl.status();
  }
  const PublishedCrl& published = **crl;
  return ContentOf(*std::move(crl), published.der, published.sha256, published.this_update,
                   published.next_update);
}

absl::StatusOr<HttpContent> RevocationPublishing::FindRoot() const {
  std::shared_ptr<const RootCrl> crl = root_crl_->Current();
  if (crl == nullptr) {
    return Unavailable(Reason::kCrlNotReady, "The root's CRL is not there yet");
  }
  const RootCrl& root = *crl;
  return ContentOf(std::move(crl), root.der, root.sha256, root.this_update, root.next_update);
}

OcspContent RevocationPublishing::Answer(absl::string_view request) const {
  std::shared_ptr<const OcspReply> reply = responder_->Answer(request);
  const OcspReply& given = *reply;
  OcspContent content{.content = ContentOf(std::move(reply), given.der, given.sha256,
                                           given.this_update, given.next_update)};
  if (given.cacheable) {
    content.fresh_until = given.fresh_until;
  }
  return content;
}

}  // namespace fleetca::service
