#include "service/policy/granted_name.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

using x509::NameType;

constexpr absl::string_view kNamesField = "csr.subject_alt_name";

absl::Status NotGranted(const x509::GeneralName& name, absl::string_view identity) {
  return InvalidArgument(
      Reason::kSanNotAllowed, kNamesField,
      absl::StrCat(x509::NameToString(name), " is not granted to ", identity,
                   "; leave it out, or ask the CA's operator to grant it in the policy"));
}

}  // namespace

absl::Status CheckGranted(const x509::GeneralName& name, absl::string_view identity,
                          const Rule& rule, const CapturedTexts& captured) {
  switch (name.type) {
    case NameType::kUri:
      return absl::OkStatus();  // the identity's own
    case NameType::kDns:
      return rule.AllowsDns(name.value, captured) ? absl::OkStatus() : NotGranted(name, identity);
    case NameType::kIp:
      return rule.AllowsIp(name.value) ? absl::OkStatus() : NotGranted(name, identity);
    case NameType::kEmail:
      return InvalidArgument(
          Reason::kSanTypeForbidden, kNamesField,
          absl::StrCat(x509::NameToString(name), ": no rule grants e-mail names; leave it out"));
  }
  return NotGranted(name, identity);
}

}  // namespace fleetca::service
