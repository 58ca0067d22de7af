// Holds docs/errors.md against the table of reasons. `bazel run //base:errors_page_test` writes the
// page again.
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "base/reasons.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

constexpr char kPage[] = "docs/errors.md";

constexpr char kIntroduction[] = R"(# Errors

An error of fleetca has a canonical code of gRPC, a sentence that says what is wrong and what to do, and a reason: one
word of the list below, which never changes its meaning. Programs should look at the reason, and people at the sentence.
The reason is in the `google.rpc.ErrorInfo` (domain `fleetca`) of the call's status, or of the status of one item of a
batch or stream. A `google.rpc.BadRequest` names the field where one is to blame, and a `google.rpc.RetryInfo` says how
long to wait where a retry can help. A call that is refused before the server reads its message has no such details:
then the reason is at the end of the sentence, as in `(fleetca: CLOCK_REFUSED)`.

This page is made from `base/reasons.h`; `bazel run //base:errors_page_test` writes it again.
)";

std::string CodesOf(Reason reason) {
  return absl::StrJoin(ReasonCodes(reason), ", ", [](std::string* out, absl::StatusCode code) {
    absl::StrAppend(out, absl::StatusCodeToString(code));
  });
}

std::string Page() {
  std::string page = kIntroduction;
  const auto section = [&page](absl::string_view title) {
    absl::StrAppend(&page, "\n## ", title, "\n\n| Reason | Code | Meaning |\n|---|---|---|\n");
  };
  const auto row = [&page](Reason reason, absl::string_view meaning) {
    absl::StrAppend(&page, "| `", ReasonName(reason), "` | ", CodesOf(reason), " | ", meaning,
                    " |\n");
  };
#define FLEETCA_SECTION(title) section(title);
#define FLEETCA_REASON(enumerator, name, codes, meaning) row(Reason::enumerator, meaning);
  FLEETCA_REASONS(FLEETCA_SECTION, FLEETCA_REASON)
#undef FLEETCA_REASON
#undef FLEETCA_SECTION
  return page;
}

TEST(ErrorsPageTest, ThePageSaysWhatTheTableSays) {
  // The sources, where `bazel run` has started the test.
  if (const char* sources = std::getenv("BUILD_WORKSPACE_DIRECTORY"); sources != nullptr) {
    std::ofstream(absl::StrCat(sources, "/", kPage)) << Page();
    GTEST_SKIP() << "Wrote " << kPage;
  }
  std::ostringstream written;
  written << std::ifstream(kPage).rdbuf();
  EXPECT_EQ(written.str(), Page())
      << kPage << " is not what base/reasons.h says; write it again with "
      << "`bazel run //base:errors_page_test`";
}

TEST(ErrorsPageTest, EveryMeaningIsOneSentence) {
  const auto check = [](absl::string_view name, absl::string_view meaning) {
    ASSERT_FALSE(meaning.empty()) << name;
    EXPECT_TRUE(absl::ascii_isupper(static_cast<unsigned char>(meaning.front()))) << meaning;
    EXPECT_EQ(meaning.find(". "), absl::string_view::npos) << meaning;
    EXPECT_EQ(meaning.back(), '.') << meaning;
    EXPECT_EQ(meaning.find('|'), absl::string_view::npos) << meaning;
  };
#define FLEETCA_SECTION(title)
#define FLEETCA_REASON(enumerator, name, codes, meaning) check(name, meaning);
  FLEETCA_REASONS(FLEETCA_SECTION, FLEETCA_REASON)
#undef FLEETCA_REASON
#undef FLEETCA_SECTION
}

}  // namespace
}  // namespace fleetca
