#include "client/server_credentials.h"

#include <functional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/secret.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"
#include "grpcpp/security/tls_certificate_verifier.h"
#include "grpcpp/security/tls_credentials_options.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/name.h"
#include "x509/pem.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {
namespace {

using grpc::experimental::TlsCustomVerificationCheckRequest;

// ub-organization-name of RFC 5280: a longer trust domain was cut off in the root's subject.
constexpr size_t kMaxOrganization = 64;

// Around the two identities in the message of a failed handshake, which is the only way that gRPC
// gives from the verifier to the call. No SPIFFE ID has any of these characters.
constexpr absl::string_view kBegin = "fleetca-server-identity<";
constexpr char kBetween = ',';
constexpr char kEnd = '>';

// The only URI of the peer's certificate, where it is a SPIFFE ID.
std::string PeerIdentity(const TlsCustomVerificationCheckRequest& request) {
  const std::vector<grpc::string_ref> uris = request.uri_names();
  if (uris.size() != 1) {
    return "";
  }
  const absl::string_view uri(uris.front().data(), uris.front().size());
  return x509::SpiffeIdProblem(uri) == nullptr ? std::string(uri) : "";
}

// Whether the peer sent a certificate with name constraints. Every subordinate CA has them and the
// issuing CA has none, and constraints cannot keep a subordinate CA from the server's identity:
// those of a URI are about its host alone (RFC 5280, section 4.2.1.10).
bool ComesFromASubordinateCa(const TlsCustomVerificationCheckRequest& request) {
  const grpc::string_ref chain = request.peer_cert_full_chain();
  const absl::StatusOr<std::vector<std::string>> ders =
      x509::DecodePem(x509::kPemCertificate, absl::string_view(chain.data(), chain.size()));
  if (!ders.ok()) {
    return true;
  }
  for (const std::string& der : *ders) {
    const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(der);
    if (!certificate.ok() || certificate->Find(x509::oid::kNameConstraints) != nullptr) {
      return true;
    }
  }
  return false;
}

// The host name first, as gRPC checks it by itself, then the identity. Thread-safe.
class IdentityVerifier final : public grpc::experimental::ExternalCertificateVerifier {
 public:
  explicit IdentityVerifier(std::string expected) : expected_(std::move(expected)) {}

  bool Verify(TlsCustomVerificationCheckRequest* request,
              std::function<void(grpc::Status)> callback, grpc::Status* sync_status) override {
    if (!host_name_.Verify(request, std::move(callback), sync_status)) {
      // It is synchronous in this gRPC. Were it not, the identity would go unchecked.
      *sync_status = grpc::Status(grpc::StatusCode::INTERNAL, "the host name was not verified");
      return true;
    }
    if (!sync_status->ok()) {
      return true;
    }
    std::string met = PeerIdentity(*request);
    if (ComesFromASubordinateCa(*request)) {
      met += " by the word of a subordinate CA";
    }
    if (expected_.empty() || met != expected_) {
      *sync_status = grpc::Status(grpc::StatusCode::UNAUTHENTICATED,
                                  absl::StrCat(kBegin, expected_, absl::string_view(&kBetween, 1),
                                               met, absl::string_view(&kEnd, 1)));
    }
    return true;
  }

  void Cancel(TlsCustomVerificationCheckRequest*) override {}

 private:
  const std::string expected_;
  grpc::experimental::HostNameCertificateVerifier host_name_;
};

}  // namespace

std::optional<std::string> TrustDomainOfRoots(absl::Span<const std::string> roots_der) {
  std::optional<std::string> found;
  for (const std::string& der : roots_der) {
    const absl::StatusOr<x509::Certificate> root = x509::ParseCertificate(der);
    if (!root.ok()) {
      return std::nullopt;
    }
    const std::string organization = x509::OrganizationOf(root->subject);
    const std::string id = x509::ServerIdentity(organization);
    if (organization.empty() || organization.size() >= kMaxOrganization ||
        x509::SpiffeIdProblem(id) != nullptr || x509::SpiffeTrustDomain(id) != organization ||
        found.value_or(organization) != organization) {
      return std::nullopt;
    }
    found = organization;
  }
  return found;
}

std::shared_ptr<grpc::ChannelCredentials> ServerCredentials(const ServerTls& tls) {
  std::string roots_pem;
  for (const std::string& der : tls.roots_der) {
    absl::StrAppend(&roots_pem, x509::EncodePem(x509::kPemCertificate, der));
  }
  std::vector<grpc::experimental::IdentityKeyCertPair> pairs;
  if (!tls.certificate_chain_pem.empty()) {
    pairs.push_back({tls.private_key_pem, tls.certificate_chain_pem});
  }
  // gRPC's default, and its minimum, is TLS 1.2; the chain is verified unless it is told not to.
  grpc::experimental::TlsChannelCredentialsOptions options;
  options.set_certificate_provider(
      std::make_shared<grpc::experimental::StaticDataCertificateProvider>(roots_pem, pairs));
  options.watch_root_certs();
  if (!pairs.empty()) {
    options.watch_identity_key_cert_pairs();
    WipeString(pairs.front().private_key);
  }
  options.set_certificate_verifier(
      grpc::experimental::ExternalCertificateVerifier::Create<IdentityVerifier>(
          tls.server_identity));
  return grpc::experimental::TlsCredentials(options);
}

std::optional<ServerIdentityMismatch> FindServerIdentityMismatch(absl::string_view message) {
  const size_t begin = message.find(kBegin);
  if (begin == absl::string_view::npos) {
    return std::nullopt;
  }
  message.remove_prefix(begin + kBegin.size());
  const std::pair<absl::string_view, absl::string_view> halves = absl::StrSplit(
      message.substr(0, message.find(kEnd)), absl::MaxSplits(absl::ByChar(kBetween), 1));
  return ServerIdentityMismatch{std::string(halves.first), std::string(halves.second)};
}

}  // namespace fleetca::client
