#include "client/cli/issue_outputs.h"

#include <string>

#include "base/file.h"
#include "base/output_file.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "client/cli/command_files.h"
#include "client/cli/connection_flags.h"
#include "client/cli/issued_output.h"
#include "client/cli/output.h"

namespace fleetca::client {
namespace {

constexpr mode_t kKeyMode = 0600;

absl::Status CheckApart(const IssueFlags& flags) {
  const TlsFiles connection =
      flags.bootstrap.address.empty() ? FilesOf(flags.connection) : TlsFiles{flags.connection.ca};
  const FlaggedFile key_out = {"--key-out", flags.key_out};
  const FlaggedFile out = {"--out", flags.output.file};
  const FlaggedFile key = {"--key", connection.private_key_file};
  const FlaggedFile certificate = {"--cert", connection.certificate_file};
  CommandFiles files;
  // The kept request is one more output: a file in its place would be the only copy of the answer.
  const FlaggedFile kept = {"the file of the kept request", KeptRequestPathOf(flags)};
  files.outputs = {key_out, out, {"--bundle-out", flags.bootstrap.bundle_out}, kept};
  files.inputs = {{"--token-file", flags.bootstrap.token_file}, {"--ca", connection.ca_file}};
  for (const std::string& csr : flags.csrs) {
    files.inputs.push_back({"--csr", csr});
  }
  if (!flags.force) {
    files.inputs.insert(files.inputs.end(), {key, certificate});
    return CheckFilesApart(files);
  }
  // A renewal may take the places of the key and the certificate that it asks with, each of its
  // own.
  FLEETCA_RETURN_IF_ERROR(CheckFilesApart(files));
  FLEETCA_RETURN_IF_ERROR(CheckFilesApart({{kept}, {key, certificate}}));
  FLEETCA_RETURN_IF_ERROR(CheckFilesApart({{key_out}, {certificate}}));
  return CheckFilesApart({{out}, {key}});
}

// What an earlier run wrote before it was cut short is the same.
bool Holds(const std::string& path, absl::string_view data) {
  if (PendingPathFor(path).empty()) {
    return false;
  }
  absl::StatusOr<std::string> found = ReadFile(path);
  const bool same = found.ok() && *found == data;
  if (found.ok()) {
    WipeString(*found);
  }
  return same;
}

Replace KeyReplace(const IssueFlags& flags, const PendingRequest* request) {
  const bool written = request != nullptr && Holds(flags.key_out, request->private_key_pem.view());
  return flags.force || written ? Replace::kAnything : Replace::kNothing;
}

absl::StatusOr<std::string> DataOf(const IssueFlags& flags, const Issued& issued) {
  return FormatIssued(issued, ParseForm(flags.output.form), flags.WantsChain());
}

absl::StatusOr<Replace> CertificateReplace(const IssueFlags& flags, const PendingRequest* request) {
  if (flags.force) {
    return Replace::kAllButKeys;
  }
  if (request == nullptr || !request->answer.has_value()) {
    return Replace::kNothing;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string data, DataOf(flags, *request->answer));
  return Holds(flags.output.file, data) ? Replace::kAllButKeys : Replace::kNothing;
}

}  // namespace

std::string KeptRequestPathOf(const IssueFlags& flags) {
  if (flags.validate_only || (flags.new_key.empty() && !flags.request_id.empty())) {
    return "";
  }
  const std::string beside_key = PendingPathFor(flags.key_out);
  return beside_key.empty() ? PendingPathFor(flags.output.file) : beside_key;
}

absl::Status CheckIssueOutputs(const IssueFlags& flags,
                               const std::optional<PendingRequest>& pending) {
  FLEETCA_RETURN_IF_ERROR(CheckApart(flags));
  const PendingRequest* earlier = pending.has_value() ? &*pending : nullptr;
  if (!flags.key_out.empty()) {
    FLEETCA_RETURN_IF_ERROR(CheckOutput(flags.key_out, KeyReplace(flags, earlier)));
  }
  if (!flags.bootstrap.bundle_out.empty()) {
    FLEETCA_RETURN_IF_ERROR(CheckOutput(flags.bootstrap.bundle_out));
  }
  FLEETCA_ASSIGN_OR_RETURN(const Replace replace, CertificateReplace(flags, earlier));
  return CheckOutput(flags.output.file, replace);
}

absl::Status WriteIssueOutputs(const IssueFlags& flags, const PendingRequest& request) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string data, DataOf(flags, *request.answer));
  if (!request.private_key_pem.empty()) {
    FLEETCA_RETURN_IF_ERROR(WriteOutput(flags.key_out, request.private_key_pem.view(), kKeyMode,
                                        KeyReplace(flags, &request)));
  }
  FLEETCA_ASSIGN_OR_RETURN(const Replace replace, CertificateReplace(flags, &request));
  return WriteData(flags.output.file, data, replace);
}

}  // namespace fleetca::client
