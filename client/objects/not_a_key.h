// Which form of a private key DER has, and what a file holds that was meant to be a private key.
#ifndef FLEETCA_CLIENT_OBJECTS_NOT_A_KEY_H_
#define FLEETCA_CLIENT_OBJECTS_NOT_A_KEY_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "client/objects/private_key_reader.h"

namespace fleetca::client {

// Told by the first elements; nullopt for what is not a private key. The rest is not judged, and
// octets after the element are left to who reads it. Thread-safe, as all that follow.
[[nodiscard]] std::optional<KeyForm> KeyFormOfDer(absl::string_view der);

// "it is a certificate, and the key is in another file", for a PEM block, with this label and these
// octets, that is not a private key of a kind that is read.
std::string NoReadableBlock(absl::string_view label, absl::string_view octets);

// The same for octets that are not PEM.
std::string WhatDerIs(absl::string_view der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_NOT_A_KEY_H_
