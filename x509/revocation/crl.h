// Certificate revocation lists (CRLs), read strictly.
#ifndef FLEETCA_X509_REVOCATION_CRL_H_
#define FLEETCA_X509_REVOCATION_CRL_H_

#include <cstddef>
#include <iterator>
#include <optional>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/revocation/crl_spec.h"

namespace fleetca::x509 {

// The largest CRL that is read: over a million entries.
inline constexpr size_t kMaxCrlSize = size_t{64} << 20;

// The entries of a CRL, decoded one by one where they stand. A value; aliases the DER.
class CrlEntries {
 public:
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using value_type = CrlEntry;
    using difference_type = std::ptrdiff_t;
    using pointer = const CrlEntry*;
    using reference = const CrlEntry&;

    explicit Iterator(absl::string_view rest) : rest_(rest) { Next(); }
    reference operator*() const { return entry_; }
    pointer operator->() const { return &entry_; }
    Iterator& operator++() {
      Next();
      return *this;
    }
    bool operator==(const Iterator& other) const { return at_ == other.at_; }

   private:
    void Next();

    der::Reader rest_;
    const char* at_ = nullptr;
    CrlEntry entry_;
  };

  CrlEntries() = default;
  // `contents` are `size` entries that were read before, and can be read again.
  CrlEntries(absl::string_view contents, size_t size) : contents_(contents), size_(size) {}

  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // How many octets they take together.
  size_t octets() const { return contents_.size(); }
  Iterator begin() const { return Iterator(contents_); }
  Iterator end() const { return Iterator(contents_.substr(contents_.size())); }

 private:
  absl::string_view contents_;
  size_t size_ = 0;
};

// A parsed CRL. Every view aliases the DER it was parsed from.
struct Crl {
  absl::string_view der;
  absl::string_view tbs;
  absl::string_view signature_algorithm;  // AlgorithmIdentifier element
  absl::string_view signature;
  absl::string_view issuer;
  absl::Time this_update;
  absl::Time next_update;
  // In the order in which they stand.
  CrlEntries entries;
  absl::InlinedVector<Extension, 4> extensions;  // each OID once

  // Decoded from the extensions; empty or false where they are absent. The number is INTEGER
  // contents, not negative, of at most 20 octets.
  absl::string_view authority_key_id;
  absl::string_view number;
  // The one URL of issuingDistributionPoint, printable ASCII, and of which certificates it speaks.
  absl::string_view distribution_point;
  bool only_contains_user_certs = false;
  bool only_contains_ca_certs = false;

  // The extension with this OID, or null. Points into `extensions`.
  const Extension* Find(absl::string_view oid) const;
  // The entry of the certificate with this serial number (INTEGER contents). Takes time linear in
  // the entries, as other CAs need not sort them.
  [[nodiscard]] std::optional<CrlEntry> FindEntry(absl::string_view serial) const;
};

// One complete CRL, v2 or v1 (which has no extensions, and which every reader has to read: RFC 5280
// section 5), DER of at most kMaxCrlSize octets with nothing after it, of any CA that keeps to RFC
// 5280. INVALID_ARGUMENT kFileInvalid otherwise, the message saying what is wrong: not DER, another
// version, no nextUpdate, an empty list of entries, a repeated or malformed extension, a critical
// one that is not known, a delta CRL, an indirect CRL, one for some reasons or attribute
// certificates only. Verifies nothing (crl_verify.h).
absl::StatusOr<Crl> ParseCrl(absl::string_view der);

// The same of its signed part alone: `der`, `signature` and the outer algorithm stay empty.
absl::StatusOr<Crl> ParseTbsCertList(absl::string_view tbs);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_CRL_H_
