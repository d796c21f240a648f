//! From a request to its answer.

use std::borrow::Cow;

use crate::answer::{self, Answer};
use crate::error::{Error, Result};
use crate::model::Model;
use crate::phases::{Phases, timed};
use crate::preprocess;
use crate::request::{Input, Request};
use crate::source::Source;

/// Answer a request, read by `read`, with the model of `source`, which is kept in `model` for the next.
///
/// # Errors
/// The request cannot be read, or its image or the model cannot be used.
pub fn classify(
    source: &Source<'static>,
    model: &mut Option<Model>,
    mut phases: Phases,
    read: impl FnOnce() -> Result<Request>,
) -> Result<Answer> {
    let request = timed(&mut phases.read_ns, read)?;
    let values = timed(&mut phases.decode_ns, || values(&request.input, source))?;
    let model = timed(&mut phases.load_ns, || ready(source, model))?;
    answer::check_top(request.top, model.labels().len())?;
    let mut durations = Vec::new();
    let probabilities = timed(&mut phases.infer_ns, || {
        let iterations = request.iterations.unwrap_or(1);
        infer(model, &values, iterations, &mut durations)
    })?;
    let mut top = answer::best(&probabilities, model.labels(), request.top.unwrap_or(1));
    let best = top[0].clone();
    if request.top.is_none() {
        top.clear();
    }
    phases.finish();
    Ok(Answer {
        label: best.label,
        confidence: best.confidence,
        top: request.top.map(|_| top),
        inference_ns: request.iterations.map(|_| durations),
        phases: request.phases.then_some(phases),
        probabilities: request.probabilities.then_some(probabilities),
    })
}

/// The model that was kept, else one made ready now.
fn ready<'a>(source: &Source<'static>, model: &'a mut Option<Model>) -> Result<&'a mut Model> {
    let ready = match model.take() {
        Some(ready) => ready,
        None => Model::ready(source)?,
    };
    Ok(model.insert(ready))
}

/// The values of the model's input tensor.
fn values<'a>(input: &'a Input, source: &Source<'_>) -> Result<Cow<'a, [f32]>> {
    let values = match input {
        Input::Tensor(values) => Cow::Borrowed(&values[..]),
        Input::Image(file) => {
            Cow::Owned(preprocess::tensor(file, source.size, source.input_range)?)
        }
    };
    let (found, wanted, size) = (values.len(), source.values(), source.size);
    if found == wanted {
        Ok(values)
    } else {
        Err(Error::new(format!(
            "`tensor` holds {found} values; this model takes {size}x{size}x3 = {wanted}"
        )))
    }
}

/// Classify `iterations` times, each timed, and return the last probabilities.
fn infer(
    model: &mut Model,
    values: &[f32],
    iterations: u32,
    durations: &mut Vec<u64>,
) -> Result<Vec<f32>> {
    let mut probabilities = Vec::new();
    for _ in 0..iterations {
        let mut took = 0;
        probabilities = timed(&mut took, || model.probabilities(values))?;
        durations.push(took);
    }
    Ok(probabilities)
}
