#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "syndisco/model/llama/sampler.h"

namespace syndisco {

/// The `count` tokens with the highest logits and those as high as the lowest of these, in the
/// order of the vocabulary. A vocabulary has 50,000 to 250,000 tokens, of which a draw needs a few
/// dozen: they are found by the maxima of blocks, without looking at most blocks twice.
void find_likeliest(std::span<const float> logits, std::size_t count,
                    std::vector<Candidate>& found);

}  // namespace syndisco
