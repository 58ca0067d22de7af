#include "client/cli/local/object_difference.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

// A field with its values, in the order in which fields are shown.
using Fields = std::vector<std::pair<std::string, std::set<std::string>>>;

constexpr std::array<absl::string_view, 2> kNotCompared = {"type", "pem"};
// What a certificate and a CSR both say.
constexpr std::array<absl::string_view, 4> kInBoth = {"subject", "names", "key",
                                                      "public_key_sha256"};

// What FactsOfAnyCertificate reads of a certificate that is not accepted here, in the words that it
// has for every other.
constexpr std::array<absl::string_view, 9> kOfAnyCertificate = {
    "subject", "issuer", "serial",           "names", "not_before", "not_after",
    "key",     "sha256", "public_key_sha256"};

std::string ValueText(const ordered_json& value) {
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

void AddFields(const std::string& name, const ordered_json& value, Fields* fields) {
  if (value.is_object()) {
    for (const auto& [key, below] : value.items()) {
      AddFields(absl::StrCat(name, ".", key), below, fields);
    }
    return;
  }
  std::set<std::string> values;
  if (value.is_array()) {
    for (const ordered_json& element : value) {
      values.insert(ValueText(element));
    }
  } else {
    values.insert(ValueText(value));
  }
  fields->emplace_back(name, std::move(values));
}

// Those of `wanted` alone, where that is not empty.
Fields FieldsOf(const ordered_json& object, absl::Span<const absl::string_view> wanted) {
  Fields fields;
  for (const auto& [key, value] : object.items()) {
    if (!absl::c_linear_search(kNotCompared, key) &&
        (wanted.empty() || absl::c_linear_search(wanted, key))) {
      AddFields(key, value, &fields);
    }
  }
  return fields;
}

absl::Span<const absl::string_view> WantedOf(const ordered_json& a, const ordered_json& b) {
  if (a.value("type", "") != b.value("type", "")) {
    return kInBoth;
  }
  return a.contains("not_accepted") || b.contains("not_accepted")
             ? absl::Span<const absl::string_view>(kOfAnyCertificate)
             : absl::Span<const absl::string_view>();
}

const std::set<std::string>& ValuesOf(const Fields& fields, const std::string& name) {
  static const std::set<std::string>* const none = new std::set<std::string>;
  for (const auto& [field, values] : fields) {
    if (field == name) {
      return values;
    }
  }
  return *none;
}

std::vector<std::string> Without(const std::set<std::string>& values,
                                 const std::set<std::string>& others) {
  std::vector<std::string> left;
  std::set_difference(values.begin(), values.end(), others.begin(), others.end(),
                      std::back_inserter(left));
  return left;
}

void Compare(const std::string& name, const Fields& a, const Fields& b,
             std::vector<FieldDifference>* differences) {
  const std::set<std::string>& in_a = ValuesOf(a, name);
  const std::set<std::string>& in_b = ValuesOf(b, name);
  if (in_a != in_b) {
    differences->push_back({name, Without(in_a, in_b), Without(in_b, in_a)});
  }
}

}  // namespace

std::vector<FieldDifference> DifferencesOf(const ordered_json& a, const ordered_json& b) {
  const absl::Span<const absl::string_view> wanted = WantedOf(a, b);
  const Fields fields_a = FieldsOf(a, wanted), fields_b = FieldsOf(b, wanted);
  std::vector<FieldDifference> differences;
  for (const auto& [name, values] : fields_a) {
    Compare(name, fields_a, fields_b, &differences);
  }
  for (const auto& [name, values] : fields_b) {
    const bool in_a =
        absl::c_any_of(fields_a, [&name = name](const auto& field) { return field.first == name; });
    if (!in_a) {
      Compare(name, fields_a, fields_b, &differences);
    }
  }
  return differences;
}

}  // namespace fleetca::client
