#!/usr/bin/env python3
"""Opens a corpus folder with ConvoKit and compares it with the table of the same run.

usage: tools/check-convokit.py CORPUS COMMENTS.jsonl
"""

import json
import sys

from convokit import Corpus


def main(folder: str, table: str) -> int:
    corpus = Corpus(filename=folder)
    with open(table, encoding="utf-8") as lines:
        rows = [row for row in map(json.loads, lines) if row["message"].strip()]
    assert len(rows) == len(list(corpus.iter_utterances())), "another number of utterances"
    before = {}
    for row in rows:
        conversation = row["conv_id"]
        utterance = corpus.get_utterance(f"{conversation}.{row['comment_index']}")
        assert utterance.text == row["message"], utterance.id
        assert utterance.conversation_id == conversation, utterance.id
        assert utterance.speaker.meta["name"] == row["user"], utterance.id
        assert utterance.speaker.meta["persona"] == (row["persona"] or {}), utterance.id
        assert utterance.meta["model"] == row["model"], utterance.id
        assert utterance.reply_to == before.get(conversation), utterance.id
        before[conversation] = utterance.id
    for conversation in corpus.iter_conversations():
        assert conversation.check_integrity(verbose=False), f"{conversation.id}: the replies make no tree"
        assert conversation.meta["cell"], conversation.id
    print(f"{len(rows)} utterances of {len(before)} conversations by {len(list(corpus.iter_speakers()))} speakers are as in the table")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
