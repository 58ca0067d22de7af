// Names of headers that a request's sender must not use.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_HEADER_NAMES_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_HEADER_NAMES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace fleetca::client {

// Every header that says something of the caller begins so; what a client sends under such a name
// is never passed on.
inline constexpr absl::string_view kFleetHeaderPrefix = "x-fleet-";
inline constexpr absl::string_view kIdentityHeader = "x-fleet-identity";
inline constexpr absl::string_view kRolesHeader = "x-fleet-roles";
inline constexpr absl::string_view kAttributeHeaderPrefix = "x-fleet-attribute-";

// Frameworks that heed these would serve another request than the one that was judged. In small
// letters.
absl::Span<const absl::string_view> OverrideHeaders();

// Whether a header is one of ours or an override, however it is spelled: in whatever case, and with
// "_" for any "-", which many a backend cannot tell apart (CGI and WSGI make "_" of both).
bool IsNotTheSendersToUse(absl::string_view header);

// A name with n dashes has 2^n spellings. This bounds n for the attributes that are passed on.
inline constexpr size_t kMostDashesOfAttribute = 4;

// Every spelling of the name with "-" and "_", in small letters; the name itself is the first.
std::vector<std::string> SpellingsOf(absl::string_view name);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_HEADER_NAMES_H_
