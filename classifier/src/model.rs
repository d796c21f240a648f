//! The model, made ready to run.

use std::sync::Arc;

use tract_tensorflow::prelude::tract_core::internal::format_err;
use tract_tensorflow::prelude::*;

use crate::error::{Error, Result};

/// What a model is loaded from: a frozen TensorFlow graph and what it says nothing about.
#[derive(Debug, Clone)]
pub struct Source {
    /// The bytes of the graph (`.pb`).
    pub graph: &'static [u8],
    /// The names of the classes in the order of the output, one a line.
    pub labels: &'static str,
    /// Rows and columns of the input.
    pub size: usize,
    /// What the darkest and the brightest pixel value become.
    pub input_range: (f32, f32),
    /// Name of the input's node.
    pub input: &'static str,
    /// Name of the output's node.
    pub output: &'static str,
}

impl Source {
    /// How many values the input takes.
    pub fn values(&self) -> usize {
        self.size * self.size * 3
    }

    /// The input's shape: NHWC.
    pub fn shape(&self) -> [usize; 4] {
        [1, self.size, self.size, 3]
    }
}

/// A model that can run, with its labels.
pub struct Model {
    plan: Arc<TypedRunnableModel>,
    shape: [usize; 4],
    labels: Vec<&'static str>,
}

impl Model {
    /// Parse and optimise a graph.
    ///
    /// # Errors
    /// The graph is no frozen TensorFlow graph that tract can run, or has another number of classes
    /// than there are labels.
    pub fn load(source: &Source) -> Result<Self> {
        let plan = parse(source).and_then(optimise).map_err(unusable)?;
        let model = Self {
            plan,
            shape: source.shape(),
            labels: source.labels.lines().collect(),
        };
        let (classes, labels) = (model.classes().map_err(unusable)?, model.labels.len());
        if classes != labels {
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
    pub fn input(&self, values: &[f32]) -> Result<Tensor> {
        Tensor::from_shape(&self.shape, values)
            .map_err(|error| Error::new(format!("the input does not fit the model: {error:#}")))
    }

    /// The probability of every class.
    ///
    /// # Errors
    /// The graph fails to run, or its output is not finite.
    pub fn probabilities(&self, input: Tensor) -> Result<Vec<f32>> {
        let run = || -> TractResult<Vec<f32>> {
            let output = self.plan.run(tvec!(input.into()))?;
            Ok(output[0].try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
        };
        let values =
            run().map_err(|error| Error::new(format!("the model failed to run: {error:#}")))?;
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(Error::new(
                "the model's output is not finite; its weights or its input range are wrong",
            ))
        }
    }

    fn classes(&self) -> TractResult<usize> {
        let fact = self.plan.model().output_fact(0)?;
        let shape = fact.shape.as_concrete();
        shape
            .filter(|_| fact.datum_type == f32::datum_type())
            .map(|shape| shape.iter().product())
            .ok_or_else(|| format_err!("its output is {fact:?}, not f32 of a fixed shape"))
    }
}

/// From the bytes to a typed graph, in the form in which tract's own operators can be replaced.
fn parse(source: &Source) -> TractResult<TypedModel> {
    tensorflow()
        .model_for_read(&mut &source.graph[..])?
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
