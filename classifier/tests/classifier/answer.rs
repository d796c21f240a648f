//! The best classes, and what is written of an answer.

use mobilenet_oc::answer::{Answer, best, check_top};
use serde_json::{Value, json};

use crate::fixture::{Random, message};

#[test]
fn best_first_and_of_equal_ones_the_first() {
    let found = best(&[0.1, 0.4, 0.0, 0.4, 0.1], &["a", "b", "c", "d", "e"], 4);
    let order: Vec<_> = found
        .iter()
        .map(|class| (class.index, &class.label[..]))
        .collect();
    assert_eq!(order, [(1, "b"), (3, "d"), (0, "a"), (4, "e")]);
    assert_eq!(found[0].confidence, 0.4);
}

#[test]
fn the_best_are_those_that_no_other_beats() {
    let mut random = Random(5);
    for _ in 0..200 {
        let values: Vec<f32> = (0..30).map(|_| random.below(10) as f32).collect();
        let count = 1 + random.below(30);
        let found = best(&values, &["x"; 30], count);
        assert_eq!(found.len(), count);
        assert!(
            found
                .windows(2)
                .all(|pair| pair[0].confidence >= pair[1].confidence)
        );
        let least = found[count - 1].confidence;
        let chosen = |index| found.iter().any(|class| class.index == index);
        assert!((0..30).all(|index| chosen(index) || values[index] <= least));
    }
}

#[test]
fn top_is_from_1_to_the_number_of_classes() {
    assert!(
        [None, Some(1), Some(3)]
            .into_iter()
            .all(|top| check_top(top, 3).is_ok())
    );
    for top in [0, 4, usize::MAX] {
        assert_eq!(
            message(check_top(Some(top), 3)),
            "`top` must be from 1 to 3"
        );
    }
}

#[test]
fn only_what_was_asked_for_is_written() {
    let answer = Answer {
        label: "tench".into(),
        confidence: 0.87,
        top: None,
        inference_ns: None,
        phases: None,
        probabilities: None,
    };
    let text = serde_json::to_string(&answer).unwrap();
    assert_eq!(text, r#"{"label":"tench","confidence":0.87}"#);
    let whole = Answer {
        top: Some(best(&[0.5], &["tench"], 1)),
        inference_ns: Some(vec![7]),
        probabilities: Some(vec![0.5]),
        ..answer
    };
    let value: Value = serde_json::to_value(&whole).unwrap();
    assert_eq!(
        value["top"],
        json!([{"label": "tench", "index": 0, "confidence": 0.5}])
    );
    assert_eq!(value["inference_ns"], json!([7]));
    assert_eq!(value["probabilities"], json!([0.5]));
}
