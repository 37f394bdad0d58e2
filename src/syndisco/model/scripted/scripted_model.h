#pragma once

#include <memory>
#include <string>

#include "syndisco/model/model.h"

namespace syndisco {

/// A model that says what a script says (see record/script.h). It keeps no state: which reply
/// comes, how long it takes and whether it fails follow from the request's tag alone, so a resumed
/// run, or one with more workers, has the same texts. Stop strings, `max_tokens` and the seed
/// change nothing; tokens are words parted by blanks.
///
/// `name` is what transcripts show unless the script names itself. Throws InputError where the
/// script is wrong.
std::unique_ptr<Model> make_scripted_model(const std::string& name, const Json& script);

}  // namespace syndisco
