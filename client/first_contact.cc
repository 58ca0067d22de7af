#include "client/first_contact.h"

#include <memory>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/channel.h"
#include "client/connection_error.h"
#include "client/fingerprint.h"
#include "client/status_from_grpc.h"
#include "client/tls_identity.h"
#include "client/trust_bundle.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"

namespace fleetca::client {
namespace {

constexpr size_t kSha256Bytes = 32;
// Of a stranger less is taken than of a CA that is known: some hundred roots.
constexpr int kMaxBundleBytes = 1 << 20;

// TLS with whoever answers.
std::shared_ptr<grpc::ChannelCredentials> UnverifyingCredentials() {
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_verify_server_certs(false);
  options.set_check_call_host(false);
  options.set_certificate_verifier(std::make_shared<grpc::experimental::NoOpCertificateVerifier>());
  return grpc::experimental::TlsCredentials(options);
}

absl::Status Ask(v1::CertificateAuthorityService::StubInterface& stub,
                 const FirstContactOptions& options, absl::Duration remaining,
                 v1::GetTrustBundleResponse* response) {
  grpc::ClientContext context;
  SetAttemptDeadline(options, remaining, &context);
  response->Clear();
  const grpc::Status status = stub.GetTrustBundle(&context, v1::GetTrustBundleRequest(), response);
  return ExplainConnectionError(StatusFromGrpc(status), options.address, TlsFiles());
}

// Does not name the fingerprints that came: nobody should copy one of them.
absl::Status NotTheRoot(const FirstContactOptions& options, absl::string_view what) {
  return DataLoss(
      Reason::kAnswerInvalid,
      absl::StrCat("what answers at ", options.address, " is not trusted: ", what, " SHA-256 ",
                   absl::BytesToHexString(options.ca_sha256),
                   ". Somebody may be between this host and the CA, or the fingerprint is another "
                   "CA's: compare it with what 'fleetca bundle fingerprint' prints on a machine "
                   "that has the CA's root. No token was sent"));
}

}  // namespace

absl::StatusOr<std::string> FetchPinnedRoot(const FirstContactOptions& options) {
  if (options.ca_sha256.size() != kSha256Bytes) {
    return InvalidArgument(Reason::kFileInvalid, "ca_sha256", "a SHA-256 has 32 octets");
  }
  ChannelOptions channel_options;
  channel_options.address = options.address;
  channel_options.reconnect_delay = options.backoff.initial_delay;
  channel_options.max_reconnect_delay = options.backoff.max_delay;
  channel_options.max_answer_bytes = kMaxBundleBytes;
  const std::shared_ptr<grpc::Channel> channel =
      MakeChannel(channel_options, UnverifyingCredentials());
  const std::unique_ptr<v1::CertificateAuthorityService::StubInterface> stub =
      v1::CertificateAuthorityService::NewStub(channel);
  v1::GetTrustBundleResponse response;
  FLEETCA_RETURN_IF_ERROR(CallWithRetries(options, *channel, [&](absl::Duration remaining) {
    return Ask(*stub, options, remaining, &response);
  }));

  const std::string wanted = absl::BytesToHexString(options.ca_sha256);
  v1::GetTrustBundleResponse matching;
  for (const std::string& root : response.roots_der()) {
    if (FingerprintOf(root) == wanted) {
      matching.add_roots_der(root);
    }
  }
  if (matching.roots_der().empty()) {
    return NotTheRoot(options, "none of its roots has the");
  }
  if (matching.roots_der_size() > 1) {
    return NotTheRoot(options, "it gives more than once the root with the");
  }
  if (!TrustBundleFromProto(matching).ok()) {
    return NotTheRoot(options, "it is no CA's certificate that has the");
  }
  return matching.roots_der(0);
}

}  // namespace fleetca::client
