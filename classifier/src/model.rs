//! The embedded model, made ready to run.

use std::sync::Arc;

use tract_tensorflow::prelude::*;

use crate::embedded;
use crate::error::{Error, Result};

/// The model and its labels.
pub struct Model {
    plan: Arc<TypedRunnableModel>,
    labels: Vec<&'static str>,
}

impl Model {
    /// Parse and optimise the embedded graph.
    ///
    /// # Errors
    /// The graph is no frozen TensorFlow graph that tract can run, or has another number of classes
    /// than there are labels.
    pub fn embedded() -> Result<Self> {
        let plan = load(embedded::GRAPH)
            .map_err(|error| Error::new(format!("the embedded model cannot be used: {error:#}")))?;
        let labels: Vec<_> = embedded::LABELS.lines().collect();
        let model = Self { plan, labels };
        let classes = model.classes()?;
        if classes != model.labels.len() {
            let labels = model.labels.len();
            return Err(Error::new(format!(
                "the embedded model has {classes} classes but {labels} labels; build it with its own labels"
            )));
        }
        Ok(model)
    }

    /// The names of the classes, in the order of the model's output.
    pub fn labels(&self) -> &[&'static str] {
        &self.labels
    }

    /// The model's input tensor from NHWC values in its input range.
    ///
    /// # Errors
    /// Another number of values than the model takes.
    pub fn input(values: &[f32]) -> Result<Tensor> {
        let size = embedded::SIZE;
        let wanted = size * size * 3;
        if values.len() != wanted {
            return Err(Error::new(format!(
                "`tensor` holds {} values; this model takes {size}x{size}x3 = {wanted}",
                values.len()
            )));
        }
        Tensor::from_shape(&[1, size, size, 3], values)
            .map_err(|error| Error::new(format!("{error:#}")))
    }

    /// The probability of every class.
    ///
    /// # Errors
    /// The graph fails to run.
    pub fn probabilities(&self, input: Tensor) -> Result<Vec<f32>> {
        let run = || -> TractResult<Vec<f32>> {
            let output = self.plan.run(tvec!(input.into()))?;
            Ok(output[0].try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
        };
        run().map_err(|error| Error::new(format!("the model failed to run: {error:#}")))
    }

    fn classes(&self) -> Result<usize> {
        let fact = self.plan.model().output_fact(0);
        let shape = fact
            .ok()
            .and_then(|fact| fact.shape.as_concrete().map(<[usize]>::to_vec));
        shape
            .and_then(|shape| shape.last().copied())
            .ok_or_else(|| Error::new("the embedded model's output has no fixed shape"))
    }
}

fn load(graph: &[u8]) -> TractResult<Arc<TypedRunnableModel>> {
    let size = embedded::SIZE;
    tensorflow()
        .model_for_read(&mut &graph[..])?
        .with_input_names([embedded::INPUT])?
        .with_outputs_by_name([embedded::OUTPUT])?
        .with_input_fact(0, f32::fact([1, size, size, 3]).into())?
        .into_optimized()?
        .into_runnable()
}
