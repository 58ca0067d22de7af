#include "client/agent/testing/fake_ca_port.h"

#include <cstdlib>
#include <fstream>
#include <iostream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/status_macros.h"
#include "client/agent/kept_certificate.h"
#include "x509/requested_name.h"

namespace fleetca::client::testing {
namespace {

template <typename T>
T ValueOrDie(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << std::endl;
    std::abort();
  }
  return *std::move(value);
}

std::string Hex(absl::string_view octets) {
  return octets.empty() ? "-" : absl::BytesToHexString(octets);
}

std::string FromHex(absl::string_view hex) { return hex == "-" ? "" : absl::HexStringToBytes(hex); }

Issued ToIssued(const FakeIssued& issued, const FakeCa& ca) {
  const KeptCertificate facts = ValueOrDie(FactsOf(issued.certificate_der));
  return {.certificate_der = issued.certificate_der,
          .chain_der = {ca.issuing_der()},
          .serial = ValueOrDie(x509::SerialNumber::FromHex(issued.serial)),
          .not_before = facts.not_before,
          .not_after = facts.not_after,
          .request_id = issued.request_id};
}

}  // namespace

std::vector<FakeIssued> FakeCaPort::issued() const {
  std::vector<FakeIssued> all;
  std::ifstream file(path_);
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> parts = absl::StrSplit(line, ' ');
    if (parts.size() == 5) {
      all.push_back({.request_id = FromHex(parts[0]),
                     .csr_der = FromHex(parts[1]),
                     .parent = parts[2] == "-" ? "" : parts[2],
                     .serial = parts[3],
                     .certificate_der = FromHex(parts[4])});
    }
  }
  return all;
}

absl::Status FakeCaPort::Begin(absl::string_view call) {
  calls.emplace_back(call);
  if (before_step) {
    before_step(call);
  }
  return fault ? fault(call) : absl::OkStatus();
}

absl::StatusOr<Issued> FakeCaPort::Answer(absl::string_view call, const std::string& request_id,
                                          const std::string& csr_der, const std::string& key_spki,
                                          const std::string& parent) {
  FakeIssued made{.request_id = request_id, .csr_der = csr_der, .parent = parent};
  FakeOrder order{
      .spki = csr_der.empty() ? key_spki : std::string(ValueOrDie(CsrPublicKey(csr_der))),
      .names = {ValueOrDie(x509::ParseRequestedName("URI:" + identity))},
      .not_before = now - backdated,
      .not_after = now + life,
      .issued_at = now};
  const FakeCertificate certificate = ca_->Issue(order);
  made.serial = certificate.serial.ToHex();
  made.certificate_der = certificate.der;
  {
    std::ofstream file(path_, std::ios::app);
    file << Hex(request_id) << " " << Hex(csr_der) << " " << (parent.empty() ? "-" : parent) << " "
         << made.serial << " " << Hex(made.certificate_der) << "\n";
  }
  if (before_step) {
    before_step(absl::StrCat(call, " was answered"));
  }
  if (fault_after) {
    FLEETCA_RETURN_IF_ERROR(fault_after(call));
  }
  return ToIssued(made, *ca_);
}

absl::StatusOr<Issued> FakeCaPort::Enroll(const SecretBytes& token, const IssueOptions& request) {
  profiles.push_back(request.profile);
  FLEETCA_RETURN_IF_ERROR(Begin("enroll"));
  for (const FakeIssued& earlier : issued()) {
    if (earlier.request_id == request.request_id) {
      return earlier.csr_der == request.csr_der
                 ? absl::StatusOr<Issued>(ToIssued(earlier, *ca_))
                 : AlreadyExists(Reason::kRequestIdReused, "request_id", "used before");
    }
  }
  // A JWT is good for as many as are asked for.
  if (token.view() != "jwt" && !issued().empty()) {
    return Unauthenticated(Reason::kCallerUnknown, "the join token was used");
  }
  return Answer("enroll", request.request_id, request.csr_der, "", "");
}

absl::StatusOr<Issued> FakeCaPort::Next(absl::string_view call, const Credential& held,
                                        const RenewOptions& request) {
  const std::vector<FakeIssued> all = issued();
  for (const FakeIssued& earlier : all) {
    if (earlier.request_id == request.request_id) {
      return earlier.csr_der == request.csr_der
                 ? absl::StatusOr<Issued>(ToIssued(earlier, *ca_))
                 : AlreadyExists(Reason::kRequestIdReused, "request_id", "used before");
    }
  }
  const KeptCertificate facts = ValueOrDie(FactsOf(held.certificate_der));
  // Each test has one line at a time, and the last certificate is the newest of it.
  if (all.empty() || (facts.serial != all.back().serial && facts.serial != all.back().parent)) {
    return PermissionDenied(Reason::kLineageStale, "the certificate was replaced long ago");
  }
  return Answer(call, request.request_id, request.csr_der, facts.spki, facts.serial);
}

absl::StatusOr<Issued> FakeCaPort::Renew(const Credential& held, const RenewOptions& request) {
  profiles.push_back(request.profile);
  FLEETCA_RETURN_IF_ERROR(Begin("renew"));
  if (ValueOrDie(FactsOf(held.certificate_der)).HasEnded(now)) {
    return Unauthenticated(Reason::kCallerCertificateExpired, "the certificate has ended");
  }
  return Next("renew", held, request);
}

absl::StatusOr<Issued> FakeCaPort::RenewByProof(const Credential& held,
                                                const RenewOptions& request) {
  FLEETCA_RETURN_IF_ERROR(Begin("renew by proof"));
  if (now > ValueOrDie(FactsOf(held.certificate_der)).not_after + grace) {
    return Unauthenticated(Reason::kCallerCertificateExpired, "the grace is over");
  }
  return Next("renew by proof", held, request);
}

absl::StatusOr<RenewalInfo> FakeCaPort::GetRenewalInfo(const Credential&) {
  FLEETCA_RETURN_IF_ERROR(Begin("info"));
  if (!info.has_value()) {
    return Unavailable(Reason::kServerUnreachable, "it does not say");
  }
  return *info;
}

absl::StatusOr<TrustBundle> FakeCaPort::GetTrustBundle(const Credential&) {
  return TrustBundle{.trust_domain = "fleet.example", .roots_der = {ca_->root_der()}};
}

absl::Status FakeCaPort::Try(const Credential& credential) {
  FLEETCA_RETURN_IF_ERROR(Begin("try"));
  const KeptCertificate facts = ValueOrDie(FactsOf(credential.certificate_der));
  const EvpPkeyPtr key =
      ValueOrDie(DecodePrivateKey(credential.private_key_pem.view(), SecretBytes()));
  if (ValueOrDie(EncodePublicKey(key.get())) != facts.spki || facts.HasEnded(now)) {
    return Unauthenticated(Reason::kCallerUnknown, "the handshake failed");
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client::testing
