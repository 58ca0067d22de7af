// A good certificate to spoil, for the tests of the lint.
#ifndef FLEETCA_X509_LINT_TESTING_LINT_FIXTURE_H_
#define FLEETCA_X509_LINT_TESTING_LINT_FIXTURE_H_

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/test_key.h"
#include "x509/der/der.h"
#include "x509/der/oid.h"
#include "x509/lint/lint.h"
#include "x509/name.h"
#include "x509/testing/test_ca.h"
#include "x509/testing/test_tbs_parts.h"

namespace fleetca::x509 {

// A literal with embedded NULs keeps its size.
template <size_t N>
std::string Bytes(const char (&literal)[N]) {
  return std::string(literal, N - 1);
}

inline const TestCa& Ca() {
  static const auto* const kCa = new TestCa(MakeTestRoot(KeyType::kP256));
  return *kCa;
}

inline const testing::TestKey& Key() {
  static const auto* const kKey = new testing::TestKey(testing::TestKey::Make(KeyType::kP256));
  return *kKey;
}

inline std::string Build(const TbsTemplateOptions& options, const CertSpec& spec) {
  auto made = TbsTemplate::Create(options);
  EXPECT_TRUE(made.ok()) << made.status();
  return (*made)->Build(spec);
}

// One good certificate to spoil: with subject, the fleet's extension, all there is.
struct Good {
  CertSpec spec = [] {
    CertSpec made = LeafSpec(Key());
    made.subject = BuildName("Fleet", "web");
    made.extra_extensions = TestExtension(oid::kDefaultFleetArc, false, Bytes("\x05\x00"));
    return made;
  }();
  LintPolicy policy = [] {
    LintPolicy made = LeafPolicy(Ca());
    made.extra_extensions = {std::string(oid::kDefaultFleetArc)};
    return made;
  }();
  std::string tbs = Build(LeafOptions(Ca()), spec);

  LintExpectation expectation() const {
    return {.serial = spec.serial.bytes(), .subject_public_key_info = spec.subject_public_key_info};
  }
  absl::Status Lint(std::string bytes) const {
    return LintTbs(std::move(bytes), policy, expectation()).status();
  }
};

// A root as the template makes it, to be spoiled.
struct GoodRoot : Good {
  GoodRoot() {
    TbsTemplateOptions options;
    options.issuer = BuildName("Fleet", "New root");
    options.authority_key_id = KeyIdentifier(KeyBits(Key()));
    options.key_usage = kKeyCertSign | kCrlSign;
    options.is_ca = true;
    options.path_length = 1;
    spec.subject = options.issuer;
    spec.names.clear();
    spec.extra_extensions.clear();
    policy = LintPolicy();
    policy.issuer = options.issuer;
    policy.authority_key_id = options.authority_key_id;
    policy.self_signed = true;
    policy.issuer_not_after = spec.not_after;
    policy.max_validity = absl::Hours(25);
    policy.is_ca = true;
    policy.path_length = 1;
    policy.key_usage = options.key_usage;
    policy.names_required = false;
    tbs = Build(options, spec);
  }
};

inline std::string Seq(absl::string_view contents) { return der::Encode(der::kSequence, contents); }

inline std::string Names(std::initializer_list<std::pair<int, absl::string_view>> names) {
  std::string contents;
  for (const auto& [tag, value] : names) {
    contents += der::Encode(static_cast<uint8_t>(tag), value);
  }
  return Seq(contents);
}

// The lint refused, and its message names the defect.
inline void ExpectFault(const absl::Status& status, absl::string_view phrase) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << phrase;
  EXPECT_EQ(GetReason(status), Reason::kLintFailed) << phrase;
  EXPECT_TRUE(absl::StrContains(status.message(), phrase))
      << "\"" << phrase << "\" is not in: " << status;
}

// A defect made by hand in a good certificate, and the words that must name it.
struct Defect {
  absl::string_view phrase;
  std::function<void(TbsParts&)> spoil;
};

// The good certificate passes, and with each defect by itself it is refused in these words.
inline void ExpectDefectsNamed(const std::vector<Defect>& defects) {
  const Good good;
  ASSERT_TRUE(good.Lint(good.tbs).ok()) << good.Lint(good.tbs);
  ASSERT_EQ(TbsParts(good.tbs).Encode(), good.tbs);
  for (const Defect& defect : defects) {
    TbsParts parts(good.tbs);
    defect.spoil(parts);
    SCOPED_TRACE(absl::BytesToHexString(parts.Encode().substr(0, 900)));
    ExpectFault(good.Lint(parts.Encode()), defect.phrase);
  }
}

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_LINT_TESTING_LINT_FIXTURE_H_
