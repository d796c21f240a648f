//! The model, made ready to run: in the form that was embedded.

use crate::error::{Error, Result};
#[cfg(feature = "graph")]
use crate::graph::Graph;
#[cfg(feature = "packed")]
use crate::packed;
#[cfg(feature = "integers")]
use crate::packed::integers;
use crate::source::Source;

/// A model that can run, with its labels.
pub struct Model {
    form: Form,
    labels: Vec<&'static str>,
}

enum Form {
    #[cfg(feature = "graph")]
    Graph(Graph),
    #[cfg(feature = "packed")]
    Packed(packed::Packed, packed::Buffers, packed::Isa),
    #[cfg(feature = "integers")]
    Integers(Box<(integers::Packed, integers::Buffers)>, packed::Isa),
}

impl Model {
    /// Make a model ready.
    ///
    /// # Errors
    /// The bytes are neither of the forms that this was built for, or the model has another number
    /// of classes than there are labels.
    pub fn load(source: &Source<'static>) -> Result<Self> {
        #[cfg(all(feature = "packed", feature = "graph"))]
        return if packed::is_packed(source.bytes) {
            Self::packed(source)
        } else {
            Self::graph(source)
        };
        #[cfg(not(feature = "graph"))]
        return Self::packed(source);
        #[cfg(not(feature = "packed"))]
        return Self::graph(source);
    }

    /// As [`Model::load`], from a graph, of whose bytes the model keeps copies.
    ///
    /// # Errors
    /// As [`Model::load`].
    #[cfg(feature = "graph")]
    pub fn graph(source: &Source<'_>) -> Result<Self> {
        let graph = Graph::load(source)?;
        let classes = graph.classes()?;
        Self::new(Form::Graph(graph), classes, source.labels)
    }

    #[cfg(feature = "packed")]
    fn packed(source: &Source<'static>) -> Result<Self> {
        let isa = packed::Isa::chosen()?;
        #[cfg(feature = "integers")]
        if source.bytes.starts_with(integers::MAGIC) {
            let model = integers::Packed::read(source.bytes)?;
            check_size(model.size, source)?;
            let (buffers, classes) = (integers::Buffers::new(&model), model.classes);
            let form = Form::Integers(Box::new((model, buffers)), isa);
            return Self::new(form, classes, source.labels);
        }
        let model = packed::Packed::read(source.bytes)?;
        check_size(model.size, source)?;
        let (buffers, classes) = (packed::Buffers::new(&model), model.classes);
        Self::new(Form::Packed(model, buffers, isa), classes, source.labels)
    }

    fn new(form: Form, classes: usize, labels: &'static str) -> Result<Self> {
        let labels: Vec<_> = labels.lines().collect();
        if classes == labels.len() {
            return Ok(Self { form, labels });
        }
        Err(Error::new(format!(
            "the embedded model has {classes} classes but {} labels; build it with its own labels",
            labels.len()
        )))
    }

    /// The model that was made ready before the module was delivered, else one made ready now.
    ///
    /// # Errors
    /// As [`Model::load`].
    pub fn ready(source: &Source<'static>) -> Result<Self> {
        #[cfg(feature = "snapshot")]
        if let Some(model) = crate::snapshot::take() {
            return Ok(model);
        }
        Self::load(source)
    }

    /// The names of the classes, in the order of the model's output.
    pub fn labels(&self) -> &[&'static str] {
        &self.labels
    }

    /// The probability of every class for NHWC values in the model's input range.
    ///
    /// # Errors
    /// The model fails to run, or its output is not finite.
    pub fn probabilities(&mut self, values: &[f32]) -> Result<Vec<f32>> {
        let values = match &mut self.form {
            #[cfg(feature = "graph")]
            Form::Graph(graph) => graph.run(values)?,
            #[cfg(feature = "packed")]
            Form::Packed(packed, buffers, isa) => {
                packed::run(*isa, packed, values, buffers).to_vec()
            }
            #[cfg(feature = "integers")]
            Form::Integers(ready, isa) => {
                let (packed, buffers) = ready.as_mut();
                integers::run(*isa, packed, values, buffers).to_vec()
            }
        };
        if values.iter().all(|value| value.is_finite()) {
            Ok(values)
        } else {
            Err(Error::new(
                "the model's output is not finite; its weights or its input range are wrong",
            ))
        }
    }
}

/// Refuse a packed model of another size than the build's.
#[cfg(feature = "packed")]
fn check_size(size: usize, source: &Source<'_>) -> Result<()> {
    if size == source.size {
        return Ok(());
    }
    Err(Error::new(format!(
        "the embedded packed model takes {size}x{size}, not {0}x{0}; build it with its own size",
        source.size
    )))
}
