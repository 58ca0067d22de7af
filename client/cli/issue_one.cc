#include "client/cli/issue_one.h"

#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "client/cli/csr_file.h"
#include "client/cli/decision_output.h"
#include "client/cli/identity_flag.h"
#include "client/cli/issue_connection.h"
#include "client/cli/issue_outputs.h"
#include "client/cli/kept_request.h"
#include "client/cli/pending_request.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/passphrase_flag.h"
#include "client/key_and_csr.h"
#include "client/not_taken_over.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

// The request that an earlier run left. One whose certificate has expired is removed instead.
absl::StatusOr<std::optional<PendingRequest>> FindPending(const std::string& path) {
  if (path.empty()) {
    return std::nullopt;
  }
  FLEETCA_ASSIGN_OR_RETURN(std::optional<PendingRequest> pending, ReadPending(path));
  if (pending.has_value() && pending->answer.has_value() &&
      pending->answer->not_after <= Clock::System().Now()) {
    Say(absl::StrCat("the certificate in ", path, " has expired: asking for another one"));
    unlink(path.c_str());
    pending.reset();
  }
  return pending;
}

// The request that the flags describe; with a key type its key and CSR are still to be made.
absl::StatusOr<PendingRequest> AskedBy(const IssueFlags& flags) {
  PendingRequest request;
  request.asked.profile = flags.profile;
  request.asked.identity = flags.identity;
  request.asked.validate_only = flags.validate_only;
  request.asked.renewal = flags.renewal;
  request.asked.request_id = absl::HexStringToBytes(flags.request_id);
  if (!flags.lifetime.empty()) {
    request.asked.lifetime = ParseDurationFlag(flags.lifetime);
  }
  FLEETCA_ASSIGN_OR_RETURN(request.server, AskedServer(flags));
  request.key_type = flags.new_key;
  request.key_is_encrypted = !flags.new_key.empty() && flags.LocksKey();
  request.names = flags.names;
  if (!flags.csrs.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(request.asked.csr_der, ReadCsr(flags.csrs.front()));
  }
  return request;
}

// Before it is kept, so that it is on no disk in the clear.
absl::Status Encrypt(const SecretBytes& passphrase, SecretBytes* private_key_pem) {
  FLEETCA_ASSIGN_OR_RETURN(const EvpPkeyPtr key,
                           DecodePrivateKey(private_key_pem->view(), SecretBytes()));
  FLEETCA_ASSIGN_OR_RETURN(const std::string encrypted,
                           EncodeEncryptedPrivateKey(key.get(), passphrase));
  *private_key_pem = SecretBytes(encrypted);
  return absl::OkStatus();
}

// That of a key that is still to be made, or of the one in an earlier run's request, where that is
// needed once more.
absl::StatusOr<std::optional<SecretBytes>> PassphraseOf(const IssueFlags& flags, bool is_new) {
  if (!flags.LocksKey() || (!is_new && flags.p12_out.empty())) {
    return std::nullopt;
  }
  const std::string what = flags.p12_out.empty()             ? flags.key_out
                           : IsStandardStream(flags.p12_out) ? "the new key"
                                                             : flags.p12_out;
  FLEETCA_ASSIGN_OR_RETURN(SecretBytes passphrase,
                           is_new ? ReadNewPassphrase(flags.lock.passphrase, what)
                                  : ReadPassphrase(flags.lock.passphrase, what));
  return std::optional<SecretBytes>(std::move(passphrase));
}

// Makes the key that was asked for with its CSR, and the request id, where the request has none.
// Whether a key was asked for its type says: a CSR that is empty is the user's mistake, and no wish
// for another key.
absl::Status MakeWhatIsMissing(const std::optional<SecretBytes>& passphrase,
                               PendingRequest* request) {
  if (!request->key_type.empty() && request->private_key_pem.empty()) {
    std::vector<x509::RequestedName> names;
    for (const std::string& text : request->names) {
      FLEETCA_ASSIGN_OR_RETURN(names.emplace_back(), x509::ParseRequestedName(text));
    }
    FLEETCA_ASSIGN_OR_RETURN(KeyAndCsr made,
                             MakeKeyAndCsr(*ParseKeyType(request->key_type), names));
    request->private_key_pem = std::move(made.private_key_pem);
    if (passphrase.has_value()) {
      FLEETCA_RETURN_IF_ERROR(Encrypt(*passphrase, &request->private_key_pem));
    }
    request->asked.csr_der = std::move(made.csr_der);
  }
  if (request->asked.request_id.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(request->asked.request_id, DrawRequestId());
  }
  return absl::OkStatus();
}

// The refusal, which also says so where --identity would cure it. A token says by itself whom the
// certificate is for.
absl::Status HintOf(const IssueFlags& flags, absl::Status refusal, const PendingRequest& request) {
  return flags.identity.empty() && flags.bootstrap.address.empty() && !flags.renewal
             ? WithIdentityHint(std::move(refusal), request.asked.csr_der)
             : refusal;
}

// Asks, and puts the answer into `request` and into the file that keeps it. Where no answer came,
// that file stays unless the CA issued nothing.
absl::Status Ask(const IssueFlags& flags, const KeptRequest& kept, const IssueFunction& issue,
                 PendingRequest* request) {
  absl::StatusOr<Issued> issued = issue(request->asked);
  if (!issued.ok()) {
    return kept.GiveUp(HintOf(flags, issued.status(), *request));
  }
  request->answer = *std::move(issued);
  // Where this fails, the certificate can still be asked for again. It matters to a renewal in
  // place: between the new key and the new certificate there is no pair to ask with.
  kept.AddAnswer(*request->answer).IgnoreError();
  return absl::OkStatus();
}

// Says what a CSR that the user made asks for in vain. A CSR of this command asks for nothing such.
void SayWhatIsLeft(const PendingRequest& request, absl::string_view certificate_der) {
  if (!request.key_type.empty()) {
    return;
  }
  const std::string sentence = NotTakenOver(request.asked.csr_der, certificate_der);
  if (!sentence.empty()) {
    Say(sentence);
  }
}

// Writes key and certificate to their files, and then removes the request.
absl::Status Deliver(const IssueFlags& flags, const KeptRequest& kept,
                     const PendingRequest& request, const std::optional<SecretBytes>& passphrase) {
  const std::string serial = request.answer->serial.ToHex();
  // A renewal in place is about to write over the certificate that asked.
  const std::string lost = NotGrantedAgain(request.asked.csr_der, AskingCertificate(flags),
                                           request.answer->certificate_der);
  if (const absl::Status written = WriteIssueOutputs(flags, request, passphrase); !written.ok()) {
    const std::string where =
        kept.path().empty() ? absl::StrCat("'fleetca cert get ", serial, "' fetches it")
                            : absl::StrCat("the same command writes it out of ", kept.path(),
                                           request.private_key_pem.empty() ? "" : " with its key",
                                           ", and "
                                           "'fleetca cert get ",
                                           serial, "' fetches it");
    return Annotate(written, absl::StrCat("the certificate was issued, and ", where, ", but here"));
  }
  kept.Remove();
  Say(absl::StrCat(request.answer->replayed ? "issued before for this request id: " : "issued ",
                   serial, ", valid until ", TimeToWords(request.answer->not_after),
                   ", renew after ", TimeToWords(request.answer->renew_after)));
  SayWhatIsLeft(request, request.answer->certificate_der);
  if (!lost.empty()) {
    Say(lost);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Issued> IssueOne(const IssueFlags& flags) {
  const std::string path = KeptRequestPathOf(flags);
  FLEETCA_ASSIGN_OR_RETURN(std::optional<PendingRequest> pending, FindPending(path));
  FLEETCA_RETURN_IF_ERROR(CheckIssueOutputs(flags, pending));
  FLEETCA_ASSIGN_OR_RETURN(PendingRequest request, AskedBy(flags));
  const bool is_new = !pending.has_value();
  if (!is_new) {
    FLEETCA_RETURN_IF_ERROR(CheckSameRequest(*pending, request, path));
    Say(absl::StrCat("going on with the request of an earlier run, in ", path));
    request = *std::move(pending);
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<SecretBytes> passphrase,
                           PassphraseOf(flags, is_new));
  if (!is_new && !flags.p12_out.empty() && passphrase.has_value()) {
    FLEETCA_RETURN_IF_ERROR(CheckKeystore(flags, request, *passphrase));
  }
  IssueFunction issue;
  if (!request.answer.has_value()) {
    FLEETCA_ASSIGN_OR_RETURN(issue, ConnectToIssue(flags));
  }
  FLEETCA_RETURN_IF_ERROR(MakeWhatIsMissing(passphrase, &request));
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<KeptRequest> kept,
                           KeptRequest::Keep(path, request, is_new));
  if (!request.answer.has_value()) {
    FLEETCA_RETURN_IF_ERROR(Ask(flags, *kept, issue, &request));
  }
  FLEETCA_RETURN_IF_ERROR(Deliver(flags, *kept, request, passphrase));
  return *std::move(request.answer);
}

absl::Status ValidateOne(const IssueFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(CheckIssueOutputs(flags, std::nullopt));
  FLEETCA_ASSIGN_OR_RETURN(PendingRequest request, AskedBy(flags));
  FLEETCA_ASSIGN_OR_RETURN(const IssueFunction issue, ConnectToIssue(flags));
  FLEETCA_RETURN_IF_ERROR(MakeWhatIsMissing(std::nullopt, &request));
  const absl::StatusOr<Issued> answer = issue(request.asked);
  if (!answer.ok()) {
    return HintOf(flags, answer.status(), request);
  }
  const Issued& issued = *answer;
  if (issued.decision.has_value()) {
    FLEETCA_RETURN_IF_ERROR(
        WriteData(flags.output.file, FormatDecision(*issued.decision, ParseForm(flags.output.form)),
                  flags.force ? Replace::kAllButKeys : Replace::kNothing));
  }
  Say("the CA would grant this; nothing was issued");
  SayWhatIsLeft(request, issued.certificate_der);
  return absl::OkStatus();
}

}  // namespace fleetca::client
