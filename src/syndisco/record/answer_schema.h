#pragma once

#include <string>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/text/json.h"

namespace syndisco {

// JSON answers follow a schema: the part of JSON Schema that a model can be held to word by word.
//
//     type                            one of null, boolean, integer, number, string, array, object,
//                                     or a list of them; a schema without it takes any value
//     enum, const                     the values themselves
//     properties, required            of objects; required names must be among the properties
//     additionalProperties            of objects, true or false
//     items, minItems, maxItems       of arrays; one schema for all items
//     minimum, maximum                of integers and numbers, from -10^15 to 10^15
//     minLength, maxLength            of strings, in code points
//     title, description              said to nobody
//
// Keywords mean what the standard says, but that an integer is written without a fraction (1.0 is
// none), and that numbers are finite.

/// The keywords above.
const std::vector<std::string>& answer_schema_keywords();

/// Checks that a schema is of the part above and that some value fits it. `place` is where it
/// stands; errors point inside it. Throws InputError.
void check_answer_schema(const Json& schema, const Place& place = {});

// For schemas that are checked:

/// Whether `value` is what the schema asks for.
bool fits_schema(const Json& schema, const Json& value);

/// A small value that fits.
Json schema_example(const Json& schema);

}  // namespace syndisco
