// A schema and an answer, parted by a NUL: a schema that is taken has an example that fits it and
// can be written for every server, and the judge of answers never fails.
#include "check.h"

#include "syndisco/model/endpoint/protocol.h"
#include "syndisco/record/answer_schema.h"
#include "syndisco/record/sampling.h"

using namespace syndisco;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::size_t part = all.find('\0');
  const std::string_view answer = part == std::string_view::npos ? "" : all.substr(part + 1);
  satisfies(IntegerRange{-5, 5}, answer);
  satisfies(Choice{{"yes", "no"}}, answer);
  if (satisfies(IntegerRange{-5, 5}, answer))
    FUZZ_CHECK(typed_value(IntegerRange{-5, 5}, answer).is_integer());
  Json schema;
  try {
    schema = parse_json(all.substr(0, part));
    check_answer_schema(schema);
  } catch (const InputError&) {
    return 0;
  }
  const AnswerConstraint constraint = JsonAnswer{schema};
  const Json example = schema_example(schema);
  FUZZ_CHECK(fits_schema(schema, example));
  FUZZ_CHECK(satisfies(constraint, dump_json_compact(example)));
  if (satisfies(constraint, answer))
    FUZZ_CHECK(fits_schema(schema, typed_value(constraint, answer)));

  Request request;
  request.messages = {{Message::From::kUser, "?"}};
  request.constraint = constraint;
  for (const Dialect dialect :
       {Dialect::kOpenAi, Dialect::kLlama, Dialect::kVllm, Dialect::kPlain}) {
    ChatSettings settings;
    settings.dialect = dialect;
    FUZZ_CHECK(chat_body(request, settings, 1).starts_with('{'));
  }
  return 0;
}
