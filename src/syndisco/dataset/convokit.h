#pragma once

#include <filesystem>

#include "syndisco/dataset/tables.h"
#include "syndisco/journal/journal.h"

namespace syndisco {

/// Writes a corpus directory as ConvoKit's `Corpus(filename=...)` opens: utterances.jsonl,
/// speakers.json, conversations.json, corpus.json and index.json, each replaced as a whole, the
/// index last. Discussions that have a turn are in, unfinished ones as far as they came, without
/// turns whose text is blank. Throws EnvironmentError where it cannot be written.
///
/// An utterance "<discussion>.<comment index>" answers the one before it; the first answers nobody.
/// Times are whole seconds since 1970 (UTC), null where none is known. A speaker is a person:
/// whoever has name, role and persona in common, in any number of discussions. Where several share
/// a name, the later ones have " (2)" and so on after it in the order of the plan.
TableCounts write_convokit(const Journal& journal, const std::filesystem::path& folder);

}  // namespace syndisco
