#pragma once

// Everything that a program needs to hold discussions: the classes of the tutorials
// (docs/tutorial.md). They are in the namespace syndisco::api, which also names what else they
// take:
//
//     #include <syndisco/api/api.h>
//     using namespace syndisco::api;

#include "syndisco/api/actor.h"
#include "syndisco/api/annotation.h"
#include "syndisco/api/base_model.h"
#include "syndisco/api/discussion.h"
#include "syndisco/api/experiments.h"
#include "syndisco/api/llama_model.h"
#include "syndisco/api/logs.h"
#include "syndisco/api/persona.h"
#include "syndisco/api/report.h"
#include "syndisco/api/thesis.h"
#include "syndisco/api/turn_managers.h"
#include "syndisco/base/error.h"
#include "syndisco/model/scripted/scripted_model.h"

namespace syndisco::api {

using syndisco::Answer;
using syndisco::AnswerConstraint;
using syndisco::Choice;
using syndisco::Draws;
using syndisco::EnvironmentError;
using syndisco::FreeText;
using syndisco::InputError;
using syndisco::IntegerRange;
using syndisco::Json;
using syndisco::JsonAnswer;
using syndisco::JsonArray;
using syndisco::JsonObject;
using syndisco::make_scripted_model;
using syndisco::Message;
using syndisco::Model;
using syndisco::ModelError;
using syndisco::ModelInfo;
using syndisco::Request;
using syndisco::Sampling;
using syndisco::Turn;
using syndisco::TurnKind;
using syndisco::TurnManager;

}  // namespace syndisco::api
