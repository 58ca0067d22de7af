// The folder of an image, in which a program of this host is to work that follows every link.
#ifndef FLEETCA_CLIENT_TRUST_STORES_IMAGE_ROOT_H_
#define FLEETCA_CLIENT_TRUST_STORES_IMAGE_ROOT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// Below the root of a system.
inline constexpr absl::string_view kLocalRootsFolder = "usr/local/share/ca-certificates";
inline constexpr absl::string_view kBundleFolder = "etc/ssl/certs";

// Whether update-ca-certificates reads and writes nothing but what is below `root`, whoever made
// the image: it runs with the rights of its caller, often root, as a shell script that follows
// links and takes names apart at blanks. `root` is an absolute path. FAILED_PRECONDITION
// kFileInvalid, with what is wrong and what to do, for a link on the way to one of the two folders,
// a link among what is trusted that leads out of `root`, a bundle that is no file of its own, and
// names that the script would take apart. What is missing is right. Says nothing of an image that
// changes meanwhile.
absl::Status CheckImage(const std::string& root);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TRUST_STORES_IMAGE_ROOT_H_
