#include "client/cli/local/csr_input.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/terminal/timed_read.h"
#include "client/objects/object_reader.h"

namespace fleetca::client {
namespace {

constexpr size_t kMaxLabel = 64;

absl::Status Invalid(const std::string& path, absl::string_view what) {
  return InvalidArgument(Reason::kFileInvalid, "", absl::StrCat(NameOfInput(path), ": ", what));
}

}  // namespace

absl::StatusOr<std::string> ReadOneCsr(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(path));
  absl::StatusOr<std::vector<FoundObject>> objects = FindObjects(contents.view());
  if (!objects.ok()) {
    return Annotate(objects.status(), NameOfInput(path));
  }
  if (objects->front().kind == ObjectKind::kOther) {
    const std::string& label = objects->front().pem_label;
    return Invalid(
        path, absl::StrCat(label.empty()
                               ? "this is something that is not known here"
                               : absl::StrCat("it holds a PEM block \"",
                                              EscapeForDisplay(label.substr(0, kMaxLabel)), "\""),
                           ", not a certificate signing request; give PEM with its line breaks "
                           "as they were, or DER"));
  }
  if (objects->front().kind != ObjectKind::kCsr) {
    return Invalid(path, absl::StrCat("this is ", KindName(objects->front().kind),
                                      ", not a certificate signing request; 'fleetca cert "
                                      "inspect' shows it"));
  }
  if (objects->size() > 1) {
    return Invalid(path, absl::StrCat("there are ", objects->size(),
                                      " certificate signing requests here; give one"));
  }
  return std::move(objects->front().der);
}

}  // namespace fleetca::client
