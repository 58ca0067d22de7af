// CRLs as commands print them.
#ifndef FLEETCA_CLIENT_CLI_CRL_OUTPUT_H_
#define FLEETCA_CLIENT_CLI_CRL_OUTPUT_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/cli/facts/crl_facts.h"
#include "client/cli/terminal/output.h"
#include "client/verdict/crl_input.h"

namespace fleetca::client {

// All of them in their order: a paragraph each, an array, or blocks.
std::string FormatCrls(const std::vector<HeldCrl>& crls, const CrlQuery& query, OutputForm form,
                       absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CRL_OUTPUT_H_
