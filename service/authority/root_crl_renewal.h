// The root's CRL in its file made anew, offline.
#ifndef FLEETCA_SERVICE_AUTHORITY_ROOT_CRL_RENEWAL_H_
#define FLEETCA_SERVICE_AUTHORITY_ROOT_CRL_RENEWAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "service/authority/root_crl.h"
#include "signer/key_file.h"
#include "x509/revocation/revocation_reason.h"

namespace fleetca::service {

struct RootCrlRequest {
  std::string certificate_file;  // the root's, PEM
  signer::KeyFile key;           // the root's
  std::string crl_file;          // PEM; read, and replaced
  // That the root never had a CRL, so that there is no file.
  bool first = false;
  // Certificates of issuing CAs, PEM, that are revoked from now on, with one reason.
  std::vector<std::string> revoke_files;
  x509::RevocationReason reason = x509::RevocationReason::kUnspecified;
  absl::Duration lifetime = kRootCrlLifetime;  // cut to the root's
};

struct RootCrlRenewal {
  std::string file;
  uint64_t number = 0;
  absl::Time this_update;
  absl::Time next_update;
  size_t revoked = 0;                      // how many the CRL lists
  std::vector<std::string> newly_revoked;  // serial numbers, hex
};

// Makes a CRL of what the one in the file lists and of what is revoked now, with a greater number,
// and replaces the file durably. A CA that was revoked before keeps its date; its reason becomes
// keyCompromise or cACompromise where that is asked for and it was neither. Everything is checked
// before the file is touched.
//
// INVALID_ARGUMENT: kLifetimeInvalid for less than a day or over 10 years; kConfigInvalid for a
// reason that no complete CRL has. FAILED_PRECONDITION: kFileMissing, also where there is no CRL
// and `first` is not set; kFileInvalid, also for a CRL, a key or a certificate of another root, and
// where `first` is set and there is a CRL; kIssuerExpiring when the root has ended; the errors of
// ReadKeyFile. UNAVAILABLE kClockRefused where the clock is behind thisUpdate in the file.
absl::StatusOr<RootCrlRenewal> RenewRootCrl(const RootCrlRequest& request, const Clock& clock);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_AUTHORITY_ROOT_CRL_RENEWAL_H_
