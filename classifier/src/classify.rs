//! From a request to its answer.

use std::borrow::Cow;

use crate::answer::{self, Answer};
use crate::embedded;
use crate::error::Result;
use crate::model::Model;
use crate::phases::{Phases, timed};
use crate::preprocess;
use crate::request::{Input, Request};

/// Answer a request, read by `read`, with the embedded model.
///
/// # Errors
/// The request cannot be read, or its image or the model cannot be used.
pub fn classify(mut phases: Phases, read: impl FnOnce() -> Result<Vec<u8>>) -> Result<Answer> {
    let request = timed(&mut phases.read_ns, || Request::from_json(&read()?))?;
    let values = timed(&mut phases.decode_ns, || values(&request.input))?;
    let model = timed(&mut phases.load_ns, Model::embedded)?;
    let mut durations = Vec::new();
    let probabilities = timed(&mut phases.infer_ns, || {
        infer(&model, &values, request.iterations, &mut durations)
    })?;
    let labels = model.labels();
    let mut top = answer::best(&probabilities, labels, request.top.unwrap_or(1))?;
    let best = if request.top.is_some() {
        top[0].clone()
    } else {
        top.remove(0)
    };
    phases.finish();
    Ok(Answer {
        label: best.label,
        confidence: best.confidence,
        top: request.top.map(|_| top),
        inference_ns: (request.iterations > 1).then_some(durations),
        phases: request.phases.then_some(phases),
        probabilities: request.probabilities.then_some(probabilities),
    })
}

fn values(input: &Input) -> Result<Cow<'_, [f32]>> {
    match input {
        Input::Tensor(values) => Ok(Cow::Borrowed(values)),
        Input::Image(file) => {
            preprocess::tensor(file, embedded::SIZE, embedded::INPUT_RANGE).map(Cow::Owned)
        }
    }
}

/// Classify `iterations` times, each timed, and return the last probabilities.
fn infer(
    model: &Model,
    values: &[f32],
    iterations: u32,
    durations: &mut Vec<u64>,
) -> Result<Vec<f32>> {
    let mut probabilities = Vec::new();
    for _ in 0..iterations {
        let input = Model::input(values)?;
        let mut took = 0;
        probabilities = timed(&mut took, || model.probabilities(input))?;
        durations.push(took);
    }
    Ok(probabilities)
}
