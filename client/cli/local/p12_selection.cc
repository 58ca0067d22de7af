#include "client/cli/local/p12_selection.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/objects/certificate_chain.h"

namespace fleetca::client {
namespace {

std::string NameOf(const Pkcs12Key& key) {
  std::vector<std::string> parts;
  if (!key.alias.empty()) {
    parts.push_back(absl::StrCat("--alias \"", key.alias, "\""));
  }
  if (!key.key_id.empty()) {
    parts.push_back(absl::StrCat("--key-id ", absl::BytesToHexString(key.key_id)));
  }
  return parts.empty() ? "one without a name" : absl::StrJoin(parts, " or ");
}

std::string NamesOfKeys(const Pkcs12& file) {
  std::vector<std::string> names;
  for (const Pkcs12Key& key : file.keys) {
    names.push_back(NameOf(key));
  }
  return absl::StrJoin(names, "; ");
}

bool IsChosen(const Pkcs12Key& key, const P12Choice& choice) {
  const std::string key_id = absl::AsciiStrToLower(absl::StrReplaceAll(choice.key_id, {{":", ""}}));
  // Java writes its aliases in lower case, and finds them in any.
  return (choice.alias.empty() || absl::EqualsIgnoreCase(key.alias, choice.alias)) &&
         (key_id.empty() || absl::BytesToHexString(key.key_id) == key_id);
}

absl::StatusOr<const Pkcs12Key*> SelectKey(const Pkcs12& file, const P12Choice& choice) {
  const bool choosing = !choice.alias.empty() || !choice.key_id.empty();
  if (file.keys.empty() && !choosing) {
    return nullptr;
  }
  std::vector<const Pkcs12Key*> chosen;
  for (const Pkcs12Key& key : file.keys) {
    if (IsChosen(key, choice)) {
      chosen.push_back(&key);
    }
  }
  if (chosen.size() == 1) {
    return chosen.front();
  }
  if (chosen.empty()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        file.keys.empty()
            ? std::string("It holds no private key to choose from; leave --alias and --key-id away")
            : absl::StrCat("It holds no such key; there are ", NamesOfKeys(file)));
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("It holds ", file.keys.size(),
                   " private keys; say which one you mean: ", NamesOfKeys(file)));
}

std::string CertificateOf(const Pkcs12Key* key, const Pkcs12& file) {
  if (key == nullptr) {
    return file.certificates.size() == 1 ? file.certificates.front().der : "";
  }
  const std::string wanted = PublicKeyFingerprint(key->key.get());
  std::string found;
  for (const Pkcs12Certificate& certificate : file.certificates) {
    if (PublicKeyFingerprint(certificate.der) != wanted) {
      continue;
    }
    // Of a key that was renewed there are several: the key's own identifier says which one is
    // meant.
    if (found.empty() || (!key->key_id.empty() && certificate.key_id == key->key_id)) {
      found = certificate.der;
    }
  }
  return found;
}

}  // namespace

absl::StatusOr<P12Selection> SelectFrom(const Pkcs12& file, const P12Choice& choice) {
  P12Selection selection;
  FLEETCA_ASSIGN_OR_RETURN(selection.key, SelectKey(file, choice));
  selection.certificate = CertificateOf(selection.key, file);
  std::vector<std::string> all;
  for (const Pkcs12Certificate& certificate : file.certificates) {
    all.push_back(certificate.der);
    if (certificate.der != selection.certificate &&
        (certificate.trusted || IsItsOwnIssuer(certificate.der))) {
      selection.roots.push_back(certificate.der);
    }
  }
  if (!selection.certificate.empty()) {
    selection.chain = IssuersOf(selection.certificate, all);
    if (!selection.chain.empty() && IsItsOwnIssuer(selection.chain.back())) {
      selection.chain.pop_back();
    }
  }
  return selection;
}

}  // namespace fleetca::client
