#include "base/config/config_text.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/config/enum_values.h"
#include "base/errors.h"
#include "base/standard_stream.h"
#include "base/text.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/io/tokenizer.h"

namespace fleetca {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::TextFormat;

constexpr int kMaxNesting = 32;

// How the parser words a value that the enumeration does not have.
constexpr absl::string_view kUnknownEnumValue = "Unknown enumeration value of \"";

// The parser quotes the token it met. It must not quote a secret that was written into the file by
// mistake, so string literals, and all that stands beside the word "pass", are left out.
std::string WithoutSecrets(const std::string& problem, absl::string_view line) {
  const bool near_secret = absl::StrContains(absl::AsciiStrToLower(line), "pass");
  for (const absl::string_view before :
       {"found \"", "got: ", "Value: \"", "has no field named \""}) {
    const size_t at = problem.find(before.data(), 0, before.size());
    if (at == std::string::npos) {
      continue;
    }
    const absl::string_view token = absl::string_view(problem).substr(at + before.size());
    if (near_secret || absl::StartsWith(token, "\"") || absl::StartsWith(token, "'")) {
      return absl::StrCat(problem.substr(0, at), "met something else (not shown)");
    }
  }
  return problem;
}

// "profiles[2]" as a name and an index, 0 where there is none.
std::pair<std::string, int> SplitIndex(absl::string_view step) {
  int index = 0;
  const size_t bracket = step.find('[');
  if (bracket != absl::string_view::npos) {
    absl::string_view digits = step.substr(bracket + 1);
    absl::ConsumeSuffix(&digits, "]");
    if (!absl::SimpleAtoi(digits, &index)) {
      index = 0;
    }
  }
  return {std::string(step.substr(0, bracket)), index};
}

// "level" of `level: "info"`, where the value begins at the column; "" where it is not told. The
// parser counts a tab as more columns than one, so behind a tab it is not.
absl::string_view FieldBefore(absl::string_view line, int column) {
  absl::string_view before = line.substr(0, static_cast<size_t>(column));
  if (absl::StrContains(before, '\t')) {
    return "";
  }
  before = absl::StripTrailingAsciiWhitespace(before);
  if (!absl::ConsumeSuffix(&before, ":")) {
    return "";
  }
  before = absl::StripTrailingAsciiWhitespace(before);
  return before.substr(before.find_last_of(" {,;") + 1);
}

}  // namespace

// Warnings are what the parser calls unknown fields when it is told to go on after them.
class ConfigText::Collector : public google::protobuf::io::ErrorCollector {
 public:
  Collector(absl::string_view text, ConfigText* config)
      : lines_(absl::StrSplit(text, '\n')), config_(config) {}

  void AddError(int line, int column, const std::string& message) override {
    MoveToValue(message, &line, &column);
    const absl::string_view source = InRange(line) ? lines_[line] : "";
    const std::string cure = EnumCure(message, source, column);
    const std::string problem = WithoutSecrets(message, source);
    config_->mistakes_.push_back(
        {line + 1, "",
         absl::StrCat(line + 1, ":", column + 1, ": ",
                      cure.empty() ? problem : absl::StripSuffix(problem, "."), cure)});
  }

  void AddWarning(int line, int column, const std::string& message) override {
    AddError(line, column,
             absl::StrCat(absl::StripSuffix(message, "."), "; remove it or correct its name"));
  }

 private:
  bool InRange(int line) const { return line >= 0 && static_cast<size_t>(line) < lines_.size(); }

  // The parser notices an unknown enum value when it stands at the token after it, which is often
  // on the next line.
  void MoveToValue(absl::string_view message, int* line, int* column) const {
    if (!absl::ConsumePrefix(&message, kUnknownEnumValue)) {
      return;
    }
    const absl::string_view value = message.substr(0, message.find('"'));
    for (int above = *line; InRange(above); --above) {
      const size_t at = lines_[above].rfind(value);
      if (at != absl::string_view::npos) {
        *line = above;
        *column = static_cast<int>(at);
        return;
      }
    }
  }

  // "; write A or B" where a field of an enumeration has a value that it cannot have, else "".
  // `column` is the value's, which may be a text in quotes.
  std::string EnumCure(absl::string_view message, absl::string_view source, int column) const {
    absl::string_view field;
    if (absl::StartsWith(message, kUnknownEnumValue)) {
      const size_t at = message.rfind("for field \"");
      field = at == message.npos ? "" : message.substr(at + 11);
      field = field.substr(0, field.find('"'));
    } else if (absl::StartsWith(message, "Expected integer or identifier")) {
      field = FieldBefore(source, column);
    }
    const std::string values = EnumValuesOf(field, *config_->message_.GetDescriptor());
    return values.empty() ? "" : absl::StrCat("; write ", values);
  }

  const std::vector<absl::string_view> lines_;
  ConfigText* const config_;
};

ConfigText::ConfigText(absl::string_view text, absl::string_view path,
                       google::protobuf::Message* message)
    : path_(NameOfInput(path)), message_(*message) {
  const absl::StatusOr<absl::string_view> utf8 = TextOf(text);
  if (!utf8.ok()) {
    mistakes_.push_back({1, "", absl::StrCat("1: ", utf8.status().message())});
    return;
  }
  Collector collector(*utf8, this);
  TextFormat::Parser parser;
  parser.RecordErrorsTo(&collector);
  parser.WriteLocationsTo(&locations_);
  // To go on after the first unknown field and report them all; the collector makes errors of them.
  parser.AllowUnknownField(true);
  // Unknown fields are skipped by recursion too, and a file is not a stack.
  parser.SetRecursionLimit(kMaxNesting);
  parsed_ = parser.ParseFromString(std::string(*utf8), message);
}

void ConfigText::AddMistake(absl::string_view field, absl::string_view problem) {
  const int line = LineOf(field);
  mistakes_.push_back({line, std::string(field), absl::StrCat(line, ": ", field, ": ", problem)});
}

void ConfigText::AddWarning(absl::string_view field, absl::string_view advice) {
  warnings_.push_back(absl::StrCat(PlaceOf(field), ": ", field, ": ", advice));
}

std::string ConfigText::PlaceOf(absl::string_view field) const {
  return absl::StrCat(path_, ":", LineOf(field));
}

int ConfigText::LineOf(absl::string_view field) const {
  int line = 0;
  const TextFormat::ParseInfoTree* tree = &locations_;
  const Descriptor* descriptor = message_.GetDescriptor();
  for (const absl::string_view step : absl::StrSplit(field, '.')) {
    const auto [name, index] = SplitIndex(step);
    const FieldDescriptor* found =
        descriptor == nullptr ? nullptr : descriptor->FindFieldByName(name);
    if (found == nullptr || tree == nullptr) {
      break;
    }
    // The values of a list in brackets have one location, which is the first one's.
    int known = found->is_repeated() ? index : -1;
    while (known > 0 && tree->GetLocation(found, known).line < 0) {
      --known;
    }
    line = std::max(line, tree->GetLocation(found, known).line);
    tree = found->message_type() == nullptr ? nullptr : tree->GetTreeForNested(found, known);
    descriptor = found->message_type();
  }
  return line + 1;
}

absl::Status ConfigText::ToStatus() const {
  if (mistakes_.empty()) {
    return absl::OkStatus();
  }
  std::vector<const Mistake*> sorted;
  for (const Mistake& mistake : mistakes_) {
    sorted.push_back(&mistake);
  }
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Mistake* a, const Mistake* b) { return a->line < b->line; });
  std::string message;
  for (const Mistake* mistake : sorted) {
    absl::StrAppend(&message, message.empty() ? "" : "\n", path_, ":", mistake->text);
  }
  return InvalidArgument(Reason::kConfigInvalid, sorted.front()->field, message);
}

}  // namespace fleetca
