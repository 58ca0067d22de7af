#include "service/rpc/peer_reader.h"

#include <grpc/grpc_security_constants.h>

#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

// Beyond it the cache starts afresh: a bound on memory, not a hit rate.
constexpr size_t kMaxCachedCallers = 4096;

}  // namespace

absl::StatusOr<std::unique_ptr<PeerReader>> PeerReader::Create(
    CallerVerifierOptions options, const KnownRevocations* revocations) {
  const Clock& clock = *options.clock;
  FLEETCA_ASSIGN_OR_RETURN(auto verifier, CallerVerifier::Create(std::move(options)));
  auto caller_reader = absl::WrapUnique(new PeerReader(clock, std::move(verifier), revocations));
  FLEETCA_ASSIGN_OR_RETURN(caller_reader->lookups_, RecordLookups::Start({}));
  return caller_reader;
}

absl::StatusOr<CertificateCaller> PeerReader::Authenticate(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> pem =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.size() != 1) {
    return Unauthenticated(Reason::kCallerUnknown,
                           "The connection has no client certificate; use one of this CA");
  }
  return AuthenticatePem(absl::string_view(pem[0].data(), pem[0].size()));
}

absl::StatusOr<CertificateCaller> PeerReader::AuthenticatePem(absl::string_view pem) {
  std::optional<CertificateCaller> caller = Find(pem);
  if (!caller.has_value()) {
    FLEETCA_ASSIGN_OR_RETURN(caller, Judge(pem));
    absl::MutexLock lock(&mutex_);
    if (cache_.size() >= kMaxCachedCallers) {
      cache_.clear();
    }
    cache_.try_emplace(std::string(pem), *caller);
  }
  if (clock_.Now() >= caller->not_after) {
    return Unauthenticated(Reason::kCallerCertificateExpired,
                           absl::StrCat("The certificate of ", caller->spiffe_id,
                                        " has expired; renew it and reconnect"));
  }
  FLEETCA_RETURN_IF_ERROR(CheckNotRevoked(*caller));
  return *std::move(caller);
}

absl::Status PeerReader::CheckNotRevoked(const CertificateCaller& caller) {
  if (revocations_ == nullptr || caller.held == nullptr) {
    return absl::OkStatus();
  }
  absl::Status status = revocations_->CheckCaller(
      caller.held->serial, caller.held->subject_public_key_info, caller.held->issuer);
  uint64_t suppressed = 0;
  if (absl::IsPermissionDenied(status) && revoked_limiter_.Allow(SteadyTime(), &suppressed)) {
    log::Warning("A revoked certificate was refused",
                 {{"identity", caller.spiffe_id},
                  {"serial", absl::BytesToHexString(caller.held->serial)},
                  {"lines_suppressed", suppressed}});
  }
  return status;
}

std::optional<CertificateCaller> PeerReader::Find(absl::string_view pem) const {
  absl::MutexLock lock(&mutex_);
  const auto found = cache_.find(pem);
  return found == cache_.end() ? std::nullopt : std::make_optional(found->second);
}

absl::StatusOr<CertificateCaller> PeerReader::Judge(absl::string_view pem) {
  const absl::StatusOr<std::string> der = x509::DecodeOnePem(x509::kPemCertificate, pem);
  if (!der.ok()) {
    return Unauthenticated(Reason::kCallerUnknown, der.status().message());
  }
  FLEETCA_ASSIGN_OR_RETURN(CertificateCaller caller, verifier_->Verify(*der));
  // Shared with the look-up, which may come back when this call has gone.
  const auto recorded = std::make_shared<CertificateCaller>(std::move(caller));
  FLEETCA_RETURN_IF_ERROR(lookups_->Ask([verifier = verifier_.get(), der = *der, recorded] {
    return verifier->CheckRecord(der, recorded.get());
  }));
  return std::move(*recorded);
}

}  // namespace fleetca::service
