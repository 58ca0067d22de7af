#include "client/cli/crl_output.h"

#include "absl/strings/str_cat.h"
#include "client/cli/facts/facts_json.h"
#include "x509/revocation/crl_file.h"

namespace fleetca::client {

std::string FormatCrls(const std::vector<HeldCrl>& crls, const CrlQuery& query, OutputForm form,
                       absl::Time now) {
  std::string text;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const HeldCrl& crl : crls) {
    switch (form) {
      case OutputForm::kText:
        absl::StrAppend(&text, text.empty() ? "" : "\n", CrlToText(*crl, query, now));
        break;
      case OutputForm::kJson:
        json.push_back(CrlToJson(*crl, query, now));
        break;
      case OutputForm::kPem:
        absl::StrAppend(&text, x509::EncodeCrlPem(*crl.der));
        break;
    }
  }
  return form == OutputForm::kJson ? JsonToText(json) : text;
}

}  // namespace fleetca::client
