#include <gtest/gtest.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "syndisco/base/error.h"
#include "syndisco/cli/legacy/commands.h"
#include "syndisco/cli/legacy/flags.h"

namespace syndisco::cli {
namespace {

using Arguments = std::vector<std::string>;

class LegacyCommands : public testing::Test {
 protected:
  LegacyCommands() { add_legacy(app_, action_); }
  CLI::App app_;
  Action action_;
};

TEST_F(LegacyCommands, TakeTheBeginningOfAFlagForTheFlag) {
  EXPECT_EQ(legacy_arguments(app_, {"syndisco", "create_synthetic", "--output", "out",
                                    "--model_p=m.gguf", "--input_file", "i.json"}),
            (Arguments{"syndisco", "create_synthetic", "--output_dir", "out", "--model_path=m.gguf",
                       "--input_file", "i.json"}));
  EXPECT_EQ(legacy_arguments(app_, {"syndisco", "generate_conv_configs", "--no-inc"}),
            (Arguments{"syndisco", "generate_conv_configs", "--no-include_mod"}));
}

TEST_F(LegacyCommands, RefuseABeginningThatCouldBeSeveralFlags) {
  try {
    legacy_arguments(app_, {"syndisco", "create_synthetic", "--in", "i.json"});
    FAIL() << "--in could be two flags";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "--in could be --input_file, --inference_threads");
  }
}

TEST_F(LegacyCommands, AreCalledByTheirOwnNameThroughALink) {
  EXPECT_EQ(legacy_arguments(app_, {"/usr/bin/llm_annotation", "--conv_path", "c"}),
            (Arguments{"/usr/bin/llm_annotation", "llm_annotation", "--conv_path", "c"}));
  EXPECT_EQ(legacy_arguments(app_, {"scripts/execute_all.sh"}),
            (Arguments{"scripts/execute_all.sh", "execute_all"}));
}

TEST_F(LegacyCommands, LeaveOtherCommandsAlone) {
  const Arguments run = {"syndisco", "run", "--par", "4"};
  EXPECT_EQ(legacy_arguments(app_, run), run);
}

TEST(ModelOf, SaysHowToConvertWhatIsNotRunHere) {
  ModelFlags flags;
  flags.type = "transformers";
  EXPECT_THROW(model_of(flags), InputError);
}

}  // namespace
}  // namespace syndisco::cli
