#include "service/config/issuer_config.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {
namespace {

namespace pb = config::v1;

signer::PassphraseSource ReadPassphrase(absl::string_view field, const pb::Passphrase& written,
                                        ConfigReader* reader) {
  signer::PassphraseSource source;
  switch (written.source_case()) {
    case pb::Passphrase::kFile:
      source.file = reader->Path(Below(field, "file"), written.file());
      break;
    case pb::Passphrase::kSystemdCredential:
      source.systemd_credential = written.systemd_credential();
      if (source.systemd_credential.empty() || absl::StrContains(source.systemd_credential, "/") ||
          absl::StartsWith(source.systemd_credential, ".")) {
        reader->Mistake(Below(field, "systemd_credential"),
                        "is not the name of a credential; write what stands before the \":\" in "
                        "LoadCredential=");
      }
      break;
    case pb::Passphrase::SOURCE_NOT_SET:
      reader->Mistake(field,
                      "has no source; write { file: \"...\" } or { systemd_credential: \"...\" }");
      break;
  }
  return source;
}

// private_key_file and passphrase beside each other, as earlier releases had them.
signer::KeyFile ReadOldKey(const pb::Issuer& written, ConfigReader* reader) {
  if (written.private_key_file().empty()) {
    reader->Mistake("issuer.key",
                    "is missing: issuer.passphrase alone does not say where the key is; "
                    "write key { file { path: \"...\" passphrase { ... } } }");
    return {};
  }
  reader->Warning("issuer.private_key_file",
                  "is the form of an earlier release; write key { file { path: \"...\" "
                  "passphrase { ... } } } in place of private_key_file and passphrase");
  return {.path = reader->Path("issuer.private_key_file", written.private_key_file()),
          .passphrase = ReadPassphrase("issuer.passphrase", written.passphrase(), reader)};
}

signer::KeyFile ReadKey(const pb::Issuer& written, ConfigReader* reader) {
  const bool old = !written.private_key_file().empty() || written.has_passphrase();
  if (!written.has_key()) {
    if (old) {
      return ReadOldKey(written, reader);
    }
    reader->Mistake("issuer.key",
                    "is missing; write { file { path: \"...\" passphrase { file: \"...\" } } }");
    return {};
  }
  for (const auto& [field, present] :
       {std::pair("issuer.private_key_file", !written.private_key_file().empty()),
        std::pair("issuer.passphrase", written.has_passphrase())}) {
    if (present) {
      reader->Mistake(
          field,
          "is the form of an earlier release beside the new one; move what it says into "
          "issuer.key.file");
    }
  }
  switch (written.key().source_case()) {
    case pb::IssuingKey::kFile: {
      const pb::KeyFile& file = written.key().file();
      return {
          .path = reader->Path("issuer.key.file.path", file.path()),
          .passphrase = ReadPassphrase("issuer.key.file.passphrase", file.passphrase(), reader)};
    }
    case pb::IssuingKey::kPkcs11:
      reader->Mistake("issuer.key.pkcs11",
                      "is not there yet: this release reads the key from a file; write "
                      "file { path: \"...\" passphrase { file: \"...\" } }");
      break;
    case pb::IssuingKey::SOURCE_NOT_SET:
      reader->Mistake("issuer.key",
                      "has no source; write { file { path: \"...\" passphrase { ... } } }");
      break;
  }
  return {};
}

void ReadBlockedKeys(const pb::Issuer& written, ConfigReader* reader, IssuerConfig* issuer) {
  for (int i = 0; i < written.blocked_keys_size(); ++i) {
    const std::string& hex = written.blocked_keys(i);
    if (hex.size() != 64 || !std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) {
      reader->Mistake(
          At("issuer.blocked_keys", i),
          "is not a SHA-256 in 64 hex digits; write what `openssl pkey -pubin -in key.pem "
          "-outform DER | sha256sum` prints");
      continue;
    }
    issuer->blocked_keys.push_back(absl::HexStringToBytes(hex));
  }
}

void ReadFleetArc(const pb::Issuer& written, ConfigReader* reader, IssuerConfig* issuer) {
  if (written.fleet_arc().empty()) {
    return;
  }
  const absl::StatusOr<x509::AuthzOids> oids = x509::AuthzOids::FromArc(written.fleet_arc());
  if (!oids.ok()) {
    reader->Mistake("issuer.fleet_arc", oids.status().message());
    return;
  }
  issuer->fleet_arc = written.fleet_arc();
  issuer->oids = *oids;
}

}  // namespace

IssuerConfig ReadIssuer(const pb::Issuer& written, ConfigReader* reader) {
  IssuerConfig issuer;
  issuer.certificate_file = reader->Path("issuer.certificate_file", written.certificate_file());
  issuer.key = ReadKey(written, reader);
  issuer.trust_bundle_file = reader->Path("issuer.trust_bundle_file", written.trust_bundle_file());
  ReadBlockedKeys(written, reader, &issuer);
  ReadFleetArc(written, reader, &issuer);
  issuer.provenance = written.provenance();
  if (!written.former_certificates_file().empty()) {
    issuer.former_certificates_file =
        reader->Path("issuer.former_certificates_file", written.former_certificates_file());
  }
  return issuer;
}

}  // namespace fleetca::service
