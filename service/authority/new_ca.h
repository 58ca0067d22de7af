// A certificate authority made from nothing: its key, its certificate, and the first certificates
// it signs.
#ifndef FLEETCA_SERVICE_AUTHORITY_NEW_CA_H_
#define FLEETCA_SERVICE_AUTHORITY_NEW_CA_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "base/secret.h"
#include "signer/signer.h"
#include "x509/san.h"

namespace fleetca::service {

struct NewCaOptions {
  KeyType key_type = KeyType::kP256;
  // The subject is O=`organization`, CN="`title` " and eight digits of the key identifier, so that
  // no two authorities have the same name.
  std::string organization;
  std::string title;
  absl::Duration lifetime;
  std::optional<int> path_length;
  // Where the CRL of whoever signs its certificate is; empty: the certificate does not say.
  std::string crl_url;
};

// A certificate for TLS, with its key.
struct LeafOptions {
  x509::GeneralNames names;
  std::vector<std::string> extended_key_usage;  // OID contents
  absl::Duration lifetime;
};

struct NewLeaf {
  std::string certificate;  // DER
  SecretBytes private_key;  // PEM, not encrypted
};

// Certificates are built, linted and signed by the same code as those the server issues. A lifetime
// is cut to the issuer's. Immutable, thread-safe.
class NewCa {
 public:
  static absl::StatusOr<std::unique_ptr<NewCa>> CreateRoot(const NewCaOptions& options,
                                                           absl::Time now);
  // An authority below this one.
  absl::StatusOr<std::unique_ptr<NewCa>> CreateBelow(const NewCaOptions& options,
                                                     absl::Time now) const;
  // The key is P-256, which every TLS stack takes, whatever signs the certificate.
  absl::StatusOr<NewLeaf> IssueLeaf(const LeafOptions& options, absl::Time now) const;

  // The first CRL of this authority, DER: it lists nothing, and speaks of all that the authority
  // signs.
  absl::StatusOr<std::string> SignEmptyCrl(absl::Duration lifetime, absl::Time now) const;

  // DER.
  const std::string& certificate() const { return certificate_; }
  // PEM, encrypted with the passphrase.
  const std::string& private_key() const { return private_key_; }
  // 43 characters of base64url: 256 random bits.
  const SecretBytes& passphrase() const { return passphrase_; }

 private:
  NewCa() = default;

  // What stands above a certificate: an authority, or the key itself for a root.
  static absl::StatusOr<std::unique_ptr<NewCa>> Create(const NewCaOptions& options,
                                                       const NewCa* issuer, absl::Time now);

  std::string subject_;  // Name element
  std::string key_id_;
  absl::Time not_after_;
  std::string certificate_;
  std::string private_key_;
  SecretBytes passphrase_;
  std::unique_ptr<signer::Signer> signer_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_NEW_CA_H_
