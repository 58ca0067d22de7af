#include "client/probe/handshake_failure.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::client {
namespace {

// The name of RFC 8446 section 6, with blanks: "handshake failure".
std::string Quoted(int alert) {
  return absl::StrCat("the TLS alert \"", SSL_alert_desc_string_long(alert), "\" (", alert, ")");
}

std::string WhyRefused(int alert, const HandshakeSoFar& so_far) {
  if (so_far.asks_for_certificate) {
    return absl::StrCat("it ended the handshake with ", Quoted(alert),
                        ", as servers do that want a client's certificate: it was shown none");
  }
  const std::string told = so_far.server_name.empty()
                               ? "it was told no name"
                               : absl::StrCat("it was told the name ", so_far.server_name);
  switch (alert) {
    case SSL_AD_UNRECOGNIZED_NAME:
      return absl::StrCat("it serves nothing by this name (", Quoted(alert), "; ", told,
                          "); give one that it serves by --server-name");
    case SSL_AD_PROTOCOL_VERSION:
      return absl::StrCat("it takes none of TLS 1.0 to 1.3, which this program speaks (",
                          Quoted(alert), "); have newer versions switched on in it");
    case SSL_AD_HANDSHAKE_FAILURE:
    case SSL_AD_INSUFFICIENT_SECURITY:
    case SSL_AD_ACCESS_DENIED:
      return absl::StrCat("it refused the handshake with ", Quoted(alert), ": ", told,
                          ", and may serve another one (--server-name), or no cipher of this "
                          "program suits it; its log says why");
    default:
      return absl::StrCat("it broke the handshake off with ", Quoted(alert), "; its log says why");
  }
}

// Of what this side does not take. Whatever has no sentence of its own is for who knows TLS.
std::string WhyNotTaken(unsigned long error) {
  const char* const reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  const std::string detail = reason == nullptr ? "" : absl::StrCat(" (OpenSSL: ", reason, ")");
  const int library = ERR_GET_LIB(error);
  if (library == ERR_LIB_ASN1 || library == ERR_LIB_X509) {
    return absl::StrCat("a certificate that it sends cannot be read", detail,
                        "; have another one put in its place");
  }
  switch (library == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_UNSUPPORTED_PROTOCOL:
      return "it answers in a version of TLS that is none of 1.0 to 1.3, which this program "
             "speaks; "
             "have newer versions switched on in it";
    case SSL_R_BAD_SIGNATURE:
      return "its proof is a bad signature: whoever answers there has not got the key of the "
             "certificate";
    case SSL_R_EXCESSIVE_MESSAGE_SIZE:
      return "its certificates are larger than any handshake needs; have it send its own and "
             "those of its issuers alone";
    default:
      return absl::StrCat("what it sends is not what TLS has at this place", detail,
                          "; something between may change it, or the server is at fault");
  }
}

}  // namespace

std::string WhyHandshakeFailed(unsigned long error, const HandshakeSoFar& so_far) {
  const int alert = ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;
  const bool is_alert = ERR_GET_LIB(error) == ERR_LIB_SSL && alert >= 0 && alert <= 255;
  return is_alert ? WhyRefused(alert, so_far) : WhyNotTaken(error);
}

}  // namespace fleetca::client
