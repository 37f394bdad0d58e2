#include "syndisco/analysis/corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "small_corpus.h"

#include "syndisco/analysis/comments_csv.h"
#include "syndisco/base/error.h"
#include "syndisco/record/published.h"

namespace syndisco {
namespace {

using test::annotation;
using test::discussion;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Corpus with_ratings(const std::string& csv, const std::vector<DiscussionRecord>& records) {
  Corpus corpus({"arm"});
  corpus.take_ratings(read_ratings(csv, "r.csv"));
  for (const DiscussionRecord& record : records) corpus.add(record, {});
  corpus.finish();
  return corpus;
}

std::string all_warnings(const Corpus& corpus) {
  std::string all;
  for (const std::string& warning : corpus.warnings()) all += warning + "\n";
  return all;
}

TEST(Corpus, KnowsKindsWordsSilenceAndReplies) {
  Corpus corpus({});
  corpus.add(discussion("d", {},
                        {{"seed", "Hello there"},
                         {"ann", "Hi"},
                         {"ben", "\"\""},
                         {"mod", "Go on @ann please"},
                         {"cleo", "@ann @mod yes"}}),
             {});
  corpus.finish();
  const auto comments = corpus.comments_of(0);
  ASSERT_EQ(comments.size(), 5U);
  EXPECT_EQ(comments[0].words, 2U);
  EXPECT_TRUE(comments[2].silent);
  EXPECT_EQ(comments[3].reply_distance, 1U);  // the silent turn between is none
  EXPECT_EQ(comments[4].reply_distance, 2U);
  EXPECT_EQ(comments[4].order, 5U);
  EXPECT_NEAR(corpus.measure("silence").values[0], 1.0 / 3, 1e-15);
  EXPECT_EQ(corpus.measure("interventions").values[0], 1);
  EXPECT_EQ(corpus.measure("comments").values[0], 4);
}

TEST(Corpus, TakesTheFirstMentionOfSomebodyElseWhoSpoke) {
  Corpus corpus({});
  corpus.add(
      discussion("d", {}, {{"ann", "Hi"}, {"mod", "Go on"}, {"ben", "@cleo @ben @ann I agree"}}),
      {});
  corpus.finish();
  EXPECT_EQ(corpus.comments().at(2).reply_distance, 2U);
}

TEST(Corpus, LeavesUnfinishedDiscussionsOutAndSaysSo) {
  Corpus corpus({});
  DiscussionRecord running = discussion("d", {}, {{"ann", "Hi"}});
  running.status = Status::kRunning;
  corpus.add(running, {});
  corpus.finish();
  EXPECT_TRUE(corpus.discussions().empty());
  EXPECT_THAT(all_warnings(corpus), HasSubstr("1 discussion is left out: they are not completed"));
}

TEST(Corpus, CountsUnfinishedDiscussionsWhereAsked) {
  CorpusOptions options;
  options.unfinished = true;
  Corpus corpus({}, options);
  DiscussionRecord running = discussion("d", {}, {{"ann", "Hi"}});
  running.status = Status::kRunning;
  corpus.add(running, {});
  EXPECT_EQ(corpus.discussions().size(), 1U);
}

TEST(Ratings, JoinByDiscussionAndIndex) {
  const Corpus corpus = with_ratings("conv_id,comment_index,score\nd,2,0.5\nd,1,0.25\n",
                                     {discussion("d", {}, {{"ann", "a"}, {"ben", "b"}})});
  EXPECT_THAT(corpus.measure("score").values, ElementsAre(0.25, 0.5));
  EXPECT_EQ(corpus.measure("mean_score").values[0], 0.375);
}

TEST(Ratings, GiveEachOfSeveralEqualCommentsOneRatingInOrder) {
  const std::string id = message_id("d", "same");
  const Corpus corpus =
      with_ratings("message_id,score\n" + id + ",1\n" + id + ",2\n",
                   {discussion("d", {}, {{"ann", "same"}, {"ben", "b"}, {"ann", "same"}})});
  EXPECT_EQ(corpus.measure("score").values[0], 1);
  EXPECT_TRUE(std::isnan(corpus.measure("score").values[1]));
  EXPECT_EQ(corpus.measure("score").values[2], 2);
  EXPECT_THAT(all_warnings(corpus), HasSubstr("rated more than once, 1 of them differently"));
}

TEST(Ratings, AreRepeatedAsAnInnerJoinDoesWhereAsked) {
  const std::string id = message_id("d", "same");
  const Corpus corpus = with_ratings("message_id,score\n" + id + ",1\n" + id + ",2\n",
                                     {discussion("d", {}, {{"ann", "same"}, {"ann", "same"}})});
  ObservationOptions options;
  EXPECT_THAT(observations(corpus, corpus.measure("score"), options).values, ElementsAre(1, 2));
  options.published_join = true;
  EXPECT_THAT(observations(corpus, corpus.measure("score"), options).values,
              ElementsAre(1, 2, 1, 2));
}

TEST(Observations, OfMeansLeaveOutAndRepeatWhatThoseOfCommentsDo) {
  const std::string same = message_id("d", "same"), other = message_id("d", "\"\"");
  const Corpus corpus = with_ratings(
      "message_id,score\n" + same + ",1\n" + same + ",2\n" + same + ",6\n" + other + ",7\n",
      {discussion("d", {}, {{"ann", "same"}, {"ben", "\"\""}})});
  const Measure& mean = corpus.measure("mean_score");
  ObservationOptions options;
  EXPECT_THAT(observations(corpus, mean, options).values, ElementsAre(4));
  options.leave_out_silent = true;
  EXPECT_THAT(observations(corpus, mean, options).values, ElementsAre(1));
  options.published_join = true;
  EXPECT_THAT(observations(corpus, mean, options).values, ElementsAre(3));
}

TEST(Ratings, OfCommentsOfTwoDiscussionsCountOnce) {
  // "a" and "b_c" make the same id as "a_b" and "c".
  const Corpus corpus =
      with_ratings("message_id,score\n" + message_id("a", "b_c") + ",1\n",
                   {discussion("a", {}, {{"ann", "b_c"}}), discussion("a_b", {}, {{"ann", "c"}})});
  EXPECT_EQ(corpus.ratings()->matched, 1U);
  EXPECT_EQ(corpus.ratings()->unmatched, 0U);
}

TEST(Ratings, ThatBelongToNothingAreSaid) {
  const Corpus corpus = with_ratings("conv_id,comment_index,score\nother,1,0.5\n",
                                     {discussion("d", {}, {{"ann", "a"}})});
  EXPECT_THAT(all_warnings(corpus), HasSubstr("none of the 1 ratings belongs to a comment here"));
}

TEST(Ratings, LeaveOutRepeatedHeadersErrorsAndBadRowsAndCountThem) {
  const Ratings ratings = read_ratings(
      "conv_id,comment_index,score,note,error\nd,1,1,x,\n"
      "conv_id,comment_index,score,note,error\nd,2,2,y,timeout\nd,zero,1,z,\nd,3\nd,4,NA,q,\n",
      "r.csv");
  EXPECT_EQ(ratings.rows(), 2U);
  EXPECT_EQ(ratings.header_rows, 1U);
  EXPECT_EQ(ratings.error_rows, 1U);
  EXPECT_EQ(ratings.bad, 2U);
  EXPECT_THAT(ratings.columns, ElementsAre("score"));
  EXPECT_THAT(ratings.ignored, ElementsAre("note"));
  EXPECT_THAT(ratings.bad_rows.at(0), HasSubstr("line 5: comment_index is no number"));
}

TEST(Ratings, SuggestTheColumnThatWasMeant) {
  try {
    read_ratings("message_id,toxicity\nx,1\n", "r.csv", {"toxcity"});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.hint(), "did you mean toxicity?");
  }
}

TEST(Ratings, NeedAKeyAndNumbers) {
  EXPECT_THROW(read_ratings("", "r.csv"), InputError);
  EXPECT_THROW(read_ratings("score\n1\n", "r.csv"), InputError);
  EXPECT_THROW(read_ratings("message_id,note\nx,y\n", "r.csv"), InputError);
}

TEST(FactorTables, AddLevelsByAnotherFactorOrByDiscussion) {
  Corpus corpus({"arm"});
  corpus.add(discussion("d1", {{"arm", "x"}}, {{"ann", "a"}}), {});
  corpus.add(discussion("d2", {{"arm", "y"}}, {{"ann", "a"}}), {});
  corpus.finish(std::vector<FactorTable>{read_factors("arm,kind\nx,old\ny,new\n", "f.csv"),
                                         read_factors("conv_id,wave\nd1,1\n", "g.csv")});
  EXPECT_THAT(corpus.factor("kind").of, ElementsAre(0, 1));
  EXPECT_THAT(corpus.factor("wave").of, ElementsAre(0, -1));
  EXPECT_THAT(all_warnings(corpus), HasSubstr("1 of 2 discussions are not in it"));
}

TEST(Corpus, SuggestsTheFactorAndTheMeasureThatWereMeant) {
  Corpus corpus({"facilitation"});
  corpus.finish();
  const auto hint_of = [](auto look) {
    try {
      look();
    } catch (const InputError& error) {
      return error.hint();
    }
    return std::string();
  };
  EXPECT_EQ(hint_of([&] { corpus.factor("facilitaton"); }), "did you mean facilitation?");
  EXPECT_EQ(hint_of([&] { corpus.measure("word"); }), "did you mean words?");
}

TEST(Annotations, AreReadCountedAndAveraged) {
  const auto set = test::rating_set(2);
  const DiscussionRecord record = discussion("d", {}, {{"ann", "a"}, {"ben", "b"}});
  Corpus corpus({});
  corpus.add(record, std::vector<AnnotationRecord>{annotation(record, set, 0, {"2", "4 of 5"}),
                                                   annotation(record, set, 1, {"3", "no idea"})});
  corpus.finish();
  const SetFacts& facts = corpus.annotation_sets().at(0);
  EXPECT_EQ(facts.answers, 4U);
  EXPECT_THAT(facts.unparsed, ElementsAre(1, 1));
  EXPECT_EQ(facts.unparsed_texts.at(0).first, "4 of 5");
  EXPECT_EQ(corpus.measure("toxicity").values[0], 2.5);
  EXPECT_TRUE(std::isnan(corpus.measure("toxicity").values[1]));
}

TEST(Annotations, ThatAreNotCompletedCountWithAWord) {
  const auto set = test::rating_set(2);
  const DiscussionRecord record = discussion("d", {}, {{"ann", "a"}, {"ben", "b"}});
  AnnotationRecord failed = annotation(record, set, 0, {"2"});
  failed.status = Status::kFailed;
  Corpus corpus({});
  corpus.add(record, std::vector<AnnotationRecord>{failed, annotation(record, set, 1, {"3", "4"})});
  corpus.finish();
  EXPECT_THAT(all_warnings(corpus),
              HasSubstr("1 annotation is not completed; it counts as far as it came"));
}

TEST(CommentsCsv, MakesACorpusWithItsNumbersAsMeasures) {
  const Corpus corpus = read_comments_csv(
      "conv_id,user,message,toxicity,topic\nc1,a,Hello you,0.5,x\nc2,b,Hi,0.1,x\nc1,b,No,0.7,x\n",
      "humans.csv");
  ASSERT_EQ(corpus.discussions().size(), 2U);
  EXPECT_EQ(corpus.discussions()[0].comments, 2U);
  EXPECT_THAT(corpus.measure("toxicity").values, ElementsAre(0.5, 0.7, 0.1));
}

TEST(CommentsCsv, KeepsRatingsWithTheirCommentsBehindErrorsAndRepeatedHeaders) {
  const std::string header = "conv_id,user,message,toxicity,error\n";
  const Corpus corpus = read_comments_csv(header + "c1,a,One,0.1,\nc1,b,Two,0.9,timeout\n" +
                                              header + "c1,a,Three,0.3,\nc1,b,Four,0.4,\n",
                                          "humans.csv");
  ASSERT_EQ(corpus.discussions().size(), 1U);
  const std::vector<double>& values = corpus.measure("toxicity").values;
  ASSERT_EQ(values.size(), 4U);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], 0.3);
  EXPECT_EQ(values[3], 0.4);
}

TEST(CommentsCsv, NeedsDiscussionAndMessage) {
  EXPECT_THROW(read_comments_csv("user,message\na,b\n", "h.csv"), InputError);
  EXPECT_THROW(read_comments_csv("conv_id,user\na,b\n", "h.csv"), InputError);
}

}  // namespace
}  // namespace syndisco
