#include "service/policy/subject_template.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/der/utf8.h"

namespace fleetca::service {
namespace {

// The capture that every identity has: where its pattern has none of this name, it is the last
// segment.
constexpr absl::string_view kName = "name";

enum class Attribute { kCommonName, kOrganization, kOrganizationalUnit, kCountry };

// Why a text may not stand in a subject, as the rest of a sentence; "" where it may.
std::string ProblemOf(Attribute attribute, absl::string_view text) {
  if (attribute == Attribute::kCountry) {
    const bool fits =
        text.size() == 2 && absl::ascii_isupper(text[0]) && absl::ascii_isupper(text[1]);
    return fits ? "" : "is not two capital letters, as in \"CH\"";
  }
  if (text.empty()) {
    return "is empty; leave it out or give it a text";
  }
  const std::optional<size_t> characters = x509::CountPrintableUtf8(text);
  if (!characters.has_value()) {
    return "has a control character or octets that are not UTF-8";
  }
  if (*characters > x509::kMaxSubjectText) {
    return absl::StrCat("has ", *characters, " characters; a subject takes ",
                        x509::kMaxSubjectText);
  }
  return "";
}

// The captures that a text names, so that its form can be judged before its rule is known.
std::vector<std::string> CapturesIn(absl::string_view text) {
  std::vector<std::string> found;
  for (size_t at = text.find('{'); at != absl::string_view::npos; at = text.find('{', at + 1)) {
    const size_t end = text.find('}', at);
    const absl::string_view name =
        end == absl::string_view::npos ? "" : text.substr(at + 1, end - at - 1);
    if (IsCaptureName(name) && CaptureIndex(found, name) == found.size()) {
      found.emplace_back(name);
    }
  }
  return found;
}

// One text, judged with each capture standing for a text of `samples`.
std::optional<NameTemplate> CompileText(const std::string& field, Attribute attribute,
                                        const std::string& text,
                                        absl::Span<const std::string> captures,
                                        const CapturedTexts& samples, Mistakes* mistakes) {
  absl::StatusOr<NameTemplate> made = NameTemplate::Parse(text, captures);
  if (!mistakes->Check(field, made.status())) {
    return std::nullopt;
  }
  const std::string example = made->Expand(samples);
  // What a capture comes to is only known when someone asks.
  const bool is_open = attribute == Attribute::kCountry && made->HasCapture();
  const std::string problem = is_open ? "" : ProblemOf(attribute, example);
  if (!problem.empty()) {
    mistakes->Add(field, problem);
    return std::nullopt;
  }
  return *std::move(made);
}

// Calls `check(field, kind, text)` for each text of the subject, and adds the mistakes of the
// lists.
template <typename Check>
void ForEachText(const SubjectOptions& options, Mistakes* mistakes, Check check) {
  if (!options.common_name.empty()) {
    check("common_name", Attribute::kCommonName, options.common_name);
  }
  const auto list = [&](absl::string_view name, Attribute attribute,
                        const std::vector<std::string>& texts) {
    if (texts.size() > x509::kMaxSubjectTexts) {
      mistakes->Add(name, absl::StrCat("has ", texts.size(), " entries; write at most ",
                                       x509::kMaxSubjectTexts));
      return;
    }
    for (size_t i = 0; i < texts.size(); ++i) {
      const std::string here = absl::StrCat(name, "[", i, "]");
      if (std::find(texts.begin(), texts.begin() + i, texts[i]) != texts.begin() + i) {
        mistakes->Add(here, "is written twice; remove one");
      } else {
        check(here, attribute, texts[i]);
      }
    }
  };
  list("organization", Attribute::kOrganization, options.organizations);
  list("organizational_unit", Attribute::kOrganizationalUnit, options.organizational_units);
  if (!options.country.empty()) {
    check("country", Attribute::kCountry, options.country);
  }
}

// `field` is that of the schema, as the operator who has to change it knows it.
absl::Status ExpandOne(absl::string_view field, Attribute attribute, const NameTemplate& text,
                       const CapturedTexts& texts, std::string* out) {
  *out = text.Expand(texts);
  const std::string problem = ProblemOf(attribute, *out);
  return problem.empty() ? absl::OkStatus()
                         : InvalidArgument(Reason::kSubjectInvalid, "identity",
                                           absl::StrCat(field, " ", problem));
}

// Expands each template of the list, and leaves out a text that is there already.
absl::Status ExpandList(absl::string_view field, Attribute attribute,
                        absl::Span<const NameTemplate> list, const CapturedTexts& texts,
                        std::vector<std::string>* out) {
  for (const NameTemplate& one : list) {
    std::string text;
    FLEETCA_RETURN_IF_ERROR(ExpandOne(field, attribute, one, texts, &text));
    if (std::find(out->begin(), out->end(), text) == out->end()) {
      out->push_back(std::move(text));
    }
  }
  return absl::OkStatus();
}

}  // namespace

Mistakes SubjectTemplate::FindMistakes(const SubjectOptions& options) {
  Mistakes mistakes;
  ForEachText(options, &mistakes,
              [&](const std::string& field, Attribute attribute, const std::string& text) {
                const std::vector<std::string> captures = CapturesIn(text);
                static_cast<void>(CompileText(field, attribute, text, captures,
                                              CapturedTexts(captures.size(), "x"), &mistakes));
              });
  return mistakes;
}

std::optional<SubjectTemplate> SubjectTemplate::Compile(absl::string_view field,
                                                        const SubjectOptions& options,
                                                        const IdentityPattern& identity,
                                                        Mistakes* mistakes) {
  // In the order in which Expand gives the texts: the pattern's captures, then the last segment.
  std::vector<std::string> captures = identity.captures();
  captures.emplace_back(kName);
  const IdentityPattern::Segment& last = identity.segments().back();
  CapturedTexts samples(identity.captures().size(), "x");
  samples.push_back(last.kind == IdentityPattern::Kind::kLiteral ? absl::string_view(last.text)
                                                                 : absl::string_view("x"));
  SubjectTemplate made;
  Mistakes found;
  ForEachText(options, &found,
              [&](const std::string& here, Attribute attribute, const std::string& text) {
                std::optional<NameTemplate> one =
                    CompileText(here, attribute, text, captures, samples, &found);
                if (!one.has_value()) {
                  return;
                }
                switch (attribute) {
                  case Attribute::kCommonName:
                    made.common_name_ = std::move(one);
                    break;
                  case Attribute::kOrganization:
                    made.organizations_.push_back(*std::move(one));
                    break;
                  case Attribute::kOrganizationalUnit:
                    made.organizational_units_.push_back(*std::move(one));
                    break;
                  case Attribute::kCountry:
                    made.country_ = std::move(one);
                    break;
                }
              });
  mistakes->AddBelow(field, found);
  return found.empty() ? std::make_optional(std::move(made)) : std::nullopt;
}

absl::StatusOr<x509::Subject> SubjectTemplate::Expand(
    const CapturedTexts& texts, absl::Span<const absl::string_view> path) const {
  CapturedTexts all = texts;
  all.push_back(path.empty() ? absl::string_view() : path.back());
  absl::StatusOr<x509::Subject> subject(absl::in_place);
  if (common_name_.has_value()) {
    FLEETCA_RETURN_IF_ERROR(ExpandOne("subject.common_name", Attribute::kCommonName, *common_name_,
                                      all, &subject->common_name));
  }
  FLEETCA_RETURN_IF_ERROR(ExpandList("subject.organization", Attribute::kOrganization,
                                     organizations_, all, &subject->organizations));
  FLEETCA_RETURN_IF_ERROR(ExpandList("subject.organizational_unit", Attribute::kOrganizationalUnit,
                                     organizational_units_, all, &subject->organizational_units));
  if (country_.has_value()) {
    FLEETCA_RETURN_IF_ERROR(
        ExpandOne("subject.country", Attribute::kCountry, *country_, all, &subject->country));
  }
  return subject;
}

}  // namespace fleetca::service
