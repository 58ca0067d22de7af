#include "client/cli/issue_outputs.h"

#include <filesystem>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/openssl.h"
#include "base/output_check.h"
#include "base/output_file.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/connection_flags.h"
#include "client/cli/issued_output.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/files/own_pkcs12.h"
#include "client/objects/pkcs12_writer.h"

namespace fleetca::client {
namespace {

constexpr mode_t kKeyMode = 0600;

TlsFiles ConnectionOf(const IssueFlags& flags) {
  return flags.bootstrap.address.empty() ? FilesOf(flags.connection)
                                         : TlsFiles{flags.connection.ca};
}

// Those that nothing may replace.
std::vector<FlaggedFile> InputsOf(const IssueFlags& flags) {
  std::vector<FlaggedFile> inputs = {{"--token-file", flags.bootstrap.token_file},
                                     {"--ca", ConnectionOf(flags).ca_file},
                                     {flags.lock.passphrase.name, flags.lock.passphrase.file}};
  for (const std::string& csr : flags.csrs) {
    inputs.push_back({"--csr", csr});
  }
  return inputs;
}

absl::Status CheckApart(const IssueFlags& flags) {
  const TlsFiles connection = ConnectionOf(flags);
  const FlaggedOutput key_out = {"--key-out", flags.key_out};
  const FlaggedOutput p12_out = {"--p12-out", flags.p12_out};
  const FlaggedOutput out = {"--out", flags.output.file};
  const FlaggedFile key = {"--key", connection.private_key_file};
  const FlaggedFile certificate = {"--cert", connection.certificate_file};
  CommandFiles files;
  // The kept request is one more output: a file in its place would be the only copy of the answer.
  const FlaggedOutput kept = {"the file of the kept request", KeptRequestPathOf(flags)};
  files.outputs = {key_out, p12_out, out, {"--bundle-out", flags.bootstrap.bundle_out}, kept};
  files.inputs = InputsOf(flags);
  if (!flags.force) {
    files.inputs.insert(files.inputs.end(), {key, certificate});
    return CheckFilesApart(files, NextStep::kAskServer);
  }
  // A renewal may take the places of the key and the certificate that it asks with, each of its
  // own.
  FLEETCA_RETURN_IF_ERROR(CheckFilesApart(files, NextStep::kAskServer));
  FLEETCA_RETURN_IF_ERROR(
      CheckFilesApart({{kept, p12_out}, {key, certificate}}, NextStep::kAskServer));
  FLEETCA_RETURN_IF_ERROR(CheckFilesApart({{key_out}, {certificate}}, NextStep::kAskServer));
  return CheckFilesApart({{out}, {key}}, NextStep::kAskServer);
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

// Without the passphrase nobody knows whose keystore it is: an earlier run may have written it, of
// which CheckKeystore of the request is sure before anything is asked for.
Replace KeystoreReplace(const IssueFlags& flags, bool may_be_ours) {
  return flags.force || may_be_ours ? Replace::kAllButSingleKeys : Replace::kNothing;
}

// Whether the file is a keystore of this key by this passphrase, as a run writes it that is cut
// short afterwards. Its salts are random, so its octets say nothing.
bool HoldsKey(const std::string& path, absl::string_view key_spki, const SecretBytes& passphrase) {
  if (PendingPathFor(path).empty()) {
    return false;
  }
  const absl::StatusOr<SecretBytes> found = ReadSecretFile(path);
  if (!found.ok()) {
    return false;
  }
  const std::optional<Pkcs12Contents> contents = ReadOwnPkcs12(found->view(), passphrase);
  return contents.has_value() && contents->key_spki == key_spki;
}

// The key of the request, and what it may replace at --p12-out.
struct Keystore {
  EvpPkeyPtr key;
  Replace replace;
};

absl::StatusOr<Keystore> KeystoreOf(const IssueFlags& flags, const PendingRequest& request,
                                    const SecretBytes& passphrase) {
  Keystore keystore;
  FLEETCA_ASSIGN_OR_RETURN(keystore.key,
                           DecodePrivateKey(request.private_key_pem.view(), passphrase));
  FLEETCA_ASSIGN_OR_RETURN(const std::string spki, EncodePublicKey(keystore.key.get()));
  keystore.replace = KeystoreReplace(flags, HoldsKey(flags.p12_out, spki, passphrase));
  return keystore;
}

absl::StatusOr<std::string> PemOf(const IssueFlags& flags, const Issued& issued) {
  return FormatIssued(issued, OutputForm::kPem, !flags.leaf_only);
}

absl::Status WriteKeystore(const IssueFlags& flags, const PendingRequest& request,
                           const SecretBytes& passphrase) {
  FLEETCA_ASSIGN_OR_RETURN(const Keystore keystore, KeystoreOf(flags, request, passphrase));
  const Issued& issued = *request.answer;
  // What Java and NSS show; the subject of a workload is empty.
  const std::string name =
      IsStandardStream(flags.p12_out) ? "" : std::filesystem::path(flags.p12_out).stem().string();
  FLEETCA_ASSIGN_OR_RETURN(
      const SecretBytes octets,
      EncodeKeystore(keystore.key.get(), issued.certificate_der,
                     flags.leaf_only ? std::vector<std::string>() : issued.chain_der, name,
                     passphrase));
  return WriteOutput(flags.p12_out, octets.view(), kKeyMode, keystore.replace);
}

absl::StatusOr<Replace> CertificateReplace(const IssueFlags& flags, const PendingRequest* request) {
  if (flags.force) {
    return Replace::kAllButKeys;
  }
  if (request == nullptr || !request->answer.has_value()) {
    return Replace::kNothing;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string data, PemOf(flags, *request->answer));
  return Holds(flags.output.file, data) ? Replace::kAllButKeys : Replace::kNothing;
}

}  // namespace

std::string KeptRequestPathOf(const IssueFlags& flags) {
  if (flags.validate_only || (flags.new_key.empty() && !flags.request_id.empty())) {
    return "";
  }
  const std::string beside_key = PendingPathFor(flags.key_out);
  if (!beside_key.empty()) {
    return beside_key;
  }
  const std::string beside_keystore = PendingPathFor(flags.p12_out);
  return beside_keystore.empty() ? PendingPathFor(flags.output.file) : beside_keystore;
}

absl::Status CheckIssueOutputs(const IssueFlags& flags,
                               const std::optional<PendingRequest>& pending) {
  FLEETCA_RETURN_IF_ERROR(CheckApart(flags));
  const PendingRequest* earlier = pending.has_value() ? &*pending : nullptr;
  CommandFiles files{.inputs = InputsOf(flags)};
  if (!flags.key_out.empty()) {
    files.outputs.push_back({"--key-out", flags.key_out, KeyReplace(flags, earlier)});
  }
  files.outputs.push_back({"--p12-out", flags.p12_out, KeystoreReplace(flags, earlier != nullptr)});
  files.outputs.push_back({"--bundle-out", flags.bootstrap.bundle_out});
  FLEETCA_ASSIGN_OR_RETURN(const Replace replace, CertificateReplace(flags, earlier));
  files.outputs.push_back(DataOutput(flags.output, replace));
  return CheckOutputs(files, NextStep::kAskServer);
}

absl::Status CheckKeystore(const IssueFlags& flags, const PendingRequest& pending,
                           const SecretBytes& passphrase) {
  FLEETCA_ASSIGN_OR_RETURN(const Keystore keystore, KeystoreOf(flags, pending, passphrase));
  return CheckOutputs({.outputs = {{"--p12-out", flags.p12_out, keystore.replace}}},
                      NextStep::kAskServer);
}

absl::Status WriteIssueOutputs(const IssueFlags& flags, const PendingRequest& request,
                               const std::optional<SecretBytes>& passphrase) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, PemOf(flags, *request.answer));
  FLEETCA_ASSIGN_OR_RETURN(
      const std::string shown,
      FormatIssued(*request.answer, ParseForm(flags.output.form), flags.chain));
  if (!flags.key_out.empty()) {
    FLEETCA_RETURN_IF_ERROR(WriteOutput(flags.key_out, request.private_key_pem.view(), kKeyMode,
                                        KeyReplace(flags, &request)));
  }
  FLEETCA_ASSIGN_OR_RETURN(const Replace replace, CertificateReplace(flags, &request));
  if (!flags.p12_out.empty() && passphrase.has_value()) {
    FLEETCA_RETURN_IF_ERROR(WriteKeystore(flags, request, *passphrase));
    if (flags.output.file.empty() && flags.output.form == "pem") {
      return absl::OkStatus();
    }
  }
  return WriteObject(flags.output, pem, shown, replace);
}

}  // namespace fleetca::client
