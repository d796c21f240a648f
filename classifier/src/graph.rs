//! A frozen TensorFlow graph, run by tract.

use std::sync::Arc;

use tract_tensorflow::prelude::tract_core::internal::format_err;
use tract_tensorflow::prelude::*;

use crate::error::{Error, Result};
use crate::source::Source;

/// A graph in the form in which tract runs it.
pub struct Graph {
    plan: Arc<TypedRunnableModel>,
    shape: [usize; 4],
}

impl Graph {
    /// Parse and optimise a graph.
    ///
    /// # Errors
    /// It is no frozen TensorFlow graph that tract can run.
    pub fn load(source: &Source<'_>) -> Result<Self> {
        let plan = parse(source).and_then(optimise).map_err(unusable)?;
        Ok(Self {
            plan,
            shape: source.shape(),
        })
    }

    /// How many probabilities it gives.
    ///
    /// # Errors
    /// Its output is not f32 of a fixed shape.
    pub fn classes(&self) -> Result<usize> {
        let fact = self.plan.model().output_fact(0).map_err(unusable)?;
        let shape = fact.shape.as_concrete();
        shape
            .filter(|_| fact.datum_type == f32::datum_type())
            .map(|shape| shape.iter().product())
            .ok_or_else(|| {
                unusable(format_err!(
                    "its output is {fact:?}, not f32 of a fixed shape"
                ))
            })
    }

    /// The probability of every class for NHWC values.
    ///
    /// # Errors
    /// The graph fails to run.
    pub fn run(&self, values: &[f32]) -> Result<Vec<f32>> {
        let run = || -> TractResult<Vec<f32>> {
            let input = Tensor::from_shape(&self.shape, values)?;
            let output = self.plan.run(tvec!(input.into()))?;
            Ok(output[0].try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
        };
        run().map_err(|error| Error::new(format!("the model failed to run: {error:#}")))
    }
}

/// From the bytes to a typed graph, in the form in which tract's own operators can be replaced.
fn parse(source: &Source<'_>) -> TractResult<TypedModel> {
    tensorflow()
        .model_for_read(&mut &source.bytes[..])?
        .with_input_names([source.input])?
        .with_outputs_by_name([source.output])?
        .with_input_fact(0, f32::fact(source.shape()).into())?
        .into_typed()?
        .into_decluttered()
}

/// To the operators of this machine, in the order in which they run.
fn optimise(mut model: TypedModel) -> TractResult<Arc<TypedRunnableModel>> {
    model.optimize()?;
    model.into_runnable()
}

fn unusable(error: TractError) -> Error {
    Error::new(format!(
        "the embedded model cannot be used: {error:#}; build with a whole, frozen graph that tract reads"
    ))
}
