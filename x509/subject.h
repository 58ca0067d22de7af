// What the subject of a certificate says, apart from how it is encoded.
#ifndef FLEETCA_X509_SUBJECT_H_
#define FLEETCA_X509_SUBJECT_H_

#include <cstddef>
#include <string>
#include <vector>

namespace fleetca::x509 {

// ub-common-name, ub-organization-name and ub-organizational-unit-name of RFC 5280, appendix A.1:
// characters, not octets.
inline constexpr size_t kMaxSubjectText = 64;
// No software that reads subjects wants more, and every certificate carries them.
inline constexpr size_t kMaxSubjectTexts = 16;

// Texts in UTF-8, each of 1 to kMaxSubjectText printable characters. A value.
struct Subject {
  std::string country;                            // C: two capital letters; empty leaves it out
  std::vector<std::string> organizations;         // O, none twice
  std::vector<std::string> organizational_units;  // OU, none twice
  std::string common_name;                        // CN; empty leaves it out

  bool empty() const {
    return country.empty() && organizations.empty() && organizational_units.empty() &&
           common_name.empty();
  }
  friend bool operator==(const Subject&, const Subject&) = default;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SUBJECT_H_
