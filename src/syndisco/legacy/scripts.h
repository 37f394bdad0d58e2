#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "syndisco/legacy/script_file.h"
#include "syndisco/record/plan.h"
#include "syndisco/record/turn.h"

namespace syndisco {

// What the scripts of the thesis (`create_synthetic`, `llm_annotation`) and of SDF
// (`generate_conversations`, `generate_annotations`) did with their files: input files into jobs,
// and what was said into output files. docs/migrating.md has what we do differently.

enum class Scripts { kThesis, kSdf };

/// What the scripts' flags say beside paths; the defaults are theirs.
struct ScriptSettings {
  std::string model_name = "model";  ///< as SDF's files show it; models are found by it
  int max_tokens = 512;
  std::uint64_t seed = 42;  ///< of every answer, and of the order of speakers
};

/// The conversation that an input file describes. `id` is the discussion's. Throws InputError, with
/// file, line and pointer, for what the script refused or would have failed at later.
DiscussionJob conversation_job(Scripts scripts, const std::filesystem::path& input,
                               const std::string& id, const ScriptSettings& settings);

/// The same of a file that was read already. `scope` tells its draws from those of other files.
DiscussionJob conversation_job(Scripts scripts, const ScriptFile& file, const std::string& scope,
                               const std::string& id, const ScriptSettings& settings);

/// A discussion and who annotates it.
struct AnnotationTask {
  DiscussionRecord discussion;
  AnnotationJob job;
};

/// `prompt` is the annotator's file, `conversation` that of a discussion of any generation that has
/// an id. Throws InputError as conversation_job does.
AnnotationTask annotation_task(Scripts scripts, const std::filesystem::path& prompt,
                               const std::filesystem::path& conversation,
                               const ScriptSettings& settings);

/// The output file's text.
std::string conversation_text(Scripts scripts, const DiscussionRecord& discussion);
std::string annotation_text(Scripts scripts, const AnnotationRecord& annotation,
                            const DiscussionRecord& discussion);

/// What the script printed for a turn, with its line end; "" for a turn that it passed over.
std::string conversation_screen(Scripts scripts, const DiscussionJob& job, const Turn& turn);
std::string annotation_screen(Scripts scripts, const DiscussionRecord& discussion,
                              const Turn& annotation);

/// llama-cpp-python's chat format "alpaca" as a chat template; it ends with the question.
std::string alpaca_chat_template();

/// The model that the scripts loaded: their chat format, whatever the file brings.
ModelSpec script_model(const std::string& name, const std::string& gguf);

}  // namespace syndisco
