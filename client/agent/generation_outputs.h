// The files of an identity, as its configuration wants them.
#ifndef FLEETCA_CLIENT_AGENT_GENERATION_OUTPUTS_H_
#define FLEETCA_CLIENT_AGENT_GENERATION_OUTPUTS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/agent/agent_options.h"
#include "client/agent/output_files.h"
#include "client/files/disk_steps.h"

namespace fleetca::client {

// Opens outputs.folder, in which files change together (client/files/file_generations.h); the
// folder around it must be there. The errors of FileGenerations::Open. `before_step` is for tests.
absl::StatusOr<std::unique_ptr<OutputFiles>> OpenOutputs(const OutputOptions& options,
                                                         BeforeStep before_step = nullptr);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_GENERATION_OUTPUTS_H_
