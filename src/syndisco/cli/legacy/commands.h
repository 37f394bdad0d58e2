#pragma once

#include <string>
#include <vector>

#include "syndisco/cli/command.h"

namespace syndisco::cli {

/// Adds the commands of the earlier generations: those of the thesis (`create_synthetic`,
/// `llm_annotation`, `execute_all`), those of SDF (`generate_*`), and the batch commands of both.
void add_legacy(CLI::App& app, Action& action);

/// The command line as the program reads it: called through a link of a command's name, with or
/// without ".py" or ".sh", it is that command; flags of these commands may be shortened. The first
/// is the program.
std::vector<std::string> legacy_arguments(const CLI::App& app, std::vector<std::string> arguments);

}  // namespace syndisco::cli
