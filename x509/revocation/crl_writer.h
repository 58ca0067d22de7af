// TBSCertList, written forward: the entries come one after the other from wherever they are kept.
#ifndef FLEETCA_X509_REVOCATION_CRL_WRITER_H_
#define FLEETCA_X509_REVOCATION_CRL_WRITER_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/revocation/crl_spec.h"

namespace fleetca::x509 {

// TBSCertList ::= SEQUENCE { version INTEGER (v2), signature AlgorithmIdentifier, issuer Name,
//   thisUpdate Time, nextUpdate Time, revokedCertificates SEQUENCE OF SEQUENCE { userCertificate
//   INTEGER, revocationDate Time, crlEntryExtensions OPTIONAL } OPTIONAL, crlExtensions [0] }
//   (RFC 5280 section 5.1)
// Extensions, in this order: authorityKeyIdentifier, cRLNumber, and for a shard
// issuingDistributionPoint (critical).
//
// Holds one buffer that becomes the result, so it takes the memory of the CRL. Checks of the spec
// nothing, as LintCrl follows and reads the octets with other code. Thread-compatible; used once.
class CrlWriter {
 public:
  // `expected_entries` saves the buffer from growing; any number is right.
  explicit CrlWriter(const CrlSpec& spec, size_t expected_entries = 0);
  CrlWriter(const CrlWriter&) = delete;
  CrlWriter& operator=(const CrlWriter&) = delete;

  // The next entry; its serial number must be greater than the one before. About a tenth of a
  // microsecond. INTERNAL kInternal for a serial number that is out of order, there twice or not
  // one, and for a reason that no complete CRL has (removeFromCRL): then nothing was added.
  absl::Status Add(const CrlEntry& entry);

  size_t entries() const { return entries_; }

  // The TBSCertList element, for LintCrl. The writer is spent.
  std::string Finish() &&;

 private:
  const CrlSpec spec_;
  // Room for all that stands before the entries, then the entries.
  size_t room_;
  std::string buffer_;
  size_t entries_ = 0;
  std::string last_serial_;
};

// CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
std::string AssembleCrl(absl::string_view tbs, SignatureScheme scheme, absl::string_view signature);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_CRL_WRITER_H_
