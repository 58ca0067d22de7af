#include "client/connection_error.h"

#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/file.h"
#include "client/server_credentials.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

std::string Roots(const TlsFiles& files) {
  return files.ca_file.empty() ? "the roots that were given"
                               : absl::StrCat("the roots in ", files.ca_file);
}

// The server knows the root alone, so that the leaf alone leads nowhere.
bool HasOneCertificate(const std::string& file) {
  if (file == "-") {
    return false;  // standard input was read already
  }
  const absl::StatusOr<std::string> pem = ReadFile(file);
  if (!pem.ok()) {
    return false;
  }
  const absl::StatusOr<std::vector<std::string>> certificates =
      x509::DecodePem(x509::kPemCertificate, *pem);
  return certificates.ok() && certificates->size() == 1;
}

std::string ClosedByServer(const TlsFiles& files) {
  return files.certificate_file.empty()
             ? "the server closed the connection: is this its bootstrap port, which asks for no "
               "client certificate?"
             : absl::StrCat(
                   "the server closed the connection: it may not accept the client certificate ",
                   files.certificate_file,
                   HasOneCertificate(files.certificate_file)
                       ? ", in which the CA certificates above it are missing: 'fleetca cert get' "
                         "writes both, without --leaf-only"
                       : " (is it of this CA?)");
}

// What to look at, from what gRPC and OpenSSL say. Their texts are not a contract, so the last line
// is right for everything.
std::string Advice(absl::string_view detail, const TlsFiles& files) {
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
    return absl::StrCat(
        "the server's certificate was not accepted: it may have expired, or it does not chain to ",
        Roots(files));
  }
  if (says("hostname verification check failed") || says("is not in peer certificate")) {
    return "the server's certificate is for another name: connect by a name that is in it, or give "
           "that name with --server-name";
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
                   "to it. If the CA's server has another identity, give that with "
                   "--server-identity"));
}

}  // namespace

bool NothingListens(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnavailable &&
         GetReason(status).value_or(Reason::kServerUnreachable) == Reason::kServerUnreachable &&
         absl::StrContains(absl::AsciiStrToLower(status.message()), "connection refused");
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
          absl::StrCat("cannot reach the CA at ", address, ": ", Advice(status.message(), files),
                       " (", status.message(), ")"));
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
