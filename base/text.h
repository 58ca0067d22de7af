// Text as people's editors and other programs leave it in files.
#ifndef FLEETCA_BASE_TEXT_H_
#define FLEETCA_BASE_TEXT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// What Windows' editors put before UTF-8.
inline constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

// `contents` without a kByteOrderMark at the start. INVALID_ARGUMENT kFileInvalid for UTF-16, with
// or without such a mark, and with how to make UTF-8 of it: as UTF-16 nothing that is read here
// makes sense, and what is said of it then misleads. Everything that is read as text comes through
// here, however it was read; what may be DER as well may come, too, as DER is never taken for
// UTF-16. The rest is not judged. The result aliases `contents`.
absl::StatusOr<absl::string_view> TextOf(absl::string_view contents);

// ReadFile (base/file.h) and TextOf, whose error is FAILED_PRECONDITION and names the path here.
absl::StatusOr<std::string> ReadTextFile(absl::string_view path);

// The next line of `text`, which is moved past it: without its end, which is LF, CR LF, or CR, and
// without the blanks around it. Aliases `text`.
absl::string_view TakeLine(absl::string_view* text);

}  // namespace fleetca

#endif  // FLEETCA_BASE_TEXT_H_
