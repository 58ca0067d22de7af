// What kind of value a flag or an argument takes, as far as its command says so.
#ifndef FLEETCA_CLIENT_CLI_MANUAL_VALUE_KIND_H_
#define FLEETCA_CLIENT_CLI_MANUAL_VALUE_KIND_H_

#include <string>
#include <vector>

#include "CLI/App.hpp"

namespace fleetca::client {

enum class ValueKind {
  kText,          // anything: nothing can be offered
  kChoice,        // one of ChoicesOf
  kFile,          //
  kFolder,        //
  kSerialOrFile,  // a serial number in hex, or the file of a certificate
  kSerial,        // a serial number in hex
  kName,          // a name of a certificate, such as DNS:web.fleet.example
  kCommand,       // a command of this program, a word at a time
  kContext,       // the name of a context
  kAddress,       // HOST:PORT of a CA
  kProfile,       // the name of a profile
  kIdentity,      // a SPIFFE ID
  kTokenId,       // the id of a join token
  kRenewalId,     // the number of an early renewal
};

// The words that the option takes and no others, as its check says ("FORM:{text,json}") or its
// description ("Make a key: p256, p384 or ed25519"); empty where neither lists any. A choice that
// ends in "..." stands for all that begin so.
std::vector<std::string> ChoicesOf(const CLI::Option& option);

// By the name of the option's type, and where that says too little by its own name and the
// command's. kText for what no rule knows.
ValueKind ValueKindOf(const CLI::App& command, const CLI::Option& option);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_VALUE_KIND_H_
