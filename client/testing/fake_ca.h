// A root and an issuing CA in memory, valid now, that sign whatever a test asks for.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_CA_H_
#define FLEETCA_CLIENT_TESTING_FAKE_CA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "base/openssl.h"
#include "x509/name_constraints.h"
#include "x509/requested_name.h"
#include "x509/serial.h"

namespace fleetca::client::testing {

// A certificate to be signed. The defaults are an hour back and a day on.
struct FakeOrder {
  std::string spki;
  std::vector<x509::RequestedName> names;
  absl::Time not_before = absl::Now() - absl::Hours(1);
  absl::Time not_after = absl::Now() + absl::Hours(24);
  absl::Time issued_at = absl::Now();  // as the serial number says
};

struct FakeCertificate {
  std::string der;
  x509::SerialNumber serial;
  // Whole seconds, as in the certificate.
  absl::Time not_before;
  absl::Time not_after;
};

// A failure of its own is fatal to the test. Immutable once made; thread-safe.
class FakeCa {
 public:
  FakeCa();

  const std::string& root_der() const { return root_der_; }
  const std::string& issuing_der() const { return issuing_der_; }
  std::string root_pem() const;

  // A leaf from the issuing CA.
  FakeCertificate Issue(const FakeOrder& order) const;

  // A leaf for a new key, for TLS: the certificate and the issuing CA's, and the key, as PEM.
  struct TlsPair {
    std::string chain_pem;
    std::string key_pem;
  };
  TlsPair IssueTls(FakeOrder order, KeyType type = KeyType::kP256) const;
  // The same from a new subordinate CA below the issuing one, whose certificate is in the chain.
  TlsPair IssueTlsBelow(const x509::NameConstraints& constraints, FakeOrder order) const;

 private:
  EvpPkeyPtr root_key_;
  EvpPkeyPtr issuing_key_;
  std::string root_der_;
  std::string issuing_der_;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_CA_H_
