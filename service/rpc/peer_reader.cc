#include "service/rpc/peer_reader.h"

#include <grpc/grpc_security_constants.h>

#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::service {
namespace {

// Beyond it the cache starts afresh: a bound on memory, not a hit rate.
constexpr size_t kMaxCachedCallers = 4096;

}  // namespace

absl::StatusOr<std::unique_ptr<PeerReader>> PeerReader::Create(CallerVerifierOptions options) {
  const Clock& clock = *options.clock;
  FLEETCA_ASSIGN_OR_RETURN(auto verifier, CallerVerifier::Create(std::move(options)));
  auto caller_reader = absl::WrapUnique(new PeerReader(clock, std::move(verifier)));
  FLEETCA_ASSIGN_OR_RETURN(
      caller_reader->lookups_,
      RecordLookups::Start([verifier = caller_reader->verifier_.get()](
                               absl::string_view der) { return verifier->CheckRecord(der); },
                           {}));
  return caller_reader;
}

absl::StatusOr<Caller> PeerReader::Authenticate(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> pem =
      context.FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.size() != 1) {
    return Unauthenticated(Reason::kCallerUnknown,
                           "The connection has no client certificate; use one of this CA");
  }
  return AuthenticatePem(absl::string_view(pem[0].data(), pem[0].size()));
}

absl::StatusOr<Caller> PeerReader::AuthenticatePem(absl::string_view pem) {
  std::optional<Caller> caller = Find(pem);
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
  return *std::move(caller);
}

std::optional<Caller> PeerReader::Find(absl::string_view pem) const {
  absl::MutexLock lock(&mutex_);
  const auto found = cache_.find(pem);
  return found == cache_.end() ? std::nullopt : std::make_optional(found->second);
}

absl::StatusOr<Caller> PeerReader::Judge(absl::string_view pem) {
  const absl::StatusOr<std::string> der = x509::DecodeOnePem(x509::kPemCertificate, pem);
  if (!der.ok()) {
    return Unauthenticated(Reason::kCallerUnknown, der.status().message());
  }
  FLEETCA_ASSIGN_OR_RETURN(Caller caller, verifier_->Verify(*der));
  FLEETCA_RETURN_IF_ERROR(lookups_->Ask(*der));
  return caller;
}

}  // namespace fleetca::service
