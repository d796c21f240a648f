//! The answer: the best class, and what the request asked to be told besides.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::phases::Phases;

/// One class and its probability.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Class {
    pub label: String,
    /// Place in the model's output, from 0.
    pub index: usize,
    pub confidence: f32,
}

/// The JSON object of an answer.
#[derive(Debug, Serialize)]
pub struct Answer {
    pub label: String,
    pub confidence: f32,
    /// The best classes, best first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub top: Option<Vec<Class>>,
    /// Nanoseconds each classification took.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inference_ns: Option<Vec<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phases: Option<Phases>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probabilities: Option<Vec<f32>>,
}

/// Refuse a `top` that is not from 1 to the number of classes.
///
/// # Errors
/// It is not.
pub fn check_top(top: Option<usize>, classes: usize) -> Result<()> {
    if top.is_none_or(|count| (1..=classes).contains(&count)) {
        Ok(())
    } else {
        Err(Error::new(format!("`top` must be from 1 to {classes}")))
    }
}

/// The `count` most probable classes, best first; of equal ones the first.
pub fn best(probabilities: &[f32], labels: &[&str], count: usize) -> Vec<Class> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
    let class = |index: usize| Class {
        label: labels[index].to_string(),
        index,
        confidence: probabilities[index],
    };
    order.into_iter().take(count).map(class).collect()
}
