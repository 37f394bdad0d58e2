#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "syndisco/journal/journal.h"

namespace syndisco {

// The JSON files of a run directory: a view of the journal for people and for the readers of 2.0
// and 2.2. docs/formats.md describes every key.

/// DIR/discussions/<id>.json: the keys of 2.0 first, in its shape and order, then ours in one
/// object, "syndisco".
Json discussion_file(const DiscussionRecord& discussion);

/// DIR/annotations/<set>/<id>.<annotator>.json: the keys of 2.0, then ours. These are single values
/// that are never null and are the same keys in every file: the reader of 2.0 groups by whatever
/// stands beside its own keys, so it fails at lists and drops what has a gap there.
Json annotation_file(const AnnotationRecord& annotation, const DiscussionRecord& discussion);

/// Whether a file is one of those two, of whichever format number.
bool is_run_file(const Json& file);

/// The discussion that `discussion_file` wrote, completed. `name` is the file's, for messages. What
/// the file does not hold is lost: user prompts, system prompts and models of turns that are not in
/// "logs", the template of a wording of one's own. Throws InputError with the place where something
/// is missing or of another type, and where the file is of a later format.
DiscussionRecord read_discussion_file(const Json& file, const std::string& name);

/// An annotation that `annotation_file` wrote, with a set of its own that has this annotator alone;
/// user prompts are lost.
AnnotationRecord read_annotation_file(const Json& file, const std::string& name);

/// Which of the set's annotators it is, from 0; 0 where the file does not say.
std::size_t annotator_position(const Json& file, const std::string& name);

/// Where they stand below a run directory or an export: "discussions/<id>.json" and
/// "annotations/<set>/<id>.<annotator>.json", sets and annotators as slugs. Different jobs have
/// different paths, and the same job always the same.
std::filesystem::path discussion_path(const std::string& id);
std::filesystem::path annotation_path(const AnnotationJob& job);

/// Writes the file of a completed discussion or annotation, which replaces an earlier one. False
/// where the job is not completed; nothing is written then.
bool write_discussion_file(const Journal& journal, const std::filesystem::path& directory,
                           const std::string& id);
bool write_annotation_file(const Journal& journal, const std::filesystem::path& directory,
                           const std::string& id);

/// Whether a file name is one that files have while they are written.
bool is_temporary(const std::filesystem::path& path);

/// Writes the file of every completed job that has none, and removes what a process that died left
/// half written. Whoever calls it has the directory for itself. Returns how many were written.
std::size_t write_missing_files(const Journal& journal, const std::filesystem::path& directory);

}  // namespace syndisco
