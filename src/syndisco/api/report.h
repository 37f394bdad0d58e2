#pragma once

#include <exception>
#include <string>

namespace syndisco::api {

/// What a person is told of an error: "error: PLACE: MESSAGE", and a line with a hint where there
/// is one. For the last catch clause of a program.
///
///     } catch (const std::exception& error) {
///       std::cerr << report(error);
std::string report(const std::exception& error);

}  // namespace syndisco::api
