#include "client/verdict/purpose.h"

#include "x509/der/oid.h"

namespace fleetca::client {
namespace {

struct Row {
  Purpose purpose;
  absl::string_view name;
  absl::string_view oid;
};

// RFC 5280 section 4.2.1.12.
constexpr Row kRows[] = {
    {Purpose::kAny, "any", ""},
    {Purpose::kServer, "server", x509::oid::kServerAuth},
    {Purpose::kClient, "client", x509::oid::kClientAuth},
    {Purpose::kCodeSigning, "code-signing", x509::oid::Bytes("\x2b\x06\x01\x05\x05\x07\x03\x03")},
    {Purpose::kEmail, "email", x509::oid::Bytes("\x2b\x06\x01\x05\x05\x07\x03\x04")},
    {Purpose::kTimestamping, "timestamping", x509::oid::Bytes("\x2b\x06\x01\x05\x05\x07\x03\x08")},
    {Purpose::kOcspSigning, "ocsp-signing", x509::oid::kOcspSigning},
};

const Row& RowOf(Purpose purpose) {
  for (const Row& row : kRows) {
    if (row.purpose == purpose) {
      return row;
    }
  }
  return kRows[0];
}

}  // namespace

absl::string_view PurposeName(Purpose purpose) { return RowOf(purpose).name; }

std::optional<Purpose> ParsePurpose(absl::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name) {
      return row.purpose;
    }
  }
  return std::nullopt;
}

std::vector<std::string> PurposeNames() {
  std::vector<std::string> names;
  for (const Row& row : kRows) {
    names.emplace_back(row.name);
  }
  return names;
}

absl::string_view PurposeOid(Purpose purpose) { return RowOf(purpose).oid; }

}  // namespace fleetca::client
