// What there is to say about a CRL, for a person and for a program.
#ifndef FLEETCA_CLIENT_CLI_FACTS_CRL_FACTS_H_
#define FLEETCA_CLIENT_CLI_FACTS_CRL_FACTS_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "nlohmann/json.hpp"
#include "x509/revocation/crl.h"

namespace fleetca::client {

struct CrlQuery {
  // INTEGER contents of the certificate that is asked about; empty: none is.
  std::string serial;
  // How many entries are shown, from the first on.
  size_t entries = 0;
};

// `now` is for what remains of the CRL's validity. Lines as client/cli/facts/facts_text.h has them.
std::string CrlToText(const x509::Crl& crl, const CrlQuery& query, absl::Time now);
// Members in the order of the text form; times and octets as client/cli/facts/facts_json.h has
// them.
nlohmann::ordered_json CrlToJson(const x509::Crl& crl, const CrlQuery& query, absl::Time now);

// cRLNumber, INTEGER contents that are not negative, in decimal; "" for none.
std::string CrlNumberText(absl::string_view number);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FACTS_CRL_FACTS_H_
