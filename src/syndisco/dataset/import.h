#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "syndisco/base/error.h"
#include "syndisco/journal/journal.h"
#include "syndisco/record/plan.h"

namespace syndisco {

// Files of any published version, and those of run directories, turned into a run directory. What
// is in a file is found out by its content, never by its name.

/// Where a record of an import comes from.
struct ImportedFile {
  std::filesystem::path path;
  std::string format;  ///< "g0", "sdf", "syndisco-1.0", "syndisco-2.0", "syndisco-2.2", "syndisco"
  std::string sha256;
  std::string job;  ///< id of the discussion or annotation
};

/// Something in a file that would not come back if the record were written in its format again.
struct ImportLoss {
  std::filesystem::path path;
  std::string difference;  ///< "POINTER: was X, is Y"
};

/// What was read.
struct Import {
  Plan plan;  ///< without models: nobody is to be asked
  std::vector<DiscussionRecord> discussions;
  std::vector<AnnotationRecord> annotations;
  std::vector<ImportedFile> files;  ///< discussions first, each in the order of its record
  std::vector<Error> refused;       ///< one for each file that is left out, and why
  std::vector<ImportLoss> losses;
  std::size_t passed_over = 0;  ///< files in folders whose names do not end in .json
};

struct ImportOptions {
  std::string experiment;   ///< its name; "": that of our own files, else of the folder
  std::size_t threads = 0;  ///< that read at once; 0: as many as cores
};

/// Reads files and, below folders, every file whose name ends in .json, in the order of their
/// paths; hidden ones and what is no regular file excepted, and of run directories the folders
/// discussions and annotations alone. Throws InputError where a path is not there; what is wrong
/// with a single file is in `refused`.
///
/// Cells and factors: of our own files those that they tell. Others have the factor "folder" where
/// they lie in several, whose levels are the folders' paths below the deepest that holds all of
/// them, and one cell for each; names that are not UTF-8 are repaired. A discussion of 2.2 gets its
/// file's name for an id, with folders before it where several files have that name. Two
/// discussions of one id: the second is refused.
///
/// Annotations are joined to their discussion by its id. Those of 2.2 tell none: they belong to the
/// discussion whose file's name or id theirs is, or begins with before a dot; else to the only one
/// with the same commenters in the same order; else they are refused, and also
/// where the name tells one and all commenters are those of another. A set has the annotations of
/// one folder (of our own files those of one set); where its annotators would not be different
/// people who saw as many comments, the rest is in sets of that name with a number.
Import read_import(const std::vector<std::filesystem::path>& paths, const ImportOptions& options);

/// Throws InputError where there is no discussion to import, and says why.
void check_not_empty(const Import& import);

/// Throws InputError where `directory` is there already and not empty, or a link.
void check_import_directory(const std::filesystem::path& directory);

/// Makes the run directory, with its journal and all its files. It is built beside `directory`,
/// under a hidden name, and takes its place when it is complete and on the disk: what a killed
/// import left there is removed by the next one into the same directory. `finish` may add to it
/// before that; `begun` is called once nobody else builds there. Throws what check_import_directory
/// does, EnvironmentError where it cannot be written or another import goes on.
void write_import(
    const Import& import, const std::filesystem::path& directory,
    const std::function<void(Journal& journal, const std::filesystem::path& folder)>& finish = {},
    const std::function<void()>& begun = {});

/// The hidden folder in which `write_import` builds.
std::filesystem::path import_folder(const std::filesystem::path& directory);

}  // namespace syndisco
