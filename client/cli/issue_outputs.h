// Where `cert issue` writes a key and a certificate.
#ifndef FLEETCA_CLIENT_CLI_ISSUE_OUTPUTS_H_
#define FLEETCA_CLIENT_CLI_ISSUE_OUTPUTS_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/secret.h"
#include "client/cli/issue_flags.h"
#include "client/cli/pending_request.h"

namespace fleetca::client {

// Where the request is kept: beside the key, in PEM or PKCS#12, or without a new key beside the
// certificate. "" where
// both are streams, where the user's own CSR and request id are all that could be kept, and where
// nothing is issued.
std::string KeptRequestPathOf(const IssueFlags& flags);

// Checked before the CA is asked, because issuing uses up a token or a part of a budget: that no
// file, nor the kept request, is written over another or over an input, and that each can be
// written. `pending` is what an
// earlier run of the same command left: what it wrote already may be written again.
absl::Status CheckIssueOutputs(const IssueFlags& flags,
                               const std::optional<PendingRequest>& pending);

// The same for --p12-out of a run that goes on with `pending`, once the passphrase is known: the
// keystore that is there may be replaced where an earlier run wrote it, which it is known by the
// key for. kPassphraseInvalid where the key of `pending` has another passphrase.
absl::Status CheckKeystore(const IssueFlags& flags, const PendingRequest& pending,
                           const SecretBytes& passphrase);

// Writes the key, where there is a new one, and then the certificate of `request.answer`.
// `passphrase` is that of the key and of --p12-out; kPassphraseInvalid where the key of an earlier
// run has another one.
absl::Status WriteIssueOutputs(const IssueFlags& flags, const PendingRequest& request,
                               const std::optional<SecretBytes>& passphrase);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUE_OUTPUTS_H_
