#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "folder.h"

namespace syndisco::design_test {
namespace {

struct Case {
  std::string name;
  std::string text;
  std::string message;
  std::string place;
  std::string hint;
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << c.name;
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

void expect_problem(const Problem& problem, const Case& expected) {
  EXPECT_EQ(problem.message, expected.message);
  EXPECT_EQ(problem.place, expected.place);
  EXPECT_EQ(problem.hint, expected.hint);
}

// ---- a wrong member of discussions, in line 6 and below

class BadMember : public testing::TestWithParam<Case> {};

TEST_P(BadMember, IsRefusedWithPlaceAndHint) {
  const Folder folder;
  folder.write("experiment.yaml", kBase + GetParam().text);
  expect_problem(problem_of(folder, "experiment.yaml"), GetParam());
}

const std::string kKnownDiscussions =
    "known keys are per_cell, model, prompt_style, context, personas, instructions, participants, "
    "turns, history, turn_taking, opening_posts, silence, facilitator, sampling, wrap";

INSTANTIATE_TEST_SUITE_P(
    Keys, BadMember,
    testing::Values(
        Case{"Misspelt", "  turnz: 3\n", "unknown key 'turnz' in discussions",
             "experiment.yaml:6:3", "did you mean turns?"},
        Case{"Unknown", "  colour: red\n", "unknown key 'colour' in discussions",
             "experiment.yaml:6:3", kKnownDiscussions},
        Case{"Duplicate", "  turns: 3\n  history: 2\n  turns: 4\n", "duplicate key 'turns'",
             "experiment.yaml:8:3", "the first is in line 6; keep one of them"},
        Case{"DuplicateOfAnEarlierLine", "  personas: []\n", "duplicate key 'personas'",
             "experiment.yaml:6:3", "the first is in line 5; keep one of them"},
        Case{"MisspeltInSampling", "  sampling: {temprature: 1}\n",
             "unknown key 'temprature' in sampling", "experiment.yaml:6:14",
             "did you mean temperature?"},
        Case{"MisspeltInDry", "  sampling: {dry: {bass: 2}}\n", "unknown key 'bass' in dry",
             "experiment.yaml:6:20", "did you mean base?"},
        Case{"MisspeltInFacilitator", "  facilitator:\n    instrucions: x\n",
             "unknown key 'instrucions' in facilitator", "experiment.yaml:7:5",
             "did you mean instructions?"},
        Case{"MisspeltInRespond", "  turn_taking: {respond: {probabilty: 1}}\n",
             "unknown key 'probabilty' in respond", "experiment.yaml:6:27",
             "did you mean probability?"},
        Case{"MisspeltWayOfTurns", "  turn_taking: {respnd: {}}\n",
             "unknown key 'respnd' in turn_taking", "experiment.yaml:6:17",
             "did you mean respond?"},
        Case{"MisspeltInTemplate", "  prompt_style: {users: x}\n",
             "unknown key 'users' in prompt_style", "experiment.yaml:6:18", "did you mean user?"},
        Case{"MisspeltInFile", "  context: {fil: x}\n", "unknown key 'fil' in context",
             "experiment.yaml:6:13", "did you mean file?"},
        Case{"MisspeltAtTheTop", "factor: {}\n", "unknown key 'factor' in experiment.yaml",
             "experiment.yaml:6:1", "did you mean factors?"},
        Case{"OfDiscussionsAtTheTop", "turns: 4\n", "unknown key 'turns' in experiment.yaml",
             "experiment.yaml:6:1", "turns belongs into discussions"},
        Case{"OfTheTopInDiscussions", "  reproducible: true\n",
             "unknown key 'reproducible' in discussions", "experiment.yaml:6:3",
             "reproducible belongs into the file itself, not indented"},
        Case{"UnknownInLevel", "factors:\n  f:\n    a: {turn: 3}\n", "unknown key 'turn' in a",
             "experiment.yaml:8:9", "did you mean turns?"},
        Case{"UnknownInModel", "  model: m\nannotations:\n  - {nam: x}\n",
             "unknown key 'nam' in item 1 of annotations", "experiment.yaml:8:6",
             "did you mean name?"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Types, BadMember,
    testing::Values(
        Case{"TextForNumber", "  turns: eight\n",
             "turns must be a whole number, at least 1, but is the text 'eight'",
             "experiment.yaml:6:10", ""},
        Case{"QuotedNumber", "  turns: '8'\n",
             "turns must be a whole number, at least 1, but is the text '8'",
             "experiment.yaml:6:10", "write it without quotes"},
        Case{"FloatForWhole", "  turns: 8.0\n",
             "turns must be a whole number, at least 1, but is the number 8.0",
             "experiment.yaml:6:10", ""},
        Case{"Zero", "  turns: 0\n", "turns must be a whole number, at least 1, but is 0",
             "experiment.yaml:6:10", ""},
        Case{"Negative", "  history: -1\n", "history must be a whole number, at least 0, but is -1",
             "experiment.yaml:6:12", ""},
        Case{"Huge", "  per_cell: 99999999999999999999999\n",
             "per_cell must be a whole number, at least 1, but is 99999999999999999999999",
             "experiment.yaml:6:13", ""},
        Case{"AboveInt", "  turns: 2147483648\n",
             "turns must be a whole number, at least 1, but is 2147483648", "experiment.yaml:6:10",
             ""},
        Case{"Empty", "  turns:\n  history: 2\n",
             "turns must be a whole number, at least 1, but is empty (null)", "experiment.yaml:6:3",
             ""},
        Case{"NumberForText", "  context: 5\n", "context must be a text or {file: PATH}, but is 5",
             "experiment.yaml:6:12", "put it in quotes to make it a text"},
        Case{"ListForText", "  instructions: [a]\n",
             "instructions must be a text or {file: PATH}, but is a list", "experiment.yaml:6:17",
             ""},
        Case{"ListForMapping", "  sampling: [1]\n", "sampling must be a mapping, but is a list",
             "experiment.yaml:6:13", ""},
        Case{"TextForFacilitator", "  facilitator: none\n",
             "facilitator must be null (nobody) or a mapping, but is the text 'none'",
             "experiment.yaml:6:16", ""},
        Case{"YesIsNoBoolean", "  turn_taking: {queue: {random_first_speaker: yes}}\n",
             "random_first_speaker must be true or false, but is the text 'yes'",
             "experiment.yaml:6:47", "write true or false, without quotes"},
        Case{"NumberForModel", "  model: 3\n", "model must be a text that is not blank, but is 3",
             "experiment.yaml:6:10", "put it in quotes to make it a text"},
        Case{"MisspeltTurnTaking", "  turn_taking: round-robin\n",
             "turn_taking must be round_robin, queue, random or respond, but is the text "
             "'round-robin'",
             "experiment.yaml:6:16", "did you mean round_robin?"},
        Case{"TwoWaysOfTurns", "  turn_taking: {queue: {}, random: {}}\n",
             "turn_taking must name exactly one way", "experiment.yaml:6:16",
             "such as {respond: {probability: 0.4}}"},
        Case{"OptionsWhereThereAreNone", "  turn_taking: {random: {seed: 1}}\n",
             "random has no options", "experiment.yaml:6:26", "write it alone"},
        Case{"LongTextIsCut", "  turns: " + std::string(100, 'x') + "\n",
             "turns must be a whole number, at least 1, but is the text '" + std::string(40, 'x') +
                 "...'",
             "experiment.yaml:6:10", ""},
        Case{"ColumnsCountCharacters", "  turn_taking: {\"réspönd\": 1}\n",
             "unknown key 'réspönd' in turn_taking", "experiment.yaml:6:17",
             "did you mean respond?"},
        Case{"ColumnsCountCharactersBefore", "  silence: [ä, ö, 7]\n",
             "item 3 of silence must be a text or {file: PATH}, but is 7", "experiment.yaml:6:19",
             "put it in quotes to make it a text"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Ranges, BadMember,
    testing::Values(
        Case{"ProbabilityAboveOne", "  turn_taking: {respond: {probability: 1.5}}\n",
             "probability must be a number between 0 and 1, but is the number 1.5",
             "experiment.yaml:6:40", ""},
        Case{"ProbabilityBelowZero", "  turn_taking: {respond: {probability: -0.1}}\n",
             "probability must be a number between 0 and 1, but is the number -0.1",
             "experiment.yaml:6:40", ""},
        Case{"ProbabilityNotANumber", "  turn_taking: {respond: {probability: .nan}}\n",
             "probability must be a number between 0 and 1, but is the number nan",
             "experiment.yaml:6:40", ""},
        Case{"TemperatureInfinite", "  sampling: {temperature: .inf}\n",
             "temperature must be a number of at least 0, but is the number inf",
             "experiment.yaml:6:27", ""},
        Case{"TemperatureOverflows", "  sampling: {temperature: 1e999}\n",
             "temperature must be a number of at least 0, but is the number inf",
             "experiment.yaml:6:27", ""},
        Case{"TemperatureNegative", "  sampling: {temperature: -1}\n",
             "temperature must be a number of at least 0, but is -1", "experiment.yaml:6:27", ""},
        Case{"TopPZero", "  sampling: {top_p: 0}\n",
             "top_p must be a number above 0, at most 1, but is 0", "experiment.yaml:6:21", ""},
        Case{"TopKNegative", "  sampling: {top_k: -1}\n",
             "top_k must be a whole number, at least 0, but is -1", "experiment.yaml:6:21", ""},
        Case{"MinPAboveOne", "  sampling: {min_p: 2}\n",
             "min_p must be a number between 0 and 1, but is 2", "experiment.yaml:6:21", ""},
        Case{"RepeatPenaltyZero", "  sampling: {repeat_penalty: 0}\n",
             "repeat_penalty must be a number above 0, but is 0", "experiment.yaml:6:30", ""},
        Case{"RepeatLastN", "  sampling: {repeat_last_n: -2}\n",
             "repeat_last_n must be a whole number, at least -1, but is -2", "experiment.yaml:6:29",
             ""},
        Case{"DryAsText", "  sampling: {dry: much}\n",
             "dry must be a number (the multiplier) or a mapping, but is the text 'much'",
             "experiment.yaml:6:19", ""},
        Case{"DryBase", "  sampling: {dry: {base: 1}}\n", "base must be a number above 1, but is 1",
             "experiment.yaml:6:26", ""},
        Case{"MaxTokensZero", "  sampling: {max_tokens: 0}\n",
             "max_tokens must be a whole number, at least 1, but is 0", "experiment.yaml:6:26", ""},
        Case{"EmptyStop", "  sampling: {stop: [a, '']}\n", "item 2 of stop is an empty text",
             "experiment.yaml:6:24", ""},
        Case{"TooManyDiscussions", "  per_cell: 100001\n",
             "the file plans more than 100,000 discussions", "experiment.yaml:4:1",
             "lower per_cell or take out levels"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    People, BadMember,
    testing::Values(
        Case{"MoreParticipantsThanPersonas", "  participants: 9\n",
             "participants is 9, but personas holds only 2", "experiment.yaml:6:17",
             "add personas or lower participants"},
        Case{"OnlyInOneCell", "factors:\n  size:\n    few: {}\n    many: {participants: 3}\n",
             "participants is 3, but personas holds only 2 (cell many)", "experiment.yaml:9:26",
             "add personas or lower participants"},
        Case{"PersonaIsFacilitator", "  facilitator: {name: B, instructions: x}\n",
             "the facilitator and a persona are both named 'B'", "experiment.yaml:6:23",
             "names must differ; the persona is at experiment.yaml:5:29"},
        Case{"PersonaIsFacilitatorOfACell",
             "factors:\n  f:\n    a: {}\n    b:\n      facilitator:\n        name: A\n"
             "        instructions: x\n",
             "the facilitator and a persona are both named 'A' (cell b)", "experiment.yaml:11:15",
             "names must differ; the persona is at experiment.yaml:5:14"},
        Case{"FacilitatorWithoutInstructions", "  facilitator: {name: F}\n",
             "facilitator needs the key instructions", "experiment.yaml:6:3", ""},
        Case{"UnknownModel", "  model: n\n", "unknown model 'n'", "experiment.yaml:6:10",
             "did you mean m? Defined models are m"},
        Case{"UnknownModelOfFacilitator", "  facilitator: {instructions: x, model: large}\n",
             "unknown model 'large'", "experiment.yaml:6:41", "defined models are m"},
        Case{"EmptyOpeningPosts", "  opening_posts: []\n", "opening_posts is an empty list",
             "experiment.yaml:6:18",
             "give at least one text, or leave the key out to begin without a post"},
        Case{"BlankOpeningPost", "  opening_posts: [a, ' ']\n", "an opening post is blank",
             "experiment.yaml:6:22", "write its text or take it out"},
        Case{"EmptyOpeningEntry", "  opening_posts: [[]]\n",
             "an entry of opening posts is an empty list", "experiment.yaml:6:19",
             "take it out or give it a text"},
        Case{"OpeningEntryWithoutSpeakers", "  opening_posts: [[a, b, c]]\n",
             "this entry of opening posts has 3 texts, but a discussion has only 2 participants",
             "experiment.yaml:6:19",
             "each text is said by another participant: shorten the entry or raise participants"},
        Case{"MissingFile", "  context: {file: nowhere.txt}\n", "no such file: nowhere.txt",
             "experiment.yaml:6:19", "check the name, and the folder it is relative to"},
        Case{"FileIsAFolder", "  context: {file: .}\n", "is a directory: .", "experiment.yaml:6:19",
             "give the name of a file inside it"},
        Case{"FileNameTooLong", "  context: {file: " + std::string(300, 'x') + "}\n",
             "cannot read " + std::string(300, 'x') + ": File name too long",
             "experiment.yaml:6:19", "choose a shorter name"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Styles, BadMember,
    testing::Values(
        Case{"Misspelt", "  prompt_style: syndisco-22\n",
             "prompt_style must be plain, syndisco-2.2, syndisco-2.0, syndisco-1.0, sdf or g0, but "
             "is the text 'syndisco-22'",
             "experiment.yaml:6:17", "did you mean syndisco-2.2?"},
        Case{"UnknownPlaceholder", "  prompt_style:\n    user: Hello {nam}\n",
             "unknown placeholder {nam} in user", "experiment.yaml:7:11", "did you mean {name}?"},
        Case{"OpenBrace", "  prompt_style:\n    system: a {\n    user: x\n",
             "'{' without '}' on its line", "experiment.yaml:7:13", "write {{ and }} for braces"},
        Case{"WithoutUser", "  prompt_style: {system: x}\n",
             "a prompt style of your own needs the key user", "experiment.yaml:6:3",
             "it is what a participant is asked"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Factors, BadMember,
    testing::Values(
        Case{"NoLevels", "factors:\n  size: {}\n", "factor 'size' has no levels",
             "experiment.yaml:7:9", "give it levels, or take it out"},
        Case{"NotAMapping", "factors:\n  size: [1, 2]\n",
             "factor 'size' must be a mapping of its levels, but is a list", "experiment.yaml:7:9",
             "such as {none: {}, light: {facilitator: {...}}}"},
        Case{"LevelNotAMapping", "factors:\n  turns:\n    few: 3\n",
             "level 'few' of factor 'turns' must be a mapping of keys of discussions, but is "
             "a whole number",
             "experiment.yaml:8:10", "a level that changes nothing is {}"},
        Case{"SameSlug", "factors:\n  f:\n    No one: {}\n    no-one: {}\n",
             "levels 'No one' and 'no-one' of factor 'f' would both be called no-one",
             "experiment.yaml:9:5",
             "ids keep only letters and digits; choose names that differ in them"},
        Case{"BlankLevel", "factors:\n  f:\n    ' ': {}\n", "the name of a level is blank",
             "experiment.yaml:8:5", ""},
        Case{"LongIds",
             "factors:\n  f: {" + std::string(64, 'a') + ": {}}\n  g: {" + std::string(64, 'b') +
                 ": {}}\n  h: {" + std::string(64, 'c') + ": {}}\n",
             "ids such as 'e." + std::string(38, 'a') + "...' are longer than 180 bytes",
             "experiment.yaml:4:1", "shorten the names of the experiment or of the levels"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Annotations, BadMember,
    testing::Values(
        Case{"NoName", "annotations:\n  - {instructions: x, annotators: [{name: J}]}\n",
             "item 1 of annotations needs the key name", "experiment.yaml:7:5", ""},
        Case{"NoAnnotators", "annotations:\n  - {name: t, instructions: x}\n",
             "item 1 of annotations needs the key annotators", "experiment.yaml:7:5", ""},
        Case{"EmptyAnnotators", "annotations:\n  - {name: t, instructions: x, annotators: []}\n",
             "there are no annotators: annotators is empty", "experiment.yaml:7:44",
             "give at least one, such as {username: Ada}"},
        Case{"TwoOfOneName",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}, {name: J}]}\n",
             "two annotators are named 'J'", "experiment.yaml:7:63",
             "names must differ; the other is at experiment.yaml:7:52"},
        Case{"TwoOfOneFileName",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}, {name: j!}]}\n",
             "annotators 'J' and 'j!' would both write files called j", "experiment.yaml:7:56",
             "choose names that differ in letters or digits"},
        Case{"TwoSets",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}]}\n"
             "  - {name: T, instructions: x, annotators: [{name: J}]}\n",
             "two annotation sets are named 't'", "experiment.yaml:8:12",
             "names must differ in letters or digits, because files are called by them; the other "
             "is at experiment.yaml:7:5"},
        Case{"RangeBackwards",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {integer: [5, 1]}}\n",
             "integer begins at 5 but ends at 1", "experiment.yaml:8:24",
             "give the lowest number first"},
        Case{"RangeTooWide",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {integer: [-9223372036854775808, 9223372036854775807]}}\n",
             "integer holds more than 100,000 numbers", "experiment.yaml:8:24",
             "choose a smaller range"},
        Case{"RangeOfOne",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {integer: [5]}}\n",
             "integer must be a list of the lowest and the highest number, but is a list",
             "experiment.yaml:8:24", "such as [1, 5]"},
        Case{"BooleanChoice",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {choice: [true, false]}}\n",
             "item 1 of choice must be a text that is not blank, but is true",
             "experiment.yaml:8:24", "put it in quotes to make it a text"},
        Case{"SameChoice",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {choice: [a, b, a]}}\n",
             "'a' is twice among the choices", "experiment.yaml:8:30", ""},
        Case{"NoChoice",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {choice: []}}\n",
             "choice is empty", "experiment.yaml:8:23", "give at least one text"},
        Case{"UnknownAnswer",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: number}\n",
             "answer must be text, {integer: [LOWEST, HIGHEST]}, {choice: [TEXT, TEXT, ...]} or "
             "{json: SCHEMA}, but is the text 'number'",
             "experiment.yaml:8:14", ""},
        Case{"MisspeltSchemaType",
             "annotations:\n  - name: t\n    instructions: x\n    annotators: [{name: J}]\n"
             "    answer:\n      json:\n        type: object\n        properties:\n"
             "          score: {type: nmber}\n",
             "there is no type 'nmber'", "experiment.yaml:14:25",
             "did you mean number? types are null, boolean, integer, number, string, array, "
             "object"},
        Case{"UnknownSchemaKeyword",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {json: {type: string, pattern: a+}}}\n",
             "a schema cannot have the keyword 'pattern'", "experiment.yaml:8:45",
             "known are type, properties, required, additionalProperties, items, minItems, "
             "maxItems, minimum, maximum, minLength, maxLength, enum, const, title, description"},
        Case{"UndefinedRequired",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {json: {type: object, required: [why]}}}\n",
             "required has 'why', which is none of the properties", "experiment.yaml:8:47",
             "define it in properties"},
        Case{"SchemaFileMissing",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {json: {file: nowhere.json}}}\n",
             "no such file: nowhere.json", "experiment.yaml:8:28",
             "check the name, and the folder it is relative to"},
        Case{"NoSchema",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     answer: {json: [a]}}\n",
             "a schema must be a mapping, but is a list", "experiment.yaml:8:21",
             "write {type: string}, for example"},
        Case{"HistoryOfNothing",
             "annotations:\n  - {name: t, instructions: x, annotators: [{name: J}],\n"
             "     history: 0}\n",
             "history must be a whole number, at least 1, but is 0", "experiment.yaml:8:15", ""},
        Case{"StyleWithoutAnnotator",
             "  prompt_style: {user: x}\nannotations:\n"
             "  - {name: t, instructions: x, annotators: [{name: J}]}\n",
             "a prompt style of your own needs the key annotator to be used by annotators",
             "experiment.yaml:8:5",
             "add it, or give the annotations a prompt_style such as plain"}),
    name_of);

// ---- whole files

class BadFile : public testing::TestWithParam<Case> {};

TEST_P(BadFile, IsRefusedWithPlaceAndHint) {
  const Folder folder;
  folder.write("experiment.yaml", GetParam().text);
  expect_problem(problem_of(folder, "experiment.yaml"), GetParam());
}

const std::string kDefineModel =
    "define one, such as `models: {small: {gguf: builtin:smollm2-135m}}`";

INSTANTIATE_TEST_SUITE_P(
    Top, BadFile,
    testing::Values(
        Case{"Empty", "", "the file is empty", "experiment.yaml", ""},
        Case{"OnlyBlanks", " \n\n", "the file is empty", "experiment.yaml", ""},
        Case{"OnlyAComment", "# nothing\n", "the file is empty", "experiment.yaml", ""},
        Case{"List", "- a\n- b\n",
             "an experiment file must be a mapping of keys, but this is a list",
             "experiment.yaml:1:1", "begin with `experiment: NAME`"},
        Case{"Text", "hello\n", "an experiment file must be a mapping of keys, but this is a text",
             "experiment.yaml:1:1", "begin with `experiment: NAME`"},
        Case{"NoName", "models: {m: {scripted: {replies: [a]}}}\n",
             "experiment.yaml needs the key experiment", "experiment.yaml:1:1",
             "a name for the study"},
        Case{"BlankName", "experiment: ' '\n",
             "experiment must be a text that is not blank, but is the text ' '",
             "experiment.yaml:1:13", ""},
        Case{"NoModels", "experiment: e\n", "experiment.yaml needs the key models",
             "experiment.yaml:1:1", kDefineModel},
        Case{"EmptyModels", "experiment: e\nmodels: {}\n", "models is empty", "experiment.yaml:2:9",
             kDefineModel},
        Case{"NoDiscussions", "experiment: e\nmodels: {m: {scripted: {replies: [a]}}}\n",
             "experiment.yaml needs the key discussions", "experiment.yaml:1:1",
             "what is discussed, by whom and how often"},
        Case{"NoPersonas",
             "experiment: e\nmodels: {m: {scripted: {replies: [a]}}}\ndiscussions: {turns: 2}\n",
             "discussions needs the key personas", "experiment.yaml:3:1",
             "a list of personas, or the path of a file that holds one"},
        Case{
            "EmptyPersonas",
            "experiment: e\nmodels: {m: {scripted: {replies: [a]}}}\ndiscussions: {personas: []}\n",
            "there are no personas: personas is empty", "experiment.yaml:3:25",
            "give at least one, such as {username: Ada}"},
        Case{"TwoModelsAndNoneNamed",
             "experiment: e\nmodels:\n  a: {scripted: {replies: [x]}}\n"
             "  b: {scripted: {replies: [x]}}\ndiscussions: {personas: [{name: A}]}\n",
             "discussions needs the key model", "experiment.yaml:5:1",
             "several models are defined (a, b); name the one that speaks"},
        Case{"SeedNegative", "experiment: e\nseed: -1\n",
             "seed must be a whole number from 0 to 18446744073709551615, but is -1",
             "experiment.yaml:2:7", ""},
        Case{"SeedTooLarge", "experiment: e\nseed: 18446744073709551616\n",
             "seed must be a whole number from 0 to 18446744073709551615, but is "
             "18446744073709551616",
             "experiment.yaml:2:7", ""},
        Case{"SeedFloat", "experiment: e\nseed: 1.5\n",
             "seed must be a whole number from 0 to 18446744073709551615, but is the number 1.5",
             "experiment.yaml:2:7", ""},
        Case{"Pairing", "experiment: e\npairing: replicates\n",
             "pairing must be replicate or none, but is the text 'replicates'",
             "experiment.yaml:2:10", "did you mean replicate?"}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Models, BadFile,
    testing::Values(
        Case{"NoKind", "experiment: e\nmodels:\n  m: {context: 100}\n",
             "model 'm' needs one of the keys gguf, scripted or endpoint", "experiment.yaml:3:3",
             "gguf: a path, builtin:smollm2-135m or hf:owner/repository/file.gguf; endpoint: the "
             "address of a model server; scripted: replies for tests"},
        Case{"BothKinds", "experiment: e\nmodels:\n  m: {gguf: a, scripted: b}\n",
             "model 'm' is both gguf and scripted", "experiment.yaml:3:16", "keep one of them"},
        Case{"UnknownKey", "experiment: e\nmodels:\n  m: {gguf: a, colour: 1}\n",
             "unknown key 'colour' in m", "experiment.yaml:3:16",
             "known keys are gguf, scripted, endpoint, model, api_key_env, server, context, "
             "concurrency, timeouts, threads, gpu_layers, chat_template, date, weights, price"},
        Case{"EndpointWithoutModel", "experiment: e\nmodels:\n  m: {endpoint: http://x}\n",
             "m needs the key model", "experiment.yaml:3:3",
             "the name that the server knows the model by"},
        Case{"EndpointNoAddress",
             "experiment: e\nmodels:\n  m: {endpoint: localhost:8000, model: a}\n",
             "an endpoint must be an address that begins with http:// or https://",
             "experiment.yaml:3:17", "such as http://localhost:8000/v1"},
        Case{"EndpointPassword",
             "experiment: e\nmodels:\n  m: {endpoint: \"http://me:secret@x/v1\", model: a}\n",
             "an address may not hold a user or password: it would stand in files and logs",
             "experiment.yaml:3:17",
             "put the key into an environment variable and name it as `api_key_env`"},
        Case{"EndpointNoHost",
             "experiment: e\nmodels:\n  m: {endpoint: \"http:///v1\", model: a}\n",
             "the address of an endpoint has no host", "experiment.yaml:3:17", ""},
        Case{"EndpointParameters",
             "experiment: e\nmodels:\n  m: {endpoint: \"http://x/v1?a=b\", model: a}\n",
             "the address of an endpoint may have no parameters (? or #)", "experiment.yaml:3:17",
             "give the base address, such as http://localhost:8000/v1"},
        Case{"EndpointPath",
             "experiment: e\nmodels:\n  m: {endpoint: \"http://x/v1/chat/completions/\", model: "
             "a}\n",
             "the address of an endpoint ends before /chat/completions", "experiment.yaml:3:17",
             "give the base address, such as http://localhost:8000/v1"},
        Case{"EndpointTwice",
             "experiment: e\nmodels:\n  m: {endpoint: [\"http://x/v1\", \"http://x/v1/\"], model: "
             "a}\n",
             "the address 'http://x/v1' is there twice", "experiment.yaml:3:33", ""},
        Case{"EndpointKey",
             "experiment: e\nmodels:\n  m: {endpoint: \"http://x\", model: a, api_key_env: "
             "sk-123}\n",
             "api_key_env must be the name of an environment variable, not the key itself",
             "experiment.yaml:3:52",
             "such as `api_key_env: MY_API_KEY`, and `export MY_API_KEY=...` before the run"},
        Case{"EndpointServer",
             "experiment: e\nmodels:\n  m: {endpoint: \"http://x\", model: a, server: vlm}\n",
             "server must be auto, openai, llama, vllm or plain, but is the text 'vlm'",
             "experiment.yaml:3:47", "did you mean vllm?"},
        Case{"EndpointTimeout",
             "experiment: e\nmodels:\n  m: {endpoint: \"http://x\", model: a, timeouts: {total: "
             "0}}\n",
             "total must be a number of seconds above 0, at most 86400, but is 0",
             "experiment.yaml:3:57", ""},
        Case{"EndpointWeights",
             "experiment: e\nmodels:\n  m: {endpoint: \"http://x\", model: a, weights: tuned}\n",
             "weights has no meaning for a model that is an endpoint", "experiment.yaml:3:39", ""},
        Case{"FileWithKey", "experiment: e\nmodels:\n  m: {gguf: a, api_key_env: KEY}\n",
             "api_key_env has no meaning for a model that is no endpoint", "experiment.yaml:3:16",
             ""},
        Case{
            "ReproducibleEndpoint",
            "experiment: e\nreproducible: true\nmodels:\n  m: {endpoint: \"http://x\", model: a}\n",
            "an experiment with the endpoint 'm' cannot be reproducible: what a server answers "
            "depends on what else it computes",
            "experiment.yaml:2:15",
            "leave `reproducible` out, or run the model in this program with `gguf`"},
        Case{"HuggingFace", "experiment: e\nmodels:\n  m: {gguf: hf:a/b/../c.gguf}\n",
             "\"hf:a/b/../c.gguf\" is no name of a hub's file", "experiment.yaml:3:13",
             "write hf:owner/repository/file.gguf, or with @revision behind"},
        Case{"GgufAddress", "experiment: e\nmodels:\n  m: {gguf: \"https://x/a.gguf\"}\n",
             "gguf must be a path or a name, not an address", "experiment.yaml:3:13",
             "write hf:owner/repository/file.gguf, or download the file and give its path"},
        Case{"Date", "experiment: e\nmodels:\n  m: {gguf: a, date: 2026-02-30}\n",
             "date must be a day such as 2026-01-31, but is the text '2026-02-30'",
             "experiment.yaml:3:22", ""},
        Case{"Weights", "experiment: e\nmodels:\n  m: {gguf: a, weights: q8_0}\n",
             "weights must be as_is, tuned, Q8_0, F16, BF16, Q6_K, Q5_K_M, Q4_K_M, IQ4_NL or Q4_0, "
             "but "
             "is the text 'q8_0'",
             "experiment.yaml:3:25", "did you mean Q8_0?"},
        Case{"Context", "experiment: e\nmodels:\n  m: {gguf: a, context: -1}\n",
             "context must be a whole number, at least 0, but is -1", "experiment.yaml:3:25", ""},
        Case{"Script", "experiment: e\nmodels:\n  m:\n    scripted:\n      replies: []\n",
             "replies is empty", "experiment.yaml:5:16", "give at least one reply"},
        Case{"ScriptKind", "experiment: e\nmodels:\n  m: {scripted: 3}\n",
             "scripted must be a path or a mapping of replies, but is 3", "experiment.yaml:3:17",
             ""}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Yaml, BadFile,
    testing::Values(
        Case{"ListNotClosed", "experiment: [a, b\nseed: 1\n",
             "invalid YAML: the list that begins here is not closed", "experiment.yaml:1:13",
             "check that a ] ends it, with commas in between"},
        Case{"MappingNotClosed", "experiment: e\nmodels: {m: 1\n",
             "invalid YAML: the mapping that begins here is not closed", "experiment.yaml:2:9",
             "check that a } ends it, with commas in between"},
        Case{"QuoteNotClosed", "experiment: e\nseed: \"abc\n",
             "invalid YAML: the quoted text that begins here has no closing quote",
             "experiment.yaml:2:7", ""},
        Case{"ColonInText", "experiment: a: b\n", "invalid YAML: a colon where no key can stand",
             "experiment.yaml:1:14",
             "a text that holds ': ' needs quotes; keys of one mapping begin in the same column"},
        Case{"Tab", "models:\n\tm: 1\n", "invalid YAML: a colon where no key can stand",
             "experiment.yaml:2:3", "indent with blanks, not with tabs"},
        Case{"Indentation", "  experiment: e\n seed: 1\n",
             "invalid YAML: this does not continue what stands above it", "experiment.yaml:2:2",
             "check the indentation of this line and of those above"},
        Case{"ListAfterKeys", "experiment: e\n- a\n",
             "invalid YAML: expected the next `key: value`", "experiment.yaml:2:1",
             "keys of one mapping begin in the same column, each with a colon"},
        Case{"StrayCharacter", "experiment: @e\n",
             "invalid YAML: a text cannot begin with this character", "experiment.yaml:1:13",
             "put the text in quotes"},
        Case{"UnknownAlias", "experiment: *e\n",
             "invalid YAML: the referenced anchor is not defined", "experiment.yaml:1:13", ""},
        Case{"AliasInItself", "experiment: &a [*a]\n", "an alias stands inside what it refers to",
             "experiment.yaml:1:17", ""},
        Case{"TwoDocuments", "experiment: e\n---\nexperiment: f\n",
             "the file holds a second YAML document", "experiment.yaml:2:1",
             "write one file for each"},
        Case{"Tag", "experiment: !mine e\n", "unknown tag !mine", "experiment.yaml:1:13",
             "leave the tag out"},
        Case{"WrongTag", "experiment: !!int e\n", "this is not what its tag !!int says",
             "experiment.yaml:1:13", ""},
        Case{"ListAsKey", "? [a]\n: 1\n", "the name of a member must be a text",
             "experiment.yaml:1:3", "braces and brackets inside a text need quotes around it"},
        Case{"Merge", "<<: 3\n", "<< merges a mapping, or a list of mappings",
             "experiment.yaml:1:5", "write `<<: *anchor`, or quote the name"},
        Case{"ControlCharacter", "experiment: a\x01\n",
             "invalid YAML: the control character \\x01 cannot stand here", "experiment.yaml:1:14",
             "in double quotes \\x and two hex digits write any of them"},
        Case{"NotUtf8", "experiment: é\nseed: \xE9\n", "the text is not UTF-8",
             "experiment.yaml:2:7", "save the file in the encoding UTF-8"},
        Case{"Utf16",
             std::string("\xFF\xFE"
                         "e\0",
                         4),
             "the text is not UTF-8", "experiment.yaml:1:1", "save the file in the encoding UTF-8"},
        Case{"TooDeep", "experiment: " + std::string(1000, '[') + std::string(1000, ']'),
             "invalid YAML: nested too deeply", "experiment.yaml:1:510", ""}),
    name_of);

// ---- JSON, and other files than the experiment file

TEST(BadJson, IsRefusedWithLineAndColumn) {
  const Folder folder;
  folder.write("e.json", "{\n  \"experiment\": \"e\",\n  \"seed\": 1,,\n}\n");
  const Problem problem = problem_of(folder, "e.json");
  EXPECT_NE(problem.message, "");
  EXPECT_TRUE(problem.place.starts_with("e.json:3:")) << problem.place;
}

TEST(BadJson, PointsAtTheLineOfAWrongValue) {
  const Folder folder;
  folder.write("e.json", "{\n  \"experiment\": \"e\",\n  \"seed\": \"x\"\n}\n");
  const Problem problem = problem_of(folder, "e.json");
  EXPECT_EQ(problem.message,
            "seed must be a whole number from 0 to 18446744073709551615, but is the text 'x'");
  EXPECT_TRUE(problem.place.starts_with("e.json:3")) << problem.place;
}

TEST(BadJson, PointsAtAnUnknownKey) {
  const Folder folder;
  folder.write("e.json", "{\n  \"experiment\": \"e\",\n  \"sed\": 1\n}\n");
  const Problem problem = problem_of(folder, "e.json");
  EXPECT_EQ(problem.message, "unknown key 'sed' in e.json");
  EXPECT_EQ(problem.hint, "did you mean seed?");
  EXPECT_TRUE(problem.place.starts_with("e.json:3")) << problem.place;
}

TEST(BadJson, RefusesDuplicateKeys) {
  const Folder folder;
  folder.write("e.json", "{\n  \"experiment\": \"e\",\n  \"seed\": 1,\n  \"seed\": 2\n}\n");
  const Problem problem = problem_of(folder, "e.json");
  EXPECT_EQ(problem.message, "duplicate key 'seed'");
  EXPECT_TRUE(problem.place.starts_with("e.json:4")) << problem.place;
}

TEST(BadPath, MissingExperimentFile) {
  const Folder folder;
  const Problem problem = problem_of(folder, "none.yaml");
  EXPECT_EQ(problem.message, "no such file: none.yaml");
  EXPECT_NE(problem.hint, "");
}

TEST(BadPath, ExperimentFileIsAFolder) {
  const Folder folder;
  std::filesystem::create_directory(folder / "e.yaml");
  EXPECT_EQ(problem_of(folder, "e.yaml").message, "is a directory: e.yaml");
}

/// The same experiment with its personas in a file.
const std::string kWithFile =
    "experiment: e\n"
    "models: {m: {scripted: {replies: [hi]}}}\n"
    "discussions: {personas: people.json, participants: 2}\n";

class BadPeopleFile : public testing::TestWithParam<Case> {};

TEST_P(BadPeopleFile, IsRefusedWithItsOwnName) {
  const Folder folder;
  folder.write("experiment.yaml", kWithFile);
  folder.write("people.json", GetParam().text);
  const Problem problem = problem_of(folder, "experiment.yaml");
  EXPECT_EQ(problem.message, GetParam().message);
  EXPECT_TRUE(problem.place.starts_with(GetParam().place)) << problem.place;
  EXPECT_TRUE(problem.hint.starts_with(GetParam().hint)) << problem.hint;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, BadPeopleFile,
    testing::Values(Case{"Single", "{\"username\": \"A\"}",
                         "a file of personas must hold a list, but this is a single mapping",
                         "people.json:1", "put brackets around it: [{...}]"},
                    Case{"NoObject", "[\n{\"username\": \"A\"},\n7]",
                         "a persona must be a mapping, but this is a whole number", "people.json:3",
                         "such as {username: Ada, age: 36}"},
                    Case{"Empty", "[]", "there are no personas: people.json is empty",
                         "experiment.yaml:3:25", "give at least one"},
                    Case{"EmptyFile", "", "the file is empty", "people.json", ""},
                    Case{"NoUsername", "[{\"username\": \"A\"},\n{\"age\": 3}]",
                         "a persona needs the key username (or name)", "people.json:2",
                         "it is the name that others see"},
                    Case{"BlankUsername", "[{\"username\": \" \"}]",
                         "username must be a text that is not blank, but is the text ' '",
                         "people.json:1", ""},
                    Case{"NumberAsUsername", "[{\"username\": 7}]",
                         "username must be a text that is not blank, but is 7", "people.json:1",
                         "put it in quotes"},
                    Case{"TwoOfOneName", "[{\"username\": \"A\"},\n{\"username\": \"A\"}]",
                         "two personas are named 'A'", "people.json:2",
                         "names must differ; the other is at people.json:1"},
                    Case{"TooFew", "[{\"username\": \"A\"}]",
                         "participants is 2, but people.json holds only 1", "experiment.yaml:3:52",
                         "add personas or lower participants"},
                    Case{"UnknownModel", "[{\"username\": \"A\", \"model\": \"x\"}]",
                         "unknown model 'x'", "people.json:1", "did you mean m?"},
                    Case{"Actor", "[{\"username\": \"A\", \"actor\": \"human\"}]",
                         "actor must be {human: terminal}, {retrieval: PATH} or {sampler: PATH}, "
                         "but is the text 'human'",
                         "people.json:1", "write {human: terminal}"},
                    Case{"DuplicateKey", "[{\"username\": \"A\", \n\"username\": \"B\"}]",
                         "duplicate key 'username'", "people.json:2", "keep one of them"},
                    Case{"NotUtf8", "[{\"username\": \"\xFF\"}]", "the text is not UTF-8",
                         "people.json:1:16", "save the file in the encoding UTF-8"}),
    name_of);

TEST(BadReferencedFile, NameOfATemplateFileStandsInTheError) {
  const Folder folder;
  folder.write("experiment.yaml", kBase + "  prompt_style: {user: {file: user.txt}}\n");
  folder.write("user.txt", "Hello\n{nobody}\n");
  const Problem problem = problem_of(folder, "experiment.yaml");
  EXPECT_EQ(problem.message, "unknown placeholder {nobody} in user");
  EXPECT_TRUE(problem.place.starts_with("user.txt")) << problem.place;
}

TEST(BadReferencedFile, ScriptFile) {
  const Folder folder;
  folder.write("experiment.yaml",
               "experiment: e\nmodels: {m: {scripted: replies.json}}\ndiscussions: {}\n");
  folder.write("replies.json", "{\n\"replies\": [\"a\",\n3]}\n");
  const Problem problem = problem_of(folder, "experiment.yaml");
  EXPECT_NE(problem.message, "");
  EXPECT_TRUE(problem.place.starts_with("replies.json:3")) << problem.place;
}

TEST(BadPersona, NumberThatJsonCannotWrite) {
  const Folder folder;
  folder.write("experiment.yaml",
               "experiment: e\nmodels: {m: {scripted: {replies: [a]}}}\n"
               "discussions:\n  personas:\n    - {name: A, scores: [1, .inf]}\n");
  const Problem problem = problem_of(folder, "experiment.yaml");
  EXPECT_EQ(problem.message, "item 2 of scores must be a finite number, but is the number inf");
  EXPECT_EQ(problem.place, "experiment.yaml:5:29");
}

TEST(BadExpansion, AliasesCannotFillTheMemory) {
  const Folder folder;
  std::string yaml = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" + before;
    for (int j = 1; j < 10; ++j) yaml += ", " + before;
    yaml += "]\n";
  }
  folder.write("experiment.yaml", yaml);
  const Problem problem = problem_of(folder, "experiment.yaml");
  EXPECT_EQ(problem.message, "the file holds more than 1,000,000 values");
  EXPECT_EQ(problem.hint, "aliases count as often as they are used");
}

TEST(BadExpansion, MergesCannotTakeForever) {
  const Folder folder;
  std::string yaml = "a0: &a0 {x: 1}\n";
  for (int i = 1; i < 64; ++i) {
    const std::string before = "*a" + std::to_string(i - 1);
    yaml += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " {<<: [" + before + ", " +
            before + "]}\n";
  }
  folder.write("experiment.yaml", yaml);
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message,
            "the file holds more than 1,000,000 values");
}

TEST(BadExpansion, ChainsOfAliasesCannotOverflowTheStack) {
  const Folder folder;
  std::string yaml = "- &a0 []\n";
  for (int i = 1; i < 5000; ++i)
    yaml += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  folder.write("experiment.yaml", yaml);
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message, "nested more than 1,000 levels deep");
}

TEST(BadExpansion, TooManyCells) {
  const Folder folder;
  std::string yaml = kBase + "factors:\n";
  for (int i = 0; i < 40; ++i) yaml += "  f" + std::to_string(i) + ": {a: {}, b: {}}\n";
  folder.write("experiment.yaml", yaml);
  EXPECT_EQ(problem_of(folder, "experiment.yaml").message,
            "the factors cross to more than 10,000 cells");
}

}  // namespace
}  // namespace syndisco::design_test
