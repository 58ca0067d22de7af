// Texts with captures put in: "{name}.fleet.example".
#ifndef FLEETCA_SERVICE_POLICY_NAME_TEMPLATE_H_
#define FLEETCA_SERVICE_POLICY_NAME_TEMPLATE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/policy/identity_pattern.h"

namespace fleetca::service {

// Immutable, thread-safe.
class NameTemplate {
 public:
  // `captures` are those of the rule's identity. INVALID_ARGUMENT kConfigInvalid: another capture,
  // a "{" or "}" without its partner.
  static absl::StatusOr<NameTemplate> Parse(absl::string_view text,
                                            absl::Span<const std::string> captures);

  // The text for an identity whose captures stand for `texts`.
  [[nodiscard]] std::string Expand(const CapturedTexts& texts) const;

  // The same where the text is a DNS name: nullopt when a capture stands for anything but one DNS
  // label, or the text is a wildcard or no well-formed DNS name.
  [[nodiscard]] std::optional<std::string> ExpandDnsName(const CapturedTexts& texts) const;

  // Whether a DNS name is just that text, or ends with it and has more before it. A capture that
  // stands for anything but one DNS label matches nothing: "a.b" must not become two labels.
  bool EqualsDnsName(absl::string_view name, const CapturedTexts& texts) const;
  bool EndsDnsName(absl::string_view name, const CapturedTexts& texts) const;

  // A DNS label: text, at the most one capture in it, and text after that.
  struct Label {
    std::string before;
    std::optional<size_t> capture;
    std::string after;
  };
  // Between the dots. Of a template without an ambiguous label.
  std::vector<Label> Labels() const;

  bool HasCapture() const { return pieces_.size() > 1; }

  // Whether two captures are in one DNS label. Then two identities may come to the same name: in
  // "{a}-{b}.example", "x" and "y-z" as well as "x-y" and "z".
  bool HasAmbiguousLabel() const;

 private:
  // A literal, followed by a capture unless it is the last piece.
  struct Piece {
    std::string literal;
    size_t capture = kNone;
  };
  static constexpr size_t kNone = static_cast<size_t>(-1);

  explicit NameTemplate(std::vector<Piece> pieces) : pieces_(std::move(pieces)) {}

  // Takes the text off the end of `name`; false when it does not end so.
  [[nodiscard]] bool ConsumeFromEnd(absl::string_view* name, const CapturedTexts& texts) const;

  std::vector<Piece> pieces_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_NAME_TEMPLATE_H_
