// The words of a half-typed command line that this machine and its CA know.
#ifndef FLEETCA_CLIENT_CLI_LIVE_WORDS_H_
#define FLEETCA_CLIENT_CLI_LIVE_WORDS_H_

#include <vector>

#include "absl/time/time.h"
#include "client/cli/manual/completion.h"

namespace fleetca::client {

// How long a person at the Tab key waits at most; with the program's start less than 300 ms.
inline constexpr absl::Duration kLiveWordsLimit = absl::Milliseconds(250);

// Contexts and their addresses; profiles of the CA's folder and of its join tokens and early
// renewals; identities of join tokens, blocks and early renewals; ids of join tokens and of early
// renewals; serial numbers of the CA's own certificates, of the last ones by join tokens, and of
// blocked lineages, and of what CertificatesHere finds by the connection's certificate file and in
// the current folder. The CA is the one that the half-typed flags, the environment or the context
// in use name, and is asked as the commands ask it. What is not known after kLiveWordsLimit, for
// whatever reason, is left out in silence; nobody is asked anything. So is what is no plain word:
// letters, digits and ._-:/@%+=,[] with a letter, a digit or [ at the start. A shell puts the rest
// on its command line.
std::vector<CompletionWord> LiveWords(ValueKind kind, const HalfTyped& typed);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LIVE_WORDS_H_
