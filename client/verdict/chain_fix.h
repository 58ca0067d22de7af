// A chain put in order and completed, out of certificates in any order.
#ifndef FLEETCA_CLIENT_VERDICT_CHAIN_FIX_H_
#define FLEETCA_CLIENT_VERDICT_CHAIN_FIX_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/verdict/certificate_index.h"
#include "client/verdict/chain_builder.h"

namespace fleetca::client {

// The certificates at a URL, DER.
using FetchCertificates =
    absl::FunctionRef<absl::StatusOr<std::vector<std::string>>(const std::string& url)>;

// Adds what stands above the certificate at the URLs that the certificates name
// (authorityInfoAccess, http alone), until the path ends at a root or names nothing more, 8 times
// at most; only what signed the certificate that named it is taken. Whatever an address answers
// with, no more than that is believed of it. Errors of `fetch` are in `problems`, with their URL.
void FetchMissing(const x509::Certificate& leaf, absl::Time at, FetchCertificates fetch,
                  CertificateIndex* index, std::vector<absl::Status>* problems);

// The certificates at `url` by plain HTTP, at most 1 MiB: PEM, DER or PKCS#7. The errors of
// FetchHttp (base/fetch/http_fetch.h) and ReadCertificates. Blocks.
absl::StatusOr<std::vector<std::string>> FetchIssuers(const std::string& url,
                                                      absl::Duration timeout);

// The certificate of `certificates` whose chain they are: the first that by its name issued none of
// the others, and among such one that is not a CA's before a CA's. Where each issued another, the
// first. Null for an empty list.
const x509::Certificate* LeafOf(absl::Span<const x509::Certificate* const> certificates);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_VERDICT_CHAIN_FIX_H_
