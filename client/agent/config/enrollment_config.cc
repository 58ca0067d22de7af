#include "client/agent/config/enrollment_config.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fleetca::client {
namespace {

// A file of an enrollment, in the two forms in which it is named.
struct Named {
  absl::string_view what;  // "jwt", of jwt_file and jwt_credential
  const std::string& file;
  const std::string& credential;

  bool there() const { return !file.empty() || !credential.empty(); }
};

// The path of a systemd credential; "" when it can have none.
std::string CredentialPath(absl::string_view field, const Named& named, absl::string_view folder,
                           ConfigReader* reader) {
  const std::string& name = named.credential;
  if (absl::StrContains(name, "/") || absl::StartsWith(name, ".")) {
    reader->Mistake(field,
                    "is not the name of a credential; write what stands before the \":\" in "
                    "LoadCredential=");
    return "";
  }
  if (folder.empty()) {
    reader->Mistake(field,
                    absl::StrCat("needs a start by systemd, which says in "
                                 "$CREDENTIALS_DIRECTORY where credentials are; write "
                                 "LoadCredential=",
                                 name, ":/path in the unit, or name a ", named.what, "_file"));
    return "";
  }
  return reader->Path(field, absl::StrCat(folder, "/", name));
}

// The path, and whether it is a credential's.
std::string ReadNamed(absl::string_view parent, const Named& named, absl::string_view folder,
                      ConfigReader* reader, bool* is_credential) {
  *is_credential = !named.credential.empty();
  const std::string of_file = absl::StrCat(named.what, "_file");
  std::string path = named.file.empty() ? "" : reader->Path(Below(parent, of_file), named.file);
  if (*is_credential) {
    const std::string at = Below(parent, absl::StrCat(named.what, "_credential"));
    if (!named.file.empty()) {
      reader->Mistake(at, absl::StrCat("is there beside ", of_file, "; keep one of them"));
    }
    path = CredentialPath(at, named, folder, reader);
  }
  return path;
}

// What one of the two lacks, in the form in which the other is there.
void CheckPair(absl::string_view parent, const Named& certificate, const Named& key,
               ConfigReader* reader) {
  if (certificate.there() == key.there()) {
    return;
  }
  const Named& there = key.there() ? key : certificate;
  const Named& missing = key.there() ? certificate : key;
  const absl::string_view form = there.file.empty() ? "_credential" : "_file";
  reader->Mistake(Below(parent, absl::StrCat(missing.what, form)),
                  absl::StrCat("is missing, and ", there.what, form,
                               " is there; a certificate and its key are of use together"));
}

}  // namespace

EnrollmentOptions ReadEnrollment(absl::string_view field, const agent::v1::Enrollment& written,
                                 absl::string_view credentials_folder, ConfigReader* reader) {
  EnrollmentOptions enrollment;
  const auto read = [&](const Named& named, bool* is_credential) {
    return ReadNamed(field, named, credentials_folder, reader, is_credential);
  };
  const Named certificate = {"certificate", written.certificate_file(),
                             written.certificate_credential()};
  const Named key = {"private_key", written.private_key_file(), written.private_key_credential()};
  enrollment.certificate_file = read(certificate, &enrollment.certificate_is_credential);
  enrollment.private_key_file = read(key, &enrollment.private_key_is_credential);
  CheckPair(field, certificate, key, reader);
  enrollment.jwt_file =
      read({"jwt", written.jwt_file(), written.jwt_credential()}, &enrollment.jwt_is_credential);
  enrollment.join_token_file =
      read({"join_token", written.join_token_file(), written.join_token_credential()},
           &enrollment.join_token_is_credential);
  return enrollment;
}

}  // namespace fleetca::client
