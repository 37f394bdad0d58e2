#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "syndisco/dataset/tables.h"

namespace syndisco {

/// A format that a run can be exported to.
struct ExportFormat {
  std::string name;
  bool is_folder = false;  ///< PATH is a folder of files, else a table
  std::string ending;      ///< of tables, such as ".csv"
  std::string about;       ///< a few words for --help
};
std::span<const ExportFormat> export_formats();

/// The format of that name. Throws InputError with a "did you mean".
const ExportFormat& export_format(const std::string& name);

struct ExportOptions {
  bool guard_formulas = false;  ///< of csv: see TableFormat::kGuardedCsv
};

struct ExportSummary {
  std::vector<std::filesystem::path> paths;  ///< tables written, or the folder
  TableCounts comments;                      ///< of folders: discussions are files, rows comments
  TableCounts annotations;
  std::size_t left_out = 0;  ///< discussions that a published format cannot hold: not completed
};

/// Writes the dataset in one of the formats.
///
/// Tables: `path` holds the comments, and beside it "<stem>.annotations<ending>" the annotations
/// (with a header alone where there are none). Both are replaced as a whole, once both are
/// complete. A device or pipe gets the comments alone. Folders: `path`/discussions and
/// `path`/annotations, as in a run directory; files of the same names are replaced, others are left
/// alone; only completed discussions and annotations. Throws InputError where `path` is a folder
/// for a table or a file for a folder, or a format does not know an option, EnvironmentError where
/// it cannot be written.
ExportSummary export_dataset(const Journal& journal, const std::string& format,
                             const std::filesystem::path& path, const ExportOptions& options = {});

/// "out/data.csv" -> "out/data.annotations.csv".
std::filesystem::path annotations_beside(const std::filesystem::path& comments);

}  // namespace syndisco
