#include "deploy/quickstart/trial_certificate.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/file.h"
#include "base/openssl.h"
#include "base/private_key.h"
#include "base/secret.h"
#include "client/objects/key_facts.h"
#include "client/objects/object_reader.h"
#include "client/verdict/certificate_index.h"
#include "client/verdict/verdict.h"

namespace fleetca::quickstart {
namespace {

// None where the file cannot be read.
std::vector<std::string> CertificatesIn(const std::string& file) {
  const absl::StatusOr<std::string> contents = ReadFile(file);
  if (!contents.ok()) {
    return {};
  }
  absl::StatusOr<std::vector<std::string>> certificates = client::ReadCertificates(*contents);
  return certificates.ok() ? *std::move(certificates) : std::vector<std::string>();
}

// A key with a passphrase or one that others may read is not what this program wrote.
bool IsKeyOf(const std::string& key_file, const std::string& certificate_der) {
  const absl::StatusOr<SecretBytes> pem = ReadSecretFile(key_file);
  if (!pem.ok()) {
    return false;
  }
  const absl::StatusOr<EvpPkeyPtr> key = DecodePrivateKey(pem->view(), SecretBytes());
  return key.ok() && client::FitsCertificate(key->get(), certificate_der).value_or(false);
}

}  // namespace

bool HasUsableCertificate(const TrialFolder& folder, absl::Time now) {
  const std::vector<std::string> certificates = CertificatesIn(folder.certificate());
  if (certificates.empty() || !IsKeyOf(folder.key(), certificates.front())) {
    return false;
  }
  client::CertificateIndex roots, others;
  roots.AddAll(CertificatesIn(folder.roots()), folder.roots());
  others.AddAll(certificates, folder.certificate());
  return client::JudgeCertificate(certificates.front(),
                                  {.roots = &roots, .others = &others, .at = now + kWorthKeeping})
      .accepted();
}

}  // namespace fleetca::quickstart
