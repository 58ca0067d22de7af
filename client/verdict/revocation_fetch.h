// CRLs and OCSP answers, fetched over plain HTTP as certificates say: both are signed themselves.
#ifndef FLEETCA_CLIENT_VERDICT_REVOCATION_FETCH_H_
#define FLEETCA_CLIENT_VERDICT_REVOCATION_FETCH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/verdict/crl_input.h"
#include "x509/certificate.h"

namespace fleetca::client {

// The first of the URLs that is one of plain HTTP. INVALID_ARGUMENT kFileInvalid where there is
// none; `what` is what they would have led to, such as "a CRL".
absl::StatusOr<std::string> FirstHttpUrl(const x509::UrlList& urls, absl::string_view what);

// No proxy is used, and no redirect followed. Errors are those of FetchHttp
// (base/fetch/http_fetch.h).

// The CRLs at `url`, at most x509::kMaxCrlSize octets, each read strictly and not verified.
// UNAVAILABLE kAnswerInvalid for an answer that is none.
absl::StatusOr<std::vector<HeldCrl>> FetchCrls(const std::string& url, absl::Duration timeout);

// What the responder at `url` answers to the request, DER, at most x509::kMaxOcspResponseSize
// octets: by GET where the URL with the request in it has no more than x509::kMaxOcspGetSize
// octets, as RFC 9919 wants it, and else by POST. UNAVAILABLE kAnswerInvalid for an answer that is
// none.
absl::StatusOr<std::string> FetchOcspResponse(const std::string& url, absl::string_view request,
                                              absl::Duration timeout);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_REVOCATION_FETCH_H_
