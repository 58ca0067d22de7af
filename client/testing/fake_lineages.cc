#include "client/testing/fake_lineages.h"

#include <grpc/grpc_security_constants.h>

#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::client::testing {
namespace {

FakeError NotByRenewal(grpc::StatusCode code, const std::string& message,
                       const std::string& field) {
  return {code, message, "RENEWAL_INVALID", field, absl::ZeroDuration()};
}

}  // namespace

namespace {

std::optional<ShownCertificate> ShownIn(absl::string_view der) {
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(der);
  if (!certificate.ok()) {
    return std::nullopt;
  }
  ShownCertificate shown{.serial = std::string(certificate->serial),
                         .spki = std::string(certificate->public_key.spki),
                         .identity = std::string(certificate->SpiffeId())};
  for (const x509::GeneralName& name : certificate->names) {
    shown.names.push_back({name.type, std::string(name.value)});
  }
  return shown;
}

}  // namespace

std::optional<ShownCertificate> ShownBy(const grpc::ServerContext& context) {
  const auto pem = context.auth_context()->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.size() != 1) {
    return std::nullopt;
  }
  const auto der =
      x509::DecodeOnePem(x509::kPemCertificate, absl::string_view(pem[0].data(), pem[0].size()));
  return der.ok() ? ShownIn(*der) : std::nullopt;
}

std::optional<ShownCertificate> ShownByProof(absl::string_view proof) {
  constexpr absl::string_view kBefore = R"("x5c":[")";
  std::string header;
  std::string der;
  if (!absl::WebSafeBase64Unescape(proof.substr(0, proof.find('.')), &header)) {
    return std::nullopt;
  }
  const absl::string_view text = header;
  const size_t start = text.find(kBefore);
  if (start == absl::string_view::npos) {
    return std::nullopt;
  }
  const absl::string_view rest = text.substr(start + kBefore.size());
  return absl::Base64Unescape(rest.substr(0, rest.find('"')), &der) ? ShownIn(der) : std::nullopt;
}

std::optional<FakeError> FakeLineages::Refusal(const v1::IssueCertificateRequest& request,
                                               const std::optional<ShownCertificate>& shown) const {
  if (!shown.has_value()) {
    return NotByRenewal(grpc::StatusCode::PERMISSION_DENIED, "no certificate is shown", "renewal");
  }
  if (!request.identity().empty() && request.identity() != shown->identity) {
    return NotByRenewal(grpc::StatusCode::INVALID_ARGUMENT, "another identity", "identity");
  }
  const auto line = lines_.find(FirstOf(shown->serial));
  if (line == lines_.end() || shown->serial == line->second.newest ||
      shown->serial == line->second.parent || request.validate_only()) {
    return std::nullopt;
  }
  return FakeError{grpc::StatusCode::PERMISSION_DENIED, "it was replaced long ago", "LINEAGE_STALE",
                   "", absl::ZeroDuration()};
}

void FakeLineages::Step(const std::string& previous, const std::string& serial) {
  const std::string first = FirstOf(previous);
  first_of_[serial] = first;
  lines_[first] = {.newest = serial, .parent = previous};
}

std::string FakeLineages::FirstOf(const std::string& serial) const {
  const auto found = first_of_.find(serial);
  return found == first_of_.end() ? serial : found->second;
}

}  // namespace fleetca::client::testing
