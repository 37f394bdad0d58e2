// The page of a study, as the program writes it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>

#include "experiments.h"
#include "support/hostile.h"
#include "support/xml.h"

#include "syndisco/text/json.h"

namespace syndisco::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1))
    ++count;
  return count;
}

TEST(Report, IsOneSoundPageWithEverythingInIt) {
  const Folder folder;
  write_experiment(folder);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Ended ended = run(folder, {"report", "d", "--figures", "figures"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::StartsWith("d/report.html\n"));
  const std::string page = folder.read("d/report.html");
  EXPECT_EQ(markup_fault(page, true), "");
  for (const char* id : {"-summary", "-design", "-tables", "-figures", "-cost", "-transcripts",
                         "-manifest", "small.none.0001", "small.light.0003"})
    EXPECT_THAT(page, HasSubstr("id=\"" + std::string(id) + "\""));
  EXPECT_EQ(count_of(page, "<details class=\"d\""), 6U);
  EXPECT_THAT(page, HasSubstr("<bdi>judy</bdi>"));
  EXPECT_THAT(page, HasSubstr("Calm them."));
  EXPECT_THAT(page, HasSubstr("all completed"));
  // Nothing from elsewhere.
  for (const char* outside : {" src=", "url(http", "@import", "href=\"http"})
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  std::size_t figures = 0;
  for (const auto& entry : fs::directory_iterator(folder / "figures")) {
    EXPECT_EQ(markup_fault(folder.read("figures/" + entry.path().filename().string())), "");
    ++figures;
  }
  EXPECT_GE(figures, 5U);
  EXPECT_TRUE(fs::exists(folder / "figures/timeline.svg"));
  EXPECT_TRUE(fs::exists(folder / "figures/toxicity-means.svg"));
}

TEST(Report, HoldsAsManyTranscriptsAsAskedFor) {
  const Folder folder;
  write_experiment(folder);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  for (const auto& [value, count] : {std::pair{"all", 6U}, {"none", 0U}, {"2", 2U}, {"100", 6U}}) {
    ASSERT_EQ(run(folder, {"report", "d", "--transcripts", value, "--out", "p.html"}).code, 0);
    EXPECT_EQ(count_of(folder.read("p.html"), "<details class=\"d\""), count) << value;
  }
  const Ended few = run(folder, {"report", "d", "--transcripts", "2", "--out", "p.html"});
  EXPECT_THAT(few.err, HasSubstr("2 of 6 discussions are in the page"));
  EXPECT_THAT(folder.read("p.html"), HasSubstr("2 of 6 discussions are in this page"));
  const Ended bad = run(folder, {"report", "d", "--transcripts", "some"});
  EXPECT_EQ(bad.code, 2);
  EXPECT_THAT(bad.err, HasSubstr("all, none or a number"));
}

TEST(Report, WritesThePageAloneToTheOutput) {
  const Folder folder;
  write_experiment(folder, 1);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Ended ended = run(folder, {"report", "d", "--out", "/dev/stdout"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(ended.out, testing::EndsWith("</html>\n"));
}

TEST(Report, TellsOfATableThatIsMissingOnThePageAndOnTheTerminal) {
  const Folder folder;
  write_experiment(folder, 2);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Ended ended = run(folder, {"report", "d", "--formula", "toxicity ~ facilitatoin"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("The table effects is missing: "));
  EXPECT_THAT(ended.err, HasSubstr("did you mean facilitation?"));
  EXPECT_THAT(folder.read("d/report.html"), HasSubstr("did you mean facilitation?"));
}

TEST(Report, ComparesAsAnalyzeDoes) {
  const Folder folder;
  write_experiment(folder, 2);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Ended ended = run(folder, {"report", "d", "--reference", "facilitation=light", "--against",
                                   "d", "--without-silent"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::string page = folder.read("d/report.html");
  EXPECT_THAT(page, HasSubstr("facilitation[T.none]"));
  EXPECT_THAT(page, Not(HasSubstr("facilitation[T.light]")));
  const Ended level = run(folder, {"report", "d", "--reference", "facilitation=lihgt"});
  EXPECT_EQ(level.code, 2);
  EXPECT_THAT(level.err, HasSubstr("light"));
}

TEST(Report, SumsUpNoCostsWhereAModelHasNoPrice) {
  const Folder folder;
  for (const bool both : {true, false}) {
    const std::string price = "price: {input: 1, output: 2}";
    folder.write("experiment.yaml",
                 "experiment: priced\nmodels:\n  m: {scripted: {by_role: {user: "
                 "[one, two]}}, " +
                     price + "}\n  n: {scripted: {by_role: {annotator: [\"1\"]}}" +
                     (both ? ", " + price : "") +
                     "}\n"
                     "discussions: {model: m, turns: 2, personas: [{username: "
                     "ann}, {username: ben}]}\n"
                     "annotations:\n  - {name: toxicity, model: n, instructions: "
                     "Rate., annotators: [{username: judy}]}\n");
    const std::string out = both ? "both" : "one";
    ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", out, "--quiet"}).code, 0);
    ASSERT_EQ(run(folder, {"report", out}).code, 0);
    const std::string page = folder.read(out + "/report.html");
    const std::size_t row =
        page.find("<td><bdi>all</bdi></td>", page.find("What models were asked"));
    const std::string all = page.substr(row, page.find("</tr>", row) - row);
    EXPECT_EQ(all.ends_with("<td class=\"n\">\u2013</td>"), !both) << all;
  }
}

TEST(Report, RefusesWhatItCannotMean) {
  const Folder folder;
  write_experiment(folder, 1);
  EXPECT_EQ(run(folder, {"report", "nowhere"}).code, 2);
  ASSERT_EQ(run(folder, {"run", "experiment.yaml", "--out", "d"}).code, 0);
  const Ended factor = run(folder, {"report", "d", "--factor", "facilitatoin"});
  EXPECT_EQ(factor.code, 2);
  EXPECT_THAT(factor.err, HasSubstr("facilitation"));
  const Ended measure = run(folder, {"report", "d", "--measure", "toxicty"});
  EXPECT_EQ(measure.code, 2);
  EXPECT_THAT(measure.err, HasSubstr("toxicity"));
  EXPECT_FALSE(fs::exists(folder / "d/report.html"));
}

TEST(Report, ShowsFailedAndUnfinishedDiscussionsWithTheirReasons) {
  const Folder folder;
  write_experiment(
      folder, 3,
      "{by_role: {user: [one, two], moderator: [calm], annotator: [\"1\"]}, fail_rate: 0.9}");
  const Ended ran = run(folder, {"run", "experiment.yaml", "--out", "d", "--quiet"});
  ASSERT_EQ(ran.code, 1) << ran.err;
  const Ended ended = run(folder, {"report", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::string page = folder.read("d/report.html");
  EXPECT_EQ(markup_fault(page, true), "");
  EXPECT_THAT(page, HasSubstr("<caption>Failures</caption>"));
  EXPECT_THAT(page, HasSubstr("data-state=\"failed\""));
  EXPECT_THAT(page, HasSubstr("class=\"warning\">Failed: "));
}

TEST(Report, IsHarmlessWhateverModelsAndFilesSay) {
  const Folder folder;
  JsonArray texts;
  for (const std::string& text : hostile_texts()) texts.emplace_back(text);
  const std::string bad = "\x1b[2J\u202e</script><script>alert(1)</script>";
  folder.write(
      "experiment.json",
      dump_json(JsonObject{
          {"experiment", "evil " + bad},
          {"models",
           JsonObject{{"m", JsonObject{{"scripted",
                                        JsonObject{{"by_role", JsonObject{{"user", texts},
                                                                          {"annotator", texts}}},
                                                   {"name", "model " + bad}}}}}}},
          {"discussions",
           JsonObject{
               {"context", bad},
               {"instructions", "i" + bad},
               {"personas", JsonArray{JsonObject{{"username", "ann " + bad}, {"k" + bad, bad}},
                                      JsonObject{{"username", "=ben,\"x\"'"}}}},
               {"turns", texts.size()},
               {"history", 2},
               {"opening_posts", JsonArray{JsonArray{"opening " + bad}}}}},
          {"factors",
           JsonObject{{"f" + bad, JsonObject{{"l" + bad, JsonObject{}}, {"other", JsonObject{}}}}}},
          {"annotations",
           JsonArray{JsonObject{{"name", "set " + bad},
                                {"annotators", JsonArray{JsonObject{{"username", "judge " + bad}}}},
                                {"instructions", bad}}}}}));
  ASSERT_EQ(run(folder, {"run", "experiment.json", "--out", "d", "--quiet"}).code, 0);
  const Ended ended = run(folder, {"report", "d", "--figures", "figures"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::string page = folder.read("d/report.html");
  EXPECT_EQ(markup_fault(page, true), "");
  EXPECT_EQ(count_of(page, "<script"), 1U);
  EXPECT_EQ(count_of(page, "</script"), 1U);
  EXPECT_THAT(page, Not(HasSubstr("\u202e")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  for (const auto& entry : fs::directory_iterator(folder / "figures"))
    EXPECT_EQ(markup_fault(folder.read("figures/" + entry.path().filename().string())), "");
}

TEST(Report, ReadsOneMomentOfARunThatGoesOn) {
  const Folder folder;
  write_experiment(folder, 40,
                   "{by_role: {user: [one, two, three], moderator: [calm], annotator: [\"1\", "
                   "\"4\"]}, delay_ms: [20, 40]}");
  Program running(folder, {"run", "experiment.yaml", "--out", "d", "--parallel", "2"});
  ASSERT_TRUE(eventually(
      [&] { return run(folder, {"show", "d"}).out.find("completed") != std::string::npos; }));
  const Ended ended = run(folder, {"report", "d"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const std::string page = folder.read("d/report.html");
  EXPECT_EQ(markup_fault(page, true), "");
  EXPECT_THAT(page, HasSubstr("A run is going on (process "));
  EXPECT_THAT(page, HasSubstr("Not finished when this page was written."));
  running.signal(SIGINT);
  running.wait();
}

}  // namespace
}  // namespace syndisco::test
