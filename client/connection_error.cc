#include "client/connection_error.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/time_text.h"
#include "client/reread_file.h"
#include "client/server_credentials.h"
#include "client/server_dates.h"
#include "x509/certificate.h"
#include "x509/name.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

// For a second look at a server that has just answered.
constexpr absl::Duration kPeekTimeout = absl::Seconds(3);

std::string Roots(const TlsFiles& files) {
  return files.ca_file.empty() ? "the roots that were given"
                               : absl::StrCat("the roots in ", files.ca_file);
}

// Certificates of a PEM file; none when it cannot be read.
std::vector<std::string> CertificatesIn(const std::string& file) {
  const absl::StatusOr<std::string> pem = RereadFile(file);
  if (!pem.ok()) {
    return {};
  }
  absl::StatusOr<std::vector<std::string>> certificates =
      x509::DecodePem(x509::kPemCertificate, *pem);
  return certificates.ok() ? *std::move(certificates) : std::vector<std::string>();
}

bool HoldsSubject(const std::vector<std::string>& certificates, absl::string_view subject) {
  for (const std::string& der : certificates) {
    const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(der);
    if (certificate.ok() && certificate->subject == subject) {
      return true;
    }
  }
  return false;
}

// Who issued the client's certificate, where neither its file nor the roots hold the issuer's: the
// server knows the roots alone, so that the leaf leads nowhere. "" where nothing is missing.
std::string MissingIssuer(const TlsFiles& files) {
  const std::vector<std::string> chain = CertificatesIn(files.certificate_file);
  if (chain.empty()) {
    return "";
  }
  const absl::StatusOr<x509::Certificate> leaf = x509::ParseCertificate(chain.front());
  if (!leaf.ok() || HoldsSubject(chain, leaf->issuer) ||
      HoldsSubject(CertificatesIn(files.ca_file), leaf->issuer)) {
    return "";
  }
  return x509::NameToText(leaf->issuer);
}

std::string ClosedByServer(const TlsFiles& files) {
  if (files.certificate_file.empty()) {
    return "the server closed the connection: is this its bootstrap port, which asks for no client "
           "certificate?";
  }
  const std::string issuer = MissingIssuer(files);
  return absl::StrCat(
      "the server closed the connection: it may not accept the client certificate ",
      files.certificate_file,
      issuer.empty() ? " (is it of this CA?)"
                     : absl::StrCat(", because the certificate of its issuer (", issuer,
                                    ") is missing in that file: put it below the client's own, or "
                                    "get both by 'fleetca cert get', without --leaf-only"));
}

// Those of a server whose certificate was refused.
std::string NotAccepted(const std::string& address, const TlsFiles& files) {
  const std::string clock = ClockAdvice(PeekServerCertificates(address, kPeekTimeout), absl::Now());
  return absl::StrCat("the server's certificate was not accepted: ",
                      clock.empty()
                          ? absl::StrCat("it does not chain to ", Roots(files),
                                         ", or one of these has expired by this machine's clock, "
                                         "which says ",
                                         TimeToWords(absl::Now()))
                          : clock);
}

// What to look at, from what gRPC and OpenSSL say. Their texts are not a contract, so the last line
// is right for everything.
std::string Advice(absl::string_view detail, const std::string& address, const TlsFiles& files) {
  const std::string lower_case = absl::AsciiStrToLower(detail);
  const auto says = [&lower_case](absl::string_view text) {
    return absl::StrContains(lower_case, text);
  };
  if (says("connection refused")) {
    return "nothing listens there: is the server running, and is the port right?";
  }
  if (says("dns resolution failed") || says("name or service not known")) {
    return "the host name is not known: is it spelled right?";
  }
  if (says("certificate verify failed")) {
    return NotAccepted(address, files);
  }
  if (says("hostname verification check failed") || says("is not in peer certificate")) {
    return "the server's certificate is for another name: connect by a name that is in it, or give "
           "that name with --server-name, an agent with ca.server_name in its configuration";
  }
  if (says("wrong version number") || says("trying to connect an http1")) {
    return "what listens there does not speak TLS: is the port right?";
  }
  if (says("socket closed") || says("connection reset") || says("ssl handshake failed") ||
      says("broken pipe")) {
    return ClosedByServer(files);
  }
  if (files.certificate_file.empty()) {
    return absl::StrCat("is the server's bootstrap port there, and do ", Roots(files),
                        " belong to it?");
  }
  return absl::StrCat("is the server listening there, and do ", Roots(files),
                      " and the client certificate ", files.certificate_file, " belong to it?");
}

// The roots and the host's name vouch for the server, but it has another identity.
// Final: trying again meets the same one.
absl::Status AnotherServer(const ServerIdentityMismatch& mismatch, const std::string& address) {
  const std::string met = mismatch.met.empty() ? "does not have exactly one SPIFFE ID"
                                               : absl::StrCat("is for ", mismatch.met);
  return FailedPrecondition(
      Reason::kServerIdentity,
      absl::StrCat("what answers at ", address, " is not the CA's server: its certificate ", met,
                   ", and ", mismatch.expected,
                   " is expected. Somebody may be between this host and the CA; nothing was sent "
                   "to it. Is the trust domain the CA's? If the CA's server has another identity, "
                   "give that with --server-identity, where the command has that flag, an agent "
                   "with ca.server_identity in its configuration"));
}

}  // namespace

bool NothingListens(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable &&
         GetReason(status).value_or(Reason::kServerUnreachable) == Reason::kServerUnreachable &&
         absl::StrContains(absl::AsciiStrToLower(status.message()), "connection refused");
}

bool NothingWasSent(const absl::Status& status) {
  const std::string text = absl::AsciiStrToLower(status.message());
  return status.code() == absl::StatusCode::kUnimplemented || NothingListens(status) ||
         (status.code() == absl::StatusCode::kUnavailable &&
          (absl::StrContains(text, "failed to connect to all addresses") ||
           absl::StrContains(text, "dns resolution failed")));
}

absl::Status ExplainConnectionError(const absl::Status& status, const std::string& address,
                                    const TlsFiles& files) {
  if (status.ok() || GetReason(status).has_value()) {
    return status;
  }
  if (const auto mismatch = FindServerIdentityMismatch(status.message()); mismatch.has_value()) {
    return AnotherServer(*mismatch, address);
  }
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
      return Unavailable(
          Reason::kServerUnreachable,
          absl::StrCat("cannot reach the CA at ", address, ": ",
                       Advice(status.message(), address, files), " (", status.message(), ")"));
    case absl::StatusCode::kDeadlineExceeded:
      return DeadlineExceeded(
          Reason::kServerUnreachable,
          absl::StrCat("no answer from the CA at ", address,
                       " in time: is the address right, and is the server up?"));
    case absl::StatusCode::kUnimplemented:
      return Unimplemented(Reason::kServerUnreachable,
                           absl::StrCat("the server at ", address,
                                        " does not offer this call: is it a fleetca server of this "
                                        "release? (",
                                        status.message(), ")"));
    default:
      return status;
  }
}

}  // namespace fleetca::client
