#include "client/agent/config/output_config.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/config/field_values.h"

namespace fleetca::client {
namespace {

namespace pb = agent::v1;

constexpr size_t kMaxNameBytes = 255;

// What FileGenerations takes, so that the mistake is found before a certificate is asked for.
bool IsFileName(absl::string_view name) {
  return name.size() <= kMaxNameBytes && name != "." && !absl::StartsWith(name, "..") &&
         std::none_of(name.begin(), name.end(),
                      [](char c) { return c == '/' || absl::ascii_iscntrl(c); });
}

// The names of the files, each once.
class FileNames {
 public:
  FileNames(absl::string_view parent, ConfigReader* reader) : parent_(parent), reader_(reader) {}

  // "" where none is wanted.
  std::string Read(absl::string_view name, const std::string& written,
                   absl::string_view usual = "") {
    const std::string field = Below(parent_, name);
    const std::string file = written == kNone ? "" : std::string(written.empty() ? usual : written);
    if (!IsFileName(file)) {
      reader_->Mistake(field,
                       absl::StrCat("\"", absl::CHexEscape(file),
                                    "\" is not a name for a file; write one without a folder "
                                    "and not beginning with two dots, as in \"tls.key\""));
    } else if (!file.empty()) {
      if (std::find(seen_.begin(), seen_.end(), file) != seen_.end()) {
        reader_->Mistake(field, absl::StrCat("\"", file,
                                             "\" is the name of another file of this "
                                             "identity; give each its own"));
      }
      seen_.push_back(file);
    }
    return file;
  }

  bool empty() const { return seen_.empty(); }

 private:
  const absl::string_view parent_;
  ConfigReader* const reader_;
  std::vector<std::string> seen_;
};

mode_t ReadSecretMode(absl::string_view field, const std::string& written, ConfigReader* reader) {
  constexpr mode_t kUsual = 0600;
  constexpr mode_t kLent = 0640;
  if (written.empty()) {
    return kUsual;
  }
  const mode_t mode = ParseMode(written).value_or(0);
  if (mode != kUsual && mode != kLent) {
    reader->Mistake(field,
                    absl::StrCat("\"", absl::CHexEscape(written),
                                 "\" is not a mode for a file with the key; write \"0600\", or "
                                 "\"0640\" to lend it to its group"));
    return kUsual;
  }
  return mode;
}

void ReadPassphraseFile(absl::string_view parent, const pb::Outputs& written, ConfigReader* reader,
                        OutputOptions* outputs) {
  const std::string field = Below(parent, "passphrase_file");
  const bool needed = !outputs->pkcs12.empty() || !outputs->truststore.empty();
  if (!written.passphrase_file().empty()) {
    outputs->passphrase_file = reader->Path(field, written.passphrase_file());
    if (!needed) {
      reader->Mistake(field,
                      "is of no use without pkcs12 and truststore; remove it, or name one "
                      "of these");
    }
  } else if (needed) {
    reader->Mistake(field,
                    "is missing, and pkcs12 and truststore need it; name a file whose first "
                    "line is the passphrase");
  }
}

}  // namespace

OutputOptions ReadOutputs(absl::string_view field, const pb::Outputs& written, bool has_sockets,
                          ConfigReader* reader) {
  OutputOptions outputs;
  if (written.ByteSizeLong() == 0 && has_sockets) {
    outputs.files = {.credential_bundle = "", .trust_bundle = ""};
    return outputs;
  }
  outputs.folder = ReadFolder(Below(field, "folder"), written.folder(), reader);
  FileNames names(field, reader);
  CredentialFileOptions& files = outputs.files;
  files.credential_bundle =
      names.Read("credential_bundle", written.credential_bundle(), files.credential_bundle);
  files.private_key = names.Read("private_key", written.private_key());
  files.certificate = names.Read("certificate", written.certificate());
  files.combined = names.Read("combined", written.combined());
  files.trust_bundle = names.Read("trust_bundle", written.trust_bundle(), files.trust_bundle);
  outputs.pkcs12 = names.Read("pkcs12", written.pkcs12());
  outputs.truststore = names.Read("truststore", written.truststore());
  if (names.empty()) {
    reader->Mistake(field,
                    "has no file; name one, such as credential_bundle, or leave outputs out "
                    "where sockets are enough");
  }
  files.secret_mode = ReadSecretMode(Below(field, "secret_mode"), written.secret_mode(), reader);
  ReadPassphraseFile(field, written, reader, &outputs);
  if (!written.crl_folder().empty()) {
    outputs.crl_folder = ReadFolder(Below(field, "crl_folder"), written.crl_folder(), reader);
  }
  outputs.owner = ReadOwner(Below(field, "owner"), written.owner(), reader);
  return outputs;
}

}  // namespace fleetca::client
