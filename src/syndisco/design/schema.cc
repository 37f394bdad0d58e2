#include "syndisco/design/experiment.h"

namespace syndisco {

// The same text as schema/experiment.schema.json, where editors find it; a test keeps the two
// equal.
std::string experiment_schema() {
  return R"schema({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "title": "SynDisco experiment file",
  "description": "One experiment: models, discussions, the factors that are crossed, and annotations. Any text may be given inline or as {file: PATH}; paths are relative to the experiment file.",
  "type": "object",
  "additionalProperties": false,
  "required": ["experiment"],
  "anyOf": [{"required": ["discussions"]}, {"required": ["annotations"]}],
  "properties": {
    "experiment": {"$ref": "#/$defs/name", "description": "Name of the study; the first part of every id."},
    "seed": {"type": "integer", "minimum": 0, "maximum": 18446744073709551615, "default": 0, "description": "All draws follow from it. `--seed` on the command line overrides it."},
    "pairing": {"enum": ["replicate", "none"], "default": "replicate", "description": "replicate: discussion 7 has the same people and opening post in every cell. none: they are drawn anew in each cell."},
    "reproducible": {"type": "boolean", "default": false, "description": "true: byte-identical texts at any parallelism, somewhat slower."},
    "limits": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/limits"}], "description": "What all runs on a directory may spend together; the run stops before it spends more."},
    "models": {"type": "object", "minProperties": 1, "additionalProperties": {"$ref": "#/$defs/model"}, "description": "The language models, by the names that the rest of the file uses. Needed unless every actor is something else."},
    "sampling": {"$ref": "#/$defs/sampling"},
    "discussions": {"$ref": "#/$defs/discussions"},
    "factors": {
      "type": ["object", "null"],
      "description": "Conditions that are crossed: factor, level, and the keys of `discussions` that the level overrides.",
      "additionalProperties": {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/discussions"}]}
      }
    },
    "annotations": {"type": ["array", "null"], "items": {"$ref": "#/$defs/annotation"}, "description": "What annotators are asked about every comment of finished discussions."}
  },
  "$defs": {
    "name": {"type": "string", "pattern": "\\S"},
    "file": {
      "type": "object",
      "additionalProperties": false,
      "required": ["file"],
      "properties": {"file": {"$ref": "#/$defs/name", "description": "Path of a UTF-8 text file, relative to the experiment file. One final line end is taken off."}}
    },
    "text": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/file"}]},
    "texts": {"anyOf": [{"$ref": "#/$defs/text"}, {"type": "array", "items": {"$ref": "#/$defs/text"}}]},
    "path": {"anyOf": [{"$ref": "#/$defs/name"}, {"$ref": "#/$defs/file"}]},
    "model": {
      "type": "object",
      "additionalProperties": false,
      "oneOf": [{"required": ["gguf"]}, {"required": ["scripted"]}, {"required": ["endpoint", "model"]}],
      "properties": {
        "endpoint": {"anyOf": [{"$ref": "#/$defs/address"}, {"type": "array", "items": {"$ref": "#/$defs/address"}, "minItems": 1, "uniqueItems": true}], "description": "Base address of a model server that speaks OpenAI's protocol, such as http://localhost:8000/v1; a list is a pool."},
        "model": {"$ref": "#/$defs/name", "description": "Of an endpoint: the name that the server knows the model by."},
        "api_key_env": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$", "maxLength": 128, "description": "Of an endpoint: the environment variable that holds the key."},
        "server": {"enum": ["auto", "openai", "llama", "vllm", "plain"], "default": "auto", "description": "Of an endpoint: what it understands. auto: it is asked; plain: answers cannot be constrained, but are checked and asked for again."},
        "concurrency": {"type": "integer", "minimum": 1, "maximum": 4096, "description": "Of an endpoint: most requests at one server at once. Default: found out."},
        "timeouts": {"$ref": "#/$defs/timeouts", "description": "Of an endpoint."},
        "gguf": {"$ref": "#/$defs/name", "description": "Path of a GGUF file, builtin:NAME for an embedded model, or hf:owner/repository/file.gguf[@revision] for one that is downloaded."},
        "scripted": {"anyOf": [{"$ref": "#/$defs/path"}, {"$ref": "#/$defs/script"}], "description": "Replies given beforehand, for tests."},
        "context": {"type": "integer", "minimum": 0, "default": 4096, "description": "Tokens for the prompt and answer of one request; 0: what the model was trained for, or its server tells. Default for an endpoint: 0."},
        "threads": {"type": "integer", "minimum": 0, "maximum": 4096, "default": 0, "description": "0: as many as there are cores."},
        "gpu_layers": {"type": "integer", "minimum": -1, "default": -1, "description": "Layers on the GPU; -1: all that fit."},
        "chat_template": {"$ref": "#/$defs/text", "description": "Jinja template used instead of the model's own."},
        "date": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "default": "2026-01-01", "description": "The day that chat templates take for today."},
        "weights": {"enum": ["as_is", "tuned", "Q8_0", "F16", "BF16", "Q6_K", "Q5_K_M", "Q4_K_M", "IQ4_NL", "Q4_0"], "description": "Encoding of the weights. tuned: the near-lossless one that is fastest on the machine. Default: tuned for the embedded model, as_is for files."},
        "price": {"$ref": "#/$defs/price"}
      }
    },
    "price": {
      "type": "object",
      "additionalProperties": false,
      "required": ["input", "output"],
      "description": "What a million tokens cost, in any currency.",
      "properties": {
        "input": {"type": "number", "minimum": 0, "description": "Of prompts."},
        "cached_input": {"type": "number", "minimum": 0, "description": "Of prompts, not computed again. Default: as input."},
        "output": {"type": "number", "minimum": 0, "description": "Of answers."}
      }
    },
    "limits": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "tokens": {"type": "integer", "minimum": 1, "description": "Of prompts and answers."},
        "requests": {"type": "integer", "minimum": 1, "description": "Questions asked of models, failed ones included."},
        "wall_time": {"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string", "pattern": "^ *[0-9.]+ *[dhms]?( *[0-9.]+ *[hms])* *$"}], "description": "Time that runs take, such as 36h or 90m; a number is of seconds."},
        "cost": {"type": "number", "exclusiveMinimum": 0, "description": "In the currency of the prices."}
      }
    },
    "address": {"type": "string", "pattern": "^https?://[^/@\\s]+(/[^?#\\s]*)?$"},
    "timeouts": {
      "type": "object",
      "additionalProperties": false,
      "description": "In seconds.",
      "properties": {
        "connect": {"$ref": "#/$defs/seconds", "default": 10, "description": "Name resolution, connection and TLS handshake."},
        "first_byte": {"$ref": "#/$defs/seconds", "default": 600, "description": "Until the answer begins. Answers come as a whole, so this is what computing one takes, waiting for room at the server included."},
        "total": {"$ref": "#/$defs/seconds", "default": 1800, "description": "All of it."}
      }
    },
    "seconds": {"type": "number", "exclusiveMinimum": 0, "maximum": 86400},
    "script": {
      "type": "object",
      "additionalProperties": false,
      "oneOf": [{"required": ["replies"]}, {"required": ["by_role"]}],
      "properties": {
        "replies": {"$ref": "#/$defs/replies", "description": "In call order of a job, used cyclically."},
        "by_role": {
          "type": "object",
          "additionalProperties": false,
          "minProperties": 1,
          "properties": {
            "user": {"$ref": "#/$defs/replies"},
            "facilitator": {"$ref": "#/$defs/replies"},
            "moderator": {"$ref": "#/$defs/replies"},
            "annotator": {"$ref": "#/$defs/replies"}
          },
          "description": "By role, in call order of that role."
        },
        "name": {"type": "string", "minLength": 1, "description": "As transcripts show the model."},
        "delay_ms": {
          "anyOf": [
            {"type": "number", "minimum": 0, "maximum": 86400000},
            {"type": "array", "items": {"type": "number", "minimum": 0, "maximum": 86400000}, "minItems": 2, "maxItems": 2}
          ],
          "description": "Milliseconds, or the lowest and highest to draw from."
        },
        "fail_rate": {"type": "number", "minimum": 0, "maximum": 1, "description": "Chance that a call fails; asked again, it may not."},
        "fail_at": {"type": "array", "items": {"type": "integer", "minimum": 1}, "description": "Numbers of calls of a job that fail, however often they are tried."},
        "context": {"type": "integer", "minimum": 1, "maximum": 1000000000, "description": "Words that a prompt may have."}
      }
    },
    "replies": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "sampling": {
      "type": "object",
      "additionalProperties": false,
      "description": "How answers are drawn and cut. May stand in the file, in discussions (and levels), facilitator and annotations; each overrides the one around it key by key.",
      "properties": {
        "temperature": {"type": "number", "minimum": 0, "default": 0.8, "description": "0: always the likeliest token."},
        "top_p": {"type": "number", "exclusiveMinimum": 0, "maximum": 1, "default": 0.95, "description": "1: off."},
        "top_k": {"type": "integer", "minimum": 0, "default": 40, "description": "0: off."},
        "min_p": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.05, "description": "0: off."},
        "repeat_penalty": {"type": "number", "exclusiveMinimum": 0, "default": 1.0, "description": "1: off."},
        "repeat_last_n": {"type": "integer", "minimum": -1, "default": 64, "description": "Tokens the penalty looks back; -1: all, 0: off."},
        "dry": {"anyOf": [{"type": "number", "minimum": 0}, {"$ref": "#/$defs/dry"}], "description": "Makes repeated sequences less likely; a number is the multiplier."},
        "max_tokens": {"type": "integer", "minimum": 1, "default": 256, "description": "Longest answer."},
        "stop": {"$ref": "#/$defs/texts", "description": "The answer ends before the first of these."},
        "remove": {"$ref": "#/$defs/texts", "description": "Taken out of the finished answer."}
      }
    },
    "dry": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "multiplier": {"type": "number", "minimum": 0, "default": 0.0, "description": "0: off; 0.8 is usual."},
        "base": {"type": "number", "exclusiveMinimum": 1, "default": 1.75},
        "allowed_length": {"type": "integer", "minimum": 1, "default": 2, "description": "Tokens that may repeat freely."},
        "last_n": {"type": "integer", "minimum": -1, "default": -1, "description": "Tokens looked back; -1: all, 0: off."}
      }
    },
    "discussions": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "per_cell": {"type": "integer", "minimum": 1, "default": 1, "description": "Discussions in each cell."},
        "model": {"$ref": "#/$defs/name", "description": "Who speaks: a name in models. Default: the only model."},
        "prompt_style": {"$ref": "#/$defs/style"},
        "context": {"$ref": "#/$defs/text", "default": "", "description": "The setting, told to everyone."},
        "personas": {"$ref": "#/$defs/people", "description": "The people that participants are drawn from."},
        "instructions": {"$ref": "#/$defs/text", "default": "", "description": "What participants are told to do."},
        "participants": {"type": "integer", "minimum": 1, "description": "Drawn without replacement from personas. Default: all."},
        "turns": {"type": "integer", "minimum": 1, "default": 10, "description": "Participants asked; facilitator and opening posts are not counted."},
        "history": {"type": "integer", "minimum": 0, "default": 3, "description": "Comments shown, of anyone, opening posts and facilitator included."},
        "turn_taking": {
          "anyOf": [{"enum": ["round_robin", "queue", "random", "respond"]}, {"$ref": "#/$defs/turn_taking"}],
          "default": "round_robin",
          "description": "How the next speaker is chosen."
        },
        "opening_posts": {
          "anyOf": [
            {"type": "null"},
            {"$ref": "#/$defs/path"},
            {"type": "array", "minItems": 1, "items": {"anyOf": [{"$ref": "#/$defs/text"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/text"}}]}}
          ],
          "default": null,
          "description": "One entry is drawn for each discussion; its texts are said by the first drawn participants, in order."
        },
        "silence": {"$ref": "#/$defs/texts", "default": ["\"\""], "description": "Answers that mean `says nothing`; blank ones always do."},
        "facilitator": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/facilitator"}], "default": null, "description": "Asked after every comment that is not silent; null: nobody."},
        "sampling": {"$ref": "#/$defs/sampling"},
        "wrap": {"type": "integer", "minimum": 0, "description": "Column at which comments are filled before they enter the history; 0: as written. Default: that of the prompt style."}
      }
    },
    "facilitator": {
      "type": "object",
      "additionalProperties": false,
      "anyOf": [{"required": ["instructions"]}, {"required": ["actor"]}],
      "properties": {
        "name": {"$ref": "#/$defs/name", "default": "moderator"},
        "instructions": {"$ref": "#/$defs/text"},
        "persona": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/name"}, {"type": "object"}], "description": "Attributes, inline or the path of a file that holds them."},
        "context": {"$ref": "#/$defs/text", "description": "Default: that of the discussion."},
        "model": {"$ref": "#/$defs/name", "description": "Default: that of the discussion."},
        "actor": {"$ref": "#/$defs/actor"},
        "sampling": {"$ref": "#/$defs/sampling"}
      }
    },
    "actor": {
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "maxProperties": 1,
      "properties": {
        "human": {"enum": ["terminal"], "description": "Somebody at the terminal types what is said."},
        "retrieval": {"$ref": "#/$defs/corpus", "description": "The comment of a corpus that matches what was last said best (BM25)."},
        "sampler": {"$ref": "#/$defs/corpus", "description": "Comments of a corpus, drawn without putting any back."}
      },
      "description": "Who speaks in place of a language model."
    },
    "corpus": {"type": "string", "pattern": "\\.([jJ][sS][oO][nN][lL]|[nN][dD][jJ][sS][oO][nN]|[cC][sS][vV]|[tT][xX][tT])$", "description": "A file of comments: .jsonl, .csv (column text or message) or .txt (one on each line)."},
    "turn_taking": {
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "maxProperties": 1,
      "properties": {
        "round_robin": {"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 0}], "description": "In the drawn order, again and again."},
        "queue": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/queue"}], "description": "As round_robin, from a random first speaker if asked."},
        "random": {"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 0}], "description": "Anyone but the last speaker."},
        "respond": {"anyOf": [{"type": "null"}, {"$ref": "#/$defs/respond"}], "description": "The second-to-last speaker answers with the given probability, else anyone but the last."}
      }
    },
    "queue": {
      "type": "object",
      "additionalProperties": false,
      "properties": {"random_first_speaker": {"type": "boolean", "default": false}}
    },
    "respond": {
      "type": "object",
      "additionalProperties": false,
      "properties": {"probability": {"type": "number", "minimum": 0, "maximum": 1, "default": 0.5}}
    },
    "style": {
      "anyOf": [{"enum": ["plain", "syndisco-2.2", "syndisco-2.0", "syndisco-1.0", "sdf", "g0"]}, {"$ref": "#/$defs/template"}],
      "default": "plain",
      "description": "Wording of the prompts: a published style, or a template of your own."
    },
    "template": {
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "system": {"$ref": "#/$defs/text", "default": "", "description": "{name} {context} {instructions} {persona} {persona.KEY}"},
        "comment": {"$ref": "#/$defs/text", "default": "{name}: {text}", "description": "One comment of the history: {name} {text}"},
        "separator": {"$ref": "#/$defs/text", "default": "\n", "description": "Between two comments."},
        "user": {"$ref": "#/$defs/text", "description": "Asks a participant: what system knows, and {history}"},
        "user_first": {"$ref": "#/$defs/text", "description": "The same while there is no history. Default: user."},
        "facilitator": {"$ref": "#/$defs/text", "description": "Asks the facilitator. Default: user."},
        "annotator_system": {"$ref": "#/$defs/text", "description": "Default: system."},
        "annotator": {"$ref": "#/$defs/text", "description": "Asks an annotator: also {comment}, the one to judge, and {earlier}, the history before it."}
      }
    },
    "people": {
      "anyOf": [
        {"$ref": "#/$defs/path"},
        {"type": "array", "minItems": 1, "items": {"anyOf": [{"$ref": "#/$defs/path"}, {"$ref": "#/$defs/person"}]}}
      ],
      "description": "A list of personas, the path of a file that holds one, or a list of both."
    },
    "person": {
      "type": "object",
      "anyOf": [{"required": ["username"]}, {"required": ["name"]}],
      "properties": {
        "username": {"$ref": "#/$defs/name", "description": "The name that others see."},
        "model": {"$ref": "#/$defs/name", "description": "Who speaks for this persona, if not the model of the discussion."},
        "actor": {"$ref": "#/$defs/actor"}
      }
    },
    "annotation": {
      "type": "object",
      "additionalProperties": false,
      "required": ["name", "annotators", "instructions"],
      "properties": {
        "name": {"$ref": "#/$defs/name", "description": "Name of the set; part of file names."},
        "model": {"$ref": "#/$defs/name", "description": "Who judges: a name in models. Default: the only model."},
        "annotators": {"$ref": "#/$defs/people"},
        "instructions": {"$ref": "#/$defs/text", "description": "What is asked."},
        "context": {"$ref": "#/$defs/text", "default": ""},
        "history": {"type": "integer", "minimum": 1, "default": 2, "description": "Comments shown, the annotated one included."},
        "facilitator_comments": {"type": "boolean", "default": true, "description": "Whether comments of facilitators are judged and shown."},
        "opening_posts": {"type": "boolean", "default": true, "description": "Whether opening posts are judged and shown."},
        "answer": {"anyOf": [{"const": "text"}, {"$ref": "#/$defs/answer"}], "default": "text", "description": "What an answer may be; the model cannot answer otherwise."},
        "prompt_style": {"$ref": "#/$defs/style", "description": "Default: that of discussions."},
        "sampling": {"$ref": "#/$defs/sampling"},
        "wrap": {"type": "integer", "minimum": 0, "description": "Column at which comments are filled; 0: as written."}
      }
    },
    "answer": {
      "type": "object",
      "additionalProperties": false,
      "minProperties": 1,
      "maxProperties": 1,
      "properties": {
        "integer": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2, "description": "The lowest and the highest number, at most 100,000 of them."},
        "choice": {"type": "array", "items": {"$ref": "#/$defs/name"}, "minItems": 1, "uniqueItems": true, "description": "One of these texts."},
        "json": {"anyOf": [{"$ref": "#/$defs/path"}, {"$ref": "#/$defs/answer_schema"}], "description": "JSON that fits this schema."},
        "text": {"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 0}], "description": "Anything."}
      }
    },
    "answer_schema": {
      "type": "object",
      "additionalProperties": false,
      "description": "A part of JSON Schema.",
      "properties": {
        "type": {"anyOf": [{"$ref": "#/$defs/answer_type"}, {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/answer_type"}, "uniqueItems": true}]},
        "enum": {"type": "array", "minItems": 1, "uniqueItems": true, "description": "One of these values."},
        "const": {"description": "This value."},
        "properties": {"type": "object", "propertyNames": {"minLength": 1}, "additionalProperties": {"$ref": "#/$defs/answer_schema"}, "description": "Members of an object and their schemas; they are written in this order, required ones first."},
        "required": {"type": "array", "items": {"type": "string"}, "uniqueItems": true, "description": "Properties that may not be missing."},
        "additionalProperties": {"type": "boolean", "default": true, "description": "Whether an object may have other members."},
        "items": {"$ref": "#/$defs/answer_schema", "description": "Every item of an array."},
        "minItems": {"$ref": "#/$defs/answer_size", "default": 0},
        "maxItems": {"$ref": "#/$defs/answer_size"},
        "minimum": {"$ref": "#/$defs/answer_bound"},
        "maximum": {"$ref": "#/$defs/answer_bound"},
        "minLength": {"$ref": "#/$defs/answer_size", "default": 0},
        "maxLength": {"$ref": "#/$defs/answer_size"},
        "title": {"description": "Not told to the model."},
        "description": {"description": "Not told to the model."}
      }
    },
    "answer_type": {"enum": ["null", "boolean", "integer", "number", "string", "array", "object"]},
    "answer_size": {"type": "integer", "minimum": 0, "maximum": 1000000},
    "answer_bound": {"type": "number", "minimum": -1000000000000000, "maximum": 1000000000000000}
  }
}
)schema";
}

}  // namespace syndisco
